//! The common properties (§3.2), and the types that they have.

use super::{
    def::{BOOLEAN, Def, Family, HASHES, Property, STRING, Type, form, integer, list, may, must, part, parted, refs},
    forms,
};

static REFERENCE: Type = part(&EXTERNAL_REFERENCE);
static GRANULAR: Type = part(&GRANULAR_MARKING);

const TYPE: Property = must("type", STRING);
const SPEC_VERSION: Property = must("spec_version", Type::Literal("2.1"));
const ID: Property = must("id", Type::OwnId);
const CREATED_BY_REF: Property = may("created_by_ref", refs(&["identity"]));
const CREATED: Property = must("created", Type::Milliseconds);
const MODIFIED: Property = must("modified", Type::Milliseconds);
const REVOKED: Property = may("revoked", BOOLEAN);
const LABELS: Property = may("labels", list(&STRING));
const CONFIDENCE: Property = may("confidence", integer(0, 100));
const LANG: Property = may("lang", form(&forms::LANGUAGE));
const EXTERNAL_REFERENCES: Property = may("external_references", list(&REFERENCE));
const OBJECT_MARKING_REFS: Property = may("object_marking_refs", list(&refs(&["marking-definition"])));
const GRANULAR_MARKINGS: Property = may("granular_markings", list(&GRANULAR));
const DEFANGED: Property = may("defanged", BOOLEAN);
const EXTENSIONS: Property = may("extensions", Type::Extensions);

static VERSIONED: &[Property] = &[
    TYPE,
    SPEC_VERSION,
    ID,
    CREATED_BY_REF,
    CREATED,
    MODIFIED,
    REVOKED,
    LABELS,
    CONFIDENCE,
    LANG,
    EXTERNAL_REFERENCES,
    OBJECT_MARKING_REFS,
    GRANULAR_MARKINGS,
    EXTENSIONS,
];

static OBSERVABLE: &[Property] = &[
    TYPE,
    may("spec_version", Type::Literal("2.1")),
    ID,
    OBJECT_MARKING_REFS,
    GRANULAR_MARKINGS,
    DEFANGED,
    EXTENSIONS,
];

static LANGUAGE: &[Property] = &[
    TYPE,
    SPEC_VERSION,
    ID,
    CREATED_BY_REF,
    CREATED,
    MODIFIED,
    REVOKED,
    LABELS,
    CONFIDENCE,
    EXTERNAL_REFERENCES,
    OBJECT_MARKING_REFS,
    GRANULAR_MARKINGS,
    EXTENSIONS,
];

static MARKING: &[Property] = &[
    TYPE,
    SPEC_VERSION,
    ID,
    CREATED_BY_REF,
    CREATED,
    EXTERNAL_REFERENCES,
    OBJECT_MARKING_REFS,
    GRANULAR_MARKINGS,
    EXTENSIONS,
];

static EXTENSION: &[Property] = &[
    TYPE,
    SPEC_VERSION,
    ID,
    must("created_by_ref", refs(&["identity"])),
    CREATED,
    MODIFIED,
    REVOKED,
    LABELS,
    EXTERNAL_REFERENCES,
    OBJECT_MARKING_REFS,
    GRANULAR_MARKINGS,
];

static BUNDLE: &[Property] = &[TYPE, ID];

/// Every common property, for what a family does not have of them.
pub(super) static NAMES: &[&str] = &[
    "type",
    "spec_version",
    "id",
    "created_by_ref",
    "created",
    "modified",
    "revoked",
    "labels",
    "confidence",
    "lang",
    "external_references",
    "object_marking_refs",
    "granular_markings",
    "defanged",
    "extensions",
];

impl Family {
    /// The common properties that its objects have, in the order of §3.2.
    pub fn common(self) -> &'static [Property] {
        match self {
            Family::Domain | Family::Relationship => VERSIONED,
            Family::Observable => OBSERVABLE,
            Family::Language => LANGUAGE,
            Family::Marking => MARKING,
            Family::Extension => EXTENSION,
            Family::Bundle => BUNDLE,
            Family::Part => &[],
        }
    }
}

/// External Reference.
pub static EXTERNAL_REFERENCE: Def = parted(
    "external-reference",
    "2.5",
    &[
        must("source_name", STRING),
        may("description", STRING),
        may("url", form(&forms::URL)),
        may("hashes", HASHES),
        may("external_id", STRING),
    ],
);

/// Kill Chain Phase.
pub static KILL_CHAIN_PHASE: Def = parted(
    "kill-chain-phase",
    "2.11",
    &[must("kill_chain_name", form(&forms::KILL_CHAIN)), must("phase_name", form(&forms::KILL_CHAIN))],
);

/// Granular Marking.
pub static GRANULAR_MARKING: Def = parted(
    "granular-marking",
    "7.2.3",
    &[
        may("lang", form(&forms::LANGUAGE)),
        may("marking_ref", refs(&["marking-definition"])),
        must("selectors", list(&form(&forms::SELECTOR))),
    ],
);
