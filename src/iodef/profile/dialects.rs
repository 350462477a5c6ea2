//! What each schema of IODEF says otherwise than the tables, which follow the texts of RFC 7970 and RFC 8727
//! (`docs/schemas.md` has the reasons).

use crate::class::{Card, Dialect, OneOf};

/// What the printed schema of RFC 7970 and its corrected copy have in common.
const XML: Dialect = Dialect {
    strict_space: &["domaindata-system-status-type", "domaindata-domain-status-type"],
    one_of: &[DOMAIN_CONTACTS, OBSERVABLE],
    fixed: &[("IODEF-Document", "version", "2.00")],
    elements_only: &["SoftwareReference"],
    local: &[("DetectionPattern", "detection_configuration"), ("System", "asset_id")],
    untyped: &[("BulkObservable", "list")],
    ..Dialect::TABLES
};

/// RFC 7970 §8 as printed.
pub(in crate::iodef) const RFC7970: Dialect = Dialect {
    lacks: &[
        ("contact-role-type", "vendor-support"),
        ("counter-type-type", "count"),
        ("counter-type-type", "peak"),
        ("action-type", "training"),
    ],
    adds: &[("contact-role-type", "vendor-services"), ("counter-type-type", "counter"), ("counter-type-type", "rate")],
    closed: &["bulkobservable-type-type"],
    cards: &[("ThreatActor", "url", Card::Some), ("AttackPhase", "url", Card::Some)],
    absent: &[("Confidence", "value")],
    ..XML
};

/// The working group's copy with the errata 5423, 5543, 5544 and 5583 and what the text has.
pub(in crate::iodef) const ERRATA: Dialect = Dialect {
    adds: &[("dtype-type", "json")],
    cards: &[("Confidence", "value", Card::One), ("Node", "address", Card::Some)],
    names: &[("Key", "value", "KeyValue")],
    before: &[("Service", "proto_code", "proto_type")],
    one_of: &[
        DOMAIN_CONTACTS,
        OBSERVABLE,
        OneOf { required: false, ..DETECTION_PATTERN },
        OneOf { required: false, ..BULK_OBSERVABLE_FORMAT },
        INDICATOR_REFERENCE,
    ],
    ..XML
};

/// RFC 8727 appendix B, the JSON Schema. It misspells two values.
pub(in crate::iodef) const RFC8727: Dialect = Dialect {
    lacks: &[("noderole-category-type", "anonymization"), ("bulkobservable-type-type", "http-request-uri")],
    adds: &[
        ("dtype-type", "json"),
        ("noderole-category-type", "anomyzation"),
        ("bulkobservable-type-type", "http-request-url"),
    ],
    cards: &[("BulkObservable", "kind", Card::Optional), ("Node", "address", Card::Some)],
    one_of: &[
        DOMAIN_CONTACTS,
        OneOf { required: true, ..OBSERVABLE },
        DETECTION_PATTERN,
        BULK_OBSERVABLE_FORMAT,
        INDICATOR_REFERENCE,
        STRUCTURED,
        OneOf { class: "StructuredInfo", ..STRUCTURED },
    ],
    bare: &[("RelatedActivity", "description")],
    ..Dialect::TABLES
};

/// RFC 8727 §6, the CDDL. It misspells one value, and lets an observable have nothing in it.
pub(in crate::iodef) const RFC8727_CDDL: Dialect = Dialect {
    lacks: &[("noderole-category-type", "anonymization")],
    adds: &[("dtype-type", "json"), ("noderole-category-type", "anomyzation")],
    one_of: &[
        DOMAIN_CONTACTS,
        OBSERVABLE,
        DETECTION_PATTERN,
        BULK_OBSERVABLE_FORMAT,
        INDICATOR_REFERENCE,
        STRUCTURED,
        OneOf { class: "StructuredInfo", ..STRUCTURED },
    ],
    ..RFC8727
};

const DOMAIN_CONTACTS: OneOf =
    OneOf { class: "DomainContacts", fields: &["contact", "same_domain_contact"], required: true };
const OBSERVABLE: OneOf = OneOf { class: "Observable", fields: &["content", "additional_data"], required: false };
const DETECTION_PATTERN: OneOf =
    OneOf { class: "DetectionPattern", fields: &["detection_configuration", "description"], required: true };
const BULK_OBSERVABLE_FORMAT: OneOf =
    OneOf { class: "BulkObservableFormat", fields: &["hash", "additional_data"], required: true };
const INDICATOR_REFERENCE: OneOf =
    OneOf { class: "IndicatorReference", fields: &["uid_ref", "euid_ref"], required: true };
const STRUCTURED: OneOf = OneOf { class: "AttackPattern", fields: &["reference", "raw_data"], required: false };
