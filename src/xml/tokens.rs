//! The tokens that quick-xml cuts.

use std::{io::BufRead, ops::Range};

use quick_xml::{Error as TokenError, events::Event as TokenEvent};

use super::input::{End, Opening, Window};

/// The kinds of token that the tokenizer cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    Empty,
    End,
    Text,
    Reference,
    CData,
    Comment,
    Instruction,
    Declaration,
    DocType,
    Eof,
}

/// Why there is no next token.
#[derive(Debug)]
pub(super) enum Stop {
    /// The tokenizer refuses it.
    Refused(TokenError),
    /// It is longer than allowed.
    Long,
    /// It does not end in the part of the document that can be read.
    Input(End),
}

/// The tokens of a document, one after the other. They lie in a window over the input and are cut a stretch at a time,
/// since the tokenizer has to be made anew for each stretch.
pub(super) struct Tokens<R> {
    window: Window<R>,
    /// The current token.
    token: Range<usize>,
    /// The tokens of the stretch, and where they end.
    cuts: Vec<(Kind, usize)>,
    next: usize,
}

impl<R: BufRead> Tokens<R> {
    /// Bytes in which the tokens of a stretch begin. Bounds the memory for them.
    const STRETCH: usize = 32 * 1024;

    pub(super) fn new(input: R, total: u64) -> Self {
        Tokens { window: Window::new(input, total), token: 0..0, cuts: Vec::new(), next: 0 }
    }

    /// Looks at the first bytes; called once, before anything else.
    pub(super) fn open(&mut self) -> Opening {
        self.window.open()
    }

    /// The current token; of one that there is not, what could be read of it.
    pub(super) fn token(&self) -> &str {
        &self.window.text()[self.token.clone()]
    }

    /// Goes on to the next token, of at most `longest` bytes.
    pub(super) fn advance(&mut self, longest: usize) -> Result<Kind, Stop> {
        if self.next == self.cuts.len() {
            self.cut(longest)?;
        }
        let (kind, end) = self.cuts[self.next];
        self.next += 1;
        self.token = self.token.end..end;
        if self.token.len() > longest { Err(Stop::Long) } else { Ok(kind) }
    }

    /// Cuts the next stretch, of at least one token.
    fn cut(&mut self, longest: usize) -> Result<(), Stop> {
        self.cuts.clear();
        self.next = 0;
        let mut size = Self::STRETCH;
        loop {
            let at = self.window.slide(self.token.end, size);
            self.token = at..at;
            let (text, end) = (&self.window.text()[at..], self.window.end());
            let refused = cut(text, matches!(end, Some(End::Whole)), Self::STRETCH, &mut self.cuts);
            if !self.cuts.is_empty() {
                self.cuts.iter_mut().for_each(|(_, end)| *end += at);
                return Ok(());
            }
            let long = text.len() > longest;
            if refused.is_none() && end.is_none() && !long {
                // Twice as much each time, so that the cost of cutting again stays linear.
                size = size.saturating_mul(2);
                continue;
            }
            self.token.end += refused.as_ref().map_or(text.len(), |(_, len)| *len);
            return Err(match (refused, end) {
                (Some((error, _)), _) => Stop::Refused(error),
                (None, Some(end)) if !long => Stop::Input(end.clone()),
                (None, _) => Stop::Long,
            });
        }
    }
}

/// Cuts the tokens that begin in the first `stretch` bytes of a text, behind which nothing follows if it is `whole`; notes
/// where they end. What is refused behind them is the result, with the length of what was looked at.
fn cut(text: &str, whole: bool, stretch: usize, cuts: &mut Vec<(Kind, usize)>) -> Option<(TokenError, usize)> {
    // The tokenizer drops a byte order mark at its beginning, but here it is text: the document's own is gone.
    let mut start = text.len() - text.trim_start_matches('\u{FEFF}').len();
    let marks = start;
    let mut tokens = quick_xml::Reader::from_str(&text[marks..]);
    // End tags are matched by the reader, which knows the place and the path.
    tokens.config_mut().check_end_names = false;
    tokens.config_mut().allow_unmatched_ends = true;
    loop {
        let event = tokens.read_event();
        let end = usize::try_from(tokens.buffer_position()).map_or(text.len(), |position| marks + position);
        let open = !whole && end == text.len();
        let kind = match event {
            // It may go on behind the text.
            Ok(TokenEvent::Text(_) | TokenEvent::Eof) | Err(_) if open => return None,
            // Three bytes are enough to tell what it is.
            Err(_) if !whole && text.len() - start < 3 => return None,
            Err(error) => return Some((error, end.max(start + 2).min(text.len()))),
            Ok(TokenEvent::Start(_)) => Kind::Start,
            Ok(TokenEvent::Empty(_)) => Kind::Empty,
            Ok(TokenEvent::End(_)) => Kind::End,
            Ok(TokenEvent::Text(_)) => Kind::Text,
            Ok(TokenEvent::GeneralRef(_)) => Kind::Reference,
            Ok(TokenEvent::CData(_)) => Kind::CData,
            Ok(TokenEvent::Comment(_)) => Kind::Comment,
            Ok(TokenEvent::PI(_)) => Kind::Instruction,
            Ok(TokenEvent::Decl(_)) => Kind::Declaration,
            Ok(TokenEvent::DocType(_)) => Kind::DocType,
            Ok(TokenEvent::Eof) => Kind::Eof,
        };
        if marks > 0 && cuts.is_empty() && kind != Kind::Text {
            cuts.push((Kind::Text, marks));
        }
        cuts.push((kind, end));
        start = end;
        if start >= stretch || kind == Kind::Eof {
            return None;
        }
    }
}
