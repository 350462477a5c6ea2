//! STIX patterns and what the record looks for, both ways, where both say the same.
//!
//! One table ([`table`]) says which property of which object is which member of an observable. [`write`](self::write) makes a pattern of an
//! observable or an expression, [`read`](self::read) the other way round. What the other side does not say the same is not made at all: a
//! pattern that finds more or less than was meant is worse than none.
//!
//! What no pattern says, and why:
//! - NOT and XOR (RFC 7970 §3.29.5): a pattern is true of what was observed (§9.4), and has no word for what was not. `!=` says that
//!   something else was there.
//! - AND of two things that one object could be: the record does not say whether it is one or two, a pattern says it always
//!   (§9.5: one observation or different ones).
//! - Name, size and type of a file of which a strong digest is known: what is meant is its contents, and an attacker gives them another
//!   name with each mail.
//! - Several files, several keys, several names of a system: the record does not say whether one of them will do.
//!
//! What a pattern says and the record does not: FOLLOWEDBY, qualifiers, the comparisons that are neither `=` nor IN nor a network, and
//! properties that the table has not.

mod join;
mod language;
mod read;
mod table;
#[cfg(test)]
mod tests;
mod value;
mod write;

use serde_json::{Map, Value as Json};

pub(super) use self::{
    language::detection,
    read::{Content, content},
    write::of,
};

/// A group of the record, as JSON.
type Group = Map<String, Json>;

/// A pattern that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Its text.
    pub pattern: String,
    /// Its language, as `pattern-type-ov` calls it.
    pub language: String,
    /// The version of the language, where it is known.
    pub version: Option<String>,
}
