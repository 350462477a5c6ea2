use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    digest::Digest,
    marking::Audience,
    partner::{Card, CardVersion, Comparison, Domain, Partner, PartnerError, Partners, Removed},
    record::{
        Letter, Node, Part, Place,
        base::{Carried, ElementRef, Marking, RecordId, Text},
        forms::{Perpetrator, Suspicion},
        generate,
        handling::{FieldMarking, Handling},
        identity::Kind,
        intelligence::Actor,
        party::Party,
        walk,
    },
    sharing::{AgreementLimits, DenyKey},
    tls::Pin,
    world::Seeded,
};

pub(crate) const CERT: &str = "cert.example";

/// A partner as the folder keeps it, with the state that was reached.
pub(crate) fn partner(state: &str) -> Result<Partner, PartnerError> {
    let folder = tempfile::tempdir().unwrap();
    let partners = Partners::at(folder.path(), Default::default());
    let domain: Domain = CERT.parse().unwrap();
    let at = || "2026-02-01T10:00:00Z".parse().unwrap();
    let pin = || Pin::from(Digest::of(b"a key"));
    if state == "unknown" {
        return partners.get(&domain);
    }
    let card = Card {
        version: CardVersion,
        team: "National CERT".into(),
        domain: domain.clone(),
        made_at: at(),
        contacts: vec![],
        endpoints: vec![],
        tls_certificates: vec![],
        tls_pins: vec![pin()],
        openpgp: vec![],
    };
    partners.receive(&card, b"signed", None, at())?;
    if state != "unverified" {
        let comparison =
            Comparison { at: at(), by: "a".into(), how: "met".into(), fingerprints: vec![], pins: vec![pin()] };
        partners.verify(&domain, comparison)?;
    }
    if state == "removed" {
        partners.remove(&domain, Removed { at: at(), by: "a".into(), why: "merged".into() })?;
    }
    partners.get(&domain)
}

pub(crate) fn agreement(text: &str) -> Agreement {
    Agreement::parse(&CERT.parse().unwrap(), text, &AgreementLimits::default()).unwrap()
}

pub(crate) fn deny(entries: &str) -> DenyEntries {
    DenyEntries::parse(&DenyKey::new(&[7; 32]).unwrap(), entries).unwrap()
}

pub(crate) fn with(audience: Audience, out: &str) -> Agreement {
    agreement(&format!(
        "version = 1\naudience = \"{audience}\"\nvalid = {{ from = 2026-01-01, until = 2026-12-31 }}\n\
         [out]\ntlp = [\"CLEAR\", \"GREEN\", \"AMBER\"]\nformats = [\"iodef-xml\"]\nsealing = \"required\"\n\
         openpgp = \"rfc4880\"\ndeny = []\n{out}\n[in]\nsignature = \"required\"\nformats = [\"iodef-xml\"]\n"
    ))
}

pub(crate) fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn go_at(
    record: &Record,
    agreement: &Agreement,
    consent: &Consent,
    at: Timestamp,
) -> Result<Sanitised, SharingError> {
    static PARTNER: std::sync::OnceLock<Partner> = std::sync::OnceLock::new();
    let partner = PARTNER.get_or_init(|| partner("verified").unwrap());
    let (key, deny) = (PseudonymKey::new(&[3; 32]), deny(""));
    sanitise(record, &Terms { partner: partner.verified().unwrap(), agreement, key: &key, deny: &deny }, at, consent)
}

pub(crate) fn go(record: &Record, agreement: &Agreement) -> Result<Sanitised, SharingError> {
    go_at(record, agreement, &Consent::None, now())
}

pub(crate) fn green() -> Record {
    let id = RecordId(uuid::Uuid::from_u128(5));
    let handling = Some(Handling { tlp: Some(Tlp::Green), ..Handling::default() });
    Record { handling, title: Some(Text::new("a title")), ..Record::new(id, Kind::Incident) }
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// A random record that may go as a whole; markings of its parts stay as they were drawn.
fn random(seed: u64) -> Record {
    let mut record = generate::record(&Seeded::new(seed)).unwrap();
    let mut handling = record.handling.unwrap_or_default();
    (handling.tlp, handling.expires, handling.originator) = (Some(Tlp::Green), None, None);
    record.handling = Some(handling);
    for marking in &mut record.field_markings {
        // A path that leads nowhere would mark everything.
        marking.path = Some("descriptions[0].text".into());
        marking.element = record.events.first().map(|event| ElementRef::from(&event.id));
    }
    record
}

const RULES: &str = "allow = [\"$\"]\n\
    [[out.rule]]\nselect = \"$.systems[*].locations[*].text\"\nhow = \"replace\"\nwith = \"here\"\n\
    [[out.rule]]\nselect = \"$.actions\"\nhow = \"mask\"\nwords = [\"x-a\"]\n\
    [[out.rule]]\nselect = \"$.events[*].descriptions\"\nhow = \"mask\"\n";

fn value(record: &Record) -> Value {
    serde_json::to_value(record).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_goes_is_what_the_letters_permit(seed: u64, audience in 0..Audience::ALL.len()) {
        let audience = Audience::ALL[audience];
        let (record, agreement) = (random(seed), with(audience, RULES));
        let sanitised = match go(&record, &agreement) {
            Err(SharingError::Marked { .. }) => return Ok(()),
            sanitised => sanitised.unwrap(),
        };
        prop_assert!(!sanitised.needs_approval());
        let touched: HashSet<String> = ["locations", "actions", "descriptions"].map(str::to_owned).into();
        // The letters are those of the record before: what refines them may have stayed there.
        let before = value(&record);
        let ids = ids_of(&record);
        let after = value(sanitised.released().record());
        let mut bad = Vec::new();
        let mut frame = Vec::new();
        walk(&before, &mut |place, value, visibility| {
            if visibility == Visibility::Frame {
                frame.push((place.pointer(), value.clone()));
            }
        });
        for (pointer, value) in frame {
            prop_assert_eq!(after.pointer(&pointer), Some(&value), "the frame stays whole");
        }
        walk(&after, &mut |place, _, visibility| {
            let by_rule = place.segments().iter().any(|step| matches!(step, crate::record::Segment::Member(name) if touched.contains(*name)));
            let fine = is_required(place) || match visibility.letter(audience) {
                Letter::Yes => true,
                Letter::Sanitised => by_rule,
                _ => false,
            };
            if !fine {
                bad.push(format!("{place} {visibility}"));
            }
        });
        prop_assert!(bad.is_empty(), "{:?}", bad);
        // Every reference resolves, every element has more than its frame, no residue travels.
        let left = ids_of(sanitised.released().record());
        prop_assert!(left.is_subset(&ids));
        let mut dangling = Vec::new();
        sanitised.released().record().visit(&mut Place::default(), &mut |place, node| {
            if let Node::Reference(reference) = node && !left.contains(reference.as_str()) {
                dangling.push(place.to_string());
            }
        });
        prop_assert_eq!(dangling, Vec::<String>::new());
        prop_assert!(!after.to_string().contains("\"carried\""));
        prop_assert_eq!(sanitised.released().revision(), record::digest(&record).unwrap());
    }

}

proptest! {
    // Each case sanitises two or three times.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn sanitising_again_changes_nothing(seed: u64, audience in 0..Audience::ALL.len()) {
        let (record, agreement) = (random(seed), with(Audience::ALL[audience], RULES));
        let Ok(once) = go(&record, &agreement) else { return Ok(()) };
        let again = go(&record, &agreement).unwrap();
        prop_assert_eq!(once.released(), again.released());
        prop_assert_eq!(once.changed(), again.changed());
        let twice = go(once.released().record(), &agreement).unwrap();
        prop_assert_eq!(twice.released().record(), once.released().record());
        prop_assert_eq!(twice.released().removed(), &[]);
    }

    #[test]
    fn with_consent_more_goes_and_each_place_of_it_is_named(seed: u64) {
        let (record, agreement) = (random(seed), with(Audience::TrustedCert, RULES));
        let Ok(without) = go(&record, &agreement) else { return Ok(()) };
        let consented = go_at(&record, &agreement, &Consent::All, now()).unwrap();
        let after = value(consented.released().record());
        let mut consent_letters = 0;
        walk(&after, &mut |_, value, visibility| {
            if visibility.letter(Audience::TrustedCert) == Letter::Consent {
                consent_letters += value.as_array().map_or(1, Vec::len);
            }
        });
        prop_assert!(consented.consented().len() >= consent_letters);
        prop_assert!(consented.released().removed().len() <= without.released().removed().len() + consented.consented().len() * 4);
        prop_assert!(consented.consented().is_empty() == (consented.released().record() == without.released().record()));
    }
}

fn ids_of(record: &Record) -> HashSet<String> {
    let mut ids = HashSet::new();
    record.visit(&mut Place::default(), &mut |_, node| {
        if let Node::Element(id) = node {
            ids.insert(id.as_str().to_owned());
        }
    });
    ids
}

#[test]
fn only_verified_partners_get_anything() {
    assert!(matches!(partner("unknown"), Err(PartnerError::Unknown(_))));
    for state in ["unverified", "removed"] {
        let partner = partner(state).unwrap();
        assert!(matches!(partner.verified(), Err(PartnerError::NotVerified { .. })), "{state}");
    }
    assert!(partner("verified").unwrap().verified().is_ok());
}

#[test]
fn an_agreement_counts_on_its_days_and_for_its_partner() {
    let agreement = with(Audience::TrustedCert, "allow = [\"$\"]");
    for (at, fits) in [
        ("2025-12-31T23:59:59Z", false),
        ("2026-01-01T00:00:00Z", true),
        ("2026-12-31T23:59:59Z", true),
        ("2027-01-01T00:00:00Z", false),
    ] {
        let gone = go_at(&green(), &agreement, &Consent::None, at.parse().unwrap());
        match gone {
            Ok(_) => assert!(fits, "{at}"),
            Err(error) => assert!(!fits && matches!(error, SharingError::NotValid { .. }), "{at}: {error}"),
        }
    }
    let text = include_str!("../../../fixtures/agreements/national-cert.toml");
    let other = Agreement::parse(&id("other.example"), text, &AgreementLimits::default()).unwrap();
    assert!(matches!(go(&green(), &other), Err(SharingError::OtherPartner { .. })));
}

#[test]
fn the_marking_of_the_record_decides_first() {
    let agreement = with(Audience::TrustedCert, "allow = [\"$\"]");
    let marked = |tlp| Record { handling: Some(Handling { tlp, ..Handling::default() }), ..green() };
    for tlp in [Some(Tlp::Clear), Some(Tlp::Green), Some(Tlp::Amber)] {
        assert!(go(&marked(tlp), &agreement).is_ok());
    }
    // A set, no rank; and no marking is RED.
    for tlp in [Some(Tlp::AmberStrict), Some(Tlp::Red), None] {
        assert!(matches!(go(&marked(tlp), &agreement), Err(SharingError::Tlp { .. })), "{tlp:?}");
    }
    let unmarked = Record { handling: None, ..green() };
    let error = go(&unmarked, &agreement).unwrap_err();
    assert!(error.to_string().contains("RED because it has no marking"), "{error}");
    let nothing = with(Audience::TrustedCert, "allow = [\"$\"]");
    let mut nothing = nothing;
    nothing.out.tlp.clear();
    assert!(matches!(go(&green(), &nothing), Err(SharingError::Tlp { .. })), "an empty set lets nothing go");
    let mut expired = green();
    expired.handling.as_mut().unwrap().expires = Some(id::<crate::time::WireTime>("2026-06-01T12:00:00Z").into());
    assert!(matches!(go(&expired, &agreement), Err(SharingError::Expired { .. })));
}

#[test]
fn another_originator_is_asked_first() {
    let mut agreement = with(Audience::TrustedCert, "allow = [\"$\"]");
    agreement.out.tlp.insert(Tlp::AmberStrict);
    let mut record = green();
    let handling = record.handling.as_mut().unwrap();
    (handling.tlp, handling.originator) = (Some(Tlp::AmberStrict), Some(id("p")));
    assert!(matches!(go(&record, &agreement), Err(SharingError::Originator { .. })));
    let sanitised = go_at(&record, &agreement, &Consent::All, now()).unwrap();
    assert_eq!(sanitised.consented()[0].path, "$.handling.originator");
    record.handling.as_mut().unwrap().tlp = Some(Tlp::Amber);
    assert!(!go(&record, &agreement).unwrap().needs_approval());
}

#[test]
fn a_marked_element_stays_here_with_all_that_is_part_of_it() {
    let agreement = with(Audience::LawEnforcement, "allow = [\"$\"]");
    let record: Record = serde_json::from_value(json!({
        "id": "00000000-0000-4000-8000-000000000005", "kind": "incident", "handling": { "tlp": "GREEN" },
        "events": [
            { "id": "e1", "marking": { "tlp": "RED" }, "descriptions": [{ "text": "secret" }], "flows": [{ "id": "f1" }] },
            { "id": "e2", "marking": { "tlp": "AMBER" }, "descriptions": [{ "text": "open" }], "flows": [{ "id": "f2" }] },
            { "id": "e3", "parent": "e1", "descriptions": [{ "text": "inside" }] },
            { "id": "e4" }
        ],
        "systems": [
            { "id": "s1", "event": "e1", "flow": "f1", "role": "target" },
            { "id": "s2", "event": "e2", "flow": "f2", "role": "target" },
            { "id": "s3", "marking": { "restriction": "private" }, "role": "source" },
            { "id": "s4", "marking": { "restriction": "public" }, "role": "source" },
            { "id": "s5", "event": "e4", "role": "source" }
        ]
    }))
    .unwrap();
    let sanitised = go(&record, &agreement).unwrap();
    let left = ids_of(sanitised.released().record());
    let expected = ["e2", "f2", "e4", "s2", "s4", "s5"].map(str::to_owned);
    assert_eq!(left, expected.into(), "{:#?}", sanitised.released().removed());
    let why = sanitised.released().removed().iter().find(|removal| removal.path == "$.systems[0]").unwrap();
    assert_eq!(why.why, "marked TLP:RED, which is not agreed");
}

#[test]
fn markings_of_parts_count_as_far_as_they_can_be_followed() {
    let agreement = with(Audience::LawEnforcement, "allow = [\"$\"]");
    let mut record = green();
    record.description = vec![
        crate::record::identity::Description {
            id: id("d1"),
            text: Some("one".into()),
            lang: Some("en".into()),
            ..Default::default()
        },
        crate::record::identity::Description { id: id("d2"), text: Some("two".into()), ..Default::default() },
    ];
    let mut left = |element: Option<&str>, path: Option<&str>, tlp, audiences: &[Audience]| {
        let (element, path) = (element.map(id), path.map(str::to_owned));
        record.field_markings = vec![FieldMarking { element, path, tlp, audiences: audiences.to_vec() }];
        go(&record, &agreement).map(|sanitised| {
            let value = value(sanitised.released().record());
            let texts = ["/description/0/text", "/description/0/lang", "/description/1/text", "/title/text"];
            let texts = texts.iter().filter_map(|pointer| value.pointer(pointer)?.as_str().map(str::to_owned));
            texts.collect::<Vec<_>>()
        })
    };
    let red = Some(Tlp::Red);
    assert_eq!(left(None, Some("description[0].text"), red, &[]).unwrap(), ["en", "two", "a title"]);
    assert_eq!(left(Some("d1"), Some("text"), red, &[]).unwrap(), ["en", "two", "a title"]);
    assert_eq!(left(Some("d1"), Some("txt"), red, &[]).unwrap(), ["two", "a title"], "a slip marks the element");
    assert_eq!(left(Some("d1"), None, red, &[]).unwrap(), ["two", "a title"]);
    assert_eq!(left(None, Some("$.title"), None, &[Audience::Isirt]).unwrap(), ["one", "en", "two"]);
    assert_eq!(left(None, Some("title"), None, &[Audience::LawEnforcement]).unwrap().len(), 4);
    assert_eq!(left(None, Some("title"), Some(Tlp::Amber), &[]).unwrap().len(), 4);
    for (element, path) in
        [(Some("gone"), Some("text")), (None, Some("titel")), (None, None), (None, Some("handling.tlp"))]
    {
        assert!(matches!(left(element, path, red, &[]), Err(SharingError::Marked { .. })), "{path:?}");
    }
}

#[test]
fn who_reported_stays_here_whatever_kind_of_party_it_is() {
    let record: Record = serde_json::from_value(json!({
        "id": "00000000-0000-4000-8000-000000000005", "kind": "incident", "handling": { "tlp": "GREEN" },
        "reporter": { "mode": "named", "person": "p1" },
        "parties": [
            { "id": "p1", "type": "organisation", "names": [{ "text": "Source" }],
              "contacts": [{ "id": "p2", "type": "organisation", "names": [{ "text": "Desk of the source" }] }] },
            { "id": "p3", "type": "organisation", "roles": ["reporter"], "names": [{ "text": "Other source" }] },
            { "id": "p4", "type": "organisation", "names": [{ "text": "Vendor" }], "deputies": ["p1", "p4"] }
        ],
        "discovery": [{ "id": "d", "source": "partner", "contacts": ["p1"] }]
    }))
    .unwrap();
    for audience in [Audience::LawEnforcement, Audience::Regulator] {
        let sanitised = go(&record, &with(audience, "allow = [\"$\"]")).unwrap();
        let left = value(sanitised.released().record()).to_string();
        for secret in ["Source", "Desk", "Other source", "p1", "p2", "p3"] {
            assert!(!left.contains(secret), "{secret}: {left}");
        }
        assert!(left.contains("Vendor"));
    }
}

#[test]
fn a_suspect_is_named_only_when_confirmed_or_by_consent() {
    let agreement = with(Audience::LawEnforcement, "allow = [\"$\"]");
    let mut record = green();
    let mut level = |level, rating: &str, consent: &Consent| {
        record.perpetrator = Some(Perpetrator {
            kind: Some(crate::record::forms::PerpetratorKind::Person),
            description: Some(Text::new("J. Doe")),
            insider: Some(true),
            suspicion_level: level,
        });
        let confidence = crate::record::base::Confidence { rating: Some(rating.to_owned().into()), value: None };
        let names = vec!["Heron".to_owned()];
        let types = vec!["crime-syndicate".to_owned()];
        record.actors = vec![Actor { id: id("a"), names, types, confidence: Some(confidence), ..Actor::default() }];
        let sanitised = go_at(&record, &agreement, consent, now()).unwrap();
        let left = value(sanitised.released().record());
        let named = |pointer: &str| left.pointer(pointer).is_some();
        assert!(named("/perpetrator/kind") && named("/actors/0/types/0"), "what kind it is may be said");
        (
            named("/perpetrator/description"),
            named("/perpetrator/insider"),
            named("/actors/0/names"),
            sanitised.needs_approval(),
        )
    };
    for suspicion in [None, Some(Suspicion::Speculative), Some(Suspicion::Probable)] {
        assert_eq!(level(suspicion, "medium", &Consent::None), (false, false, false, false));
    }
    assert_eq!(level(Some(Suspicion::Confirmed), "high", &Consent::None), (true, true, true, false));
    assert_eq!(level(None, "low", &Consent::All), (true, true, true, true));
}

#[test]
fn residue_travels_only_when_carried_and_whole() {
    let carried = |value: &str, path: &str| Carried {
        format: Some("iodef-xml".into()),
        path: Some(path.into()),
        value: Some(value.into()),
        ..Carried::default()
    };
    let ours = "<x:a xmlns:x=\"urn:x\"><x:b/></x:a>";
    let mut record = green();
    let system = |name: &str, carried| crate::record::system::System {
        id: id(name),
        role: Some("source".to_owned().into()),
        carried,
        ..Default::default()
    };
    record.systems = vec![
        system("s1", vec![carried(ours, "AdditionalData[1]/node()")]),
        system("s2", vec![carried("<y:a xmlns:y=\"urn:y\"/>", "AdditionalData[1]/node()")]),
        system("s3", vec![carried("<x:a xmlns:x=\"urn:x\" xmlns:y=\"urn:y\" y:k=\"1\"/>", "A/node()")]),
        system("s4", vec![carried("plain", "AdditionalData[1]/@meaning")]),
        system("s5", vec![carried("<x:a xmlns:x=\"urn:x\">", "A/node()")]),
        system("s6", vec![Carried { anchor: Some(id("s1")), ..carried(ours, "A/node()") }]),
        system("s7", vec![carried(ours, "A/node()")]),
    ];
    record.systems[6].interface = Some("eth0".into());
    let left = |out: &str| {
        let sanitised = go(&record, &with(Audience::LawEnforcement, out)).unwrap();
        let systems = sanitised.released().record().systems.iter();
        systems.filter(|system| !system.carried.is_empty()).map(|system| system.id.to_string()).collect::<Vec<_>>()
    };
    assert!(left("allow = [\"$\"]").is_empty());
    assert_eq!(left("allow = [\"$\"]\ncarry = [\"urn:x\"]"), ["s1", "s7"]);
    assert_eq!(left("allow = [\"$\"]\ncarry = [\"urn:x\", \"urn:y\"]"), ["s1", "s2", "s3", "s7"]);
    assert_eq!(left("allow = [\"$\"]\ncarry = [\"urn:ietf:params:xml:ns:iodef-2.0\"]"), ["s4"]);
    let removed = "allow = [\"$\"]\ncarry = [\"urn:x\"]\nremove = [\"$.systems[*].interface\"]";
    assert_eq!(left(removed), ["s1"], "a rule that touches an element deletes its residue");
    let masked = "allow = [\"$\"]\ncarry = [\"urn:x\"]\n[[out.rule]]\nselect = \"$.systems[0]\"\nhow = \"mask\"\n";
    assert_eq!(left(masked), ["s7"]);
}

#[test]
fn allow_remove_and_rules_narrow_and_each_removal_is_named() {
    let mut record = green();
    record.parties = vec![Party { id: id("p"), r#type: Some("organisation".to_owned().into()), ..Party::default() }];
    record.systems = vec![crate::record::system::System {
        id: id("s"),
        asset_ids: vec!["one".into(), "two".into()],
        interface: Some("eth0".into()),
        ..Default::default()
    }];
    let list = |out: &str| {
        let sanitised = go(&record, &with(Audience::LawEnforcement, out)).unwrap();
        let removed = sanitised.released().removed().iter();
        removed.map(|removal| format!("{}: {}", removal.path, removal.why)).collect::<Vec<_>>()
    };
    assert_eq!(list("allow = [\"$.systems\"]"), ["$.title: not in allow", "$.parties: not in allow"]);
    let remove = "allow = [\"$\"]\nremove = [\"$.systems[*].asset_ids[1]\"]";
    assert_eq!(list(remove), ["$.systems[0].asset_ids[1]: remove[0] $.systems[*].asset_ids[1]"]);
    let rule = "allow = [\"$\"]\n[[out.rule]]\nselect = \"$.systems[*].interface\"\nhow = \"generalise-network\"";
    assert_eq!(list(rule), ["$.systems[0].interface: rule[0] generalise-network: not an IP address or network"]);
    let rule = "allow = [\"$\"]\n[[out.rule]]\nselect = \"$.handling\"\nhow = \"replace\"\nwith = \"x\"";
    assert!(list(rule).is_empty(), "the frame stays as it is");
    let rule = "allow = [\"$\"]\n[[out.rule]]\nselect = \"$.parties[*].type\"\nhow = \"pseudonym\"";
    assert!(list(rule).is_empty(), "an open vocabulary takes a pseudonym");
    let marking = Marking { tlp: Some(Tlp::Green), restriction: None };
    record.systems[0].marking = Some(marking.clone());
    let kept = go(&record, &with(Audience::LawEnforcement, "allow = [\"$.systems[*].interface\"]")).unwrap();
    assert_eq!(kept.released().record().systems[0].marking, Some(marking), "structure stays beside a fact");
    assert!(!kept.is_bare());
    let nothing = go(&record, &with(Audience::LawEnforcement, "allow = []")).unwrap();
    assert!(nothing.is_bare() && nothing.released().record().systems.is_empty());
}

#[test]
fn a_value_that_a_rule_would_break_stays_here() {
    let mut record = green();
    record.occurred_at = Some(id::<crate::time::WireTime>("2026-03-01T10:00:00Z").into());
    let rule = "allow = [\"$\"]\n[[out.rule]]\nselect = \"$.occurred_at.at\"\nhow = \"replace\"\nwith = \"some day\"";
    let sanitised = go(&record, &with(Audience::LawEnforcement, rule)).unwrap();
    assert!(sanitised.released().record().occurred_at.is_none());
    assert_eq!(sanitised.released().removed()[0].why, "rule[0] replace: what it makes is no value of this field");
}

/// What leaves the ransomware case for the national CERT: the golden file is read by people too.
#[test]
fn the_ransomware_case_for_the_national_cert() {
    let fixture = include_bytes!("../../../fixtures/records/ransomware.json");
    let record = record::read(fixture).unwrap().records.remove(0);
    let agreement = agreement(include_str!("../../../fixtures/agreements/national-cert.toml"));
    let (partner, key) = (partner("verified").unwrap(), PseudonymKey::new(&[3; 32]));
    let deny = deny(
        "hosts\tnordhafen.example\nhosts\tfs01\nhosts\tfs02\nhosts\tdc01\nhosts\tdc02\nhosts\tws-gate3-07\nhosts\tprn02\n\
         networks\t192.0.2.0/24\npeople\tOkafor\npeople\tKatrin Solberg\npeople\tSolberg\ncases\tNHC-4HT-8B6-QM5\n",
    );
    let terms = Terms { partner: partner.verified().unwrap(), agreement: &agreement, key: &key, deny: &deny };
    let sanitised = sanitise(&record, &terms, now(), &Consent::None).unwrap();
    let mut account = String::from("# removed\n");
    for removal in sanitised.released().removed() {
        account += &format!("{}\t{}\n", removal.path, removal.why);
    }
    account += "# changed\n";
    for change in sanitised.changed() {
        account += &format!("{}\t{}\n", change.path, change.why);
    }
    account += "# what goes\n";
    let document = RecordDocument::of(vec![sanitised.released().record().clone()]);
    account += &String::from_utf8(record::write(&document, Form::Pretty).unwrap()).unwrap();
    crate::config::stale("fixtures/agreements/ransomware-for-national-cert.txt", &account);
    let goes = account.split_once("# what goes").unwrap().1;
    for secret in [
        "Solberg",
        "Henrik Maas",
        "Katrin",
        "p-reporter",
        "Okafor",
        "okafor",
        "980000",
        "EUR",
        "ws-gate3-07",
        "192.0.2.",
        "NORDHAFEN",
        "Cinderlight",
        "fs01",
        "dc01",
        "NHC-4HT",
        "Terminal North",
        "Brine Heron",
        "prn02",
        "N2-26-004417/2",
    ] {
        assert!(!goes.contains(secret), "{secret} goes");
    }
    for fact in [
        "NHC-7K3-M9Q-TXV",
        "GlacierLock",
        "1b0570dc307a4420",
        "CERTEX-2026-88213",
        "T1566.002",
        "csirt@nordhafen.example",
    ] {
        assert!(goes.contains(fact), "{fact} stays here");
    }
}
