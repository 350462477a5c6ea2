//! Which objects still say what holds: of one that is there in several versions the newest, and none that is revoked (STIX 2.1
//! §3.2, `revoked`). What is past would be read as if it held: it is carried as it came.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::json::Value;

/// What is known of the versions of all objects, in their order.
#[derive(Debug, Default)]
pub(super) struct Versions(Vec<Version>);

#[derive(Clone, Copy, Debug)]
struct Version {
    modified: Option<Timestamp>,
    is_revoked: bool,
}

impl Versions {
    /// Takes note of the next object.
    pub fn note(&mut self, object: &Value<'static>) {
        let modified = object.get("modified").and_then(|time| time.as_str().ok()?.parse().ok());
        let is_revoked = object.get("revoked").is_some_and(|revoked| revoked.as_bool() == Ok(true));
        self.0.push(Version { modified, is_revoked });
    }

    /// Whether each object is past; `names` has for each a number of its id.
    pub fn past(&self, names: &[Option<u32>]) -> Vec<bool> {
        let mut newest: HashMap<u32, (Timestamp, usize)> = HashMap::new();
        let timed = || {
            self.0
                .iter()
                .zip(names)
                .enumerate()
                .filter_map(|(i, (version, name))| Some((i, version.modified?, (*name)?)))
        };
        for (i, modified, name) in timed() {
            let held = newest.entry(name).or_insert((modified, i));
            // Of two that are as new, nobody knows which holds: the first does.
            if modified > held.0 {
                *held = (modified, i);
            }
        }
        let mut past: Vec<bool> = self.0.iter().map(|version| version.is_revoked).collect();
        for (i, modified, name) in timed() {
            let (newest_at, first) = newest[&name];
            past[i] |= modified < newest_at || self.0[first].is_revoked;
        }
        past
    }
}
