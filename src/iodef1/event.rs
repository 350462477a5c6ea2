//! Events: by which method, between which systems, and what is asked for (RFC 5070 §3.9, §3.12-§3.14).

use super::{
    IODEF1,
    assessment::Assessment,
    contact::Contact,
    document::MlString,
    extension::Extension,
    record::Record,
    system::System,
    vocab::{Action, Restriction, Severity},
};
use crate::{
    choice, class,
    class::{Coded, DateTime, Uri},
};

class! {
    /// How the attack was done (RFC 5070 §3.9). Structured information (RFC 7203) is in `AdditionalData`.
    pub struct Method("Method", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        choice_some item: MethodItem = "MethodItem";
        many additional_data: Extension = "AdditionalData";
    }

    /// A reference to something published, such as an advisory, by its name (RFC 5070 §3.9.1).
    pub struct Reference("Reference", IODEF1) {
        one reference_name: MlString = "ReferenceName";
        many url: Uri = "URL";
        many description: MlString = "Description";
    }

    /// One event of the incident; events nest (RFC 5070 §3.12). The schema says `default` of an absent restriction, the
    /// text that it is inherited (§3.2): the text holds here, since it lets less out.
    pub struct EventData("EventData", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        many description: MlString = "Description";
        opt detect_time: DateTime = "DetectTime";
        opt start_time: DateTime = "StartTime";
        opt end_time: DateTime = "EndTime";
        many contact: Contact = "Contact";
        opt assessment: Assessment = "Assessment";
        many method: Method = "Method";
        many flow: Flow = "Flow";
        many expectation: Expectation = "Expectation";
        opt record: Record = "Record";
        many event_data: EventData = "EventData";
        many additional_data: Extension = "AdditionalData";
    }

    /// What the recipient is asked to do (RFC 5070 §3.13).
    pub struct Expectation("Expectation", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        attr severity: Coded<Severity> = "severity";
        attr action: Coded<Action> = "action" => .ext("ext-action").default("other");
        many description: MlString = "Description";
        opt start_time: DateTime = "StartTime";
        opt end_time: DateTime = "EndTime";
        opt contact: Contact = "Contact";
    }

    /// The systems between which something happened (RFC 5070 §3.14).
    pub struct Flow("Flow", IODEF1) {
        some system: System = "System";
    }
}

choice! {
    /// A reference or a description; they stand in any order (RFC 5070 §3.9).
    pub enum MethodItem("MethodItem", Spread) {
        Description(MlString) = "Description";
        Reference(Reference) = "Reference";
    }
}
