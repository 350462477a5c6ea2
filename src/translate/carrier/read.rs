//! Parts of records on their way back out of the blocks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{
    Carrier, FORMAT_ID,
    frame::DERIVED,
    units::{Group, Unit, digests, groups, locate, path, units},
    write::allowed,
};
use crate::{
    class::{self, Path},
    digest::Digest,
    iodef::{Extension, IodefDocument},
    marking::Tlp,
    record::{Document, Node, NodeMut, Part as _, Place, Record, RecordDocument, identity::Alias, name_elements},
    time::WireTime,
    translate::{
        anchors,
        iodef::from_iodef,
        ledger::{Entry, Fate},
    },
};

/// Why a part is not put in its place.
const SUPERSEDED: &str = "a part of a record that what the document says now has superseded";

/// What a document itself says of a record, whatever was derived for it.
#[derive(Clone, Debug, Default)]
pub(in crate::translate) struct Said {
    /// When it was written.
    pub modified: Option<WireTime>,
    /// What the case is known by.
    pub aliases: Vec<Alias>,
}

/// Records out of an IODEF document and our blocks in it, and the account of every leaf of it.
pub(in crate::translate) fn from_iodef_and_blocks(source: IodefDocument) -> (RecordDocument, Vec<Entry>) {
    let (records, account, _) = read_with_frame(source);
    (records, account)
}

/// The same, and what the document itself says of each record.
pub(in crate::translate) fn read_with_frame(mut source: IodefDocument) -> (RecordDocument, Vec<Entry>, Vec<Said>) {
    let root = Path::root("IODEF-Document");
    let mut lists = vec![Blocks::take(&mut source.additional_data, &root)];
    for (i, incident) in source.incident.iter_mut().enumerate() {
        let mut blocks = Blocks::take(&mut incident.additional_data, &root.item("Incident", i + 1));
        // Version 1 has had no other place for what belongs to the document.
        let around = blocks.taken.extract_if(.., |block| block.carrier.around).collect::<Vec<_>>();
        lists.first_mut().into_iter().for_each(|document| document.taken.extend_from_slice(&around));
        lists.push(blocks);
    }
    let (records, mut account) = from_iodef(source);
    let frame = |record: &Record| Said { modified: record.modified.clone(), aliases: record.aliases.clone() };
    let frames = records.records.iter().map(frame).collect();
    if lists.iter().all(|blocks| blocks.taken.is_empty()) {
        return (records, account, frames);
    }
    // What stands around the records is one.
    lists.iter_mut().skip(1).for_each(Blocks::set_apart);
    for entry in &mut account {
        lists.iter().for_each(|blocks| blocks.renumber(&mut entry.path));
    }
    let Restored { records, places, said } = restore(&records, &lists);
    let known = groups(&records.before);
    for entry in &mut account {
        let Some(place) = entry.fate.place_mut() else { continue };
        let Some((number, unit, rest)) = locate(place, &known) else { continue };
        match places.get(&(number, unit)) {
            Some(Goes::To(unit)) => *place = format!("{}{rest}", path(number, unit)),
            Some(Goes::Says(what)) => entry.fate = Fate::Kept { to: what.clone() },
            None => {}
        }
    }
    for (blocks, said) in lists.iter().zip(said) {
        for (block, said) in blocks.taken.iter().zip(said) {
            let fate = match said {
                Some(to) => Fate::Kept { to },
                None => Fate::Dropped { why: SUPERSEDED.to_owned() },
            };
            account.extend(block.leaves.iter().map(|path| Entry { path: path.clone(), fate: fate.clone() }));
        }
    }
    (records.after, account, frames)
}

/// What a reader makes of a document into which no parts have been put yet: what is derived will then have been put aside.
pub(in crate::translate) fn read_again(mut source: IodefDocument) -> (RecordDocument, Vec<Entry>) {
    for incident in &mut source.incident {
        incident.additional_data.retain(|block| !names_derived(block));
    }
    from_iodef(source)
}

/// Whether a block names what is derived.
fn names_derived(block: &Extension) -> bool {
    block.format_id.as_deref() == Some(FORMAT_ID) && block.meaning.as_deref() == Some(DERIVED)
}

/// What the blocks of a class are taken out of it.
struct Blocks {
    taken: Vec<Block>,
    /// The places of those that are left, as they were.
    left: Vec<usize>,
    base: String,
}

#[derive(Clone)]
struct Block {
    carrier: Carrier,
    leaves: Vec<String>,
    /// Which of the records it is of that have been made one: somebody may put two incidents into one.
    record: usize,
}

impl Blocks {
    fn take(list: &mut Vec<Extension>, at: &Path<'_>) -> Self {
        let mut blocks = Blocks { taken: Vec::new(), left: Vec::new(), base: format!("{at}/AdditionalData[") };
        let ours = list.iter().any(|block| Carrier::of(block).is_some());
        let mut number = 0;
        list.retain(|block| {
            number += 1;
            // Parts take the place of what is derived; what was derived is then of no interest.
            let names = (ours && names_derived(block)).then(Carrier::default);
            let carrier = Carrier::of(block).filter(Carrier::is_sound).or(names);
            let Some(carrier) = carrier else {
                blocks.left.push(number);
                return true;
            };
            let mut leaves = Vec::new();
            class::leaves(block, &at.item("AdditionalData", number), &mut |path, _| leaves.push(path.to_string()));
            blocks.taken.push(Block { carrier, leaves, record: 0 });
            false
        });
        blocks
    }

    /// Finds out which blocks are of one record, and gives the things of all but the first names of their own: blocks of a
    /// record stand together, each part in one of them, and where it came from in the last.
    fn set_apart(&mut self) {
        let (mut record, mut ended) = (0, false);
        let mut parts: BTreeSet<String> = BTreeSet::new();
        for block in &mut self.taken {
            let names = &block.carrier.parts;
            if !names.is_empty() && (ended || names.keys().any(|name| parts.contains(name))) {
                record += 1;
                parts.clear();
                ended = false;
            }
            parts.extend(names.keys().cloned());
            ended |= names.contains_key("origins");
            block.record = record;
        }
        let mut before: BTreeSet<String> = BTreeSet::new();
        for record in 0..=record {
            let own = || self.taken.iter().filter(|block| block.record == record);
            let named: BTreeSet<String> = own().filter_map(alone).flat_map(|part| names(&part)).collect();
            let again: BTreeSet<&String> = named.intersection(&before).collect();
            if !again.is_empty() {
                let to = |id: &str| again.contains(&id.to_owned()).then(|| format!("{id}.{}", record + 1));
                let blocks = self.taken.iter_mut().filter(|block| block.record == record);
                blocks.for_each(|block| block.rename(&to));
            }
            before.extend(named);
        }
    }

    /// The path that a block had before others were taken.
    fn renumber(&self, path: &mut String) {
        let number = path.strip_prefix(&self.base).and_then(|rest| rest.split_once(']'));
        let Some((number, rest)) = number else { return };
        let before = number.parse::<usize>().ok().and_then(|number| self.left.get(number.checked_sub(1)?));
        if let Some(before) = before {
            *path = format!("{}{before}]{rest}", self.base);
        }
    }
}

impl Carrier {
    /// Whether all of it is what may be carried.
    fn is_sound(&self) -> bool {
        self.parts.iter().all(|(name, value)| {
            let Ok(unit) = name.parse::<Unit>() else { return false };
            let never = ["id", "kind", "number"].contains(&unit.member.as_str());
            !never && (unit.member == "origins" || allowed(&unit, value.clone()).as_ref() == Some(value))
        })
    }
}

/// Where a part of what was read has gone.
enum Goes {
    To(Unit),
    /// It says less than what was carried.
    Says(String),
}

struct Both {
    before: RecordDocument,
    after: RecordDocument,
}

struct Restored {
    records: Both,
    places: BTreeMap<(usize, Unit), Goes>,
    /// What each block says, unless it is superseded.
    said: Vec<Vec<Option<String>>>,
}

/// Puts the parts in their places.
fn restore(records: &RecordDocument, lists: &[Blocks]) -> Restored {
    let digests = digests(records);
    let mut after = records.clone();
    let mut places = BTreeMap::new();
    let mut all_said = Vec::new();
    for (number, blocks) in lists.iter().enumerate() {
        let nothing = Vec::new();
        let own = digests.get(number).unwrap_or(&nothing);
        let record = number.checked_sub(1).and_then(|i| records.records.get(i));
        let host = Host::of(number, records, record, blocks, own);
        let mut chosen = host.choose(blocks);
        let (group, moved) = loop {
            let (group, moved) = host.put(blocks, &chosen);
            // What does not read as a part of a record is no part of one; what refers to nothing has lost what it was about.
            let Some(refused) = host.refused(&group, blocks, &chosen) else { break (group, moved) };
            refused.into_iter().for_each(|block| drop(chosen.remove(&block)));
        };
        match number.checked_sub(1) {
            None => after.document = serde_json::from_value::<Document>(Json::Object(group)).unwrap_or_default(),
            Some(i) => {
                if let (Some(place), Ok(record)) =
                    (after.records.get_mut(i), serde_json::from_value(Json::Object(group)))
                {
                    *place = record;
                    name_elements(place);
                    anchors::bind(place);
                }
            }
        }
        places.extend(moved.into_iter().map(|(unit, goes)| ((number, unit), goes)));
        let said =
            |(block, taken): (usize, &Block)| chosen.contains_key(&block).then(|| said_by(number, &taken.carrier));
        all_said.push(blocks.taken.iter().enumerate().map(said).collect());
    }
    Restored { records: Both { before: records.clone(), after }, places, said: all_said }
}

/// What a carrier says, for the account.
fn said_by(number: usize, carrier: &Carrier) -> String {
    let first = carrier.parts.keys().find_map(|name| name.parse().ok());
    first.map_or_else(|| "(derived for the document)".to_owned(), |unit| path(number, &unit))
}

/// A record into which parts are put, or what stands around the records.
struct Host<'r> {
    number: usize,
    group: Group,
    digests: &'r [(Unit, Digest)],
    tlp: Option<Tlp>,
}

impl<'r> Host<'r> {
    fn of(
        number: usize,
        records: &RecordDocument,
        record: Option<&Record>,
        blocks: &Blocks,
        digests: &'r [(Unit, Digest)],
    ) -> Self {
        let group = match record {
            Some(record) => serde_json::to_value(apart(record, blocks)),
            None => serde_json::to_value(&records.document),
        };
        let group = match group {
            Ok(Json::Object(group)) => group,
            _ => Group::new(),
        };
        let tlp = record.and_then(|record| record.handling.as_ref()?.tlp);
        Host { number, group, digests, tlp }
    }

    /// The blocks that fit, and the parts in whose place they are.
    fn choose(&self, blocks: &Blocks) -> BTreeMap<usize, Vec<Unit>> {
        let mut free: BTreeMap<Digest, Vec<&Unit>> = BTreeMap::new();
        for (unit, digest) in self.digests.iter().rev() {
            free.entry(*digest).or_default().push(unit);
        }
        let mut chosen = BTreeMap::new();
        let mut filled: BTreeSet<&str> = BTreeSet::new();
        for (i, block) in blocks.taken.iter().enumerate() {
            let Carrier { instead, parts, .. } = &block.carrier;
            let mut wanted: BTreeMap<&Digest, usize> = BTreeMap::new();
            instead.iter().for_each(|digest| *wanted.entry(digest).or_default() += 1);
            // What is only put aside is so each by itself.
            if parts.is_empty() {
                chosen.insert(i, instead.iter().filter_map(|digest| free.get_mut(digest)?.pop().cloned()).collect());
                continue;
            }
            if wanted.iter().any(|(digest, count)| free.get(digest).map_or(0, Vec::len) < *count) {
                continue;
            }
            let stand: Vec<Unit> = instead.iter().filter_map(|digest| free.get_mut(digest)?.pop().cloned()).collect();
            let is_free = |(name, value): (&String, &Json)| {
                let Ok(unit) = name.parse::<Unit>() else { return false };
                if unit.index.is_some() {
                    // A record was one object, whatever has become of it.
                    let is_whole = value.get("path").and_then(Json::as_str).is_some_and(|path| path.starts_with('$'));
                    return block.record == 0 || unit.member != "carried" || is_whole;
                }
                let is_there = self.group.contains_key(&unit.member);
                (!is_there || stand.contains(&unit)) && !filled.contains(name.as_str())
            };
            if parts.iter().all(is_free) {
                filled.extend(parts.keys().map(String::as_str));
                chosen.insert(i, stand);
            }
        }
        chosen
    }

    /// A marking that came is never lowered (§21): a part is at least as narrow as those of its kind that it stands for.
    fn narrowed(&self, unit: &Unit, mut value: Json, block: &Carrier, stand: &[Unit]) -> Json {
        let rank = |tlp: Option<Tlp>| tlp.and_then(|tlp| Tlp::ALL.iter().position(|one| *one == tlp));
        let (outer, inner) = if unit.member == "handling" { ("", "tlp") } else { ("marking", "tlp") };
        let own = |value: &Json| -> Option<Tlp> {
            let group = if outer.is_empty() { value } else { value.get(outer)? };
            group.get(inner)?.as_str()?.parse().ok()
        };
        let mut alike: Vec<&Unit> = stand.iter().filter(|other| other.member == unit.member).collect();
        alike.sort();
        // As many as there were stand in the same order.
        let mut parts: Vec<Unit> = block.parts.keys().filter_map(|name| name.parse().ok()).collect();
        parts.retain(|part: &Unit| part.member == unit.member);
        parts.sort();
        if let (true, Some(place)) = (parts.len() == alike.len(), parts.iter().position(|part| part == unit)) {
            alike = alike.get(place..=place).unwrap_or_default().to_vec();
        }
        let came = alike.into_iter().filter_map(|other| {
            let value = self.group.get(&other.member)?;
            own(other.index.map_or(Some(value), |index| value.get(index))?)
        });
        let Some(narrowest) = came.max_by_key(|tlp| rank(Some(*tlp))) else { return value };
        let around = if outer.is_empty() { None } else { self.tlp };
        if rank(own(&value)).max(rank(around)) < rank(Some(narrowest))
            && let Some(members) = value.as_object_mut()
        {
            let group = if outer.is_empty() {
                Some(members)
            } else {
                members.entry(outer).or_insert_with(|| json!({})).as_object_mut()
            };
            if let Some(group) = group {
                group.insert(inner.to_owned(), json!(narrowest));
            }
        }
        value
    }

    /// The record with the parts in their places, and where all others have gone.
    fn put(&self, blocks: &Blocks, chosen: &BTreeMap<usize, Vec<Unit>>) -> (Group, Vec<(Unit, Goes)>) {
        let mut moved = Vec::new();
        let mut gone = BTreeSet::new();
        let mut parts: Vec<(Unit, Json)> = Vec::new();
        for (block, stand) in chosen {
            let Some(block) = blocks.taken.get(*block) else { continue };
            for unit in stand {
                gone.insert(unit.clone());
                moved.push((unit.clone(), Goes::Says(said_by(self.number, &block.carrier))));
            }
            let named =
                block.carrier.parts.iter().filter_map(|(name, value)| Some((name.parse::<Unit>().ok()?, value)));
            parts.extend(named.map(|(unit, value)| {
                let value = self.narrowed(&unit, value.clone(), &block.carrier, stand);
                (unit, value)
            }));
        }
        parts.sort_by(|a, b| a.0.cmp(&b.0));
        let mut made = Group::new();
        let mut lists: BTreeMap<String, Vec<(Option<Unit>, Json)>> = BTreeMap::new();
        for (unit, value) in units(&self.group).into_iter().filter(|(unit, _)| !gone.contains(unit)) {
            match unit.index {
                Some(_) => lists.entry(unit.member.clone()).or_default().push((Some(unit), value.clone())),
                None => _ = made.insert(unit.member, value.clone()),
            }
        }
        for (unit, value) in parts {
            match unit.index {
                Some(index) => {
                    let list = lists.entry(unit.member).or_default();
                    list.insert(index.min(list.len()), (None, value));
                }
                None => _ = made.insert(unit.member, value),
            }
        }
        for (member, list) in lists {
            for (i, (unit, _)) in list.iter().enumerate() {
                let to = || Goes::To(Unit { member: member.clone(), index: Some(i) });
                moved.extend(unit.clone().map(|unit| (unit, to())));
            }
            made.insert(member, list.into_iter().map(|(_, value)| value).collect());
        }
        (made, moved)
    }

    /// The blocks that cannot stay, if there are such.
    fn refused(&self, group: &Group, blocks: &Blocks, chosen: &BTreeMap<usize, Vec<Unit>>) -> Option<Vec<usize>> {
        let value = Json::Object(group.clone());
        if self.number == 0 {
            return serde_json::from_value::<Document>(value).is_err().then(|| chosen.keys().copied().collect());
        }
        let Ok(record) = serde_json::from_value::<Record>(value) else {
            let bad: Vec<usize> = chosen.keys().copied().filter(|i| !blocks.taken.get(*i).is_some_and(reads)).collect();
            return Some(if bad.is_empty() { chosen.keys().copied().collect() } else { bad });
        };
        let mut known = BTreeSet::new();
        record.visit(&mut Place::default(), &mut |_, node| {
            if let Node::Element(id) = node {
                known.insert(id.as_str().to_owned());
            }
        });
        let lost = |i: &usize| {
            let meant = blocks.taken.get(*i).and_then(alone).map(|part| references(&part)).unwrap_or_default();
            meant.iter().any(|id| !known.contains(id))
        };
        let lost: Vec<usize> = chosen.keys().copied().filter(lost).collect();
        (!lost.is_empty()).then_some(lost)
    }
}

/// The parts of a block as a record of their own.
fn alone(block: &Block) -> Option<Record> {
    let mut group =
        Group::from_iter([("id".to_owned(), json!(uuid::Uuid::nil())), ("kind".to_owned(), json!("event"))]);
    for (name, value) in &block.carrier.parts {
        let unit: Unit = name.parse().ok()?;
        match unit.index {
            Some(_) => group.entry(unit.member).or_insert_with(|| json!([])).as_array_mut()?.push(value.clone()),
            None => _ = group.insert(unit.member, value.clone()),
        }
    }
    serde_json::from_value(Json::Object(group)).ok()
}

impl Block {
    /// Gives things, and what refers to them, other names.
    fn rename(&mut self, to: &dyn Fn(&str) -> Option<String>) {
        let Some(mut record) = alone(self) else { return };
        rename(&mut record, to);
        let Ok(Json::Object(mut group)) = serde_json::to_value(record) else { return };
        for (name, value) in &mut self.carrier.parts {
            let Ok(unit) = name.parse::<Unit>() else { continue };
            let list = group.get_mut(&unit.member).and_then(Json::as_array_mut);
            let part = match (unit.index, list) {
                // They were put there in this order.
                (Some(_), Some(list)) if !list.is_empty() => Some(list.remove(0)),
                (None, _) => group.remove(&unit.member),
                _ => None,
            };
            if let Some(part) = part {
                *value = part;
            }
        }
    }
}

/// The names of the things in a record.
fn names(record: &Record) -> Vec<String> {
    let mut all = Vec::new();
    record.visit(&mut Place::default(), &mut |_, node| {
        if let Node::Element(id) = node
            && !id.as_str().is_empty()
        {
            all.push(id.as_str().to_owned());
        }
    });
    all
}

fn rename(record: &mut Record, to: &dyn Fn(&str) -> Option<String>) {
    record.visit_mut(&mut Place::default(), &mut |_, node| match node {
        NodeMut::Element(id) => *id = to(id.as_str()).and_then(|new| new.parse().ok()).unwrap_or(id.clone()),
        NodeMut::Reference(id) => *id = to(id.as_str()).and_then(|new| new.parse().ok()).unwrap_or(id.clone()),
        NodeMut::Dated(_) => {}
    });
}

fn reads(block: &Block) -> bool {
    alone(block).is_some()
}

fn references(record: &Record) -> Vec<String> {
    let mut all = Vec::new();
    record.visit(&mut Place::default(), &mut |_, node| {
        if let Node::Reference(reference) = node {
            all.push(reference.as_str().to_owned());
        }
    });
    all
}

/// A record of which no element has a name that a part brings along.
fn apart(record: &Record, blocks: &Blocks) -> Record {
    let brought: BTreeSet<String> = blocks.taken.iter().filter_map(alone).flat_map(|part| names(&part)).collect();
    let mut record = record.clone();
    rename(&mut record, &|id| brought.contains(id).then(|| format!("{id}.read")));
    record
}
