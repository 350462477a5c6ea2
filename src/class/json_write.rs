//! Classes to JSON.

use std::{borrow::Cow, io::Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Fields,
    def::{SimpleDef, Wire},
    hole::{Hole, Named},
    tree::{Form, Out},
};
use crate::json::{Data, Number, Value, WriteError, Writer};

/// Writes the JSON form of a class, as far as there is one. Of a list with a hole for it, what is in the class is not
/// written. `unprinted` names values (of a type, by its name in the schema) that the reader's schema does not list: they
/// are written as `ext-value` with the `ext-*` member, and read as the value again.
///
/// # Errors
/// Output errors.
pub fn write_json<W: Write>(
    class: &dyn Fields,
    unprinted: &[(&str, &str)],
    writer: &mut Writer<W>,
    holes: &[Hole<'_, W>],
) -> Result<(), WriteError> {
    let out = Out { form: Json, unprinted };
    write(out.class(class), out, writer, &Named::all(class.def(), holes))
}

fn write<'a, W: Write>(
    piece: Piece<'a>,
    out: Out<'a, Json>,
    writer: &mut Writer<W>,
    holes: &[Named<'_, W>],
) -> Result<(), WriteError> {
    let members = match piece {
        Piece::Value(value) => return writer.value(&value),
        Piece::Array(pieces) => {
            writer.begin_array()?;
            for piece in pieces {
                write(piece, out, writer, &[])?;
            }
            return writer.end();
        }
        Piece::Object(members) => members,
        Piece::Class(class) => out.members(class),
    };
    writer.begin_distinct(members.iter().map(|(name, _)| *name))?;
    for (name, piece) in members {
        writer.distinct(name)?;
        let below = Named::below(holes, name);
        match Named::here(&below) {
            Some(hole) => {
                writer.begin_array()?;
                writer.splice(hole.fill)?;
                writer.end()?;
            }
            None => write(piece, out, writer, &below)?,
        }
    }
    writer.end()
}

/// A part of a document on its way to the writer.
enum Piece<'a> {
    Value(Value<'a>),
    Array(Vec<Piece<'a>>),
    Object(Vec<(&'static str, Piece<'a>)>),
    /// The object of a class, which is made when its turn comes: the tree of the whole is never there at once.
    Class(&'a dyn Fields),
}

#[derive(Clone, Copy)]
struct Json;

impl<'a> Form<'a> for Json {
    type Value = Piece<'a>;

    fn text(self, text: &'a str) -> Piece<'a> {
        Piece::Value(Value::string(text))
    }

    fn simple(self, def: &'static SimpleDef, text: &'a str) -> Piece<'a> {
        match def.wire {
            Wire::String(_) => self.text(text),
            Wire::Integer | Wire::Number => Piece::Value(number(text)),
        }
    }

    fn bytes(self, bytes: Vec<u8>) -> Piece<'a> {
        Piece::Value(Value::string(STANDARD.encode(bytes)))
    }

    fn byte(self, value: Piece<'a>) -> Piece<'a> {
        value
    }

    fn array(self, values: Vec<Piece<'a>>) -> Piece<'a> {
        Piece::Array(values)
    }

    fn object(self, members: Vec<(&'static str, Piece<'a>)>) -> Piece<'a> {
        Piece::Object(members)
    }

    fn is_text(value: &Piece<'a>) -> bool {
        matches!(value, Piece::Value(Value { data: Data::String(_), .. }))
    }

    fn class(_: Out<'a, Self>, class: &'a dyn Fields) -> Piece<'a> {
        Piece::Class(class)
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
