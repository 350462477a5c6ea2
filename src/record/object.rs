//! Reading JSON objects strictly. The readers that serde derives also take an array for a struct and `null` for an
//! absent member; a format with one written form has neither.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, MapAccess, Visitor},
};

use super::part::Part;

/// The members of an object.
pub(crate) trait Members: Default {
    /// The type, for error texts.
    const WHAT: &'static str;
    /// Their names; the first [`Members::REQUIRED`] must be there. At most 128.
    const NAMES: &'static [&'static str];
    /// How many must be there.
    const REQUIRED: usize;

    /// Reads the value of the member at a position of the names.
    fn set<'de, A: MapAccess<'de>>(&mut self, at: usize, map: &mut A) -> Result<(), A::Error>;
}

/// Reads an object: known members only, each once, and never an array in its place.
pub(crate) fn read<'de, D: Deserializer<'de>, T: Members>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Object(PhantomData))
}

/// Reads the value of a member into its place.
pub(crate) fn value<'de, A: MapAccess<'de>, T: Part>(map: &mut A, place: &mut T) -> Result<(), A::Error> {
    *place = map.next_value_seed(Value(PhantomData))?;
    Ok(())
}

struct Value<T>(PhantomData<T>);

impl<'de, T: Part> DeserializeSeed<'de> for Value<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Members> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", T::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut made = T::default();
        let mut seen = 0_u128;
        while let Some(at) = map.next_key_seed(Name(T::NAMES))? {
            let bit = 1 << at;
            if seen & bit != 0 {
                return Err(de::Error::duplicate_field(T::NAMES[at]));
            }
            seen |= bit;
            made.set(at, &mut map)?;
        }
        match (0..T::REQUIRED).find(|at| seen & 1 << at == 0) {
            Some(at) => Err(de::Error::missing_field(T::NAMES[at])),
            None => Ok(made),
        }
    }
}

/// A member's name, read as its position.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<usize, E> {
        self.0
            .iter()
            .position(|known| *known == name)
            .ok_or_else(|| E::custom(format_args!("unknown member `{}`", crate::error::excerpt(name))))
    }
}
