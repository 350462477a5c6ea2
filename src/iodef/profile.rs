//! What the schema of RFC 7970 as printed cannot say, and what is written instead.
//!
//! The RFC's schema, its text and its errata differ (`docs/schemas.md` lists where). Partners check with the schema, so
//! that is what our documents keep to; where it has no form for something, the nearest form is written and the change is
//! named.

use super::{
    Assessment, Impact, IodefDocument, MlString, RelatedActivity, Software, SystemImpact, vocab::SystemImpactType,
};
use crate::{
    class::{self, Choose, Fields, Node, Path, View, ViewMut},
    xml::Verbatim,
};

/// Values that the text has and the printed schema has not: they are written as `ext-value` with the `ext-*` attribute,
/// and read as the value again. The type's name in the schema, and the value.
pub(super) const UNPRINTED: &[(&str, &str)] = &[
    ("contact-role-type", "vendor-support"),
    ("counter-type-type", "count"),
    ("counter-type-type", "peak"),
    ("action-type", "training"),
];

/// A change that the schema forces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The place in the document.
    pub path: String,
    /// What was written instead.
    pub how: String,
    /// Whether nothing was: the place is left out.
    pub left_out: bool,
}

/// Makes the document such that the printed schema accepts it, as far as the schema is the reason that it does not.
pub fn fit(document: &mut IodefDocument) -> Vec<Change> {
    let mut changes = Vec::new();
    // What a partner may not see can leave holes; what cannot stand with the hole is left out whole.
    for incident in &mut document.incident {
        for assessment in &mut incident.assessment {
            unknown_impact(assessment);
        }
        for event in &mut incident.event_data {
            event.assessment.iter_mut().for_each(unknown_impact);
        }
    }
    for (path, lack) in class::prune(document) {
        changes.push(Change {
            path,
            how: format!("left out: it has no {lack}, which the class requires"),
            left_out: true,
        });
    }
    if document.version.as_deref() != Some("2.00") {
        document.version = Some("2.00".into());
    }
    let root = Path::root("IODEF-Document");
    for (i, incident) in document.incident.iter_mut().enumerate() {
        for (n, related) in incident.related_activity.iter_mut().enumerate() {
            let path = root.item("Incident", i + 1);
            actors(related, &path.item("RelatedActivity", n + 1), &mut changes);
        }
        let path = root.item("Incident", i + 1);
        let data = path.child("IndicatorData");
        for (n, indicator) in incident.indicator_data.iter_mut().flat_map(|data| &mut data.indicator).enumerate() {
            let path = data.item("Indicator", n + 1);
            let mut moved = Vec::new();
            indicator.attack_phase.retain_mut(|phase| {
                let keep = !phase.url.is_empty();
                if !keep {
                    moved.extend(
                        phase.attack_phase_id.drain(..).map(|id| MlString::new(&format!("attack phase: {id}"))),
                    );
                    moved.append(&mut phase.description);
                }
                keep
            });
            if !moved.is_empty() {
                let how = "an AttackPhase without URL stands in Description: the printed schema requires the URL";
                changes.push(Change { path: format!("{path}/AttackPhase"), how: how.to_owned(), left_out: false });
                indicator.description.append(&mut moved);
            }
        }
    }
    walk(document, &root, &mut changes);
    changes
}

/// RFC 7970 requires an impact of an assessment; `unknown` is what it has for "nothing is said".
fn unknown_impact(assessment: &mut Assessment) {
    let says_something =
        *assessment != Assessment { restriction: assessment.restriction.clone(), ..Assessment::default() };
    if assessment.impact.is_empty() && says_something {
        assessment.impact.push(Impact::System(SystemImpact {
            kind: Some(SystemImpactType::Unknown.into()),
            ..SystemImpact::default()
        }));
    }
}

fn actors(related: &mut RelatedActivity, path: &Path<'_>, changes: &mut Vec<Change>) {
    let mut moved = Vec::new();
    related.threat_actor.retain_mut(|actor| {
        let keep = !actor.url.is_empty();
        if !keep {
            moved.extend(actor.threat_actor_id.drain(..).map(|id| MlString::new(&format!("threat actor: {id}"))));
            moved.append(&mut actor.description);
        }
        keep
    });
    if !moved.is_empty() {
        let how = "a ThreatActor without URL stands in Description: the printed schema requires the URL";
        changes.push(Change { path: format!("{path}/ThreatActor"), how: how.to_owned(), left_out: false });
        related.description.append(&mut moved);
    }
}

/// Changes within classes that occur in many places.
fn walk(class: &mut dyn Fields, path: &Path<'_>, changes: &mut Vec<Change>) {
    let def = class.def();
    match def.name {
        "Confidence" => confidence(class, path, changes),
        "SoftwareType" => software(class, path, changes),
        _ => {}
    }
    for (index, field) in def.fields.iter().enumerate() {
        let Some(slot) = class.slot_mut(index) else { continue };
        for i in 0..slot.len() {
            let Some(node) = slot.get_mut(i) else { continue };
            let path = if field.card.many() { path.item(field.name, i + 1) } else { path.child(field.name) };
            match node.view_mut() {
                ViewMut::Class(inner) => walk(inner, &path, changes),
                ViewMut::Choice(choice) => into_choice(choice, &path, changes),
                _ => {}
            }
        }
    }
}

fn into_choice(choice: &mut dyn Choose, path: &Path<'_>, changes: &mut Vec<Change>) {
    if let ViewMut::Class(inner) = choice.inner_mut().view_mut() {
        walk(inner, path, changes);
    }
}

/// The printed schema has no place for the number: it becomes a category by thirds of 100 (or of 1, if it is at most 1).
fn confidence(class: &mut dyn Fields, path: &Path<'_>, changes: &mut Vec<Change>) {
    let Some(value) = class.def().fields.iter().position(|field| field.rust == "value") else { return };
    let number = class.slot(value).and_then(|slot| slot.get(0)).and_then(|node| match node.view() {
        View::Simple(simple) => simple.text().parse::<f64>().ok(),
        _ => None,
    });
    let Some(number) = number else { return };
    if let Some(slot) = class.slot_mut(value) {
        slot.pop();
    }
    let Some(ViewMut::Coded(rating)) = class.slot_mut(0).and_then(|slot| slot.get_mut(0)).map(Node::view_mut) else {
        return;
    };
    if rating.text() != "numeric" {
        return;
    }
    let share = if number <= 1.0 { number } else { number / 100.0 };
    let word = if share < 1.0 / 3.0 {
        "low"
    } else if share < 2.0 / 3.0 {
        "medium"
    } else {
        "high"
    };
    rating.set(word, None);
    let how = format!("the number {number} became {word}: the printed schema has no number");
    changes.push(Change { path: path.to_string(), how, left_out: false });
}

/// The printed schema lets a SoftwareReference have elements and no text, so a CPE name has no place in it.
fn software(class: &mut dyn Fields, path: &Path<'_>, changes: &mut Vec<Change>) {
    let Some(ViewMut::Class(reference)) = class.slot_mut(0).and_then(|slot| slot.get_mut(0)).map(Node::view_mut) else {
        return;
    };
    let content = reference.def().fields.len() - 1;
    let text = match reference.slot(content).and_then(|slot| slot.get(0)).map(Node::view) {
        Some(View::Foreign(Verbatim::Text(text))) => text.clone(),
        _ => return,
    };
    if let Some(slot) = class.slot_mut(0) {
        slot.pop();
    }
    let descriptions = Software::DEF.fields.iter().position(|field| field.rust == "description");
    if let Some(slot) = descriptions.and_then(|index| class.slot_mut(index))
        && let ViewMut::Class(place) = slot.add().view_mut()
        && let Some(text_at) = place.def().fields.iter().position(|field| field.rust == "text")
        && let Some(ViewMut::Simple(simple)) = place.slot_mut(text_at).map(|slot| slot.add().view_mut())
    {
        simple.set(&text);
    }
    let how = "the name stands in Description: the printed schema has no text in SoftwareReference";
    changes.push(Change { path: format!("{path}/SoftwareReference"), how: how.to_owned(), left_out: false });
}
