use super::*;
use crate::{
    digest::Digest,
    openpgp::{CertError, Profile, PublicCert, Revocation},
    partner::card::{
        Protocol,
        tests::{card, certificate, keys},
    },
    tls::Pin,
};

fn partners() -> (tempfile::TempDir, Partners) {
    let folder = tempfile::tempdir().unwrap();
    let partners = Partners::at(folder.path().join("partners"), CardLimits::default());
    (folder, partners)
}

fn at(text: &str) -> WireTime {
    text.parse().unwrap()
}

fn comparison(fingerprints: &[&Fingerprint], pins: &[Pin]) -> Comparison {
    Comparison {
        at: at("2026-02-03T09:00:00Z"),
        by: "a.okafor".into(),
        how: "call to the number of the directory".into(),
        fingerprints: fingerprints.iter().map(|one| (*one).clone()).collect(),
        pins: pins.to_vec(),
    }
}

#[test]
fn a_partner_is_received_verified_and_removed() {
    let (_folder, partners) = partners();
    let card = card();
    let signer = card.openpgp[0].fingerprint();
    assert!(partners.list().unwrap().is_empty());
    assert!(matches!(partners.get(&card.domain), Err(PartnerError::Unknown(_))));
    let received = partners.receive(&card, b"signed", Some(signer.clone()), at("2026-02-02T00:00:00Z")).unwrap();
    assert_eq!(received, Received::New);
    let partner = partners.get(&card.domain).unwrap();
    assert_eq!((partner.standing().state, partner.card()), (State::Unverified, &card));
    assert!(matches!(partner.verified(), Err(PartnerError::NotVerified { state: State::Unverified, .. })));
    let verified = partners.verify(&card.domain, comparison(&[&signer], &[])).unwrap();
    assert_eq!(partners.get(&card.domain).unwrap(), verified);
    let (verified, now) = (verified.verified().unwrap(), "2026-02-03T00:00:00Z".parse().unwrap());
    assert_eq!(verified.pins(), card.tls_pins);
    assert_eq!(verified.certificate(Profile::Rfc4880, now), Some(&card.openpgp[0]));
    assert_eq!(verified.certificate(Profile::Pqc, now), None);
    assert_eq!(verified.endpoint(Protocol::Push), Some("https://sirex.cert.example:4590/push"));
    assert_eq!(verified.endpoint(Protocol::Rid), None);
    assert_eq!(fs::read(partners.signed_card_file(&card.domain)).unwrap(), b"signed");
    let removed = Removed { at: at("2026-05-01T00:00:00Z"), by: "x".into(), why: "merged".into() };
    partners.remove(&card.domain, removed.clone()).unwrap();
    let gone = partners.get(&card.domain).unwrap();
    assert_eq!(gone.standing().removed.as_ref(), Some(&removed));
    assert!(matches!(gone.verified(), Err(PartnerError::NotVerified { state: State::Removed, .. })));
    assert!(matches!(partners.verify(&card.domain, comparison(&[&signer], &[])), Err(PartnerError::Removed(_))));
    let later = Card { made_at: at("2027-01-01T00:00:00Z"), ..card };
    assert!(matches!(
        partners.receive(&later, b"", Some(signer), later.made_at.clone()),
        Err(PartnerError::Removed(_))
    ));
}

#[test]
fn what_was_compared_must_be_the_partners_and_enough() {
    let (_folder, partners) = partners();
    let card = card();
    let (signer, domain) = (card.openpgp[0].fingerprint(), &card.domain);
    partners.receive(&card, b"signed", Some(signer.clone()), card.made_at.clone()).unwrap();
    let other: Fingerprint = "F".repeat(40).parse().unwrap();
    let verify = |comparison| partners.verify(domain, comparison).map(|_| ()).map_err(|error| error.code().as_str());
    assert_eq!(verify(comparison(&[], &[])), Err("partner-mismatch"));
    assert_eq!(verify(comparison(&[], &card.tls_pins)), Err("partner-mismatch"), "the signer is what counts");
    assert_eq!(verify(comparison(&[&signer, &other], &[])), Err("partner-mismatch"));
    assert_eq!(verify(comparison(&[&signer], &[Pin::from(Digest::of(b"x"))])), Err("partner-mismatch"));
    for (by, how) in [("", "met"), ("a", " ")] {
        let nobody = Comparison { by: by.into(), how: how.into(), ..comparison(&[&signer], &[]) };
        assert_eq!(verify(nobody), Err("usage"));
    }
    assert_eq!(partners.get(domain).unwrap().standing().state, State::Unverified);
    assert_eq!(verify(comparison(&[&signer], &[])), Ok(()));
    let stranger = partners.receive(&card, b"", Some(other), at("2026-03-01T00:00:00Z"));
    assert!(matches!(stranger, Err(PartnerError::Mismatch { .. })), "a card is signed by its own certificate");
}

#[test]
fn of_an_unsigned_card_everything_is_compared() {
    let (_folder, partners) = partners();
    let card = card();
    let fingerprint = &card.openpgp[0].fingerprint();
    partners.receive(&card, b"", None, card.made_at.clone()).unwrap();
    let verify = |comparison| partners.verify(&card.domain, comparison);
    for missing in [comparison(&[fingerprint], &card.tls_pins[..1]), comparison(&[], &card.tls_pins)] {
        assert!(matches!(verify(missing), Err(PartnerError::NotCompared { .. })));
    }
    assert!(verify(comparison(&[fingerprint], &card.tls_pins)).is_ok());
}

#[test]
fn new_keys_must_be_compared_again_and_old_cards_are_refused() {
    let (_folder, partners) = partners();
    let mut card = card();
    let signer = card.openpgp[0].fingerprint();
    let receive = |card: &Card| partners.receive(card, b"", Some(signer.clone()), card.made_at.clone());
    let state = |card: &Card| partners.get(&card.domain).unwrap().standing().state;
    receive(&card).unwrap();
    partners.verify(&card.domain, comparison(&[&signer], &[])).unwrap();
    assert!(matches!(receive(&card), Err(PartnerError::OlderCard { .. })), "the same card is no newer one");
    card.made_at = at("2026-06-01T00:00:00Z");
    card.team = "National CERT, renamed".into();
    assert_eq!((receive(&card).unwrap(), state(&card)), (Received::Renewed, State::Verified));
    assert_eq!(partners.get(&card.domain).unwrap().standing().comparisons.len(), 1);
    card.made_at = at("2026-06-02T00:00:00Z");
    let unsigned = partners.receive(&card, b"", None, card.made_at.clone()).unwrap();
    assert_eq!((unsigned, state(&card)), (Received::KeysChanged, State::Unverified), "nobody vouches for it");
    partners.verify(&card.domain, comparison(&[&signer], &card.tls_pins)).unwrap();
    card.made_at = at("2026-07-01T00:00:00Z");
    card.tls_pins.push(Pin::from(Digest::of(b"unknown")));
    assert_eq!((receive(&card).unwrap(), state(&card)), (Received::KeysChanged, State::Unverified));
    card.made_at = at("2026-06-30T00:00:00Z");
    assert!(matches!(receive(&card), Err(PartnerError::OlderCard { .. })));
}

#[test]
fn a_broken_partner_hides_no_other_and_is_named_with_file_and_key() {
    let (_folder, partners) = partners();
    let one = card();
    let other = Card { domain: "b.example".parse().unwrap(), openpgp: Vec::new(), ..one.clone() };
    for card in [&one, &other] {
        partners.receive(card, b"", None, card.made_at.clone()).unwrap();
    }
    fs::create_dir(partners.folder.join("no domain")).unwrap();
    fs::create_dir(partners.folder.join("UPPER.example")).unwrap();
    let file = partners.file(&one.domain, STANDING);
    let text = fs::read_to_string(&file).unwrap();
    let broken = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let mut list = partners.list().unwrap();
        assert_eq!(list.len(), 2);
        assert!(list.remove(0).1.is_ok());
        list.remove(0).1.unwrap_err().to_string()
    };
    for (from, to, key) in [
        ("state = \"unverified\"", "state = \"trusted\"", "state"),
        ("state = \"unverified\"", "state = \"verified\"", "verified without a comparison"),
        ("domain = \"cert.example\"", "domain = \"b.example\"", "domain"),
        ("team =", "taem =", "taem"),
        ("card_made_at = \"2026-02-01T10:00:00Z\"", "card_made_at = \"2026-02-01\"", "card_made_at"),
    ] {
        let error = broken(from, to);
        assert!(error.contains("partner.toml:") && error.contains(key), "{error}");
    }
    fs::write(&file, &text).unwrap();
    let card_file = partners.file(&one.domain, CARD);
    let shown = fs::read_to_string(&card_file).unwrap();
    fs::write(&card_file, shown.replace("2026-02-01T10:00:00Z", "2026-02-02T10:00:00Z")).unwrap();
    assert!(matches!(partners.get(&one.domain), Err(PartnerError::OtherCard(_))));
    fs::write(&card_file, "{").unwrap();
    assert!(matches!(partners.get(&one.domain), Err(PartnerError::Card(_))));
    // After a crash in between, taking a card completes what was begun.
    let later = Card { made_at: at("2026-09-01T00:00:00Z"), ..one };
    assert_eq!(partners.receive(&later, b"", None, later.made_at.clone()).unwrap(), Received::KeysChanged);
    assert_eq!(partners.get(&later.domain).unwrap().card(), &later);
}

/// A revocation must be sent again in every card, but leaving it out does not take it back: else whoever stole a key that
/// was revoked for that would write the partner's next card with it.
#[test]
fn a_revocation_outlives_the_card_that_brought_it() {
    let (_folder, partners) = partners();
    let (v4, v6) = [Profile::Rfc4880, Profile::Rfc9580].map(|profile| certificate("cert.example", profile)).into();
    let first = Card { openpgp: vec![v4.clone(), v6.clone()], ..card() };
    let receive = |card: &Card, signer: &PublicCert| {
        partners.receive(card, b"", Some(signer.fingerprint()), card.made_at.clone())
    };
    receive(&first, &v6).unwrap();
    partners.verify(&first.domain, comparison(&[&v6.fingerprint()], &[])).unwrap();
    let mut keys = keys("cert.example").clone();
    let then = "2026-03-01T00:00:00Z".parse().unwrap();
    keys.revoke(&v4.fingerprint(), Revocation::Compromised, "stolen", then).unwrap();
    let second = Card { openpgp: keys.certificates(), made_at: at("2026-03-02T00:00:00Z"), ..first.clone() };
    assert_eq!(receive(&second, &v6).unwrap(), Received::Renewed);
    let third = Card { made_at: at("2026-03-03T00:00:00Z"), team: "forged".into(), ..first.clone() };
    let error = receive(&third, &v4).unwrap_err();
    assert!(error.to_string().contains("revoked"), "{error}");
    // Signed by the other key it is taken, and the revocation stays.
    assert_eq!(receive(&third, &v6).unwrap(), Received::Renewed);
    let partner = partners.get(&first.domain).unwrap();
    let now = "2026-03-04T00:00:00Z".parse().unwrap();
    let revoked = partner.verified().unwrap().certificate(Profile::Rfc4880, now).unwrap();
    assert_eq!(revoked.check(now), Err(CertError::Revoked(v4.fingerprint())));
}

/// One card that is dated ahead, by mistake or not, would keep out every later one.
#[test]
fn a_card_from_the_future_is_refused() {
    let (_folder, partners) = partners();
    let card = card();
    let receive = |made_at: &str| {
        let card = Card { made_at: at(made_at), ..card.clone() };
        partners.receive(&card, b"", None, at("2026-02-02T00:00:00Z")).map_err(|error| error.to_string())
    };
    assert!(receive("2026-02-02T01:00:01Z").unwrap_err().contains("2026-02-02T01:00:01Z"));
    assert!(receive("2026-02-01T10:00:00").unwrap_err().contains("offset"), "of two such none is the later one");
    assert_eq!(receive("2026-02-02T01:00:00Z"), Ok(Received::New), "clocks may differ by an hour");
}

/// With two partners of one key nobody could say whose a message is, and TLS would trust neither them nor anybody new.
#[test]
fn two_verified_partners_have_no_key_in_common() {
    let (_folder, partners) = partners();
    let one = card();
    let signer = one.openpgp[0].fingerprint();
    partners.receive(&one, b"", Some(signer.clone()), one.made_at.clone()).unwrap();
    let own = certificate("other.example", Profile::Rfc9580);
    let verify = |pins: &[Pin], openpgp: Vec<PublicCert>| {
        let domain: Domain = "other.example".parse().unwrap();
        let _ = fs::remove_dir_all(partners.folder.join(domain.as_str()));
        let fingerprints: Vec<Fingerprint> = openpgp.iter().map(PublicCert::fingerprint).collect();
        let card =
            Card { domain: domain.clone(), tls_pins: pins.to_vec(), tls_certificates: vec![], openpgp, ..card() };
        partners.receive(&card, b"", None, card.made_at.clone()).unwrap();
        let verified = partners.verify(&domain, comparison(&fingerprints.iter().collect::<Vec<_>>(), pins));
        verified.map(|_| ()).map_err(|error| error.to_string())
    };
    let theirs = one.tls_pins[1];
    assert_eq!(verify(&[theirs], vec![own.clone()]), Ok(()), "whose it is nobody has said yet");
    let error = partners.verify(&one.domain, comparison(&[&signer], &[])).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("other.example") && error.to_string().contains(&theirs.grouped()), "{error}");
    assert_eq!(error.code(), crate::error::Code::PartnerMismatch);
    let other = "other.example".parse().unwrap();
    partners.remove(&other, Removed { at: at("2026-05-01T00:00:00Z"), by: "x".into(), why: "y".into() }).unwrap();
    partners.verify(&one.domain, comparison(&[&signer], &[])).unwrap();
    assert!(verify(&[theirs], vec![own.clone()]).unwrap_err().contains("cert.example"));
    assert_eq!(verify(&[Pin::from(Digest::of(b"own"))], vec![own]), Ok(()));
}

#[test]
fn who_cannot_be_read_can_be_removed() {
    let (_folder, partners) = partners();
    let card = card();
    partners.receive(&card, b"", None, card.made_at.clone()).unwrap();
    fs::write(partners.file(&card.domain, CARD), "{").unwrap();
    let removed = Removed { at: at("2026-05-01T00:00:00Z"), by: "x".into(), why: "broken".into() };
    partners.remove(&card.domain, removed).unwrap();
    assert_eq!(partners.standing(&card.domain).unwrap().state, State::Removed);
}

/// The gateway looks at all partners twice a second.
#[test]
fn a_card_is_read_again_only_when_it_has_changed() {
    let (_folder, partners) = partners();
    let card = card();
    partners.receive(&card, b"", None, card.made_at.clone()).unwrap();
    let first = partners.get(&card.domain).unwrap();
    let again = partners.clone().list().unwrap().remove(0).1.unwrap();
    assert!(Arc::ptr_eq(&first.card, &again.card));
    let later = Card { made_at: at("2026-03-01T00:00:00Z"), ..card.clone() };
    partners.receive(&later, b"", None, later.made_at.clone()).unwrap();
    assert_eq!(partners.get(&card.domain).unwrap().card(), &later);
    fs::write(partners.file(&card.domain, CARD), "{").unwrap();
    assert!(partners.get(&card.domain).is_err());
}

/// A card that is taken at the same time must not bring back who was removed.
#[test]
fn a_removal_is_not_lost_to_a_card() {
    let (_folder, partners) = partners();
    let card = card();
    let signer = card.openpgp[0].fingerprint();
    for round in 0..20 {
        let _ = fs::remove_dir_all(partners.folder.join(card.domain.as_str()));
        partners.receive(&card, b"", Some(signer.clone()), card.made_at.clone()).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for second in 0..10 {
                    let made_at = at(&format!("2026-03-01T00:00:0{second}Z"));
                    let later = Card { made_at: made_at.clone(), ..card.clone() };
                    if partners.receive(&later, b"", Some(signer.clone()), made_at).is_err() {
                        break;
                    }
                }
            });
            let removed = Removed { at: at("2026-05-01T00:00:00Z"), by: "x".into(), why: "merged".into() };
            while partners.remove(&card.domain, removed.clone()).is_err() {}
        });
        assert_eq!(partners.standing(&card.domain).unwrap().state, State::Removed, "round {round}");
    }
}
