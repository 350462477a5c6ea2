//! Whether a value keeps the rules of its tables: cardinality, extension pairs, registered values.

use super::{
    Fields, Node, Path, View,
    def::{FieldDef, Kind},
};
use crate::error::{Code, Finding, Position, Severity};

/// All breaches in `root` and below, in the order of the tables. Values in memory have no position.
pub fn check(root: &dyn Fields) -> Vec<Finding> {
    let mut findings = Vec::new();
    class(root, &Path::root(root.def().name), &mut findings);
    findings
}

fn class(class: &dyn Fields, path: &Path<'_>, findings: &mut Vec<Finding>) {
    let def = class.def();
    for (index, field) in def.fields.iter().enumerate() {
        let Some(slot) = class.slot(index) else { continue };
        if slot.is_empty() && field.card.required() {
            let at = match field.kind {
                Kind::Attribute => format!("{path}/@{}", field.name),
                Kind::Content | Kind::Mixed => path.to_string(),
                _ => format!("{path}/{}", field.name),
            };
            let expected = format!("a value: class {} requires it", def.name);
            findings.push(Finding::error(Code::ClassMissing, Position::default(), at, "nothing", expected));
        }
        for (i, node) in (0..slot.len()).filter_map(|i| Some((i, slot.get(i)?))) {
            let path = if field.card.many() { path.item(field.name, i + 1) } else { path.child(field.name) };
            value(field, node, &path, findings);
        }
    }
}

/// What the JSON form requires beyond [`check`]: fields that XML may leave out.
pub fn check_json(root: &dyn Fields) -> Vec<Finding> {
    let mut findings = Vec::new();
    json(root, &Path::root(root.def().name), &mut findings);
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
