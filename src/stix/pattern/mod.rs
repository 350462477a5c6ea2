//! STIX patterning (§9): patterns as typed trees that are read, checked, built and printed.
//!
//! A [`Pattern`] that exists is of the grammar, whoever made it: the reader and the builders go through the same constructors. Printing is
//! canonical: what is printed is read as the same tree, and has no parenthesis, white space or spelling that says nothing. Whether
//! a pattern makes sense beside the types and properties of STIX is another matter: `check` tells that as findings. Patterns are
//! never matched against anything here.
//!
//! The specification has no formal grammar. Where its text leaves something open, the grammar that OASIS has published is followed
//! (`STIXPattern.g4`); what that has beyond the text is read and told ([`Spelling`]), and never printed.

mod check;
mod comparison;
mod constant;
mod lexer;
mod look;
mod observation;
mod parser;
mod path;
mod print;
mod regex;

#[cfg(test)]
pub(super) use check::{Validity, check};
pub use comparison::{Compared, Comparison, Operand, Operator, Test};
pub use constant::{Constant, Literal};
pub use lexer::Spelling;
pub(super) use look::find;
pub use observation::{Observation, Observed, Qualifier, Restriction};
pub use path::{ObjectPath, Step};
#[cfg(test)]
pub(super) use regex::REGEX_BYTES;

use crate::error::Severity;

/// Longest text of a pattern, in bytes (limit `pattern_bytes`).
pub const PATTERN_BYTES: usize = 1024 * 1024;

/// Most parentheses within each other (limit `pattern_depth`).
pub const PATTERN_DEPTH: usize = 64;

/// Most comparisons of one pattern (limit `pattern_comparisons`).
pub const PATTERN_COMPARISONS: usize = 10_000;

/// A pattern: the observation expression that is outermost.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern(Observation);

/// A pattern that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// What it says.
    pub pattern: Pattern,
    /// What is spelled otherwise than the specification has it, each kind once.
    pub spellings: Vec<Spelling>,
}

/// Why a text is no pattern, or why parts do not make one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {found}; expected {expected}")]
pub struct PatternError {
    /// Where in the text, in bytes from its beginning; 0 where there is no text.
    pub at: usize,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
    /// Whether it is a limit that was reached.
    pub limit: bool,
}

/// Where something stands in the text of a pattern, in bytes; 0 in a pattern that was built. It is not part of what the pattern
/// says, so that any two are equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct At(pub usize);

/// What limits are about: of a tree, its depth and its comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    depth: usize,
    comparisons: usize,
}

impl Pattern {
    /// The pattern of an observation expression.
    pub fn new(observation: Observation) -> Self {
        Pattern(observation)
    }

    /// The pattern of one observation that has no qualifiers: `[COMPARISON]`.
    pub fn of(comparison: Comparison) -> Self {
        Pattern(Observation::one(comparison))
    }

    /// Reads a pattern.
    ///
    /// # Errors
    /// At the first byte that is not of the grammar, or that is beyond [`PATTERN_BYTES`], [`PATTERN_DEPTH`] or
    /// [`PATTERN_COMPARISONS`].
    pub fn parse(text: &str) -> Result<Parsed, PatternError> {
        parser::parse(text)
    }

    /// The same pattern of other paths.
    #[must_use]
    pub fn map_paths(&self, path: &mut dyn FnMut(&ObjectPath) -> ObjectPath) -> Self {
        Pattern(self.0.map_paths(path))
    }

    /// Whether nothing is wrong with it beside the types and properties of STIX, as far as these are known.
    pub fn is_sound(&self) -> bool {
        let mut sound = true;
        check::check(self, &check::Validity::default(), &mut |rule, _, _, _| {
            sound &= rule.severity < Severity::Warning
        });
        sound
    }

    /// The observation expression that is outermost.
    pub fn observation(&self) -> &Observation {
        &self.0
    }

    /// What is compared, if that is all: one observation without qualifiers.
    pub fn comparison(&self) -> Option<&Comparison> {
        match self.0.observed() {
            Observed::One(comparison) if self.0.qualifiers().is_empty() => Some(comparison),
            _ => None,
        }
    }

    /// Path and constant, if the pattern is `[PATH = CONSTANT]` and nothing more.
    pub fn equality(&self) -> Option<(&ObjectPath, &Constant)> {
        match self.comparison()?.compared() {
            Compared::Test(test) => test.equality(),
            _ => None,
        }
    }
}

impl PatternError {
    fn new(at: usize, found: impl Into<String>, expected: impl Into<String>) -> Self {
        PatternError { at, found: found.into(), expected: expected.into(), limit: false }
    }

    /// Of something that was built.
    fn built(found: impl Into<String>, expected: impl Into<String>) -> Self {
        PatternError::new(0, found, expected)
    }

    fn limit(at: usize, found: impl Into<String>, most: usize, name: &str) -> Self {
        let expected = format!("at most {most} (limit {name})");
        PatternError { at, found: found.into(), expected, limit: true }
    }

    /// The same, at the place where the parts of it stand.
    fn at(self, at: usize) -> Self {
        PatternError { at, ..self }
    }
}

impl PartialEq for At {
    fn eq(&self, _: &At) -> bool {
        true
    }
}

impl Eq for At {}

impl Size {
    const LEAF: Size = Size { depth: 0, comparisons: 1 };

    /// The size of what holds these parts.
    fn around(parts: impl Iterator<Item = Size>) -> Result<Size, PatternError> {
        let empty = Size { depth: 0, comparisons: 0 };
        let whole = parts.fold(empty, |whole, part| Size {
            depth: whole.depth.max(part.depth + 1),
            comparisons: whole.comparisons + part.comparisons,
        });
        let Size { depth, comparisons } = whole;
        if depth > PATTERN_DEPTH {
            Err(PatternError::limit(0, format!("{depth} levels"), PATTERN_DEPTH, "pattern_depth"))
        } else if comparisons > PATTERN_COMPARISONS {
            let found = format!("{comparisons} comparisons");
            Err(PatternError::limit(0, found, PATTERN_COMPARISONS, "pattern_comparisons"))
        } else {
            Ok(whole)
        }
    }
}
