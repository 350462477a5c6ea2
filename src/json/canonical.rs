//! The canonical form of RFC 8785, for values whose numbers are integers.

use std::io;

use super::{Data, Member, Value, writer::write_string};
use crate::error::Code;

/// Why a value has no canonical form here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotCanonical {
    /// A number that is no integer within ±2^53, so that its canonical text would depend on floating point.
    #[error("the number {0} is not an integer within ±2^53")]
    Number(String),
    /// Two members of one name.
    #[error("the member {0:?} stands twice")]
    RepeatedMember(String),
    /// Writing to memory failed.
    #[error("cannot write JSON")]
    Io(#[from] io::Error),
}

impl NotCanonical {
    /// The row of the error table.
    pub fn code(&self) -> Code {
        match self {
            NotCanonical::Number(_) => Code::ValueInvalid,
            NotCanonical::RepeatedMember(_) => Code::JsonDuplicateKey,
            NotCanonical::Io(_) => Code::Internal,
        }
    }
}

/// The canonical bytes of a value (RFC 8785): members sorted by UTF-16 code units, no white space, fixed escapes.
///
/// # Errors
/// A number other than an integer within ±2^53 (written without fraction and exponent), or a repeated member.
pub fn canonical(value: &Value<'_>) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::new();
    push(&mut out, value)?;
    Ok(out)
}

fn push(out: &mut Vec<u8>, value: &Value<'_>) -> Result<(), NotCanonical> {
    const EXACT: i64 = 1 << 53;
    match &value.data {
        Data::Null => out.extend_from_slice(b"null"),
        Data::Bool(true) => out.extend_from_slice(b"true"),
        Data::Bool(false) => out.extend_from_slice(b"false"),
        Data::Number(number) => match number.as_str().parse::<i64>() {
            Ok(integer) if (-EXACT..=EXACT).contains(&integer) => out.extend_from_slice(integer.to_string().as_bytes()),
            _ => return Err(NotCanonical::Number(number.to_string())),
        },
        Data::String(text) => write_string(out, text)?,
        Data::Array(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push(out, element)?;
            }
            out.push(b']');
        }
        Data::Object(members) => {
            let mut sorted: Vec<&Member<'_>> = members.iter().collect();
            sorted.sort_by(|a, b| a.key.encode_utf16().cmp(b.key.encode_utf16()));
            out.push(b'{');
            for (index, member) in sorted.iter().enumerate() {
                if index > 0 {
                    if sorted[index - 1].key == member.key {
                        return Err(NotCanonical::RepeatedMember(member.key.to_string()));
                    }
                    out.push(b',');
                }
                write_string(out, &member.key)?;
                out.push(b':');
                push(out, &member.value)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}
