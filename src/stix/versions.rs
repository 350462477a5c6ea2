//! What is known of all objects of a document while one of them is looked at: which ids and versions there are, and what
//! extension definitions allow.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    check::shown,
    forms,
    rules::{self, Rule},
};
use crate::{
    error::Told,
    json::{Document, Layout, Value, canonical, to_string},
    time::WireTime,
};

/// The objects of a document, by hashes of their ids: some 60 bytes for each.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// The first type that came with a UUID.
    uuids: HashMap<u128, u32>,
    /// Each id and time of modification.
    versions: HashSet<u128>,
    /// Versions that come more than once, with a digest of the first copy that was looked at.
    again: HashMap<u128, Option<[u8; 32]>>,
    /// Ids that come more than once, with what the first object that was looked at says.
    several: HashMap<u128, Option<Known>>,
    /// When an object was revoked.
    revoked: HashMap<u128, WireTime>,
    /// The properties that extension definitions add to objects.
    top_level: HashMap<String, Vec<String>>,
}

/// What all versions of an object have in common.
#[derive(Debug)]
struct Known {
    created: Option<String>,
    creator: Option<String>,
}

/// The members that count here, of whatever type they are.
#[derive(Deserialize)]
struct Peek<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    modified: Option<&'a RawValue>,
    revoked: Option<&'a RawValue>,
    extension_properties: Option<&'a RawValue>,
}

impl Versions {
    /// Takes note of an object that is to be looked at later.
    pub(super) fn note(&mut self, bytes: &[u8]) {
        let Ok(peek) = serde_json::from_slice::<Peek<'_>>(bytes) else { return };
        let text = |value: Option<&RawValue>| serde_json::from_str::<String>(value?.get()).ok();
        let Some(id) = text(peek.id) else { return };
        let modified = text(peek.modified);
        let Some((name, uuid)) = split(&id) else { return };
        match self.uuids.entry(uuid) {
            Entry::Vacant(entry) => _ = entry.insert(name),
            Entry::Occupied(_) => _ = self.several.insert(key(&id, None), None),
        }
        let version = key(&id, modified.as_deref());
        if !self.versions.insert(version) {
            self.again.insert(version, None);
        }
        if peek.revoked.is_some_and(|revoked| revoked.get() == "true")
            && let Some(time) = modified.as_deref().and_then(forms::time)
        {
            match self.revoked.entry(key(&id, None)) {
                Entry::Vacant(entry) => _ = entry.insert(time),
                Entry::Occupied(mut entry) if time.cmp_instant(entry.get()).is_some_and(|order| order.is_lt()) => {
                    entry.insert(time);
                }
                Entry::Occupied(_) => {}
            }
        }
        if id.starts_with("extension-definition--") {
            let listed = peek.extension_properties.and_then(|list| serde_json::from_str(list.get()).ok());
            if let Some(listed) = listed {
                self.top_level.insert(id, listed);
            }
        }
    }

    /// The properties that an extension adds, if its definition is in the document and lists them.
    pub(super) fn top_level(&self, extension: &str) -> Option<&Vec<String>> {
        self.top_level.get(extension)
    }

    /// Looks at an object beside those that came before it.
    pub(super) fn look(&mut self, document: &Document<'_>, value: &Value<'_>, told: &mut Told) {
        let mut tell = |rule: &'static Rule, at: &Value<'_>, found: String| {
            told.tell(rule.finding(document.position(at.offset), document.path(at.offset), &found, None));
        };
        let text = |property: &str| value.get(property).and_then(|value| value.as_str().ok());
        let Some((at, id)) = value.get("id").and_then(|id| Some((id, id.as_str().ok()?))) else { return };
        let Some((name, uuid)) = split(id) else { return };
        if self.uuids.get(&uuid).is_some_and(|first| *first != name) {
            tell(&rules::UUID_REUSED, at, shown(at));
        }
        let (object, version) = (key(id, None), key(id, text("modified")));
        if let Some(first) = self.again.get_mut(&version) {
            let digest = digest(value);
            match first {
                None => *first = Some(digest),
                Some(first) if *first == digest => tell(&rules::AGAIN, at, shown(at)),
                // An observable has no versions: two of one id may say different things about the same.
                Some(_) if text("modified").is_none() => tell(&rules::AGAIN, at, shown(at)),
                Some(_) => tell(&rules::DIFFERS, at, shown(at)),
            }
        }
        if let Some(first) = self.several.get_mut(&object) {
            let own = |property: &str| text(property).map(str::to_owned);
            let created = text("created").map(|time| normal(time).to_owned());
            match first {
                None => *first = Some(Known { created, creator: own("created_by_ref") }),
                Some(first) => {
                    if let Some(at) = value.get("created").filter(|_| first.created != created) {
                        tell(&rules::CREATED_CHANGED, at, shown(at));
                    }
                    if first.creator != own("created_by_ref") {
                        let at = value.get("created_by_ref").unwrap_or(value);
                        tell(&rules::CREATOR_CHANGED, at, shown(at));
                    }
                }
            }
        }
        if let (Some(revoked), Some(modified)) = (self.revoked.get(&object), value.get("modified")) {
            let time = modified.as_str().ok().and_then(forms::time);
            if time.and_then(|time| time.cmp_instant(revoked)).is_some_and(|order| order.is_gt()) {
                tell(&rules::AFTER_REVOKED, modified, format!("{}, revoked {revoked}", shown(modified)));
            }
        }
        if let (Some(translated), Some(modified)) = (text("object_ref"), value.get("object_modified"))
            && text("type") == Some("language-content")
            && let (Some((name, uuid)), Ok(time)) = (split(translated), modified.as_str())
        {
            let there = self.uuids.get(&uuid) == Some(&name);
            if there && !self.versions.contains(&key(translated, Some(time))) {
                tell(&rules::TRANSLATED, modified, shown(modified));
            }
        }
    }
}

/// A hash of an id's type, and its UUID.
fn split(id: &str) -> Option<(u32, u128)> {
    let (name, uuid) = forms::id_parts(id)?;
    let hash = Sha256::digest(name).iter().take(4).fold(0, |hash, byte| hash << 8 | u32::from(*byte));
    Some((hash, Uuid::try_parse(uuid).ok()?.as_u128()))
}

/// A hash of an id, or of an id and a time.
fn key(id: &str, modified: Option<&str>) -> u128 {
    let mut hash = Sha256::new();
    hash.update(id);
    hash.update([0]);
    hash.update(modified.map_or("", normal));
    hash.finalize().iter().take(16).fold(0, |hash, byte| hash << 8 | u128::from(*byte))
}

/// A time without the zeros that end its fraction, and without the rest of one that is no fraction then.
fn normal(time: &str) -> &str {
    let digits = time.strip_suffix('Z').unwrap_or(time);
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// A digest of all that an object says, whatever the order of its members where there is a canonical form of it.
pub(super) fn digest(value: &Value<'_>) -> [u8; 32] {
    let text = canonical(value).or_else(|_| to_string(value, Layout::Compact).map(String::into_bytes));
    Sha256::digest(text.unwrap_or_default()).into()
}
