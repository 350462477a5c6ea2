//! One `serve` for one home.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use super::error::{Error, Result};

/// The right to serve a home. The system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub struct ServeLock(File);

impl ServeLock {
    /// Name of the lock file in the home.
    pub const FILE: &str = "serve.lock";

    /// Takes the lock of this home.
    ///
    /// # Errors
    /// [`Error::Serving`] when another process has it.
    pub fn take(home: &Path) -> Result<Self> {
        let path = home.join(Self::FILE);
        let mut options = File::options();
        options.create(true).write(true).truncate(false);
        // A lock can be held by whoever can open the file.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(Error::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(ServeLock(file)),
            Err(TryLockError::WouldBlock) => Err(Error::Serving(path)),
            Err(TryLockError::Error(error)) => Err(Error::io(path)(error)),
        }
    }

    /// Whether some process serves this home.
    ///
    /// # Errors
    /// When the lock file cannot be opened.
    pub fn is_taken(home: &Path) -> Result<bool> {
        match Self::take(home) {
            Ok(_) => Ok(false),
            Err(Error::Serving(_)) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

impl Drop for ServeLock {
    fn drop(&mut self) {
        // Closing the file would do; a child process that inherited it must not keep the lock.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_serve_is_refused_until_the_first_ends() {
        let home = tempfile::tempdir().unwrap();
        assert!(!ServeLock::is_taken(home.path()).unwrap());
        let lock = ServeLock::take(home.path()).unwrap();
        assert!(matches!(ServeLock::take(home.path()), Err(Error::Serving(_))));
        assert!(ServeLock::is_taken(home.path()).unwrap());
        drop(lock);
        ServeLock::take(home.path()).unwrap();
    }
}
