//! Tracking numbers (requirements 24 to 31): `TEAM-7K3-M9Q-2TC`.
//!
//! Prefix of the team or service, eight random characters, one check character. The body is random and tells nothing:
//! neither time nor count (requirement 28). 31^8 bodies, about 8.5 * 10^11, are one space over all prefixes
//! (requirement 26); that a number is unique and never given twice, not even for deleted or merged records, is the duty
//! of the store, which draws again when the body is taken (requirement 27).
//!
//! The alphabet is the digits and the letters without I, L, O, S, U: 31 characters, a prime. On reading, I and L are 1,
//! O is 0, S is 5, U is V, case does not count, and blanks, hyphens and their kin are skipped. The check character
//! makes the sum of place times value 0 modulo 31, prefix included; as 31 is prime and no number is longer than 30,
//! every single wrong character and every exchange of two characters, neighbours or not, is found.

use std::{fmt, ops::Range, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declare::value;
use crate::{
    error::excerpt,
    world::{Entropy, NoEntropy},
};

#[cfg(test)]
mod tests;

/// The characters of a body, in the order of their values.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKMNPQRTVWXYZ";
/// Random characters in a number.
const RANDOM: usize = 8;
/// Random characters and the check character.
const BODY: usize = RANDOM + 1;
/// Characters between two hyphens of the body.
const GROUP: usize = 3;

/// Shortest prefix, in characters.
pub const MIN_PREFIX: usize = 2;
/// Longest prefix, in characters.
pub const MAX_PREFIX: usize = 12;

/// Most skipped characters between two characters of a number in running text: a folded subject line has three.
const MAX_SKIPPED: usize = 4;

/// The prefix of a team or service (requirement 25): 2 to 12 letters and digits, the first a letter, upper case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Prefix(String);

impl Prefix {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Prefix {
    type Err = BadNumber;
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let fits = (MIN_PREFIX..=MAX_PREFIX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && text.as_bytes()[0].is_ascii_alphabetic();
        if fits { Ok(Prefix(text.to_ascii_uppercase())) } else { Err(BadNumber::new(text, Fault::Prefix)) }
    }
}

/// A tracking number. Two numbers are equal when they read the same, whatever way their prefix was spelt.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TrackingNumber {
    prefix: String,
    body: [u8; BODY],
}

impl TrackingNumber {
    /// Draws a new number. Whether it was ever given before only the store knows.
    ///
    /// # Errors
    /// When `entropy` has none to give.
    pub fn draw(prefix: &Prefix, entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut values = [0; RANDOM];
        let mut drawn = 0;
        while drawn < RANDOM {
            let mut bytes = [0; 16];
            entropy.fill(&mut bytes)?;
            // 248 is the largest multiple of 31 in a byte: above it the remainder would favour the first characters
            for byte in bytes.into_iter().filter(|byte| *byte < 248).take(RANDOM - drawn) {
                values[drawn] = byte % 31;
                drawn += 1;
            }
        }
        Ok(Self::of(prefix, values))
    }

    fn of(prefix: &Prefix, values: [u8; RANDOM]) -> Self {
        let mut body = [ALPHABET[0]; BODY];
        for (place, value) in body.iter_mut().zip(values) {
            *place = ALPHABET[usize::from(value) % ALPHABET.len()];
        }
        // with 0 in the last place, whose weight is 1, the sum lacks just the check value
        let lacking = sum(prefix.0.bytes().chain(body).map(value_of));
        body[RANDOM] = ALPHABET[((31 - lacking) % 31) as usize];
        TrackingNumber { prefix: prefix.0.clone(), body }
    }

    /// Reads a number as people write it: any case, blanks and hyphens anywhere, I or L for 1, O for 0, S for 5, U for V.
    /// The last nine characters are the body, what stands before is the prefix.
    ///
    /// # Errors
    /// When there is something else in it, the prefix or the body is too short or too long, or the check fails.
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        let bad = |fault| BadNumber::new(text, fault);
        let characters: Vec<char> = text.chars().filter(|c| !is_separator(*c)).collect();
        if characters.len() > MAX_PREFIX + BODY || characters.len() < MIN_PREFIX + BODY {
            return Err(bad(Fault::Length));
        }
        let (prefix, body) = characters.split_at(characters.len() - BODY);
        if !prefix.iter().all(char::is_ascii_alphanumeric) {
            return Err(bad(Fault::Prefix));
        }
        let prefix = prefix.iter().map(char::to_ascii_uppercase).collect();
        let body: Vec<u8> = body.iter().filter_map(|c| fold(*c)).collect();
        let body = body.try_into().map_err(|_| bad(Fault::Character))?;
        let number = TrackingNumber { prefix, body };
        if number.holds() { Ok(number) } else { Err(bad(Fault::Check)) }
    }

    /// Finds the numbers with one of these prefixes in running text, such as a mail's subject (requirement 29), with
    /// the bytes where each stands. The prefix is returned as configured. A number must not touch another letter or
    /// digit; what fails the check is not returned.
    pub fn find(text: &str, prefixes: &[Prefix]) -> Vec<(Range<usize>, TrackingNumber)> {
        let characters: Vec<(usize, char)> = text.char_indices().collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < characters.len() {
            let begins = at == 0 || !characters[at - 1].1.is_alphanumeric();
            let hit =
                if begins { prefixes.iter().find_map(|prefix| match_at(&characters[at..], prefix)) } else { None };
            match hit {
                Some((count, number)) => {
                    let end = characters.get(at + count).map_or(text.len(), |(offset, _)| *offset);
                    found.push((characters[at].0..end, number));
                    at += count;
                }
                None => at += 1,
            }
        }
        found
    }

    /// The prefix.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    fn holds(&self) -> bool {
        sum(self.values()) == 0
    }

    fn values(&self) -> impl DoubleEndedIterator<Item = u32> {
        self.prefix.bytes().chain(self.body).map(value_of)
    }
}

/// Matches a prefix and a body at the begin of the characters; gives how many they take.
fn match_at(characters: &[(usize, char)], prefix: &Prefix) -> Option<(usize, TrackingNumber)> {
    let mut next = 0;
    let mut take = || {
        let skipped = characters[next.min(characters.len())..].iter().take_while(|(_, c)| is_separator(*c)).count();
        next += skipped;
        let character = characters.get(next).map(|(_, c)| *c).filter(|_| skipped <= MAX_SKIPPED)?;
        next += 1;
        Some((skipped, character))
    };
    for (index, expected) in prefix.0.chars().enumerate() {
        let (skipped, character) = take()?;
        if (index > 0 && skipped > 0) || fold(character)? != fold(expected)? {
            return None;
        }
    }
    let mut body = [0; BODY];
    for place in &mut body {
        *place = fold(take()?.1)?;
    }
    let number = TrackingNumber { prefix: prefix.0.clone(), body };
    let ends = characters.get(next).is_none_or(|(_, c)| !c.is_alphanumeric());
    (ends && number.holds()).then_some((next, number))
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_' | '.' | '#' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}')
}

/// A letter or digit in the one spelling that counts.
fn fold(c: char) -> Option<u8> {
    let byte = u8::try_from(c).ok()?.to_ascii_uppercase();
    let byte = match byte {
        b'I' | b'L' => b'1',
        b'O' => b'0',
        b'S' => b'5',
        b'U' => b'V',
        other => other,
    };
    ALPHABET.contains(&byte).then_some(byte)
}

fn value_of(byte: u8) -> u32 {
    let folded = fold(char::from(byte)).unwrap_or_default();
    ALPHABET.iter().position(|letter| *letter == folded).unwrap_or_default() as u32
}

/// Sum of place times value, places counted from the end, modulo 31.
fn sum(values: impl DoubleEndedIterator<Item = u32>) -> u32 {
    values.rev().zip(1..).fold(0, |sum, (value, place)| (sum + value * place) % 31)
}

/// `PREFIX-XXX-XXX-XXX`.
impl fmt::Display for TrackingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.prefix)?;
        for (index, byte) in self.body.iter().enumerate() {
            if index % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*byte))?;
        }
        Ok(())
    }
}

impl fmt::Debug for TrackingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for TrackingNumber {
    fn eq(&self, other: &Self) -> bool {
        self.values().eq(other.values())
    }
}

impl Eq for TrackingNumber {}

impl std::hash::Hash for TrackingNumber {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.values().for_each(|value| state.write_u32(value));
    }
}

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Too short or too long.
    Length,
    /// The prefix is not 2 to 12 letters and digits beginning with a letter.
    Prefix,
    /// A character that no number has.
    Character,
    /// The check character does not fit: something was mistyped.
    Check,
    /// In a document: not the one written form.
    Spelling,
}

/// The text is not a tracking number.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {found:?}, expected {}", match self.fault {
    Fault::Length => "a tracking number such as TEAM-7K3-M9Q-2TC",
    Fault::Prefix => "a prefix of 2 to 12 letters and digits, beginning with a letter",
    Fault::Character => "letters and digits, hyphens and blanks",
    Fault::Spelling => "the written form: upper case, groups of three between hyphens",
    Fault::Check => "a number whose check character fits: a character is wrong or two are exchanged",
})]
pub struct BadNumber {
    /// The text, shortened.
    pub found: String,
    /// What is wrong.
    pub fault: Fault,
}

impl BadNumber {
    fn new(found: &str, fault: Fault) -> Self {
        BadNumber { found: excerpt(found), fault }
    }
}

impl FromStr for TrackingNumber {
    type Err = BadNumber;
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        TrackingNumber::parse(text)
    }
}

/// For documents, which have one written form: only what [`fmt::Display`] prints.
impl TryFrom<String> for TrackingNumber {
    type Error = BadNumber;
    fn try_from(text: String) -> Result<Self, BadNumber> {
        let number = TrackingNumber::parse(&text)?;
        if number.to_string() == text { Ok(number) } else { Err(BadNumber::new(&text, Fault::Spelling)) }
    }
}

impl From<TrackingNumber> for String {
    fn from(number: TrackingNumber) -> String {
        number.to_string()
    }
}

impl JsonSchema for TrackingNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TrackingNumber".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "prefix, eight random characters and a check character, such as TEAM-7K3-M9Q-2TC",
            "pattern": "^[A-Z0-9]{2,12}(-[0-9A-HJKMNPQRTVWXYZ]{3}){3}$"
        })
    }
}

value!(TrackingNumber, |generator| {
    let prefix = Prefix((*generator.pick(&["TEAM", "SIREX", "C2"])).to_owned());
    TrackingNumber::of(&prefix, std::array::from_fn(|_| generator.below(31) as u8))
});
