//! Whether a value keeps the rules of its tables: cardinality, extension pairs, registered values; and those of its format.
//! What concerns a class as a whole, readers find when they have read the class, since they know its place.

use super::{
    Fields, Node, Path, View,
    def::{FieldDef, Kind, Marked, Shape},
    filled,
    rules::{Place, Rules},
};
use crate::error::{Code, Finding, Position, Severity};

/// What is wrong with a class as a whole that was read. What stands below it has been looked at already, save for what has
/// no place of its own: the fields of a group and, in JSON, what is in a wrapper.
pub(super) fn complete(class: &dyn Fields, place: &dyn Place, rules: &mut dyn Rules, findings: &mut Vec<Finding>) {
    let json = place.json();
    let mut missing = |severity, field, expected| {
        let (position, path) = (place.position(Some(field), 0), place.path(Some(field), 0));
        findings.push(Finding::new(severity, Code::ClassMissing, position, path, "nothing", expected));
    };
    for field in lacking(class).filter(|field| !place.tried(field)) {
        missing(Severity::Error, field, required(class, field));
    }
    if json {
        for field in lacking_of(class, class.def().json_required).filter(|field| !field.card.required()) {
            // XML has a meaning for its absence, and so what the document says can be taken.
            missing(Severity::Warning, field, required_in_json(class));
        }
    }
    for index in class.def().inner.indices() {
        let stands_here = |field: &FieldDef| json || field.kind == Kind::Group;
        let slot = class.def().fields.get(index).filter(|field| stands_here(field)).and_then(|_| class.slot(index));
        let Some(slot) = slot else { continue };
        for node in (0..slot.len()).filter_map(|i| slot.get(i)) {
            if let View::Class(inner) = node.view() {
                complete(inner, place, rules, findings);
            }
        }
    }
    rules.class(class, place, findings);
}

fn required_in_json(class: &dyn Fields) -> String {
    format!("a value: the JSON form of {} requires it", class.def().name)
}

/// The required fields that are not there.
fn lacking(class: &dyn Fields) -> impl Iterator<Item = &'static FieldDef> {
    lacking_of(class, class.def().required)
}

/// Those of the marked fields that are not there.
fn lacking_of(class: &dyn Fields, marked: Marked) -> impl Iterator<Item = &'static FieldDef> {
    let def = class.def();
    marked.without(class.filled()).indices().filter_map(|index| def.fields.get(index))
}

/// What a required field should have.
fn required(class: &dyn Fields, field: &FieldDef) -> String {
    let name = class.def().name;
    match (field.shape)() {
        Shape::Choice(choice) => {
            let names: Vec<_> = choice.variants.iter().map(|variant| variant.name).collect();
            format!("one of {}: class {name} requires it", names.join(", "))
        }
        _ => format!("a value: class {name} requires it"),
    }
}

/// All that is wrong in `root` and below, in the order of the tables, by them and by the format's rules. Values in memory
/// have no position.
pub fn check(root: &dyn Fields, rules: &mut dyn Rules) -> Vec<Finding> {
    let mut findings = Vec::new();
    check_part(root, &Path::root(root.def().name), &[], rules, &mut findings);
    rules.end(&mut |finding| findings.push(finding));
    findings
}

/// The same for a part of a document, which stands at `path`, but for its lists at the end of the routes `seen`, which were
/// looked at before. The document goes on after it.
pub fn check_part(
    part: &dyn Fields,
    path: &Path<'_>,
    seen: &[&[usize]],
    rules: &mut dyn Rules,
    findings: &mut Vec<Finding>,
) {
    Checked { rules, findings }.class(part, path, seen);
}

/// A check of something in memory.
struct Checked<'r> {
    rules: &'r mut dyn Rules,
    findings: &'r mut Vec<Finding>,
}

impl Checked<'_> {
    fn class(&mut self, class: &dyn Fields, path: &Path<'_>, seen: &[&[usize]]) {
        for field in lacking(class) {
            let (at, expected) = (path.of(field), required(class, field));
            self.findings.push(Finding::error(Code::ClassMissing, Position::default(), at, "nothing", expected));
        }
        for (index, field, slot) in filled(class) {
            let below: Vec<&[usize]> = seen
                .iter()
                .filter_map(|route| route.split_first().filter(|(at, _)| **at == index))
                .map(|(_, r)| r)
                .collect();
            if below.iter().any(|route| route.is_empty()) {
                continue;
            }
            for (i, node) in (0..slot.len()).filter_map(|i| Some((i, slot.get(i)?))) {
                let path = if field.card.many() { path.item(field.name, i + 1) } else { path.child(field.name) };
                self.value(field, node, &path, &below);
            }
        }
        self.rules.class(class, path, self.findings);
    }

    fn value(&mut self, field: &FieldDef, node: &dyn Node, path: &Path<'_>, seen: &[&[usize]]) {
        let mut report = |severity, code, found: &str, expected: String| {
            self.findings.push(Finding::new(severity, code, Position::default(), path.to_string(), found, expected));
        };
        match node.view() {
            View::Class(inner) => self.class(inner, path, seen),
            View::Choice(variant, inner) => self.value(variant, inner, path, &[]),
            View::Simple(simple) => {
                if !(simple.def().accepts)(simple.text()) {
                    report(Severity::Error, Code::ValueInvalid, simple.text(), simple.def().expected.to_owned());
                }
            }
            View::Coded(coded) if coded.text() == "ext-value" && coded.ext().is_none() => {
                let expected =
                    format!("{} beside it", field.ext.unwrap_or("a registered value: there is no ext- attribute"));
                report(Severity::Error, Code::ExtValuePair, "ext-value alone", expected);
            }
            View::Coded(coded) if !coded.is_registered() => {
                let expected = format!("one of {}", coded.def().values.join(", "));
                report(Severity::Warning, Code::ValueUnknown, coded.text(), expected);
            }
            View::Coded(_) | View::Foreign(_) => {}
        }
    }
}

/// The place of something in memory.
impl Place for Path<'_> {
    fn json(&self) -> bool {
        false
    }
    fn position(&self, _: Option<&FieldDef>, _: usize) -> Position {
        Position::default()
    }
    fn tried(&self, _: &FieldDef) -> bool {
        false
    }
    fn path(&self, field: Option<&FieldDef>, item: usize) -> String {
        field.map_or_else(|| self.to_string(), |field| self.of_item(field, item))
    }
}

/// What the JSON form requires beyond [`check`]: fields that XML may leave out.
pub fn check_json(root: &dyn Fields) -> Vec<Finding> {
    check_json_at(root, &Path::root(root.def().name))
}

/// The same for what stands at `path`.
pub fn check_json_at(root: &dyn Fields, path: &Path<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    json(root, path, &mut findings);
    findings
}

fn json(class: &dyn Fields, path: &Path<'_>, findings: &mut Vec<Finding>) {
    let def = class.def();
    for index in class.filled().and(def.json_required).indices() {
        let (Some(field), Some(slot)) = (def.fields.get(index), class.slot(index)) else { continue };
        if slot.is_empty() {
            let at = if field.kind == Kind::Attribute { format!("{path}/@{}", field.name) } else { path.to_string() };
            let expected = required_in_json(class);
            findings.push(Finding::error(Code::ClassMissing, Position::default(), at, "nothing", expected));
        }
        for (i, node) in (0..slot.len()).filter_map(|i| Some((i, slot.get(i)?))) {
            let path = if field.card.many() { path.item(field.name, i + 1) } else { path.child(field.name) };
            match node.view() {
                View::Class(inner) => json(inner, &path, findings),
                View::Choice(_, inner) => {
                    if let View::Class(inner) = inner.view() {
                        json(inner, &path, findings);
                    }
                }
                _ => {}
            }
        }
    }
}
