//! STIX Domain Objects (§4).

use super::{
    common::KILL_CHAIN_PHASE,
    def::{
        ANY_ID, BOOLEAN, Def, FLOAT, STRING, TIMESTAMP, Targets, Type, closed, float, integer, list, may, must, old,
        open, part, refs, sdo,
    },
    vocab,
};

/// Attack Pattern.
pub static ATTACK_PATTERN: Def = sdo(
    "attack-pattern",
    "4.1",
    &[
        must("name", STRING),
        may("description", STRING),
        may("aliases", list(&STRING)),
        may("kill_chain_phases", list(&part(&KILL_CHAIN_PHASE))),
    ],
);

/// Campaign.
pub static CAMPAIGN: Def = sdo(
    "campaign",
    "4.2",
    &[
        must("name", STRING),
        may("description", STRING),
        may("aliases", list(&STRING)),
        may("first_seen", TIMESTAMP),
        may("last_seen", TIMESTAMP),
        may("objective", STRING),
    ],
);

/// Course of Action.
pub static COURSE_OF_ACTION: Def =
    sdo("course-of-action", "4.3", &[must("name", STRING), may("description", STRING), may("action", Type::Reserved)]);

/// Grouping.
pub static GROUPING: Def = sdo(
    "grouping",
    "4.4",
    &[
        must("name", STRING),
        may("description", STRING),
        must("context", open(&vocab::GROUPING_CONTEXT_OV)),
        must("object_refs", list(&ANY_ID)),
    ],
);

/// Identity.
pub static IDENTITY: Def = sdo(
    "identity",
    "4.5",
    &[
        must("name", STRING),
        may("description", STRING),
        may("roles", list(&STRING)),
        may("identity_class", open(&vocab::IDENTITY_CLASS_OV)),
        may("sectors", list(&open(&vocab::INDUSTRY_SECTOR_OV))),
        may("contact_information", STRING),
    ],
);

/// Incident.
pub static INCIDENT: Def = sdo("incident", "4.6", &[must("name", STRING), may("description", STRING)]);

/// Indicator.
pub static INDICATOR: Def = sdo(
    "indicator",
    "4.7",
    &[
        may("name", STRING),
        may("description", STRING),
        may("indicator_types", list(&open(&vocab::INDICATOR_TYPE_OV))),
        must("pattern", STRING),
        must("pattern_type", open(&vocab::PATTERN_TYPE_OV)),
        may("pattern_version", STRING),
        must("valid_from", TIMESTAMP),
        may("valid_until", TIMESTAMP),
        may("kill_chain_phases", list(&part(&KILL_CHAIN_PHASE))),
    ],
);

/// Infrastructure.
pub static INFRASTRUCTURE: Def = sdo(
    "infrastructure",
    "4.8",
    &[
        must("name", STRING),
        may("description", STRING),
        may("infrastructure_types", list(&open(&vocab::INFRASTRUCTURE_TYPE_OV))),
        may("aliases", list(&STRING)),
        may("kill_chain_phases", list(&part(&KILL_CHAIN_PHASE))),
        may("first_seen", TIMESTAMP),
        may("last_seen", TIMESTAMP),
    ],
);

/// Intrusion Set.
pub static INTRUSION_SET: Def = sdo(
    "intrusion-set",
    "4.9",
    &[
        must("name", STRING),
        may("description", STRING),
        may("aliases", list(&STRING)),
        may("first_seen", TIMESTAMP),
        may("last_seen", TIMESTAMP),
        may("goals", list(&STRING)),
        may("resource_level", open(&vocab::ATTACK_RESOURCE_LEVEL_OV)),
        may("primary_motivation", open(&vocab::ATTACK_MOTIVATION_OV)),
        may("secondary_motivations", list(&open(&vocab::ATTACK_MOTIVATION_OV))),
    ],
);

/// Location.
pub static LOCATION: Def = sdo(
    "location",
    "4.10",
    &[
        may("name", STRING),
        may("description", STRING),
        may("latitude", float(-90.0, 90.0)),
        may("longitude", float(-180.0, 180.0)),
        may("precision", FLOAT),
        may("region", open(&vocab::REGION_OV)),
        may("country", STRING),
        may("administrative_area", STRING),
        may("city", STRING),
        may("street_address", STRING),
        may("postal_code", STRING),
    ],
);

/// Malware.
pub static MALWARE: Def = sdo(
    "malware",
    "4.11",
    &[
        may("name", STRING),
        may("description", STRING),
        may("malware_types", list(&open(&vocab::MALWARE_TYPE_OV))),
        may("is_family", BOOLEAN),
        may("aliases", list(&STRING)),
        may("kill_chain_phases", list(&part(&KILL_CHAIN_PHASE))),
        may("first_seen", TIMESTAMP),
        may("last_seen", TIMESTAMP),
        may("operating_system_refs", list(&refs(&["software"]))),
        may("architecture_execution_envs", list(&open(&vocab::PROCESSOR_ARCHITECTURE_OV))),
        may("implementation_languages", list(&open(&vocab::IMPLEMENTATION_LANGUAGE_OV))),
        may("capabilities", list(&open(&vocab::MALWARE_CAPABILITIES_OV))),
        may("sample_refs", list(&refs(&["file", "artifact"]))),
    ],
);

/// Malware Analysis.
pub static MALWARE_ANALYSIS: Def = sdo(
    "malware-analysis",
    "4.12",
    &[
        must("product", STRING),
        may("version", STRING),
        may("host_vm_ref", refs(&["software"])),
        may("operating_system_ref", refs(&["software"])),
        may("installed_software_refs", list(&refs(&["software"]))),
        may("configuration_version", STRING),
        may("modules", list(&STRING)),
        may("analysis_engine_version", STRING),
        may("analysis_definition_version", STRING),
        may("submitted", TIMESTAMP),
        may("analysis_started", TIMESTAMP),
        may("analysis_ended", TIMESTAMP),
        may("result_name", STRING),
        may("result", open(&vocab::MALWARE_RESULT_OV)),
        may("analysis_sco_refs", list(&Type::Identifier(Targets::Observable))),
        may("sample_ref", refs(&["file", "network-traffic", "artifact"])),
    ],
);

/// Note.
pub static NOTE: Def = sdo(
    "note",
    "4.13",
    &[
        may("abstract", STRING),
        must("content", STRING),
        may("authors", list(&STRING)),
        must("object_refs", list(&ANY_ID)),
    ],
);

/// Observed Data.
pub static OBSERVED_DATA: Def = sdo(
    "observed-data",
    "4.14",
    &[
        must("first_observed", TIMESTAMP),
        must("last_observed", TIMESTAMP),
        must("number_observed", integer(1, 999_999_999)),
        old("objects", Type::Container),
        may("object_refs", list(&Type::Identifier(Targets::Observed))),
    ],
);

/// Opinion.
pub static OPINION: Def = sdo(
    "opinion",
    "4.15",
    &[
        may("explanation", STRING),
        may("authors", list(&STRING)),
        must("opinion", closed(&vocab::OPINION_ENUM)),
        must("object_refs", list(&ANY_ID)),
    ],
);

/// Report.
pub static REPORT: Def = sdo(
    "report",
    "4.16",
    &[
        must("name", STRING),
        may("description", STRING),
        may("report_types", list(&open(&vocab::REPORT_TYPE_OV))),
        must("published", TIMESTAMP),
        must("object_refs", list(&ANY_ID)),
    ],
);

/// Threat Actor.
pub static THREAT_ACTOR: Def = sdo(
    "threat-actor",
    "4.17",
    &[
        must("name", STRING),
        may("description", STRING),
        may("threat_actor_types", list(&open(&vocab::THREAT_ACTOR_TYPE_OV))),
        may("aliases", list(&STRING)),
        may("first_seen", TIMESTAMP),
        may("last_seen", TIMESTAMP),
        may("roles", list(&open(&vocab::THREAT_ACTOR_ROLE_OV))),
        may("goals", list(&STRING)),
        may("sophistication", open(&vocab::THREAT_ACTOR_SOPHISTICATION_OV)),
        may("resource_level", open(&vocab::ATTACK_RESOURCE_LEVEL_OV)),
        may("primary_motivation", open(&vocab::ATTACK_MOTIVATION_OV)),
        may("secondary_motivations", list(&open(&vocab::ATTACK_MOTIVATION_OV))),
        may("personal_motivations", list(&open(&vocab::ATTACK_MOTIVATION_OV))),
    ],
);

/// Tool.
pub static TOOL: Def = sdo(
    "tool",
    "4.18",
    &[
        must("name", STRING),
        may("description", STRING),
        may("tool_types", list(&open(&vocab::TOOL_TYPE_OV))),
        may("aliases", list(&STRING)),
        may("kill_chain_phases", list(&part(&KILL_CHAIN_PHASE))),
        may("tool_version", STRING),
    ],
);

/// Vulnerability.
pub static VULNERABILITY: Def = sdo("vulnerability", "4.19", &[must("name", STRING), may("description", STRING)]);
