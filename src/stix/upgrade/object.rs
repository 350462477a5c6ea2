//! Objects that 2.1 has too.

use std::collections::HashMap;

use super::{
    End, Leaf, VERSION, Work, member,
    rewrite::{At, Rewrite},
    table,
};
use crate::{
    json::{Data, Member, Value, below},
    stix::{TLP_MARKINGS, def::Family, tables::object},
};

/// Whether an object is of 2.0, in a bundle that is or is not.
pub(in crate::stix) fn is_old(value: &Value<'_>, bundle: bool) -> bool {
    let Some(kind) = value.get("type").and_then(|kind| kind.as_str().ok()) else { return false };
    match value.get("spec_version") {
        Some(version) => version.as_str() == Ok("2.0"),
        // Of 2.1, observables alone may leave it out, also those that are not known.
        None => match object(kind) {
            Some(def) => !matches!(def.family, Family::Observable | Family::Bundle | Family::Part),
            None => bundle || value.get("created").is_some(),
        },
    }
}

impl Work {
    /// An object of 2.0.
    pub(super) fn object(&mut self, value: &Value<'static>, path: &str) {
        let Data::Object(members) = &value.data else { return self.keep(value, path) };
        let text = |name: &str| value.get(name).and_then(|value| value.as_str().ok());
        let kind = text("type").unwrap_or_default();
        let has = |name: &str| value.get(name).is_some();
        let def = object(kind);
        let root = At::default();
        let mut rewrite = Rewrite::default();
        let mut elsewhere = Elsewhere::default();
        let mut made: Vec<Member<'static>> = Vec::new();
        for property in members {
            match (&*property.key, &property.value.data) {
                ("spec_version", _) => {
                    let leaf = Leaf { path: below("", "spec_version"), end: End::Dropped { why: VERSION } };
                    rewrite.leaves.push(leaf);
                }
                // They come last, when it is known where everything is.
                ("granular_markings", Data::Array(_)) => {}
                ("objects", Data::Object(objects)) if kind == "observed-data" && !has("object_refs") => {
                    match self.container(value, objects, path) {
                        Some((refs, moved)) => {
                            elsewhere = moved;
                            rewrite.selected(&root.key("objects"), &root.key("object_refs"));
                            made.push(member("object_refs", Value::array(refs)));
                        }
                        None => made.push(rewrite.property(def, property, members, &root, &root)),
                    }
                }
                ("labels", Data::Array(labels)) if !labels.is_empty() => match table::labels(kind) {
                    Some((types, vocabulary)) if !has(types) => made.extend(rewrite.labels(labels, types, vocabulary)),
                    _ => made.push(rewrite.property(def, property, members, &root, &root)),
                },
                ("pattern", Data::String(pattern)) if kind == "indicator" => {
                    let mut renamed = rewrite.property(def, property, members, &root, &root);
                    match super::pattern::renamed(pattern) {
                        Ok(None) => {}
                        Ok(Some(pattern)) => renamed.value = Value::string(pattern),
                        Err(_) if has("pattern_version") || has("pattern_type") => {}
                        Err(_) => made.push(member("pattern_version", Value::string("2.0"))),
                    }
                    made.push(renamed);
                    if !has("pattern_type") {
                        made.push(member("pattern_type", Value::string("stix")));
                    }
                }
                _ => made.push(rewrite.property(def, property, members, &root, &root)),
            }
        }
        if kind == "malware" && !has("is_family") {
            made.push(member("is_family", Value::from(true)));
        }
        if let Some(tlp) = TLP_MARKINGS.iter().find(|tlp| tlp.version == 1 && text("id") == Some(tlp.id))
            && !has("name")
        {
            made.push(member("name", Value::string(format!("TLP:{}", tlp.level.to_uppercase()))));
        }
        if let Some(granular) = value.get("granular_markings") {
            made.extend(rewrite.granular(granular, &elsewhere));
        }
        let index = made.iter().position(|member| member.key == "type").map_or(0, |at| at + 1);
        made.insert(index, member("spec_version", Value::string("2.1")));
        self.take(rewrite.leaves, path, self.objects.len());
        self.objects.push(Value::new(Data::Object(made)));
    }
}

/// Selectors of what stands in other objects now, with the places of the markings that select it there.
pub(super) type Elsewhere = HashMap<String, Vec<String>>;

impl Rewrite<'_> {
    /// Granular markings, by the selectors that what they select has now.
    fn granular(&mut self, markings: &Value<'static>, elsewhere: &Elsewhere) -> Option<Member<'static>> {
        let from = At::default().key("granular_markings");
        let elements = markings.as_array().unwrap_or_default();
        let mut made = Vec::new();
        for (nth, marking) in elements.iter().enumerate() {
            let (from, to) = (from.index(nth), from.index(made.len()));
            let selectors = marking.get("selectors").and_then(|list| list.as_array().ok()).unwrap_or_default();
            let (mut kept, mut moved) = (Vec::new(), None);
            let mut ends = Vec::new();
            for (nth, selector) in selectors.iter().enumerate() {
                let path = from.key("selectors").index(nth).path;
                let text = selector.as_str().unwrap_or_default();
                let there = elsewhere.get(text).and_then(|places| places.first());
                // The whole of a container is here, as references, and there.
                let here = self.selectors.get(text).cloned();
                let here = here.unwrap_or_else(|| if there.is_some() { Vec::new() } else { vec![text.to_owned()] });
                let place = match there {
                    Some(there) if here.is_empty() => there.clone(),
                    _ => to.key("selectors").index(kept.len()).path,
                };
                moved = moved.or(there.cloned());
                kept.extend(here.into_iter().map(Value::string));
                ends.push(Leaf { path, end: End::Kept { to: place } });
            }
            let Some(gone) = moved.filter(|_| kept.is_empty()) else {
                let members = marking.as_object().unwrap_or_default();
                let members = members.iter().map(|one| match &*one.key {
                    "selectors" if !kept.is_empty() => {
                        self.leaves.append(&mut ends);
                        member("selectors", Value::array(std::mem::take(&mut kept)))
                    }
                    _ => self.property(None, one, members, &from, &to),
                });
                made.push(Value::new(Data::Object(members.collect())));
                continue;
            };
            // All that it marks is in other objects.
            self.leaves.append(&mut ends);
            for one in marking.as_object().unwrap_or_default().iter().filter(|one| one.key != "selectors") {
                let mut copy = Rewrite::default();
                copy.copy(&one.value, &from.key(&one.key).path);
                self.leaves
                    .extend(copy.leaves.into_iter().map(|leaf| Leaf { end: End::Kept { to: gone.clone() }, ..leaf }));
            }
        }
        if elements.is_empty() {
            self.copy(markings, &from.path);
            return Some(member("granular_markings", markings.clone()));
        }
        (!made.is_empty()).then(|| member("granular_markings", Value::array(made)))
    }
}
