//! Where what IODEF and STIX say goes in records.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    cell::Cell,
    declared::Declared,
    fixtures, iodef_documents, leaves,
    outward::{EXTENSION_ID, unnumbered},
    records, translated,
};
use crate::{
    class::{ClassDef, FieldDef, Kind, Shape},
    format::Format,
    iodef::IodefDocument,
    stix::OBJECTS,
    translate::Fate,
};

/// By class and what it has, or by type and property: what becomes of it.
pub(super) type Table = BTreeMap<(String, String), Cell>;

/// The name under which a table has types that the specification does not.
pub(super) const OTHERS: &str = "any other type";

/// The field of a class that a step names, or what a choice in it has.
fn field(class: &'static ClassDef, name: &str) -> Option<&'static FieldDef> {
    class.fields.iter().find_map(|field| match (field.kind, (field.shape)()) {
        (Kind::Group, Shape::Class(group)) => (group.name == name).then_some(field),
        (_, Shape::Choice(choice)) => choice.variants.iter().find(|variant| variant.name == name),
        _ => (field.name == name).then_some(field),
    })
}

/// Class and name of a leaf.
fn of_class(path: &str) -> Option<(String, String)> {
    let path = unnumbered(path);
    let mut class: &'static ClassDef = &IodefDocument::DEF;
    let mut steps = path.strip_prefix("/IODEF-Document/")?.split('/').peekable();
    while let Some(step) = steps.next() {
        if let Some(attribute) = step.strip_prefix('@') {
            return Some((class.name.to_owned(), format!("@{attribute}")));
        }
        let found = field(class, step)?;
        match (found.shape)() {
            Shape::Class(inner) if steps.peek().is_some() => class = inner,
            Shape::Class(inner) => return Some((inner.name.to_owned(), content(inner).to_owned())),
            _ => return Some((class.name.to_owned(), step.to_owned())),
        }
    }
    None
}

/// How the page names what an element has in itself.
fn content(class: &'static ClassDef) -> &'static str {
    match class.fields.iter().any(|field| matches!(field.kind, Kind::Content | Kind::Mixed)) {
        true => "its text",
        false => "alone, with nothing in it",
    }
}

/// All that classes have and that is no class with a table of its own.
fn simple(root: &'static ClassDef) -> Table {
    let (mut table, mut seen, mut open) = (Table::new(), BTreeSet::new(), vec![root]);
    while let Some(class) = open.pop() {
        if !seen.insert(class.name) {
            continue;
        }
        let mut add = |name: &str| _ = table.insert((class.name.to_owned(), name.to_owned()), Cell::default());
        let chosen = class.fields.iter().flat_map(|field| match (field.shape)() {
            Shape::Choice(choice) => choice.variants.iter().collect::<Vec<_>>(),
            _ => vec![field],
        });
        for field in chosen {
            match (field.shape)() {
                Shape::Class(inner) => open.push(inner),
                Shape::Choice(_) => {}
                _ if field.kind == Kind::Attribute => {
                    [field.name].into_iter().chain(field.ext).for_each(|name| add(&format!("@{name}")));
                }
                _ if matches!(field.kind, Kind::Content | Kind::Mixed) => add(content(class)),
                _ => add(field.name),
            }
        }
    }
    table
}

pub(super) fn iodef(declared: &Declared) -> Table {
    let mut table = simple(&IodefDocument::DEF);
    let ours = records().filter_map(|bytes| Some(translated(&bytes, Format::Record, Format::IodefXml, true)?.0));
    for bytes in iodef_documents().chain(ours) {
        let texts = leaves(&bytes);
        let Some((_, account)) = translated(&bytes, Format::IodefXml, Format::Record, true) else { continue };
        for entry in account {
            let block = entry.path.rfind("AdditionalData[").and_then(|at| {
                let end = entry.path[at..].find(']')?;
                texts.get(&format!("{}/@formatid", &entry.path[..=at + end]))
            });
            let key = match block.map(String::as_str) {
                Some("urn:sirex:record:1") => ("AdditionalData".to_owned(), "blocks of ours".to_owned()),
                _ => match of_class(&entry.path) {
                    Some(key) => key,
                    None => panic!("{} is no place", entry.path),
                },
            };
            enter(table.entry(key).or_default(), &entry.fate, declared);
        }
    }
    table
}

pub(super) fn stix(declared: &Declared) -> Table {
    let mut table = Table::new();
    for def in OBJECTS {
        for property in def.family.common().iter().chain(def.own) {
            table.insert((def.name.to_owned(), property.name.to_owned()), Cell::default());
        }
    }
    table.remove(&("bundle".to_owned(), "objects".to_owned()));
    let ours = records().filter_map(|bytes| Some(translated(&bytes, Format::Record, Format::Stix, true)?.0));
    for bytes in fixtures("stix", Format::Stix).into_iter().chain(ours) {
        let Ok(document) = serde_json::from_slice::<serde_json::Value>(&bytes) else { continue };
        let Some((_, account)) = translated(&bytes, Format::Stix, Format::Record, true) else { continue };
        for entry in account {
            let rest = entry.path.strip_prefix("$.").unwrap_or_default();
            let (object, rest) = match rest.strip_prefix("objects[").and_then(|rest| rest.split_once("].")) {
                Some((number, rest)) => (&document["objects"][number.parse::<usize>().unwrap()], rest),
                None => (&document, rest),
            };
            let kind = object["type"].as_str().unwrap_or_default();
            let known = OBJECTS.iter().find(|def| def.name == kind);
            let property = rest.split(['.', '[']).next().unwrap_or(rest);
            let is_own = known
                .is_some_and(|def| def.family.common().iter().chain(def.own).any(|declared| declared.name == property));
            let kind = if kind == "bundle" || known.is_some() { kind } else { OTHERS };
            let property = match property {
                "extensions" if rest.contains(EXTENSION_ID) => "extensions: ours",
                property if is_own || kind == "bundle" => property,
                _ => "what the specification does not have",
            };
            let cell = table.entry((kind.to_owned(), property.to_owned())).or_default();
            match property {
                "extensions: ours" => cell.add(&Fate::Kept { to: "(as it says)".to_owned() }, str::to_owned),
                _ => enter(cell, &entry.fate, declared),
            }
        }
    }
    table
}

fn enter(cell: &mut Cell, fate: &Fate, declared: &Declared) {
    let place = |to: &str| if to.starts_with('$') { declared.short(to) } else { to.to_owned() };
    match fate {
        Fate::Carried { .. } => cell.add(&Fate::Carried { on: "(residue)".to_owned() }, place),
        fate => cell.add(fate, place),
    }
}
