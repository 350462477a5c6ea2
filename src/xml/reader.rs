//! The pull reader.

use std::{fmt, io::BufRead};

use quick_xml::{Error as TokenError, errors::IllFormedError, errors::SyntaxError};

use super::{
    Event, Limits, Start, Text, Verbatim,
    chars::{Holds, Lines, first_forbidden, is_blank, is_name_char, is_space, push_normalised, split_qname},
    elements::Elements,
    input::{End, Opening},
    scope::Scope,
    tag::{Problem, Tag, check_declaration, reference, rest},
    tokens::{Kind, Stop, Tokens},
    verbatim::Capture,
};
use crate::{
    error::{Code, Finding, Position},
    json::Place,
};

/// A strict pull reader over any buffered input, in memory that does not depend on the document's length.
///
/// It accepts well-formed, namespace-well-formed XML 1.0 in UTF-8 without a document type declaration, within its
/// [`Limits`], and nothing else. The first finding ends the reading: every later call gives it again.
pub struct Reader<R> {
    tokens: Tokens<R>,
    limits: Limits,
    /// What the current token holds.
    holds: Holds,
    /// Where the current token begins.
    token_place: Place,
    /// Where it ends.
    place: Place,
    /// A token that was read but belongs to the next event.
    pending: Option<Kind>,
    state: State,
    elements: Elements,
    scope: Scope,
    tag: Tag,
    text: String,
    text_position: Position,
    text_told: bool,
    event_position: Position,
    failed: Option<Finding>,
}

impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("position", &self.event_position).field("path", &self.elements.path()).finish()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing was read.
    New,
    /// Before the root element.
    Prolog,
    /// In the root element.
    Content,
    /// Behind an empty-element tag whose end is still to be told.
    EmptyElement,
    /// Behind the root element.
    Epilog,
}

/// An [`Event`] without what it carries.
enum Turn {
    Start,
    Text,
    End,
    Eof,
}

impl<R: BufRead> Reader<R> {
    /// Starts at the first byte of a document.
    pub fn new(input: R, limits: Limits) -> Self {
        Reader {
            tokens: Tokens::new(input, limits.total_bytes),
            limits,
            holds: Holds::default(),
            token_place: Place::START,
            place: Place::START,
            pending: None,
            state: State::New,
            elements: Elements::default(),
            scope: Scope::new(),
            tag: Tag::default(),
            text: String::new(),
            text_position: Position::default(),
            text_told: false,
            event_position: Place::START.position(),
            failed: None,
        }
    }

    /// The next event.
    ///
    /// # Errors
    /// The first thing that is wrong with the document, or the limit that it exceeds; the same again on every later
    /// call.
    #[allow(clippy::should_implement_trait)] // the event borrows from the reader, which Iterator cannot say
    pub fn next(&mut self) -> Result<Event<'_>, Finding> {
        let turn = self.guarded(Self::advance)?;
        Ok(match turn {
            Turn::Start => Event::Start(Start {
                token: self.tokens.token(),
                tag: &self.tag,
                scope: &self.scope,
                elements: &self.elements,
                position: self.event_position,
                empty: self.state == State::EmptyElement,
            }),
            Turn::Text => Event::Text(Text { text: &self.text, position: self.event_position }),
            Turn::End => Event::End,
            Turn::Eof => Event::Eof,
        })
    }

    /// Where the last event begins.
    pub fn position(&self) -> Position {
        self.event_position
    }

    /// How many bytes were read, up to the end of the last event or a token beyond it.
    pub fn offset(&self) -> u64 {
        self.place.position().offset
    }

    /// The XPath of the innermost open element, such as `/IODEF-Document/Incident[1]/EventData[2]`: local names, with
    /// the position among siblings of the same local name. After [`Event::End`] that is the parent.
    /// Of the children of one element, those with the first 64 different names carry a position.
    pub fn path(&self) -> String {
        self.elements.path()
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.elements.depth()
    }

    /// Reads on to the end of the innermost open element and behind it: after [`Event::Start`], the whole element.
    /// What is skipped is checked like everything else.
    ///
    /// # Errors
    /// As [`Reader::next`].
    pub fn skip_element(&mut self) -> Result<(), Finding> {
        let outside = self.elements.depth().saturating_sub(1);
        while self.elements.depth() > outside {
            self.guarded(Self::advance)?;
        }
        Ok(())
    }

    /// The text of the element that just started, up to and with its end.
    ///
    /// # Errors
    /// As [`Reader::next`]; a child element is `element-unexpected`.
    pub fn text_content(&mut self) -> Result<String, Finding> {
        let mut text = String::new();
        loop {
            match self.guarded(Self::advance)? {
                Turn::Text => text.push_str(&self.text),
                Turn::End | Turn::Eof => return Ok(text),
                Turn::Start => {
                    let name = self.elements.name().unwrap_or_default();
                    let finding = Finding::error(
                        Code::ClassUnknownElement,
                        self.event_position,
                        self.path(),
                        format!("<{name}>"),
                        "text without elements",
                    );
                    return Err(self.fail(finding));
                }
            }
        }
    }

    /// The content of the element that just started, up to its end, kept as it was written; the element's end is
    /// read too. See [`Verbatim`]. The subtree may be as long as `Limits::text_bytes`.
    ///
    /// # Errors
    /// As [`Reader::next`].
    pub fn verbatim_content(&mut self) -> Result<Verbatim, Finding> {
        self.guarded(Self::capture)
    }

    fn guarded<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, Finding>) -> Result<T, Finding> {
        if let Some(finding) = &self.failed {
            return Err(finding.clone());
        }
        act(self).map_err(|finding| self.fail(finding))
    }

    fn fail(&mut self, finding: Finding) -> Finding {
        self.failed = Some(finding.clone());
        finding
    }

    fn advance(&mut self) -> Result<Turn, Finding> {
        if self.text_told {
            self.text.clear();
            self.text_told = false;
        }
        if self.state == State::EmptyElement {
            self.event_position = self.place.position();
            self.close();
            return Ok(Turn::End);
        }
        loop {
            let kind = match self.pending.take() {
                Some(kind) => kind,
                None => self.read_token()?,
            };
            let structural = matches!(kind, Kind::Start | Kind::Empty | Kind::End | Kind::Eof);
            if structural && !self.text.is_empty() {
                self.pending = Some(kind);
                self.text_told = true;
                self.event_position = self.text_position;
                return Ok(Turn::Text);
            }
            if structural {
                self.event_position = self.token_place.position();
            }
            match kind {
                Kind::Start | Kind::Empty => {
                    self.start_tag(kind == Kind::Empty)?;
                    return Ok(Turn::Start);
                }
                Kind::End => {
                    self.end_tag()?;
                    return Ok(Turn::End);
                }
                Kind::Eof => {
                    self.end_of_input()?;
                    return Ok(Turn::Eof);
                }
                other => self.other_token(other)?,
            }
        }
    }

    fn capture(&mut self) -> Result<Verbatim, Finding> {
        let base = self.elements.depth();
        if self.text_told || self.state == State::EmptyElement {
            self.text.clear();
            self.text_told = false;
        }
        if self.state == State::EmptyElement {
            self.close();
            return Ok(Verbatim::Text(String::new()));
        }
        let mut capture = Capture::new(&self.scope);
        loop {
            let kind = match self.pending.take() {
                Some(kind) => kind,
                None => self.read_token()?,
            };
            match kind {
                Kind::End if self.elements.depth() <= base => {
                    self.event_position = self.token_place.position();
                    self.end_tag()?;
                    let text = std::mem::take(&mut self.text);
                    return Ok(capture.finish(text));
                }
                Kind::Start | Kind::Empty => {
                    self.event_position = self.token_place.position();
                    self.start_tag(kind == Kind::Empty)?;
                    let top = self.elements.depth() == base + 1;
                    capture.start(self.tokens.token(), &self.tag, &self.scope, top);
                    if kind == Kind::Empty {
                        self.close();
                    }
                }
                Kind::End => self.end_tag()?,
                Kind::Eof => self.end_of_input()?,
                other => {
                    self.other_token(other)?;
                    capture.text(self.tokens.token(), &self.scope);
                }
            }
            if capture.has_elements() {
                self.text.clear();
            }
            capture.push(self.tokens.token());
            if matches!(kind, Kind::End | Kind::Empty) && self.elements.depth() == base {
                capture.end_top(&self.scope);
            }
            if capture.len() > self.limits.text_bytes {
                let problem = Problem::limit(0, "longer verbatim content", "text_bytes", self.limits.text_bytes);
                return Err(self.problem(problem));
            }
            if kind == Kind::Eof {
                return Err(self.problem(Problem::syntax(0, "the end of the input", "an open element")));
            }
        }
    }

    /// Goes on to the next token and checks its characters.
    fn read_token(&mut self) -> Result<Kind, Finding> {
        if self.state == State::New {
            self.state = State::Prolog;
            self.open()?;
        }
        self.token_place = self.place;
        // A CDATA section of the longest text has 12 bytes more.
        let longest = self.limits.text_bytes.saturating_add("<![CDATA[]]>".len());
        let kind = self.tokens.advance(longest).map_err(|stop| self.stopped(stop))?;
        let token = self.tokens.token();
        self.holds = Holds::of(token);
        match self.holds.lines() {
            Lines::None => self.place.advance_plain(token.len()),
            Lines::Narrow => self.place.advance_lines(token.as_bytes()),
            Lines::Any => self.place.advance(token.as_bytes()),
        }
        if !self.holds.suspicious() {
            return Ok(kind);
        }
        match first_forbidden(token) {
            None => Ok(kind),
            Some((at, c)) => {
                let found = format!("U+{:04X}", u32::from(c));
                Err(self.problem(Problem::syntax(at, found, "a character that XML 1.0 allows (§2.2)")))
            }
        }
    }

    fn open(&mut self) -> Result<(), Finding> {
        match self.tokens.open() {
            Opening::Plain => Ok(()),
            Opening::Utf8Mark => {
                self.place.skip_bytes(3);
                Ok(())
            }
            Opening::Wide => Err(self.finding(Code::XmlEncoding, self.place.position(), "UTF-16 or UTF-32", "UTF-8")),
        }
    }

    /// Why there is no next token.
    fn stopped(&self, stop: Stop) -> Finding {
        let start = self.token_place.position();
        match stop {
            Stop::Refused(error) => self.refused(&error),
            Stop::Long => {
                let expected = format!("at most {} bytes (limit text_bytes)", self.limits.text_bytes);
                self.finding(Code::LimitExceeded, start, "a longer piece of text or markup", expected)
            }
            Stop::Input(End::Total) => {
                let expected = format!("at most {} bytes (limit total_bytes)", self.limits.total_bytes);
                self.finding(Code::LimitExceeded, start, "a longer document", expected)
            }
            Stop::Input(End::NotUtf8(byte)) => {
                let found = byte.map_or_else(|| "a cut character".to_owned(), |byte| format!("the byte {byte:02X}"));
                let position = self.token_place.after(self.tokens.token().as_bytes());
                self.finding(Code::XmlEncoding, position, found, "UTF-8")
            }
            Stop::Input(End::Unreadable(error)) => self.finding(Code::FileUnreadable, start, error, "readable input"),
            Stop::Input(End::Whole) => self.finding(Code::XmlSyntax, start, "the end of the input", "complete markup"),
        }
    }

    /// What the tokenizer refuses.
    fn refused(&self, error: &TokenError) -> Finding {
        let (start, token) = (self.token_place.position(), self.tokens.token());
        match error {
            TokenError::Syntax(SyntaxError::UnclosedDoctype)
            | TokenError::IllFormed(IllFormedError::MissingDoctypeName) => {
                self.finding(Code::XmlDtd, start, token, "no document type declaration")
            }
            TokenError::IllFormed(IllFormedError::UnclosedReference) => {
                self.finding(Code::XmlSyntax, start, token, "&amp; or a reference that ends with ';'")
            }
            TokenError::Syntax(error) => {
                let misspelled = match error {
                    SyntaxError::InvalidBangMarkup => true,
                    SyntaxError::UnclosedCData => !token.starts_with("<![CDATA["),
                    SyntaxError::UnclosedComment => !token.starts_with("<!--"),
                    _ => false,
                };
                if misspelled {
                    return self.finding(Code::XmlSyntax, start, token, "a comment, a CDATA section or a tag");
                }
                self.finding(Code::XmlSyntax, start, token, format!("complete markup ({error})"))
            }
            error => self.finding(Code::XmlSyntax, start, error.to_string(), "well-formed XML"),
        }
    }

    fn start_tag(&mut self, empty: bool) -> Result<(), Finding> {
        if self.state == State::Epilog {
            return Err(self.problem(Problem::syntax(
                0,
                rest(self.tokens.token(), 0),
                "nothing behind the root element",
            )));
        }
        let end = self.tokens.token().len() - if empty { 2 } else { 1 };
        let name_len = self.tokens.token().as_bytes()[1..end].iter().position(|&b| is_space(b)).unwrap_or(end - 1);
        self.tag.name_end = 1 + name_len;
        let Some((prefix, local)) = split_qname(&self.tokens.token()[1..self.tag.name_end]) else {
            return Err(self.problem(Problem::syntax(0, rest(self.tokens.token(), 0), "an element name behind '<'")));
        };
        self.tag.local_start = self.tag.name_end - local.len();
        let limits = self.limits;
        if name_len > limits.name_bytes {
            return Err(self.problem(Problem::limit(0, "a longer name", "name_bytes", limits.name_bytes)));
        }
        if self.elements.depth() >= limits.depth {
            return Err(self.problem(Problem::limit(0, "deeper nesting", "depth", limits.depth)));
        }
        self.elements.push(prefix, local, self.scope.mark());
        let result = self
            .tag
            .scan(self.tokens.token(), self.holds, self.token_place, &limits)
            .and_then(|()| self.tag.declare(self.tokens.token(), &mut self.scope, &limits))
            .and_then(|()| {
                if prefix == "xmlns" {
                    return Err(Problem::syntax(
                        1,
                        rest(self.tokens.token(), 1),
                        "an element name without the prefix xmlns",
                    ));
                }
                self.tag.resolve(self.tokens.token(), prefix, &self.scope)
            });
        result.map_err(|problem| self.problem(problem))?;
        self.state = if empty { State::EmptyElement } else { State::Content };
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), Finding> {
        let found = self.tokens.token()[2..self.tokens.token().len() - 1].trim_end_matches([' ', '\t', '\r', '\n']);
        match self.elements.name() {
            Some(name) if name == found => {
                self.close();
                Ok(())
            }
            Some(name) => {
                let expected = format!("</{name}>");
                Err(self.problem(Problem::syntax(0, rest(self.tokens.token(), 0), expected)))
            }
            None => {
                Err(self.problem(Problem::syntax(0, rest(self.tokens.token(), 0), "no end tag without a start tag")))
            }
        }
    }

    fn close(&mut self) {
        if let Some(mark) = self.elements.pop() {
            self.scope.restore(mark);
        }
        self.state = if self.elements.depth() == 0 { State::Epilog } else { State::Content };
    }

    fn end_of_input(&mut self) -> Result<(), Finding> {
        match (self.elements.name(), self.state) {
            (Some(name), _) => {
                let expected = format!("</{name}>");
                Err(self.problem(Problem::syntax(0, "the end of the input", expected)))
            }
            (None, State::Epilog) => Ok(()),
            (None, _) => Err(self.problem(Problem::syntax(0, "the end of the input", "a root element"))),
        }
    }

    /// Tokens that are no event of their own: they add to the text, are passed over, or are refused.
    fn other_token(&mut self, kind: Kind) -> Result<(), Finding> {
        let token = self.tokens.token();
        let inside = self.elements.depth() > 0;
        let result = match kind {
            Kind::Text if !inside && is_blank(token) => return Ok(()),
            Kind::Text | Kind::Reference | Kind::CData if !inside => {
                let at = token.bytes().position(|b| !is_space(b)).unwrap_or_default();
                Err(Problem::syntax(at, rest(token, at), "no text outside the root element"))
            }
            Kind::Text | Kind::Reference | Kind::CData => {
                if self.text.is_empty() {
                    self.text_position = self.token_place.position();
                }
                push_characters(&mut self.text, kind, token, self.holds).and_then(|()| {
                    if self.text.len() > self.limits.text_bytes {
                        return Err(Problem::limit(0, "longer text", "text_bytes", self.limits.text_bytes));
                    }
                    Ok(())
                })
            }
            Kind::Comment => check_comment(token),
            Kind::Instruction => check_instruction(token),
            Kind::Declaration if token_is_first(self.token_place) => check_declaration(token),
            Kind::Declaration => Err(Problem::syntax(0, rest(token, 0), "an XML declaration at the start only")),
            Kind::DocType | Kind::Start | Kind::Empty | Kind::End | Kind::Eof => Err(Problem {
                code: Code::XmlDtd,
                at: 0,
                found: rest(token, 0).to_owned(),
                expected: "no document type declaration".to_owned(),
            }),
        };
        result.map_err(|problem| self.problem(problem))
    }

    fn problem(&self, problem: Problem) -> Finding {
        let position =
            self.token_place.after(&self.tokens.token().as_bytes()[..problem.at.min(self.tokens.token().len())]);
        self.finding(problem.code, position, problem.found, problem.expected)
    }

    fn finding(&self, code: Code, position: Position, found: impl AsRef<str>, expected: impl Into<String>) -> Finding {
        Finding::error(code, position, self.elements.path(), found, expected)
    }
}

/// Whether only a byte order mark can stand before the place.
fn token_is_first(place: Place) -> bool {
    let Position { line, column, .. } = place.position();
    (line, column) == (1, 1)
}

fn push_characters(text: &mut String, kind: Kind, token: &str, holds: Holds) -> Result<(), Problem> {
    let characters = match kind {
        Kind::Reference => {
            text.push(reference(token)?.0);
            return Ok(());
        }
        Kind::CData => &token["<![CDATA[".len()..token.len() - "]]>".len()],
        _ => token,
    };
    if kind != Kind::CData
        && holds.bracket()
        && let Some(at) = token.find("]]>")
    {
        return Err(Problem::syntax(at, "]]> in text", "]]&gt;"));
    }
    if holds.cr() {
        push_normalised(text, characters)
    } else {
        text.push_str(characters)
    }
    Ok(())
}

/// `Comment`, XML 1.0 §2.5.
fn check_comment(token: &str) -> Result<(), Problem> {
    let body = &token["<!--".len()..token.len() - "-->".len()];
    if body.contains("--") || body.ends_with('-') {
        return Err(Problem::syntax(0, rest(token, 0), "a comment without '--' in it"));
    }
    Ok(())
}

/// `PI`, XML 1.0 §2.6; the target has no colon (Namespaces in XML 1.0 §7).
fn check_instruction(token: &str) -> Result<(), Problem> {
    let body = &token[2..token.len() - 2];
    let target = &body[..body.find(|c| !is_name_char(c)).unwrap_or(body.len())];
    let separated = body[target.len()..].bytes().next().is_none_or(is_space);
    if !super::chars::is_ncname(target) || !separated || target.eq_ignore_ascii_case("xml") {
        return Err(Problem::syntax(0, rest(token, 0), "a processing instruction with a target other than xml"));
    }
    Ok(())
}
