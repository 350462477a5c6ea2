//! The schema of RFC 7970 as printed.

use std::collections::BTreeSet;

use super::{Change, Part, add, clear, code, has, lacks_alternative, slot, slot_mut, text_of, unknown_impact, write};
use crate::{
    class::{self, Fields, Node, Path, View},
    iodef::IodefDocument,
    xml::Verbatim,
};

/// Values that the text has and the printed schema has not: they are written as `ext-value` with the `ext-*` attribute,
/// and read as the value again. The type's name in the schema, and the value.
pub(in crate::iodef) const UNPRINTED: &[(&str, &str)] = &[
    ("contact-role-type", "vendor-support"),
    ("counter-type-type", "count"),
    ("counter-type-type", "peak"),
    ("action-type", "training"),
];

/// Classes whose URL the printed schema requires and the text does not: the class around, its field, the identifiers, and
/// what they are in words.
const WITHOUT_URL: &[(&str, &str, &str, &str)] = &[
    ("RelatedActivity", "threat_actor", "threat_actor_id", "threat actor"),
    ("Indicator", "attack_phase", "attack_phase_id", "attack phase"),
];

/// Makes the document such that the printed schema accepts it, as far as the schema is the reason that it does not.
pub fn fit(document: &mut IodefDocument) -> Vec<Change> {
    fit_part(&mut Part::whole(document)).0
}

/// The same for a part of a document; also whether the part can stand there at all.
pub fn fit_part(part: &mut Part<'_>) -> (Vec<Change>, bool) {
    let mut changes = Vec::new();
    class::each_class(part.class, part.path, &mut |class, path| {
        let name = class.def().name;
        unknown_impact(class);
        for (_, list, ids, word) in WITHOUT_URL.iter().filter(|(of, ..)| *of == name) {
            changes.extend(without_url(class, path, list, ids, word));
        }
        changes.extend(match name {
            "Confidence" => confidence(class, path),
            "SoftwareType" => software(class, path),
            _ => None,
        });
    });
    let whole = part.prune(&lacks_alternative, &|_, _| BTreeSet::new(), &mut changes);
    part.set_version();
    (changes, whole)
}

/// What has no URL stands in the descriptions of the class around it.
fn without_url(around: &mut dyn Fields, path: &Path<'_>, list: &str, ids: &str, word: &str) -> Option<Change> {
    let mut moved: Vec<[Option<String>; 3]> = Vec::new();
    let element = around.def().fields.iter().find(|field| field.rust == list).map_or("", |field| field.name);
    let slot = slot_mut(around, list)?;
    let mut kept = 0;
    while let Some(node) = slot.get(kept) {
        let View::Class(class) = node.view() else { return None };
        if has(class, "url") {
            kept += 1;
            continue;
        }
        moved.extend(texts(class, ids).into_iter().map(|id| [Some(format!("{word}: {id}")), None, None]));
        moved.extend(descriptions(class));
        slot.remove(kept);
    }
    for [text, lang, translation] in &moved {
        let place = add(around, "description")?;
        for (field, text) in [("lang", lang), ("translation_id", translation), ("text", text)] {
            text.iter().for_each(|text| write(place, field, text));
        }
    }
    let how = format!("a {element} without URL stands in Description: the printed schema requires the URL");
    (!moved.is_empty()).then(|| Change { path: path.child(element).to_string(), how, left_out: false })
}

/// The texts of a list of simple values.
fn texts(class: &dyn Fields, rust: &str) -> Vec<String> {
    let Some(slot) = slot(class, rust) else { return Vec::new() };
    let text = |node: &dyn Node| match node.view() {
        View::Simple(simple) => Some(simple.text().to_owned()),
        _ => None,
    };
    (0..slot.len()).filter_map(|i| slot.get(i).and_then(text)).collect()
}

/// Text, language and translation of each description.
fn descriptions(class: &dyn Fields) -> Vec<[Option<String>; 3]> {
    let Some(slot) = slot(class, "description") else { return Vec::new() };
    let parts = |node: &dyn Node| match node.view() {
        View::Class(text) => Some(["text", "lang", "translation_id"].map(|part| text_of(text, part))),
        _ => None,
    };
    (0..slot.len()).filter_map(|i| slot.get(i).and_then(parts)).collect()
}

/// The printed schema has no place for the number: it becomes a category by thirds of 100 (or of 1, if it is at most 1).
fn confidence(class: &mut dyn Fields, path: &Path<'_>) -> Option<Change> {
    let number: f64 = text_of(class, "value")?.parse().ok()?;
    clear(class, "value");
    if text_of(class, "rating").is_none_or(|rating| rating != "numeric") {
        let how = format!("the number {number} is left out: the printed schema has none beside a rating");
        return Some(Change { path: path.to_string(), how, left_out: false });
    }
    let share = if number <= 1.0 { number } else { number / 100.0 };
    let word = if share < 1.0 / 3.0 {
        "low"
    } else if share < 2.0 / 3.0 {
        "medium"
    } else {
        "high"
    };
    code(class, "rating", word, None);
    let how = format!("the number {number} became {word}: the printed schema has no number");
    Some(Change { path: path.to_string(), how, left_out: false })
}

/// The printed schema lets a SoftwareReference have elements and no text, so a CPE name has no place in it.
fn software(class: &mut dyn Fields, path: &Path<'_>) -> Option<Change> {
    let View::Class(reference) = slot(class, "reference")?.get(0)?.view() else { return None };
    let View::Foreign(Verbatim::Text(text)) = slot(reference, "content")?.get(0)?.view() else { return None };
    let text = text.clone();
    clear(class, "reference");
    write(add(class, "description")?, "text", &text);
    let how = "the name stands in Description: the printed schema has no text in SoftwareReference";
    Some(Change { path: path.child("SoftwareReference").to_string(), how: how.to_owned(), left_out: false })
}
