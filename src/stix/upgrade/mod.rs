//! STIX 2.0 as 2.1, with an account of every leaf.
//!
//! What the two versions call otherwise is a table ([`table`]), printed in `docs/stix-2.0.md`. The largest change is that observables
//! are objects now: each element of an `objects` dictionary becomes one, with the id that follows from it, the markings that
//! the dictionary had, and references by id. Nothing is left out but the version that the bundle says; what 2.1 has no place for is
//! kept as a custom property.

mod container;
mod labels;
mod object;
mod pattern;
mod rewrite;
pub(super) mod table;

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::{
    detect::is_version_20,
    document::{Object, StixDocument},
    versions::digest,
};
use crate::json::{Data, Member, Value, below};
pub(super) use object::is_old;
use rewrite::Rewrite;

/// A document of STIX 2.1, and what became of each leaf of the document that it was made of.
#[derive(Clone, Debug)]
pub struct Upgraded {
    /// The document. One that stood alone is a bundle if it has become several objects.
    pub document: StixDocument,
    /// The account, object by object.
    pub account: Vec<Leaf>,
}

/// What became of a leaf: a text, number, boolean or null, or a list or object that is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Where it stood.
    pub path: String,
    /// What became of it.
    pub end: End,
}

/// An end of a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It stands there, meaning the same.
    Kept {
        /// Where.
        to: String,
    },
    /// It stands there whole, in a place that says less about what it is.
    Moved {
        /// Where.
        to: String,
    },
    /// It stands there, said less precisely or in another way.
    Coarsened {
        /// Where.
        to: String,
        /// How.
        how: &'static str,
    },
    /// It does not stand in the document.
    Dropped {
        /// Why.
        why: &'static str,
    },
}

/// Whether anything in a document is of STIX 2.0.
pub fn is_outdated(document: &StixDocument) -> bool {
    let old = document.frame().is_some_and(is_version_20);
    old || document.objects().iter().any(|object| is_old(object.value(), old))
}

/// Makes a document of STIX 2.1 of one of 2.0, and of one of 2.1 in which objects of 2.0 stand; what is of 2.1 is as it was.
///
/// Ids that do not follow from an observable (§2.9) are made of the id of the observed data and the key in its dictionary, so that the
/// same document gives the same ids.
pub fn upgrade(document: &StixDocument) -> Upgraded {
    let old = document.frame().is_some_and(is_version_20);
    let mut work = Work::default();
    let frame = document.frame().map(|frame| work.frame(frame));
    for (nth, object) in document.objects().iter().enumerate() {
        let path = if frame.is_some() { format!("$.objects[{nth}]") } else { "$".to_owned() };
        match is_old(object.value(), old) {
            true => work.object(object.value(), &path),
            false => work.keep(object.value(), &path),
        }
    }
    let Work { objects, mut account, .. } = work;
    let frame = frame.or_else(|| (objects.len() > 1).then(|| bundle(document)));
    if frame.is_none() {
        account.iter_mut().for_each(|leaf| leaf.end.alone());
    }
    Upgraded { document: StixDocument { frame, objects: objects.into_iter().map(Object::new).collect() }, account }
}

/// The objects that were made.
#[derive(Default)]
struct Work {
    objects: Vec<Value<'static>>,
    account: Vec<Leaf>,
    /// Observables that were made, by digests of all that they say: two that say the same are one.
    observables: HashMap<[u8; 32], usize>,
}

impl Work {
    /// The bundle, whose objects say the version now.
    fn frame(&mut self, frame: &Value<'static>) -> Value<'static> {
        let Data::Object(members) = &frame.data else { return frame.clone() };
        let mut rewrite = Rewrite::default();
        let mut kept = Vec::new();
        for member in members {
            let path = below("$", &member.key);
            match &*member.key {
                "spec_version" if member.value.as_str() == Ok("2.0") => {
                    self.account.push(Leaf { path, end: End::Dropped { why: VERSION } });
                }
                "objects" => kept.push(member.clone()),
                _ => {
                    rewrite.copy(&member.value, &path);
                    kept.push(member.clone());
                }
            }
        }
        self.account.append(&mut rewrite.leaves);
        Value::new(Data::Object(kept))
    }

    /// An object that is of 2.1 already, or that nothing is known of.
    fn keep(&mut self, object: &Value<'static>, path: &str) {
        let mut rewrite = Rewrite::default();
        rewrite.copy(object, "");
        self.take(rewrite.leaves, path, self.objects.len());
        self.objects.push(object.clone());
    }

    /// The leaves of an object, whose paths begin at it.
    fn take(&mut self, leaves: Vec<Leaf>, from: &str, to: usize) {
        self.account.extend(
            leaves
                .into_iter()
                .map(|leaf| Leaf { path: format!("{from}{}", leaf.path), end: leaf.end.within(&place(to)) }),
        );
    }
}

impl End {
    /// The same end, where its place begins at an object.
    fn within(self, object: &str) -> End {
        let whole = |to: String| if to.starts_with('$') { to } else { format!("{object}{to}") };
        match self {
            End::Kept { to } => End::Kept { to: whole(to) },
            End::Moved { to } => End::Moved { to: whole(to) },
            End::Coarsened { to, how } => End::Coarsened { to: whole(to), how },
            End::Dropped { .. } => self,
        }
    }

    /// The same end in a document that is one object.
    fn alone(&mut self) {
        if let End::Kept { to } | End::Moved { to } | End::Coarsened { to, .. } = self
            && let Some(rest) = to.strip_prefix(&place(0))
        {
            *to = format!("${rest}");
        }
    }
}

/// Why the version of the bundle, and of an object, is not there any more.
const VERSION: &str = "each object says that it is of STIX 2.1";

/// The path of an object that was made.
fn place(index: usize) -> String {
    format!("$.objects[{index}]")
}

/// The bundle around an object that stood alone.
fn bundle(document: &StixDocument) -> Value<'static> {
    let id = document.objects().first().and_then(|object| object.text("id")).unwrap_or_default();
    Value::object([
        ("type", Value::string("bundle")),
        ("id", Value::string(own_id("bundle", &[id]))),
        ("objects", Value::array([])),
    ])
}

/// An id that is the same for the same parts, with a UUID that is of version 4 by its form.
fn own_id(kind: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    format!("{kind}--{}", uuid::Builder::from_random_bytes(bytes).into_uuid())
}

fn member(key: impl Into<std::borrow::Cow<'static, str>>, value: Value<'static>) -> Member<'static> {
    Member { offset: 0, key: key.into(), value }
}
