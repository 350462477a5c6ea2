//! Reading and writing files named on the command line.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Cursor, Read, Seek as _, SeekFrom, Write},
    path::Path,
};

use super::Failure;
use crate::{
    cli::Input,
    config::{self, Access},
    error::Code,
    output::Shown,
    spool::{Source, Spool, Whole},
};

/// The bytes of an input, at most `limit` of them.
pub(super) fn read(input: &Input, limit: u64) -> Result<Vec<u8>, Failure> {
    Opened::open(input)?.whole(limit)
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    // A device or a pipe is written to, and what a link leads to: none of them is replaced by a file.
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        let written = OpenOptions::new().write(true).open(path).and_then(|mut file| fill(&mut file));
        return written.map_err(|error| Failure::disk(path.display(), &error));
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    config::write_with(&target, Access::Default, fill).map_err(|error| Failure::new(error.code(), error.to_string()))
}

/// A document for `--output`, or for standard output without it.
pub(super) fn deliver(output: Option<&Path>, document: impl Into<Whole>) -> Result<Shown, Failure> {
    let mut document = document.into();
    match output {
        None => Ok(Shown::whole(document)),
        Some(path) => {
            write(path, |out| document.copy(out))?;
            Ok(Shown::said("", serde_json::json!({ "file": path, "size": document.len() })))
        }
    }
}

/// An input whose beginning was looked at.
pub(super) struct Opened {
    head: Vec<u8>,
    rest: Rest,
    name: Input,
}

enum Rest {
    /// It can be read again from its start.
    File(BufReader<File>),
    /// It cannot.
    Stream(Box<dyn Read>),
}

/// Bytes that are looked at to find out the format.
const HEAD: u64 = 64 * 1024;

impl Opened {
    /// Opens an input.
    pub(super) fn open(input: &Input) -> Result<Self, Failure> {
        let rest = match input {
            Input::Stdin => Rest::Stream(Box::new(io::stdin())),
            Input::File(path) => {
                let file = File::open(path).map_err(|error| Failure::unreadable(path, &error))?;
                let plain = file.metadata().is_ok_and(|found| found.is_file());
                if plain { Rest::File(BufReader::with_capacity(BUFFER, file)) } else { Rest::Stream(Box::new(file)) }
            }
        };
        let mut opened = Opened { head: Vec::new(), rest, name: input.clone() };
        let read = match &mut opened.rest {
            Rest::File(file) => {
                let read = file.take(HEAD).read_to_end(&mut opened.head);
                read.and_then(|_| file.seek(SeekFrom::Start(0))).map(drop)
            }
            Rest::Stream(stream) => stream.take(HEAD).read_to_end(&mut opened.head).map(drop),
        };
        read.map_err(|error| unreadable(input, &error))?;
        Ok(opened)
    }

    /// Its beginning, or all of it if it is short.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// All of it, at most `limit` bytes.
    pub(super) fn whole(self, limit: u64) -> Result<Vec<u8>, Failure> {
        let (mut bytes, name) = (Vec::new(), self.name.clone());
        let read = self.forward().take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&name, &error))?;
        if bytes.len() as u64 > limit {
            return Err(Failure::new(Code::LimitExceeded, format!("{name} is larger than {limit} bytes")));
        }
        Ok(bytes)
    }

    /// To be read once, from the start.
    pub(super) fn forward(self) -> Box<dyn BufRead> {
        match self.rest {
            Rest::File(file) => Box::new(file),
            Rest::Stream(stream) => Box::new(Cursor::new(self.head).chain(BufReader::with_capacity(BUFFER, stream))),
        }
    }

    /// To be read as often as wanted; what comes from a pipe is put aside, at most `limit` bytes of it.
    pub(super) fn source(self, limit: u64) -> Result<Box<dyn Source>, Failure> {
        let mut stream = match self.rest {
            Rest::File(file) => return Ok(Box::new(file)),
            Rest::Stream(stream) => Cursor::new(self.head).chain(stream),
        };
        let mut spool = Spool::new();
        let mut buffer = vec![0; BUFFER];
        loop {
            let count = stream.read(&mut buffer).map_err(|error| unreadable(&self.name, &error))?;
            if count == 0 {
                return spool.into_source().map_err(|error| Failure::disk("a temporary file", &error));
            }
            spool.append(&buffer[..count]).map_err(|error| Failure::disk("a temporary file", &error))?;
            if spool.len() > limit {
                return Err(Failure::new(Code::LimitExceeded, format!("{} is larger than {limit} bytes", self.name)));
            }
        }
    }
}

const BUFFER: usize = 256 * 1024;

pub(super) fn unreadable(input: &Input, error: &io::Error) -> Failure {
    match input {
        Input::Stdin => Failure::new(Code::FileUnreadable, format!("cannot read standard input: {error}")),
        Input::File(path) => Failure::unreadable(path, error),
    }
}
