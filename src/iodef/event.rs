//! Events: how they were found, by which method, between which systems (RFC 7970 §3.10, §3.11, §3.14-§3.16).

use super::{
    ENUM, IODEF, SCI,
    assessment::Assessment,
    contact::Contact,
    document::MlString,
    extension::{AttackPattern, Extension, Software, StructuredInfo},
    system::System,
    trace::Record,
    vocab::{Action, DiscoverySource, Restriction, Severity},
};
use crate::{
    class,
    class::{Coded, DateTime, Id, Integer, NcName, Text, Uri},
};

class! {
    /// How the incident was found (RFC 7970 §3.10).
    pub struct Discovery("Discovery", IODEF) {
        attr source: Coded<DiscoverySource> = "source" => .ext("ext-source").default("unknown");
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        many description: MlString = "Description";
        many contact: Contact = "Contact";
        many detection_pattern: DetectionPattern = "DetectionPattern";
    }

    /// How a tool finds it (RFC 7970 §3.10.1).
    pub struct DetectionPattern("DetectionPattern", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        one application: Software = "Application";
        many description: MlString = "Description";
        many detection_configuration: Text = "DetectionConfiguration";
    }

    /// How the attack was done (RFC 7970 §3.11, RFC 7203).
    pub struct Method("Method", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        many reference: Reference = "Reference";
        many description: MlString = "Description";
        many attack_pattern: AttackPattern = "AttackPattern" => .in_ns(SCI);
        many vulnerability: StructuredInfo = "Vulnerability" => .in_ns(SCI);
        many weakness: StructuredInfo = "Weakness" => .in_ns(SCI);
        many additional_data: Extension = "AdditionalData";
    }

    /// A reference to something published (RFC 7970 §3.11.1).
    pub struct Reference("Reference", IODEF) {
        attr observable_id: Id = "observable-id";
        opt reference_name: ReferenceName = "ReferenceName" => .in_ns(ENUM);
        many url: Uri = "URL";
        many description: MlString = "Description";
    }

    /// An identifier out of a registered list, such as CVE; `spec_index` names the list (RFC 7495 §3).
    pub struct ReferenceName("ReferenceName", ENUM) {
        attr spec_index: Integer = "specIndex" => .required();
        one id: NcName = "ID";
    }

    /// One event of the incident; events nest (RFC 7970 §3.14).
    pub struct EventData("EventData", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        many description: MlString = "Description";
        opt detect_time: DateTime = "DetectTime";
        opt start_time: DateTime = "StartTime";
        opt end_time: DateTime = "EndTime";
        opt recovery_time: DateTime = "RecoveryTime";
        opt report_time: DateTime = "ReportTime";
        many contact: Contact = "Contact";
        many discovery: Discovery = "Discovery";
        opt assessment: Assessment = "Assessment";
        many method: Method = "Method";
        many flow: Flow = "Flow" => .unwrapped("System");
        many expectation: Expectation = "Expectation";
        opt record: Record = "Record" => .unwrapped("RecordData").long();
        many event_data: EventData = "EventData" => .long();
        many additional_data: Extension = "AdditionalData";
    }

    /// What the recipient is asked to do (RFC 7970 §3.15).
    pub struct Expectation("Expectation", IODEF) {
        attr action: Coded<Action> = "action" => .ext("ext-action").default("other");
        attr severity: Coded<Severity> = "severity";
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        attr observable_id: Id = "observable-id";
        many description: MlString = "Description";
        many defined_coa: Text = "DefinedCOA";
        opt start_time: DateTime = "StartTime";
        opt end_time: DateTime = "EndTime";
        opt contact: Contact = "Contact";
    }

    /// The systems between which something happened (RFC 7970 §3.16).
    pub struct Flow("Flow", IODEF) {
        some system: System = "System";
    }
}
