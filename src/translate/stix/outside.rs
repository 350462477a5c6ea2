//! A record before it is written: what came with its elements, and what each of them is called outside. Nothing in a document
//! has a name that the record has for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{
    account::Account,
    core,
    ids::IdKey,
    pair::Pair,
    residue::{place, returned},
    table::pair_for,
    tree::{self, Group},
};
use crate::{
    json::Value,
    record::{Node, NodeMut, Part as _, Place, Record, base::ElementRef},
    translate::{
        anchors::{LISTS, digests},
        ledger::{ITS_PLACE, each_leaf},
        reasons::field,
        withheld,
    },
};

/// What the ids of elements that are no objects begin with.
const INNER: &str = "element";

/// What names an element, and what hangs on it.
const NAMES: &[&str] = &["id", "origins", "carried"];

/// An element of a list, on its way to become an object.
pub(super) struct Element {
    pub list: &'static str,
    pub index: usize,
    pub id: String,
    pub pair: &'static Pair,
    /// Properties that came with it.
    pub residue: BTreeMap<String, Value<'static>>,
    /// Its place among the objects that came.
    pub order: u64,
    /// Properties that would break a rule.
    pub blocked: BTreeSet<String>,
}

impl Element {
    /// Its path.
    pub fn at(&self) -> String {
        format!("$.{}[{}]", self.list, self.index)
    }

    /// It, in a record as JSON.
    pub fn group<'g>(&self, record: &'g Group) -> Option<&'g Group> {
        record.get(self.list)?.get(self.index)?.as_object()
    }
}

/// Residue of other formats, by the path of what it hangs on; each with its number among all residue there.
pub(super) type Others = BTreeMap<String, Vec<(usize, Json)>>;

/// What the record itself came with.
#[derive(Default)]
pub(super) struct Own {
    /// Properties of its incident.
    pub residue: BTreeMap<String, Value<'static>>,
    /// Objects of which no element was made.
    pub whole: Vec<(u64, Value<'static>)>,
    /// Residue of other formats, by where it hangs.
    pub others: Others,
    /// Its place among the objects that came.
    pub order: u64,
    /// One of its objects came without a bundle around it.
    pub alone: bool,
    /// Leaves of its residue.
    pub pending: Vec<(String, Vec<String>)>,
    /// It came from a STIX document.
    pub came: bool,
    /// What the incident says of its events, tasks and impacts.
    pub placed: core::Placed,
}

/// A record, and how it is seen from outside.
pub(super) struct Outside<'r> {
    pub record: &'r Record,
    /// Its id, of which those of its objects follow.
    pub name: String,
    pub key: &'r IdKey,
    /// The core extension that it came with.
    pub core: core::Came,
}

impl Outside<'_> {
    /// Takes residue from where it hangs: the elements that may become objects, and what the record has itself.
    pub fn residue(&self, mut whole: Json, account: &mut Account) -> (Vec<Element>, Own) {
        let mut digests = digests(self.record);
        let mut elements = Vec::new();
        let mut own = Own::default();
        for list in LISTS {
            let groups = whole.get_mut(*list).and_then(Json::as_array_mut);
            for (i, group) in groups.into_iter().flatten().enumerate() {
                let at = format!("$.{list}[{i}]");
                let digest = digests.remove(&at).map(|digest| json!(digest));
                let mut came = returned(group, digest.as_ref(), &at, account);
                if !came.others.is_empty() {
                    own.others.insert(at, came.others);
                }
                let kind = came.properties.get("id").and_then(|id| Some(id.as_str().ok()?.split_once("--")?.0));
                let kind = kind.map(str::to_owned);
                let in_core = self.core.pair(list, group, &mut came.properties);
                let Some(pair) = in_core.or_else(|| pair_for(list, kind.as_deref())) else { continue };
                let (order, alone) = place(group);
                own.alone |= alone && !came.properties.is_empty();
                let id = group.get("id").and_then(Json::as_str).unwrap_or_default().to_owned();
                elements.push(Element {
                    list,
                    index: i,
                    id,
                    pair,
                    residue: came.properties,
                    order,
                    blocked: BTreeSet::new(),
                });
            }
        }
        // What is left of them stands inside others.
        for (at, digest) in digests {
            let pointer = at.trim_start_matches('$').replace(['.', '['], "/").replace(']', "");
            let Some(group) = whole.pointer(&pointer) else { continue };
            let others = returned(group, Some(&json!(digest)), &at, account).others;
            if !others.is_empty() {
                own.others.insert(at, others);
            }
        }
        let came = returned(&whole, None, "$", account);
        let (order, alone) = place(&whole);
        own.alone |= alone || came.whole.iter().any(|(order, _)| *order == u64::MAX);
        if !came.others.is_empty() {
            own.others.insert("$".to_owned(), came.others);
        }
        own.came = whole.pointer("/origins/0/path").and_then(Json::as_str).is_some_and(|path| path.starts_with('$'));
        (elements, Own { residue: came.properties, whole: came.whole, pending: came.pending, order, ..own })
    }

    /// What names things within the record, and where they came from: they go with the things, when all else is told of those.
    pub fn structure(&self, account: &mut Account) {
        let Ok(whole) = serde_json::to_value(self.record) else { return };
        let mut ends = |at: &str, group: &Json| {
            let gone = account.gone(at).or_else(|| {
                let is_said =
                    !group.as_object().is_some_and(|group| group.keys().all(|name| NAMES.contains(&name.as_str())));
                withheld::reason(&field(at)).filter(|_| !is_said).map(str::to_owned)
            });
            for name in NAMES {
                let Some(value) = group.get(*name) else { continue };
                each_leaf(value, format!("{at}.{name}"), &mut |path, _| match (&gone, *name) {
                    (Some(why), _) => account.change(path, why),
                    (None, "carried") => {
                        account.dropped(
                            path,
                            "residue of a thing inside another: in a document it hangs on things of the lists of a record only",
                        );
                    }
                    (None, _) => account.kept(path, ITS_PLACE),
                });
            }
        };
        self.record.visit(&mut Place::default(), &mut |place, node| {
            if let (Node::Element(_), Some(group)) = (node, whole.pointer(&place.pointer())) {
                ends(&place.to_string(), group);
            }
        });
        ends("$", &whole);
    }

    /// What something is called that is no object. A name that says nothing stays.
    fn inner(&self, id: &str) -> String {
        if is_inner(id) { id.to_owned() } else { self.key.id(INNER, &[&self.name, id]) }
    }

    /// What each element of the record is called outside.
    pub fn names(&self, elements: &[Element], held: &BTreeSet<usize>) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        for (_, element) in elements.iter().enumerate().filter(|(n, _)| !held.contains(n)) {
            let came = element.residue.get("id").and_then(|id| id.as_str().ok());
            let new = || self.key.id(element.pair.kind, &[&self.name, &element.id]);
            names.insert(element.id.clone(), came.map_or_else(new, str::to_owned));
        }
        self.record.visit(&mut Place::default(), &mut |_, node| {
            if let Node::Element(id) = node {
                let new = || self.inner(id.as_str());
                names.entry(id.as_str().to_owned()).or_insert_with(new);
            }
        });
        names
    }

    /// The record as JSON in which nothing names anything inside it: references are those of the outside, and elements have
    /// an id only where one leads to them.
    pub fn plain(
        &self,
        names: &BTreeMap<String, String>,
        elements: &[Element],
        own: &Own,
        held: &BTreeSet<usize>,
    ) -> Group {
        let mut record = self.record.clone();
        let mut meant: BTreeSet<String> = BTreeSet::new();
        record.visit_mut(&mut Place::default(), &mut |_, node| {
            if let NodeMut::Reference(reference) = node {
                meant.insert(reference.as_str().to_owned());
                let new = || self.inner(reference.as_str());
                let name = names.get(reference.as_str()).cloned().unwrap_or_else(new);
                if let Ok(name) = name.parse::<ElementRef>() {
                    *reference = name;
                }
            }
        });
        let Ok(mut json) = serde_json::to_value(&record) else { return Group::new() };
        let objects: BTreeSet<String> =
            elements.iter().enumerate().filter(|(n, _)| !held.contains(n)).map(|(_, element)| element.at()).collect();
        self.record.visit(&mut Place::default(), &mut |place, node| {
            let Node::Element(id) = node else { return };
            let Some(Json::Object(group)) = json.pointer_mut(&place.pointer()) else { return };
            let at = place.to_string();
            group.remove("origins");
            group.remove("carried");
            let named = meant.contains(id.as_str()) || is_inner(id.as_str());
            match names.get(id.as_str()).filter(|_| named && !objects.contains(&at)) {
                Some(name) => drop(group.insert("id".to_owned(), json!(name))),
                None => drop(group.remove("id")),
            }
            if let Some(others) = own.others.get(&at) {
                group.insert("carried".to_owned(), others.iter().map(|(_, one)| one.clone()).collect());
            }
        });
        tree::tidy(&mut json);
        let Json::Object(mut json) = json else { return Group::new() };
        for name in ["id", "origins", "carried"] {
            json.remove(name);
        }
        if let Some(others) = own.others.get("$") {
            json.insert("carried".to_owned(), others.iter().map(|(_, one)| one.clone()).collect());
        }
        json
    }
}

/// Whether an id is one that we have given.
pub(in crate::translate) fn is_inner(id: &str) -> bool {
    let uuid = id.strip_prefix(INNER).and_then(|rest| rest.strip_prefix("--"));
    uuid.is_some_and(|uuid| uuid::Uuid::try_parse(uuid).is_ok())
}
