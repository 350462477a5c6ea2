//! What a record says that did not come from STIX, in words of the core extension, for those who know it and not ours. Nothing is
//! invented: what the extension requires and the record does not say is not written (record model §4 to §8, §12, §16).

use std::{cmp::Ordering, collections::BTreeSet};

use serde_json::Value as Json;

use super::{
    convert::{AVAILABILITY, FINE_TIME, NAMED, PRIORITY},
    words,
};
use crate::{
    json::{Number, Value},
    marking::Tlp,
    time::{Grammar, WireTime},
    translate::stix::{
        fresh::Properties,
        level::{hollow, written},
        pair::Conversion,
        tree::{Group, get},
    },
};

/// An object of the second shape, before it has an id.
#[derive(Debug)]
pub(super) struct Thing {
    /// Its type.
    pub kind: &'static str,
    /// The category of an impact.
    pub category: &'static str,
    /// Its properties, those of the category's extension among them.
    pub properties: Properties,
    /// How narrow that is which it was made of.
    pub level: Option<Tlp>,
}

fn string(text: &str) -> Value<'static> {
    Value::string(text.to_owned())
}

fn word<'g>(group: &'g Group, pointer: &str) -> Option<&'g str> {
    get(group, pointer)?.as_str().filter(|word| !word.is_empty())
}

fn list<'g>(group: &'g Group, pointer: &str) -> impl Iterator<Item = &'g Group> {
    get(group, pointer).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object)
}

/// What is written for a member, by names.
fn put(into: &mut Properties, names: &[&str], member: Option<&Json>, by: &Conversion) {
    let written = member.and_then(|member| (by.write)(member)).unwrap_or_default();
    let all = names.iter().zip(written).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
    into.extend(all);
}

/// The properties of the core extension that are no lists of other things. None without those that it requires (§2.1): where the
/// handling stands is nobody's to guess.
pub(super) fn core(record: &Group) -> Option<Properties> {
    let mut made = Properties::new();
    let (investigation, determination) = standing(record)?;
    made.insert("investigation_status".to_owned(), string(investigation));
    made.insert("determination".to_owned(), string(determination));
    made.extend(criticality(record).map(|number| ("criticality".to_owned(), Value::from(number))));
    let methods = methods(record);
    if !methods.is_empty() {
        made.insert("detection_methods".to_owned(), Value::array(methods.into_iter().map(string)));
    }
    let types = types(record);
    if !types.is_empty() {
        made.insert("incident_types".to_owned(), Value::array(types.into_iter().map(Value::string)));
    }
    if let Some(class) = get(record, "/e409/class").and_then(Json::as_u64) {
        let score = [("name", Value::string("ITU-T E.409 class")), ("value", Value::from(class))];
        made.insert("scores".to_owned(), Value::array([Value::object(score)]));
    }
    let counts = counts(record);
    if !counts.is_empty() {
        made.insert("impacted_entity_counts".to_owned(), Value::object(counts));
    }
    Some(made)
}

/// Where the handling stands, if the record has a status (§7).
fn standing(record: &Group) -> Option<(&'static str, &'static str)> {
    let (investigation, determination) = word(record, "/status").and_then(words::investigation)?;
    let determination = match (word(record, "/e409/category"), word(record, "/type/attempt"), determination) {
        (Some("false-alarm"), ..) => "false-positive",
        (_, Some("attempted"), "confirmed") => "failed-attempt",
        _ => determination,
    };
    Some((investigation, determination))
}

/// How it was noticed: by the word of `detection-methods-ov` (§4.2), and in words.
fn methods(record: &Group) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for one in list(record, "/e409/detection") {
        let way = word(one, "/way").and_then(words::method_of_way);
        all.extend(way.into_iter().chain(word(one, "/text/text")));
    }
    let mut told = BTreeSet::new();
    all.retain(|method| told.insert(*method));
    all
}

/// By E.409, else by the conclusion (§5, §4.5).
fn criticality(record: &Group) -> Option<u64> {
    if word(record, "/e409/category") == Some("crisis") || word(record, "/status") == Some("crisis") {
        return Some(95);
    }
    Some(match (word(record, "/e409/seriousness"), word(record, "/conclusion/major")) {
        (Some("very-serious"), _) => 95,
        (Some("serious"), _) => 70,
        (Some("some"), _) => 40,
        (Some("none"), _) => 0,
        (_, Some("major")) => 75,
        (_, Some("minor")) => 25,
        _ => return None,
    })
}

/// Types of incident of TR 18044 (§4.1) for which `event-type-ov` has a word, and whether an attempt alone is one.
const THREATS: &[(&str, &str, bool)] = &[
    ("SA", "destruction", false),
    ("MC", "infected-by-known-malware", false),
    ("HA", "compromised-system", false),
    ("MI", "illegitimate-use-resources", false),
    ("CF", "disruption-data-transmission", true),
    ("HF", "unintentional", true),
    ("SF", "unintentional", true),
    ("LE", "unintentional", true),
    ("OA", "unintentional", true),
    ("FI", "natural", true),
    ("FL", "natural", true),
    ("NE", "natural", true),
    ("OE", "unintentional", true),
    ("HE", "unintentional", true),
    ("SE", "unintentional", true),
    ("UE", "unintentional", true),
    ("DE", "unintentional", true),
];

fn types(record: &Group) -> Vec<String> {
    let happened = matches!(word(record, "/type/attempt"), None | Some("actual"));
    let codes = get(record, "/type/threats").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    let of_codes = codes.filter_map(|code| THREATS.iter().find(|(known, ..)| *known == code));
    let of_codes = of_codes.filter(|(.., always)| happened || *always).map(|(_, word, _)| (*word).to_owned());
    let of_scheme = list(record, "/classification").filter(|one| word(one, "/scheme") == Some(words::EVENT_TYPES));
    let of_scheme = of_scheme.filter_map(|one| word(one, "/value").map(str::to_owned));
    let major = (word(record, "/conclusion/major") == Some("major")).then(|| "major".to_owned());
    let mut all: Vec<String> = Vec::new();
    for word in of_scheme.chain(of_codes).chain(major) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

/// `entity-type-ov` (§4.3).
const ENTITIES: &[&str] = &[
    "computers-mobile",
    "computers-personal",
    "computers-server",
    "customer",
    "customer-individual",
    "customer-organization",
    "domain-controller",
    "employee",
    "group",
    "ics-actuator",
    "ics-engineering-workstation",
    "ics-historian",
    "ics-hmi",
    "ics-other",
    "ics-plc",
    "ics-safety-system",
    "ics-sensor",
    "individual",
    "network-device",
    "organization",
    "system",
    "vehicles",
];

/// How many of what were hit: counters that are called so, and the persons whose data is concerned (§16).
fn counts(record: &Group) -> Vec<(String, Value<'static>)> {
    let mut all: Vec<(String, Value<'static>)> = Vec::new();
    let counters = list(record, "/impacts").flat_map(|impact| list(impact, "/counters"));
    for counter in counters.filter(|counter| word(counter, "/kind") == Some("count") && !counter.contains_key("unit")) {
        let meaning = word(counter, "/meaning").filter(|meaning| ENTITIES.contains(meaning));
        let number = word(counter, "/value").and_then(|value| value.parse::<u64>().ok());
        if let (Some(meaning), Some(number)) = (meaning, number)
            && all.iter().all(|(known, _)| known != meaning)
        {
            all.push((meaning.to_owned(), Value::from(number)));
        }
    }
    let persons = get(record, "/reg/personal_data/subjects/count").and_then(Json::as_u64);
    if let Some(persons) = persons.filter(|_| all.iter().all(|(known, _)| known != "individual")) {
        all.push(("individual".to_owned(), Value::from(persons)));
    }
    all
}

/// Events, tasks and impacts, in this order, of a record that is so narrow, in which each element says how narrow it is.
pub(super) fn things(record: &Group, level: Option<Tlp>) -> Vec<Thing> {
    let mut all = Vec::new();
    let open = hollow(record, level);
    let mut add = |of: Option<Tlp>, things: &mut Vec<Thing>| {
        things.iter_mut().for_each(|thing| thing.level = of);
        all.append(things);
    };
    let each = |name: &str, make: &mut dyn FnMut(Option<Tlp>, &Group)| {
        list(record, name).for_each(|one| make(written(one), &hollow(one, written(one))));
    };
    each("/events", &mut |of, one| add(of, &mut vec![event(&open, one)]));
    if list(record, "/events").next().is_none() {
        add(level, &mut whole_event(&open).into_iter().collect());
    }
    let mut things = Vec::new();
    tasks(&open, &mut things);
    add(level, &mut things);
    each("/actions", &mut |of, one| add(of, &mut vec![action(one)]));
    matrix(&open, &mut things);
    add(level, &mut things);
    each("/impacts", &mut |of, one| {
        stated(one, &mut things);
        add(of, &mut things);
    });
    each("/costs", &mut |of, one| add(of, &mut cost(one).into_iter().collect()));
    let counts = |cost: &Group| cost.get("excluded") != Some(&Json::Bool(true));
    if !list(record, "/costs").any(counts) {
        add(level, &mut recovery(&open).into_iter().collect());
    }
    all
}

fn thing(kind: &'static str, category: &'static str, properties: Properties) -> Thing {
    Thing { kind, category, properties, level: None }
}

/// Begin and end. An end before the begin is not said (§2.2).
fn span(into: &mut Properties, start: Option<&Json>, end: Option<&Json>) {
    put(into, &["start_time", "start_time_fidelity"], start, &FINE_TIME);
    let time = |of: Option<&Json>| WireTime::parse(of?.get("at")?.as_str()?, Grammar::Either).ok();
    let is_before = match (time(start), time(end)) {
        (Some(start), Some(end)) => matches!(end.cmp_instant(&start), Some(Ordering::Less) | None),
        _ => false,
    };
    if !is_before {
        put(into, &["end_time", "end_time_fidelity"], end, &FINE_TIME);
    }
}

/// An event of the record (§10).
fn event(record: &Group, event: &Group) -> Thing {
    let mut made = Properties::new();
    put(&mut made, &["name", "description"], event.get("descriptions"), &NAMED);
    span(&mut made, event.get("occurred_at"), event.get("ended_at"));
    let goal = list(event, "/assessment/intended").find_map(|one| word(one, "/descriptions/0/text"));
    made.extend(goal.map(|goal| ("goal".to_owned(), string(goal))));
    made.insert("status".to_owned(), string(happening(record, event)));
    thing("event", "", made)
}

/// The one event of a record that lists none (§3).
fn whole_event(record: &Group) -> Option<Thing> {
    let mut made = Properties::new();
    let what = word(record, "/what_occurred/text");
    made.extend(what.map(|what| ("description".to_owned(), string(what))));
    span(&mut made, record.get("occurred_at").or(record.get("date_of_event")), record.get("ended_at"));
    if made.is_empty() {
        return None;
    }
    let name = word(record, "/title/text");
    made.extend(name.map(|name| ("name".to_owned(), string(name))));
    made.insert("status".to_owned(), string(happening(record, record)));
    Some(thing("event", "", made))
}

/// `event-status-enum` (§5.3).
fn happening(record: &Group, event: &Group) -> &'static str {
    match (event.contains_key("ended_at"), word(record, "/is_over")) {
        (true, _) | (_, Some("yes")) => "occurred",
        (_, Some("no")) => "ongoing",
        _ => "undetermined",
    }
}

/// Times of the handling as tasks (§3, §5): the member, the type of task, and whether it is a point in time.
const TIMES: &[(&str, &str, bool)] = &[
    ("/discovered_at", "detected", true),
    ("/reported_at", "reported", true),
    ("/crisis/at", "escalated", true),
    ("/contained_at", "containment", false),
    ("/recovered_at", "recovery", false),
];

/// `task-type-ov` (§4.10), as far as steps of the record are of it.
const TASK_TYPES: &[&str] = &[
    "administrative",
    "attribution",
    "containment",
    "declared",
    "detected",
    "eradication",
    "escalated",
    "exercised-control",
    "external-intelligence",
    "external-outreach",
    "external-support",
    "implemented-control",
    "investigation",
    "negotiation",
    "playbook-execution",
    "playbook-step-execution",
    "ransom-payment",
    "recovery",
    "reported",
    "routine-updates",
    "victim-notification",
];

/// A task of this type. One that has no name is called as what is done, or as its type.
fn task(mut made: Properties, kind: Option<&str>, done: Option<&str>, outcome: &str) -> Thing {
    made.extend(kind.map(|kind| ("task_types".to_owned(), Value::array([string(kind)]))));
    if let (Some(name), false) = (done.or(kind), made.contains_key("name")) {
        made.insert("name".to_owned(), string(name));
    }
    made.insert("outcome".to_owned(), string(outcome));
    thing("task", "", made)
}

fn tasks(record: &Group, all: &mut Vec<Thing>) {
    let mut push = |made: Properties, kind: &str, outcome: &str| all.push(task(made, Some(kind), None, outcome));
    for (member, kind, is_point) in TIMES {
        let Some(time) = get(record, member) else { continue };
        let mut made = Properties::new();
        span(&mut made, is_point.then_some(time), Some(time));
        if !made.is_empty() {
            push(made, kind, "successful");
        }
    }
    let (start, end) = (get(record, "/resolution/started_at"), get(record, "/resolution/completed_at"));
    if start.is_some() || end.is_some() {
        let mut made = Properties::new();
        span(&mut made, start, end);
        push(made, "investigation", if end.is_some() { "successful" } else { "ongoing" });
    }
}

/// An action of the record (§4.5).
fn action(action: &Group) -> Thing {
    let mut made = Properties::new();
    put(&mut made, &["name", "description"], action.get("text"), &NAMED);
    span(&mut made, action.get("start_at"), action.get("done_at").or(action.get("due")));
    put(&mut made, &["priority"], action.get("severity"), &PRIORITY);
    let kind = word(action, "/step").map(words::task_type).filter(|kind| TASK_TYPES.contains(kind));
    let outcome = match word(action, "/state") {
        // That it has begun, nobody has said.
        Some("outstanding") => "pending",
        state => state.and_then(words::outcome).unwrap_or("unknown"),
    };
    task(made, kind, word(action, "/kind"), outcome)
}

/// The rows of the impact matrix that say enough (§4.3).
fn matrix(record: &Group, all: &mut Vec<Thing>) {
    let row = |name: &str| {
        let row = get(record, "/impact")?.get(name)?.as_object()?;
        (row.get("relevant") != Some(&Json::Bool(false))).then_some(row)
    };
    let tenfold = |row: &Group| row.get("value").and_then(Json::as_u64).map(|value| Value::from(value * 10));
    if let Some(row) = row("confidentiality") {
        let codes: Vec<&str> = list(row, "/guidelines").filter_map(|one| word(one, "/code")).collect();
        let information = [("PI", "pii"), ("CE", "proprietary")].into_iter().filter(|(code, _)| codes.contains(code));
        let loss = match word(row, "/occurrence") {
            Some("actual") => Some("confirmed-loss"),
            Some("projected") => Some("suspected-loss"),
            _ => None,
        };
        for (_, information) in information {
            let Some(loss) = loss else { continue };
            let mut made = lost(information, loss);
            made.extend(tenfold(row).map(|value| ("criticality".to_owned(), value)));
            all.push(thing("impact", "confidentiality", made));
        }
    }
    if let Some(value) = row("availability").and_then(tenfold) {
        all.push(thing("impact", "availability", Properties::from([("availability_impact".to_owned(), value)])));
    }
}

fn lost(information: &str, loss: &str) -> Properties {
    Properties::from([("information_type".to_owned(), string(information)), ("loss_type".to_owned(), string(loss))])
}

/// Impacts in the words of RFC 7970 that the extension has, too.
fn stated(impact: &Group, all: &mut Vec<Thing>) {
    let loss = match word(impact, "/occurrence") {
        Some("actual") => Some("confirmed-loss"),
        Some("potential") => Some("suspected-loss"),
        _ => None,
    };
    let mut is_unavailable = false;
    for business in list(impact, "/business") {
        let severity = business.get("severity");
        let (category, mut made) = match (word(business, "/kind"), loss) {
            (Some("breach-privacy"), Some(loss)) => ("confidentiality", lost("pii", loss)),
            (Some("breach-proprietary"), Some(loss)) => ("confidentiality", lost("proprietary", loss)),
            (Some("degraded-reputation"), _) => {
                ("external", Properties::from([("impact_type".to_owned(), string("public-confidence"))]))
            }
            (Some("loss-of-service"), _) => {
                let mut made = Properties::new();
                let as_system = serde_json::json!({ "kind": "availability-service", "severity": severity });
                put(&mut made, &["availability_impact"], Some(&as_system), &AVAILABILITY);
                if made.is_empty() {
                    continue;
                }
                is_unavailable = true;
                ("availability", made)
            }
            _ => continue,
        };
        if category != "availability" {
            put(&mut made, &["criticality"], severity, &PRIORITY);
        }
        let text = word(business, "/descriptions/0/text");
        made.extend(text.map(|text| ("description".to_owned(), string(text))));
        all.push(thing("impact", category, made));
    }
    for system in get(impact, "/system").and_then(Json::as_array).into_iter().flatten().filter(|_| !is_unavailable) {
        let mut made = Properties::new();
        put(&mut made, &["availability_impact"], Some(system), &AVAILABILITY);
        if !made.is_empty() {
            all.push(thing("impact", "availability", made));
        }
    }
    for money in list(impact, "/monetary") {
        all.extend(amount("uncategorized", word(money, "/value"), None, word(money, "/currency"), None));
    }
}

/// A cost (§12).
fn cost(cost: &Group) -> Option<Thing> {
    if cost.get("excluded") == Some(&Json::Bool(true)) {
        return None;
    }
    let variety = words::variety(word(cost, "/kind").unwrap_or_default());
    let (least, most) = (word(cost, "/amount"), word(cost, "/amount_max"));
    amount(variety, least, most, word(cost, "/currency"), word(cost, "/text/text"))
}

/// What the recovery cost, where no cost is listed (§4.4).
fn recovery(record: &Group) -> Option<Thing> {
    let (value, currency) = (word(record, "/recovery/cost/amount"), word(record, "/recovery/cost/currency"));
    amount("response-and-recovery", value, None, currency, None)
}

/// An amount of money that is more than nothing; of a ransom that is demanded, the least is nothing (§4.8).
fn amount(
    variety: &str,
    least: Option<&str>,
    most: Option<&str>,
    currency: Option<&str>,
    text: Option<&str>,
) -> Option<Thing> {
    let number =
        |text: &str| Number::new(text.to_owned()).map(|number| (text.parse::<f64>().ok(), Value::from(number)));
    let (small, least) = number(least?)?;
    let (large, most) = most.and_then(number).unwrap_or((small, least.clone()));
    let is_amount = small.is_some_and(|small| small > 0.0) && large >= small && large.is_some_and(f64::is_finite);
    if !is_amount {
        return None;
    }
    let least = if variety == "ransom-demand" { Value::from(0_u64) } else { least };
    let mut made = Properties::from([
        ("variety".to_owned(), string(variety)),
        ("min_amount".to_owned(), least),
        ("max_amount".to_owned(), most),
        ("currency".to_owned(), string(currency?)),
    ]);
    made.extend(text.map(|text| ("description".to_owned(), string(text))));
    Some(thing("impact", "monetary", made))
}
