//! Cyber-observable objects (§6) and what the record calls an observable.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{
    convert::{HASHES, NUMBER_AS_TEXT, PLAIN, TIME, TLP},
    fresh::Properties,
    pair::{Pair, Row, object},
    tree::{self, Group, get},
};
use crate::{
    error::Severity,
    json::{Limits, Value},
    stix::{self, Computed, computed},
};

const fn plain(properties: &'static [&'static str], member: &'static str) -> Row {
    Row { properties, member, by: &PLAIN }
}

const MARKING: Row =
    Row { properties: &["object_marking_refs", "granular_markings"], member: "/marking/tlp", by: &TLP };

macro_rules! observables {
    ($( $kind:literal $([$fixed:literal = $value:literal])? { $($row:expr;)* } )*) => {
        /// Every type of observable that the record has a member for. None is what a new element becomes.
        pub(super) static PAIRS: &[Pair] = &[ $( Pair {
            kind: $kind,
            list: "observables",
            element: "observable",
            default: false,
            fixed: &[ $( ($fixed, $value) )? ],
            rows: &[&[ $( $row, )* MARKING ]],
        } ),* ];
    };
}

observables! {
    "ipv4-addr" ["/observable/address/kind" = "ipv4-addr"] {
        plain(&["value"], "/observable/address/value");
    }
    "ipv6-addr" ["/observable/address/kind" = "ipv6-addr"] {
        plain(&["value"], "/observable/address/value");
    }
    "mac-addr" ["/observable/address/kind" = "mac"] {
        plain(&["value"], "/observable/address/value");
    }
    "email-addr" ["/observable/address/kind" = "e-mail"] {
        plain(&["value"], "/observable/address/value");
    }
    "autonomous-system" ["/observable/address/kind" = "asn"] {
        Row { properties: &["number"], member: "/observable/address/value", by: &NUMBER_AS_TEXT };
    }
    "domain-name" {
        plain(&["value"], "/observable/domain/name");
    }
    "url" {
        plain(&["value"], "/observable/url");
    }
    "mutex" {
        plain(&["name"], "/observable/mutex");
    }
    "user-account" {
        plain(&["account_login"], "/observable/account");
    }
    "file" {
        plain(&["name"], "/observable/files/files/0/name");
        plain(&["size"], "/observable/files/files/0/size");
        plain(&["mime_type"], "/observable/files/files/0/type");
        Row { properties: &["hashes"], member: "/observable/files/files/0/hashes", by: &HASHES };
    }
    "process" {
        plain(&["command_line"], "/observable/process/command_line");
        plain(&["pid"], "/observable/process/pid");
        Row { properties: &["created_time"], member: "/observable/process/started_at", by: &TIME };
    }
    "email-message" {
        plain(&["subject"], "/observable/email/subject");
        plain(&["body"], "/observable/email/body");
    }
    "windows-registry-key" {
        plain(&["key"], "/observable/registry_change/keys/0/name");
    }
}

/// The objects that say what an element of `observables` has observed, by their ids, which follow from them (§2.9).
pub(super) fn objects(group: &Group) -> Vec<(String, Properties)> {
    let Some(Json::Object(observable)) = group.get("observable") else { return Vec::new() };
    let files = get(observable, "/files/files").and_then(Json::as_array);
    let single = |file: &Json| Group::from_iter([("files".to_owned(), json!({ "files": [file] }))]);
    let observed: Vec<Group> = match files {
        Some(files) => files.iter().map(single).collect(),
        None => vec![observable.clone()],
    };
    let mut made: Vec<(String, Properties)> = Vec::new();
    for observable in observed {
        let group = Group::from_iter([("observable".to_owned(), Json::Object(observable))]);
        let found = PAIRS.iter().find_map(|pair| object_of(pair, &group));
        found.into_iter().for_each(|one| once(&mut made, one));
    }
    made
}

fn once(made: &mut Vec<(String, Properties)>, one: (String, Properties)) {
    if made.iter().all(|(known, _)| *known != one.0) {
        made.push(one);
    }
}

/// The objects that say by what a system is found: its names and addresses.
pub(super) fn of_system(system: &Group) -> Vec<(String, Properties)> {
    let list = |name: &str| system.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
    let domains = list("domains").into_iter().map(|domain| json!({ "domain": domain }));
    let addresses = list("addresses").into_iter().map(|address| json!({ "address": address }));
    let mut made: Vec<(String, Properties)> = Vec::new();
    for observable in domains.chain(addresses) {
        let found = objects(&Group::from_iter([("observable".to_owned(), observable)]));
        found.into_iter().for_each(|one| once(&mut made, one));
    }
    made
}

/// The object of one type, if it can be written without a finding.
fn object_of(pair: &Pair, group: &Group) -> Option<(String, Properties)> {
    let fits = |(pointer, value): &(&str, &str)| get(group, pointer).and_then(Json::as_str) == Some(*value);
    if !pair.fixed.iter().all(fits) {
        return None;
    }
    let mut properties = pair.write(group.clone(), &Properties::new(), &BTreeSet::new(), "$").properties;
    properties.insert("spec_version".to_owned(), Value::string("2.1"));
    let Computed::Id(id) = computed(pair.def()?, &object(properties.clone())) else { return None };
    properties.insert("id".to_owned(), Value::string(id.clone()));
    let text = tree::text(&object(properties.clone()));
    let read = stix::decode(text.as_bytes(), &Limits::default()).ok()?;
    let good = read.findings.iter().all(|finding| finding.severity < Severity::Warning);
    (good && pair.is_whole(&properties, true)).then_some((id, properties))
}
