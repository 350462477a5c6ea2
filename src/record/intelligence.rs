//! §10: malware, tools, campaigns and actors (STIX 2.1 §4; RFC 7970 §3.7, §3.8).

use super::{
    base::{Confidence, Dated, Text},
    declare::element,
    files::FileSet,
    indicator::AttackPhase,
    method::Reference,
};

element! {
    /// Malware (§10 `malware[]`).
    pub struct Malware {
        /// Name.
        name: Option<String>;
        /// Other names.
        aliases: Vec<String>;
        /// Types, such as `ransomware` (STIX `malware-type-ov`).
        types: Vec<String>;
        /// Whether a family is meant and not one sample.
        is_family: Option<bool>;
        /// In words.
        descriptions: Vec<Text>;
        /// Samples.
        files: Vec<FileSet>;
        /// What it can do (STIX `malware-capabilities-ov`).
        capabilities: Vec<String>;
        /// Phases of the attack in which it is used.
        attack_phases: Vec<AttackPhase>;
        /// First seen.
        first_seen: Option<Dated>;
        /// Last seen.
        last_seen: Option<Dated>;
        /// What is published about it.
        references: Vec<Reference>;
        /// How sure.
        confidence: Option<Confidence>;
    }
}

element! {
    /// A legitimate tool that was misused (§10 `tools[]`).
    pub struct AttackTool {
        /// Name.
        name: Option<String>;
        /// Other names.
        aliases: Vec<String>;
        /// Types, such as `remote-access` (STIX `tool-type-ov`).
        types: Vec<String>;
        /// Version.
        version: Option<String>;
        /// In words.
        descriptions: Vec<Text>;
        /// Phases of the attack in which it is used.
        attack_phases: Vec<AttackPhase>;
        /// What is published about it.
        references: Vec<Reference>;
        /// How sure.
        confidence: Option<Confidence>;
    }
}

element! {
    /// A campaign (§10 `campaigns[]`; RFC 7970 §3.8 Campaign).
    pub struct Campaign {
        /// Its names.
        names: Vec<String>;
        /// Where more about it is found.
        urls: Vec<String>;
        /// In words.
        descriptions: Vec<Text>;
        /// What it is after.
        objective: Option<Text>;
        /// First seen.
        first_seen: Option<Dated>;
        /// Last seen.
        last_seen: Option<Dated>;
        /// How sure.
        confidence: Option<Confidence>;
    }
}

element! {
    /// A threat actor or intrusion set (§10 `actors[]`; RFC 7970 §3.7 ThreatActor).
    pub struct Actor {
        /// Its names.
        names: Vec<String>;
        /// Where more about it is found.
        urls: Vec<String>;
        /// In words.
        descriptions: Vec<Text>;
        /// Types, such as `crime-syndicate` (STIX `threat-actor-type-ov`).
        types: Vec<String>;
        /// Part that it plays (STIX `threat-actor-role-ov`).
        roles: Vec<String>;
        /// What it is after.
        goals: Vec<String>;
        /// Skill (STIX `threat-actor-sophistication-ov`).
        sophistication: Option<String>;
        /// Means (STIX `attack-resource-level-ov`).
        resource_level: Option<String>;
        /// Motives, the first one foremost (STIX `attack-motivation-ov`).
        motivations: Vec<String>;
        /// First seen.
        first_seen: Option<Dated>;
        /// Last seen.
        last_seen: Option<Dated>;
        /// What is published about it.
        references: Vec<Reference>;
        /// How sure.
        confidence: Option<Confidence>;
    }
}
