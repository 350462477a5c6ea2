//! The gate against documents that should and should not leave.

mod json;

use std::sync::Arc;

use proptest::prelude::*;

use super::{table::Table, *};
use crate::{
    digest::Digest,
    marking::{Audience, Tlp},
};

/// An incident with a place for more.
fn document(restriction: &str, more: &str) -> Vec<u8> {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0">
  <Incident purpose="reporting" {restriction}>
    <IncidentID name="team.example">T-1</IncidentID>
    <GenerationTime>2026-01-01T00:00:00Z</GenerationTime>
    {more}
  </Incident>
</IODEF-Document>"#
    )
    .into_bytes()
}

fn list(entries: &[(DenyClass, &str)]) -> Arc<DenyList> {
    let mut list = DenyList::new(b"key");
    for (class, text) in entries {
        list.add(*class, text).unwrap();
    }
    Arc::new(list)
}

/// No text is exempt.
fn nothing<'e>(_: DenyClass) -> Vec<&'e str> {
    Vec::new()
}

fn order(audience: Audience) -> Order {
    Order::new("cert.example", audience, Format::IodefXml, 1)
        .tlp([Tlp::Amber, Tlp::Green])
        .deny(list(&[]), [DenyClass::Hosts, DenyClass::Networks, DenyClass::People, DenyClass::Cases])
}

const AMBER: &str = r#"restriction="amber""#;

fn reasons(bytes: Vec<u8>, order: &Order) -> Vec<Reason> {
    check(bytes, order).map(|_| ()).map_or_else(|refusal| refusal.reasons, |()| Vec::new())
}

#[test]
fn the_table_is_whole() {
    let table = Table::parse(include_str!("../paths/iodef-xml.tsv"));
    assert!(table.is_ok(), "{table:?}");
}

#[test]
fn a_clean_document_passes_and_is_certified() {
    let bytes = document(AMBER, "");
    let digest = Digest::of(&bytes);
    let cleared = check(bytes.clone(), &order(Audience::Partner)).unwrap();
    assert_eq!(cleared.bytes(), bytes);
    assert_eq!(cleared.clearance().cleartext, digest);
    assert_eq!(cleared.clearance().tlp, Some(Tlp::Amber));
    assert_eq!(cleared.clearance().approved, None);
    let back = cleared.into_plain().unwrap_err();
    assert_eq!(back.bytes(), bytes, "sealing is demanded by default");
    let outgoing = check(bytes, &order(Audience::Partner).plain(Plain::Allowed)).unwrap().into_plain().unwrap();
    assert_eq!((outgoing.digest(), outgoing.media_type()), (digest, "application/xml"));
}

#[test]
fn markings_that_are_not_agreed_refuse() {
    for (restriction, found) in [
        (r#"restriction="red""#, Some(Tlp::Red)),
        (r#"restriction="white""#, Some(Tlp::Clear)),
        (r#"restriction="ext-value" ext-restriction="amber+strict""#, Some(Tlp::AmberStrict)),
        (r#"restriction="ext-value" ext-restriction="amber""#, None),
        (r#"restriction="private""#, None),
        (r#"restriction="default""#, None),
        ("", None),
    ] {
        let reasons = reasons(document(restriction, ""), &order(Audience::Partner));
        assert!(matches!(&reasons[..], [Reason::Marking(_, tlp)] if *tlp == found), "{restriction}: {reasons:?}");
    }
    let inner =
        r#"<Description>x</Description><Assessment restriction="red"><SystemImpact type="unknown"/></Assessment>"#;
    let reasons = reasons(document(AMBER, inner), &order(Audience::TrustedCert));
    assert!(
        reasons.contains(&Reason::Marking("/IODEF-Document/Incident/Assessment/@restriction".into(), Some(Tlp::Red)))
    );
}

#[test]
fn letters_decide_by_audience_and_approval() {
    let cause =
        r#"<Assessment restriction="green"><SystemImpact type="unknown"/><Cause>weak password</Cause></Assessment>"#;
    let bytes = document(AMBER, cause);
    let path = "/IODEF-Document/Incident/Assessment/Cause".to_owned();
    assert_eq!(reasons(bytes.clone(), &order(Audience::TrustedCert)), []);
    assert!(reasons(bytes.clone(), &order(Audience::Partner)).contains(&Reason::Audience(path.clone())));
    let police = order(Audience::LawEnforcement);
    assert!(reasons(bytes.clone(), &police).contains(&Reason::Approval(path)));
    let approved = police.clone().approved(Digest::of(&bytes));
    let cleared = check(bytes.clone(), &approved).unwrap();
    assert_eq!(cleared.clearance().approved, Some(Digest::of(&bytes)));
    let other = document(AMBER, &cause.replace("weak", "good"));
    assert!(!reasons(other, &approved).is_empty(), "the approval is of exactly those bytes");
}

#[test]
fn the_reporter_stays_in_the_house() {
    let contact = |role: &str| {
        document(
            AMBER,
            &format!(
                r#"<Contact role="{role}" type="person"><ContactName>Erika Muster</ContactName><Email><EmailTo>e@x.example</EmailTo></Email></Contact>"#
            ),
        )
    };
    for audience in
        [Audience::TrustedCert, Audience::Partner, Audience::Regulator, Audience::Public, Audience::Management]
    {
        assert!(!reasons(contact("reporter"), &order(audience)).is_empty(), "{audience}");
    }
    assert_eq!(reasons(contact("reporter"), &order(Audience::Isirt)), []);
    assert!(!reasons(contact("informant"), &order(Audience::Isirt)).is_empty(), "an unlisted role is in no line");
}

/// A pattern passes where an indicator does, as the configuration of what reads it as well as in a block.
#[test]
fn patterns_pass_with_their_indicators() {
    let indicator = r#"<IndicatorData><Indicator restriction="amber"><IndicatorID name="team.example" version="1">i-1</IndicatorID>
      <Observable><DetectionPattern><Application><Description>yara</Description></Application>
        <DetectionConfiguration>rule a { condition: true }</DetectionConfiguration></DetectionPattern></Observable>
      <AdditionalData dtype="string" meaning="pattern" formatid="urn:sirex:record:1">rule a { condition: true }</AdditionalData>
    </Indicator></IndicatorData>"#;
    let bytes = document(AMBER, indicator);
    for audience in [Audience::TrustedCert, Audience::LawEnforcement, Audience::Partner] {
        assert_eq!(reasons(bytes.clone(), &order(audience)), [], "{audience}");
    }
    let path = "/IODEF-Document/Incident/IndicatorData/Indicator/Observable/DetectionPattern/DetectionConfiguration";
    assert!(reasons(bytes, &order(Audience::Public)).contains(&Reason::Approval(path.to_owned())));
}

#[test]
fn what_the_table_does_not_list_refuses() {
    for more in [
        r#"<AdditionalData dtype="string" meaning="something">x</AdditionalData>"#,
        r#"<AdditionalData dtype="string">x</AdditionalData>"#,
        r#"<AdditionalData dtype="xml" meaning="kind"><x xmlns="urn:x">hidden</x></AdditionalData>"#,
        r#"<Description hidden="x">y</Description>"#,
        "<Secret>x</Secret>",
        "<Secret/>",
        r#"<AdditionalData dtype="string" meaning="something"/>"#,
        // What `translate` carries for a gateway of ours, and what it derives.
        r#"<AdditionalData dtype="string" meaning="record-parts" formatid="urn:sirex:carried:1">{}</AdditionalData>"#,
        r#"<AdditionalData dtype="string" meaning="derived" formatid="urn:sirex:carried:1">Contact</AdditionalData>"#,
        r#"<x:Description xmlns:x="urn:x">y</x:Description>"#,
    ] {
        let reasons = reasons(document(AMBER, more), &order(Audience::Isirt));
        assert!(reasons.iter().any(|reason| matches!(reason, Reason::Unlisted(_))), "{more}: {reasons:?}");
    }
    for hidden in
        ["<!-- x -->", "<?x y?>", "<Description><![CDATA[x]]></Description>", "<Description>x</Incident>", "&x;"]
    {
        let reasons = reasons(document(AMBER, hidden), &order(Audience::Isirt));
        assert!(matches!(&reasons[..], [.., Reason::Unreadable(_)]), "{hidden}: {reasons:?}");
    }
}

const HOST: &str = "canary-db01.victim.example";

fn hits(text: &str) -> bool {
    let classes =
        [DenyClass::Hosts, DenyClass::Networks, DenyClass::People, DenyClass::Cases, DenyClass::Canaries].into();
    let list = list(&[
        (DenyClass::Hosts, HOST),
        (DenyClass::People, "Erika Mustermann"),
        (DenyClass::Networks, "192.0.2.0/24"),
        (DenyClass::Networks, "2001:db8::/32"),
        (DenyClass::Cases, "CASE#4711"),
        (DenyClass::Canaries, "xyzzyplugh"),
    ]);
    !list.find(text, &classes, nothing).unwrap().is_empty()
}

#[test]
fn deny_entries_are_found_however_they_are_written() {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(format!("see {HOST} now"));
    let utf16: Vec<u8> = HOST.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [
        HOST.to_owned(),
        HOST.to_uppercase(),
        format!("https://{HOST}:8443/x"),
        format!("sub.{HOST}."),
        HOST.replace('.', "%2e"),
        HOST.replace('.', "%252e"),
        HOST.bytes().map(|b| format!("%{b:02X}")).collect(),
        HOST.bytes().map(|b| format!("&#{b};")).collect(),
        HOST.bytes().map(|b| format!("\\u{b:04x}")).collect(),
        HOST.bytes().map(|b| format!("{b:02x}")).collect(),
        base64.clone(),
        format!("prefix{base64}"),
        base64.as_bytes().chunks(20).map(|c| format!("{}\r\n", std::str::from_utf8(c).unwrap())).collect(),
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&base64),
        base64::engine::general_purpose::STANDARD.encode(&utf16),
        HOST.chars().map(|c| format!("{c}\u{200b}")).collect(),
        HOST.chars().map(|c| format!("{c} ")).collect(),
        HOST.replace('.', "[.]"),
        HOST.replace('a', "\u{430}"),
        HOST.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect(),
        "ERIKA  MUSTERMANN".to_owned(),
        "erika.mustermann@x.example".to_owned(),
        "Erika&#32;Mustermann".to_owned(),
        "from 192.0.2.17:443".to_owned(),
        "192.0.2.0/25".to_owned(),
        "::ffff:192.0.2.17".to_owned(),
        "[2001:DB8::1]:80".to_owned(),
        "re case#4711.".to_owned(),
        "abcXYZZYPLUGHdef".to_owned(),
    ] {
        assert!(hits(&text), "{text}");
    }
}

#[test]
fn what_only_looks_alike_passes() {
    for text in [
        "db01.victim.example",
        "mycanary-db02.victim.example",
        "Erika",
        "Mustermann",
        "192.0.3.1",
        "CASE#47110",
        "xyzzy",
    ] {
        assert!(!hits(text), "{text}");
    }
}

#[test]
fn exemptions_hold_at_their_places_only() {
    let team = || order(Audience::TrustedCert).deny(list(&[(DenyClass::Hosts, "team.example")]), [DenyClass::Hosts]);
    let exempt = || team().exempt(Exemption::TeamDomain, ["team.example".to_owned()]);
    assert!(!reasons(document(AMBER, ""), &team()).is_empty());
    assert_eq!(reasons(document(AMBER, ""), &exempt()), []);
    let elsewhere = document(AMBER, "<Description>see wiki.team.example</Description>");
    let reasons = reasons(elsewhere, &exempt());
    assert!(
        matches!(&reasons[..], [Reason::Denied(path, DenyClass::Hosts, _)] if path.ends_with("/Description")),
        "{reasons:?}"
    );
}

/// Whoever may write the number of the case may not write there what else is on the list.
#[test]
fn numbers_are_exempt_as_cases_only() {
    for (class, text) in [
        (DenyClass::Hosts, "vault.intern.example"),
        (DenyClass::Networks, "10.1.2.3"),
        (DenyClass::People, "Tove Sandqvist"),
        (DenyClass::Canaries, "canary-9b1f"),
        (DenyClass::Cases, "CERTEX-2026-88213"),
    ] {
        let alternative = format!("<AlternativeID><IncidentID name=\"x\">{text}</IncidentID></AlternativeID>");
        for exemption in [Exemption::Number, Exemption::PartnerNumber] {
            let order = || order(Audience::TrustedCert).deny(list(&[(class, text)]), [class]);
            let found = reasons(document(AMBER, &alternative), &order().exempt(exemption, [text.to_owned()]));
            let hit = matches!(&found[..], [Reason::Denied(_, of, _)] if *of == class);
            assert_eq!((hit, found.is_empty()), (class != DenyClass::Cases, class == DenyClass::Cases), "{found:?}");
            assert_eq!(reasons(document(AMBER, &alternative), &order()).len(), 1, "{class:?}");
        }
    }
}

#[test]
fn a_canary_split_over_places_is_found_and_never_repeated() {
    let with = order(Audience::Isirt).deny(list(&[(DenyClass::Canaries, "xyzzyplugh")]), []);
    let refusal =
        check(document(AMBER, "<Description>xyzzy</Description><Description>plugh</Description>"), &with).unwrap_err();
    assert!(matches!(&refusal.reasons[..], [Reason::Denied(_, DenyClass::Canaries, _)]), "{refusal}");
    assert!(!refusal.to_string().contains("xyzzy"), "a refusal holds no content");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever stands around a canary, and however often it is wrapped, it is found.
    #[test]
    fn wrapped_canaries_are_found(before in "[ -~]{0,12}", after in "[ -~]{0,12}", wraps in prop::collection::vec(0u8..3, 0..3)) {
        use base64::Engine as _;
        let mut text = format!("{before} canary-5f3a9c71e2 {after}");
        for wrap in wraps {
            text = match wrap {
                0 => base64::engine::general_purpose::STANDARD.encode(&text),
                1 => text.bytes().map(|b| format!("%{b:02x}")).collect(),
                _ => text.bytes().map(|b| format!("{b:02x}")).collect(),
            };
        }
        let list = list(&[(DenyClass::Canaries, "canary-5f3a9c71e2")]);
        prop_assert!(!list.find(&text, &[DenyClass::Canaries].into(), nothing).unwrap().is_empty(), "{}", text);
    }

    /// No bytes make the gate panic, and nothing but the document that was made passes.
    #[test]
    fn mangled_documents_do_not_panic(at: prop::sample::Index, byte: u8) {
        let mut bytes = document(AMBER, "<Description>text</Description>");
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = check(bytes, &order(Audience::TrustedCert));
    }
}
