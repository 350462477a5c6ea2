//! Bytes that are put together out of order and may be more than memory should hold.
//!
//! A [`Spool`] takes pieces one behind the other; a [`Rope`] says in which order some of them make a whole. So what comes
//! first in a document can be written last, and a document that turns out to be wrong was never shown to anybody.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    ops::Range,
};

/// Bytes that a spool keeps in memory before it begins a file.
pub const MEMORY: usize = 1024 * 1024;

/// Bytes that are held before they go to a spool.
const HELD: usize = 16 * 1024;

/// Pieces of bytes, in memory while they are few, else in a file without a name in the folder for temporary files
/// (`TMPDIR`), which is gone with the process, however that ends.
#[derive(Debug, Default)]
pub struct Spool {
    /// All of it, or, with a file, nothing.
    memory: Vec<u8>,
    file: Option<BufWriter<File>>,
    len: u64,
}

impl Spool {
    /// An empty one.
    pub fn new() -> Self {
        Spool::default()
    }

    /// How many bytes it was given.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it was given none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds bytes behind the last.
    ///
    /// # Errors
    /// When the file cannot be made or written.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        if self.memory.len() + bytes.len() <= MEMORY {
            self.memory.extend_from_slice(bytes);
            return Ok(());
        }
        let mut file = BufWriter::with_capacity(MEMORY / 4, tempfile::tempfile()?);
        file.write_all(&std::mem::take(&mut self.memory))?;
        file.write_all(bytes)?;
        self.file = Some(file);
        Ok(())
    }

    /// Writes the pieces of a rope, in its order.
    ///
    /// # Errors
    /// When the file cannot be read, or `out` fails.
    pub fn copy(&mut self, rope: &Rope, out: &mut dyn Write) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            for piece in &rope.pieces {
                out.write_all(self.memory.get(in_memory(piece)).ok_or(io::ErrorKind::UnexpectedEof)?)?;
            }
            return Ok(());
        };
        file.flush()?;
        let mut file = BufReader::with_capacity(MEMORY / 4, file.get_ref());
        let mut at = file.seek(SeekFrom::Start(0))?;
        for piece in &rope.pieces {
            // A seek that stays within the buffer costs nothing.
            file.seek_relative(piece.start.cast_signed() - at.cast_signed())?;
            let copied = io::copy(&mut (&mut file).take(piece.end - piece.start), out)?;
            if copied != piece.end - piece.start {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            at = piece.end;
        }
        file.seek(SeekFrom::End(0)).map(drop)
    }

    /// All that it was given, to be read from the start, as often as wanted.
    ///
    /// # Errors
    /// When the file cannot be written or read.
    pub fn into_source(self) -> io::Result<Box<dyn Source>> {
        match self.file {
            None => Ok(Box::new(io::Cursor::new(self.memory))),
            Some(file) => {
                let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.seek(SeekFrom::Start(0))?;
                Ok(Box::new(BufReader::with_capacity(MEMORY / 4, file)))
            }
        }
    }
}

/// What can be read more than once.
pub trait Source: BufRead + Seek {}

impl<T: BufRead + Seek> Source for T {}

fn in_memory(piece: &Range<u64>) -> Range<usize> {
    // What is in memory has offsets that fit.
    usize::try_from(piece.start).unwrap_or(usize::MAX)..usize::try_from(piece.end).unwrap_or(usize::MAX)
}

/// Pieces of a spool, in the order that they are to be read in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rope {
    pieces: Vec<Range<u64>>,
}

impl Rope {
    /// How many bytes its pieces have.
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.end - piece.start).sum()
    }

    /// Whether it has no byte.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Adds a rope behind this one.
    pub fn append(&mut self, more: &Rope) {
        more.pieces.iter().for_each(|piece| self.push(piece.clone()));
    }

    /// Adds a piece; one that follows on the last becomes part of it.
    fn push(&mut self, piece: Range<u64>) {
        match self.pieces.last_mut() {
            _ if piece.is_empty() => {}
            Some(last) if last.end == piece.start => last.end = piece.end,
            _ => self.pieces.push(piece),
        }
    }
}

/// Writes into a spool and makes the rope of it, with other ropes of the same spool in between.
pub struct Twine<'s> {
    spool: &'s mut Spool,
    rope: Rope,
    /// What is still to go into the spool: writers write a few bytes at a time.
    held: Vec<u8>,
}

impl fmt::Debug for Twine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twine").field("rope", &self.rope).finish_non_exhaustive()
    }
}

impl<'s> Twine<'s> {
    /// Begins behind what the spool has.
    pub fn new(spool: &'s mut Spool) -> Self {
        Twine { spool, rope: Rope::default(), held: Vec::with_capacity(HELD) }
    }

    /// Puts in what was written before.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn splice(&mut self, rope: &Rope) -> io::Result<()> {
        self.flush()?;
        self.rope.append(rope);
        Ok(())
    }

    /// What was written and put in.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn finish(mut self) -> io::Result<Rope> {
        self.flush()?;
        Ok(self.rope)
    }
}

impl Write for Twine<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= HELD {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let start = self.spool.len();
        self.spool.append(&self.held)?;
        self.held.clear();
        self.rope.push(start..self.spool.len());
        Ok(())
    }
}

/// A spool and the one rope of it that matters.
#[derive(Debug)]
pub struct Whole {
    spool: Spool,
    rope: Rope,
}

impl From<Vec<u8>> for Whole {
    fn from(bytes: Vec<u8>) -> Self {
        let len = bytes.len() as u64;
        let mut rope = Rope::default();
        rope.push(0..len);
        Whole { spool: Spool { memory: bytes, file: None, len }, rope }
    }
}

impl Whole {
    /// Of a spool and a rope of it.
    pub fn new(spool: Spool, rope: Rope) -> Self {
        Whole { spool, rope }
    }

    /// Its size in bytes.
    pub fn len(&self) -> u64 {
        self.rope.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rope.is_empty()
    }

    /// Writes it.
    ///
    /// # Errors
    /// When what was put aside cannot be read, or `out` fails.
    pub fn copy(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.spool.copy(&self.rope, out)
    }

    /// All of it.
    ///
    /// # Errors
    /// When what was put aside cannot be read.
    pub fn into_bytes(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.copy(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` and `c` are written, then `b`; they are read as `abc`. Each is `len` bytes.
    fn in_order(len: usize) {
        let mut spool = Spool::new();
        let fill = |byte: u8| vec![byte; len];
        let mut twine = Twine::new(&mut spool);
        twine.write_all(&fill(b'b')).unwrap();
        let b = twine.finish().unwrap();
        let mut twine = Twine::new(&mut spool);
        twine.write_all(&fill(b'a')).unwrap();
        twine.splice(&b).unwrap();
        twine.write_all(&fill(b'c')).unwrap();
        let whole = twine.finish().unwrap();
        assert_eq!((whole.len(), spool.len()), (3 * len as u64, 3 * len as u64));
        for _ in 0..2 {
            let mut out = Vec::new();
            spool.copy(&whole, &mut out).unwrap();
            assert_eq!(out, [fill(b'a'), fill(b'b'), fill(b'c')].concat());
        }
        // What is added after reading stands behind the rest.
        let mut twine = Twine::new(&mut spool);
        twine.write_all(b"d").unwrap();
        let d = twine.finish().unwrap();
        let mut out = Vec::new();
        spool.copy(&d, &mut out).unwrap();
        assert_eq!(out, b"d");
        let mut all = Vec::new();
        spool.into_source().unwrap().read_to_end(&mut all).unwrap();
        assert_eq!(all, [fill(b'b'), fill(b'a'), fill(b'c'), b"d".to_vec()].concat());
    }

    #[test]
    fn what_is_written_last_can_be_read_first() {
        in_order(10);
        in_order(MEMORY / 3 + 1);
        in_order(2 * MEMORY);
    }

    #[test]
    fn neighbours_are_one_piece() {
        let mut spool = Spool::new();
        let mut whole = Rope::default();
        for _ in 0..100 {
            let mut twine = Twine::new(&mut spool);
            twine.write_all(b"x").unwrap();
            whole.append(&twine.finish().unwrap());
        }
        assert_eq!((whole.pieces.len(), whole.len()), (1, 100));
    }
}
