//! What each schema forces, on documents that need it.

use super::*;
use crate::{
    class::{Coded, IdRef},
    iodef::{
        Address, Confidence, Contact, DomainData, EventData, Flow, Incident, IncidentId, Indicator, IndicatorContent,
        IndicatorData, IndicatorExpression, IndicatorId, IndicatorReference, IodefDocument, MlString,
        Node as IodefNode, NodeAddress, Observable, ObservableContent, ObservableReference, Operand, OperandContent,
        Record, RelatedActivity, System, ThreatActor, WindowsRegistryKeysModified,
        vocab::{Dtype, Rating, Restriction},
    },
    xml::Verbatim,
};

fn rated(rating: Rating) -> Option<Confidence> {
    Some(Confidence { rating: Some(rating.into()), value: None })
}

fn document(incident: Incident) -> IodefDocument {
    IodefDocument { incident: vec![incident], ..IodefDocument::default() }
}

#[test]
fn a_rating_without_number_stands_in_words_in_json() {
    let related = RelatedActivity { confidence: rated(Rating::High), ..RelatedActivity::default() };
    let mut made = document(Incident { related_activity: vec![related], ..Incident::default() });
    let changes = fit_json(&mut made);
    let related = &made.incident[0].related_activity[0];
    assert_eq!(related.confidence, None);
    let block = &related.additional_data[0];
    assert_eq!(block.meaning.as_deref(), Some("confidence"));
    assert_eq!(block.dtype, Some(Coded::Known(Dtype::String)));
    assert_eq!(block.content, Some(Verbatim::Text("high".to_owned())));
    let path = "/IODEF-Document/Incident[1]/RelatedActivity[1]/Confidence";
    assert!(changes.iter().any(|change| change.path == path && !change.left_out), "{changes:?}");
}

#[test]
fn what_json_requires_and_nobody_has_said_is_unknown() {
    let domain = DomainData { name: Some("a.example".into()), ..DomainData::default() };
    let address = Address { value: Some("192.0.2.1".into()), ..Address::default() };
    let node = |address| System { node: Some(IodefNode { address, ..IodefNode::default() }), ..System::default() };
    let system = vec![node(vec![NodeAddress::Domain(domain), NodeAddress::Address(address)]), node(Vec::new())];
    let event = EventData { flow: vec![Flow { system }], ..EventData::default() };
    let mut made = document(Incident { event_data: vec![event], ..Incident::default() });
    fit_json(&mut made);
    let system = &made.incident[0].event_data[0].flow[0].system;
    let addresses = &system[0].node.as_ref().unwrap().address;
    let (NodeAddress::Domain(domain), NodeAddress::Address(address)) = (&addresses[0], &addresses[1]) else {
        panic!("{addresses:?}");
    };
    assert_eq!(domain.system_status.as_ref().map(Coded::meaning), Some("unknown"));
    assert_eq!(domain.domain_status.as_ref().map(Coded::meaning), Some("unknown"));
    assert_eq!(address.category, Some(Coded::Ext("unknown".to_owned())));
    assert_eq!(system[1].node.as_ref().unwrap().address.len(), 1, "a node has at least one");
}

#[test]
fn a_time_without_zone_is_left_out_of_json() {
    let incident = Incident {
        start_time: crate::class::DateTime::new("2026-01-01T00:00:00").ok(),
        end_time: crate::class::DateTime::new("2026-01-01T00:00:00Z").ok(),
        ..Incident::default()
    };
    let mut made = document(incident);
    let changes = fit_json(&mut made);
    assert_eq!(made.incident[0].start_time, None);
    assert!(made.incident[0].end_time.is_some());
    assert!(changes.iter().any(|change| change.path.ends_with("/StartTime") && change.left_out));
}

#[test]
fn languages_are_explicit_in_json_and_descriptions_of_related_activity_are_bare() {
    let related = RelatedActivity { description: vec![MlString::new("ähnlich")], ..RelatedActivity::default() };
    let incident = Incident {
        lang: crate::class::Lang::new("de").ok(),
        description: vec![MlString::new("Text")],
        related_activity: vec![related],
        ..Incident::default()
    };
    let mut made = document(incident);
    let changes = fit_json(&mut made);
    assert_eq!(made.incident[0].description[0].lang.as_deref(), Some("de"));
    assert_eq!(made.incident[0].related_activity[0].description[0].lang, None);
    assert!(changes.iter().any(|change| change.path.ends_with("/RelatedActivity[1]/Description[1]/@xml:lang")));
}

#[test]
fn an_actor_without_url_stands_in_description_in_xml() {
    let actor = ThreatActor { threat_actor_id: vec!["APT 0".into()], ..ThreatActor::default() };
    let related = RelatedActivity { threat_actor: vec![actor], ..RelatedActivity::default() };
    let indicator = Indicator { confidence: rated(Rating::Low), ..Indicator::default() };
    let mut made = document(Incident {
        related_activity: vec![related],
        indicator_data: Some(IndicatorData { indicator: vec![indicator] }),
        ..Incident::default()
    });
    let changes = fit(&mut made, Profile::Rfc7970);
    let related = &made.incident[0].related_activity[0];
    assert!(related.threat_actor.is_empty());
    assert_eq!(related.description[0].text.as_deref(), Some("threat actor: APT 0"));
    assert!(changes.iter().any(|change| change.path.ends_with("/ThreatActor[1]/ThreatActorID")), "{changes:?}");
    assert!(changes.iter().any(|change| change.path.ends_with("/Indicator[1]") && change.left_out), "{changes:?}");
}

/// Who may see an actor may not become more because its schema has no place for him.
#[test]
fn an_actor_that_fewer_may_see_stands_apart() {
    let actor = |name: &str, restriction: Option<Restriction>| ThreatActor {
        restriction: restriction.map(Coded::Known),
        threat_actor_id: vec![name.into()],
        ..ThreatActor::default()
    };
    let green = Some(Coded::Known(Restriction::Green));
    let with = |threat_actor: Vec<ThreatActor>| RelatedActivity { threat_actor, ..RelatedActivity::default() };
    let seen = |made: &IodefDocument| -> Vec<(String, String)> {
        let mut all = Vec::new();
        for related in &made.incident[0].related_activity {
            let word = related.restriction.as_ref().map_or("green", Coded::meaning).to_owned();
            all.extend(related.description.iter().map(|text| (text.text.as_deref().unwrap().to_owned(), word.clone())));
        }
        all
    };
    let said = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(name, word)| (format!("threat actor: {name}"), (*word).to_owned())).collect()
    };

    let both = with(vec![actor("A", Some(Restriction::Red)), actor("B", None), actor("C", Some(Restriction::Red))]);
    let alone = with(vec![actor("D", Some(Restriction::Amber)), actor("E", Some(Restriction::White))]);
    let only = with(vec![actor("F", Some(Restriction::Red))]);
    let incident = Incident { restriction: green, related_activity: vec![both, alone, only], ..Incident::default() };
    let mut made = document(incident);
    let changes = fit(&mut made, Profile::Rfc7970);
    let wanted = [("B", "green"), ("E", "green"), ("F", "red"), ("A", "red"), ("C", "red"), ("D", "amber")];
    assert_eq!(seen(&made), said(&wanted), "{changes:#?}");
    let to = |path: &str| {
        let path = format!("/IODEF-Document/Incident[1]/RelatedActivity{path}");
        changes.iter().find(|change| change.path == path).unwrap().to.clone().unwrap_or_default()
    };
    let place = |path: &str| format!("/IODEF-Document/Incident[1]/RelatedActivity{path}");
    assert_eq!(to("[1]/ThreatActor[1]/ThreatActorID"), place("[4]/Description"));
    assert_eq!(to("[1]/ThreatActor[1]/@restriction"), place("[4]/@restriction"));
    assert_eq!(to("[1]/ThreatActor[2]/ThreatActorID"), place("[1]/Description"));
    assert_eq!(to("[3]/ThreatActor[1]/@restriction"), place("[3]/@restriction"));

    // An incident that does not say who may see it is private.
    let mut made = document(Incident {
        related_activity: vec![with(vec![actor("A", Some(Restriction::Red)), actor("B", None)])],
        ..Incident::default()
    });
    fit(&mut made, Profile::Rfc7970);
    assert_eq!(seen(&made), said(&[("A", "green"), ("B", "green")]), "there is one activity, and it inherits");
}

/// What is left out of a list of markings would be seen by whoever sees what is around it.
#[test]
fn a_marking_without_its_word_is_private() {
    let odd = |text: &str| Some(Coded::<Restriction>::Other(text.to_owned()));
    let event = |text: &str| EventData { restriction: odd(text), ..EventData::default() };
    let event_data = vec![event("ext-value"), event("eyes-only")];
    let mut made = document(Incident { event_data, ..Incident::default() });
    fit(&mut made, Profile::Rfc7970);
    let words = made.incident[0].event_data.iter().map(|event| event.restriction.clone());
    let private = Some(Coded::Known(Restriction::Private));
    assert_eq!(words.collect::<Vec<_>>(), [private, Some(Coded::Ext("eyes-only".to_owned()))]);
}

/// Observables that an expression has lost an operand of, and what refers to them.
fn with_a_hole() -> IodefDocument {
    let named = |id: &str| {
        let id = class::Id::new(id).ok();
        Some(IndicatorId { name: Some("a.example".into()), version: Some("1".into()), id })
    };
    let observable = |content| OperandContent::Observable(Observable { content, ..Observable::default() });
    let operand = |content| Operand { content: Some(content), ..Operand::default() };
    let key = WindowsRegistryKeysModified { observable_id: class::Id::new("key").ok(), ..Default::default() };
    let nested = IndicatorExpression {
        operand: vec![operand(observable(Some(ObservableContent::RegistryKeys(key))))],
        ..IndicatorExpression::default()
    };
    let address = Address { value: Some("192.0.2.1".into()), ..Address::default() };
    let expression = IndicatorExpression {
        operand: vec![
            operand(observable(Some(ObservableContent::Address(address)))),
            operand(OperandContent::Expression(nested)),
        ],
        ..IndicatorExpression::default()
    };
    let reference = |id| IndicatorReference { uid_ref: IdRef::new(id).ok(), ..IndicatorReference::default() };
    let indicators = [
        ("hole", IndicatorContent::Expression(expression)),
        ("upon-hole", IndicatorContent::Indicator(reference("hole"))),
        ("upon-that", IndicatorContent::Indicator(reference("upon-hole"))),
        ("upon-key", IndicatorContent::Reference(ObservableReference { uid_ref: IdRef::new("key").ok() })),
        ("whole", IndicatorContent::Indicator(reference("whole"))),
    ];
    let indicator =
        |(id, content)| Indicator { indicator_id: named(id), content: Some(content), ..Indicator::default() };
    let indicator = indicators.into_iter().map(indicator).collect();
    document(Incident { indicator_data: Some(IndicatorData { indicator }), ..Incident::default() })
}

/// A registry change without keys goes, with it its observable and the whole expression (what is left would match more or
/// less than was meant), and then all that refers to any of it.
#[test]
fn what_refers_to_a_hole_goes_with_it() {
    let printed = |document: &mut IodefDocument| fit(document, Profile::Rfc7970);
    for fit in [&printed as &dyn Fn(&mut IodefDocument) -> Vec<Change>, &fit_json] {
        let mut made = with_a_hole();
        let changes = fit(&mut made);
        let left = &made.incident[0].indicator_data.as_ref().unwrap().indicator;
        let left: Vec<_> = left.iter().map(|one| one.indicator_id.as_ref().unwrap().id.as_deref().unwrap()).collect();
        assert_eq!(left, ["whole"]);
        for path in ["[1]/IndicatorExpression/Operand[2]", "[1]", "[1]/IndicatorReference/@uid-ref"] {
            let path = format!("/IODEF-Document/Incident[1]/IndicatorData/Indicator{path}");
            assert!(changes.iter().any(|change| change.path == path && change.left_out), "{path}: {changes:#?}");
        }
    }
}

/// What the printed schema and its errata want differs; each gets its own.
#[test]
fn each_profile_is_written_as_its_schema_has_it() {
    use crate::iodef::{Key, RecordData, Service, decode_xml, encode_xml_for, vocab::ContactRole};
    let contact = Contact { role: Some(ContactRole::VendorSupport.into()), ..Contact::default() };
    let numeric = Confidence { rating: Some(Rating::Numeric.into()), value: crate::class::Real::new("87.5").ok() };
    let related = |confidence| RelatedActivity { confidence: Some(confidence), ..RelatedActivity::default() };
    let key = Key { value: Some("1".into()), name: Some("HKLM".into()), ..Key::default() };
    let keys = WindowsRegistryKeysModified { key: vec![key], ..WindowsRegistryKeysModified::default() };
    let data = RecordData { registry_keys_modified: vec![keys], ..RecordData::default() };
    let number = |text| crate::class::Integer::new(text).ok();
    let service = Service { proto_code: number("2"), proto_type: number("1"), ..Service::default() };
    let system = System { node: Some(IodefNode::default()), service: vec![service], ..System::default() };
    let event = EventData {
        flow: vec![Flow { system: vec![system] }],
        record: Some(Record { record_data: vec![data], ..Record::default() }),
        ..EventData::default()
    };
    let whole = document(Incident {
        purpose: Some(Coded::from_meaning("reporting")),
        incident_id: Some(IncidentId { name: Some("a.example".into()), id: Some("1".into()), ..IncidentId::default() }),
        generation_time: crate::class::DateTime::new("2026-01-01T00:00:00Z").ok(),
        contact: vec![Contact { kind: Some(Coded::from_meaning("person")), ..contact }],
        related_activity: vec![related(numeric), related(rated(Rating::High).unwrap())],
        event_data: vec![event],
        ..Incident::default()
    });
    let written = |profile| {
        let mut made = whole.clone();
        let changes = fit(&mut made, profile);
        let bytes = encode_xml_for(&made, profile).unwrap();
        let back = decode_xml(&bytes, crate::xml::Limits::default()).unwrap();
        assert_eq!(back.errors().count(), 0);
        assert_eq!(back.document, made);
        (String::from_utf8(bytes).unwrap(), changes.into_iter().map(|change| change.how).collect::<Vec<_>>())
    };
    let (printed, changes) = written(Profile::Rfc7970);
    for there in ["ext-role=\"vendor-support\"", "<Value>1</Value>", "<Confidence rating=\"high\"/>"] {
        assert!(printed.contains(there), "{there}: {printed}");
    }
    assert!(printed.find("<ProtoType>") < printed.find("<ProtoCode>"), "{printed}");
    assert_eq!(changes.len(), 1, "{changes:?}");
    let (errata, changes) = written(Profile::Errata);
    for there in ["role=\"vendor-support\"", "<KeyValue>1</KeyValue>", "<Confidence rating=\"numeric\">87.5<"] {
        assert!(errata.contains(there), "{there}: {errata}");
    }
    assert!(errata.find("<ProtoCode>") < errata.find("<ProtoType>"), "{errata}");
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(changes[0].starts_with("stands in AdditionalData"), "{changes:?}");
}

/// A value of a list that this program does not know is an extension to those who check by the schema.
#[test]
fn a_value_of_no_list_is_an_extension() {
    let mut made = document(Incident { purpose: Some(Coded::Other("training".to_owned())), ..Incident::default() });
    let changes = fit(&mut made, Profile::Errata);
    assert_eq!(made.incident[0].purpose, Some(Coded::Ext("training".to_owned())));
    assert!(changes.iter().any(|change| change.path.ends_with("/@purpose") && !change.left_out), "{changes:?}");
}
