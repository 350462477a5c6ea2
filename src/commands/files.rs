//! Reading and writing files named on the command line.

use std::{
    fs::{self, File},
    io::{self, Read, Write as _},
    path::Path,
};

use super::Failure;
use crate::{cli::Input, error::Code};

/// The bytes of an input, at most `limit` of them.
pub(super) fn read(input: &Input, limit: u64) -> Result<Vec<u8>, Failure> {
    let take = |source: &mut dyn Read| {
        let mut bytes = Vec::new();
        source.take(limit.saturating_add(1)).read_to_end(&mut bytes).map(|_| bytes)
    };
    let bytes = match input {
        Input::Stdin => take(&mut io::stdin().lock()),
        Input::File(path) => File::open(path).and_then(|mut file| take(&mut file)),
    };
    let bytes = bytes.map_err(|error| match input {
        Input::Stdin => Failure::new(Code::FileUnreadable, format!("cannot read standard input: {error}")),
        Input::File(path) => Failure::unreadable(path, &error),
    })?;
    if bytes.len() as u64 > limit {
        return Err(Failure::new(Code::LimitExceeded, format!("{input} is larger than {limit} bytes (--max-bytes)")));
    }
    Ok(bytes)
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let fail = |error: io::Error| Failure::disk(path.display(), &error);
    let name = path.file_name().ok_or_else(|| fail(io::ErrorKind::IsADirectory.into()))?;
    let mut part = name.to_owned();
    part.push(".part");
    let part = path.with_file_name(part);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&part, path));
    if done.is_err() {
        // What is left of a failed attempt is in nobody's way, and removing it may fail for the same reason.
        let _ = fs::remove_file(&part);
    }
    done.map_err(fail)
}
