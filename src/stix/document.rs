//! A document in memory: all that it said, in its order and as it was written.

use std::io;

use super::{
    def::Def,
    tables::{self},
};
use crate::json::{Data, Layout, Value, WriteError, Writer};

/// A bundle, or an object that stands alone.
///
/// Nothing of it is interpreted: unknown properties and objects, the order of members, times and numbers are kept as they
/// were written, and come back when it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StixDocument {
    /// The bundle without its objects: `objects` is an empty list.
    pub(super) frame: Option<Value<'static>>,
    pub(super) objects: Vec<Object>,
}

/// An element of a bundle's `objects`, or the object that stands alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object(Value<'static>);

impl Object {
    pub(super) fn new(value: Value<'_>) -> Self {
        Object(value.into_owned())
    }

    /// All of it.
    pub fn value(&self) -> &Value<'static> {
        &self.0
    }

    /// The text of a property, if it is there and is text.
    pub fn text(&self, property: &str) -> Option<&str> {
        self.0.get(property).and_then(|value| value.as_str().ok())
    }

    /// Its declaration, if its type is one of the specification.
    pub fn def(&self) -> Option<&'static Def> {
        self.text("type").and_then(tables::object)
    }
}

impl StixDocument {
    /// A bundle of these objects, or, without anything around it, one that stands alone. `frame` is the bundle with its other
    /// members; its `objects` is an empty list.
    pub fn new(frame: Option<Value<'static>>, objects: Vec<Value<'static>>) -> Self {
        StixDocument { frame, objects: objects.into_iter().map(Object).collect() }
    }

    /// The bundle's own members, and its objects.
    pub fn into_parts(self) -> (Option<Value<'static>>, Vec<Value<'static>>) {
        (self.frame, self.objects.into_iter().map(|object| object.0).collect())
    }

    /// Whether it is a bundle.
    pub fn is_bundle(&self) -> bool {
        self.frame.is_some()
    }

    /// The bundle's own members, of which `objects` is an empty list; none of an object that stands alone.
    pub fn frame(&self) -> Option<&Value<'static>> {
        self.frame.as_ref()
    }

    /// Its objects, in their order.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }
}

/// Writes a document: what it writes is, read as JSON, equal to what was read.
///
/// # Errors
/// None that reading lets through: two members of one name.
pub fn encode(document: &StixDocument, layout: Layout) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(Vec::new(), layout);
    encode_around(document.frame.as_ref(), &mut writer, |writer| {
        document.objects.iter().try_for_each(|object| writer.value(&object.0))
    })?;
    writer.finish()
}

/// Writes a bundle, or with no frame what stands alone, around the objects that `objects` writes.
///
/// # Errors
/// As [`encode`], and those of `objects`.
pub fn encode_around<W: io::Write>(
    frame: Option<&Value<'_>>,
    writer: &mut Writer<W>,
    objects: impl FnOnce(&mut Writer<W>) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let mut objects = Some(objects);
    let mut write = |writer: &mut Writer<W>| objects.take().map_or(Ok(()), |objects| objects(writer));
    match frame {
        None => write(writer),
        Some(Value { data: Data::Object(members), .. }) => {
            writer.begin_object()?;
            for member in members {
                writer.key(&member.key)?;
                match &member.value.data {
                    Data::Array(_) if member.key == "objects" => {
                        writer.begin_array()?;
                        write(writer)?;
                        writer.end()?;
                    }
                    _ => writer.value(&member.value)?,
                }
            }
            writer.end()
        }
        Some(frame) => writer.value(frame),
    }
}
