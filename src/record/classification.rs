//! §5, §6, §7: E.409, taxonomies, lifecycle and assessments.

use super::{
    base::{Confidence, Dated, Decimal, DocumentRef, ElementRef, Occurrence, Text},
    declare::{bounded, closed, element, group, open},
};

closed! {
    /// Where the case stands on the pyramid of ITU-T E.409 (§5 `e409.category`, requirement 34).
    pub enum Category {
        Crisis = "crisis",
        SecurityIncident = "security-incident",
        Incident = "incident",
        Event = "event",
        FalseAlarm = "false-alarm",
    }
}

closed! {
    /// Level of seriousness (§5 `e409.seriousness`, requirement 35).
    pub enum Seriousness {
        VerySerious = "very-serious",
        Serious = "serious",
        Slight = "some",
        Nothing = "none",
    }
}

bounded! {
    /// Class of an incident (§5 `e409.class`, requirement 36): 1 is handled locally, 4 is the gravest.
    pub struct ClassLevel(1..=4);
}

open! {
    /// Subdivision of E.409 §1.3 (§5 `e409.subdivision`).
    pub enum Subdivision {
        Netiquette = "netiquette",
        PolicyViolation = "policy-violation",
        IndividualVirus = "individual-virus",
        ScansProbes = "scans-probes",
        Intrusion = "intrusion",
        SabotageDamage = "sabotage-damage",
        MaliciousSoftware = "malicious-software",
        TheftEspionage = "theft-espionage",
        Impersonation = "impersonation",
    }
}

closed! {
    /// Nature of the case (§5 `e409.nature`, requirement 38).
    pub enum Nature {
        Physical = "physical",
        AdministrativeOrganisational = "administrative-organisational",
        Logical = "logical",
    }
}

closed! {
    /// How it was noticed (§5 `e409.detection`, requirement 10).
    pub enum DetectionWay {
        Visual = "visual",
        Feeling = "feeling",
        LogicalAlarm = "logical-alarm",
        PhysicalAlarm = "physical-alarm",
        External = "external",
    }
}

closed! {
    /// Who noticed it outside (§5 `e409.detection`).
    pub enum ExternalDetector {
        Media = "media",
        LawEnforcement = "law-enforcement",
        Public = "public",
        Partner = "partner",
    }
}

group! {
    /// One way in which it was noticed (§5 `e409.detection`).
    pub struct Detection {
        /// How.
        way: Option<DetectionWay>;
        /// By whom, when outside.
        external: Option<ExternalDetector>;
        /// In words.
        text: Option<Text>;
    }
}

group! {
    /// Classification by ITU-T E.409 (§5).
    pub struct E409 {
        /// Where the case stands on the pyramid.
        category: Option<Category> = "YYYCCYN";
        /// Level of seriousness.
        seriousness: Option<Seriousness> = "YYYCCYN";
        /// Class, for incidents and security incidents only.
        class: Option<ClassLevel> = "YYYCCYN";
        /// Subdivision.
        subdivision: Vec<Subdivision> = "YYYYCYC";
        /// Nature.
        nature: Vec<Nature> = "YYYCCYN";
        /// How it was noticed.
        detection: Vec<Detection> = "YYYYCYN";
    }
}

closed! {
    /// Why somebody is the incident owner (§5 `owner_basis`, requirement 52).
    pub enum OwnerBasis {
        SystemOwner = "system-owner",
        LargestLoss = "largest-loss",
        Infrastructure = "infrastructure",
        DefaultIsec = "default-isec",
    }
}

group! {
    /// The declaration of a crisis (§5 `crisis`).
    pub struct Crisis {
        /// Who declared it.
        declared_by: Option<String>;
        /// When.
        at: Option<Dated>;
        /// The plan that was put in force.
        plan_ref: Option<DocumentRef>;
    }
}

element! {
    /// A value of a taxonomy; always with the taxonomy's name and version (§6 `classification[]`, requirement 39).
    pub struct Classification {
        /// Taxonomy, such as `rsit`.
        scheme: Option<String>;
        /// Its version, such as `1003`.
        scheme_version: Option<String>;
        /// Class in it, such as `malicious-code`.
        class: Option<String>;
        /// Value in the class, such as `infected-system`; the whole text when the scheme is not known.
        value: Option<String>;
        /// Whether this is the value to count by.
        primary: Option<bool>;
        /// Weight among several.
        weight: Option<Decimal>;
        /// Who classified: a person, as `recorded_by` is.
        by: Option<String> = "YYNCNNN";
        /// When.
        at: Option<Dated>;
        /// How sure.
        confidence: Option<Confidence>;
    }
}

closed! {
    /// Where the handling of the case stands (§7).
    pub enum Status {
        /// Stored, unacknowledged.
        Received = "received",
        Acknowledged = "acknowledged",
        /// First assessment.
        Assessing1 = "assessing-1",
        /// Second assessment.
        Assessing2 = "assessing-2",
        /// Confirmed as an incident.
        Confirmed = "confirmed",
        Responding = "responding",
        Crisis = "crisis",
        /// Handed to another team.
        Forwarded = "forwarded",
        /// Actions done, review open.
        Resolved = "resolved",
        /// Review done, sealed.
        Closed = "closed",
        FalseAlarm = "false-alarm",
        /// Registered only.
        NoAction = "no-action",
        /// Into another number.
        Merged = "merged",
        /// Exercise, maintenance.
        Planned = "planned",
    }
}

closed! {
    /// Whether the case is under control (§7 `control_state`, requirement 57).
    pub enum ControlState {
        Unknown = "unknown",
        UnderControl = "under-control",
        NotUnderControl = "not-under-control",
    }
}

closed! {
    /// Phase of handling (§7 `phase`, requirement 55).
    pub enum Phase {
        Emergency = "emergency",
        Handling = "handling",
        FollowUp = "follow-up",
    }
}

closed! {
    /// Whether to stop the attacker or to gather proof (§7 `strategy`).
    pub enum Strategy {
        Protect = "protect",
        Pursue = "pursue",
    }
}

closed! {
    /// Whether the case goes to court (§7 `legal_aftermath`).
    pub enum LegalAftermath {
        Open = "open",
        No = "no",
        Yes = "yes",
    }
}

group! {
    /// What must be documented before a case is closed (§21).
    pub struct Closure {
        /// Why an assessment was skipped.
        skipped_assessment: Option<Text>;
        /// What was decided about the evidence: kept where and until when, handed over, destroyed.
        evidence_decision: Option<Text>;
        /// Who accepted the resolution (requirement 64).
        accepted_by: Option<String>;
    }
}

element! {
    /// An assessment (§7 `assessments[]`, requirements 50 and 51); a later one never overwrites an earlier one.
    pub struct Assessment {
        /// 1 is that of operations support, 2 that of the ISIRT.
        seq: Option<u64>;
        /// In what role it was made.
        by_role: Option<String>;
        /// By whom.
        by: Option<String>;
        /// When.
        at: Option<Dated>;
        /// Category.
        category: Option<Category>;
        /// Seriousness.
        seriousness: Option<Seriousness>;
        /// Class.
        class: Option<ClassLevel>;
        /// Severity on the team's scale, with the scale's name before a colon.
        severity: Option<String>;
        /// Whether it is an incident.
        is_incident: Option<bool>;
        /// Why.
        reasons: Option<Text>;
        /// What it changes against the one before.
        changes: Option<Text>;
    }
}

closed! {
    /// Which end of a scale is the gravest (§7, requirement 45).
    pub enum ScaleDirection {
        HighestIsWorst = "highest-is-worst",
        LowestIsWorst = "lowest-is-worst",
    }
}

element! {
    /// One value of severity or priority over time (§7 `severity_series[]`, requirement 46).
    pub struct SeverityEntry {
        /// The scale; no bare number is ever sent.
        scale: Option<String>;
        /// The value on it.
        value: Option<String>;
        /// Which end is the gravest.
        direction: Option<ScaleDirection>;
        /// Whether the impact happened or is expected.
        occurrence: Option<Occurrence>;
        /// Since when.
        from: Option<Dated>;
        /// Who set it.
        by: Option<String>;
        /// Why.
        reason: Option<Text>;
    }
}

open! {
    /// By what a case was noticed (RFC 7970 §3.10 `source`).
    pub enum DiscoverySource {
        Nidps = "nidps",
        Hips = "hips",
        Siem = "siem",
        Av = "av",
        ThirdPartyMonitoring = "third-party-monitoring",
        Incident = "incident",
        OsLog = "os-log",
        ApplicationLog = "application-log",
        DeviceLog = "device-log",
        NetworkFlow = "network-flow",
        PassiveDns = "passive-dns",
        Investigation = "investigation",
        Audit = "audit",
        InternalNotification = "internal-notification",
        ExternalNotification = "external-notification",
        Leo = "leo",
        Partner = "partner",
        Actor = "actor",
        Unknown = "unknown",
    }
}

element! {
    /// How the case or an event was discovered (§5 `e409.detection`; RFC 7970 §3.10 Discovery).
    pub struct Discovery {
        /// By what.
        source: Option<DiscoverySource>;
        /// In words.
        descriptions: Vec<Text>;
        /// By whom, in `parties`; more sensitive than how (requirement 96).
        contacts: Vec<ElementRef> = "YCNCNCN";
        /// What was configured to find it.
        patterns: Vec<super::software::DetectionPattern>;
    }
}
