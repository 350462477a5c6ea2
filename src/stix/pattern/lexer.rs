//! The text of a pattern, piece by piece.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{
    Constant, Literal, PatternError,
    constant::{FLOAT, INTEGER, TIMESTAMP},
};
use crate::error::excerpt;

/// A piece, and the bytes that it takes.
#[derive(Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) at: usize,
    pub(super) end: usize,
}

#[derive(Debug, PartialEq)]
pub(super) enum Kind<'t> {
    /// A name without apostrophes.
    Name(&'t str),
    /// A word of the language.
    Word(&'static str),
    Constant(Literal),
    /// A sign: an operator as the specification writes it, or punctuation.
    Sign(&'static str),
    End,
}

/// Something that is understood, and spelled otherwise than the specification has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// Where in the text, in bytes from its beginning.
    pub at: usize,
    /// How it is spelled.
    pub found: &'static str,
    /// How the specification spells it.
    pub expected: &'static str,
}

/// The words of the language; `LAST` is one in the grammar of OASIS, and means nothing.
const WORDS: [&str; 19] = [
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "LAST",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "TIMES",
    "WITHIN",
    "REPEATS",
    "true",
    "false",
];

/// Signs of two characters before those of one.
const SIGNS: [(&str, &str); 17] = [
    ("==", "="),
    ("!=", "!="),
    ("<>", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("[", "["),
    ("]", "]"),
    ("(", "("),
    (")", ")"),
    (",", ","),
    (":", ":"),
    (".", "."),
    ("*", "*"),
    // What follows a number that no word follows.
    ("-", "-"),
];

/// Base64 (RFC 4648 §4); what stands in the bits that pad the last byte is not looked at.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// Whether a text is a name that may stand without apostrophes as a type of object.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') && text.bytes().all(is_name_byte)
}

/// Whether a name is a word of the language, which is no name then.
pub(super) fn is_reserved(text: &str) -> bool {
    WORDS.contains(&text)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    pub(super) spellings: Vec<Spelling>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Lexer { text, at: 0, spellings: Vec::new() }
    }

    /// What stands at a piece, as errors show it.
    pub(super) fn shown(&self, token: &Token<'_>) -> String {
        match self.text.get(token.at..token.end) {
            Some("") | None => "the end".to_owned(),
            Some(text) => excerpt(text),
        }
    }

    pub(super) fn next(&mut self) -> Result<Token<'t>, PatternError> {
        self.space()?;
        let at = self.at;
        let kind = self.kind()?;
        Ok(Token { kind, at, end: self.at })
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn kind(&mut self) -> Result<Kind<'t>, PatternError> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        match bytes.first() {
            None => Ok(Kind::End),
            Some(b'\'') => self.string().map(|text| Kind::Constant(Literal::String(text))),
            Some(b'0'..=b'9') => self.number(),
            Some(b'+' | b'-') if digit(1) || (bytes.get(1) == Some(&b'.') && digit(2)) => self.number(),
            Some(b'.') if digit(1) => self.number(),
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => self.name(),
            Some(_) => self.sign(),
        }
    }

    /// White space, and the comments that the specification does not have.
    fn space(&mut self) -> Result<(), PatternError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(char::is_whitespace);
            self.at += rest.len() - trimmed.len();
            let length = if trimmed.starts_with("//") {
                trimmed.find(['\n', '\r']).unwrap_or(trimmed.len())
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                let length = comment.find("*/").map(|length| length + 4);
                length.ok_or_else(|| PatternError::new(self.at, "a comment without an end", "*/"))?
            } else {
                return Ok(());
            };
            self.spelled(self.at, "a comment", "no comment");
            self.at += length;
        }
    }

    /// Takes note of a spelling, of each kind once.
    fn spelled(&mut self, at: usize, found: &'static str, expected: &'static str) {
        if !self.spellings.iter().any(|known| known.found == found) {
            self.spellings.push(Spelling { at, found, expected });
        }
    }

    fn sign(&mut self) -> Result<Kind<'t>, PatternError> {
        let rest = self.rest();
        let Some((written, sign)) = SIGNS.iter().find(|(written, _)| rest.starts_with(written)) else {
            let found: String = rest.chars().take(1).collect();
            return Err(PatternError::new(
                self.at,
                format!("{found:?}"),
                "a name, a constant or a sign of the language",
            ));
        };
        match *written {
            "==" => self.spelled(self.at, "==", "="),
            "<>" => self.spelled(self.at, "<>", "!="),
            _ => {}
        }
        self.at += written.len();
        Ok(Kind::Sign(sign))
    }

    /// A name, a word, or a constant that begins with a letter and an apostrophe.
    fn name(&mut self) -> Result<Kind<'t>, PatternError> {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| !is_name_byte(byte)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        if matches!(name, "b" | "h" | "t") && rest.as_bytes().get(1) == Some(&b'\'') {
            return self.prefixed(name);
        }
        self.at += length;
        Ok(match name {
            "true" => Kind::Constant(Literal::Boolean(true)),
            "false" => Kind::Constant(Literal::Boolean(false)),
            _ => WORDS.iter().find(|word| **word == name).map_or(Kind::Name(name), |word| Kind::Word(word)),
        })
    }

    /// A string; its first apostrophe is at this place.
    fn string(&mut self) -> Result<String, PatternError> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, c)) = characters.next() {
            match c {
                '\'' => {
                    self.at += offset + 1;
                    return Ok(text);
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('\'' | '\\'))) => text.push(escaped),
                    other => {
                        let found = other.map_or("\\".to_owned(), |(_, c)| format!("\\{}", c.escape_default()));
                        return Err(PatternError::new(self.at + offset, found, "\\' or \\\\"));
                    }
                },
                c => text.push(c),
            }
        }
        Err(PatternError::new(self.at, "a string without an end", "an apostrophe at the end"))
    }

    /// `b'..'`, `h'..'` or `t'..'`.
    fn prefixed(&mut self, prefix: &str) -> Result<Kind<'t>, PatternError> {
        let at = self.at;
        let inside = self.rest().get(2..).unwrap_or_default();
        let Some(length) = inside.find('\'') else {
            return Err(PatternError::new(at, "a constant without an end", "an apostrophe at the end"));
        };
        let inside = inside.get(..length).unwrap_or_default();
        let wrong = |expected| PatternError::new(at, format!("{prefix}'{}'", excerpt(inside)), expected);
        let literal = match prefix {
            "b" => {
                let text: String = inside.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
                Literal::Binary(BASE64.decode(text).map_err(|_| wrong("base64 (RFC 4648 §4)"))?)
            }
            "h" => {
                let bytes = hexadecimal(inside).ok_or_else(|| wrong("an even number of the digits 0-9 and a-f"))?;
                if inside.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    self.spelled(at, "hexadecimal digits in upper case", "the digits 0-9 and a-f");
                }
                Literal::Hex(bytes)
            }
            _ => Constant::timestamp(inside).map_err(|_| wrong(TIMESTAMP))?.literal().clone(),
        };
        self.at += length + 3;
        Ok(Kind::Constant(literal))
    }

    /// An integer or a float.
    fn number(&mut self) -> Result<Kind<'t>, PatternError> {
        let at = self.at;
        let rest = self.rest();
        let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        let digits = |text: &str| text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
        let sign = rest.len() - unsigned.len();
        let whole = digits(unsigned);
        let fraction = unsigned.get(whole..).and_then(|rest| rest.strip_prefix('.')).map_or(0, digits);
        let length = sign + whole + if fraction > 0 { fraction + 1 } else { 0 };
        let text = rest.get(..length).unwrap_or_default();
        let wrong = |expected| PatternError::new(at, excerpt(text), expected);
        if rest.as_bytes().get(length).is_some_and(|byte| is_name_byte(*byte)) {
            return Err(wrong("a number, and white space or a sign behind it"));
        }
        let leading = unsigned.get(..whole).is_some_and(|whole| whole.len() > 1 && whole.starts_with('0'));
        if leading && fraction == 0 {
            return Err(wrong("an integer without zeros at its beginning"));
        }
        let constant = if fraction > 0 {
            text.parse().ok().and_then(|number| Constant::float(number).ok()).ok_or_else(|| wrong(FLOAT))?
        } else {
            text.parse().ok().and_then(|number| Constant::integer(number).ok()).ok_or_else(|| wrong(INTEGER))?
        };
        if rest.starts_with('+') {
            self.spelled(at, "a plus sign", "a number above 0 without a sign");
        }
        self.at += length;
        Ok(Kind::Constant(constant.literal().clone()))
    }
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let value = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(value(*high)? << 4 | value(*low)?)).collect()
}
