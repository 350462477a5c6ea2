//! Records to STIX: an incident for each record, an object for each element that makes a whole one, and in our extension of
//! the incident what else there is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{
    account::Account,
    around::{around, document_out, outer},
    dropped, extension, frame,
    fresh::{self, Fresh},
    ids::IdKey,
    lists::{LISTS, digests},
    marking::{keep_references, keep_statements, keeps_marking},
    pair::{Pair, object},
    reach,
    residue::{place, returned},
    summary,
    table::pair_for,
    tree::{self, Group},
};
use crate::{
    error::{Code, Finding, Position, Severity},
    json::{Limits, Value},
    record::{Node, NodeMut, Part as _, Place, Record, RecordDocument, base::ElementRef, identity::Kind},
    stix::{self, StixDocument},
    translate::{
        ledger::{Entry, Fate},
        taken::{ITS_PLACE, each_leaf},
    },
};

/// What the ids of elements that are no objects begin with.
const INNER: &str = "element";

/// In the place of a property: the object cannot be written.
const WHOLE: &str = "*";

/// A STIX document out of records, and the account of every leaf of them. Ids of what is new follow from the record by the key.
///
/// # Errors
/// What STIX requires and a record does not have; nothing is invented.
pub fn to_stix(source: RecordDocument, key: &IdKey) -> Result<(StixDocument, Vec<Entry>), Vec<Finding>> {
    let mut made = Made::default();
    let names: Vec<String> = source.records.iter().map(|record| record.id.to_string()).collect();
    let mut outer = outer(&source.document, &names, key);
    let mut account = Vec::new();
    made.document = around(&source.document);
    for (index, record) in source.records.into_iter().enumerate() {
        account.extend(record_out(&record, index, key, &mut made));
    }
    if !made.findings.is_empty() {
        return Err(made.findings);
    }
    document_out(source.document, made.document.is_empty(), &mut account);
    // An object that several records have is written once.
    let mut seen: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut objects: Vec<(u64, Value<'static>)> = Vec::new();
    for (order, value) in made.objects {
        let same = seen.entry(reach::id(&value).unwrap_or_default().to_owned()).or_default();
        if same.iter().all(|other| !tree::same(&objects[*other].1, &value)) {
            same.push(objects.len());
            objects.push((order, value));
        }
    }
    for value in made.beside {
        let same = seen.entry(reach::id(&value).unwrap_or_default().to_owned()).or_default();
        if same.is_empty() {
            same.push(objects.len());
            objects.push((u64::MAX, value));
        }
    }
    objects.sort_by_key(|(order, _)| *order);
    let objects: Vec<_> = objects.into_iter().map(|(_, value)| value).collect();
    if !objects.is_empty() && outer.iter().all(|(name, _)| name != "objects") {
        outer.push(("objects".to_owned(), Value::array([])));
    }
    let outer = (!made.alone || objects.len() != 1).then(|| Value::object(outer));
    Ok((StixDocument::new(outer, objects), account))
}

/// What is written, as far as it is.
#[derive(Default)]
struct Made {
    /// Objects, each with its place among those that came.
    objects: Vec<(u64, Value<'static>)>,
    /// What a record lacks.
    findings: Vec<Finding>,
    /// What is written beside them, unless an object of that id is there.
    beside: Vec<Value<'static>>,
    /// An object came without a bundle around it.
    alone: bool,
    /// What belongs to none of the records, until it is written.
    document: Group,
}

/// The definitions of what an object is marked with.
fn definitions(object: &Value<'static>) -> Vec<Value<'static>> {
    let refs = object.get("object_marking_refs").and_then(|refs| refs.as_array().ok()).unwrap_or_default();
    refs.iter().filter_map(|id| fresh::definition(id.as_str().ok()?)).collect()
}

/// An element of a list, on its way to become an object.
struct Element {
    list: &'static str,
    index: usize,
    id: String,
    pair: &'static Pair,
    /// Properties that came with it.
    residue: BTreeMap<String, Value<'static>>,
    /// Its place among the objects that came.
    order: u64,
    /// Properties that would break a rule.
    blocked: BTreeSet<String>,
}

impl Element {
    fn at(&self) -> String {
        format!("$.{}[{}]", self.list, self.index)
    }

    fn group<'g>(&self, record: &'g Group) -> Option<&'g Group> {
        record.get(self.list)?.get(self.index)?.as_object()
    }
}

fn record_out(record: &Record, index: usize, key: &IdKey, made: &mut Made) -> Vec<Entry> {
    let mut account = Account::default();
    let Ok(whole) = serde_json::to_value(record) else { return Vec::new() };
    let mut wanted = Vec::new();
    each_leaf(&whole, "$".to_owned(), &mut |path, _| wanted.push(path));
    account.kept("$.id".to_owned(), "(ids that follow from it)");
    let out = Out { record, name: record.id.to_string(), key, fresh: Fresh::of(record, key) };
    out.write(whole, index, made, &mut account);
    account.of(wanted)
}

/// A record on its way out.
struct Out<'r> {
    record: &'r Record,
    name: String,
    key: &'r IdKey,
    fresh: Fresh,
}

impl Out<'_> {
    fn write(&self, whole: Json, index: usize, made: &mut Made, account: &mut Account) {
        let (mut elements, own) = self.residue(whole, made, account);
        self.structure(account);
        // Which elements make whole objects: what is linked to one that does not is linked to nothing.
        let mut held: BTreeSet<usize> = BTreeSet::new();
        let (names, mut record) = loop {
            let names = self.names(&elements, &held);
            let record = self.plain(&names, &elements, &own, &held);
            let before = held.clone();
            for (n, element) in elements.iter_mut().enumerate().filter(|(n, _)| !before.contains(n)) {
                let id = names.get(&element.id).map(String::as_str).unwrap_or_default();
                let group = element.group(&record).cloned().unwrap_or_default();
                element.blocked = self.blocked(element.pair, &group, &element.residue, |properties| {
                    self.fresh.complete(element.pair, properties, &group, id).0
                });
                let written = element.pair.write(group.clone(), &element.residue, &element.blocked, "$");
                let (properties, _) = self.fresh.complete(element.pair, written.properties, &group, id);
                if element.blocked.contains(WHOLE) || !element.pair.is_whole(&properties) {
                    held.insert(n);
                }
            }
            if held == before {
                break (names, record);
            }
        };
        let mut references = Vec::new();
        let mut rest_of_lists: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
        for (n, element) in elements.iter().enumerate() {
            let Some(group) = element.group(&record) else { continue };
            let id = names.get(&element.id).cloned().unwrap_or_default();
            if held.contains(&n) && only_links(group) {
                let mut end = |path| account.dropped(path, "the id of a record is never sent (§1)");
                each_leaf(&Json::Object(group.clone()), element.at(), &mut |path, _| end(path));
                continue;
            }
            if held.contains(&n) {
                let rest = say_rest(group.clone(), element.list, &element.at(), "the incident", account);
                rest_of_lists.entry(element.list).or_default().extend((!rest.is_empty()).then_some(Json::Object(rest)));
                continue;
            }
            let written = element.pair.write(group.clone(), &element.residue, &element.blocked, &element.at());
            let (properties, derived) = self.fresh.complete(element.pair, written.properties, group, &id);
            account.extend(written.account.into_iter().map(|entry| under(entry, &id)));
            let rest = say_rest(written.rest, element.list, &element.at(), &id, account);
            if !element.residue.contains_key("id") {
                made.beside.extend(self.fresh.team());
                made.beside.extend(self.fresh.beside(element.pair, group, &properties));
                made.beside.extend(definitions(&object(properties.clone())));
            }
            made.objects.push((element.order, finished(properties, &rest, &derived)));
            // Where others of the list are not objects, it says their order.
            rest_of_lists.entry(element.list).or_default().push(json!(id));
            references.push(id);
        }
        elements.iter().for_each(|element| drop(record.remove(element.list)));
        rest_of_lists.retain(|_, list| list.iter().any(Json::is_object));
        self.frame(record, rest_of_lists, own, &references, index, made, account);
    }

    /// The record itself, with what stands in no object of its own.
    #[expect(clippy::too_many_arguments, reason = "what the elements have left")]
    fn frame(
        &self,
        mut record: Group,
        held: BTreeMap<&str, Vec<Json>>,
        own: Own,
        references: &[String],
        index: usize,
        made: &mut Made,
        account: &mut Account,
    ) {
        made.objects.extend(own.whole);
        let came_as = own.residue.get("id").and_then(|id| id.as_str().ok()).map(str::to_owned);
        let knows = record.get("kind") == Some(&json!(Kind::Intelligence));
        let pair = match &came_as {
            Some(id) if id.starts_with("report--") => &frame::REPORT,
            None if knows && !references.is_empty() => &frame::REPORT,
            _ => &frame::INCIDENT,
        };
        let nothing = record.keys().all(|name| name == "kind") && held.is_empty();
        if came_as.is_none() && own.came && knows && nothing {
            own.pending.into_iter().flat_map(|(_, leaves)| leaves).for_each(|path| {
                account.dropped(path, "residue of an incident, which is not written");
            });
            return account.kept("$.kind".to_owned(), "(objects without an incident)");
        }
        // What comes from elsewhere is an event (requirement 9).
        if pair.kind == "incident" && record.get("kind") == Some(&json!(Kind::Event)) {
            record.remove("kind");
            account.kept("$.kind".to_owned(), "type");
        }
        let id = came_as.clone().unwrap_or_else(|| self.key.id(pair.kind, &[&self.name]));
        if keeps_marking(&record, &own.residue, &made.objects) {
            tree::take(&mut record, "/handling/tlp");
            account.kept("$.handling.tlp".to_owned(), &format!("{id}.object_marking_refs"));
        }
        self.number(&mut record, &id, account);
        let is_new = came_as.is_none();
        let complete = |properties| match is_new {
            true => self.fresh.frame(pair, properties, &record, references, &id),
            false => (properties, Vec::new()),
        };
        let residue = own.residue;
        // A new incident is described by more than its description.
        let mut blocked = self.blocked(pair, &record, &residue, |properties| complete(properties).0);
        if is_new && summary::of(&record) != first_text(&record) {
            blocked.insert("description".to_owned());
        }
        let written = pair.write(record.clone(), &residue, &blocked, "$");
        account.extend(written.account.into_iter().map(|entry| under(entry, &id)));
        let (mut properties, derived) = complete(written.properties);
        keep_statements(&mut properties, &residue);
        keep_references(&mut properties, &residue);
        for (property, leaves) in own.pending {
            let same = properties.get(&property).zip(residue.get(&property)).is_some_and(|(a, b)| tree::same(a, b));
            for path in leaves {
                match same || property == "extensions" {
                    true => account.kept(path, &format!("{id}.{property}")),
                    false => account.dropped(path, "residue that what the record says now has superseded"),
                }
            }
        }
        let mut rest = say_rest(written.rest, "", "$", &id, account);
        rest.extend(held.into_iter().map(|(list, groups)| (list.to_owned(), Json::Array(groups))));
        if !made.document.is_empty() {
            rest.insert(extension::DOCUMENT.to_owned(), Json::Object(std::mem::take(&mut made.document)));
        }
        let missing = ["modified", "name"].into_iter().filter(|name| !properties.contains_key(*name));
        made.findings.extend(missing.map(|name| lacks(index, name)));
        let object = finished(properties, &rest, &derived);
        if is_new {
            made.beside.extend(self.fresh.team());
            made.beside.extend(self.fresh.around(&object, references));
            made.beside.extend(definitions(&object));
        }
        made.objects.push((own.order, object));
    }

    /// Our own number is to others what their numbers are to us: that of the case elsewhere.
    fn number(&self, record: &mut Group, id: &str, account: &mut Account) {
        let Some(number) = record.remove("number") else { return };
        let owner = self.record.creator.as_ref().and_then(|creator| creator.domain.clone());
        if let Json::Array(aliases) = record.entry("aliases").or_insert_with(|| json!([])) {
            let mut alias = Group::from_iter([("number".to_owned(), number)]);
            alias.extend(owner.map(|owner| ("owner".to_owned(), json!(owner))));
            aliases.push(Json::Object(alias));
        }
        account.kept("$.number".to_owned(), &format!("{id}.external_references"));
    }

    /// Properties of which the rules of STIX refuse what would be written: what they would say stands in our extension. For
    /// what no property alone has caused, there is a name of its own.
    fn blocked(
        &self,
        pair: &Pair,
        group: &Group,
        residue: &BTreeMap<String, Value<'static>>,
        complete: impl Fn(BTreeMap<String, Value<'static>>) -> BTreeMap<String, Value<'static>>,
    ) -> BTreeSet<String> {
        let mut blocked = extension::derived(residue.get("extensions"));
        loop {
            let written = pair.write(group.clone(), residue, &blocked, "$");
            // What came otherwise than STIX wants it goes back so; what is ours is right.
            let ours = !residue.contains_key("id") || !written.rest.is_empty();
            let worst = if ours { Severity::Warning } else { Severity::Error };
            let text = tree::text(&object(complete(written.properties)));
            let before = blocked.len();
            for finding in
                stix::decode(text.as_bytes(), &Limits::default()).map_or_else(|one| vec![one], |read| read.findings)
            {
                let property = finding.path.trim_start_matches("$.").split(['.', '[']).next().unwrap_or_default();
                if finding.severity >= worst && pair.writes(property) {
                    blocked.insert(property.to_owned());
                } else if finding.severity >= worst {
                    blocked.insert(WHOLE.to_owned());
                }
            }
            if blocked.len() == before {
                return blocked;
            }
        }
    }

    /// Takes residue from where it hangs: the elements that may become objects, and what the record has itself.
    fn residue(&self, mut whole: Json, made: &mut Made, account: &mut Account) -> (Vec<Element>, Own) {
        let mut digests = digests(self.record);
        let mut elements = Vec::new();
        let mut own = Own::default();
        for list in LISTS {
            let groups = whole.get_mut(*list).and_then(Json::as_array_mut);
            for (i, group) in groups.into_iter().flatten().enumerate() {
                let at = format!("$.{list}[{i}]");
                let digest = digests.remove(&at).map(|digest| json!(digest));
                let came = returned(group, digest.as_ref(), &at, account);
                if !came.others.is_empty() {
                    own.others.insert(at, came.others);
                }
                let kind = came.properties.get("id").and_then(|id| Some(id.as_str().ok()?.split_once("--")?.0));
                let Some(pair) = pair_for(list, kind) else { continue };
                let (order, alone) = place(group);
                made.alone |= alone && !came.properties.is_empty();
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
        made.alone |= alone || came.whole.iter().any(|(order, _)| *order == u64::MAX);
        if !came.others.is_empty() {
            own.others.insert("$".to_owned(), came.others);
        }
        own.came = whole.pointer("/origins/0/path").and_then(Json::as_str).is_some_and(|path| path.starts_with('$'));
        (elements, Own { residue: came.properties, whole: came.whole, pending: came.pending, order, ..own })
    }

    /// What names things within the record, and where they came from.
    fn structure(&self, account: &mut Account) {
        let Ok(whole) = serde_json::to_value(self.record) else { return };
        let mut ends = |at: &str, group: &Json| {
            for name in ["id", "origins"] {
                let Some(value) = group.get(name) else { continue };
                each_leaf(value, format!("{at}.{name}"), &mut |path, _| account.kept(path, ITS_PLACE));
            }
            // Residue of what is a list of the record itself has ended already.
            if let Some(carried) = group.get("carried") {
                each_leaf(carried, format!("{at}.carried"), &mut |path, _| {
                    account.dropped(path, "residue of a thing inside another, which stands in our extension");
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
    fn names(&self, elements: &[Element], held: &BTreeSet<usize>) -> BTreeMap<String, String> {
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
    fn plain(
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
                group.insert("carried".to_owned(), Json::Array(others.clone()));
            }
        });
        tree::tidy(&mut json);
        let Json::Object(mut json) = json else { return Group::new() };
        for name in ["id", "origins", "carried"] {
            json.remove(name);
        }
        if let Some(others) = own.others.get("$") {
            json.insert("carried".to_owned(), Json::Array(others.clone()));
        }
        json
    }
}

/// What the record itself came with.
#[derive(Default)]
struct Own {
    /// Properties of its incident.
    residue: BTreeMap<String, Value<'static>>,
    /// Objects of which no element was made.
    whole: Vec<(u64, Value<'static>)>,
    /// Residue of other formats, by where it hangs.
    others: BTreeMap<String, Vec<Json>>,
    order: u64,
    /// Leaves of its residue.
    pending: Vec<(String, Vec<String>)>,
    /// It came from a STIX document.
    came: bool,
}

/// Whether an id is one that we have given.
fn is_inner(id: &str) -> bool {
    let uuid = id.strip_prefix(INNER).and_then(|rest| rest.strip_prefix("--"));
    uuid.is_some_and(|uuid| uuid::Uuid::try_parse(uuid).is_ok())
}

/// The description of a record, where it is one text.
fn first_text(record: &Group) -> Option<String> {
    match record.get("description")?.as_array()?.as_slice() {
        [one] => one.get("text")?.as_str().map(str::to_owned),
        _ => None,
    }
}

/// Whether a link leads to another record and says no more.
fn only_links(group: &Group) -> bool {
    group.contains_key("record") && group.keys().all(|name| ["record", "relation", "id"].contains(&name.as_str()))
}

/// Leaves out what may not go out, and says where the rest goes.
fn say_rest(mut rest: Group, list: &str, at: &str, id: &str, account: &mut Account) -> Group {
    let before = Json::Object(rest.clone());
    dropped::leave_out(&mut rest, list, &mut |below, why| account.dropped(format!("{at}{below}"), why));
    each_leaf(&before, at.to_owned(), &mut |path, _| {
        let below = path.strip_prefix(at).unwrap_or(&path).to_owned();
        account.kept(path, &format!("{id}.extensions.{}.{}{below}", extension::ID, extension::RECORD));
    });
    rest
}

fn finished(mut properties: BTreeMap<String, Value<'static>>, rest: &Group, derived: &[String]) -> Value<'static> {
    if let Some(extensions) = extension::with(properties.get("extensions"), rest, derived) {
        properties.insert("extensions".to_owned(), extensions);
    }
    object(properties)
}

/// An entry of an element's own account, by the id of the object.
fn under(entry: Entry, id: &str) -> Entry {
    match entry.fate {
        Fate::Kept { to } => Entry { path: entry.path, fate: Fate::Kept { to: format!("{id}.{to}") } },
        fate => Entry { path: entry.path, fate },
    }
}

fn lacks(index: usize, property: &str) -> Finding {
    let (member, what) = match property {
        "name" => ("title", "a title or a number, the name that STIX requires"),
        _ => ("modified", "the time of the revision, which STIX requires of every object"),
    };
    let path = format!("$.records[{index}].{member}");
    Finding::error(Code::ClassMissing, Position::default(), path, "no such member", what)
}
