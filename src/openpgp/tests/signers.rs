//! Who signed, when, and for whom.

use sequoia_openpgp::{
    Cert, Packet,
    packet::signature::{SignatureBuilder, subpacket::NotationDataFlags},
    serialize::stream::Armorer,
    types::{HashAlgorithm, KeyFlags, SignatureType},
};

use super::*;

const PROFILE: Profile = Profile::Rfc4880;

fn to() -> PublicCert {
    cert(us(), PROFILE)
}

/// Sealed to us by these keys, opened at that time with these registered.
fn judged(bytes: &[u8], registered: &[PublicCert], at: Timestamp) -> (Status, Code) {
    match open_local(bytes, us(), &Expect { now: at, ..expect(registered, PROFILE) }) {
        Ok((_, found)) => panic!("{found:?}"),
        Err(error) => (error.verification().unwrap().status, error.code()),
    }
}

#[test]
fn only_registered_certificates_count() {
    let wire = seal_ungated(TEXT, &to(), stranger(), PROFILE, now(), false).unwrap();
    let unknown = (Status::UnknownKey, Code::PgpSignerUnknown);
    assert_eq!(judged(&wire, &partner().certificates(), now()), unknown);
    assert_eq!(judged(&wire, &[], now()), unknown);
    assert!(open_local(&wire, us(), &expect(&stranger().certificates(), PROFILE)).is_ok());
    let refused = opened(&wire, PROFILE).unwrap_err();
    assert_eq!(refused.verification().unwrap().fingerprint, None);
    assert!(refused.verification().unwrap().issuer.is_some(), "the issuer is claimed, not believed");
}

#[test]
fn an_optional_signature_must_still_be_good() {
    let wire = seal_ungated(TEXT, &to(), stranger(), PROFILE, now(), false).unwrap();
    let signers = partner().certificates();
    let lenient = Expect { signature: Demand::Optional, sealing: Demand::Optional, ..expect(&signers, PROFILE) };
    assert_eq!(code(open_local(&wire, us(), &lenient)), Code::PgpSignerUnknown);
    let bare = message(vec![encrypted_to(&to(), PROFILE)], literal(TEXT));
    let (content, found) = open_local(&bare, us(), &lenient).unwrap();
    assert_eq!((content.as_slice(), found.status), (TEXT, Status::Unsigned));
    assert_eq!(found.intended_recipient, IntendedRecipient::NotApplicable);
}

#[test]
fn a_signature_for_somebody_else_is_refused() {
    for profile in profiles() {
        // The stranger got it, and passes it on to us under the partner's signature.
        let signed = signed_by(partner(), profile, Some(cert(stranger(), profile)), now());
        let wire = message(vec![encrypted_to(&cert(us(), profile), profile), signed], literal(TEXT));
        let refused = opened(&wire, profile).unwrap_err();
        assert_eq!(refused.code(), Code::PgpRecipient);
        let found = refused.verification().unwrap();
        assert_eq!((found.status, found.intended_recipient), (Status::Good, IntendedRecipient::Mismatched));
        assert!(refused.to_string().contains(cert(stranger(), profile).fingerprint().hex()), "{refused}");

        // Another certificate of ours is not the one that opened it.
        if let Some(other) = profiles().find(|other| *other != profile) {
            let signed = signed_by(partner(), profile, Some(cert(us(), other)), now());
            let wire = message(vec![encrypted_to(&cert(us(), profile), profile), signed], literal(TEXT));
            assert_eq!(code(opened(&wire, profile)), Code::PgpRecipient);
        }
    }
}

#[test]
fn a_signature_for_nobody_depends_on_the_profile() {
    for profile in profiles() {
        let signed = signed_by(partner(), profile, None, now());
        let wire = message(vec![encrypted_to(&cert(us(), profile), profile), signed], literal(TEXT));
        let (content, found) = opened(&wire, Profile::Rfc4880).unwrap();
        assert_eq!((content.as_slice(), found.intended_recipient), (TEXT, IntendedRecipient::Absent));
        assert_eq!(found.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::PgpRecipient]);
        if profile != Profile::Rfc4880 {
            let refused = opened(&wire, profile).unwrap_err();
            assert_eq!(refused.code(), Code::PgpRecipient);
            assert_eq!(refused.verification().unwrap().intended_recipient, IntendedRecipient::Absent);
        }
    }
}

#[test]
fn signed_without_encryption_names_one_of_our_certificates() {
    let signers = partner().certificates();
    let open = |wire: &[u8], sealing| open_local(wire, us(), &Expect { sealing, ..expect(&signers, PROFILE) });
    for ours in profiles().map(|profile| cert(us(), profile)) {
        let wire = message(vec![signed_by(partner(), PROFILE, Some(ours), now())], literal(TEXT));
        assert_eq!(open(&wire, Demand::Optional).unwrap().1.intended_recipient, IntendedRecipient::Matched);
        assert_eq!(code(open(&wire, Demand::Required)), Code::PgpUnsealed);
    }
    let wire = message(vec![signed_by(partner(), PROFILE, Some(cert(stranger(), PROFILE)), now())], literal(TEXT));
    assert_eq!(code(open(&wire, Demand::Optional)), Code::PgpRecipient);
}

#[test]
fn expired_keys_sign_nothing() {
    let mut keys = TeamKeys::default();
    let owner = Owner { domain: "partner.example", role_address: "isirt@partner.example" };
    let short = std::time::Duration::from_secs(30 * 24 * 3600);
    keys.generate(PROFILE, &owner, start(), short).unwrap();
    let wire = seal_ungated(TEXT, &to(), &keys, PROFILE, days(10), false).unwrap();
    let certs = keys.certificates();
    let good = |at| open_local(&wire, us(), &Expect { now: at, ..expect(&certs, PROFILE) }).is_ok();
    assert!(good(days(10)) && good(days(29)));
    // Signed in time, arrived too late: whoever found the old key can date a signature back.
    let expired = (Status::Expired, Code::PgpSignerExpired);
    assert_eq!(judged(&wire, &certs, days(31)), expired);
    // Signed too late.
    let late = message(vec![encrypted_to(&to(), PROFILE), signed_at(&keys, days(10), days(40))], literal(TEXT));
    assert_eq!(judged(&late, &certs, days(41)), expired);
    // Prolonged in the meantime.
    let mut prolonged = keys.clone();
    prolonged.set_expiry(&certs[0].fingerprint(), days(300), days(20)).unwrap();
    let certs = prolonged.certificates();
    assert!(open_local(&wire, us(), &Expect { now: days(200), ..expect(&certs, PROFILE) }).is_ok());
}

/// Signed with a key that was valid at one time, dated at another.
fn signed_at(keys: &TeamKeys, valid: Timestamp, dated: Timestamp) -> Layer {
    let signer = keys.signer(PROFILE, valid).unwrap();
    Box::new(move |message| {
        let signer = StreamSigner::new(message, signer).unwrap().add_intended_recipient(to().cert());
        signer.creation_time(system_time(dated)).build().unwrap()
    })
}

#[test]
fn revoked_keys_sign_nothing() {
    let wire = sealed(PROFILE);
    for (why, at) in
        [(Revocation::Compromised, days(200)), (Revocation::Superseded, days(50)), (Revocation::Retired, days(200))]
    {
        let mut keys = partner().clone();
        keys.revoke(&cert(partner(), PROFILE).fingerprint(), why, "lost", at).unwrap();
        let certs = keys.certificates();
        assert_eq!(judged(&wire, &certs, days(201)), (Status::Revoked, Code::PgpSignerRevoked), "{why:?}");
        // A compromised key was never good; another revocation counts from its day.
        let before = open_local(&wire, us(), &Expect { now: now(), ..expect(&certs, PROFILE) });
        assert_eq!(before.is_ok(), why == Revocation::Retired, "{why:?}");
    }
}

#[test]
fn signatures_from_the_future_are_bad() {
    let at = |seconds: i64| {
        let dated = now() + SignedDuration::from_secs(seconds);
        seal_ungated(TEXT, &to(), partner(), PROFILE, dated, false).unwrap()
    };
    assert!(opened(&at(300), PROFILE).is_ok(), "within the clock skew");
    assert_eq!(judged(&at(301), &partner().certificates(), now()), (Status::Bad, Code::PgpSignatureBad));
    let signers = partner().certificates();
    let exact = Limits { clock_skew_seconds: 0, ..Limits::default() };
    let expect = Expect { limits: exact, ..expect(&signers, PROFILE) };
    assert!(open_local(&at(0), us(), &expect).is_ok());
    assert!(open_local(&at(1), us(), &expect).is_err());

    // A key that is not valid yet, though its signature is dated today.
    let mut keys = TeamKeys::default();
    let owner = Owner { domain: "partner.example", role_address: "isirt@partner.example" };
    keys.generate(PROFILE, &owner, days(150), LIFETIME).unwrap();
    assert!(keys.signer(PROFILE, now()).is_err());
    let wire = message(vec![encrypted_to(&to(), PROFILE), signed_at(&keys, days(151), now())], literal(TEXT));
    assert_eq!(judged(&wire, &keys.certificates(), now()).0, Status::Bad);
}

#[test]
fn weak_hashes_and_unknown_critical_notes_are_bad() {
    let signed = |change: fn(StreamSigner<'_>) -> StreamSigner<'_>| -> Vec<u8> {
        let layer: Layer = Box::new(move |message| {
            let signer = StreamSigner::new(message, partner().signer(PROFILE, now()).unwrap()).unwrap();
            let signer = signer.add_intended_recipient(to().cert()).creation_time(system_time(now()));
            change(signer).build().unwrap()
        });
        message(vec![encrypted_to(&to(), PROFILE), layer], literal(TEXT))
    };
    assert!(opened(&signed(|signer| signer), PROFILE).is_ok());
    let weak = signed(|signer| signer.hash_algo(HashAlgorithm::SHA1).unwrap());
    assert_eq!(judged(&weak, &partner().certificates(), now()), (Status::Bad, Code::PgpSignatureBad));
    assert!(
        opened(&weak, PROFILE).unwrap_err().to_string().contains("SHA1"),
        "{}",
        opened(&weak, PROFILE).unwrap_err()
    );

    let critical: Layer = Box::new(|message| {
        let template = SignatureBuilder::new(SignatureType::Binary)
            .set_notation("unknown@other.example", b"1", NotationDataFlags::empty().set_human_readable(), true)
            .unwrap();
        let signer = StreamSigner::with_template(message, partner().signer(PROFILE, now()).unwrap(), template);
        signer.unwrap().add_intended_recipient(to().cert()).creation_time(system_time(now())).build().unwrap()
    });
    let wire = message(vec![encrypted_to(&to(), PROFILE), critical], literal(TEXT));
    assert_eq!(judged(&wire, &partner().certificates(), now()), (Status::Bad, Code::PgpSignatureBad));
}

#[test]
fn a_stolen_subkey_does_not_make_anothers_signature_ours() {
    // The stranger binds the partner's signing key to his own certificate; the key never agreed to that.
    let theirs = cert(partner(), PROFILE);
    let key = theirs.cert().keys().subkeys().find(|key| key.key().pk_algo().for_signing()).unwrap().key().clone();
    let secret = stranger().certs().iter().find(|own| own.primary_key().key().version() == 4).unwrap();
    let mut primary = secret.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let binding = SignatureBuilder::new(SignatureType::SubkeyBinding)
        .set_key_flags(KeyFlags::empty().set_signing())
        .unwrap()
        .set_signature_creation_time(system_time(days(1)))
        .unwrap();
    let binding = key.bind(&mut primary, secret, binding).unwrap();
    let grabbed: Cert = secret.clone().insert_packets([Packet::from(key), Packet::from(binding)]).unwrap().0;
    let (status, _) = judged(&sealed(PROFILE), &[PublicCert::from_cert(grabbed)], now());
    assert!(matches!(status, Status::Bad | Status::UnknownKey), "{status:?}");
}

#[test]
fn an_encryption_key_does_not_sign_and_a_changed_text_is_bad() {
    let wire = message(vec![signed_by(partner(), PROFILE, Some(to()), now())], literal(TEXT));
    let signers = partner().certificates();
    let expect = Expect { sealing: Demand::Optional, ..expect(&signers, PROFILE) };
    let at = wire.windows(8).position(|part| part == b"happened").unwrap();
    let mut changed = wire.clone();
    changed[at] ^= 0x20;
    let refused = open_local(&changed, us(), &expect).unwrap_err();
    assert_eq!((refused.verification().unwrap().status, refused.code()), (Status::Bad, Code::PgpSignatureBad));
    assert!(!format!("{refused:?}").contains("appened"), "no content in the error");

    let armored: Layer = Box::new(|message| Armorer::new(message).build().unwrap());
    let text = message(vec![armored, signed_by(partner(), PROFILE, Some(to()), now())], literal(TEXT));
    assert_eq!(open_local(&text, us(), &expect).unwrap().0, TEXT);
}
