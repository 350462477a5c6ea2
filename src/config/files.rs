//! Files of a home: read up to a limit, written whole or not at all.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use zeroize::Zeroizing;

use crate::error::{Code, Finding};

/// A file of the home that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It is not there or may not be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is larger than it may be.
    #[error("{path}: found more than {limit} bytes, expected at most that")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Most bytes that are read.
        limit: u64,
    },
    /// It holds a secret, and others than its owner may use it.
    #[error("{path}: holds a secret and others may use it (mode {mode:o}): chmod 600")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// What it says is not what it must say. The finding has line and key.
    #[error("{path}:{finding}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        finding: Box<Finding>,
    },
    /// It cannot be written; what was there before is still there.
    #[error("{path}: cannot be written: {source}")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl FileError {
    /// The code of this error.
    pub fn code(&self) -> Code {
        match self {
            FileError::Unreadable { .. } => Code::FileUnreadable,
            FileError::TooLarge { .. } | FileError::Exposed { .. } => Code::ConfigInvalid,
            FileError::Invalid { finding, .. } => finding.code,
            FileError::Unwritable { .. } => Code::DiskWrite,
        }
    }

    /// Whether the file is not there at all.
    pub fn is_missing(&self) -> bool {
        matches!(self, FileError::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// Puts the file's name to a finding.
    pub fn invalid(path: &Path, finding: Finding) -> Self {
        FileError::Invalid { path: path.to_owned(), finding: Box::new(finding) }
    }
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whom the system's defaults allow.
    Default,
    /// The owner alone (mode 0600), as for keys.
    Owner,
}

/// The bytes of a file, at most `limit` of them.
///
/// # Errors
/// [`FileError::Unreadable`], [`FileError::TooLarge`].
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    read_open(path, File::open(path).map_err(|source| unreadable(path, source))?, limit)
}

/// The bytes of a file that its owner alone may use, at most `limit` of them.
///
/// # Errors
/// [`FileError::Exposed`]; otherwise as [`read_bytes`].
pub fn read_secret(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    #[cfg(unix)]
    {
        // Of the file that is read, whatever stands under its name meanwhile.
        let metadata = file.metadata().map_err(|source| unreadable(path, source))?;
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Err(FileError::Exposed { path: path.to_owned(), mode });
        }
    }
    read_open(path, file, limit).map(Zeroizing::new)
}

fn unreadable(path: &Path, source: io::Error) -> FileError {
    FileError::Unreadable { path: path.to_owned(), source }
}

fn read_open(path: &Path, file: File, limit: u64) -> Result<Vec<u8>, FileError> {
    let unreadable = |source| unreadable(path, source);
    let size = file.metadata().map_err(unreadable)?.len().min(limit);
    // With room from the start, so that growing leaves no copy of a secret behind.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

/// The text of a file, at most `limit` bytes of it.
///
/// # Errors
/// As [`read_bytes`]; text that is not UTF-8 is unreadable too.
pub fn read_text(path: &Path, limit: u64) -> Result<String, FileError> {
    String::from_utf8(read_bytes(path, limit)?).map_err(|error| FileError::Unreadable {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, error),
    })
}

/// Writes a file whole: after a crash it has the old content or the new; of several who write it at once, that of one. The
/// folder must be there. A file that is replaced keeps its permissions, unless they are to be the owner's alone.
///
/// # Errors
/// [`FileError::Unwritable`].
pub fn write(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    write_with(path, access, |out| out.write_all(bytes))
}

/// The same for content that is made while it is written.
///
/// # Errors
/// [`FileError::Unwritable`]; that is what an error of `fill` becomes too.
pub fn write_with(
    path: &Path,
    access: Access,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), FileError> {
    let replace = || {
        let (beside, mut file) = create_beside(path, access)?;
        let written = as_before(path, access, &file)
            .and_then(|()| fill(&mut file))
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&beside, path));
        written.inspect_err(|_| {
            // Nothing more can be done about the unfinished copy; a later write removes it.
            let _ = fs::remove_file(&beside);
        })?;
        let _ = remove_left_over(path, &file);
        File::open(folder_of(path))?.sync_all()
    };
    replace().map_err(|source| FileError::Unwritable { path: path.to_owned(), source })
}

/// Makes a folder, and those above it that are not there. [`Access`] is that of the new ones.
///
/// # Errors
/// [`FileError::Unwritable`].
pub fn make_folder(path: &Path, access: Access) -> Result<(), FileError> {
    let make = || {
        let there = path.ancestors().position(|one| one.as_os_str().is_empty() || one.is_dir()).unwrap_or(0);
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        if access == Access::Owner {
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        }
        builder.create(path)?;
        path.ancestors().take(there).try_for_each(|new| File::open(folder_of(new))?.sync_all())
    };
    make().map_err(|source| FileError::Unwritable { path: path.to_owned(), source })
}

/// Whom the old file was closed to, the new one is closed to.
fn as_before(path: &Path, access: Access, file: &File) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(old) if access == Access::Default && old.is_file() => file.set_permissions(old.permissions()),
        _ => Ok(()),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file beside this one, under a name that no other writer has. No lock is taken: whoever may read a folder could
/// hold one for ever.
fn create_beside(path: &Path, access: Access) -> io::Result<(PathBuf, File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}-{}{UNFINISHED}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        match options.open(&name) {
            // A process of the same number died here, or works here in another container.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            opened => return Ok((name.into(), opened?)),
        }
    }
}

const UNFINISHED: &str = ".new";

/// How much older than what was just written an unfinished copy is for it to be nobody's any more.
const LEFT_OVER: Duration = Duration::from_secs(3_600);

/// Removes unfinished copies of this file that crashes have left behind.
fn remove_left_over(path: &Path, written: &File) -> io::Result<()> {
    let (Some(name), now) = (path.file_name().and_then(|name| name.to_str()), written.metadata()?.modified()?) else {
        return Ok(());
    };
    for entry in fs::read_dir(folder_of(path))? {
        let entry = entry?;
        let found = entry.file_name();
        let writer =
            found.to_str().and_then(|found| found.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(UNFINISHED));
        let is_ours = writer.is_some_and(|writer| writer.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'));
        if is_ours && now.duration_since(entry.metadata()?.modified()?).is_ok_and(|age| age > LEFT_OVER) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_keys_are_for_the_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        write(&path, b"one", Access::Default).unwrap();
        let (left, file) = create_beside(&path, Access::Default).unwrap();
        write(&path, b"two", Access::Owner).unwrap();
        assert!(left.exists(), "somebody may be writing it");
        file.set_modified(file.metadata().unwrap().modified().unwrap() - LEFT_OVER * 2).unwrap();
        fs::write(folder.path().join("a.key.mine.new"), b"").unwrap();
        write(&path, b"two", Access::Owner).unwrap();
        assert_eq!(read_text(&path, 3).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn writers_at_once_leave_one_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let contents: Vec<Vec<u8>> = (0..4).map(|writer| vec![b'a' + writer; 200_000]).collect();
        std::thread::scope(|scope| {
            for content in &contents {
                scope.spawn(|| (0..20).for_each(|_| write(&path, content, Access::Default).unwrap()));
            }
            for _ in 0..200 {
                if let Ok(seen) = read_bytes(&path, 1 << 20) {
                    assert!(contents.contains(&seen), "a part of a file: {} bytes", seen.len());
                }
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn folders_for_the_owner_are_so_from_the_top() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/tls");
        make_folder(&path, Access::Owner).unwrap();
        make_folder(&path, Access::Owner).unwrap();
        #[cfg(unix)]
        for made in [&path, path.parent().unwrap()] {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(made).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o700);
        }
        fs::write(path.join("file"), b"").unwrap();
        assert_eq!(make_folder(&path.join("file"), Access::Owner).unwrap_err().code(), Code::DiskWrite);
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_may_use_is_not_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        write(&path, b"secret", Access::Owner).unwrap();
        assert_eq!(read_secret(&path, 6).unwrap().as_slice(), b"secret");
        assert!(matches!(read_secret(&path, 5), Err(FileError::TooLarge { limit: 5, .. })));
        for exposed in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(exposed)).unwrap();
            let error = read_secret(&path, 6).unwrap_err();
            assert!(matches!(error, FileError::Exposed { mode, .. } if mode == exposed), "{error}");
        }
    }

    #[test]
    fn limits_and_faults_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(read_bytes(&path, 1).unwrap_err().is_missing());
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(matches!(read_bytes(&path, 1), Err(FileError::TooLarge { limit: 1, .. })));
        assert_eq!(read_bytes(&path, 2).unwrap(), [0xff, 0xfe]);
        assert_eq!(read_text(&path, 2).unwrap_err().code(), Code::FileUnreadable);
        let nowhere = folder.path().join("no/such/file");
        assert_eq!(write(&nowhere, b"", Access::Default).unwrap_err().code(), Code::DiskWrite);
    }
}
