//! Payloads, by their digest: small ones in a row, large ones in files `objects/ab/cdef...`.
//!
//! A large payload is on disk, under its name, before the transaction that names it begins. It is written by whoever
//! brings it ([`Store::stage`]), beside the acts, so that a slow disk delays nobody else. A file that no row names is
//! harmless and is used again when the same payload comes back; one that was damaged meanwhile is written anew.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::SqliteConnection;

use super::{
    Store,
    act::Tx,
    commit_point::CommitPoint,
    error::{Error, Result},
    open::Shared,
    row::int,
};
use crate::digest::Digest;

const INSERT: &str = "INSERT INTO object (digest, size, bytes) VALUES (?1, ?2, ?3) ON CONFLICT (digest) DO NOTHING";
const SELECT: &str = "SELECT bytes FROM object WHERE digest = ?1";

/// A payload that is ready to be named by an act: if it is large, it is on disk already.
#[derive(Clone, Debug)]
pub struct Body {
    digest: Digest,
    bytes: Arc<Vec<u8>>,
    in_file: bool,
}

impl Body {
    /// The payload's digest.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The payload.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn share(&self) -> Arc<Vec<u8>> {
        Arc::clone(&self.bytes)
    }
}

impl Store {
    /// Makes a payload ready to be named by an act. Large ones ([`super::Settings::inline_max`]) are written to disk.
    ///
    /// # Errors
    /// When writing fails.
    pub async fn stage(&self, bytes: Vec<u8>) -> Result<Body> {
        let shared = self.shared();
        blocking(move || {
            let body = Body {
                digest: Digest::of(&bytes),
                in_file: bytes.len() > shared.settings.inline_max,
                bytes: Arc::new(bytes),
            };
            if body.in_file {
                write(&shared, &body)?;
            }
            Ok(body)
        })
        .await
    }

    /// The payload with this digest. What is read is compared with it.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub async fn bytes(&self, digest: Digest) -> Result<Arc<Vec<u8>>> {
        let row: Option<(Option<Vec<u8>>,)> = sqlx::query_as(SELECT)
            .bind(digest.as_bytes().as_slice())
            .fetch_optional(&mut *self.reader().await?)
            .await?;
        let (inline,) = row.ok_or_else(|| Error::NotFound { what: "payload", id: digest.to_string() })?;
        let path = path_of(&self.shared().home, digest);
        blocking(move || {
            let bytes = match inline {
                Some(bytes) => bytes,
                None => fs::read(&path).map_err(Error::io(&path))?,
            };
            match Digest::of(&bytes) == digest {
                true => Ok(Arc::new(bytes)),
                false => Err(Error::Damaged(format!("the payload {digest} has other bytes"))),
            }
        })
        .await
    }
}

impl Tx {
    pub(super) async fn put(&mut self, body: &Body) -> Result<()> {
        self.with(async |conn| insert(conn, body).await).await
    }
}

async fn insert(conn: &mut SqliteConnection, body: &Body) -> Result<()> {
    let inline = (!body.in_file).then(|| body.bytes.as_slice());
    let query = sqlx::query(INSERT).bind(body.digest.as_bytes().as_slice()).bind(int(body.bytes.len() as u64));
    query.bind(inline).execute(conn).await?;
    Ok(())
}

fn path_of(home: &Path, digest: Digest) -> PathBuf {
    let hex = digest.hex();
    home.join("objects").join(&hex[..2]).join(&hex[2..])
}

/// Writes the payload's file. Its directory is brought to disk also when the file is there already: whoever wrote it
/// may have crashed, or be at work, between renaming and that.
fn write(shared: &Shared, body: &Body) -> Result<()> {
    let path = path_of(&shared.home, body.digest);
    let objects = shared.home.join("objects");
    let directory = path.parent().unwrap_or(&objects);
    let is_there = match fs::read(&path) {
        Ok(bytes) => bytes == *body.bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(Error::io(&path)(error)),
    };
    if !is_there {
        fs::create_dir_all(directory).map_err(Error::io(directory))?;
        let temporary = temporary(shared, &objects)?;
        let written = write_temporary(shared, &temporary, body)
            .and_then(|()| fs::rename(&temporary, &path).map_err(Error::io(&path)));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written?;
        shared.pass(CommitPoint::AfterObjectRename);
    }
    for directory in [directory, &objects] {
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(Error::io(directory))?;
    }
    Ok(())
}

fn temporary(shared: &Shared, objects: &Path) -> Result<PathBuf> {
    let mut name = [0; 16];
    shared.fill(&mut name)?;
    let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(objects.join(format!("{TEMPORARY}{name}")))
}

fn write_temporary(shared: &Shared, path: &Path, body: &Body) -> Result<()> {
    let mut file = File::create_new(path).map_err(Error::io(path))?;
    file.write_all(&body.bytes).map_err(Error::io(path))?;
    shared.pass(CommitPoint::BeforeObjectFsync);
    file.sync_all().map_err(Error::io(path))?;
    shared.pass(CommitPoint::BeforeObjectRename);
    Ok(())
}

const TEMPORARY: &str = "new-";

/// Removes what a crash left half written. Only for whoever holds the serve lock, at its start; a command that writes
/// at the same moment finds its file gone and fails cleanly.
pub(super) fn sweep(home: &Path) -> Result<u64> {
    let objects = home.join("objects");
    let mut removed = 0;
    for entry in fs::read_dir(&objects).map_err(Error::io(&objects))? {
        let entry = entry.map_err(Error::io(&objects))?;
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            fs::remove_file(entry.path()).map_err(Error::io(entry.path()))?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Work that blocks, off the runtime's threads.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Defect)?
}
