//! STIX Relationship Objects (§5), Meta Objects (§7) and the bundle (§8).

use super::{
    def::{
        ANY_ID, BOOLEAN, Def, Family, STRING, TIMESTAMP, Targets, Type, closed, form, integer, list, may, meta, must,
        old, parted, refs, sro,
    },
    forms, vocab,
};

/// Relationship.
pub static RELATIONSHIP: Def = sro(
    "relationship",
    "5.1",
    &[
        must("relationship_type", form(&forms::RELATIONSHIP_TYPE)),
        may("description", STRING),
        must("source_ref", Type::Identifier(Targets::DomainOrObservable)),
        must("target_ref", Type::Identifier(Targets::DomainOrObservable)),
        may("start_time", TIMESTAMP),
        may("stop_time", TIMESTAMP),
    ],
);

/// Sighting.
pub static SIGHTING: Def = sro(
    "sighting",
    "5.2",
    &[
        may("description", STRING),
        may("first_seen", TIMESTAMP),
        may("last_seen", TIMESTAMP),
        may("count", integer(0, 999_999_999)),
        must("sighting_of_ref", Type::Identifier(Targets::Domain)),
        may("observed_data_refs", list(&refs(&["observed-data"]))),
        may("where_sighted_refs", list(&refs(&["identity", "location"]))),
        may("summary", BOOLEAN),
    ],
);

/// Language Content.
pub static LANGUAGE_CONTENT: Def = meta(
    "language-content",
    "7.1",
    Family::Language,
    &[must("object_ref", ANY_ID), may("object_modified", TIMESTAMP), must("contents", Type::Contents)],
);

/// Marking Definition.
pub static MARKING_DEFINITION: Def = meta(
    "marking-definition",
    "7.2.1",
    Family::Marking,
    &[may("name", STRING), old("definition_type", STRING), old("definition", Type::Definition)],
);

/// Statement Marking Object Type: the `definition` where `definition_type` is `statement`.
pub static STATEMENT: Def = parted("statement", "7.2.1", &[must("statement", STRING)]);

/// TLP Marking Object Type: the `definition` where `definition_type` is `tlp`.
pub static TLP: Def = parted("tlp", "7.2.1", &[must("tlp", STRING)]);

/// Extension Definition.
pub static EXTENSION_DEFINITION: Def = meta(
    "extension-definition",
    "7.3",
    Family::Extension,
    &[
        must("name", STRING),
        may("description", STRING),
        must("schema", STRING),
        must("version", STRING),
        must("extension_types", list(&closed(&vocab::EXTENSION_TYPE_ENUM))),
        may("extension_properties", list(&form(&forms::PROPERTY_NAME))),
    ],
);

/// Bundle.
pub static BUNDLE: Def = meta("bundle", "8", Family::Bundle, &[may("objects", Type::Objects)]);
