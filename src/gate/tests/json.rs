//! The same documents in JSON.

use super::*;

/// An incident with a place for more members.
fn document(restriction: &str, more: &str) -> Vec<u8> {
    format!(
        r#"{{"version": "2.00", "Incident": [{{
  "purpose": "reporting", {restriction}
  "IncidentID": {{"name": "team.example", "id": "T-1"}},
  "GenerationTime": "2026-01-01T00:00:00Z"{}{more}
}}]}}"#,
        if more.is_empty() { "" } else { "," }
    )
    .into_bytes()
}

const AMBER: &str = r#""restriction": "amber","#;

fn order(audience: Audience) -> Order {
    Order::new("cert.example", audience, Format::IodefJson, 1)
        .tlp([Tlp::Amber, Tlp::Green])
        .deny(list(&[]), [DenyClass::Hosts, DenyClass::Networks, DenyClass::People, DenyClass::Cases])
}

#[test]
fn a_clean_document_passes_and_is_certified() {
    let bytes = document(AMBER, "");
    let cleared = check(bytes.clone(), &order(Audience::Partner).plain(Plain::Allowed)).unwrap();
    assert_eq!(cleared.clearance().cleartext, Digest::of(&bytes));
    assert_eq!(cleared.clearance().tlp, Some(Tlp::Amber));
    assert_eq!(cleared.clearance().format, "iodef-json");
    assert_eq!(cleared.into_plain().unwrap().media_type(), "application/json");
}

#[test]
fn markings_that_are_not_agreed_refuse() {
    for (restriction, found) in [
        (r#""restriction": "red","#, Some(Tlp::Red)),
        (r#""restriction": "white","#, Some(Tlp::Clear)),
        (r#""restriction": "ext-value", "ext-restriction": "amber+strict","#, Some(Tlp::AmberStrict)),
        (r#""restriction": "ext-value", "ext-restriction": "amber","#, None),
        (r#""restriction": "private","#, None),
        ("", None),
    ] {
        let reasons = reasons(document(restriction, ""), &order(Audience::Partner));
        assert!(matches!(&reasons[..], [Reason::Marking(_, tlp)] if *tlp == found), "{restriction}: {reasons:?}");
    }
    let inner = r#""Assessment": [{"restriction": "red", "Impact": [{"SystemImpact": {"type": "unknown"}}]}]"#;
    let path = "/IODEF-Document/Incident/Assessment/@restriction".to_owned();
    assert!(
        reasons(document(AMBER, inner), &order(Audience::TrustedCert)).contains(&Reason::Marking(path, Some(Tlp::Red)))
    );
}

#[test]
fn letters_decide_by_audience_and_approval() {
    let cause = r#""Assessment": [{"Impact": [{"SystemImpact": {"type": "unknown"}}], "Cause": ["weak password"]}]"#;
    let bytes = document(AMBER, cause);
    let path = "/IODEF-Document/Incident/Assessment/Cause".to_owned();
    assert_eq!(reasons(bytes.clone(), &order(Audience::TrustedCert)), []);
    assert!(reasons(bytes.clone(), &order(Audience::Partner)).contains(&Reason::Audience(path.clone())));
    let police = order(Audience::LawEnforcement);
    assert!(reasons(bytes.clone(), &police).contains(&Reason::Approval(path)));
    assert!(check(bytes.clone(), &police.clone().approved(Digest::of(&bytes))).is_ok());
    let other = document(AMBER, &cause.replace("weak", "good"));
    assert!(!reasons(other, &police.approved(Digest::of(&bytes))).is_empty());
    // The text of the same place as an object is the same place.
    let object = cause.replace(r#""weak password""#, r#"{"value": "weak password", "lang": "en"}"#);
    assert!(!reasons(document(AMBER, &object), &order(Audience::Partner)).is_empty());
    assert_eq!(reasons(document(AMBER, &object), &order(Audience::TrustedCert)), []);
}

#[test]
fn the_reporter_stays_in_the_house() {
    let contact = |role: &str| {
        let more = format!(r#""Contact": [{{"role": "{role}", "type": "person", "ContactName": ["Erika Muster"]}}]"#);
        document(AMBER, &more)
    };
    for audience in
        [Audience::TrustedCert, Audience::Partner, Audience::Regulator, Audience::Public, Audience::Management]
    {
        assert!(!reasons(contact("reporter"), &order(audience)).is_empty(), "{audience}");
    }
    assert_eq!(reasons(contact("reporter"), &order(Audience::Isirt)), []);
    assert!(!reasons(contact("informant"), &order(Audience::Isirt)).is_empty(), "an unlisted role is in no line");
}

#[test]
fn what_the_table_does_not_list_refuses() {
    for more in [
        r#""AdditionalData": [{"dtype": "string", "meaning": "something", "value": "x"}]"#,
        r#""AdditionalData": [{"dtype": "string", "meaning": "something", "value": ""}]"#,
        r#""AdditionalData": [{"dtype": "string", "value": "x"}]"#,
        r#""Secret": "x""#,
        r#""Secret": []"#,
        r#""Secret": [[]]"#,
        r#""Secret": {}"#,
        r#""Description": [{"value": "x", "hidden": "y"}]"#,
        r#""purpose ": "x""#,
    ] {
        assert!(!reasons(document(AMBER, more), &order(Audience::Isirt)).is_empty(), "{more}");
    }
    for unreadable in [
        r#""purpose": "twice""#,
        r#""Secret": null"#,
        r#""Description": [true]"#,
        r#""Description": [["x"]]"#,
        r#""Description": ["\ud800"]"#,
        r#""Description": ["x"], // comment"#,
    ] {
        let reasons = reasons(document(AMBER, unreadable), &order(Audience::Isirt));
        assert!(matches!(&reasons[..], [.., Reason::Unreadable(_)]), "{unreadable}: {reasons:?}");
    }
    for whole in ["[]", "\"x\"", "", "{} {}"] {
        assert!(!reasons(whole.as_bytes().to_vec(), &order(Audience::Isirt)).is_empty(), "{whole}");
    }
}

/// An empty list says nothing but the name of the member, and that is a text too.
#[test]
fn a_name_of_an_empty_list_is_read() {
    let with = order(Audience::Isirt).deny(list(&[(DenyClass::Canaries, "xyzzyplugh")]), []);
    assert!(!reasons(document(AMBER, r#""xyzzyplugh": []"#), &with).is_empty());
    assert!(!reasons(document(AMBER, r#""Description": [{"xyzzyplugh": {}}]"#), &with).is_empty());
}

#[test]
fn a_planted_word_is_found_however_it_is_written() {
    use base64::Engine as _;
    let word = "xyzzy-plugh-5f3a";
    let with = order(Audience::Isirt).deny(list(&[(DenyClass::Canaries, word)]), []);
    let base64 = base64::engine::general_purpose::STANDARD;
    for text in [
        word.to_owned(),
        word.to_uppercase(),
        base64.encode(word),
        base64.encode(format!("before {word} after")),
        word.bytes().map(|b| format!("%{b:02X}")).collect(),
        word.bytes().map(|b| format!("\\u{b:04x}")).collect(),
        // Escaped twice: the reader undoes one, a reader of the text the other.
        word.bytes().map(|b| format!("\\\\u{b:04x}")).collect(),
        word.replace("plugh", "\\u0070\\u006c\\u0075gh"),
        format!("{}\", \"{}", &word[..8], &word[8..]),
    ] {
        let bytes = document(AMBER, &format!(r#""Description": ["{text}"]"#));
        let reasons = reasons(bytes, &with);
        assert!(matches!(&reasons[..], [Reason::Denied(_, DenyClass::Canaries, _), ..]), "{text}: {reasons:?}");
    }
    let split = r#""Description": ["xyzzy-"], "DetectTime": "plugh-5f3a""#;
    assert!(!reasons(document(AMBER, split), &with).is_empty(), "split over places");
    let refusal = check(document(AMBER, &format!(r#""Description": ["{word}"]"#)), &with).unwrap_err();
    assert!(!refusal.to_string().contains(word), "a refusal holds no content");
}

#[test]
fn exemptions_hold_at_their_places_only() {
    let team = || order(Audience::TrustedCert).deny(list(&[(DenyClass::Hosts, "team.example")]), [DenyClass::Hosts]);
    let exempt = || team().exempt(Exemption::TeamDomain, ["team.example".to_owned()]);
    assert!(!reasons(document(AMBER, ""), &team()).is_empty());
    assert_eq!(reasons(document(AMBER, ""), &exempt()), []);
    let elsewhere = document(AMBER, r#""Description": ["see wiki.team.example"]"#);
    let reasons = reasons(elsewhere, &exempt());
    assert!(
        matches!(&reasons[..], [Reason::Denied(path, DenyClass::Hosts, _)] if path.ends_with("/Description")),
        "{reasons:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// No bytes make the gate panic.
    #[test]
    fn mangled_documents_do_not_panic(at: prop::sample::Index, byte: u8) {
        let mut bytes = document(AMBER, r#""Description": ["text"]"#);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = check(bytes, &order(Audience::TrustedCert));
    }
}
