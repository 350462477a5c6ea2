//! Our keys on disk: `HOME/keys/openpgp/FINGERPRINT.pgp`, one binary file per certificate with its secrets, mode 0600.
//! They are not protected by a password: the gateway starts without a person. Whoever can read the folder is the team.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sequoia_openpgp::{
    Cert,
    serialize::{Serialize as _, SerializeInto as _},
};
use zeroize::Zeroizing;

use super::{
    cert::CERT_BYTES,
    keys::{KeyError, TeamKeys},
};
use crate::{
    config::{self, Access, FileError},
    error::Code,
};

const EXTENSION: &str = "pgp";

/// Why keys were not loaded or saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is not what it must be.
    #[error("{}: {source}", .path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: KeyError,
    },
}

impl FolderError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            FolderError::File(error) => error.code(),
            FolderError::Key { source, .. } => source.code(),
        }
    }
}

impl TeamKeys {
    /// Reads every key file of the folder, in the order of their names.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, others may read a file, or it is no secret key.
    pub fn load(folder: &Path) -> Result<Self, FolderError> {
        let read = |path: &Path| {
            let path = path.to_owned();
            |source| FileError::Unreadable { path, source }
        };
        let entries = fs::read_dir(folder).map_err(read(folder))?;
        let mut paths = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .filter(|path| path.as_ref().map_or(true, |path| path.extension().is_some_and(|end| end == EXTENSION)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(read(folder))?;
        paths.sort();
        let mut keys = TeamKeys::default();
        for path in paths {
            let bytes = config::read_secret(&path, CERT_BYTES as u64)?;
            if let Err(source) = keys.import(&bytes) {
                return Err(FolderError::Key { path, source });
            }
        }
        Ok(keys)
    }

    /// Writes every certificate with its secrets; the folder is made if need be. A crash leaves the old or the new file,
    /// never a part of one. Files of other certificates stay.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn save(&self, folder: &Path) -> Result<(), FolderError> {
        config::make_folder(folder, Access::Owner)?;
        for cert in self.certs() {
            let path = folder.join(cert.fingerprint().to_hex()).with_extension(EXTENSION);
            let unwritable = |error| FileError::Unwritable { path: path.clone(), source: io::Error::other(error) };
            config::write(&path, &binary(cert).map_err(unwritable)?, Access::Owner)?;
        }
        Ok(())
    }
}

fn binary(cert: &Cert) -> Result<Zeroizing<Vec<u8>>, sequoia_openpgp::anyhow::Error> {
    let tsk = cert.as_tsk();
    // With room from the start, so that growing leaves no copy of secrets behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(tsk.serialized_len()));
    tsk.serialize(&mut *bytes)?;
    Ok(bytes)
}
