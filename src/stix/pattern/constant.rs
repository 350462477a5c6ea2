//! Constants (§9.2).

use super::{At, PatternError};
use crate::{
    stix::{def::LARGEST, forms},
    time::WireTime,
};

/// A constant, which is one that may stand in a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Where it stands.
    pub at: At,
    literal: Literal,
}

/// What a constant is.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `'text'`.
    String(String),
    /// `5`, of at most 53 bits.
    Integer(i64),
    /// `5.0`, finite.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// `b'AQI='`: bytes as base64.
    Binary(Vec<u8>),
    /// `h'0102'`: bytes as hexadecimal digits.
    Hex(Vec<u8>),
    /// `t'2026-03-01T12:00:00Z'`.
    Timestamp(WireTime),
}

impl Constant {
    /// A string: any text.
    pub fn string(text: impl Into<String>) -> Self {
        Literal::String(text.into()).into_constant(At::default())
    }

    /// True or false.
    pub fn boolean(value: bool) -> Self {
        Literal::Boolean(value).into_constant(At::default())
    }

    /// Bytes that are printed as base64.
    pub fn binary(bytes: impl Into<Vec<u8>>) -> Self {
        Literal::Binary(bytes.into()).into_constant(At::default())
    }

    /// Bytes that are printed as hexadecimal digits.
    pub fn hex(bytes: impl Into<Vec<u8>>) -> Self {
        Literal::Hex(bytes.into()).into_constant(At::default())
    }

    /// An integer.
    ///
    /// # Errors
    /// Beyond the 53 bits of §2.10.
    pub fn integer(value: i64) -> Result<Self, PatternError> {
        if (-LARGEST..=LARGEST).contains(&value) {
            Ok(Literal::Integer(value).into_constant(At::default()))
        } else {
            Err(PatternError::built(value.to_string(), INTEGER))
        }
    }

    /// A floating-point number.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn float(value: f64) -> Result<Self, PatternError> {
        if value.is_finite() {
            Ok(Literal::Float(value).into_constant(At::default()))
        } else {
            Err(PatternError::built(value.to_string(), FLOAT))
        }
    }

    /// A timestamp, as §2.16 writes them.
    ///
    /// # Errors
    /// When it is none: a time in UTC with `T` and `Z`.
    pub fn timestamp(text: &str) -> Result<Self, PatternError> {
        match forms::time(text) {
            Some(time) => Ok(Literal::Timestamp(time).into_constant(At::default())),
            None => Err(PatternError::built(format!("{text:?}"), TIMESTAMP)),
        }
    }

    /// What it is.
    pub fn literal(&self) -> &Literal {
        &self.literal
    }

    /// Its text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.literal {
            Literal::String(text) => Some(text),
            _ => None,
        }
    }

    /// Its time, if it is a timestamp.
    pub fn as_time(&self) -> Option<&WireTime> {
        match &self.literal {
            Literal::Timestamp(time) => Some(time),
            _ => None,
        }
    }
}

impl Literal {
    /// What kind of constant it is, in the words of §9.2.
    pub fn kind(&self) -> &'static str {
        match self {
            Literal::String(_) => "string",
            Literal::Integer(_) => "integer",
            Literal::Float(_) => "float",
            Literal::Boolean(_) => "boolean",
            Literal::Binary(_) => "binary",
            Literal::Hex(_) => "hex",
            Literal::Timestamp(_) => "timestamp",
        }
    }

    pub(super) fn into_constant(self, at: At) -> Constant {
        Constant { at, literal: self }
    }
}

pub(super) const INTEGER: &str = "an integer from -9007199254740991 to 9007199254740991";
pub(super) const FLOAT: &str = "a finite number";
pub(super) const TIMESTAMP: &str = "a time in UTC such as t'2026-03-01T12:00:00Z'";
