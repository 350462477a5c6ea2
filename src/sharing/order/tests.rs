use super::*;
use crate::{
    gate::{self, DenyClass},
    marking::Audience,
    record::{Record, identity::Alias},
    sharing::{
        Consent,
        sanitise::tests::{CERT, deny, go, go_at, green, now, with},
    },
};

fn ourselves() -> Ourselves {
    Ourselves {
        domain: "csirt.example".into(),
        role_addresses: vec!["csirt@csirt.example".into()],
        fingerprints: vec!["AAAA BBBB".into()],
    }
}

fn numbered() -> Record {
    let number = "NHC-7K3-M9Q-TXV".parse().ok();
    let alias = |owner: &str, number: &str| Alias {
        owner: Some(owner.into()),
        number: Some(number.into()),
        ..Alias::default()
    };
    Record { number, aliases: vec![alias(CERT, "CERT-1"), alias("other.example", "OTHER-1")], ..green() }
}

fn make(
    sanitised: &Sanitised,
    agreement: &Agreement,
    approved: Option<Digest>,
    at: Timestamp,
) -> Result<Order, SharingError> {
    order(sanitised, agreement, Format::IodefXml, &deny("people\tJane Doe\n"), &ourselves(), approved, at)
}

/// The gate says what an order permits: one document, one change at a time.
#[test]
fn the_gate_gets_what_was_agreed_and_no_more() {
    let agreement = with(Audience::TrustedCert, "allow = [\"$\"]");
    let sanitised = go(&numbered(), &agreement).unwrap();
    let order = make(&sanitised, &agreement, None, now()).unwrap();
    let document = |tlp: &str, contact: &str| {
        format!(
            "<IODEF-Document version=\"2.00\" xml:lang=\"en\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\">\
             <Incident purpose=\"reporting\" restriction=\"{tlp}\"><IncidentID name=\"csirt.example\">1</IncidentID>\
             <GenerationTime>2026-03-01T00:00:00Z</GenerationTime>\
             <Contact role=\"creator\" type=\"organization\"><ContactName>{contact}</ContactName></Contact>\
             </Incident></IODEF-Document>"
        )
        .into_bytes()
    };
    let cleared = gate::check(document("green", "CSIRT"), &order).unwrap();
    assert_eq!((cleared.clearance().partner.as_str(), cleared.clearance().agreement), (CERT, 1));
    assert!(cleared.into_plain().is_err(), "sealing is required");
    assert!(gate::check(document("red", "CSIRT"), &order).is_err());
    assert!(gate::check(document("green", "Jane Doe"), &order).is_ok(), "the agreement names no deny class");
    let mut strict = with(Audience::TrustedCert, "allow = [\"$\"]");
    strict.out.deny.insert(DenyClass::People);
    let order = make(&go(&numbered(), &strict).unwrap(), &strict, None, now()).unwrap();
    assert!(gate::check(document("green", "Jane Doe"), &order).is_err());
    let mut plain = strict;
    plain.out.sealing = Demand::Optional;
    let order = make(&go(&numbered(), &plain).unwrap(), &plain, None, now()).unwrap();
    assert!(gate::check(document("green", "CSIRT"), &order).unwrap().into_plain().is_ok());
}

#[test]
fn exemptions_are_ours_the_records_and_the_partners() {
    let agreement = with(Audience::TrustedCert, "allow = [\"$\"]");
    let order = make(&go(&numbered(), &agreement).unwrap(), &agreement, None, now()).unwrap();
    let shown = format!("{order:?}");
    for text in ["csirt.example", "csirt@csirt.example", "AAAA BBBB", "NHC-7K3-M9Q-TXV", "CERT-1"] {
        assert!(shown.contains(&format!("\"{text}\"")), "{text}: {shown}");
    }
    assert!(!shown.contains("OTHER-1"), "numbers of third parties are not exempt");
}

#[test]
fn no_order_without_a_valid_agreement_of_the_release() {
    let agreement = with(Audience::TrustedCert, "allow = [\"$\"]");
    let sanitised = go(&green(), &agreement).unwrap();
    let late = "2027-01-01T00:00:00Z".parse().unwrap();
    assert!(matches!(make(&sanitised, &agreement, None, late), Err(SharingError::NotValid { .. })));
    let other = with(Audience::Partner, "allow = [\"$\"]");
    assert!(matches!(make(&sanitised, &other, None, now()), Err(SharingError::Version { .. })));
    let mut no_format = with(Audience::TrustedCert, "allow = [\"$\"]");
    no_format.out.formats.clear();
    assert!(matches!(make(&sanitised, &no_format, None, now()), Err(SharingError::Format(Format::IodefXml))));
    let text = include_str!("../../../fixtures/agreements/national-cert.toml");
    let stranger = Agreement::parse(&"other.example".parse().unwrap(), text, &Default::default()).unwrap();
    assert!(matches!(make(&sanitised, &stranger, None, now()), Err(SharingError::OtherPartner { .. })));
}

#[test]
fn what_goes_by_consent_waits_for_approval() {
    let agreement = with(Audience::TrustedCert, "allow = [\"$\"]");
    let record = Record { recorded_by: Some("jd".into()), motivation: Some("revenge".to_owned().into()), ..green() };
    assert_eq!(go(&record, &agreement).unwrap().released().record().motivation, None);
    let sanitised = go_at(&record, &agreement, &Consent::All, now()).unwrap();
    assert!(sanitised.released().record().motivation.is_some() && sanitised.needs_approval());
    let error = make(&sanitised, &agreement, None, now()).unwrap_err();
    assert!(error.to_string().contains("$.motivation"), "{error}");
    assert_eq!(error.code(), crate::error::Code::GateApproval);
    assert!(make(&sanitised, &agreement, Some(Digest::of(b"the bytes")), now()).is_ok());
}
