//! Reading and writing files named on the command line.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use super::Failure;
use crate::{
    cli::Input,
    config::{self, Access},
    error::Code,
    output::Shown,
};

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
        return Err(Failure::new(Code::LimitExceeded, format!("{input} is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    // A device or a pipe is written to, and what a link leads to: none of them is replaced by a file.
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return fs::write(path, bytes).map_err(|error| Failure::disk(path.display(), &error));
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    config::write(&target, bytes, Access::Default).map_err(|error| Failure::new(error.code(), error.to_string()))
}

/// A document for `--output`, or for standard output without it.
pub(super) fn deliver(output: Option<&Path>, bytes: Vec<u8>) -> Result<Shown, Failure> {
    match output {
        None => Ok(Shown::document(bytes)),
        Some(path) => {
            write(path, &bytes)?;
            Ok(Shown::said("", serde_json::json!({ "file": path, "size": bytes.len() })))
        }
    }
}
