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

    /// Moves behind `bytes`.
    pub(crate) fn advance(&mut self, bytes: &[u8]) {
        self.position.offset += bytes.len() as u64;
        // Without a branch in the loop the compiler uses vector instructions; most pieces have no line end.
        let breaks = bytes.iter().fold(false, |seen, &byte| seen | (byte == b'\n') | (byte == b'\r'));
        if !breaks {
            self.position.column += characters(bytes);
            self.after_cr &= bytes.is_empty();
            return;
        }
        let mut line_start = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || byte == b'\r' {
                self.position.line += u64::from(byte == b'\r' || !self.after_cr);
                line_start = index + 1;
            }
            self.after_cr = byte == b'\r';
        }
        self.position.column = 1 + characters(&bytes[line_start..]);
    }
}

fn characters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

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
