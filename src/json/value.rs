//! The tree.

use std::{borrow::Cow, fmt};

use crate::error::{Code, excerpt};

/// A value and where it stood. Values that were not read have the offset 0.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    /// Offset of its first byte in the document.
    pub offset: u64,
    /// What it is.
    pub data: Data<'a>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Number<'a>),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object; the members in their order, no two of one name if it was read.
    Object(Vec<Member<'a>>),
}

/// One member of an object.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// Offset of the opening quote of its name.
    pub offset: u64,
    /// Its name, unescaped.
    pub key: Cow<'a, str>,
    /// Its value.
    pub value: Value<'a>,
}

/// Values are equal when they say the same, wherever they stood. Numbers are compared as text.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Eq for Value<'_> {}

/// Members are equal when names and values are.
impl PartialEq for Member<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Eq for Member<'_> {}

/// The text of a JSON number (RFC 8259 §6), of any size and precision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number<'a>(Cow<'a, str>);

impl<'a> Number<'a> {
    /// A number from its text; `None` if the grammar does not allow it.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        let text = text.into();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
            None => (text.as_ref(), None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let whole = whole.strip_prefix('-').unwrap_or(whole);
        let valid = digits(whole)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(digits)
            && exponent.is_none_or(digits);
        valid.then_some(Number(text))
    }

    /// For text that the scanner has passed.
    pub(super) fn scanned(text: Cow<'a, str>) -> Self {
        Number(text)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value that is not what was needed. [`super::Document::finding`] makes a finding of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}: found {found}, expected {expected}")]
pub struct Mismatch {
    /// Which rule.
    pub code: Code,
    /// Offset of the value.
    pub offset: u64,
    /// What stands there.
    pub found: String,
    /// What was needed.
    pub expected: String,
}

impl<'a> Value<'a> {
    /// A value that was not read from a document.
    pub fn new(data: Data<'a>) -> Self {
        Value { offset: 0, data }
    }

    /// A string.
    pub fn string(text: impl Into<Cow<'a, str>>) -> Self {
        Value::new(Data::String(text.into()))
    }

    /// An array.
    pub fn array(elements: impl IntoIterator<Item = Value<'a>>) -> Self {
        Value::new(Data::Array(elements.into_iter().collect()))
    }

    /// An object with its members in this order.
    pub fn object<K: Into<Cow<'a, str>>>(members: impl IntoIterator<Item = (K, Value<'a>)>) -> Self {
        let member = |(key, value): (K, Value<'a>)| Member { offset: 0, key: key.into(), value };
        Value::new(Data::Object(members.into_iter().map(member).collect()))
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::String(_) => "a string",
            Data::Array(_) => "an array",
            Data::Object(_) => "an object",
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.data == Data::Null
    }

    /// Its member of this name, if it is an object that has one.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        match &self.data {
            Data::Object(members) => members.iter().find(|member| member.key == key).map(|member| &member.value),
            _ => None,
        }
    }

    /// Its member of this name.
    ///
    /// # Errors
    /// When it is no object (`value-invalid`) or has no such member (`element-missing`).
    pub fn required(&self, key: &str) -> Result<&Value<'a>, Mismatch> {
        self.as_object()?;
        self.get(key).ok_or_else(|| Mismatch {
            code: Code::ClassMissing,
            offset: self.offset,
            found: "no such member".to_owned(),
            expected: format!("the member {key:?}"),
        })
    }

    /// Its text, if it is a string.
    ///
    /// # Errors
    /// When it is something else.
    pub fn as_str(&self) -> Result<&str, Mismatch> {
        match &self.data {
            Data::String(text) => Ok(text),
            _ => Err(self.mismatch("a string")),
        }
    }

    /// Its truth, if it is a boolean.
    ///
    /// # Errors
    /// When it is something else.
    pub fn as_bool(&self) -> Result<bool, Mismatch> {
        match self.data {
            Data::Bool(value) => Ok(value),
            _ => Err(self.mismatch("true or false")),
        }
    }

    /// Its text, if it is a number.
    ///
    /// # Errors
    /// When it is something else.
    pub fn as_number(&self) -> Result<&Number<'a>, Mismatch> {
        match &self.data {
            Data::Number(number) => Ok(number),
            _ => Err(self.mismatch("a number")),
        }
    }

    /// Its value, if it is an integer without fraction and exponent that fits.
    ///
    /// # Errors
    /// When it is something else or out of range.
    pub fn as_i64(&self) -> Result<i64, Mismatch> {
        let expected = "an integer from -9223372036854775808 to 9223372036854775807";
        self.as_number().ok().and_then(|number| number.as_str().parse().ok()).ok_or_else(|| self.mismatch(expected))
    }

    /// Its value, if it is a non-negative integer without fraction and exponent that fits.
    ///
    /// # Errors
    /// When it is something else or out of range.
    pub fn as_u64(&self) -> Result<u64, Mismatch> {
        let expected = "an integer from 0 to 18446744073709551615";
        self.as_number().ok().and_then(|number| number.as_str().parse().ok()).ok_or_else(|| self.mismatch(expected))
    }

    /// Its elements, if it is an array.
    ///
    /// # Errors
    /// When it is something else.
    pub fn as_array(&self) -> Result<&[Value<'a>], Mismatch> {
        match &self.data {
            Data::Array(elements) => Ok(elements),
            _ => Err(self.mismatch("an array")),
        }
    }

    /// Its members, if it is an object.
    ///
    /// # Errors
    /// When it is something else.
    pub fn as_object(&self) -> Result<&[Member<'a>], Mismatch> {
        match &self.data {
            Data::Object(members) => Ok(members),
            _ => Err(self.mismatch("an object")),
        }
    }

    /// That this value is not what was needed; for checks beyond the kind.
    pub fn mismatch(&self, expected: impl Into<String>) -> Mismatch {
        let found = match &self.data {
            Data::String(text) => format!("{:?}", excerpt(text)),
            Data::Number(number) => number.to_string(),
            Data::Bool(value) => value.to_string(),
            _ => self.kind().to_owned(),
        };
        Mismatch { code: Code::ValueInvalid, offset: self.offset, found, expected: expected.into() }
    }

    /// The same value without a borrow.
    pub fn into_owned(self) -> Value<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        let data = match self.data {
            Data::Null => Data::Null,
            Data::Bool(value) => Data::Bool(value),
            Data::Number(number) => Data::Number(Number(own(number.0))),
            Data::String(text) => Data::String(own(text)),
            Data::Array(elements) => Data::Array(elements.into_iter().map(Value::into_owned).collect()),
            Data::Object(members) => Data::Object(
                members
                    .into_iter()
                    .map(|m| Member { offset: m.offset, key: own(m.key), value: m.value.into_owned() })
                    .collect(),
            ),
        };
        Value { offset: self.offset, data }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::new(Data::Bool(value))
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::new(Data::Number(Number(Cow::Owned(value.to_string()))))
    }
}

impl From<u64> for Value<'_> {
    fn from(value: u64) -> Self {
        Value::new(Data::Number(Number(Cow::Owned(value.to_string()))))
    }
}

impl<'a> From<Number<'a>> for Value<'a> {
    fn from(number: Number<'a>) -> Self {
        Value::new(Data::Number(number))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::string(text)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::string(text)
    }
}
