//! What RFC 7970 asks for beyond its classes, where a record says enough for it or the RFC has a word for what is not known.

use crate::{
    class::{self, ClassDef, FieldDef, Fields, Kind, Path, Slot, View},
    error::Code,
    iodef::{
        Change, DomainData, IodefDocument,
        rules::RULES,
        vocab::{DomainStatus, DomainSystemStatus},
    },
};

/// Says in a document what its records say elsewhere, and what RFC 7970 requires of everybody and has `unknown` for.
pub(in crate::translate) fn say_what_is_unsaid(made: &mut IodefDocument) {
    // All texts are in incidents: where each of these has its own language, that of the document changes none (§6).
    let languages: Option<Vec<_>> = made.incident.iter().map(|incident| incident.lang.as_ref()).collect();
    let first = languages.and_then(|languages| languages.first().copied().cloned());
    made.lang = made.lang.take().or(first);
    say_states(made);
}

/// The same of a document that is not all there yet, so that it is not known whether each of its records has a language.
pub(in crate::translate) fn say_states(made: &mut IodefDocument) {
    class::each_class(made, &Path::root(IodefDocument::DEF.name), &mut |class, _| say_unknown(class));
}

/// Says that a state is not known, where RFC 7970 requires one.
pub(in crate::translate::iodef) fn say_unknown(class: &mut dyn Fields) {
    if let Some(domain) = class.any_mut().downcast_mut::<DomainData>() {
        domain.system_status.get_or_insert_with(|| DomainSystemStatus::Unknown.into());
        domain.domain_status.get_or_insert_with(|| DomainStatus::Unknown.into());
    }
}

/// Leaves out elements of which the RFC asks that something be in them, and that have nothing but a marking: what is in
/// the record has no place there, or may not be seen.
pub(in crate::translate) fn leave_out_hollow(made: &mut IodefDocument) -> Vec<Change> {
    let mut changes = Vec::new();
    let root = Path::root(IodefDocument::DEF.name);
    // An incident stays: whoever writes it says what it lacks.
    for (i, incident) in made.incident.iter_mut().enumerate() {
        class::each_class(incident, &root.item("Incident", i + 1), &mut |class, path| {
            hollow_fields(class, path, &mut changes);
        });
    }
    changes
}

fn hollow_fields(class: &mut dyn Fields, path: &Path<'_>, changes: &mut Vec<Change>) {
    for (index, field) in class.def().fields.iter().enumerate().filter(|(_, field)| field.kind == Kind::Element) {
        let Some(slot) = class.slot_mut(index).filter(|slot| !slot.is_empty()) else { continue };
        let hollow: Vec<usize> = (0..slot.len()).filter(|i| is_hollow_at(slot, *i)).collect();
        // What the class cannot be without goes with it, or stays with it.
        if field.card.required() && hollow.len() == slot.len() {
            continue;
        }
        for i in hollow.into_iter().rev() {
            let how = format!("left out: nothing of the record has a place in this {}", field.name);
            changes.push(Change { path: place(path, field, i), how, to: None, left_out: true });
            slot.remove(i);
        }
    }
}

fn place(path: &Path<'_>, field: &FieldDef, index: usize) -> String {
    path.item(field.name, if field.card.many() { index + 1 } else { 0 }).to_string()
}

fn is_hollow_at(slot: &dyn Slot, index: usize) -> bool {
    match slot.get(index).map(|node| node.view()) {
        Some(View::Class(class)) => is_hollow(class),
        _ => false,
    }
}

fn is_hollow(class: &dyn Fields) -> bool {
    let def = class.def();
    let mut fields = def.fields.iter().enumerate().filter(|(_, field)| field.name != "restriction");
    let nothing = |index| class.slot(index).is_none_or(|slot| (0..slot.len()).all(|i| is_hollow_at(slot, i)));
    may_not_be_empty(def) && fields.all(|(index, _)| nothing(index))
}

/// Whether a rule or the table wants something in the class.
fn may_not_be_empty(def: &ClassDef) -> bool {
    let wants = |rule: &&crate::iodef::rules::Rule| rule.code == Code::ClassEmpty && rule.subject() == def.name;
    def.fields.iter().any(|field| field.card.required()) || RULES.iter().any(|rule| wants(&rule))
}
