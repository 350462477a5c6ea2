//! The page itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{cell::Cell, declared::Declared, inward, outward};

/// Sections of the record model, by the number with which the description of a field begins.
const SECTIONS: &[(&str, &str)] = &[
    ("0a", "Residue"),
    ("1", "Identity and administration"),
    ("2", "Reporter and intake"),
    ("3", "Event report form"),
    ("4", "Incident report form"),
    ("5", "E.409"),
    ("6", "Taxonomies"),
    ("7", "Lifecycle"),
    ("8", "Timeline"),
    ("9", "Evidence and custody"),
    ("10", "Technical facts"),
    ("11", "Parties and contacts"),
    ("12", "Costs"),
    ("13", "Lessons and improvement"),
    ("14", "Handling and release"),
    ("15", "Messages"),
    ("16", "Regulatory facts"),
    ("17", "Obligations and submissions"),
    ("21", "Rules of the record"),
];

/// What all elements have stands in one table.
const EVERY: &[&str] = &["id", "origins", "carried"];

pub(super) fn page() -> String {
    let declared = Declared::new();
    let mut page = include_str!("page.md").to_owned();
    from_records(&declared, &mut page);
    page.push_str("\n## From IODEF\n\nBy class.\n");
    into_records(inward::iodef(&declared), &mut page);
    page.push_str("\n## From STIX\n\nBy type. What stands below a property is in its row.\n");
    into_records(inward::stix(&declared), &mut page);
    page
}

/// Rows with equal cells become one, where the first of them stands.
fn merged<C: PartialEq>(rows: impl IntoIterator<Item = (String, C)>) -> Vec<(Vec<String>, C)> {
    let mut all: Vec<(Vec<String>, C)> = Vec::new();
    for (name, cells) in rows {
        match all.iter_mut().find(|(_, known)| *known == cells) {
            Some((names, _)) => names.push(name),
            None => all.push((vec![name], cells)),
        }
    }
    all
}

fn names(names: &[String]) -> String {
    let quoted: Vec<_> =
        names.iter().map(|name| if name.contains(' ') { name.clone() } else { format!("`{name}`") }).collect();
    quoted.join(", ")
}

/// The section that a description names first.
fn section(about: &str) -> &str {
    let number = about.strip_prefix('§').unwrap_or_default();
    let end = number.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(number.len());
    let number = &number[..end];
    SECTIONS.iter().find(|(known, _)| *known == number).map_or("", |(known, _)| known)
}

fn from_records(declared: &Declared, page: &mut String) {
    let table = outward::table(declared);
    let row = |ty: &str, field: &'static str| table[&(ty.to_owned(), field)].clone();
    page.push_str("\n## From records\n");
    let elements: Vec<&str> = declared.0.iter().filter(|(_, of)| of.is_element()).map(|(ty, _)| ty.as_str()).collect();
    let every = EVERY.iter().map(|field| {
        let mut cells: [Cell; 2] = Default::default();
        for ty in &elements {
            let own = row(ty, field);
            cells.iter_mut().zip(&own).for_each(|(all, own)| all.merge(own));
        }
        ((*field).to_owned(), cells)
    });
    page.push_str("\n### Every element\n\n");
    rows(every.collect::<Vec<_>>(), page);
    let record = &declared.0["Record"];
    for (number, title) in SECTIONS.iter().chain(&[("", "Frame of the document")]) {
        let fields = record.fields.iter().filter(|(field, _)| section(&record.abouts[field]) == *number);
        let own: Vec<_> = fields
            .filter(|(field, _)| !EVERY.contains(field))
            .map(|(field, ty)| (typed(field, ty), row("Record", field)))
            .collect();
        if !own.is_empty() {
            let number = if number.is_empty() { String::new() } else { format!("§{number} ") };
            _ = write!(page, "\n### {number}{title}\n\n");
            rows(own, page);
        }
    }
    page.push_str("\n### Types\n\nWhat the fields above and below consist of, wherever it stands.\n");
    for (ty, of) in declared.0.iter().filter(|(ty, _)| *ty != "Record") {
        let is_element = of.is_element();
        let own: Vec<_> = of
            .fields
            .iter()
            .filter(|(field, _)| !(is_element && EVERY.contains(field)))
            .map(|(field, inner)| (*field, typed(field, inner), row(ty, field)))
            .collect::<Vec<_>>();
        let own: Vec<_> = own
            .iter()
            .map(|(field, shown, cells)| {
                let of = |format: usize| {
                    let others = own.iter().filter(|(other, ..)| other != field).map(|(.., cells)| &cells[format]);
                    cells[format].clone().own(&others.collect::<Vec<_>>())
                };
                (shown.clone(), [of(0), of(1)])
            })
            .collect();
        let about = of.about.lines().next().unwrap_or_default();
        _ = write!(page, "\n#### {ty}\n\n{about}\n\n");
        rows(own, page);
    }
}

/// A field, with the type that has a table of its own.
fn typed(field: &str, ty: &Option<String>) -> String {
    ty.as_ref().map_or_else(|| field.to_owned(), |ty| format!("`{field}` ([{ty}](#{}))", ty.to_lowercase()))
}

fn rows(own: Vec<(String, [Cell; 2])>, page: &mut String) {
    page.push_str("| field | IODEF | STIX |\n| --- | --- | --- |\n");
    let own = own.into_iter().map(|(name, [iodef, stix])| (name, (iodef.to_string(), stix.to_string())));
    for (fields, (iodef, stix)) in merged(own) {
        _ = writeln!(page, "| {} | {iodef} | {stix} |", names(&fields));
    }
}

fn into_records(table: inward::Table, page: &mut String) {
    let mut classes: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for ((class, what), cell) in table {
        classes.entry(class).or_default().push((what, cell.to_string()));
    }
    // Classes that say the same of all that they have stand together.
    let mut same: BTreeMap<Vec<(Vec<String>, String)>, BTreeSet<String>> = BTreeMap::new();
    for (class, rows) in classes {
        same.entry(merged(rows)).or_default().insert(class);
    }
    let mut sorted: Vec<_> = same.into_iter().map(|(rows, classes)| (classes, rows)).collect();
    sorted.sort();
    for (classes, rows) in sorted {
        let classes: Vec<String> = classes.into_iter().collect();
        _ = write!(page, "\n### {}\n\n| of it | record |\n| --- | --- |\n", classes.join(", "));
        for (what, cell) in rows {
            _ = writeln!(page, "| {} | {cell} |", names(&what));
        }
    }
}
