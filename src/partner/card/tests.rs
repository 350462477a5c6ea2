use std::sync::OnceLock;

use super::*;
use crate::{
    digest::Digest,
    openpgp::{Fingerprint, LIFETIME, Owner, Revocation, TeamKeys},
};

/// Keys of a team at this domain, made once: making them takes time.
pub(crate) fn keys(domain: &'static str) -> &'static TeamKeys {
    static KEYS: OnceLock<[(&str, TeamKeys); 2]> = OnceLock::new();
    let made = KEYS.get_or_init(|| {
        ["cert.example", "other.example"].map(|domain| {
            let mut keys = TeamKeys::default();
            let owner = Owner { domain, role_address: &format!("team@{domain}") };
            for profile in [Profile::Rfc4880, Profile::Rfc9580] {
                keys.generate(profile, &owner, "2026-01-01T00:00:00Z".parse().unwrap(), LIFETIME).unwrap();
            }
            (domain, keys)
        })
    });
    &made.iter().find(|(name, _)| *name == domain).unwrap().1
}

pub(crate) fn certificate(domain: &'static str, profile: Profile) -> PublicCert {
    keys(domain).certificates().into_iter().find(|one| one.profile() == profile).unwrap()
}

pub(crate) fn card() -> Card {
    let key = rcgen::KeyPair::generate().unwrap();
    let tls = rcgen::CertificateParams::new(vec!["cert.example".into()]).unwrap().self_signed(&key).unwrap();
    let pem = tls.pem();
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
        tls_pins: vec![Pin::of_pem(&pem).unwrap(), Pin::from(Digest::of(b"the next key"))],
        tls_certificates: vec![pem],
        openpgp: vec![certificate("cert.example", Profile::Rfc4880)],
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
    let fingerprint = card().openpgp[0].fingerprint();
    assert_eq!((shown.len(), shown[0].0.as_str(), shown[1].0.as_str()), (3, "OpenPGP rfc4880", "TLS key"));
    let (first, second) = shown[0].1.split_once("  ").unwrap();
    assert!([first, second].iter().all(|half| half.split(' ').all(|group| group.len() == 4) && half.len() == 24));
    assert_eq!(shown[0].1.parse::<Fingerprint>().unwrap(), fingerprint);
    assert_eq!(shown[1].1.split_whitespace().count(), 16);
}

#[test]
fn what_breaks_the_form_is_refused_with_its_place() {
    let text = card().write(&CardLimits::default()).unwrap();
    let fingerprint = card().openpgp[0].fingerprint();
    for (from, to, what) in [
        ("\"sirex-card\": 1", "\"sirex-card\": 2", "version 2"),
        ("\"team\"", "\"taem\"", "taem"),
        ("\"cert.example\"", "\"../etc\"", "domain name"),
        ("\"push\"", "\"gopher\"", "gopher"),
        ("2026-02-01T10:00:00Z", "yesterday", "yesterday"),
        ("\"profile\": \"rfc4880\"", "\"profile\": \"rfc4880\", \"profile\": \"pqc\"", "profile"),
        (&fingerprint.hex()[1..], "X", "a fingerprint of 40 or 64"),
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
    // TLS would refuse the whole trust set for a partner whom nothing identifies.
    assert!(changed(|card| (card.tls_pins, card.tls_certificates) = (vec![], vec![])).contains("at least one pin"));
    assert!(changed(|card| card.tls_certificates[0].push_str("more")).contains("nothing else"));
    assert!(changed(|card| card.tls_certificates[0] = "no PEM".into()).contains("cannot be read"));
    assert!(changed(|card| card.openpgp.push(card.openpgp[0].clone())).contains("each certificate once"));
    assert!(changed(|card| card.team.clear()).contains("1 to chars"));
    assert!(changed(|card| card.contacts[0].role = "a\nb".into()).contains("control"));
    assert!(changed(|card| card.endpoints[0].url = "http://cert.example/".into()).contains("https://"));
}

/// The text of the card with this in place of its certificate, and what is found wrong with it.
fn lie(profile: &str, fingerprint: &Fingerprint, armored: &str) -> String {
    let mut card: serde_json::Value = serde_json::from_str(&card().write(&CardLimits::default()).unwrap()).unwrap();
    card["openpgp"][0] =
        serde_json::json!({ "profile": profile, "fingerprint": fingerprint.hex(), "armored": armored });
    let error = Card::parse(&card.to_string(), &CardLimits::default()).unwrap_err();
    assert_eq!(error.code(), crate::error::Code::CardInvalid);
    error.to_string()
}

#[test]
fn a_card_cannot_lie_about_a_certificate() {
    let own = certificate("cert.example", Profile::Rfc4880);
    let (fingerprint, armored) = (own.fingerprint(), own.to_armored());
    let foreign = certificate("other.example", Profile::Rfc4880);
    // The known fingerprint above another certificate: what a thief of one key would write.
    let swapped = lie("rfc4880", &fingerprint, &foreign.to_armored());
    assert!(swapped.contains(fingerprint.hex()) && swapped.contains(foreign.fingerprint().hex()), "{swapped}");
    assert!(swapped.contains("openpgp[0]"), "{swapped}");
    assert!(lie("pqc", &fingerprint, &armored).contains("profile pqc"));
    assert!(lie("rfc9580", &fingerprint, &armored).contains("profile rfc9580"));
    assert!(lie("rfc4880", &fingerprint, &format!("{armored}\n{armored}")).contains("2 certificates"));
    let both = PublicCert::joined_for_tests(&[&own, &foreign]);
    assert!(lie("rfc4880", &fingerprint, &both).contains("2 certificates"));
    assert!(lie("rfc4880", &fingerprint, &armored[..armored.len() / 2]).contains("no end"));
    assert!(lie("rfc4880", &fingerprint, "-----BEGIN PGP PUBLIC KEY BLOCK-----").contains("no end"));
    assert!(lie("rfc4880", &fingerprint, "").contains("armored"));
    for secret in keys("cert.example").armored_secrets_for_tests() {
        let error = lie("rfc4880", &fingerprint, &secret);
        assert!(error.contains("SECRET"), "{error}");
        // Secrets under the label of a certificate, too.
        let error = lie("rfc4880", &fingerprint, &secret.replace("PRIVATE", "PUBLIC"));
        assert!(error.contains("SECRET"), "{error}");
    }
}

/// Keys change without a gap when the card brings the successor before its day, and the revoked one after it.
#[test]
fn a_card_has_a_certificate_and_its_successor() {
    let at = |text: &str| -> jiff::Timestamp { text.parse().unwrap() };
    let owner = Owner { domain: "cert.example", role_address: "team@cert.example" };
    let (profile, mut keys) = (Profile::Rfc4880, keys("cert.example").clone());
    let old = certificate("cert.example", profile).fingerprint();
    let new = keys.generate(profile, &owner, at("2026-06-01T00:00:00Z"), LIFETIME).unwrap();
    let used = |card: &Card, now: &str| card.certificate(profile, at(now)).unwrap().fingerprint();
    let card = |keys: &TeamKeys| {
        let card = Card { openpgp: keys.certificates(), ..card() };
        Card::parse(&card.write(&CardLimits::default()).unwrap(), &CardLimits::default()).unwrap()
    };
    assert_eq!(used(&card(&keys), "2026-05-31T23:59:59Z"), old);
    assert_eq!(used(&card(&keys), "2026-06-01T00:00:00Z"), new);
    keys.revoke(&new, Revocation::Compromised, "stolen", at("2026-07-01T00:00:00Z")).unwrap();
    assert_eq!(used(&card(&keys), "2026-07-02T00:00:00Z"), old);
    keys.revoke(&old, Revocation::Retired, "over", at("2026-08-01T00:00:00Z")).unwrap();
    assert_eq!(used(&card(&keys), "2026-08-02T00:00:00Z"), new, "the newest says why it cannot be used");
}

#[test]
fn a_certificate_of_another_team_is_refused() {
    let with = |domain: &str| {
        let domain = domain.parse().unwrap();
        Card { domain, ..card() }.write(&CardLimits::default()).map_err(|error| error.to_string())
    };
    assert!(with("csirt.cert.example").is_ok(), "a team may have its mail at the domain above");
    for other in ["other.example", "mycert.example", "cert.example.net"] {
        let error = with(other).unwrap_err();
        assert!(error.contains("of cert.example") && error.contains(&format!("one of {other}")), "{error}");
    }
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
