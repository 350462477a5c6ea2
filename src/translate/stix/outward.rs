//! Records to STIX: an incident for each record, an object for each element that makes a whole one, and in our extension of
//! the incident what else there is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{
    account::Account,
    around::{around, document_out, outer},
    core::{self, IncidentShape},
    extension, frame,
    fresh::{self, Fresh, MARKS},
    ids::IdKey,
    level::{Levels, hollow},
    marking::{MadeOf, keep_references, keep_statements, keeps_marking, mark_parts},
    outside::{Element, Others, Outside, Own},
    pair::{PARTS, Pair, UNSAID, object},
    reach, summary,
    table::pair_for,
    tree::{self, Group},
};
use crate::{
    error::{Code, Finding, Position, Severity},
    json::Value,
    marking::Tlp,
    record::{Record, RecordDocument, identity::Kind},
    stix::{self, StixDocument},
    translate::{
        ledger::{Entry, Fate, each_leaf, of_record},
        withheld::{self, Sifted},
    },
};

/// Why a link is left out that says nothing but to which record it leads.
const ONLY_LINKS: &str = "the id of a record is never sent (§1), and the link says nothing else";

/// Why a label is left out.
const NARROWER: &str = "something in it is narrower, and so is its label";

/// In the place of a property: the object cannot be written.
const WHOLE: &str = "*";

/// A STIX document out of records, and the account of every leaf of them. Ids of what is new follow from the record by the key;
/// an incident that is new has the core extension in the shape that is wanted.
///
/// # Errors
/// What STIX requires and a record does not have; nothing is invented.
pub fn to_stix(
    mut source: RecordDocument,
    key: &IdKey,
    shape: IncidentShape,
) -> Result<(StixDocument, Vec<Entry>), Vec<Finding>> {
    let links: Vec<_> = source.records.iter().map(Levels::of_links).collect();
    let left_out = withheld::leave_out_elements(&mut source);
    let mut made = Made::default();
    let names: Vec<String> = source.records.iter().map(|record| record.id.to_string()).collect();
    let mut outer = outer(&source.document, &names, key);
    let mut account = Vec::new();
    made.document = around(&source.document);
    for (index, (record, links)) in source.records.into_iter().zip(&links).enumerate() {
        account.extend(record_out(&record, links, index, key, shape, &mut made));
    }
    if !made.findings.is_empty() {
        return Err(made.findings);
    }
    document_out(source.document, made.document_on.as_deref(), &mut account);
    left_out.tell(&mut account);
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
    /// Where it is written.
    document_on: Option<String>,
}

/// The definitions of what an object is marked with.
fn definitions(object: &Value<'static>) -> Vec<Value<'static>> {
    let refs = object.get(MARKS).and_then(|refs| refs.as_array().ok()).unwrap_or_default();
    refs.iter().filter_map(|id| fresh::definition(id.as_str().ok()?)).collect()
}

fn record_out(
    record: &Record,
    links: &BTreeMap<String, Option<Tlp>>,
    index: usize,
    key: &IdKey,
    shape: IncidentShape,
    made: &mut Made,
) -> Vec<Entry> {
    let mut account = Account::default();
    let Ok(whole) = serde_json::to_value(record) else { return Vec::new() };
    let mut wanted = Vec::new();
    each_leaf(&whole, "$".to_owned(), &mut |path, _| wanted.push(path));
    account.kept("$.id".to_owned(), "(ids that follow from it)");
    let levels = Levels::of(record, &whole).narrow_links(links);
    levels.unsaid(&whole).into_iter().for_each(|path| account.dropped(path, NARROWER));
    let outside = Outside { record, name: record.id.to_string(), key, core: core::Came::of(&whole) };
    let out = Out { outside, shape, fresh: Fresh::of(record, key, levels.whole()), levels };
    let before = made.objects.len();
    let objects = out.write(whole, index, made, &mut account);
    out.outside.structure(&mut account);
    let own = made.objects.iter_mut().skip(before).map(|(_, object)| object);
    made.beside.extend(mark_parts(own, &out.levels, &objects, &account));
    let mut entries = account.of(wanted);
    entries.iter_mut().for_each(|entry| of_record(&mut entry.path, index));
    entries
}

/// A record on its way out.
struct Out<'r> {
    outside: Outside<'r>,
    shape: IncidentShape,
    fresh: Fresh,
    levels: Levels,
}

/// What objects are made of, by their ids.
type Objects = BTreeMap<String, MadeOf>;

impl Out<'_> {
    fn write(&self, whole: Json, index: usize, made: &mut Made, account: &mut Account) -> Objects {
        let (mut elements, mut own) = self.outside.residue(whole, account);
        made.alone |= own.alone;
        // Which elements make whole objects: what is linked to one that does not is linked to nothing.
        let mut held: BTreeSet<usize> = BTreeSet::new();
        let (names, mut record) = loop {
            let names = self.outside.names(&elements, &held);
            let mut record = self.outside.plain(&names, &elements, &own, &held);
            self.levels.raise(&mut record);
            let before = held.clone();
            let mut again = false;
            for (n, element) in elements.iter_mut().enumerate().filter(|(n, _)| !before.contains(n)) {
                let id = names.get(&element.id).map(String::as_str).unwrap_or_default();
                let group = element.group(&record).cloned().unwrap_or_default();
                let is_embedded = core::is_embedded(&element.residue);
                let level = self.levels.at(&element.at());
                if !is_embedded {
                    element.blocked = self.blocked(element.pair, &group, &element.residue, |properties| {
                        self.fresh.complete(element.pair, properties, &group, id, level).0
                    });
                }
                let written = element.pair.write(group.clone(), &element.residue, &element.blocked, "$");
                // What stands in another has no extension to say the rest in.
                let is_said = !is_embedded || written.rest.is_empty();
                let properties = match is_embedded {
                    true => written.properties,
                    false => self.fresh.complete(element.pair, written.properties, &group, id, level).0,
                };
                let is_whole = element.pair.is_whole(&properties, !element.residue.contains_key("id"));
                let can_be = core::can_be(element.pair, &properties, &element.residue);
                if element.blocked.contains(WHOLE) || !is_whole || !can_be || !is_said {
                    // What cannot be again what it came as may be what others of its list are.
                    match pair_for(element.list, None).filter(|pair| pair.kind != element.pair.kind) {
                        Some(pair) if element.pair.def().is_none() => {
                            (element.pair, element.residue) = (pair, BTreeMap::new());
                            again = true;
                        }
                        _ => _ = held.insert(n),
                    }
                }
            }
            if held == before && !again {
                break (names, record);
            }
        };
        let any = |(n, element): (usize, &Element)| !held.contains(&n) && !core::is_embedded(&element.residue);
        let (_, frame) = self.frame_as(&own, elements.iter().enumerate().any(any));
        let mut of_frame = frame::INCIDENT.narrower(&self.levels, "$");
        // What is derived for the core extension has nothing that is narrower.
        of_frame.retain(|(name, _)| self.outside.core.has_core() || !name.starts_with("extensions."));
        let mut objects = Objects::from([(frame.clone(), MadeOf { level: self.levels.whole(), properties: of_frame })]);
        let mut references = Vec::new();
        let mut rest_of_lists: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
        for (n, element) in elements.iter().enumerate() {
            let Some(group) = element.group(&record) else { continue };
            let id = names.get(&element.id).cloned().unwrap_or_default();
            if held.contains(&n) && only_links(group) {
                let mut end = |path| account.dropped(path, ONLY_LINKS);
                each_leaf(&Json::Object(group.clone()), element.at(), &mut |path, _| end(path));
                continue;
            }
            if held.contains(&n) {
                let list = rest_of_lists.entry(element.list).or_default();
                let on = format!("{}.{}[{}]", extension::place(&frame), element.list, list.len());
                let rest = say_rest(group.clone(), element.list, &element.at(), &on, &own.others, account);
                list.extend((!rest.is_empty()).then_some(Json::Object(rest)));
                continue;
            }
            let written = element.pair.write(group.clone(), &element.residue, &element.blocked, &element.at());
            if core::is_embedded(&element.residue) {
                let entry = core::entry(written.properties, &element.residue);
                let place = entry.iter().map(|(list, ..)| format!("{frame}.extensions.{}.{list}", core::CORE)).next();
                for mut told in written.account {
                    told.fate.place_mut().zip(place.clone()).into_iter().for_each(|(to, place)| *to = place);
                    account.extend([told]);
                }
                own.placed.embedded.extend(entry);
                continue;
            }
            let level = self.levels.at(&element.at());
            let properties = element.pair.narrower(&self.levels, &element.at());
            objects.insert(id.clone(), MadeOf { level, properties });
            let (properties, mut derived) = self.fresh.complete(element.pair, written.properties, group, &id, level);
            // What came is as its creator wrote it.
            derived.extend(written.partly.into_iter().filter(|_| !element.residue.contains_key("id")));
            account.extend(written.account.into_iter().map(|entry| under(entry, &id)));
            let on = extension::place(&id);
            let rest = say_rest(written.rest, element.list, &element.at(), &on, &own.others, account);
            if !element.residue.contains_key("id") {
                own.placed.new.push(id.clone());
                made.beside.extend(self.fresh.team());
                made.beside.extend(self.fresh.beside(element.pair, group, &properties, level));
                made.beside.extend(definitions(&object(properties.clone())));
            }
            made.objects.push((element.order, finished(properties, &rest, &derived)));
            // Where others of the list are not objects, it says their order.
            rest_of_lists.entry(element.list).or_default().push(json!(id));
            references.push(id);
        }
        elements.iter().for_each(|element| drop(record.remove(element.list)));
        own.placed.names = names;
        rest_of_lists.retain(|_, list| list.iter().any(Json::is_object));
        self.frame(record, rest_of_lists, own, &references, index, made, account);
        objects
    }

    /// The record itself, with what stands in no object of its own.
    #[expect(clippy::too_many_arguments, reason = "what the elements have left")]
    fn frame(
        &self,
        mut record: Group,
        held: BTreeMap<&str, Vec<Json>>,
        mut own: Own,
        references: &[String],
        index: usize,
        made: &mut Made,
        account: &mut Account,
    ) {
        let (pair, id) = self.frame_as(&own, !references.is_empty());
        let is_new = !own.residue.contains_key("id");
        let whole = || {
            let mut whole = serde_json::to_value(self.outside.record).unwrap_or_default();
            self.levels.write(&mut whole);
            whole
        };
        let core_now = core::superseded(&whole, &self.fresh, references, &own.residue, &mut own.whole, account);
        made.objects.extend(own.whole);
        let knows = record.get("kind") == Some(&json!(Kind::Intelligence));
        let nothing = record.keys().all(|name| name == "kind") && held.is_empty();
        if is_new && own.came && knows && nothing {
            own.pending.into_iter().flat_map(|(_, leaves)| leaves).for_each(|path| {
                account.dropped(path, "residue of an incident, which is not written");
            });
            return account.kept("$.kind".to_owned(), "(objects without an incident)");
        }
        // What comes from elsewhere is an event (requirement 9).
        if pair.kind == "incident" && record.get("kind") == Some(&json!(Kind::Event)) {
            record.remove("kind");
            account.kept("$.kind".to_owned(), &format!("{id}.type"));
        }
        if keeps_marking(&record, &own.residue, &made.objects) {
            tree::take(&mut record, "/handling/tlp");
            account.kept("$.handling.tlp".to_owned(), &format!("{id}.object_marking_refs"));
        }
        let number = self.number(&mut record);
        // What is narrower than the incident does not stand in its description.
        let mut open = Json::Object(record.clone());
        self.levels.write(&mut open);
        let open = open.as_object().map(|open| hollow(open, self.levels.whole())).unwrap_or_default();
        let complete = |properties| match is_new {
            true => self.fresh.frame(pair, properties, &open, references, &id),
            false => (properties, Vec::new()),
        };
        let residue = own.residue;
        let wanted = if is_new && pair.kind == "incident" { self.shape } else { IncidentShape::None };
        let core_now = core_now.or_else(|| core::Derived::of(&whole, wanted, &self.fresh, references));
        // A new incident is described by more than its description.
        let mut blocked = self.blocked(pair, &record, &residue, |properties| complete(properties).0);
        if is_new && summary::of(&open) != first_text(&record) {
            blocked.insert("description".to_owned());
        }
        if !self.outside.core.has_core() {
            blocked.extend(core::rows());
        }
        let written = pair.write(record.clone(), &residue, &blocked, "$");
        account.extend(written.account.into_iter().map(|entry| under(entry, &id)));
        let (mut properties, mut derived) = complete(written.properties);
        if derived.iter().any(|name| name == "description") {
            for pointer in summary::members(&open) {
                account.end(format!("${}", tree::step(&pointer)), Fate::Moved { to: format!("{id}.description") });
            }
        }
        self.outside.core.finish(&mut properties, &residue, own.placed, &made.objects);
        let mut core_objects = Vec::new();
        if let Some(now) = core_now {
            derived.extend((is_new && now.is_written()).then(|| core::DERIVED.to_owned()));
            core_objects = now.put(&mut properties);
            made.beside.extend(core_objects.iter().flat_map(definitions));
        }
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
        let mut rest = say_rest(written.rest, "", "$", &extension::place(&id), &own.others, account);
        number.into_iter().for_each(|path| account.share(&path, "$.number".to_owned()));
        rest.extend(held.into_iter().map(|(list, groups)| (list.to_owned(), Json::Array(groups))));
        if !made.document.is_empty() {
            rest.insert(extension::DOCUMENT.to_owned(), Json::Object(std::mem::take(&mut made.document)));
            made.document_on = Some(extension::place_of_document(&id));
        }
        // A name that came may have been changed on the way into a text: the first that is left of it says what it is about.
        if let (false, Some(name)) = (properties.contains_key("name"), called(&record)) {
            properties.insert("name".to_owned(), Value::string(name));
            derived.push("name".to_owned());
        }
        let missing = ["modified", "name"].into_iter().filter(|name| !properties.contains_key(*name));
        made.findings.extend(missing.map(|name| lacks(index, name)));
        let object = finished(properties, &rest, &derived);
        if is_new {
            made.beside.extend(self.fresh.team());
            made.beside.extend(self.fresh.around(&object, references));
            made.beside.extend(definitions(&object));
        }
        made.beside.extend(core_objects);
        made.objects.push((own.order, object));
    }

    /// What the record itself is outside, and its id.
    fn frame_as(&self, own: &Own, has_objects: bool) -> (&'static Pair, String) {
        let came_as = own.residue.get("id").and_then(|id| id.as_str().ok()).map(str::to_owned);
        let pair = match &came_as {
            Some(id) if id.starts_with("report--") => &frame::REPORT,
            None if self.outside.record.kind == Kind::Intelligence && has_objects => &frame::REPORT,
            _ => &frame::INCIDENT,
        };
        (pair, came_as.unwrap_or_else(|| self.outside.key.id(pair.kind, &[&self.outside.name])))
    }

    /// Our own number is to others what their numbers are to us: that of the case elsewhere.
    /// Its path there.
    fn number(&self, record: &mut Group) -> Option<String> {
        let number = record.remove("number")?;
        let owner = self.outside.record.creator.as_ref().and_then(|creator| creator.domain.clone());
        let aliases = record.entry("aliases").or_insert_with(|| json!([]));
        let path = format!("$.aliases[{}].number", aliases.as_array().map_or(0, Vec::len));
        if let Json::Array(aliases) = aliases {
            let mut alias = Group::from_iter([("number".to_owned(), number)]);
            alias.extend(owner.map(|owner| ("owner".to_owned(), json!(owner))));
            aliases.push(Json::Object(alias));
        }
        Some(path)
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
        let unsaid = residue.get(UNSAID).and_then(|names| names.as_array().ok()).unwrap_or_default();
        blocked.extend(unsaid.iter().filter_map(|name| name.as_str().ok().map(str::to_owned)));
        // What is said of parts is written when all else is.
        blocked.remove(PARTS);
        loop {
            let written = pair.write(group.clone(), residue, &blocked, "$");
            // What came otherwise than STIX wants it goes back so; what is ours is right.
            let ours = !residue.contains_key("id") || !written.rest.is_empty();
            let worst = if ours { Severity::Warning } else { Severity::Error };
            let alone = StixDocument::new(None, vec![object(complete(written.properties))]);
            let before = blocked.len();
            for finding in stix::check_document(&alone) {
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
}

/// What a record without a title is called: by its first description, or its number elsewhere.
fn called(record: &Group) -> Option<String> {
    let first = |list: &str, member: &str| {
        let all = record.get(list)?.as_array()?.iter();
        let mut texts =
            all.filter_map(|one| one.get(member)?.as_str()?.lines().map(str::trim).find(|line| !line.is_empty()));
        texts.next().map(str::to_owned)
    };
    first("description", "text").or_else(|| first("aliases", "number"))
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

/// Leaves out what may not go out, and says where in our extension the rest stands; `others` is residue that is in it.
fn say_rest(mut rest: Group, list: &str, at: &str, on: &str, others: &Others, account: &mut Account) -> Group {
    withheld::leave_out(&mut rest, list, &mut |below, sifted| {
        let path = numbered(format!("{at}{below}"), others);
        match sifted {
            Sifted::Stays(now) => account.carried(path, format!("{on}{now}")),
            Sifted::Withheld(why) => account.dropped(path, why),
        }
    });
    rest
}

/// The path of residue of another format by its number among all residue.
fn numbered(path: String, others: &Others) -> String {
    const LIST: &str = ".carried[";
    let Some((at, rest)) = path.rsplit_once(LIST) else { return path };
    let Some((number, below)) = rest.split_once(']') else { return path };
    let number = number.parse::<usize>().ok();
    match others.get(at).zip(number).and_then(|(others, number)| others.get(number)) {
        Some((number, _)) => format!("{at}{LIST}{number}]{below}"),
        None => path,
    }
}

fn finished(mut properties: BTreeMap<String, Value<'static>>, rest: &Group, derived: &[String]) -> Value<'static> {
    let derived: Vec<_> = derived.iter().map(|name| extension::entry(name, properties.get(name))).collect();
    if let Some(extensions) = extension::with(properties.get("extensions"), rest, &derived) {
        properties.insert("extensions".to_owned(), extensions);
    }
    object(properties)
}

/// An entry of an element's own account, by the id of the object.
fn under(mut entry: Entry, id: &str) -> Entry {
    if let Some(place) = entry.fate.place_mut() {
        place.insert_str(0, &format!("{id}."));
    }
    entry
}

fn lacks(index: usize, property: &str) -> Finding {
    let (member, what) = match property {
        "name" => ("title", "a title or a number, the name that STIX requires"),
        _ => ("modified", "the time of the revision, which STIX requires of every object"),
    };
    let path = format!("$.records[{index}].{member}");
    Finding::error(Code::ClassMissing, Position::default(), path, "no such member", what)
}
