//! The schemas of RFC 7970, as printed and with the errata.

use std::collections::BTreeSet;

use super::{
    Change, Part, Profile, actors, add, clear, code, confidence_in_words, has, lacks_alternative, lacks_one_of, one_of,
    place, slot, slot_mut, text_of, unknown_address, unknown_impact, write,
};
use crate::{
    class::{self, ClassDef, Dialect, Enumeration as _, Fields, Kind, Node, Path, View, ViewMut},
    iodef::{IodefDocument, ThreatActor, vocab::Restriction},
    xml::Verbatim,
};

/// A class whose URL the printed schema requires and the text does not, beside ThreatActor: the class, its field in the class
/// around, its identifiers, and what they are in words.
const WITHOUT_URL: (&str, &str, &str, &str) = ("AttackPhase", "attack_phase", "attack_phase_id", "attack phase");

/// Makes the document such that the schema of the profile accepts it, as far as the schema is the reason that it does not.
pub fn fit(document: &mut IodefDocument, profile: Profile) -> Vec<Change> {
    fit_part(&mut Part::whole(document), profile).0
}

/// The same for a part of a document; also whether the part can stand there at all.
pub fn fit_part(part: &mut Part<'_>, profile: Profile) -> (Vec<Change>, bool) {
    let dialect = profile.dialect();
    let mut changes = Vec::new();
    let needs_url = |def: &ClassDef| {
        let url = def.fields.iter().find(|field| field.rust == "url");
        url.is_some_and(|url| dialect.card(def, url).required())
    };
    if needs_url(&ThreatActor::DEF) {
        changes = actors::without_url(part.class, part.path);
    }
    class::each_class(part.class, part.path, &mut |class, path| {
        let name = class.def().name;
        unknown_impact(class);
        let (inner, list, ids, word) = WITHOUT_URL;
        changes.extend(without_url(class, path, &|def| def.name == inner && needs_url(def), list, ids, word));
        match name {
            "Confidence" if !says_number(class, dialect) => changes.extend(category(class, path)),
            "SoftwareType" => changes.extend(software(class, path)),
            _ => {}
        }
        if dialect
            .cards
            .iter()
            .any(|(class, field, card)| (*class, *field) == ("Confidence", "value") && card.required())
        {
            changes.extend(confidence_in_words(class, path, "the schema has no confidence without a number"));
        }
        if name == "Node" && !has(class, "address") && needs_address(class, dialect) {
            unknown_address(class);
        }
        changes.extend(one_of(class, path, dialect, "the schema has one of the alternatives"));
        listed(class, path, dialect, &mut changes);
    });
    let lacks = |class: &dyn Fields| lacks_one_of(class, dialect).or_else(|| lacks_alternative(class));
    let whole = part.prune(&lacks, &|_, _| BTreeSet::new(), &mut changes);
    part.set_version();
    (changes, whole)
}

/// Whether the schema has a place for the number of a confidence.
fn says_number(confidence: &dyn Fields, dialect: &Dialect) -> bool {
    let def = confidence.def();
    def.fields.iter().any(|field| field.rust == "value" && dialect.has(def, field))
}

fn needs_address(node: &dyn Fields, dialect: &Dialect) -> bool {
    let def = node.def();
    def.fields.iter().any(|field| field.rust == "address" && dialect.card(def, field).required())
}

/// Values that are in no list: they are extensions, where the list has such.
fn listed(class: &mut dyn Fields, path: &Path<'_>, dialect: &Dialect, changes: &mut Vec<Change>) {
    let def = class.def();
    for (index, field) in def.fields.iter().enumerate().filter(|(_, field)| field.kind == Kind::Attribute) {
        let Some(slot) = class.slot_mut(index) else { continue };
        let Some(ViewMut::Coded(coded)) = slot.get_mut(0).map(|node| node.view_mut()) else { continue };
        let (list, text) = (coded.def(), coded.text().to_owned());
        let extends = dialect.extensible(list) && field.ext.is_some();
        let lacks = coded.ext().is_some() || dialect.lacks(list, &text) || !coded.is_registered();
        if !lacks || dialect.adds.contains(&(list.name, text.as_str())) || extends && coded.is_registered() {
            continue;
        }
        let place = path.attribute(field.name).to_string();
        if extends && text != "ext-value" {
            coded.set("ext-value", Some(&text));
            let how = format!("{text} stands in {}: it is in no list", field.ext.unwrap_or_default());
            changes.push(Change { path: place, how, to: None, left_out: false });
        } else if list.name == Restriction::DEF.name {
            // Without it, what it marks would be as widely seen as what is around it.
            let private = Restriction::DEF.values.get(Restriction::Private.index()).copied().unwrap_or_default();
            coded.set(private, None);
            let how = format!("{private} is written: nobody knows who may see what is {text}");
            changes.push(Change { path: place, how, to: None, left_out: false });
        } else {
            slot.pop();
            let how = format!("left out: the schema's list has no {text}");
            changes.push(Change { path: place, how, to: None, left_out: true });
        }
    }
}

/// What has no URL stands in the descriptions of the class around it: its identifiers and texts. All else of it is left out.
fn without_url(
    around: &mut dyn Fields,
    path: &Path<'_>,
    needs_url: &dyn Fn(&ClassDef) -> bool,
    list: &str,
    ids: &str,
    word: &str,
) -> Vec<Change> {
    let mut moved: Vec<[Option<String>; 3]> = Vec::new();
    let mut changes = Vec::new();
    let element = around.def().fields.iter().find(|field| field.rust == list).map_or("", |field| field.name);
    let Some(slot) = slot_mut(around, list) else { return changes };
    let (mut kept, mut nth) = (0, 0);
    while let Some(node) = slot.get(kept) {
        let View::Class(class) = node.view() else { return changes };
        nth += 1;
        if has(class, "url") || !needs_url(class.def()) {
            kept += 1;
            continue;
        }
        changes.extend(apart(class, path, &path.item(element, nth), ids));
        moved.extend(texts(class, ids).into_iter().map(|id| [Some(format!("{word}: {id}")), None, None]));
        moved.extend(descriptions(class));
        slot.remove(kept);
    }
    for [text, lang, translation] in &moved {
        let Some(place) = add(around, "description") else { return changes };
        for (field, text) in [("lang", lang), ("translation_id", translation), ("text", text)] {
            text.iter().for_each(|text| write(place, field, text));
        }
    }
    changes
}

/// What becomes of each part of a class at this place that has no URL.
pub(super) fn apart(class: &dyn Fields, around: &Path<'_>, at: &Path<'_>, ids: &str) -> Vec<Change> {
    let why = format!("the printed schema requires the URL of a {}", class.def().name);
    let left_out = |path: String| Change { path, how: format!("left out: {why}"), to: None, left_out: true };
    let mut changes = Vec::new();
    for field in class.def().fields.iter().filter(|field| has(class, field.rust)) {
        let path = place(class.def(), at, field.rust);
        if field.rust == ids || field.rust == "description" {
            let how = format!("stands in Description: {why}");
            let to = Some(around.child("Description").to_string());
            changes.push(Change { path, how, to, left_out: false });
        } else {
            changes.push(left_out(path));
            changes.extend(field.ext.map(|ext| left_out(at.attribute(ext).to_string())));
        }
    }
    if changes.is_empty() { vec![left_out(at.to_string())] } else { changes }
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
fn category(class: &mut dyn Fields, path: &Path<'_>) -> Option<Change> {
    let number: f64 = text_of(class, "value")?.parse().ok()?;
    clear(class, "value");
    if text_of(class, "rating").is_none_or(|rating| rating != "numeric") {
        let how = format!("the number {number} beside the rating is left out: the printed schema has no number");
        return Some(Change { path: path.to_string(), how, to: None, left_out: false });
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
    Some(Change { path: path.to_string(), how, to: None, left_out: false })
}

/// The printed schema lets a SoftwareReference have elements and no text, so a CPE name has no place in it.
fn software(class: &mut dyn Fields, path: &Path<'_>) -> Vec<Change> {
    let name = |class: &dyn Fields| match slot(class, "content")?.get(0)?.view() {
        View::Foreign(Verbatim::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let Some(node) = slot(class, "reference").and_then(|slot| slot.get(0)) else { return Vec::new() };
    let View::Class(reference) = node.view() else { return Vec::new() };
    let Some(text) = name(reference) else { return Vec::new() };
    let at = path.child("SoftwareReference");
    let mut changes = vec![Change {
        path: at.to_string(),
        how: "the name stands in Description: the printed schema has no text in SoftwareReference".to_owned(),
        to: Some(path.child("Description").to_string()),
        left_out: false,
    }];
    for field in reference.def().fields.iter().filter(|field| field.kind == Kind::Attribute) {
        if has(reference, field.rust) {
            changes.extend([Some(field.name), field.ext].into_iter().flatten().map(|name| Change {
                path: at.attribute(name).to_string(),
                how: "left out: the printed schema has no text in SoftwareReference, of which it would be".to_owned(),
                to: None,
                left_out: true,
            }));
        }
    }
    clear(class, "reference");
    if let Some(place) = add(class, "description") {
        write(place, "text", &text);
    }
    changes
}
