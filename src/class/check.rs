//! Whether a value keeps the rules of its tables: cardinality, extension pairs, registered values. What concerns a class
//! as a whole is a [`Breach`]; readers find it when they have read the class, since they know its place.

use super::{
    Fields, Node, Path, View,
    def::{FieldDef, JsonField, Kind, Shape},
};
use crate::error::{Code, Finding, Position, Severity};

/// What is wrong with a class as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Breach {
    /// How much it matters.
    pub severity: Severity,
    /// Which kind of rule.
    pub code: Code,
    /// Name of the field that is missing or wrong; empty for the class itself.
    pub field: &'static str,
    /// What is there.
    pub found: String,
    /// What should be there.
    pub expected: String,
}

impl Breach {
    /// The table's field of that name.
    pub(super) fn field(&self, class: &dyn Fields) -> Option<&'static FieldDef> {
        class.def().fields.iter().find(|field| !self.field.is_empty() && field.name == self.field)
    }
}

/// What a class that was read lacks. What stands below it has been looked at already,
/// save for what has no place of its own: the fields of a group and, in JSON, what is in a wrapper.
pub(super) fn complete(class: &dyn Fields, json: bool, report: &mut dyn FnMut(&dyn Fields, Breach)) {
    for field in lacking(class) {
        let expected = required(class, field);
        let (severity, code, found) = (Severity::Error, Code::ClassMissing, "nothing".to_owned());
        report(class, Breach { severity, code, field: field.name, found, expected });
    }
    for (index, field) in class.def().fields.iter().enumerate() {
        let wrapper = json && matches!(field.json, JsonField::Unwrapped(_));
        let Some(slot) = class.slot(index).filter(|_| wrapper || field.kind == Kind::Group) else { continue };
        for node in (0..slot.len()).filter_map(|i| slot.get(i)) {
            if let View::Class(inner) = node.view() {
                complete(inner, json, report);
            }
        }
    }
}

/// The required fields that are not there.
fn lacking(class: &dyn Fields) -> impl Iterator<Item = &'static FieldDef> {
    let fields = class.def().fields.iter().enumerate();
    fields.filter_map(|(index, field)| (field.card.required() && class.slot(index)?.is_empty()).then_some(field))
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

/// All breaches in `root` and below, in the order of the tables. Values in memory have no position.
pub fn check(root: &dyn Fields) -> Vec<Finding> {
    check_at(root, &Path::root(root.def().name))
}

/// The same for what stands at `path`.
pub fn check_at(root: &dyn Fields, path: &Path<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    class(root, path, &mut findings);
    findings
}

fn class(class: &dyn Fields, path: &Path<'_>, findings: &mut Vec<Finding>) {
    let def = class.def();
    for field in lacking(class) {
        let expected = required(class, field);
        findings.push(Finding::error(Code::ClassMissing, Position::default(), path.of(field), "nothing", expected));
    }
    for (index, field) in def.fields.iter().enumerate() {
        let Some(slot) = class.slot(index) else { continue };
        for (i, node) in (0..slot.len()).filter_map(|i| Some((i, slot.get(i)?))) {
            let path = if field.card.many() { path.item(field.name, i + 1) } else { path.child(field.name) };
            value(field, node, &path, findings);
        }
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
    for (index, field) in def.fields.iter().enumerate() {
        let Some(slot) = class.slot(index) else { continue };
        if slot.is_empty() && field.json_required {
            let at = if field.kind == Kind::Attribute { format!("{path}/@{}", field.name) } else { path.to_string() };
            let expected = format!("a value: the JSON form of {} requires it", def.name);
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

fn value(field: &FieldDef, node: &dyn Node, path: &Path<'_>, findings: &mut Vec<Finding>) {
    let mut report = |severity, code, found: &str, expected: String| {
        findings.push(Finding::new(severity, code, Position::default(), path.to_string(), found, expected));
    };
    match node.view() {
        View::Class(inner) => class(inner, path, findings),
        View::Choice(variant, inner) => value(variant, inner, path, findings),
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
