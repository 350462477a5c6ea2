//! Rules about several properties of one object.

use super::{forms, rules::Rule};
use crate::{
    error::Code,
    json::{Data, Value},
};

/// A rule about several properties of objects of some types.
#[derive(Debug)]
pub struct Constraint {
    /// The rule.
    pub rule: Rule,
    /// The types that it is about.
    pub types: &'static [&'static str],
    /// What it asks for.
    pub(super) check: Check,
}

/// What a constraint asks for.
#[derive(Debug)]
pub(super) enum Check {
    /// The second time is not before the first, or, with `true`, is after it.
    Order(&'static str, &'static str, bool),
    /// One of these is there.
    AnyOf(&'static [&'static str]),
    /// A property of the type's own is there beside this one.
    AnyBut(&'static str),
    /// With the first, the second is not there.
    Excludes(&'static str, &'static str),
    /// With the first, the second is there.
    Needs(&'static str, &'static str),
    /// Anything else: the property that is wrong, and what is found.
    Look(fn(&Value<'_>) -> Option<(&'static str, String)>),
}

/// Where a constraint is broken, and what is found there.
pub(super) struct Broken {
    /// The property, or none for the object.
    pub(super) property: Option<&'static str>,
    pub(super) found: String,
}

const fn rule(of: &'static str, code: Code, section: &'static str, expected: &'static str) -> Rule {
    Rule::must(of, code, section, expected)
}

/// All of them, in the order of the specification.
pub static CONSTRAINTS: &[Constraint] = &[
    Constraint {
        rule: rule("all", Code::ValueContradicts, "3.2", "modified not before created"),
        types: &[],
        check: Check::Order("created", "modified", false),
    },
    Constraint {
        rule: rule("all", Code::Alternatives, "3.1", "an encoding only beside what it is the encoding of"),
        types: &["directory", "file"],
        check: Check::Look(lone_encoding),
    },
    Constraint {
        rule: rule("external-reference", Code::ClassEmpty, "2.5.2", "description, url or external_id"),
        types: &["external-reference"],
        check: Check::AnyOf(&["description", "url", "external_id"]),
    },
    Constraint {
        rule: rule("external-reference", Code::ValueInvalid, "4.1.1", "CAPEC-NUMBER where source_name is capec"),
        types: &["external-reference"],
        check: Check::Look(capec),
    },
    Constraint {
        rule: rule("external-reference", Code::ValueInvalid, "4.19.1", "a CVE identifier where source_name is cve"),
        types: &["external-reference"],
        check: Check::Look(cve),
    },
    Constraint {
        rule: rule("all that were seen", Code::ValueContradicts, "4.2.1", "last_seen not before first_seen"),
        types: &["campaign", "infrastructure", "intrusion-set", "malware", "threat-actor", "sighting"],
        check: Check::Order("first_seen", "last_seen", false),
    },
    Constraint {
        rule: rule("indicator", Code::ValueContradicts, "4.7.1", "valid_until after valid_from"),
        types: &["indicator"],
        check: Check::Order("valid_from", "valid_until", true),
    },
    Constraint {
        rule: rule("location", Code::ClassEmpty, "4.10", "region, country, or latitude and longitude"),
        types: &["location"],
        check: Check::AnyOf(&["region", "country", "latitude", "longitude"]),
    },
    Constraint {
        rule: rule("location", Code::ClassMissing, "4.10.1", "longitude beside latitude"),
        types: &["location"],
        check: Check::Needs("latitude", "longitude"),
    },
    Constraint {
        rule: rule("location", Code::ClassMissing, "4.10.1", "latitude beside longitude"),
        types: &["location"],
        check: Check::Needs("longitude", "latitude"),
    },
    Constraint {
        rule: rule("location", Code::ClassMissing, "4.10.1", "latitude and longitude beside precision"),
        types: &["location"],
        check: Check::Needs("precision", "latitude"),
    },
    Constraint {
        rule: rule("malware", Code::ClassMissing, "4.11.1", "a name of the family"),
        types: &["malware"],
        check: Check::Look(nameless_family),
    },
    Constraint {
        rule: rule("malware-analysis", Code::ClassEmpty, "4.12", "result or analysis_sco_refs"),
        types: &["malware-analysis"],
        check: Check::AnyOf(&["result", "analysis_sco_refs"]),
    },
    Constraint {
        rule: rule("observed-data", Code::ValueContradicts, "4.14.1", "last_observed not before first_observed"),
        types: &["observed-data"],
        check: Check::Order("first_observed", "last_observed", false),
    },
    Constraint {
        rule: rule("observed-data", Code::Alternatives, "4.14.1", "objects or object_refs, not both"),
        types: &["observed-data"],
        check: Check::Excludes("object_refs", "objects"),
    },
    Constraint {
        rule: rule("observed-data", Code::ClassEmpty, "4.14.1", "a cyber-observable object among object_refs"),
        types: &["observed-data"],
        check: Check::Look(nothing_observed),
    },
    Constraint {
        rule: rule("relationship", Code::ValueContradicts, "5.1.2", "stop_time after start_time"),
        types: &["relationship"],
        check: Check::Order("start_time", "stop_time", true),
    },
    Constraint {
        rule: rule("artifact", Code::ClassEmpty, "6.1", "payload_bin or url"),
        types: &["artifact"],
        check: Check::AnyOf(&["payload_bin", "url"]),
    },
    Constraint {
        rule: rule("artifact", Code::Alternatives, "6.1.1", "payload_bin or url, not both"),
        types: &["artifact"],
        check: Check::Excludes("payload_bin", "url"),
    },
    Constraint {
        rule: rule("artifact", Code::ClassMissing, "6.1.1", "hashes beside url"),
        types: &["artifact"],
        check: Check::Needs("url", "hashes"),
    },
    Constraint {
        rule: rule("artifact", Code::ClassMissing, "6.1.1", "encryption_algorithm beside decryption_key"),
        types: &["artifact"],
        check: Check::Needs("decryption_key", "encryption_algorithm"),
    },
    Constraint {
        rule: rule(
            "email-message",
            Code::Alternatives,
            "6.6.1",
            "body_multipart, not body, where is_multipart is true",
        ),
        types: &["email-message"],
        check: Check::Look(|object| flagged(object, "is_multipart", true, "body")),
    },
    Constraint {
        rule: rule(
            "email-message",
            Code::Alternatives,
            "6.6.1",
            "body, not body_multipart, where is_multipart is false",
        ),
        types: &["email-message"],
        check: Check::Look(|object| flagged(object, "is_multipart", false, "body_multipart")),
    },
    Constraint {
        rule: rule("file", Code::ClassEmpty, "6.7", "hashes or name"),
        types: &["file"],
        check: Check::AnyOf(&["hashes", "name"]),
    },
    Constraint {
        rule: rule("windows-pebinary-ext", Code::ClassEmpty, "6.7.6", "a property beside pe_type"),
        types: &["windows-pebinary-ext"],
        check: Check::AnyBut("pe_type"),
    },
    Constraint {
        rule: rule("windows-pebinary-ext", Code::ValueInvalid, "6.7.6", "a time_date_stamp of whole seconds"),
        types: &["windows-pebinary-ext"],
        check: Check::Look(fraction_of_a_second),
    },
    Constraint {
        rule: rule("extensions and types of observables", Code::ClassEmpty, "6", "at least one property"),
        types: &[
            "ntfs-ext",
            "pdf-ext",
            "raster-image-ext",
            "windows-pe-optional-header-type",
            "tcp-ext",
            "windows-process-ext",
            "windows-service-ext",
            "unix-account-ext",
            "windows-registry-value-type",
            "x509-v3-extensions-type",
        ],
        check: Check::AnyBut(""),
    },
    Constraint {
        rule: rule("process, user-account and others", Code::ClassEmpty, "6", "at least one property of the type"),
        types: &["process", "user-account", "windows-registry-key", "x509-certificate"],
        check: Check::AnyBut(""),
    },
    Constraint {
        rule: rule("network-traffic", Code::ClassEmpty, "6.12", "src_ref or dst_ref"),
        types: &["network-traffic"],
        check: Check::AnyOf(&["src_ref", "dst_ref"]),
    },
    Constraint {
        rule: rule("network-traffic", Code::ValueContradicts, "6.12.1", "end not before start"),
        types: &["network-traffic"],
        check: Check::Order("start", "end", false),
    },
    Constraint {
        rule: rule("network-traffic", Code::Alternatives, "6.12.1", "no end where is_active is true"),
        types: &["network-traffic"],
        check: Check::Look(|object| flagged(object, "is_active", true, "end")),
    },
    Constraint {
        rule: rule("windows-registry-key", Code::ValueInvalid, "6.17.1", "a hive in full, such as HKEY_LOCAL_MACHINE"),
        types: &["windows-registry-key"],
        check: Check::Look(short_hive),
    },
    Constraint {
        rule: rule("language-content", Code::ValueInvalid, "7.1.1", "language tags (RFC 5646) as keys of contents"),
        types: &["language-content"],
        check: Check::Look(no_language),
    },
    Constraint {
        rule: rule("marking-definition", Code::ClassMissing, "7.2.1", "definition_type, or extensions"),
        types: &["marking-definition"],
        check: Check::AnyOf(&["extensions", "definition_type"]),
    },
    Constraint {
        rule: rule("marking-definition", Code::ClassMissing, "7.2.1", "definition, or extensions"),
        types: &["marking-definition"],
        check: Check::AnyOf(&["extensions", "definition"]),
    },
    Constraint {
        rule: rule("granular-marking", Code::ClassEmpty, "7.2.3", "lang or marking_ref"),
        types: &["granular-marking"],
        check: Check::AnyOf(&["lang", "marking_ref"]),
    },
    Constraint {
        rule: rule("granular-marking", Code::Alternatives, "7.2.3", "lang or marking_ref, not both"),
        types: &["granular-marking"],
        check: Check::Excludes("lang", "marking_ref"),
    },
    Constraint {
        rule: rule(
            "extension-definition",
            Code::Alternatives,
            "7.3.1",
            "extension_properties only where extension_types has toplevel-property-extension",
        ),
        types: &["extension-definition"],
        check: Check::Look(no_top_level),
    },
];

impl Constraint {
    /// What is wrong with an object or part of this type.
    pub(super) fn broken(&self, name: &str, own: &[super::def::Property], object: &Value<'_>) -> Option<Broken> {
        if !(self.types.is_empty() || self.types.contains(&name)) {
            return None;
        }
        let has = |property: &str| object.get(property).is_some();
        let at = |property: &'static str, found: String| Some(Broken { property: Some(property), found });
        let nowhere = |found: &str| Some(Broken { property: None, found: found.to_owned() });
        match self.check {
            Check::Order(first, last, strictly) => {
                let time = |property| forms::time(object.get(property)?.as_str().ok()?);
                let (early, late) = (time(first)?, time(last)?);
                let order = late.cmp_instant(&early)?;
                let good = if strictly { order.is_gt() } else { order.is_ge() };
                if good { None } else { at(last, format!("{late}, and {first} {early}")) }
            }
            Check::AnyOf(properties) if properties.iter().any(|property| has(property)) => None,
            Check::AnyOf(_) => nowhere("none of them"),
            Check::AnyBut(but) => {
                let any = own.iter().any(|property| property.name != but && has(property.name));
                if any || has("extensions") { None } else { nowhere("nothing") }
            }
            Check::Excludes(first, second) if has(first) && has(second) => at(second, format!("{second} and {first}")),
            Check::Needs(first, second) if has(first) && !has(second) => at(first, format!("no {second}")),
            Check::Excludes(..) | Check::Needs(..) => None,
            Check::Look(look) => look(object).and_then(|(property, found)| match has(property) {
                true => at(property, found),
                false => nowhere(&found),
            }),
        }
    }
}

fn text<'v>(object: &'v Value<'_>, property: &str) -> Option<&'v str> {
    object.get(property)?.as_str().ok()
}

fn is_true(object: &Value<'_>, property: &str) -> Option<bool> {
    object.get(property)?.as_bool().ok()
}

/// A property that must not be there while a flag has this value.
fn flagged(object: &Value<'_>, flag: &str, value: bool, property: &'static str) -> Option<(&'static str, String)> {
    let there = is_true(object, flag)? == value && object.get(property).is_some();
    there.then(|| (property, format!("{property}, and {flag} {value}")))
}

fn lone_encoding(object: &Value<'_>) -> Option<(&'static str, String)> {
    let lone = |encoding, property| object.get(encoding).is_some() && object.get(property).is_none();
    [("name_enc", "name"), ("path_enc", "path")]
        .into_iter()
        .find(|(encoding, property)| lone(encoding, property))
        .map(|(encoding, property)| (encoding, format!("{encoding} and no {property}")))
}

/// An id in an external reference whose source has a form for them.
fn referred(
    reference: &Value<'_>,
    source: &str,
    prefix: &str,
    rest: impl Fn(&str) -> bool,
) -> Option<(&'static str, String)> {
    let id = text(reference, "external_id").filter(|_| text(reference, "source_name") == Some(source))?;
    let good = id.strip_prefix(prefix).is_some_and(rest);
    (!good).then(|| ("external_id", format!("{id:?}")))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn capec(reference: &Value<'_>) -> Option<(&'static str, String)> {
    referred(reference, "capec", "CAPEC-", digits)
}

fn cve(reference: &Value<'_>) -> Option<(&'static str, String)> {
    let number = |rest: &str| {
        rest.split_once('-')
            .is_some_and(|(year, number)| year.len() == 4 && digits(year) && number.len() >= 4 && digits(number))
    };
    referred(reference, "cve", "CVE-", number)
}

fn nameless_family(malware: &Value<'_>) -> Option<(&'static str, String)> {
    let nameless = is_true(malware, "is_family")? && malware.get("name").is_none();
    nameless.then(|| ("name", "a family without a name".to_owned()))
}

fn nothing_observed(observed: &Value<'_>) -> Option<(&'static str, String)> {
    let refs = observed.get("object_refs")?.as_array().ok()?;
    let observable = |id: &Value<'_>| {
        let name = id.as_str().ok().and_then(forms::id_parts).map(|(name, _)| name);
        name.is_some_and(|name| super::def::Targets::Observable.allows(name))
    };
    (!refs.iter().any(observable)).then(|| ("object_refs", "none".to_owned()))
}

fn fraction_of_a_second(binary: &Value<'_>) -> Option<(&'static str, String)> {
    let time = forms::time(text(binary, "time_date_stamp")?)?;
    (time.fraction_digits() > 0).then(|| ("time_date_stamp", time.to_string()))
}

fn short_hive(registry_key: &Value<'_>) -> Option<(&'static str, String)> {
    let hive = text(registry_key, "key")?.split('\\').next().unwrap_or_default();
    let short = ["HKLM", "HKCU", "HKCR", "HKU", "HKCC"].iter().any(|short| hive.eq_ignore_ascii_case(short));
    short.then(|| ("key", hive.to_owned()))
}

fn no_language(content: &Value<'_>) -> Option<(&'static str, String)> {
    let Data::Object(members) = &content.get("contents")?.data else { return None };
    let bad = members.iter().find(|member| !forms::is_language(&member.key))?;
    Some(("contents", format!("{:?}", bad.key)))
}

fn no_top_level(definition: &Value<'_>) -> Option<(&'static str, String)> {
    definition.get("extension_properties")?;
    let types = definition.get("extension_types")?.as_array().ok()?;
    let top = types.iter().any(|ty| ty.as_str() == Ok("toplevel-property-extension"));
    (!top).then(|| ("extension_properties", "extension_properties".to_owned()))
}
