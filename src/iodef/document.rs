//! The document, the incident and its identifiers (RFC 7970 §2.4, §3.1-§3.8).

use super::{
    IODEF,
    assessment::{Assessment, Confidence},
    contact::Contact,
    event::{Discovery, EventData, Method},
    extension::Extension,
    history::History,
    indicator::{IndicatorData, IndicatorId},
    vocab::{Purpose, Restriction, Status},
};
use crate::{
    class,
    class::{Coded, DateTime, Facet, Id, Lang, Lexical, LexicalKind, SimpleDef, Text, Uri, Wire},
};

/// The version of the data model: `2.00` (RFC 7970 §3.1), or `2.0` as §4.4 and RFC 8727 have it.
pub type Version = Lexical<VersionKind>;

#[doc(hidden)]
#[derive(Debug)]
pub enum VersionKind {}

impl LexicalKind for VersionKind {
    const DEF: SimpleDef = SimpleDef {
        name: "VersionType",
        xsd: "xs:string",
        facet: Some(Facet::Pattern(r"2\.00?")),
        wire: Wire::String(r"^2\.00?$"),
        expected: "version 2.00",
        collapse: false,
        accepts: |text| matches!(text, "2.00" | "2.0"),
        sample: |_| "2.00".to_owned(),
    };
}

class! {
    /// Text in a language (RFC 7970 §2.4). `translation_id` ties translations of one text together.
    pub struct MlString("MLStringType", IODEF) {
        attr lang: Lang = "xml:lang" => .json("lang").inherits();
        attr translation_id: Text = "translation-id";
        content text: Text = "value" => .required();
    } json TextOrObject

    /// The root (RFC 7970 §3.1).
    pub struct IodefDocument("IODEF-Document", IODEF) {
        attr version: Version = "version" => .default("2.00").json_required();
        attr lang: Lang = "xml:lang" => .json("lang").inherits();
        attr format_id: Text = "format-id";
        attr private_enum_name: Text = "private-enum-name";
        attr private_enum_id: Text = "private-enum-id";
        some incident: Incident = "Incident" => .long();
        many additional_data: Extension = "AdditionalData";
    }

    /// One incident (RFC 7970 §3.2).
    pub struct Incident("Incident", IODEF) {
        attr purpose: Coded<Purpose> = "purpose" => .ext("ext-purpose").required();
        attr status: Coded<Status> = "status" => .ext("ext-status");
        attr lang: Lang = "xml:lang" => .json("lang").inherits();
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits().default("private");
        attr observable_id: Id = "observable-id";
        one incident_id: IncidentId = "IncidentID";
        opt alternative_id: AlternativeId = "AlternativeID";
        many related_activity: RelatedActivity = "RelatedActivity";
        opt detect_time: DateTime = "DetectTime";
        opt start_time: DateTime = "StartTime";
        opt end_time: DateTime = "EndTime";
        opt recovery_time: DateTime = "RecoveryTime";
        opt report_time: DateTime = "ReportTime";
        one generation_time: DateTime = "GenerationTime";
        many description: MlString = "Description";
        many discovery: Discovery = "Discovery";
        many assessment: Assessment = "Assessment";
        many method: Method = "Method";
        some contact: Contact = "Contact";
        many event_data: EventData = "EventData" => .long();
        opt indicator_data: IndicatorData = "IndicatorData" => .unwrapped("Indicator").long();
        opt history: History = "History" => .long();
        many additional_data: Extension = "AdditionalData";
    }

    /// The number that a team gave an incident; `name` is the team, by domain (RFC 7970 §3.4).
    pub struct IncidentId("IncidentID", IODEF) {
        attr name: Text = "name" => .required();
        attr instance: Text = "instance";
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        content id: Text = "id" => .required();
    }

    /// Numbers that other teams gave the same incident (RFC 7970 §3.5).
    pub struct AlternativeId("AlternativeID", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        some incident_id: IncidentId = "IncidentID";
    }

    /// Activity that has to do with this incident (RFC 7970 §3.6).
    pub struct RelatedActivity("RelatedActivity", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        many incident_id: IncidentId = "IncidentID";
        many url: Uri = "URL";
        many threat_actor: ThreatActor = "ThreatActor";
        many campaign: Campaign = "Campaign";
        many indicator_id: IndicatorId = "IndicatorID";
        opt confidence: Confidence = "Confidence";
        many description: MlString = "Description";
        many additional_data: Extension = "AdditionalData";
    }

    /// Who is thought to be behind it (RFC 7970 §3.7). The schema as printed requires `URL`; erratum 5423 lifts that.
    pub struct ThreatActor("ThreatActor", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        many threat_actor_id: Text = "ThreatActorID";
        many url: Uri = "URL";
        many description: MlString = "Description";
        many additional_data: Extension = "AdditionalData";
    }

    /// A series of attacks with one aim (RFC 7970 §3.8).
    pub struct Campaign("Campaign", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        many campaign_id: Text = "CampaignID";
        many url: Uri = "URL";
        many description: MlString = "Description";
        many additional_data: Extension = "AdditionalData";
    }
}

impl MlString {
    /// A text whose language is that of what is around it.
    pub fn new(text: &str) -> Self {
        MlString { text: Some(text.into()), ..MlString::default() }
    }
}
