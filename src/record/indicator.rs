//! §10: indicators and observables (RFC 7970 §3.28, §3.29; STIX 2.1 §4.7).

use super::{
    actions::Action,
    base::{Confidence, Dated, ElementRef, Text},
    declare::{closed, element, group, open},
    event::Event,
    evidence::Evidence,
    files::{CertificateSet, Email, FileSet, Hash, RegistryChange},
    impact::ImpactAssessment,
    method::Reference,
    party::RegistryHandle,
    software::{DetectionPattern, TypedValue},
    system::{Address, Domain, NodeRole, Service, System},
    timeline::TimelineEntry,
};

group! {
    /// Name of an indicator (RFC 7970 §3.29.1 IndicatorID).
    pub struct IndicatorName {
        /// Id, unique with its owner.
        id: Option<String>;
        /// Who gave it, by domain.
        owner: Option<String>;
        /// Version.
        version: Option<String>;
    }
}

group! {
    /// Other names of the same indicator (RFC 7970 §3.29.2 AlternativeIndicatorID).
    pub struct AlternativeNames {
        /// The names.
        names: Vec<IndicatorName>;
    }
}

group! {
    /// Phase of an attack (RFC 7970 §3.29.8 AttackPhase; STIX kill-chain phase).
    pub struct AttackPhase {
        /// Name of the kill chain, such as `mitre-attack`.
        chain: Option<String>;
        /// Ids or names of the phase.
        ids: Vec<String>;
        /// Where it is described.
        urls: Vec<String>;
        /// In words.
        descriptions: Vec<Text>;
    }
}

open! {
    /// Kind of the lines of a bulk list (RFC 7970 §3.29.4 `type`).
    pub enum BulkKind {
        Asn = "asn",
        Atm = "atm",
        EMail = "e-mail",
        Ipv4Addr = "ipv4-addr",
        Ipv4Net = "ipv4-net",
        Ipv4NetMask = "ipv4-net-mask",
        Ipv6Addr = "ipv6-addr",
        Ipv6Net = "ipv6-net",
        Ipv6NetMask = "ipv6-net-mask",
        Mac = "mac",
        SiteUri = "site-uri",
        DomainName = "domain-name",
        DomainToIpv4 = "domain-to-ipv4",
        DomainToIpv6 = "domain-to-ipv6",
        DomainToIpv4Timestamp = "domain-to-ipv4-timestamp",
        DomainToIpv6Timestamp = "domain-to-ipv6-timestamp",
        Ipv4Port = "ipv4-port",
        Ipv6Port = "ipv6-port",
        WindowsRegKey = "windows-reg-key",
        FileHash = "file-hash",
        EmailXMailer = "email-x-mailer",
        EmailSubject = "email-subject",
        HttpUserAgent = "http-user-agent",
        HttpRequestUri = "http-request-uri",
        Mutex = "mutex",
        FilePath = "file-path",
        UserName = "user-name",
    }
}

group! {
    /// Many values of one kind (RFC 7970 §3.29.4 BulkObservable).
    pub struct Bulk {
        /// Kind.
        kind: Option<BulkKind>;
        /// How digests in the list were made.
        hash: Option<Hash>;
        /// The values, one per line.
        list: Option<String>;
    }
}

group! {
    /// A process (STIX 2.1 §6.13).
    pub struct Process {
        /// Name of the image.
        name: Option<String>;
        /// Command line.
        command_line: Option<String>;
        /// Process id.
        pid: Option<i64>;
        /// When it was started.
        started_at: Option<Dated>;
    }
}

group! {
    /// What can be seen: exactly one member is meant to be there (RFC 7970 §3.29.3 Observable; STIX SCO).
    ///
    /// An event, piece of evidence, action or timeline entry inside an observable belongs to it alone and stands in no
    /// list of the record.
    pub struct Observable {
        /// A system.
        system: Option<Box<System>>;
        /// An address.
        address: Option<Box<Address>>;
        /// A domain.
        domain: Option<Box<Domain>>;
        /// A network service.
        service: Option<Box<Service>>;
        /// A mail.
        email: Option<Box<Email>>;
        /// Changed registry keys.
        registry_change: Option<Box<RegistryChange>>;
        /// Files.
        files: Option<Box<FileSet>>;
        /// Certificates.
        certificates: Option<Box<CertificateSet>>;
        /// An entry in a registry of resource holders.
        registry_handle: Option<Box<RegistryHandle>>;
        /// A piece of evidence.
        evidence: Option<Box<Evidence>>;
        /// An event.
        event: Option<Box<Event>>;
        /// An action.
        action: Option<Box<Action>>;
        /// A reference.
        reference: Option<Box<Reference>>;
        /// An assessment of impacts.
        assessment: Option<Box<ImpactAssessment>>;
        /// What detects it.
        detection_pattern: Option<Box<DetectionPattern>>;
        /// An entry of the timeline.
        entry: Option<Box<TimelineEntry>>;
        /// Many values of one kind.
        bulk: Option<Box<Bulk>>;
        /// An address of the web.
        url: Option<String>;
        /// A user account.
        account: Option<String>;
        /// A mutex.
        mutex: Option<String>;
        /// A process.
        process: Option<Box<Process>>;
        /// Another value with its type.
        value: Option<Box<TypedValue>>;
    }
}

element! {
    /// Something that was seen on our side (§10 `observables[]`); kept apart from what marks the attacker.
    pub struct ObservedData {
        /// What was seen.
        observable: Option<Observable>;
        /// First time.
        first_seen: Option<Dated>;
        /// Last time.
        last_seen: Option<Dated>;
        /// How often.
        count: Option<u64>;
        /// The event, in `events`.
        event: Option<ElementRef> = structure;
        /// In words.
        descriptions: Vec<Text>;
    }
}

closed! {
    /// How the terms of an expression are joined (RFC 7970 §3.29.5 `operator`).
    pub enum Operator {
        Not = "not",
        And = "and",
        Or = "or",
        Xor = "xor",
    }
}

group! {
    /// A link to another indicator (RFC 7970 §3.29.7 IndicatorReference).
    pub struct IndicatorLink {
        /// The indicator, in `indicators`.
        element: Option<ElementRef>;
        /// Its id, when it is in another document.
        external: Option<String>;
        /// Its version.
        version: Option<String>;
    }
}

group! {
    /// One term of an expression: one of the first four members.
    pub struct Term {
        /// An expression.
        expression: Option<Box<Expression>>;
        /// An observable.
        observable: Option<Observable>;
        /// An element of this record as observable.
        observable_ref: Option<ElementRef>;
        /// Another indicator.
        indicator_ref: Option<IndicatorLink>;
        /// How sure.
        confidence: Option<Confidence>;
    }
}

group! {
    /// Terms joined by an operator (RFC 7970 §3.29.5 IndicatorExpression).
    pub struct Expression {
        /// The operator; `and` when absent.
        operator: Option<Operator>;
        /// The terms.
        terms: Vec<Term>;
    }
}

element! {
    /// An indicator (§10 `indicators[]`; RFC 7970 §3.29 Indicator, STIX 2.1 §4.7).
    ///
    /// What is looked for is one of `observable`, `observable_ref`, `expression`, `indicator_ref`; a STIX `pattern` may
    /// stand beside it or alone.
    pub struct Indicator {
        /// Its name.
        name: Option<IndicatorName>;
        /// Other names.
        alternative_names: Vec<AlternativeNames>;
        /// Title.
        title: Option<String>;
        /// Types, such as `malicious-activity` (STIX `indicator-type-ov`).
        types: Vec<String>;
        /// In words.
        descriptions: Vec<Text>;
        /// Since when it holds.
        valid_from: Option<Dated>;
        /// Until when.
        valid_until: Option<Dated>;
        /// How sure.
        confidence: Option<Confidence>;
        /// Who knows more, in `parties`.
        contacts: Vec<ElementRef>;
        /// What is looked for.
        observable: Option<Observable>;
        /// An element of this record as observable.
        observable_ref: Option<ElementRef>;
        /// Terms that are looked for together.
        expression: Option<Expression>;
        /// The indicator that this one means.
        indicator_ref: Option<IndicatorLink>;
        /// The pattern, in its language.
        pattern: Option<String>;
        /// Language of the pattern, such as `stix`, `snort`, `yara`.
        pattern_type: Option<String>;
        /// Version of that language.
        pattern_version: Option<String>;
        /// What systems of this kind do.
        node_roles: Vec<NodeRole>;
        /// Phases of the attack.
        attack_phases: Vec<AttackPhase>;
        /// What is published about it.
        references: Vec<Reference>;
        /// How it was used in this case.
        context: Option<Text>;
    }
}
