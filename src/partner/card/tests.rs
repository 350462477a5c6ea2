use super::*;

pub(crate) fn card() -> Card {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["cert.example".into()]).unwrap().self_signed(&key).unwrap();
    let pem = certificate.pem();
    Card {
        version: CardVersion,
        team: "National CERT".into(),
        domain: "cert.example".parse().unwrap(),
        made_at: "2026-02-01T10:00:00Z".parse().unwrap(),
        contacts: vec![Contact {
            role: "duty officer".into(),
            email: Some("duty@cert.example".into()),
            telephone: Some("+43 1 23456".into()),
            hours: Some("24/7".into()),
            languages: vec!["de".into(), "en".into()],
        }],
        endpoints: vec![Endpoint { protocol: Protocol::Push, url: "https://sirex.cert.example:4590/push".into() }],
        tls_pins: vec![Spki::of_pem(&pem).unwrap(), Spki(Digest::of(b"the next key"))],
        tls_certificates: vec![pem],
        openpgp: vec![Certificate {
            profile: Profile::Rfc4880,
            fingerprint: "0123456789abcdef0123456789ABCDEF01234567".parse().unwrap(),
            armored: "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n".into(),
        }],
    }
}

fn refused(card: &Card) -> String {
    card.write(&CardLimits::default()).unwrap_err().to_string()
}

#[test]
fn a_card_reads_back_and_has_one_text() {
    let card = card();
    let text = card.write(&CardLimits::default()).unwrap();
    let read = Card::parse(&text, &CardLimits::default()).unwrap();
    assert_eq!(read, card);
    assert_eq!(read.write(&CardLimits::default()).unwrap(), text);
    assert!(text.starts_with("{\n  \"sirex-card\": 1,\n  \"team\""));
    let compact: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(Card::parse(&compact.to_string(), &CardLimits::default()).unwrap(), card);
}

#[test]
fn fingerprints_are_grouped_for_reading_aloud() {
    let shown = card().fingerprints();
    let openpgp = ("OpenPGP rfc4880".to_owned(), "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567".to_owned());
    assert_eq!(shown[0], openpgp);
    assert_eq!((shown.len(), shown[1].1.split_whitespace().count()), (3, 16));
    let fingerprint: Fingerprint = openpgp.1.parse().unwrap();
    assert_eq!(fingerprint, card().openpgp[0].fingerprint);
    assert_eq!("ab".repeat(32).parse::<Fingerprint>().unwrap().as_str(), "AB".repeat(32));
    for bad in ["", "0123", &"g".repeat(40), &"0".repeat(41), &"ä".repeat(20)] {
        assert!(matches!(bad.parse::<Fingerprint>(), Err(PartnerError::BadFingerprint(_))), "{bad}");
    }
}

#[test]
fn what_breaks_the_form_is_refused_with_its_place() {
    let text = card().write(&CardLimits::default()).unwrap();
    for (from, to, what) in [
        ("\"sirex-card\": 1", "\"sirex-card\": 2", "version 2"),
        ("\"team\"", "\"taem\"", "taem"),
        ("\"cert.example\"", "\"../etc\"", "domain name"),
        ("\"push\"", "\"gopher\"", "gopher"),
        ("2026-02-01T10:00:00Z", "yesterday", "yesterday"),
        ("\"profile\": \"rfc4880\"", "\"profile\": \"rfc4880\", \"profile\": \"pqc\"", "profile"),
        ("0123456789ABCDEF", "0123456789ABCDEX", "fingerprint"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let error = Card::parse(&changed, &CardLimits::default()).unwrap_err();
        assert!(matches!(error, PartnerError::Card(_)) && error.to_string().contains(what), "{error}");
        assert_eq!(error.code(), crate::error::Code::CardInvalid);
    }
    for end in 0..text.len() - 1 {
        assert!(Card::parse(text.get(..end).unwrap_or_default(), &CardLimits::default()).is_err());
    }
}

#[test]
fn what_breaks_a_rule_is_refused() {
    let changed = |change: fn(&mut Card)| {
        let mut card = card();
        change(&mut card);
        refused(&card)
    };
    assert!(changed(|card| card.tls_pins.truncate(0)).contains("tls_pins"));
    assert!(changed(|card| card.tls_certificates[0].push_str("more")).contains("something else"));
    assert!(changed(|card| card.tls_certificates[0] = "no PEM".into()).contains("no PEM"));
    assert!(changed(|card| card.openpgp.push(card.openpgp[0].clone())).contains("a second rfc4880"));
    assert!(
        changed(|card| card.openpgp[0].armored = "-----BEGIN PGP PRIVATE KEY BLOCK-----".into()).contains("armored")
    );
    assert!(changed(|card| card.team.clear()).contains("1 to chars"));
    assert!(changed(|card| card.contacts[0].role = "a\nb".into()).contains("control"));
    assert!(changed(|card| card.endpoints[0].url = "http://cert.example/".into()).contains("https://"));
}

#[test]
fn limits_are_reached() {
    let card = card();
    let text = card.write(&CardLimits::default()).unwrap();
    let limits = CardLimits { bytes: text.len(), entries: 2, chars: 36 };
    assert!(Card::parse(&text, &limits).is_ok());
    for (limits, name) in [
        (CardLimits { bytes: text.len() - 1, ..limits }, "total_bytes"),
        (CardLimits { entries: 1, ..limits }, "entries = 1"),
        (CardLimits { chars: 35, ..limits }, "chars = 35"),
    ] {
        let error = Card::parse(&text, &limits).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    let short = card.write(&CardLimits { bytes: text.len() - 1, ..limits }).unwrap_err();
    assert!(short.to_string().contains("at most bytes"), "{short}");
}

#[test]
fn addresses_are_plain() {
    for good in [
        "https://cert.example",
        "https://cert.example/",
        "https://cert.example:4590/a/b",
        "https://localhost:1/",
        "https://127.0.0.1:4590/push",
        "https://[::1]:4590/",
        "https://[2001:db8::1]/x",
    ] {
        assert!(is_address(good), "{good}");
    }
    for bad in [
        "",
        "https://",
        "http://cert.example/",
        "https://u@cert.example/",
        "https://cert.example/?q",
        "https://cert.example/#f",
        "https://cert.example:0/",
        "https://cert.example:99999/",
        "https://cert.example:+1/",
        "https://cert.example:/",
        "https://cert.example/../x",
        "https://cert.example/%2e",
        "https://[::1",
        "https://[x]/",
        "https://cert example/",
        "https://cert.example/\u{e9}",
    ] {
        assert!(!is_address(bad), "{bad}");
    }
}
