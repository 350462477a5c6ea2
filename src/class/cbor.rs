//! Classes to CBOR and from it: the tree of JSON with numbers for the names of members, and with types that JSON lacks
//! (RFC 8727 §2.1, table 2: DATETIME is `tdate`, URL is `uri`, BYTE is `eb64legacy`, REAL is `float32`).

use std::{borrow::Cow, io::Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    Fields, Rules, bignum,
    def::{SimpleDef, Wire},
    hole::{Hole, Named},
    json_read::from_json,
    tree::{Form, tree},
};
use crate::{
    cbor::{Data, Float, Item, Limits, Width, WriteError, Writer, position, read},
    error::{Code, Finding},
    json::{self, Document, Member, Number, Value},
};

/// Names of members and the numbers that CBOR has for them.
pub type MapKeys = &'static [(&'static str, i64)];

/// Tags of RFC 8949 §3.4.
mod tag {
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
                let below = name(key, keys).map_or_else(Vec::new, |name| Named::below(holes, &name));
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

/// Reads a document into `root`; gives the findings, in the order of the document. Members may be named by number or by
/// text, and tags may be absent: what was meant is clear.
///
/// # Errors
/// When it is not CBOR, over a limit, or no map.
pub fn from_cbor(
    root: &mut dyn Fields,
    bytes: &[u8],
    limits: &Limits,
    keys: MapKeys,
    rules: &mut dyn Rules,
) -> Result<Vec<Finding>, Finding> {
    let item = read(bytes, limits)?;
    let value = value(&item, keys).map_err(|problem| match problem {
        Problem::NoForm(offset) => {
            let (found, expected) = ("what JSON has no form for", "a text, number, truth value, list, map or bytes");
            Finding::error(Code::ValueInvalid, position(offset), item.path(offset), found, expected)
        }
        Problem::Repeated(offset, name) => {
            let found = format!("a second member {name:?}, by number and by name");
            let (code, expected) = (Code::JsonDuplicateKey, "each name once");
            Finding::error(code, position(offset), item.path(offset), found, expected)
        }
    })?;
    from_json(root, &Document::of_binary(bytes, value), rules)
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
    match item.map(|item| value(&item, &[]).map(|value| value.data)) {
        Some(Ok(json::Data::Number(number))) => Cow::Owned(number.as_str().to_owned()),
        _ => Cow::Borrowed(text),
    }
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

/// Why a value of CBOR is none of JSON.
enum Problem {
    /// JSON has no form for what stands at this offset.
    NoForm(u64),
    /// A member stands there that the map has already: readers differ about which counts.
    Repeated(u64, String),
}

/// The value as JSON has it.
fn value<'a>(item: &Item<'a>, keys: MapKeys) -> Result<Value<'a>, Problem> {
    let no_form = || Problem::NoForm(item.offset);
    let data = match &item.data {
        Data::Integer(number) => return Ok(at(item, number_of(number.to_string()).ok_or_else(no_form)?)),
        Data::Float(float) => return Ok(at(item, number_of(decimal(float)).ok_or_else(no_form)?)),
        Data::Text(text) => json::Data::String(text.clone()),
        Data::Bytes(bytes) => json::Data::String(Cow::Owned(STANDARD.encode(bytes))),
        Data::Array(items) => json::Data::Array(items.iter().map(|item| value(item, keys)).collect::<Result<_, _>>()?),
        Data::Map(entries) => {
            let members: Vec<_> =
                entries.iter().map(|(key, item)| member(key, item, keys)).collect::<Result<_, _>>()?;
            once_each(&members)?;
            json::Data::Object(members)
        }
        Data::Tag(tag, inner) => return tagged_value(*tag, item, inner, keys),
        Data::Simple(_) if item.data == Data::FALSE => json::Data::Bool(false),
        Data::Simple(_) if item.data == Data::TRUE => json::Data::Bool(true),
        Data::Simple(_) if item.data == Data::NULL => json::Data::Null,
        Data::Simple(_) => return Err(no_form()),
    };
    Ok(Value { offset: item.offset, data })
}

/// The keys of a map differ, but two of them may be the number and the name of one member.
fn once_each(members: &[Member<'_>]) -> Result<(), Problem> {
    let mut names: Vec<_> = members.iter().map(|member| (member.key.as_ref(), member.offset)).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(Problem::Repeated(pair[1].1, pair[1].0.to_owned())),
        None => Ok(()),
    }
}

fn tagged_value<'a>(tag: u64, item: &Item<'a>, inner: &Item<'a>, keys: MapKeys) -> Result<Value<'a>, Problem> {
    match (tag, &inner.data) {
        (tag::BASE16, Data::Bytes(bytes)) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            Ok(at(item, Value::string(hex)))
        }
        (tag::POSITIVE | tag::NEGATIVE, Data::Bytes(bytes)) if bytes.len() <= bignum::BYTES => {
            let number = bignum::decimal(bytes, tag == tag::NEGATIVE);
            Ok(at(item, number_of(number).ok_or(Problem::NoForm(item.offset))?))
        }
        (tag::POSITIVE | tag::NEGATIVE, Data::Bytes(_)) => Err(Problem::NoForm(item.offset)),
        // What a tag says about a text, the table knows.
        _ => Ok(at(item, value(inner, keys)?)),
    }
}

fn at<'a>(item: &Item<'_>, value: Value<'a>) -> Value<'a> {
    Value { offset: item.offset, ..value }
}

fn number_of<'a>(text: String) -> Option<Value<'a>> {
    Number::new(text).map(Value::from)
}

/// The shortest decimal that says the number at its width.
fn decimal(float: &Float) -> String {
    match float.width {
        Width::Double => float.value.to_string(),
        Width::Half | Width::Single => (float.value as f32).to_string(),
    }
}

fn member<'a>(key: &Item<'a>, item: &Item<'a>, keys: MapKeys) -> Result<Member<'a>, Problem> {
    let name = name(key, keys).ok_or(Problem::NoForm(key.offset))?;
    Ok(Member { offset: key.offset, key: name, value: value(item, keys)? })
}

/// The name of a member.
fn name<'a>(key: &Item<'a>, keys: MapKeys) -> Option<Cow<'a, str>> {
    match &key.data {
        Data::Integer(number) => {
            let known = keys.iter().find(|(_, known)| i128::from(*known) == *number);
            Some(known.map_or_else(|| Cow::Owned(number.to_string()), |(name, _)| Cow::Borrowed(*name)))
        }
        Data::Text(text) => Some(text.clone()),
        _ => None,
    }
}
