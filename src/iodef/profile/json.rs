//! The schema of RFC 8727: it requires values that XML may leave out, and lacks members that XML has.

use super::{Change, Part, add, clear, code, has, slot, slot_mut, text_of, unknown_impact, unsayable_ids, write};
use crate::{
    class::{self, Fields, Path, View},
    iodef::IodefDocument,
};

/// Values that RFC 8727 misspells, in one of its schemas or in both: they are written as `ext-value` with the `ext-*`
/// member, which both allow.
pub(in crate::iodef) const UNPRINTED: &[(&str, &str)] =
    &[("noderole-category-type", "anonymization"), ("bulkobservable-type-type", "http-request-uri")];

/// Members that JSON requires, and the word for "nobody has said": the class, the field, the value, its extension.
const UNKNOWN: &[(&str, &str, &str, Option<&str>)] = &[
    ("SystemImpact", "kind", "unknown", None),
    ("BusinessImpact", "kind", "unknown", None),
    ("DomainData", "system_status", "unknown", None),
    ("DomainData", "domain_status", "unknown", None),
    ("RegistryHandle", "registry", "ext-value", Some("unknown")),
    ("Address", "category", "ext-value", Some("unknown")),
];

/// Classes that have one of these fields, not more: the first that is there stays.
const ONE_OF: &[(&str, &[&str])] = &[
    ("DetectionPattern", &["detection_configuration", "description"]),
    ("DomainContacts", &["contact", "same_domain_contact"]),
    ("IndicatorReference", &["uid_ref", "euid_ref"]),
    ("BulkObservableFormat", &["hash", "additional_data"]),
    ("Observable", &["content", "additional_data"]),
    ("AttackPattern", &["reference", "raw_data"]),
    ("StructuredInfo", &["reference", "raw_data"]),
];

/// Of [`ONE_OF`], those that may have neither.
const MAY_BE_NEITHER: &[&str] = &["AttackPattern", "StructuredInfo"];

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
        let mut change = |path: String, how: &str, left_out| {
            changes.push(Change { path, how: how.to_owned(), left_out });
        };
        unknown_impact(class);
        let name = class.def().name;
        for (_, fields) in ONE_OF.iter().filter(|(of, _)| *of == name) {
            let mut present = fields.iter().filter(|field| has(class, field)).copied().collect::<Vec<_>>().into_iter();
            present.next();
            for field in present {
                clear(class, field);
                let element = class.def().fields.iter().find(|def| def.rust == field).map_or("", |def| def.name);
                change(path.child(element).to_string(), "left out: JSON has one of the alternatives", true);
            }
        }
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
        confidence(class, path, &mut change);
    });
    let whole = part.prune(&lacks, &unsayable_ids, &mut changes);
    part.set_version();
    for unsaid in class::unsayable_at(part.class, part.path) {
        let how = match unsaid.left_out {
            true => format!("left out: JSON has no {}", unsaid.what),
            false => format!("JSON cannot say {}", unsaid.what),
        };
        changes.push(Change { path: unsaid.path, how, left_out: unsaid.left_out });
    }
    (changes, whole)
}

/// What a class needs beyond its table.
fn lacks(class: &dyn Fields) -> Option<&'static str> {
    let name = class.def().name;
    let (_, fields) = ONE_OF.iter().find(|(of, _)| *of == name && !MAY_BE_NEITHER.contains(of))?;
    (!fields.iter().any(|field| has(class, field))).then_some("one of the alternatives")
}

/// A node without name and address: an address that says so, since a system cannot be without a node.
fn unknown_address(node: &mut dyn Fields) {
    if let Some(class::ViewMut::Choice(choice)) = slot_mut(node, "address").map(|slot| slot.add().view_mut())
        && let class::ViewMut::Class(address) = choice.choose(0).view_mut()
    {
        code(address, "category", "ext-value", Some("unknown"));
        write(address, "value", "");
    }
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

/// A time of JSON has a zone (RFC 3339); one of XML may have none, and which it was is not known.
fn times(class: &mut dyn Fields, path: &Path<'_>, change: &mut impl FnMut(String, &str, bool)) {
    for (index, field) in class.def().fields.iter().enumerate() {
        let Some(slot) = class.slot_mut(index) else { continue };
        let zoned = match slot.get(0).map(|node| node.view()) {
            Some(View::Simple(simple)) if simple.def().xsd == "xs:dateTime" => has_zone(simple.text()),
            _ => true,
        };
        // Without GenerationTime there is no incident: that one is for the reader to mend.
        if !zoned && field.name != "GenerationTime" {
            slot.pop();
            change(path.child(field.name).to_string(), "left out: a time without zone has no form in JSON", true);
        }
    }
}

fn has_zone(time: &str) -> bool {
    let clock = time.split_once('T').map_or("", |(_, clock)| clock);
    clock.contains(['Z', '+', '-'])
}

/// JSON has no confidence without a number. A rating without one stands beside it in words, where there is a place.
fn confidence(around: &mut dyn Fields, path: &Path<'_>, change: &mut impl FnMut(String, &str, bool)) {
    let own = slot(around, "confidence").and_then(|slot| match slot.get(0)?.view() {
        View::Class(class) if class.def().name == "Confidence" && !has(class, "value") => {
            Some(text_of(class, "rating"))
        }
        _ => None,
    });
    let Some(rating) = own else { return };
    clear(around, "confidence");
    let path = path.child("Confidence").to_string();
    // Operands of an expression share one AdditionalData, which could not say whose rating it is.
    let word = rating.filter(|_| around.def().name != "Operand");
    let Some(block) = word.as_ref().and_then(|_| add(around, "additional_data")) else {
        return change(path, "left out: JSON has no confidence without a number", true);
    };
    code(block, "dtype", "string", None);
    write(block, "meaning", "confidence");
    write(block, "content", word.as_deref().unwrap_or_default());
    change(path, "stands in AdditionalData: JSON has no confidence without a number", false);
}
