//! Where the fields of records go.

use std::collections::BTreeMap;

use super::{cell::Cell, declared::Declared, leaves, records, translated};
use crate::{
    format::Format,
    translate::{Entry, Fate},
};

/// By type and field: what became of it in IODEF, and in STIX.
pub(super) type Table = BTreeMap<(String, &'static str), [Cell; 2]>;

/// Name of our blocks in AdditionalData that are for a gateway of ours.
const BLOCKS: &str = "(our blocks)";

/// Name of what came from IODEF and goes back where it was.
const RESIDUE: &str = "(residue of IODEF)";

/// Name of our extension of STIX.
pub(super) const EXTENSION: &str = "(our extension)";

/// The format of blocks that may be sent.
const SENT: &str = "urn:sirex:record:1";

/// The id that our extension has.
pub(super) const EXTENSION_ID: &str = "extension-definition--4c6f2a51-9d3e-4b7a-8f0d-2b6f6c1e7a93";

pub(super) fn table(declared: &Declared) -> Table {
    let mut table: Table = declared
        .0
        .iter()
        .flat_map(|(ty, of)| of.fields.iter().map(|(field, _)| ((ty.clone(), *field), Default::default())))
        .collect();
    let mut inside = Table::new();
    for bytes in records() {
        let made = |to, plain| translated(&bytes, Format::Record, to, plain);
        if let (Some((plain, mut account)), Some((whole, told))) =
            (made(Format::IodefXml, true), made(Format::IodefXml, false))
        {
            let mut texts = leaves(&plain);
            texts.extend(leaves(&whole));
            let mut whole: BTreeMap<String, Fate> = told.into_iter().map(|entry| (entry.path, entry.fate)).collect();
            // Blocks that may be sent stand in every document but a plain one.
            for entry in &mut account {
                if let Some(Fate::Carried { on }) = whole.get(&entry.path)
                    && texts.get(&format!("{on}/@formatid")).is_some_and(|format| format == SENT)
                {
                    entry.fate = Fate::Carried { on: on.clone() };
                    whole.remove(&entry.path);
                }
            }
            let place = |to: &str| iodef_place(to, &texts);
            add(&mut table, declared, 0, &account, |cell, entry| match (&entry.fate, whole.get(&entry.path)) {
                (Fate::Dropped { why }, Some(Fate::Carried { .. })) => cell.add_carried(BLOCKS, why),
                // A block that may be sent is a place for the page: it says which.
                (Fate::Carried { on }, _) if on.contains("AdditionalData") => {
                    cell.add(&Fate::Kept { to: on.clone() }, place);
                }
                (Fate::Carried { .. }, _) => cell.add_carried(RESIDUE, ""),
                (fate, _) => cell.add(fate, place),
            });
            groups(&mut table, declared, 0, &account, &place);
            around(&mut inside, declared, 0, &account, &whole);
        }
        if let Some((_, account)) = made(Format::Stix, false) {
            add(&mut table, declared, 1, &account, |cell, entry| match &entry.fate {
                Fate::Carried { on } if on.contains(EXTENSION_ID) => cell.add_carried(EXTENSION, ""),
                fate => cell.add(fate, stix_place),
            });
            groups(&mut table, declared, 1, &account, &stix_place);
            around(&mut inside, declared, 1, &account, &BTreeMap::new());
        }
    }
    for (key, inside) in inside {
        let cells = table.get_mut(&key).unwrap();
        let without_place = cells.iter_mut().zip(inside).filter(|(cell, _)| cell.is_empty());
        without_place.for_each(|(cell, inside)| *cell = inside);
    }
    table
}

/// Enters for all things with fields what became of what is in them.
fn around(table: &mut Table, declared: &Declared, format: usize, account: &[Entry], by: &BTreeMap<String, Fate>) {
    for entry in account {
        let mut steps = declared.way(&entry.path);
        if steps.pop().is_none_or(|leaf| leaf.field == "id") {
            continue;
        }
        for step in steps {
            let cell = &mut table.entry((step.ty.to_owned(), step.field)).or_default()[format];
            match (&entry.fate, by.get(&entry.path)) {
                (Fate::Dropped { .. }, Some(Fate::Carried { .. })) => cell.add_carried(BLOCKS, ""),
                (Fate::Kept { to } | Fate::Carried { on: to } | Fate::Coarsened { to, .. }, _)
                    if to.contains("AdditionalData") =>
                {
                    cell.add(&Fate::Kept { to: "(our AdditionalData)".to_owned() }, str::to_owned);
                }
                (Fate::Carried { .. }, _) => cell.add_carried([RESIDUE, EXTENSION][format], ""),
                (Fate::Dropped { .. }, _) => cell.add(&entry.fate, str::to_owned),
                (Fate::Kept { to }, _) if to.starts_with('(') => cell.add(&entry.fate, str::to_owned),
                _ => {}
            }
        }
    }
}

/// Enters the ends of leaves.
fn add(
    table: &mut Table,
    declared: &Declared,
    format: usize,
    account: &[Entry],
    mut enter: impl FnMut(&mut Cell, &Entry),
) {
    for entry in account {
        let Some(step) = declared.way(&entry.path).pop() else { continue };
        let cells = table.get_mut(&(step.ty.to_owned(), step.field)).unwrap();
        enter(&mut cells[format], entry);
    }
}

/// Enters what stands for a thing with fields: the place in which all of it is that is in no extension.
fn groups(table: &mut Table, declared: &Declared, format: usize, account: &[Entry], place: &dyn Fn(&str) -> String) {
    let mut around: BTreeMap<&str, (String, &'static str, String)> = BTreeMap::new();
    for entry in account {
        let (Fate::Kept { to } | Fate::Moved { to } | Fate::Coarsened { to, .. }) = &entry.fate else { continue };
        let is_place = to.contains(['/', '.'])
            && !to.starts_with('(')
            && !to.contains("AdditionalData")
            && !to.contains(EXTENSION_ID);
        let mut steps = declared.way(&entry.path);
        let leaf = steps.pop();
        if !is_place || leaf.is_none_or(|leaf| leaf.ty == "Carried") {
            continue;
        }
        for step in steps {
            let instance = &entry.path[..step.end];
            let known = around.entry(instance).or_insert_with(|| (step.ty.to_owned(), step.field, to.clone()));
            known.2 = common(&known.2, to);
        }
    }
    for (ty, field, mut to) in around.into_values().filter(|(_, _, to)| !to.is_empty()) {
        // An attribute stands for nothing but a marking.
        if let Some(at) = to.rfind("/@").filter(|_| field != "marking") {
            to.truncate(at);
        }
        let cell = &mut table.get_mut(&(ty, field)).unwrap()[format];
        cell.add(&Fate::Kept { to }, place);
    }
}

/// The steps with which both begin.
fn common(one: &str, other: &str) -> String {
    let cut = |path: &str| -> Vec<String> { path.split_inclusive(['/', '.']).map(str::to_owned).collect() };
    let (one, other) = (cut(one), cut(other));
    let bare = |step: &String| step.trim_end_matches(['/', '.']).to_owned();
    let same: String =
        one.iter().zip(&other).take_while(|(a, b)| bare(a) == bare(b)).map(|(a, _)| a.as_str()).collect();
    same.trim_end_matches(['/', '.']).to_owned()
}

/// A path without numbers.
pub(super) fn unnumbered(path: &str) -> String {
    path.split('[').map(|piece| piece.split_once(']').map_or(piece, |(_, rest)| rest)).collect()
}

/// A class path without numbers and without the document around it; blocks of ours by what they mean.
fn iodef_place(to: &str, texts: &BTreeMap<String, String>) -> String {
    if !to.starts_with('/') {
        return if to.starts_with('(') { to.to_owned() } else { "(where it came from)".to_owned() };
    }
    let block = to.rfind("AdditionalData[").and_then(|at| to[at..].find(']').map(|end| &to[..at + end + 1]));
    let text = |name: &str| block.and_then(|block| texts.get(&format!("{block}/@{name}")));
    let place = unnumbered(to);
    let place = place.strip_prefix("/IODEF-Document/").unwrap_or(&place).to_owned();
    let mut steps: Vec<&str> = place.split('/').collect();
    steps.dedup(); // events are in events
    // How an account names the text of an element that has attributes.
    let place = steps.join("/");
    let place = place.strip_suffix("/value").unwrap_or(&place);
    match (text("meaning"), text("formatid").map(String::as_str)) {
        (Some(meaning), Some("urn:sirex:record:1")) => format!("{place}[{meaning}]"),
        _ => place.to_owned(),
    }
}

/// A property by the type of its object.
fn stix_place(to: &str) -> String {
    if to.starts_with('(') {
        return to.to_owned();
    }
    if to.contains(EXTENSION_ID) {
        return EXTENSION.to_owned();
    }
    let (object, rest) = to.split_once('.').unwrap_or((to, ""));
    let kind = object.split("--").next().unwrap_or(object);
    let rest = unnumbered(rest);
    if rest.is_empty() { kind.to_owned() } else { format!("{kind}.{rest}") }
}
