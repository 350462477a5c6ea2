//! The table of rules, in the order of the RFC's sections.

use super::{
    Kind, Look, Of, Rule,
    looks::{
        course, flow_ports, has_observable_id, has_spec_id, has_texts, hashes_a_part, is, lonely_translation, mentions,
        named, observable_id, one_of, repeated_translation, required, some_child, team, text, times,
    },
    values::{is_address, is_of_type, ports},
};
use crate::{
    class::Slot,
    error::{Code, Severity},
    iodef::{
        Address, AlternativeIndicatorId, ApplicationHeader, AttackPhase, BulkObservable, BulkObservableFormat,
        Campaign, Confidence, Contact, DetectionPattern, DomainContacts, DomainData, EmailData, EventData, Expectation,
        Extension, Flow, HashData, HistoryItem, Incident, IncidentId, Indicator, IndicatorExpression, IndicatorId,
        IndicatorReference, IodefDocument, Method, MonetaryImpact, Nameservers, Node, Observable, ObservableReference,
        RecordData, Reference, RegistryHandle, RelatedActivity, Service, ServiceName, Software, SoftwareReference,
        ThreatActor,
        vocab::{BulkType, Dtype, HashScope, Operator, Rating, SpecName, SystemCategory},
    },
};

macro_rules! rule {
    ($class:ident, $severity:ident $code:ident, $source:literal, $expected:literal, $check:expr $(, $xml_only:ident)?) => {
        Rule {
            of: Of::Class(|| const { &$class::DEF }),
            severity: Severity::$severity,
            code: Code::$code,
            source: $source,
            expected: $expected,
            xml_only: rule!(@is $($xml_only)?),
            check: |class, look| {
                let check: fn(&$class, &mut Look<'_>) = $check;
                if let Some(class) = class.any().downcast_ref() {
                    check(class, look);
                }
            },
        }
    };
    ($what:literal $having:ident, $severity:ident $code:ident, $source:literal, $expected:literal, $check:expr) => {
        Rule {
            of: Of::Having($what, $having),
            severity: Severity::$severity,
            code: Code::$code,
            source: $source,
            expected: $expected,
            xml_only: false,
            check: $check,
        }
    };
    (@is xml_only) => { true };
    (@is) => { false };
}

/// All rules.
pub const RULES: &[Rule] = &[
    rule!("classes with texts in languages" has_texts, Note TranslationId, "RFC 7970 §2.4",
        "another text beside it with the same translation-id", lonely_translation),
    rule!("classes with texts in languages" has_texts, Warning TranslationId, "RFC 7970 §2.4",
        "one text of a translation-id in each language", repeated_translation),
    rule!(Software, Warning ClassEmpty, "RFC 7970 §2.15", "a SoftwareReference, URL or Description", |class, look| {
        some_child(class, look);
    }),
    rule!(SoftwareReference, Warning ClassMissing, "RFC 7970 §2.15.1", "dtype, since spec-name is custom", |class, look| {
        if is(&class.spec_name, SpecName::Custom) && class.dtype.is_none() {
            look.broken_at("dtype", 0, "nothing");
        }
    }),
    rule!(SoftwareReference, Warning ValueInvalid, "RFC 7970 §2.15.1", "content of the type that dtype says", |class, look| {
        if let (Some(content), Some(dtype)) = (&class.content, &class.dtype)
            && !is_of_type(content, dtype.as_str())
        {
            look.broken(format!("no {}: {}", dtype.meaning(), content.content()));
        }
    }),
    rule!(
        Extension,
        Warning ClassMissing,
        "RFC 7970 §5.2",
        "content: what the class is extended by",
        |class, look| required(&class.content, "value", look),
        xml_only
    ),
    rule!(Extension, Warning ValueInvalid, "RFC 7970 §2.16", "content of the type that dtype says", |class, look| {
        if let (Some(content), Some(dtype)) = (&class.content, &class.dtype)
            && !is_of_type(content, dtype.as_str())
        {
            look.broken_at("value", 0, format!("no {}: {}", dtype.meaning(), content.content()));
        }
    }),
    rule!(IodefDocument, Warning ValueInvalid, "RFC 7970 §3.1", "version 2.00", |class, look| {
        if class.version.as_deref().is_some_and(|version| version != "2.00") {
            look.broken_at("version", 0, class.version.as_deref().unwrap_or_default());
        }
    }, xml_only),
    rule!(IodefDocument, Warning ClassMissing, "RFC 7970 §6", "the language of the document", |class, look| {
        if class.lang.is_none() {
            look.broken_at("xml:lang", 0, "nothing");
        }
    }, xml_only),
    rule!(IodefDocument, Warning ClassMissing, "RFC 7970 §3.1", "private-enum-name beside private-enum-id", |class, look| {
        if class.private_enum_id.is_some() && class.private_enum_name.is_none() {
            look.broken_at("private-enum-name", 0, "nothing");
        }
    }),
    rule!(IodefDocument, Warning ValueInvalid, "RFC 7970 §3.1", "the domain name of a team as private-enum-name", |class, look| {
        team(&class.private_enum_name, "private-enum-name", look);
    }),
    rule!(Incident, Warning ValueContradicts, "RFC 7970 §3.2", "an EndTime that is not before StartTime", |class, look| {
        times(&class.start_time, &class.end_time, look);
    }),
    rule!("classes with observable-id" has_observable_id, Error IdRepeated, "RFC 7970 §3.3.2",
        "an id that nothing else in the document has", observable_id),
    rule!(IncidentId, Warning ValueInvalid, "RFC 7970 §3.4", "the domain name of a team as name", |class, look| {
        team(&class.name, "name", look);
    }),
    rule!(Incident, Warning ValueContradicts, "RFC 7970 §3.5", "no number of the team itself in AlternativeID", |class, look| {
        let own = class.incident_id.as_ref().and_then(|id| id.name.as_ref());
        let others = class.alternative_id.iter().flat_map(|others| &others.incident_id);
        if own.is_some() && others.filter_map(|id| id.name.as_ref()).any(|name| Some(name) == own) {
            look.broken_at("AlternativeID", 0, own.map(|name| &**name).unwrap_or_default());
        }
    }),
    rule!(RelatedActivity, Warning ClassEmpty, "RFC 7970 §3.6",
        "an IncidentID, URL, ThreatActor, Campaign, Description or AdditionalData", |class, look| {
        let lists: [&dyn Slot; 6] = [
            &class.incident_id, &class.url, &class.threat_actor, &class.campaign, &class.description,
            &class.additional_data,
        ];
        one_of(&lists, look);
    }),
    rule!(RelatedActivity, Warning IdRepeated, "RFC 7970 §2.14", "an IndicatorID that does not stand in the document yet", |class, look| {
        mentions(&class.indicator_id, look);
    }),
    rule!(ThreatActor, Warning ClassEmpty, "RFC 7970 §3.7", "a child of ThreatActor", |class, look| {
        some_child(class, look);
    }),
    rule!(Campaign, Warning ClassEmpty, "RFC 7970 §3.8", "a child of Campaign", |class, look| {
        some_child(class, look);
    }),
    rule!(Contact, Warning ClassEmpty, "RFC 7970 §3.9", "a child of Contact", |class, look| {
        some_child(class, look);
    }),
    rule!(RegistryHandle, Warning ClassMissing, "RFC 7970 §3.9.1", "the registry", |class, look| {
        required(&class.registry, "registry", look);
    }, xml_only),
    rule!(DetectionPattern, Warning ClassEmpty, "RFC 7970 §3.10.1", "a Description or DetectionConfiguration", |class, look| {
        one_of(&[&class.description, &class.detection_configuration], look);
    }),
    rule!(Method, Warning ClassEmpty, "RFC 7970 §3.11", "a child of Method", |class, look| {
        some_child(class, look);
    }),
    rule!(Reference, Warning ClassEmpty, "RFC 7970 §3.11.1", "a ReferenceName, URL or Description", |class, look| {
        some_child(class, look);
    }),
    rule!(MonetaryImpact, Warning ValueInvalid, "RFC 7970 §3.12.4", "a currency code of ISO 4217", |class, look| {
        let is_code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(currency) = class.currency.as_deref().filter(|code| !is_code(code)) {
            look.broken_at("currency", 0, currency);
        }
    }),
    rule!(Confidence, Warning ClassMissing, "RFC 7970 §3.12.5", "a number, since rating is numeric", |class, look| {
        if is(&class.rating, Rating::Numeric) && class.value.is_none() {
            look.broken("nothing");
        }
    }, xml_only),
    // JSON requires a number whatever the rating is.
    rule!(Confidence, Warning ValueContradicts, "RFC 7970 §3.12.5", "no content, since rating is not numeric", |class, look| {
        if let (Some(value), false) = (&class.value, is(&class.rating, Rating::Numeric)) {
            look.broken(&**value);
        }
    }, xml_only),
    rule!(HistoryItem, Warning ClassMissing, "RFC 7970 §3.13.1", "a DefinedCOA, since action is defined-coa", |class, look| {
        course(&class.action, &class.defined_coa, look);
    }),
    rule!(EventData, Warning ClassEmpty, "RFC 7970 §3.14", "a child of EventData", |class, look| {
        some_child(class, look);
    }),
    rule!(EventData, Warning ValueContradicts, "RFC 7970 §3.14", "an EndTime that is not before StartTime", |class, look| {
        times(&class.start_time, &class.end_time, look);
    }),
    rule!(Expectation, Warning ClassMissing, "RFC 7970 §3.15", "a DefinedCOA, since action is defined-coa", |class, look| {
        course(&class.action, &class.defined_coa, look);
    }),
    rule!(Expectation, Warning ValueContradicts, "RFC 7970 §3.15", "an EndTime that is not before StartTime", |class, look| {
        times(&class.start_time, &class.end_time, look);
    }),
    // JSON has no Flow: which systems belong together is not said there.
    rule!(Flow, Warning ValueContradicts, "RFC 7970 §3.20", "as many ports of the source as of the target", |class, look| {
        if let (Some(source), Some(target)) = flow_ports(class)
            && source != target
        {
            look.broken(format!("{source} of the source, {target} of the target"));
        }
    }, xml_only),
    rule!(Flow, Warning ClassRepeated, "RFC 7970 §3.20", "one source and one target, since they have lists of ports", |class, look| {
        let systems = |category| class.system.iter().filter(move |system| is(&system.category, category)).count();
        let (sources, targets) = (systems(SystemCategory::Source), systems(SystemCategory::Target));
        if matches!(flow_ports(class), (Some(2..), Some(_))) && (sources, targets) != (1, 1) {
            look.broken(format!("{sources} sources and {targets} targets"));
        }
    }, xml_only),
    rule!(Node, Warning ClassEmpty, "RFC 7970 §3.18", "a DomainData or Address", |class, look| {
        one_of(&[&class.address], look);
    }),
    rule!(Address, Warning ValueInvalid, "RFC 7970 §3.18.1", "an address of the category", |class, look| {
        let category = match &class.category {
            Some(category) => category.as_str(),
            None if look.place.json() => return,
            None => "ipv6-addr",
        };
        if let Some(value) = class.value.as_deref().filter(|value| !is_address(value, category)) {
            look.broken(format!("no {category}: {}", value.trim()));
        }
    }),
    rule!(DomainData, Warning ClassMissing, "RFC 7970 §3.19", "the system-status", |class, look| {
        required(&class.system_status, "system-status", look);
    }, xml_only),
    rule!(DomainData, Warning ClassMissing, "RFC 7970 §3.19", "the domain-status", |class, look| {
        required(&class.domain_status, "domain-status", look);
    }, xml_only),
    rule!(Nameservers, Warning ValueInvalid, "RFC 7970 §3.19.1", "an address of category ipv4-addr or ipv6-addr", |class, look| {
        for (i, address) in class.address.iter().enumerate() {
            let category = address.category.as_ref().map_or("ipv6-addr", |category| category.meaning());
            if !matches!(category, "ipv4-addr" | "ipv6-addr") {
                look.broken_at("Address", i + 1, category);
            }
        }
    }),
    rule!(DomainContacts, Error Alternatives, "RFC 7970 §3.19.2", "either SameDomainContact or Contact", |class, look| {
        if class.same_domain_contact.is_some() && !class.contact.is_empty() {
            look.broken("both");
        }
    }),
    rule!(DomainContacts, Warning ClassEmpty, "RFC 7970 §3.19.2", "a SameDomainContact or Contact", |class, look| {
        one_of(&[&class.same_domain_contact, &class.contact], look);
    }),
    rule!(Service, Warning ClassEmpty, "RFC 7970 §3.20", "a child of Service", |class, look| {
        some_child(class, look);
    }),
    rule!(Service, Warning ClassMissing, "RFC 7970 §3.20", "the ip-protocol of a port, type, code or field", |class, look| {
        let of_protocol: [&dyn Slot; 5] =
            [&class.port, &class.portlist, &class.proto_code, &class.proto_type, &class.proto_field];
        if class.ip_protocol.is_none() && of_protocol.iter().any(|field| !field.is_empty()) {
            look.broken_at("ip-protocol", 0, "nothing");
        }
    }),
    rule!(Service, Warning ValueInvalid, "RFC 7970 §3.20", "the number of an IP protocol, 0 to 255", |class, look| {
        if let Some(number) = class.ip_protocol.as_deref().filter(|number| number.parse::<u8>().is_err()) {
            look.broken_at("ip-protocol", 0, number);
        }
    }),
    rule!(Service, Warning ValueInvalid, "RFC 7970 §3.20", "ports from 0 to 65535, ranges from the lower to the higher", |class, look| {
        if let Some(port) = class.port.as_deref().filter(|port| port.parse::<u16>().is_err()) {
            look.broken_at("Port", 0, port);
        }
        if let Some(list) = class.portlist.as_deref().filter(|list| ports(list).is_none()) {
            look.broken_at("Portlist", 0, list);
        }
    }),
    rule!(ServiceName, Warning ClassEmpty, "RFC 7970 §3.20.1", "an IANAService, URL or Description", |class, look| {
        some_child(class, look);
    }),
    rule!(ApplicationHeader, Warning ClassMissing, "RFC 7970 §3.20.2", "the name of the header field", |class, look| {
        named(&class.field, "ApplicationHeaderField", look);
    }),
    rule!(EmailData, Warning ClassMissing, "RFC 7970 §3.21", "the name of the header field", |class, look| {
        named(&class.email_header_field, "EmailHeaderField", look);
    }),
    rule!(EmailData, Warning ValueInvalid, "RFC 7970 §3.21", "a header field of dtype string", |class, look| {
        for (i, field) in class.email_header_field.iter().enumerate() {
            if let Some(dtype) = field.dtype.as_ref().filter(|dtype| dtype.known() != Some(Dtype::String)) {
                look.broken_at("EmailHeaderField", i + 1, dtype.meaning());
            }
        }
    }),
    rule!(RecordData, Warning ClassEmpty, "RFC 7970 §3.22.1",
        "a RecordItem, URL, FileData, WindowsRegistryKeysModified, CertificateData or AdditionalData", |class, look| {
        let lists: [&dyn Slot; 6] = [
            &class.record_item, &class.url, &class.file_data, &class.registry_keys_modified, &class.certificate_data,
            &class.additional_data,
        ];
        one_of(&lists, look);
    }),
    rule!(HashData, Warning ClassEmpty, "RFC 7970 §3.26", "a Hash or FuzzyHash", |class, look| {
        one_of(&[&class.hash, &class.fuzzy_hash], look);
    }),
    rule!(HashData, Warning ClassMissing, "RFC 7970 §3.26", "a HashTargetID, which the scope asks for", |class, look| {
        if hashes_a_part(class) && class.target_id.is_none() {
            look.broken_at("HashTargetID", 0, "nothing");
        }
    }),
    rule!(HashData, Warning ValueInvalid, "RFC 7970 §3.26", "an ordinal number from 1, or the offset of an object of a PDF file",
        |class, look| {
        let least = u64::from(!is(&class.scope, HashScope::FilePdfObject));
        let is_number = |text: &str| text.trim().parse::<u64>().is_ok_and(|number| number >= least);
        if let Some(id) = class.target_id.as_deref().filter(|id| hashes_a_part(class) && !is_number(id)) {
            look.broken_at("HashTargetID", 0, id);
        }
    }),
    rule!(HashData, Warning ClassMissing, "RFC 7970 §3.26", "the Application that made a hash of an import table", |class, look| {
        let made = class.hash.iter().map(|hash| &hash.application);
        let mut made = made.chain(class.fuzzy_hash.iter().map(|hash| &hash.application));
        if is(&class.scope, HashScope::FilePeIat) && made.any(Option::is_none) {
            look.broken("nothing");
        }
    }),
    rule!(Indicator, Warning ValueContradicts, "RFC 7970 §3.29", "an EndTime that is not before StartTime", |class, look| {
        times(&class.start_time, &class.end_time, look);
    }),
    // Before the next, after which the id is the indicator's.
    rule!(Indicator, Warning IdRepeated, "RFC 7970 §2.14", "an id that RelatedActivity or AlternativeIndicatorID does not have",
        |class, look| {
        let id = class.indicator_id.as_ref().and_then(|id| id.id.as_deref());
        if let Some((id, known)) = id.and_then(|id| Some((id, look.ids.mentioned(id)?))) {
            look.again(id, known, "IndicatorID", 0);
        }
    }),
    rule!(Indicator, Error IdRepeated, "RFC 7970 §3.29.1", "an id that nothing else in the document has", |class, look| {
        if let Some(id) = class.indicator_id.as_ref().and_then(|id| id.id.as_deref()) {
            look.id(id, Kind::Indicator, "IndicatorID", 0);
        }
    }),
    rule!(IndicatorId, Warning ValueInvalid, "RFC 7970 §3.29.1", "the domain name of a team as name", |class, look| {
        team(&class.name, "name", look);
    }),
    rule!(AlternativeIndicatorId, Warning IdRepeated, "RFC 7970 §2.14", "an IndicatorID that does not stand in the document yet",
        |class, look| {
        mentions(&class.indicator_id, look);
    }),
    rule!(Observable, Error Alternatives, "RFC 7970 §3.29.3", "one thing that can be observed, or AdditionalData", |class, look| {
        one_of(&[&class.content, &class.additional_data], look);
    }),
    rule!(Observable, Warning Alternatives, "RFC 7970 §3.29.3", "one thing that can be observed, without AdditionalData", |class, look| {
        if class.content.is_some() && !class.additional_data.is_empty() {
            look.broken("both");
        }
    }),
    rule!(BulkObservable, Warning ClassMissing, "RFC 7970 §3.29.3.1", "a BulkObservableFormat with a Hash, since type is file-hash",
        |class, look| {
        let hash = class.format.as_ref().and_then(|format| format.hash.as_ref());
        if is(&class.kind, BulkType::FileHash) && hash.is_none() {
            look.broken_at("BulkObservableFormat", 0, "nothing");
        }
    }),
    rule!(BulkObservable, Warning ValueInvalid, "RFC 7970 §3.29.3.1", "observables of the type, one in each line", |class, look| {
        let (Some(kind), Some(list)) = (&class.kind, class.list.as_deref()) else { return };
        let mut lines = list.lines().map(str::trim).filter(|line| !line.is_empty());
        if let Some(line) = lines.find(|line| !is_address(line, kind.as_str())) {
            look.broken_at("BulkObservableList", 0, format!("no {}: {line}", kind.as_str()));
        }
    }),
    rule!(BulkObservableFormat, Warning ClassEmpty, "RFC 7970 §3.29.3.1.1", "a Hash or AdditionalData", |class, look| {
        one_of(&[&class.hash, &class.additional_data], look);
    }),
    rule!(BulkObservableFormat, Warning Alternatives, "RFC 7970 §3.29.3.1.1", "either Hash or AdditionalData", |class, look| {
        if class.hash.is_some() && !class.additional_data.is_empty() {
            look.broken("both");
        }
    }),
    rule!(IndicatorExpression, Error ExtValuePair, "RFC 7970 §5.1.1", "no ext-operator, since operator is not ext-value", |class, look| {
        if let Some(operator) = class.ext_operator.as_deref() {
            look.broken_at("ext-operator", 0, operator);
        }
    }),
    rule!(IndicatorExpression, Warning ValueContradicts, "RFC 7970 §3.29.5", "one operand of not", |class, look| {
        if is(&class.operator, Operator::Not) && class.operand.len() > 1 {
            look.broken(format!("{} operands", class.operand.len()));
        }
    }),
    rule!(ObservableReference, Error IdUnresolved, "RFC 7970 §3.29.6", "the observable-id of something in the document", |class, look| {
        if let Some(id) = class.uid_ref.as_deref() {
            look.refers(id, None, "uid-ref");
        }
    }),
    rule!(ObservableReference, Warning IdUnresolved, "RFC 7970 §3.29.6", "an observable-id, and no IndicatorID", |class, look| {
        if let Some(id) = class.uid_ref.as_deref() {
            look.refers(id, Some(Kind::Observable), "uid-ref");
        }
    }),
    rule!(IndicatorReference, Error Alternatives, "RFC 7970 §3.29.7", "uid-ref or euid-ref", |class, look| {
        one_of(&[&class.uid_ref, &class.euid_ref], look);
    }),
    rule!(IndicatorReference, Error Alternatives, "RFC 7970 §3.29.7", "either uid-ref or euid-ref", |class, look| {
        if class.uid_ref.is_some() && class.euid_ref.is_some() {
            look.broken("both");
        }
    }),
    rule!(IndicatorReference, Error IdUnresolved, "RFC 7970 §3.29.7", "the IndicatorID of an Indicator in the document", |class, look| {
        if let Some(id) = class.uid_ref.as_deref() {
            look.refers(id, None, "uid-ref");
        }
    }),
    rule!(IndicatorReference, Warning IdUnresolved, "RFC 7970 §3.29.7", "an IndicatorID of an Indicator, and no other id", |class, look| {
        if let Some(id) = class.uid_ref.as_deref() {
            look.refers(id, Some(Kind::Indicator), "uid-ref");
        }
    }),
    rule!(AttackPhase, Warning ClassEmpty, "RFC 7970 §3.29.8", "a child of AttackPhase", |class, look| {
        some_child(class, look);
    }),
    rule!("classes with ext-SpecID" has_spec_id, Warning ExtValuePair, "RFC 7203 §4.4", "ext-SpecID, since SpecID is private",
        |class, look| {
        if let (Some("private"), None) = (text(class, "SpecID"), text(class, "ext-SpecID")) {
            look.broken_at("ext-SpecID", 0, "nothing");
        }
    }),
    rule!("classes with ext-SpecID" has_spec_id, Warning ExtValuePair, "RFC 7203 §4.4", "no ext-SpecID, since SpecID is not private",
        |class, look| {
        if let (Some(spec), Some(ext)) = (text(class, "SpecID"), text(class, "ext-SpecID"))
            && spec != "private"
        {
            look.broken_at("ext-SpecID", 0, ext);
        }
    }),
];
