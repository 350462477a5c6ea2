//! The schema of RFC 8727: it requires values that XML may leave out, and lacks members that XML has.

use super::{
    Change, Part, clear, code, confidence_in_words, dialects::RFC8727, has, lacks_one_of, one_of, slot_mut, text_of,
    unknown_address, unknown_impact, unsayable_ids, write,
};
use crate::{
    class::{self, Fields, Path, Shape, View},
    iodef::IodefDocument,
};

/// Members that JSON requires, and the word for "nobody has said": the class, the field, the value, its extension.
const UNKNOWN: &[(&str, &str, &str, Option<&str>)] = &[
    ("SystemImpact", "kind", "unknown", None),
    ("BusinessImpact", "kind", "unknown", None),
    ("DomainData", "system_status", "unknown", None),
    ("DomainData", "domain_status", "unknown", None),
    ("RegistryHandle", "registry", "ext-value", Some("unknown")),
    ("Address", "category", "ext-value", Some("unknown")),
];

/// Makes the document such that RFC 8727's schema accepts it, as far as the schema is the reason that it does not. Absent
/// counts as unknown: a document that was read from XML is to be [normalised](class::normalise) first.
pub fn fit_json(document: &mut IodefDocument) -> Vec<Change> {
    fit_json_part(&mut Part::whole(document)).0
}

/// The same for a part of a document; also whether the part can stand there at all.
pub fn fit_json_part(part: &mut Part<'_>) -> (Vec<Change>, bool) {
    let mut changes = Vec::new();
    // Before the defaults are written, which say what an absent attribute of XML means and not what nobody has said.
    class::each_class(part.class, part.path, &mut |class, _| {
        let name = class.def().name;
        for (_, field, value, ext) in UNKNOWN.iter().filter(|(of, ..)| *of == name) {
            if !has(class, field) {
                code(class, field, value, *ext);
            }
        }
    });
    // A bare string is English to its readers (RFC 8727 §3.2), whatever the document's language is.
    class::normalise_within(part.class, part.around, &|_, attribute| attribute == "xml:lang");
    class::each_class(part.class, part.path, &mut |class, path| {
        unknown_impact(class);
        let name = class.def().name;
        changes.extend(one_of(class, path, &RFC8727, "JSON has one of the alternatives"));
        let mut change = |path: String, how: &str, left_out| {
            changes.push(Change { path, how: how.to_owned(), to: None, left_out });
        };
        if name == "ExtensionType" && !has(class, "content") {
            write(class, "content", "");
        }
        if name == "Node" && !has(class, "address") {
            unknown_address(class);
        }
        if name == "RelatedActivity" {
            bare_descriptions(class, path, &mut change);
        }
        times(class, path, &mut change);
        changes.extend(confidence_in_words(class, path, "JSON has no confidence without a number"));
    });
    let whole = part.prune(&|class| lacks_one_of(class, &RFC8727), &unsayable_ids, &mut changes);
    part.set_version();
    for unsaid in class::unsayable_at(part.class, part.path) {
        let how = match unsaid.left_out {
            true => format!("left out: JSON has no {}", unsaid.what),
            false => format!("JSON cannot say {}", unsaid.what),
        };
        changes.push(Change { path: unsaid.path, how, to: None, left_out: unsaid.left_out });
    }
    (changes, whole)
}

/// RelatedActivity has bare strings for descriptions.
fn bare_descriptions(related: &mut dyn Fields, path: &Path<'_>, change: &mut impl FnMut(String, &str, bool)) {
    let Some(descriptions) = slot_mut(related, "description") else { return };
    for i in 0..descriptions.len() {
        let Some(text) = descriptions.get_mut(i).and_then(class_of) else { continue };
        let path = path.item("Description", i + 1);
        let foreign = text_of(text, "lang").is_some_and(|lang| lang != "en");
        clear(text, "lang");
        if foreign {
            change(path.child("@xml:lang").to_string(), "left out: JSON has bare strings here", true);
        }
        if clear(text, "translation_id") {
            change(path.child("@translation-id").to_string(), "left out: JSON has bare strings here", true);
        }
    }
}

fn class_of(node: &mut dyn class::Node) -> Option<&mut dyn Fields> {
    match node.view_mut() {
        class::ViewMut::Class(class) => Some(class),
        _ => None,
    }
}

/// A time of JSON is one of RFC 3339: it has a zone, which one of XML may lack, and no hour 24.
fn times(class: &mut dyn Fields, path: &Path<'_>, change: &mut impl FnMut(String, &str, bool)) {
    for index in class.filled().indices() {
        let field = class.def().fields.get(index).filter(|field| is_time((field.shape)()));
        let (Some(field), Some(slot)) = (field, class.slot_mut(index)) else { continue };
        let zoned = match slot.get(0).map(|node| node.view()) {
            Some(View::Simple(simple)) => has_zone(simple.text()),
            _ => true,
        };
        // Without GenerationTime there is no incident: that one is for the reader to mend.
        if !zoned && field.name != "GenerationTime" {
            slot.pop();
            change(path.child(field.name).to_string(), "left out: a time without zone has no form in JSON", true);
        }
        if let Some(class::ViewMut::Simple(time)) = slot.get_mut(0).map(|node| node.view_mut())
            && let Some(same) = midnight(time.text())
            && time.set(&same)
        {
            change(path.child(field.name).to_string(), "the same time: JSON has no hour 24", false);
        }
    }
}

fn is_time(shape: Shape) -> bool {
    matches!(shape, Shape::Simple(def) if def.xsd == "xs:dateTime")
}

/// The end of a day as the beginning of the next one, save for the last day that four digits of a year can say.
fn midnight(time: &str) -> Option<String> {
    let (date, rest) = time.split_once("T24:00:00")?;
    let mut parts = date.split('-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let (year, month, day) = match (month, day + 1) {
        (12, 32) => (year + 1, 1, 1),
        (month, day) if day > days(year, month) => (year, month + 1, 1),
        (month, day) => (year, month, day),
    };
    (year <= 9999).then(|| format!("{year:04}-{month:02}-{day:02}T00:00:00{rest}"))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

fn has_zone(time: &str) -> bool {
    let clock = time.split_once('T').map_or("", |(_, clock)| clock);
    clock.contains(['Z', '+', '-'])
}

#[cfg(test)]
mod tests {
    use super::midnight;

    #[test]
    fn the_end_of_a_day_is_the_beginning_of_the_next() {
        for (end, beginning) in [
            ("2026-01-31T24:00:00Z", Some("2026-02-01T00:00:00Z")),
            ("2024-02-28T24:00:00.000+14:00", Some("2024-02-29T00:00:00.000+14:00")),
            ("2023-02-28T24:00:00Z", Some("2023-03-01T00:00:00Z")),
            ("1900-02-28T24:00:00Z", Some("1900-03-01T00:00:00Z")),
            ("2000-02-28T24:00:00Z", Some("2000-02-29T00:00:00Z")),
            ("2025-12-31T24:00:00Z", Some("2026-01-01T00:00:00Z")),
            ("9999-12-31T24:00:00Z", None),
            ("2025-12-31T23:00:00Z", None),
        ] {
            assert_eq!(midnight(end).as_deref(), beginning);
        }
    }
}
