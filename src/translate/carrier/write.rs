//! Which parts of records must be carried, and the blocks that do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{
    Carrier, STIX, again,
    level::Statements,
    sets::{Set, Told},
    units::{Group, Unit, digests, groups, is_at, locate, path, plain, unbind_group},
};
use crate::{
    class::Path,
    iodef::{IodefDocument, restriction_of},
    record::{Node, Part as _, Place, Record, RecordDocument},
    translate::{
        anchors,
        ledger::{Entry, Fate},
        reasons::field,
        withheld,
    },
};

/// Members that a reader gives himself, that name the record, or that are the sender's administration, which is residue to others.
const OWN: &[&str] = &[
    "id",
    "kind",
    "number",
    "origins",
    "event_number",
    "incident_number",
    "version",
    "supersedes",
    "change_reason",
    "channel",
    "impact",
    "recovery",
    "signoff",
];

/// Whether there are parts that must be carried: those of a document that came from STIX. A record of our own has nothing that
/// must go back to another document.
pub(in crate::translate) fn is_needed(source: &RecordDocument) -> bool {
    groups(source).into_iter().any(|group| has_residue(&Json::Object(group)))
}

/// Whether residue of STIX is to go back to where it came from.
fn has_residue(value: &Json) -> bool {
    match value {
        Json::Array(list) => list.iter().any(has_residue),
        Json::Object(members) => members.iter().any(|(name, value)| {
            let is_ours = |one: &Json| one.get("format").and_then(Json::as_str) == Some(STIX);
            name == "carried" && value.as_array().is_some_and(|list| list.iter().any(is_ours)) || has_residue(value)
        }),
        _ => false,
    }
}

/// Puts into `made`, which was made of `source`, the parts of it that `read_again` does not have as they were, and says so in
/// the account. The accounts are of the ways there and back.
pub(in crate::translate) fn write(
    made: &mut IodefDocument,
    source: &RecordDocument,
    read_again: &RecordDocument,
    account: &mut [Entry],
    back: &[Entry],
) {
    let again = again::without_redundant(source, read_again);
    if !is_needed(&again.source) {
        return;
    }
    let mut before = Before::of(&again.source, &again.given);
    let (found, elsewhere) = before.carriers(read_again, account, back);
    let root = Path::root("IODEF-Document");
    let statements = Statements::of(&groups(source));
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    for (number, carriers) in found.into_iter().enumerate() {
        let (blocks, at, around) = match number.checked_sub(1) {
            // A document has no marking.
            None => (&mut made.additional_data, root.to_string(), None),
            Some(record) => match made.incident.get_mut(record) {
                Some(incident) => {
                    let around = restriction_of(incident);
                    (&mut incident.additional_data, root.item("Incident", record + 1).to_string(), Some(around))
                }
                None => continue,
            },
        };
        for carrier in carriers {
            let parts: Vec<(Unit, &Json)> =
                carrier.parts.iter().filter_map(|(name, value)| Some((name.parse().ok()?, value))).collect();
            let parts = parts.iter().map(|(unit, value)| (unit, *value));
            let Some(block) = carrier.block(statements.narrowest(parts, around.as_ref())) else { continue };
            blocks.push(block);
            let at = format!("{at}/AdditionalData[{}]", blocks.len());
            let units = carrier.parts.keys().filter_map(|unit| unit.parse().ok());
            places.extend(units.map(|unit| (path(number, &unit), at.clone())));
        }
    }
    let groups = groups(source);
    for entry in account.iter_mut() {
        let unit = locate(&entry.path, &groups).map(|(number, unit, _)| path(number, &unit));
        if let (Some(true), Fate::Kept { to }) = (unit.as_ref().map(|unit| elsewhere.contains(unit)), &entry.fate) {
            entry.fate = Fate::Moved { to: to.clone() };
        }
        let carried = unit.and_then(|unit| places.get(&unit));
        if carried.is_some() && before.lost_links.contains(&entry.path) {
            entry.fate = Fate::Dropped { why: "it refers to what is not in the document".to_owned() };
        }
        if !matches!(entry.fate, Fate::Dropped { .. }) || before.lost_links.contains(&entry.path) {
            continue;
        }
        if again.is_made_again(&entry.path) {
            entry.fate = Fate::Kept { to: "(made again)".to_owned() };
        } else if let (Some(at), None) = (carried, withheld(&field(&entry.path))) {
            entry.fate = Fate::Carried { on: at.clone() };
        }
    }
}

/// The records that a document was made of.
struct Before {
    /// As they are.
    full: Vec<Group>,
    plain: Vec<Group>,
    /// Where something stood that referred to what is not carried.
    lost_links: BTreeSet<String>,
    /// Which parts of each refer to which.
    links: Vec<Vec<Link>>,
}

impl Before {
    fn of(source: &RecordDocument, given: &BTreeSet<String>) -> Self {
        let mut full = groups(source);
        let mut lost_links = BTreeSet::new();
        for (i, (record, group)) in source.records.iter().zip(full.iter_mut().skip(1)).enumerate() {
            let lost = without_lost_links(record, group);
            lost_links.extend(lost.iter().map(|place| in_record(i + 1, place)));
            without_stale(record, group);
            without_names(record, group, given);
        }
        for group in &mut full {
            group.iter_mut().filter(|(name, _)| *name != "origins").for_each(|(_, value)| without_origins(value));
            unbind_group(group);
        }
        let links = std::iter::once(Vec::new()).chain(source.records.iter().map(links)).collect();
        let mut plain = plain(source, &|id| given.contains(id));
        plain.iter_mut().for_each(without_bare_links);
        Before { full, plain, lost_links, links }
    }

    /// What must be carried around the records and by each of them; also the parts that are not, though a reader finds what
    /// they say elsewhere.
    fn carriers(
        &mut self,
        read_again: &RecordDocument,
        account: &[Entry],
        back: &[Entry],
    ) -> (Vec<Vec<Carrier>>, BTreeSet<String>) {
        let theirs = plain(read_again, &|_| false);
        let digests = digests(read_again);
        let told = Told::of(&self.full, account, &theirs, back);
        let mut elsewhere = BTreeSet::new();
        let mut sets = Vec::new();
        for (number, mine) in std::mem::take(&mut self.plain).iter().enumerate() {
            let nothing = Group::new();
            let theirs = theirs.get(number).unwrap_or(&nothing);
            let all = told.sets(number, mine, theirs, |unit| OWN.contains(&unit.member.as_str()));
            let needed = self.needed(number, &all);
            let needed = all.into_iter().zip(needed).filter_map(|(set, needed)| needed.then_some(set));
            let is_carried = |set: &Set| set.mine.iter().all(|unit| self.carriable(number, unit).is_some());
            let (carried, others): (Vec<Set>, Vec<Set>) = needed.partition(is_carried);
            let others: BTreeSet<Unit> = others.into_iter().flat_map(|set| set.mine).collect();
            elsewhere.extend(self.cut_links(number, &others));
            elsewhere.extend(others.iter().map(|unit| path(number, unit)));
            sets.push(carried);
        }
        let mut all = Vec::new();
        for (number, sets) in sets.into_iter().enumerate() {
            let digest = |unit: &Unit| {
                let known = digests.get(number)?;
                let found = known.binary_search_by(|(known, _)| known.cmp(unit)).ok()?;
                known.get(found).map(|(_, digest)| *digest)
            };
            let mut carriers = Vec::new();
            let mut put_aside = Vec::new();
            for set in sets {
                let part = |unit: &Unit| {
                    Some((unit.to_string(), self.carriable(number, unit).filter(|value| !value.is_null())?))
                };
                let parts: BTreeMap<String, Json> = set.mine.iter().filter_map(part).collect();
                // Residue that stands elsewhere now is not to be taken for what is new.
                let is_residue = |unit: &Unit| unit.member == "carried";
                if parts.is_empty() && set.theirs.iter().any(is_residue) && self.has_own_residue(number) {
                    continue;
                }
                let instead: Option<Vec<_>> = set.theirs.iter().map(digest).collect();
                let Some(mut instead) = instead else { continue };
                instead.sort();
                if parts.is_empty() {
                    put_aside.extend(instead);
                } else {
                    carriers.push(Carrier { around: number == 0, instead, parts });
                }
            }
            if !put_aside.is_empty() {
                put_aside.sort();
                carriers.push(Carrier { around: number == 0, instead: put_aside, ..Carrier::default() });
            }
            // Where things stood in a document of another format matters to what goes back there.
            let origins = self.full.get(number).and_then(|group| group.get("origins"));
            if let Some(origins) = origins {
                let parts = BTreeMap::from([("origins".to_owned(), origins.clone())]);
                carriers.push(Carrier { around: number == 0, parts, ..Carrier::default() });
            }
            all.push(carriers);
        }
        (all, elsewhere)
    }

    /// Takes away what refers to one of these parts from elsewhere; the parts that were nothing but that.
    fn cut_links(&mut self, number: usize, to: &BTreeSet<Unit>) -> Vec<String> {
        let mut bare = Vec::new();
        let Some(group) = self.full.get_mut(number) else { return bare };
        for link in self.links.get(number).into_iter().flatten().filter(|link| to.contains(&link.to)) {
            if let Some(reference) = below(group, &link.place) {
                *reference = Json::Null;
                self.lost_links.insert(in_record(number, &link.place));
            }
            if link.place.segments().len() == 1 {
                bare.push(path(number, &link.from));
            }
        }
        bare
    }

    /// Whether there is residue of IODEF that belongs to no element.
    fn has_own_residue(&self, number: usize) -> bool {
        let carried = self.full.get(number).and_then(|group| group.get("carried")?.as_array());
        carried.is_some_and(|list| list.iter().any(|one| one.get("format").and_then(Json::as_str) != Some(STIX)))
    }

    /// Whether a record came in a document.
    fn has_come(&self, number: usize) -> bool {
        self.full.get(number).is_some_and(|group| group.contains_key("origins"))
    }

    /// Which sets must be carried: those that differ, and what refers to them or they refer to, since names are given anew.
    fn needed(&self, number: usize, sets: &[Set]) -> Vec<bool> {
        let mut needed: Vec<bool> = sets.iter().map(|set| !set.same).collect();
        let places: BTreeMap<&Unit, usize> =
            sets.iter().enumerate().flat_map(|(i, set)| set.mine.iter().map(move |unit| (unit, i))).collect();
        let mut linked: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for link in self.links.get(number).into_iter().flatten() {
            let (Some(from), Some(to)) = (places.get(&link.from), places.get(&link.to)) else { continue };
            linked.entry(*from).or_default().push(*to);
            linked.entry(*to).or_default().push(*from);
        }
        // What differs and is never carried draws nothing along.
        let is_carried = |i: &usize| {
            let units = sets.get(*i).map(|set| set.mine.as_slice()).unwrap_or_default();
            units.iter().any(|unit| self.carriable(number, unit).is_some())
        };
        let mut next: Vec<usize> =
            (0..sets.len()).filter(|i| needed.get(*i) == Some(&true)).filter(is_carried).collect();
        while let Some(now) = next.pop() {
            for other in linked.get(&now).into_iter().flatten() {
                if let Some(place @ false) = needed.get_mut(*other) {
                    *place = true;
                    next.push(*other);
                }
            }
        }
        needed
    }

    /// A part as it may be carried.
    fn carriable(&self, number: usize, unit: &Unit) -> Option<Json> {
        if OWN.contains(&unit.member.as_str()) {
            return None;
        }
        let value = self.full.get(number)?.get(&unit.member)?;
        let value = match unit.index {
            Some(index) => value.get(index)?,
            None => value,
        };
        // What came does not say who thought so; one of us does.
        if unit.member == SEVERITY && (value.get("by").is_some() || !self.has_come(number)) {
            return None;
        }
        // Residue of the document's own format is in its place.
        if unit.member == "carried" && value.get("format").and_then(Json::as_str) != Some(STIX) {
            return None;
        }
        let mut value = allowed(unit, value.clone())?;
        without_nothing(&mut value);
        Some(value)
    }
}

/// How severe it is thought to be: what we think stays in the house, and what somebody else has written does not.
const SEVERITY: &str = "severity_series";

/// Why a field is not carried, if it is not.
fn withheld(field: &str) -> Option<&'static str> {
    let is_theirs = field.starts_with(SEVERITY) && !field.ends_with(".by");
    withheld::reason(field).filter(|_| !is_theirs)
}

/// What of a part may leave the house.
pub(super) fn allowed(unit: &Unit, mut value: Json) -> Option<Json> {
    if unit.member == SEVERITY {
        value.as_object_mut()?.remove("by");
        return Some(value);
    }
    let is_element = unit.index.is_some();
    let whole = if is_element { Json::Array(vec![value]) } else { value };
    let mut group = Group::from_iter([(unit.member.clone(), whole)]);
    withheld::leave_out(&mut group, "", &mut |_, _| {});
    let value = group.remove(&unit.member)?;
    match value {
        Json::Array(mut list) if is_element => list.pop(),
        value => Some(value),
    }
}

/// Takes away links to other records of which nothing else is said: where the ids of records stay at home, they say nothing.
fn without_bare_links(group: &mut Group) {
    let is_bare = |link: &Json| {
        let members = link.as_object();
        members.is_some_and(|link| {
            link.contains_key("record") && link.keys().all(|name| name == "record" || name == "relation")
        })
    };
    // Others keep their places.
    let links = group.get_mut("related").and_then(Json::as_array_mut).into_iter().flatten();
    links.filter(|link| is_bare(link)).for_each(|link| *link = Json::Null);
}

/// What refers from one part of a record to another.
struct Link {
    place: Place,
    from: Unit,
    to: Unit,
}

fn links(record: &Record) -> Vec<Link> {
    let mut places = BTreeMap::new();
    let mut meant = Vec::new();
    record.visit(&mut Place::default(), &mut |place, node| match (node, is_at(place)) {
        (Node::Element(id), Some(unit)) => _ = places.insert(id.as_str(), unit),
        (Node::Reference(reference), Some(unit)) => meant.push((place.clone(), unit, reference.as_str())),
        _ => {}
    });
    let link = |(place, from, id)| Some(Link { place, from, to: places.get(id)?.clone() });
    meant.into_iter().filter_map(link).filter(|link| link.from != link.to).collect()
}

/// A place in a record as a path of the account.
fn in_record(number: usize, place: &Place) -> String {
    let record = number.saturating_sub(1);
    format!("$.records[{record}]{}", place.to_string().trim_start_matches('$'))
}

/// Takes away what refers to an element that is not carried, or that there is not; says where it stood.
fn without_lost_links(record: &Record, group: &mut Group) -> Vec<Place> {
    let mut known = BTreeSet::new();
    let mut meant = Vec::new();
    record.visit(&mut Place::default(), &mut |place, node| match node {
        Node::Element(id) => {
            let stays = is_at(place)
                .is_some_and(|unit| !OWN.contains(&unit.member.as_str()) && withheld::reason(&unit.member).is_none());
            known.extend(stays.then_some(id.as_str()));
        }
        Node::Reference(reference) => meant.push((reference.as_str(), place.clone())),
        _ => {}
    });
    let mut gone = Vec::new();
    for (_, place) in meant.into_iter().filter(|(id, _)| !known.contains(id)) {
        if let Some(reference) = below(group, &place) {
            *reference = Json::Null;
        }
        gone.push(place);
    }
    gone
}

/// Takes away what is `null`, which a record never says.
fn without_nothing(value: &mut Json) {
    match value {
        Json::Array(list) => {
            list.iter_mut().for_each(without_nothing);
            list.retain(|one| !one.is_null());
        }
        Json::Object(members) => {
            members.values_mut().for_each(without_nothing);
            members.retain(|_, value| !value.is_null());
        }
        _ => {}
    }
}

/// Takes away residue that belongs to what an element was once.
fn without_stale(record: &Record, group: &mut Group) {
    for (at, digest) in anchors::digests(record) {
        let steps = at.trim_start_matches("$.").replace(['.', '['], "/").replace(']', "");
        let (member, pointer) = steps
            .split_once('/')
            .map_or((steps.as_str(), String::new()), |(member, rest)| (member, format!("/{rest}")));
        let element = group.get_mut(member).and_then(|value| value.pointer_mut(&pointer));
        let Some(Json::Array(carried)) = element.and_then(|element| element.get_mut("carried")) else { continue };
        let now = Json::from(digest.to_string());
        carried.retain(|one| one.get("digest").is_none_or(|digest| *digest == now));
    }
}

/// Takes away the names of elements that nothing refers to.
fn without_names(record: &Record, group: &mut Group, given: &BTreeSet<String>) {
    let mut meant = BTreeSet::new();
    record.visit(&mut Place::default(), &mut |_, node| {
        if let Node::Reference(reference) = node {
            meant.insert(reference.as_str());
        }
    });
    record.visit(&mut Place::default(), &mut |place, node| {
        if let Node::Element(id) = node
            && !meant.contains(id.as_str())
            && !given.contains(id.as_str())
            && let Some(Json::Object(element)) = below(group, place)
        {
            element.remove("id");
        }
    });
}

/// What stands at a place.
fn below<'g>(group: &'g mut Group, place: &Place) -> Option<&'g mut Json> {
    let pointer = place.pointer();
    let pointer = pointer.strip_prefix('/')?;
    match pointer.split_once('/') {
        Some((member, rest)) => group.get_mut(member)?.pointer_mut(&format!("/{rest}")),
        None => group.get_mut(pointer),
    }
}

/// Takes away where things came from, which matters only where residue goes back there.
fn without_origins(value: &mut Json) {
    match value {
        Json::Array(list) => list.iter_mut().for_each(without_origins),
        Json::Object(members) => {
            let residue = members.get("carried").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            if residue.iter().all(|one| one.get("format").and_then(Json::as_str) != Some(STIX)) {
                members.remove("origins");
            }
            members.values_mut().for_each(without_origins);
        }
        _ => {}
    }
}
