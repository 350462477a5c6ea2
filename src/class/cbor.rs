//! Classes to CBOR: the tree of JSON with numbers for the names of members, and with types that JSON lacks
//! (RFC 8727 §2.1, table 2: DATETIME is `tdate`, URL is `uri`, BYTE is `eb64legacy`, REAL is `float32`).

use std::{borrow::Cow, io::Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Fields, bignum,
    cbor_read::number,
    def::{SimpleDef, Wire},
    hole::{Hole, Named},
    tree::{Form, tree},
};
use crate::{
    cbor::{Data, Float, Item, Width, WriteError, Writer},
    json::Number,
};

/// Names of members and the numbers that CBOR has for them.
pub type MapKeys = &'static [(&'static str, i64)];

/// Tags of RFC 8949 §3.4.
pub(super) mod tag {
    pub const DATE: u64 = 0;
    pub const POSITIVE: u64 = 2;
    pub const NEGATIVE: u64 = 3;
    pub const BASE64: u64 = 22;
    pub const BASE16: u64 = 23;
    pub const URI: u64 = 32;
}

/// The CBOR form of a document, as far as there is one; `unprinted` as for [`write_json`](super::write_json()). A member that
/// `keys` has no number for is named by its text.
pub fn to_cbor<'a>(root: &'a dyn Fields, unprinted: &'a [(&'a str, &'a str)], keys: MapKeys) -> Item<'a> {
    tree(Cbor { keys }, root, unprinted)
}

/// Writes the CBOR form of a class, as [`to_cbor`] makes it. Of a list with a hole for it, what is in the class is not
/// written.
///
/// # Errors
/// Output errors, and integers that CBOR does not have.
pub fn write_cbor<W: Write>(
    class: &dyn Fields,
    unprinted: &[(&str, &str)],
    keys: MapKeys,
    writer: &mut Writer<W>,
    holes: &[Hole<'_, W>],
) -> Result<(), WriteError> {
    spliced(&to_cbor(class, unprinted, keys), keys, writer, &Named::all(class.def(), holes))
}

fn spliced<W: Write>(
    item: &Item<'_>,
    keys: MapKeys,
    writer: &mut Writer<W>,
    holes: &[Named<'_, W>],
) -> Result<(), WriteError> {
    match &item.data {
        Data::Map(entries) if !holes.is_empty() => {
            writer.map(entries.len())?;
            for (key, item) in entries {
                writer.item(key)?;
                let below = name(&key.data, keys).map_or_else(Vec::new, |name| Named::below(holes, &name));
                match Named::here(&below) {
                    Some(hole) => {
                        writer.array(hole.count)?;
                        writer.splice(hole.count, hole.fill)?;
                    }
                    None => spliced(item, keys, writer, &below)?,
                }
            }
            Ok(())
        }
        _ => writer.item(item),
    }
}

#[derive(Clone, Copy)]
struct Cbor {
    keys: MapKeys,
}

fn tagged(tag: u64, item: Item<'_>) -> Item<'_> {
    Item::new(Data::Tag(tag, Box::new(item)))
}

impl<'a> Form<'a> for Cbor {
    type Value = Item<'a>;

    fn text(self, text: &'a str) -> Item<'a> {
        Item::new(Data::Text(Cow::Borrowed(text)))
    }

    fn simple(self, def: &'static SimpleDef, text: &'a str) -> Item<'a> {
        match (def.wire, def.xsd) {
            (Wire::Integer, _) => integer(text).unwrap_or_else(|| self.text(text)),
            (Wire::Number, _) => real(text).unwrap_or_else(|| self.text(text)),
            (_, "xs:dateTime") => tagged(tag::DATE, self.text(text)),
            (_, "xs:anyURI") => tagged(tag::URI, self.text(text)),
            // Base64 that is not in its one form comes back as it was only if it stays text.
            (_, "xs:base64Binary") => match STANDARD.decode(text) {
                Ok(bytes) if STANDARD.encode(&bytes) == text => self.bytes(bytes),
                _ => tagged(tag::BASE64, self.text(text)),
            },
            _ => self.text(text),
        }
    }

    fn bytes(self, bytes: Vec<u8>) -> Item<'a> {
        tagged(tag::BASE64, Item::new(Data::Bytes(Cow::Owned(bytes))))
    }

    fn byte(self, value: Item<'a>) -> Item<'a> {
        tagged(tag::BASE64, value)
    }

    fn array(self, values: Vec<Item<'a>>) -> Item<'a> {
        Item::new(Data::Array(values))
    }

    fn object(self, members: Vec<(&'static str, Item<'a>)>) -> Item<'a> {
        let key = |name: &'static str| match self.keys.iter().find(|(known, _)| *known == name) {
            Some((_, number)) => Item::new(Data::Integer((*number).into())),
            None => self.text(name),
        };
        Item::new(Data::Map(members.into_iter().map(|(name, value)| (key(name), value)).collect()))
    }

    fn is_text(value: &Item<'a>) -> bool {
        matches!(value.data, Data::Text(_))
    }
}

/// How a simple value is read again that CBOR has.
pub fn cbor_form<'t>(def: &SimpleDef, text: &'t str) -> Cow<'t, str> {
    let item = match def.wire {
        Wire::Integer => integer(text),
        Wire::Number => real(text),
        Wire::String(_) => None,
    };
    let said = item.and_then(|item| match &item.data {
        Data::Tag(tag, inner) => number(&inner.data, Some(*tag)),
        data => number(data, None),
    });
    said.and_then(Number::new).map_or(Cow::Borrowed(text), |number| Cow::Owned(number.as_str().to_owned()))
}

/// An integer, in a bignum beyond 64 bits.
fn integer<'a>(text: &str) -> Option<Item<'a>> {
    if let Ok(number) = text.parse::<i128>() {
        let magnitude = if number < 0 { -1 - number } else { number };
        if u64::try_from(magnitude).is_ok() {
            return Some(Item::new(Data::Integer(number)));
        }
    }
    let (bytes, negative) = bignum::bytes(text)?;
    let tag = if negative { tag::NEGATIVE } else { tag::POSITIVE };
    Some(tagged(tag, Item::new(Data::Bytes(Cow::Owned(bytes)))))
}

/// A number in four bytes where they say the same decimal, in eight where only those do.
fn real<'a>(text: &str) -> Option<Item<'a>> {
    let double: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    let single = double as f32;
    let float = match single.to_string() == double.to_string() {
        true => Float { value: single.into(), width: Width::Single },
        false => Float { value: double, width: Width::Double },
    };
    Some(Item::new(Data::Float(float)))
}

/// The name of a member, which stands there by its number or by its text.
pub(super) fn name(key: &Data<'_>, keys: MapKeys) -> Option<Cow<'static, str>> {
    match key {
        Data::Integer(number) => {
            let known = keys.iter().find(|(_, known)| i128::from(*known) == *number);
            Some(known.map_or_else(|| Cow::Owned(number.to_string()), |(name, _)| Cow::Borrowed(*name)))
        }
        Data::Text(text) => Some(Cow::Owned(text.clone().into_owned())),
        _ => None,
    }
}
