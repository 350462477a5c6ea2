//! Lines and columns, counted while bytes go by.

use crate::error::Position;

/// A place in text that moves forward over UTF-8 bytes, piece by piece; a piece may end anywhere.
///
/// CR LF, CR and LF each end a line (as XML 1.0 §2.11 reads them). Each byte is looked at once or twice, so the cost
/// over a document is linear whatever the pieces are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    position: Position,
    after_cr: bool,
}

impl Place {
    /// The first byte of a document.
    pub(crate) const START: Place = Place { position: Position { line: 1, column: 1, offset: 0 }, after_cr: false };

    /// The place as it is told.
    pub(crate) fn position(self) -> Position {
        self.position
    }

    /// The place behind `bytes`.
    pub(crate) fn after(mut self, bytes: &[u8]) -> Position {
        self.advance(bytes);
        self.position
    }

    /// Moves over bytes that do not count as characters, such as a byte order mark.
    pub(crate) fn skip_bytes(&mut self, count: u64) {
        self.position.offset += count;
    }

    /// Moves behind so many characters of one byte each, none of them a line end.
    pub(crate) fn advance_plain(&mut self, count: usize) {
        self.position.offset += count as u64;
        self.position.column += count as u64;
        self.after_cr &= count == 0;
    }

    /// Moves behind characters of one byte each, among them line feeds and no carriage return.
    pub(crate) fn advance_lines(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.iter().rposition(|&byte| byte == b'\n') else { return self.advance_plain(bytes.len()) };
        self.position.offset += bytes.len() as u64;
        // A LF behind a CR belongs to the line end that the CR began.
        let rest_of_pair = self.after_cr && bytes.starts_with(b"\n");
        self.after_cr = false;
        let before = bytes[..last].iter().filter(|&&byte| byte == b'\n').count();
        self.position.line += (before + 1) as u64 - u64::from(rest_of_pair);
        self.position.column = (bytes.len() - last) as u64;
    }

    /// Moves behind `bytes`.
    pub(crate) fn advance(&mut self, bytes: &[u8]) {
        self.position.offset += bytes.len() as u64;
        let after_cr = self.after_cr;
        self.after_cr = bytes.last().map_or(after_cr, |&last| last == b'\r');
        let tally = Tally::of(bytes);
        if tally.lf + tally.cr == 0 {
            self.position.column += tally.characters;
            return;
        }
        // A LF behind a CR belongs to the line end that the CR began.
        let pairs = if tally.cr == 0 { 0 } else { bytes.windows(2).filter(|pair| pair == b"\r\n").count() as u64 };
        let rest_of_pair = u64::from(after_cr && bytes.starts_with(b"\n"));
        self.position.line += tally.lf + tally.cr - pairs - rest_of_pair;
        let line_start = bytes.iter().rposition(|&byte| byte == b'\n' || byte == b'\r').map_or(0, |last| last + 1);
        self.position.column = 1 + Tally::of(&bytes[line_start..]).characters;
    }
}

/// What a piece of text holds.
#[derive(Default)]
struct Tally {
    lf: u64,
    cr: u64,
    /// Bytes that begin a character.
    characters: u64,
}

impl Tally {
    fn of(bytes: &[u8]) -> Tally {
        let mut tally = Tally::default();
        // Counters of one byte, without branches: the compiler makes vector instructions of it.
        for piece in bytes.chunks(usize::from(u8::MAX)) {
            let (mut lf, mut cr, mut characters) = (0_u8, 0_u8, 0_u8);
            for &byte in piece {
                lf += u8::from(byte == b'\n');
                cr += u8::from(byte == b'\r');
                characters += u8::from(byte & 0xC0 != 0x80);
            }
            tally.lf += u64::from(lf);
            tally.cr += u64::from(cr);
            tally.characters += u64::from(characters);
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_lines_are_counted_as_all_are() {
        for start in ["", "a", "a\r"] {
            for text in ["", "a", "\n", "\n\n  ", "ab\n c\n", "\nabc"] {
                let (mut narrow, mut any) = (Place::START, Place::START);
                narrow.advance(start.as_bytes());
                any.advance(start.as_bytes());
                narrow.advance_lines(text.as_bytes());
                any.advance(text.as_bytes());
                assert_eq!((narrow.position(), narrow.after_cr), (any.position(), any.after_cr), "{start:?} {text:?}");
            }
        }
    }

    #[test]
    fn every_line_end_counts_once_wherever_the_pieces_are_cut() {
        let text = "a\r\nbä\rc\n\n\r\r\n日本x";
        let expected = Position { line: 7, column: 4, offset: text.len() as u64 };
        assert_eq!(Place::START.after(text.as_bytes()), expected);
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let mut place = Place::START;
                place.advance(&text.as_bytes()[..first]);
                place.advance(&text.as_bytes()[first..second]);
                place.advance(&text.as_bytes()[second..]);
                assert_eq!(place.position(), expected, "cut at {first} and {second}");
            }
        }
    }
}
