//! The scanner that everything else stands on.

use std::io::{self, BufRead};

use super::{Limits, keys::Keys};
use crate::error::Code;

/// Something wrong at a byte.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) code: Code,
    pub(super) offset: u64,
    pub(super) found: String,
    pub(super) expected: String,
}

/// What stands in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    /// A member name, with its colon behind it.
    Key,
    String,
    Number,
    True,
    False,
    Null,
    /// The end of a complete document.
    End,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) start: u64,
    /// Behind its last byte; for a key, behind the closing quote.
    pub(super) end: u64,
    /// Whether a string has escapes, so that its text differs from its bytes.
    pub(super) escaped: bool,
}

/// Which strings [`Scanner::text`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collect {
    All,
    Keys,
}

/// Reads tokens in the order that the grammar allows, in constant stack and in memory bounded by the limits.
pub(super) struct Scanner<R> {
    input: R,
    offset: u64,
    limits: Limits,
    collect: Collect,
    frames: Vec<Frame>,
    expect: Expect,
    keys: Keys,
    /// The keys on the way to the current value, one behind the other.
    path: String,
    text: Vec<u8>,
    /// Bytes of the current string, collected or not.
    text_len: usize,
    values: u64,
}

/// An open array or object.
#[derive(Debug)]
struct Frame {
    object: bool,
    /// Members or elements begun.
    count: u64,
    /// Where the current key begins in the path.
    key_start: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Value,
    FirstElementOrEnd,
    FirstKeyOrEnd,
    Key,
    CommaOrEnd,
}

impl<R: BufRead> Scanner<R> {
    pub(super) fn new(input: R, limits: Limits, collect: Collect) -> Self {
        Scanner {
            input,
            offset: 0,
            limits,
            collect,
            frames: Vec::new(),
            expect: Expect::Value,
            keys: Keys::default(),
            path: String::new(),
            text: Vec::new(),
            text_len: 0,
            values: 0,
        }
    }

    /// The last key, string (if collected) or number, unescaped.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The way to the current value, as `$.a[0].b`.
    pub(super) fn path(&self) -> String {
        let mut out = "$".to_owned();
        for (index, frame) in self.frames.iter().enumerate() {
            let end = self.frames.get(index + 1).map_or(self.path.len(), |next| next.key_start);
            match (frame.object, frame.count) {
                (_, 0) => {}
                (true, _) => push_member(&mut out, &self.path[frame.key_start..end]),
                (false, count) => push_element(&mut out, count - 1),
            }
        }
        out
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Lexeme, Problem> {
        loop {
            self.skip_space()?;
            let start = self.offset;
            let byte = self.peek()?;
            match (self.expect, byte) {
                (Expect::CommaOrEnd, byte) if self.frames.is_empty() => {
                    return match byte {
                        None => Ok(self.lexeme(Token::End, start)),
                        Some(_) => Err(self.syntax(start, "nothing behind the value")),
                    };
                }
                (Expect::CommaOrEnd, Some(b',')) => {
                    self.consume(1);
                    self.expect = if self.in_object() { Expect::Key } else { Expect::Value };
                }
                (Expect::CommaOrEnd | Expect::FirstKeyOrEnd, Some(b'}')) if self.in_object() => {
                    return Ok(self.close(Token::ObjectEnd, start));
                }
                (Expect::CommaOrEnd | Expect::FirstElementOrEnd, Some(b']')) if !self.in_object() => {
                    return Ok(self.close(Token::ArrayEnd, start));
                }
                (Expect::CommaOrEnd, _) => {
                    return Err(self.syntax(start, if self.in_object() { "',' or '}'" } else { "',' or ']'" }));
                }
                (Expect::FirstKeyOrEnd | Expect::Key, Some(b'"')) => return self.key(start),
                (Expect::FirstKeyOrEnd, _) => return Err(self.syntax(start, "a member name in quotes or '}'")),
                (Expect::Key, _) => return Err(self.syntax(start, "a member name in quotes")),
                (Expect::Value | Expect::FirstElementOrEnd, byte) => return self.value(byte, start),
            }
        }
    }

    fn in_object(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.object)
    }

    fn lexeme(&self, token: Token, start: u64) -> Lexeme {
        Lexeme { token, start, end: self.offset, escaped: false }
    }

    fn close(&mut self, token: Token, start: u64) -> Lexeme {
        self.consume(1);
        if token == Token::ObjectEnd {
            self.keys.close();
        }
        if let Some(frame) = self.frames.pop() {
            self.path.truncate(frame.key_start);
        }
        self.expect = Expect::CommaOrEnd;
        self.lexeme(token, start)
    }

    fn key(&mut self, start: u64) -> Result<Lexeme, Problem> {
        let (key_start, count) = match self.frames.last_mut() {
            Some(frame) => {
                frame.count += 1;
                (frame.key_start, frame.count)
            }
            None => (0, 0),
        };
        self.path.truncate(key_start);
        if count > self.limits.members as u64 {
            return Err(self.limit(start, "more members", "members", self.limits.members as u64));
        }
        let lexeme = self.string(Token::Key, start)?;
        let key = String::from_utf8_lossy(&self.text);
        self.path.push_str(&key);
        if !self.keys.insert(&self.text) {
            let found = format!("a second member {key:?}");
            return Err(Problem {
                code: Code::JsonDuplicateKey,
                offset: start,
                found,
                expected: "each name once".to_owned(),
            });
        }
        self.skip_space()?;
        if self.peek()? != Some(b':') {
            return Err(self.syntax(self.offset, "':'"));
        }
        self.consume(1);
        self.expect = Expect::Value;
        Ok(lexeme)
    }

    fn value(&mut self, byte: Option<u8>, start: u64) -> Result<Lexeme, Problem> {
        if let Some(frame) = self.frames.last_mut()
            && !frame.object
        {
            frame.count += 1;
        }
        self.values += 1;
        if self.values > self.limits.values {
            return Err(self.limit(start, "more values", "values", self.limits.values));
        }
        let lexeme = match byte {
            Some(b'{') => return self.open(Token::ObjectStart, start),
            Some(b'[') => return self.open(Token::ArrayStart, start),
            Some(b'"') => self.string(Token::String, start)?,
            Some(b'-' | b'0'..=b'9') => self.number(start)?,
            Some(b't') => self.literal("true", Token::True, start)?,
            Some(b'f') => self.literal("false", Token::False, start)?,
            Some(b'n') => self.literal("null", Token::Null, start)?,
            Some(0xEF) if start == 0 => return Err(self.syntax(start, "UTF-8 without a byte order mark")),
            Some(0x00 | 0xFE | 0xFF) if start == 0 => return Err(self.syntax(start, "UTF-8, not UTF-16 or UTF-32")),
            _ => return Err(self.syntax(start, "a value")),
        };
        self.expect = Expect::CommaOrEnd;
        Ok(lexeme)
    }

    fn open(&mut self, token: Token, start: u64) -> Result<Lexeme, Problem> {
        if self.frames.len() >= self.limits.depth {
            return Err(self.limit(start, "deeper nesting", "depth", self.limits.depth as u64));
        }
        self.consume(1);
        let object = token == Token::ObjectStart;
        if object {
            self.keys.open();
        }
        self.frames.push(Frame { object, count: 0, key_start: self.path.len() });
        self.expect = if object { Expect::FirstKeyOrEnd } else { Expect::FirstElementOrEnd };
        Ok(self.lexeme(token, start))
    }

    fn literal(&mut self, word: &str, token: Token, start: u64) -> Result<Lexeme, Problem> {
        for expected in word.bytes() {
            if self.peek()? != Some(expected) {
                return Err(self.syntax(start, word));
            }
            self.consume(1);
        }
        Ok(self.lexeme(token, start))
    }

    /// `number`, RFC 8259 §6.
    fn number(&mut self, start: u64) -> Result<Lexeme, Problem> {
        self.begin_text();
        self.take_if(|b| b == b'-')?;
        if !self.take_if(|b| b == b'0')? {
            self.digits(start)?;
        }
        if self.take_if(|b| b == b'.')? {
            self.digits(start)?;
        }
        if self.take_if(|b| matches!(b, b'e' | b'E'))? {
            self.take_if(|b| matches!(b, b'+' | b'-'))?;
            self.digits(start)?;
        }
        self.check_text(start, Token::Number)?;
        Ok(self.lexeme(Token::Number, start))
    }

    fn digits(&mut self, start: u64) -> Result<(), Problem> {
        if !self.take_if(|b| b.is_ascii_digit())? {
            return Err(self.syntax(start, "a number"));
        }
        while self.take_if(|b| b.is_ascii_digit())? {
            self.check_text(start, Token::Number)?;
        }
        Ok(())
    }

    fn take_if(&mut self, wanted: impl Fn(u8) -> bool) -> Result<bool, Problem> {
        match self.peek()? {
            Some(byte) if wanted(byte) => {
                self.text.push(byte);
                self.text_len += 1;
                self.consume(1);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// `string`, RFC 8259 §7.
    fn string(&mut self, token: Token, start: u64) -> Result<Lexeme, Problem> {
        let keep = token == Token::Key || self.collect == Collect::All;
        let mut escaped = false;
        self.begin_text();
        self.consume(1);
        loop {
            let chunk = fill(&mut self.input, self.offset, &self.limits)?;
            let run = chunk.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20).unwrap_or(chunk.len());
            let stop = chunk.get(run).copied();
            let (valid, broken) = match std::str::from_utf8(&chunk[..run]) {
                Ok(_) => (run, false),
                // A character may be cut by the end of the chunk, but not by what ends the run.
                Err(error) => (error.valid_up_to(), stop.is_some() || error.error_len().is_some()),
            };
            if keep {
                self.text.extend_from_slice(&chunk[..valid]);
            }
            let at_end = chunk.is_empty();
            self.text_len += valid;
            self.consume(valid);
            self.check_text(start, token)?;
            if broken {
                return Err(self.syntax(self.offset, "UTF-8"));
            }
            if at_end {
                return Err(self.syntax(start, "a closing quote"));
            }
            match stop {
                Some(b'"') => {
                    self.consume(1);
                    return Ok(Lexeme { token, start, end: self.offset, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    let c = self.escape()?;
                    self.push_char(c, keep);
                }
                Some(_) => return Err(self.syntax(self.offset, "control characters in strings as escapes")),
                None if valid < run => self.split_character(keep)?,
                None => {}
            }
        }
    }

    /// A character whose bytes are spread over two chunks or more.
    fn split_character(&mut self, keep: bool) -> Result<(), Problem> {
        let start = self.offset;
        let mut bytes = [0; 4];
        for len in 1..=bytes.len() {
            match self.peek()? {
                Some(byte) => bytes[len - 1] = byte,
                None => break,
            }
            self.consume(1);
            if let Some(c) = std::str::from_utf8(&bytes[..len]).ok().and_then(|text| text.chars().next()) {
                self.push_char(c, keep);
                return Ok(());
            }
        }
        Err(Problem {
            code: Code::JsonSyntax,
            offset: start,
            found: format!("the byte {:02X}", bytes[0]),
            expected: "UTF-8".to_owned(),
        })
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let start = self.offset;
        self.consume(1);
        let byte = self.peek()?;
        self.consume(usize::from(byte.is_some()));
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let lone = |unit: u32| Problem {
                    code: Code::JsonSyntax,
                    offset: start,
                    found: format!("the lone surrogate \\u{unit:04X}"),
                    expected: "a whole character".to_owned(),
                };
                let high = self.hex4(start)?;
                if !(0xD800..0xDC00).contains(&high) {
                    return char::from_u32(high).ok_or_else(|| lone(high));
                }
                for expected in [b'\\', b'u'] {
                    if self.peek()? != Some(expected) {
                        return Err(lone(high));
                    }
                    self.consume(1);
                }
                let low = self.hex4(start)?;
                if !(0xDC00..0xE000).contains(&low) {
                    return Err(lone(high));
                }
                let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return char::from_u32(code).ok_or_else(|| lone(high));
            }
            _ => {
                return Err(Problem {
                    code: Code::JsonSyntax,
                    offset: start,
                    found: "another escape".to_owned(),
                    expected: "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u".to_owned(),
                });
            }
        })
    }

    fn hex4(&mut self, start: u64) -> Result<u32, Problem> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek()?.and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(Problem {
                    code: Code::JsonSyntax,
                    offset: start,
                    found: "an incomplete \\u escape".to_owned(),
                    expected: "four hexadecimal digits".to_owned(),
                });
            };
            self.consume(1);
            unit = unit * 16 + digit;
        }
        Ok(unit)
    }

    fn begin_text(&mut self) {
        self.text.clear();
        self.text_len = 0;
    }

    fn push_char(&mut self, c: char, keep: bool) {
        self.text_len += c.len_utf8();
        if keep {
            self.text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    fn check_text(&self, start: u64, token: Token) -> Result<(), Problem> {
        let (name, value) = match token {
            Token::Key => ("key_bytes", self.limits.key_bytes),
            _ => ("text_bytes", self.limits.text_bytes),
        };
        if self.text_len > value {
            return Err(self.limit(start, "a longer text", name, value as u64));
        }
        Ok(())
    }

    fn skip_space(&mut self) -> Result<(), Problem> {
        loop {
            let chunk = fill(&mut self.input, self.offset, &self.limits)?;
            let run = chunk.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
            match run {
                Some(0) => return Ok(()),
                None if chunk.is_empty() => return Ok(()),
                _ => {
                    let run = run.unwrap_or(chunk.len());
                    self.consume(run);
                }
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, Problem> {
        Ok(fill(&mut self.input, self.offset, &self.limits)?.first().copied())
    }

    fn consume(&mut self, count: usize) {
        self.input.consume(count);
        self.offset += count as u64;
    }

    /// A syntax problem at the byte that comes next, or at an earlier one.
    fn syntax(&mut self, offset: u64, expected: &str) -> Problem {
        let found = match self.peek() {
            Ok(None) => "the end of the input".to_owned(),
            Ok(Some(byte)) if byte.is_ascii_graphic() => format!("'{}'", char::from(byte)),
            Ok(Some(byte)) => format!("the byte {byte:02X}"),
            Err(problem) => return problem,
        };
        Problem { code: Code::JsonSyntax, offset, found, expected: expected.to_owned() }
    }

    fn limit(&self, offset: u64, found: &str, name: &str, value: u64) -> Problem {
        let expected = format!("at most {value} (limit {name})");
        Problem { code: Code::LimitExceeded, offset, found: found.to_owned(), expected }
    }
}

/// The bytes that come next, within the total limit; empty at the end.
fn fill<'i, R: BufRead>(input: &'i mut R, offset: u64, limits: &Limits) -> Result<&'i [u8], Problem> {
    // The first call tells whether it was interrupted, the second borrows: a borrow cannot leave a loop.
    loop {
        match input.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(&error, offset)),
        }
    }
    let chunk = input.fill_buf().map_err(|error| unreadable(&error, offset))?;
    let room = usize::try_from(limits.total_bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
    if room == 0 && !chunk.is_empty() {
        return Err(Problem {
            code: Code::LimitExceeded,
            offset,
            found: "a longer document".to_owned(),
            expected: format!("at most {} bytes (limit total_bytes)", limits.total_bytes),
        });
    }
    Ok(&chunk[..chunk.len().min(room)])
}

pub(super) fn unreadable(error: &io::Error, offset: u64) -> Problem {
    Problem { code: Code::FileUnreadable, offset, found: error.to_string(), expected: "readable input".to_owned() }
}

/// Appends a member to a path: `.name`, or `['na me']` where it is no plain word.
pub(super) fn push_member(path: &mut String, key: &str) {
    let mut chars = key.chars();
    let word = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if word {
        path.push('.');
        path.push_str(key);
    } else {
        path.push_str("['");
        for c in key.chars() {
            match c {
                '\'' | '\\' => path.extend(['\\', c]),
                c if c.is_control() => path.extend(c.escape_default()),
                c => path.push(c),
            }
        }
        path.push_str("']");
    }
}

/// Appends an element to a path: `[index]`.
pub(super) fn push_element(path: &mut String, index: u64) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}
