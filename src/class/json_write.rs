//! Classes to JSON.

use std::{borrow::Cow, io::Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Fields,
    def::{SimpleDef, Wire},
    hole::{Hole, Named},
    tree::{Form, tree},
};
use crate::json::{Data, Number, Value, WriteError, Writer};

/// The JSON form of a document, as far as there is one. `unprinted` names values (of a type, by its name in the schema)
/// that the reader's schema does not list: they are written as `ext-value` with the `ext-*` member, and read as the value
/// again.
pub fn to_json<'a>(root: &'a dyn Fields, unprinted: &'a [(&'a str, &'a str)]) -> Value<'a> {
    tree(Json, root, unprinted)
}

/// Writes the JSON form of a class, as [`to_json`] makes it. Of a list with a hole for it, what is in the class is not
/// written.
///
/// # Errors
/// Output errors.
pub fn write_json<W: Write>(
    class: &dyn Fields,
    unprinted: &[(&str, &str)],
    writer: &mut Writer<W>,
    holes: &[Hole<'_, W>],
) -> Result<(), WriteError> {
    spliced(&to_json(class, unprinted), writer, &Named::all(class.def(), holes))
}

fn spliced<W: Write>(value: &Value<'_>, writer: &mut Writer<W>, holes: &[Named<'_, W>]) -> Result<(), WriteError> {
    match &value.data {
        Data::Object(members) if !holes.is_empty() => {
            writer.begin_object()?;
            for member in members {
                writer.key(&member.key)?;
                let below = Named::below(holes, &member.key);
                match Named::here(&below) {
                    Some(hole) => {
                        writer.begin_array()?;
                        writer.splice(hole.fill)?;
                        writer.end()?;
                    }
                    None => spliced(&member.value, writer, &below)?,
                }
            }
            writer.end()
        }
        _ => writer.value(value),
    }
}

#[derive(Clone, Copy)]
struct Json;

impl<'a> Form<'a> for Json {
    type Value = Value<'a>;

    fn text(self, text: &'a str) -> Value<'a> {
        Value::string(text)
    }

    fn simple(self, def: &'static SimpleDef, text: &'a str) -> Value<'a> {
        match def.wire {
            Wire::String(_) => Value::string(text),
            Wire::Integer | Wire::Number => number(text),
        }
    }

    fn bytes(self, bytes: Vec<u8>) -> Value<'a> {
        Value::string(STANDARD.encode(bytes))
    }

    fn byte(self, value: Value<'a>) -> Value<'a> {
        value
    }

    fn array(self, values: Vec<Value<'a>>) -> Value<'a> {
        Value::array(values)
    }

    fn object(self, members: Vec<(&'static str, Value<'a>)>) -> Value<'a> {
        Value::object(members)
    }

    fn is_text(value: &Value<'a>) -> bool {
        matches!(value.data, Data::String(_))
    }
}

/// How JSON writes a simple value.
pub fn json_form<'t>(def: &SimpleDef, text: &'t str) -> Cow<'t, str> {
    match def.wire {
        Wire::String(_) => Cow::Borrowed(text),
        Wire::Integer | Wire::Number => match number(text).data {
            Data::Number(number) => Cow::Owned(number.as_str().to_owned()),
            _ => Cow::Borrowed(text),
        },
    }
}

/// The JSON number that says the same as a number of XML Schema: no plus sign, no leading zeros, digits on both sides of
/// the point.
fn number(text: &str) -> Value<'_> {
    if let Some(number) = Number::new(text) {
        return number.into();
    }
    let unsigned = text.trim_start_matches(['+', '-']);
    let sign = if text.starts_with('-') { "-" } else { "" };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => unsigned.split_at(at),
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    // The type has checked the text, so the grammar accepts this; a string is what is left if it did not.
    let text = format!("{sign}{whole}{point}{fraction}{exponent}");
    Number::new(text.clone()).map_or_else(|| Value::string(text), Value::from)
}
