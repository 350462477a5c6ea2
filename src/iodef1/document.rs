//! The document, the incident, its identifiers and its history (RFC 5070 §3.1-§3.5, §3.11).

use super::{
    IODEF1,
    assessment::Assessment,
    contact::Contact,
    event::{EventData, Method},
    extension::Extension,
    vocab::{Action, Purpose, Restriction},
};
use crate::{
    class,
    class::{Coded, DateTime, Facet, Lang, Lexical, LexicalKind, SimpleDef, Text, Uri, Wire},
};

/// The version of the data model, `1.00` (RFC 5070 §3.1).
pub type Version = Lexical<VersionKind>;
/// A language tag, never empty: `lang` is `xs:language`, where version 2 has `xml:lang` (RFC 5070 §2.3, §3.1).
pub type Language = Lexical<LanguageKind>;

#[doc(hidden)]
#[derive(Debug)]
pub enum VersionKind {}

impl LexicalKind for VersionKind {
    const DEF: SimpleDef = SimpleDef {
        name: "",
        xsd: "xs:string",
        facet: Some(Facet::Pattern(r"1\.00?")),
        wire: Wire::String(r"^1\.00?$"),
        expected: "version 1.00",
        collapse: false,
        accepts: |text| matches!(text, "1.00" | "1.0"),
        sample: |_| "1.00".to_owned(),
    };
}

#[doc(hidden)]
#[derive(Debug)]
pub enum LanguageKind {}

impl LexicalKind for LanguageKind {
    const DEF: SimpleDef = SimpleDef {
        name: "",
        xsd: "xs:language",
        facet: None,
        wire: Wire::String(r"^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$"),
        expected: "a language tag",
        collapse: true,
        accepts: |text| !text.is_empty() && Lang::new(text).is_ok(),
        sample: |dice| dice.pick(&["en", "de", "zh-Hant", "pt-BR"]).unwrap_or_default().to_owned(),
    };
}

class! {
    /// Text in a language (RFC 5070 §2.3).
    pub struct MlString("MLStringType", IODEF1) {
        attr lang: Language = "lang" => .inherits();
        content text: Text = "value" => .required();
    }

    /// The root (RFC 5070 §3.1).
    pub struct IodefDocument("IODEF-Document", IODEF1) {
        attr version: Version = "version" => .default("1.00");
        attr lang: Language = "lang" => .inherits().required();
        attr format_id: Text = "formatid";
        some incident: Incident = "Incident" => .long();
    }

    /// One incident (RFC 5070 §3.2).
    pub struct Incident("Incident", IODEF1) {
        attr purpose: Coded<Purpose> = "purpose" => .ext("ext-purpose").required();
        attr lang: Language = "lang" => .inherits();
        attr restriction: Coded<Restriction> = "restriction" => .inherits().default("private");
        one incident_id: IncidentId = "IncidentID";
        opt alternative_id: AlternativeId = "AlternativeID";
        opt related_activity: RelatedActivity = "RelatedActivity";
        opt detect_time: DateTime = "DetectTime";
        opt start_time: DateTime = "StartTime";
        opt end_time: DateTime = "EndTime";
        one report_time: DateTime = "ReportTime";
        many description: MlString = "Description";
        some assessment: Assessment = "Assessment";
        many method: Method = "Method";
        some contact: Contact = "Contact";
        many event_data: EventData = "EventData";
        opt history: History = "History";
        many additional_data: Extension = "AdditionalData";
    }

    /// The number that a team gave an incident; `name` is the team (RFC 5070 §3.3). Unlike all else it is public unless
    /// it says otherwise (erratum 3333).
    pub struct IncidentId("IncidentID", IODEF1) {
        attr name: Text = "name" => .required();
        attr instance: Text = "instance";
        attr restriction: Coded<Restriction> = "restriction" => .default("public");
        content id: Text = "id" => .required();
    }

    /// Numbers that other teams gave the same incident (RFC 5070 §3.4).
    pub struct AlternativeId("AlternativeID", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        some incident_id: IncidentId = "IncidentID";
    }

    /// Incidents that have to do with this one, by number or by URL, not by both; at least one (RFC 5070 §3.5, erratum
    /// 3333).
    pub struct RelatedActivity("RelatedActivity", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        many incident_id: IncidentId = "IncidentID";
        many url: Uri = "URL";
    }

    /// The log of the handling (RFC 5070 §3.11).
    pub struct History("History", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        some history_item: HistoryItem = "HistoryItem";
    }

    /// One entry of the log (RFC 5070 §3.11.1).
    pub struct HistoryItem("HistoryItem", IODEF1) {
        attr restriction: Coded<Restriction> = "restriction" => .inherits();
        attr action: Coded<Action> = "action" => .ext("ext-action").required();
        one date_time: DateTime = "DateTime";
        opt incident_id: IncidentId = "IncidentID";
        opt contact: Contact = "Contact";
        many description: MlString = "Description";
        many additional_data: Extension = "AdditionalData";
    }
}
