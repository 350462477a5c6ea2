//! Who may see a part that is carried: its block says so where it would be seen by more.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{
    STIX,
    units::{Group, Unit},
};
use crate::{
    class::Coded,
    iodef::{is_narrower, vocab::Restriction},
    record::base::Marking,
    stix::TLP_MARKINGS,
    translate::iodef::marking,
};

/// Markings of STIX that say something else than TLP: their definitions came with the documents.
pub(super) struct Statements(BTreeSet<String>);

impl Statements {
    /// Those of these records.
    pub fn of(groups: &[Group]) -> Self {
        let mut known = BTreeSet::new();
        for value in groups.iter().flat_map(Group::values) {
            each_residue(value, &mut |_, object| {
                let id = object.get("id").and_then(Json::as_str).filter(|id| id.starts_with("marking-definition--"));
                known.extend(id.map(str::to_owned));
            });
        }
        Statements(known)
    }

    /// The narrowest marking of what is in these parts, if fewer may see that than what is around it: of things of the
    /// record, and of objects that are residue.
    pub fn narrowest<'v>(
        &self,
        parts: impl Iterator<Item = (&'v Unit, &'v Json)>,
        around: Option<&Coded<Restriction>>,
    ) -> Option<Coded<Restriction>> {
        let mut narrowest: Option<Coded<Restriction>> = None;
        let mut meet = |met: Coded<Restriction>| {
            if narrowest.as_ref().is_none_or(|known| is_narrower(&met, known)) {
                narrowest = Some(met);
            }
        };
        for (unit, value) in parts {
            // The marking of the record itself is what is around all of it.
            if unit.member != "handling" {
                each_marking(value, &mut meet);
            }
            each_residue(value, &mut |path, value| match path {
                "object_marking_refs" => self.each_mark(value, &mut meet),
                "granular_markings" => granular(value, &mut |mark| self.each_mark(mark, &mut meet)),
                path if path.starts_with('$') => {
                    value.get("object_marking_refs").into_iter().for_each(|marks| self.each_mark(marks, &mut meet));
                    let parts = value.get("granular_markings");
                    parts.into_iter().for_each(|parts| granular(parts, &mut |mark| self.each_mark(mark, &mut meet)));
                }
                _ => {}
            });
        }
        narrowest.filter(|own| around.is_none_or(|around| is_narrower(own, around)))
    }

    /// Markings by their ids. One of which nobody knows what it means may mean anything.
    fn each_mark(&self, marks: &Json, meet: &mut dyn FnMut(Coded<Restriction>)) {
        let ids = marks.as_array().into_iter().flatten().chain(marks.is_string().then_some(marks));
        for id in ids.filter_map(Json::as_str) {
            match TLP_MARKINGS.iter().find(|known| known.id == id).map(|known| known.level) {
                Some("white" | "clear") => meet(Restriction::White.into()),
                Some("amber+strict") => meet(Coded::Ext("amber+strict".to_owned())),
                Some(level) => meet(Coded::from_meaning(level)),
                None if self.0.contains(id) => {}
                None => meet(Restriction::Red.into()),
            }
        }
    }
}

/// The ids by which parts of an object are marked; those that name a language are no markings.
fn granular(list: &Json, meet: &mut dyn FnMut(&Json)) {
    list.as_array().into_iter().flatten().filter_map(|part| part.get("marking_ref")).for_each(meet);
}

/// The markings of all things in a part.
fn each_marking(value: &Json, meet: &mut dyn FnMut(Coded<Restriction>)) {
    match value {
        Json::Array(list) => list.iter().for_each(|one| each_marking(one, meet)),
        Json::Object(members) => {
            let own = members.get("marking").and_then(|own| serde_json::from_value::<Marking>(own.clone()).ok());
            own.and_then(|own| marking::write(own.tlp, own.restriction.as_ref())).into_iter().for_each(&mut *meet);
            members.values().for_each(|one| each_marking(one, meet));
        }
        _ => {}
    }
}

/// The residue of STIX in a part, by its path and what it says.
fn each_residue(value: &Json, tell: &mut dyn FnMut(&str, &Json)) {
    match value {
        Json::Array(list) => list.iter().for_each(|one| each_residue(one, tell)),
        Json::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Json::as_str);
            if let (Some(STIX), Some(path), Some(value)) = (text("format"), text("path"), text("value")) {
                let value = serde_json::from_str(value).unwrap_or(Json::Null);
                return tell(path, &value);
            }
            members.values().for_each(|one| each_residue(one, tell));
        }
        _ => {}
    }
}
