//! Indicators and what can be observed (RFC 7970 §3.28, §3.29).

use super::{
    IODEF,
    assessment::{Assessment, Confidence},
    contact::{Contact, RegistryHandle},
    document::{Incident, MlString},
    event::{DetectionPattern, EventData, Expectation, Reference},
    extension::Extension,
    history::HistoryItem,
    system::{Address, DomainData, NodeRole, System},
    trace::{CertificateData, FileData, Hash, RecordData, WindowsRegistryKeysModified},
    traffic::{EmailData, Service},
    vocab::{BulkType, Operator, Restriction},
};
use crate::{
    choice, class,
    class::{Coded, DateTime, Id, IdRef, Text, Uri},
};

class! {
    /// The indicators of an incident (RFC 7970 §3.28).
    pub struct IndicatorData("IndicatorData", IODEF) {
        some indicator: Indicator = "Indicator" => .long();
    }

    /// What to look for (RFC 7970 §3.29).
    pub struct Indicator("Indicator", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        one indicator_id: IndicatorId = "IndicatorID";
        many alternative_indicator_id: AlternativeIndicatorId = "AlternativeIndicatorID";
        many description: MlString = "Description";
        opt start_time: DateTime = "StartTime";
        opt end_time: DateTime = "EndTime";
        opt confidence: Confidence = "Confidence";
        many contact: Contact = "Contact";
        choice_one content: IndicatorContent = "IndicatorContent" => .inline();
        many node_role: NodeRole = "NodeRole";
        many attack_phase: AttackPhase = "AttackPhase";
        many reference: Reference = "Reference";
        many additional_data: Extension = "AdditionalData";
    }

    /// An indicator's identifier; `name` is the team, by domain (RFC 7970 §3.29.1).
    pub struct IndicatorId("IndicatorID", IODEF) {
        attr name: Text = "name" => .required();
        attr version: Text = "version" => .required();
        content id: Id = "id" => .required();
    }

    /// Identifiers that others gave the same indicator (RFC 7970 §3.29.2).
    pub struct AlternativeIndicatorId("AlternativeIndicatorID", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        some indicator_id: IndicatorId = "IndicatorID";
    }

    /// Something that can be observed (RFC 7970 §3.29.3): one thing, or extensions only.
    pub struct Observable("Observable", IODEF) {
        attr restriction: Coded<Restriction> = "restriction" => .ext("ext-restriction").inherits();
        choice_opt content: ObservableContent = "ObservableContent" => .inline();
        many additional_data: Extension = "AdditionalData";
    }

    /// Many observables of one kind, one per line (RFC 7970 §3.29.3.1).
    pub struct BulkObservable("BulkObservable", IODEF) {
        attr kind: Coded<BulkType> = "type" => .ext("ext-type").required();
        opt format: BulkObservableFormat = "BulkObservableFormat";
        one list: Text = "BulkObservableList";
        many additional_data: Extension = "AdditionalData";
    }

    /// How the lines are made (RFC 7970 §3.29.3.1.1): one of the two.
    pub struct BulkObservableFormat("BulkObservableFormat", IODEF) {
        opt hash: Hash = "Hash";
        many additional_data: Extension = "AdditionalData";
    }

    /// Observables and indicators combined (RFC 7970 §3.29.4).
    pub struct IndicatorExpression("IndicatorExpression", IODEF) {
        attr operator: Coded<Operator> = "operator" => .default("and");
        attr ext_operator: Text = "ext-operator";
        group_some operand: Operand = "Operand" => .inline();
    }

    /// One part of an expression with its own confidence; no element of its own (RFC 7970 §3.29.4).
    pub struct Operand("Operand", IODEF) {
        choice_one content: OperandContent = "OperandContent" => .inline();
        opt confidence: Confidence = "Confidence";
        many additional_data: Extension = "AdditionalData";
    }

    /// An observable elsewhere in the document (RFC 7970 §3.29.6).
    pub struct ObservableReference("ObservableReference", IODEF) {
        attr uid_ref: IdRef = "uid-ref" => .required();
    } json Transparent

    /// An indicator of this document (`uid_ref`) or of another (`euid_ref`) (RFC 7970 §3.29.7).
    pub struct IndicatorReference("IndicatorReference", IODEF) {
        attr uid_ref: IdRef = "uid-ref";
        attr euid_ref: Text = "euid-ref";
        attr version: Text = "version";
    }

    /// A phase of an attack after some model (RFC 7970 §3.29.8). The schema as printed requires `URL`, the text does not.
    pub struct AttackPhase("AttackPhase", IODEF) {
        many attack_phase_id: Text = "AttackPhaseID";
        many url: Uri = "URL";
        many description: MlString = "Description";
        many additional_data: Extension = "AdditionalData";
    }
}

choice! {
    /// What an indicator is made of (RFC 7970 §3.29).
    pub enum IndicatorContent("IndicatorContent", Spread) {
        Reference(ObservableReference) = "ObservableReference" => .json("uid-ref");
        Observable(Observable) = "Observable";
        Expression(IndicatorExpression) = "IndicatorExpression";
        Indicator(IndicatorReference) = "IndicatorReference";
    }

    /// What an expression combines (RFC 7970 §3.29.4).
    pub enum OperandContent("OperandContent", Spread) {
        Reference(ObservableReference) = "ObservableReference" => .json("uid-ref");
        Observable(Observable) = "Observable";
        Expression(IndicatorExpression) = "IndicatorExpression";
        Indicator(IndicatorReference) = "IndicatorReference";
    }

    /// What is observed (RFC 7970 §3.29.3).
    pub enum ObservableContent("ObservableContent", Spread) {
        Address(Address) = "Address";
        System(Box<System>) = "System";
        DomainData(Box<DomainData>) = "DomainData";
        Service(Box<Service>) = "Service";
        EmailData(Box<EmailData>) = "EmailData";
        RegistryKeys(WindowsRegistryKeysModified) = "WindowsRegistryKeysModified";
        FileData(FileData) = "FileData";
        CertificateData(CertificateData) = "CertificateData";
        RegistryHandle(RegistryHandle) = "RegistryHandle";
        RecordData(Box<RecordData>) = "RecordData";
        EventData(Box<EventData>) = "EventData";
        Incident(Box<Incident>) = "Incident";
        Expectation(Box<Expectation>) = "Expectation";
        Reference(Reference) = "Reference";
        Assessment(Box<Assessment>) = "Assessment";
        DetectionPattern(Box<DetectionPattern>) = "DetectionPattern";
        HistoryItem(Box<HistoryItem>) = "HistoryItem";
        BulkObservable(Box<BulkObservable>) = "BulkObservable";
    }
}
