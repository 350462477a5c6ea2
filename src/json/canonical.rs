//! The canonical form of RFC 8785.

use std::io;

use super::{Data, Member, Value, writer::write_string};
use crate::error::Code;

/// Why a value has no canonical form here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotCanonical {
    /// An integer beyond ±2^53 or a number beyond floating point: its canonical text would be another number.
    #[error("the number {0} is beyond the range of exact integers or of floating point")]
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

/// The canonical bytes of a value (RFC 8785): members sorted by UTF-16 code units, no white space, fixed escapes, numbers as
/// ECMAScript writes them.
///
/// # Errors
/// An integer beyond ±2^53 that is written without fraction and exponent, a number that is not finite as a double, or a
/// repeated member.
pub fn canonical(value: &Value<'_>) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::new();
    push(&mut out, value)?;
    Ok(out)
}

fn push(out: &mut Vec<u8>, value: &Value<'_>) -> Result<(), NotCanonical> {
    match &value.data {
        Data::Null => out.extend_from_slice(b"null"),
        Data::Bool(true) => out.extend_from_slice(b"true"),
        Data::Bool(false) => out.extend_from_slice(b"false"),
        Data::Number(number) => match number_text(number.as_str()) {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => return Err(NotCanonical::Number(number.to_string())),
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

/// A number as ECMAScript writes it (RFC 8785 §3.2.2.3): the fewest digits that are this double, and no exponent where the point is
/// near.
fn number_text(text: &str) -> Option<String> {
    const EXACT: i64 = 1 << 53;
    if !text.contains(['.', 'e', 'E']) {
        let integer = text.parse::<i64>().ok().filter(|integer| (-EXACT..=EXACT).contains(integer))?;
        return Some(integer.to_string());
    }
    let double = text.parse::<f64>().ok().filter(|double| double.is_finite())?;
    if double == 0.0 {
        return Some("0".to_owned());
    }
    let sign = if double < 0.0 { "-" } else { "" };
    let scientific = format!("{:e}", double.abs());
    let (mantissa, exponent) = scientific.split_once('e')?;
    let digits = mantissa.replace('.', "");
    // Where the point stands among the digits: behind so many of them.
    let point = exponent.parse::<i32>().ok()? + 1;
    let count = i32::try_from(digits.len()).ok()?;
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let split = |at: usize| digits.split_at_checked(at).unwrap_or((&digits, ""));
    Some(match point {
        1..=21 if count <= point => format!("{sign}{digits}{}", zeros(point - count)),
        1..=21 => {
            let (whole, fraction) = split(usize::try_from(point).ok()?);
            format!("{sign}{whole}.{fraction}")
        }
        -5..=0 => format!("{sign}0.{}{digits}", zeros(-point)),
        _ => {
            let (first, rest) = split(1);
            let fraction = if rest.is_empty() { String::new() } else { format!(".{rest}") };
            format!("{sign}{first}{fraction}e{:+}", point - 1)
        }
    })
}
