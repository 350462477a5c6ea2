//! The seven visibility letters of `src/record/visibility.tsv` and what a field's row resolves to.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::marking::Audience;

/// What one audience may get of a field. The order is from wide to narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Letter {
    /// `Y`: as it is.
    Yes,
    /// `S`: sanitised by a rule (pseudonym, generalised); without one it is left out.
    Sanitised,
    /// `C`: only with approval or consent.
    Consent,
    /// `A`: only in counts over records, never in a document.
    Aggregate,
    /// `N`: never.
    Never,
}

impl Letter {
    const fn read(byte: u8) -> Option<Letter> {
        match byte {
            b'Y' => Some(Letter::Yes),
            b'S' => Some(Letter::Sanitised),
            b'C' => Some(Letter::Consent),
            b'A' => Some(Letter::Aggregate),
            b'N' => Some(Letter::Never),
            _ => None,
        }
    }

    /// The letter as the tables write it.
    pub const fn as_char(self) -> char {
        match self {
            Letter::Yes => 'Y',
            Letter::Sanitised => 'S',
            Letter::Consent => 'C',
            Letter::Aggregate => 'A',
            Letter::Never => 'N',
        }
    }
}

/// One letter for each [`Audience`], in the order of [`Audience::ALL`] (the columns IMTLPRX). Written `YCNNNNN`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Letters([Letter; 7]);

impl Letters {
    /// `N` for all: what a field without letters has.
    pub const NONE: Letters = Letters([Letter::Never; 7]);

    /// `Y` for all: the frame.
    pub const ALL: Letters = Letters([Letter::Yes; 7]);

    /// Letters of a declaration. A wrong one stops the build, because declarations are constants.
    #[allow(clippy::panic)] // evaluated by the compiler only
    pub(crate) const fn declared(text: &str) -> Letters {
        match Letters::read(text.as_bytes()) {
            Some(letters) => letters,
            None => panic!("seven letters of Y S C A N"),
        }
    }

    const fn read(text: &[u8]) -> Option<Letters> {
        let mut letters = [Letter::Never; 7];
        if text.len() != letters.len() {
            return None;
        }
        let mut at = 0;
        while at < letters.len() {
            match Letter::read(text[at]) {
                Some(letter) => letters[at] = letter,
                None => return None,
            }
            at += 1;
        }
        Some(Letters(letters))
    }

    /// The letter of one audience.
    pub const fn get(self, audience: Audience) -> Letter {
        self.0[audience as usize]
    }

    /// For each audience the narrower letter of the two.
    #[must_use]
    pub fn meet(self, other: Letters) -> Letters {
        let mut letters = self.0;
        for (letter, theirs) in letters.iter_mut().zip(other.0) {
            *letter = (*letter).max(theirs);
        }
        Letters(letters)
    }
}

impl fmt::Display for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", letter.as_char()))
    }
}

impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not seven letters of `Y S C A N`.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected seven letters of Y S C A N, one for each audience")]
pub struct BadLetters;

impl FromStr for Letters {
    type Err = BadLetters;
    fn from_str(text: &str) -> Result<Self, BadLetters> {
        Letters::read(text.as_bytes()).ok_or(BadLetters)
    }
}

impl TryFrom<String> for Letters {
    type Error = BadLetters;
    fn try_from(text: String) -> Result<Self, BadLetters> {
        text.parse()
    }
}

impl From<Letters> for String {
    fn from(letters: Letters) -> String {
        letters.to_string()
    }
}

impl JsonSchema for Letters {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Letters".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "one letter of Y S C A N for each audience: isirt, management, trusted-cert, law-enforcement, partner, regulator, public",
            "pattern": "^[YSCAN]{7}$"
        })
    }
}

/// What a path of the record resolves to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Part of the frame: whoever gets the record at all gets it.
    Frame,
    /// Holds an element together (its id, origins, marking, references): stays while anything beside it stays.
    Structure,
    /// Residue of a foreign format. Its rule is the agreement's `carry`, not the letters; without one it stays at home.
    Residue,
    /// A fact of the case.
    Letters(Letters),
}

impl Visibility {
    /// The letter for an audience: `Y` for frame and structure, `N` for residue.
    pub const fn letter(self, audience: Audience) -> Letter {
        match self {
            Visibility::Frame | Visibility::Structure => Letter::Yes,
            Visibility::Residue => Letter::Never,
            Visibility::Letters(letters) => letters.get(audience),
        }
    }
}

/// The letters, or `frame`, `structure`, `residue`.
impl fmt::Display for Visibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Visibility::Frame => f.write_str("frame"),
            Visibility::Structure => f.write_str("structure"),
            Visibility::Residue => f.write_str("residue"),
            Visibility::Letters(letters) => fmt::Display::fmt(letters, f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_read_back_and_meet_takes_the_narrower() {
        let person: Letters = "YCNCNCN".parse().unwrap();
        let organisation: Letters = "YYCYCYN".parse().unwrap();
        assert_eq!(person.to_string(), "YCNCNCN");
        assert_eq!(organisation.meet(person), person);
        assert_eq!("YSCANYY".parse::<Letters>().unwrap().meet("SSSSSAN".parse().unwrap()).to_string(), "SSCANAN");
        assert_eq!(organisation.get(Audience::TrustedCert), Letter::Consent);
        for bad in ["", "YYYYYY", "YYYYYYYY", "YYYYYYX", "yyyyyyy", "YYYYYYÄ"] {
            assert_eq!(bad.parse::<Letters>(), Err(BadLetters), "{bad}");
        }
    }
}
