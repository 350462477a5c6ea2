//! The house: who may know whom (docs/architecture.md), and that the documents name what is there, held by reading the
//! sources.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The rooms from the top floor down, and what each may use beside the rooms on floors below. A room that is not built
/// yet is absent from `src` and does no harm here.
const FLOORS: &[&[(&str, &[&str])]] = &[
    &[("cli", &[]), ("output", &[]), ("commands", &["cli", "output"]), ("console", &[])],
    &[("exchange", &[])],
    &[("transport", &[]), ("compliance", &[])],
    &[("translate", &[]), ("sharing", &["partner"]), ("partner", &[])],
    &[("openpgp", &["audit", "store"]), ("tls", &[]), ("store", &["audit"]), ("audit", &[])],
    &[
        ("gate", &["xml", "json", "cbor"]),
        ("iodef", &["class", "xml", "json", "cbor"]),
        ("iodef1", &["class", "xml"]),
        ("stix", &["class", "json"]),
        ("csaf", &["json"]),
        ("rid_message", &["class", "xml", "iodef", "iodef1"]),
        ("record", &["json"]),
        ("class", &["xml", "json", "cbor"]),
        ("xml", &["json", "cbor"]),
        ("json", &["cbor"]),
        ("cbor", &[]),
    ],
];

/// Known by all.
const GROUND: &[&str] = &["config", "digest", "error", "format", "marking", "spool", "time", "world"];

/// Floors reach down, but the ground floor has rooms that some above must not enter (beside what `FLOORS` says).
const FORBIDDEN: &[(&str, &str)] = &[
    // Its independence is an arrow: the gate reads final bytes and must not share the translator's mistakes.
    ("sharing", "translate"),
    ("transport", "record"),
    ("store", "record"),
    ("openpgp", "record"),
    ("tls", "record"),
    ("audit", "record"),
];

/// A crate that only one room names.
const SOLE_USERS: &[(&str, &str)] = &[
    ("quick_xml", "xml"),
    ("ciborium_ll", "cbor"),
    ("sqlx", "store"),
    ("sequoia_openpgp", "openpgp"),
    ("rustls", "tls"),
    ("tokio_rustls", "tls"),
    ("serde_json_path", "sharing"),
];

/// A constructor that only one place calls: what is called, and the rooms or files that may.
const SOLE_CALLERS: &[(&str, &[&str])] = &[
    ("Cleared::certify(", &["src/gate/"]),
    (".sealed(", &["src/openpgp/", "src/gate/"]),
    ("Released::for_partner(", &["src/sharing/", "src/record/"]),
];

/// Lines of a hand-written file, tests aside.
const LONGEST_FILE: usize = 700;

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

/// Every Rust file below a folder of the tree, by its path in the tree.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&Path::new(ROOT).join(folder), &mut paths);
    paths.sort();
    paths.iter().map(|path| path.strip_prefix(ROOT).unwrap().to_owned()).collect()
}

fn sources() -> Vec<Source> {
    let source = |path: PathBuf| {
        let room = path.components().nth(1).unwrap().as_os_str().to_string_lossy();
        let room = room.strip_suffix(".rs").unwrap_or(&room).to_owned();
        let text = fs::read_to_string(Path::new(ROOT).join(&path)).unwrap();
        let text = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        Source { path, room, text }
    };
    let all: Vec<_> = rust_files("src").into_iter().map(source).collect();
    assert!(all.len() > 10, "the sources were not found");
    all
}

/// The rooms that a source names by `crate::room` or `use crate::{room, ...}`.
fn rooms_named(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with('$') {
            continue; // a macro's own path: counted where the macro is defined
        }
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut name = String::new();
            let mut fresh = true;
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => fresh = true,
                    c if depth == 0 && fresh && (c.is_alphanumeric() || c == '_') => name.push(c),
                    _ if depth == 0 && !name.is_empty() => {
                        rooms.insert(std::mem::take(&mut name));
                        fresh = false;
                    }
                    _ => {}
                }
            }
            if !name.is_empty() {
                rooms.insert(name);
            }
        } else {
            rooms.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    rooms
}

fn floor_of(room: &str) -> Option<(usize, &'static [&'static str])> {
    FLOORS.iter().enumerate().find_map(|(floor, rooms)| {
        rooms.iter().find(|(name, _)| *name == room).map(|(_, neighbours)| (floor, *neighbours))
    })
}

fn may_use(room: &str, other: &str) -> bool {
    if room == other || GROUND.contains(&other) {
        return true;
    }
    if FORBIDDEN.contains(&(room, other)) || GROUND.contains(&room) {
        return false;
    }
    match (floor_of(room), floor_of(other)) {
        (Some((mine, neighbours)), Some((theirs, _))) => mine < theirs || neighbours.contains(&other),
        _ => false,
    }
}

#[test]
fn every_room_is_in_the_plan() {
    for source in sources() {
        let known = ["lib", "main"].contains(&&*source.room) || GROUND.contains(&&*source.room);
        assert!(known || floor_of(&source.room).is_some(), "{} is in no floor", source.path.display());
    }
}

#[test]
fn arrows_point_down() {
    let rooms: Vec<String> = FLOORS.iter().flat_map(|floor| floor.iter().map(|(name, _)| (*name).to_owned())).collect();
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| !["lib", "main"].contains(&&*source.room)) {
        for other in rooms_named(&source.text).into_iter().filter(|other| rooms.contains(other)) {
            // The macros of `class` are exported at the crate's root under the names of the mechanism.
            if !may_use(&source.room, &other) {
                broken.push(format!("{}: {} must not use {other}", source.path.display(), source.room));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn one_room_names_each_foreign_crate() {
    let mut broken = Vec::new();
    for source in sources() {
        for (library, owner) in SOLE_USERS {
            let named =
                source.text.contains(&format!("{library}::")) || source.text.contains(&format!("use {library}"));
            let part_of_another =
                *library == "rustls" && !source.text.replace("tokio_rustls::", "").contains("rustls::");
            if named && !part_of_another && source.room != *owner {
                broken.push(format!("{}: only {owner} names {library}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_maker_has_its_callers() {
    let mut broken = Vec::new();
    for source in sources() {
        let path = source.path.to_string_lossy();
        for (call, allowed) in SOLE_CALLERS {
            if source.text.contains(call) && !allowed.iter().any(|prefix| path.starts_with(prefix)) {
                broken.push(format!("{path}: {call}..) is called in {} only", allowed.join(", ")));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_stay_readable() {
    let long: Vec<_> = sources()
        .iter()
        .filter(|source| !source.path.to_string_lossy().contains("test"))
        .filter(|source| source.text.lines().count() > LONGEST_FILE)
        .map(|source| format!("{} has more than {LONGEST_FILE} lines of code", source.path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_rules_catch_what_they_forbid() {
    assert!(!may_use("gate", "record") && !may_use("gate", "iodef") && !may_use("gate", "class"));
    assert!(!may_use("iodef", "record") && !may_use("record", "iodef") && !may_use("store", "sharing"));
    assert!(!may_use("sharing", "translate") && !may_use("transport", "record") && !may_use("translate", "exchange"));
    assert!(may_use("translate", "iodef") && may_use("exchange", "store") && may_use("gate", "xml"));
    let named = rooms_named("use crate::{\n    error::{Code, Finding},\n    xml,\n};\nfn f() { crate::json::x() }");
    assert_eq!(named.into_iter().collect::<Vec<_>>(), ["error", "json", "xml"]);
}

/// The names of all tests, as `cargo test` has them; the first part is the room, or the file in `tests/`.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in ["src", "tests"].iter().flat_map(|folder| rust_files(folder)) {
        let text = fs::read_to_string(Path::new(ROOT).join(&path)).unwrap();
        let steps: Vec<_> =
            path.with_extension("").iter().skip(1).map(|step| step.to_string_lossy().into_owned()).collect();
        let mut module: Vec<&str> =
            steps.iter().map(String::as_str).filter(|step| !["mod", "main"].contains(step)).collect();
        let (mut attributed, mut suite) = (false, false);
        for line in text.lines() {
            let word = line.trim();
            if word == "mod tests {" {
                module.push("tests");
            }
            // A suite lists its tests by name (`src/store/tests/bench.rs`).
            suite = (suite || line == "suite! {") && line != "}";
            let name = word.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next());
            match name.filter(|_| attributed).or(Some(word).filter(|_| suite && line != "suite! {")) {
                Some(name) => _ = found.insert(format!("{}::{name}", module.join("::"))),
                None if word.starts_with("#[test]") || word.starts_with("#[tokio::test") => attributed = true,
                None => {}
            }
            attributed &= name.is_none();
        }
    }
    found
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The rows of `docs/features.md`: number, state, evidence.
fn features() -> Vec<(String, String, String)> {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/features.md")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let number = cells.get(1)?.strip_prefix(['R', 'S'])?;
        number.parse::<u32>().ok()?;
        Some((cells[1].to_owned(), cells[3].to_owned(), cells[4..].join("|")))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn features_name_tests_that_are_there() {
    let tests = tests();
    assert!(tests.len() > 300, "the tests were not found");
    let is_test =
        |name: &&str| name.contains("::") && name.split("::").any(|step| step.contains('_') || step == "tests");
    let mut broken = Vec::new();
    for (number, state, evidence) in features() {
        let named: Vec<&str> = quoted(&evidence).filter(is_test).collect();
        broken.extend(
            named.iter().filter(|name| !tests.contains(**name)).map(|name| format!("{number}: no test {name}")),
        );
        if state == "works" && named.is_empty() {
            broken.push(format!("{number} works, by no test"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn features_are_all_listed_and_counted() {
    let rows = features();
    for (letter, what, last) in [("R", "requirements", 177), ("S", "systems", 28)] {
        let of: Vec<_> = rows.iter().filter(|(number, ..)| number.starts_with(letter)).collect();
        let expected: Vec<String> = (1..=last).map(|number| format!("{letter}{number}")).collect();
        assert_eq!(of.iter().map(|(number, ..)| number.clone()).collect::<Vec<_>>(), expected);
        let count = |state: &str| of.iter().filter(|(_, found, _)| found == state).count();
        let [works, partial, absent] = ["works", "partial", "absent"].map(count);
        assert_eq!(works + partial + absent, last);
        let counted = format!("| {what} | {works} | {partial} | {absent} | {last} |");
        let text = fs::read_to_string(Path::new(ROOT).join("docs/features.md")).unwrap();
        assert!(text.contains(&counted), "docs/features.md lacks {counted}");
    }
}
