//! Partners' certificates as they come in files.

use sequoia_openpgp::{
    Cert, Packet,
    cert::{CertBuilder, CipherSuite},
    packet::{UserID, signature::SignatureBuilder},
    serialize::SerializeInto as _,
    types::{HashAlgorithm, KeyFlags, SignatureType},
};

use super::*;

fn refused(bytes: &[u8]) -> CertError {
    let error = PublicCert::import(bytes, now()).unwrap_err();
    assert_eq!(error.code(), Code::PgpCertificate);
    error
}

fn built(change: impl FnOnce(CertBuilder<'_>) -> CertBuilder<'_>) -> Cert {
    let builder = CertBuilder::new().set_cipher_suite(CipherSuite::Cv25519).set_creation_time(system_time(start()));
    change(builder.add_userid("partner.example <cert@partner.example>")).generate().unwrap().0
}

#[test]
fn certificates_are_read_armored_and_binary() {
    for profile in profiles() {
        let cert = cert(partner(), profile);
        for bytes in [cert.to_bytes(), cert.to_armored().into_bytes()] {
            assert_eq!(PublicCert::import(&bytes, now()).unwrap(), cert);
        }
        let page = format!("Our key since 2026:\n\n{}\nBest regards\n", cert.to_armored());
        assert_eq!(PublicCert::import(page.as_bytes(), now()).unwrap().profile(), profile);
        assert_eq!(format!("{cert:?}"), format!("PublicCert({})", cert.fingerprint()));
    }
}

#[test]
fn what_is_not_one_public_certificate_is_refused() {
    let one = cert(partner(), Profile::Rfc4880);
    let secret = &partner().certs()[0];
    assert_eq!(refused(&secret.as_tsk().to_vec().unwrap()), CertError::Secret);
    assert_eq!(refused(&secret.as_tsk().armored().to_vec().unwrap()), CertError::Secret);
    // Secrets behind the label of a public key.
    let mislabelled = String::from_utf8(secret.as_tsk().armored().to_vec().unwrap()).unwrap();
    assert_eq!(refused(mislabelled.replace("PRIVATE", "PUBLIC").as_bytes()), CertError::Secret);
    let other = cert(stranger(), Profile::Rfc9580);
    assert_eq!(refused(&[one.to_bytes(), other.to_bytes()].concat()), CertError::Several(2));
    assert_eq!(refused((one.to_armored() + &other.to_armored()).as_bytes()), CertError::Several(2));
    assert_eq!(refused(&vec![0xc6; CERT_BYTES + 1]), CertError::TooLarge { found: CERT_BYTES + 1 });
    for nonsense in [&b""[..], b"nonsense", b"\xff\xff", TEXT, &sealed(Profile::Rfc4880)] {
        assert!(matches!(refused(nonsense), CertError::Malformed(_)));
    }
}

#[test]
fn certificates_are_judged_at_a_time() {
    for profile in profiles() {
        let cert = cert(partner(), profile);
        assert!(matches!(cert.check(days(-1)), Err(CertError::NotYet { at, .. }) if at == start()));
        assert_eq!(cert.check(days(1_000)), Ok(()));
        assert!(matches!(cert.check(days(1_096)), Err(CertError::Expired { .. })), "{:?}", cert.check(days(1_096)));
        let mut keys = partner().clone();
        keys.revoke(&cert.fingerprint(), Revocation::Compromised, "lost", days(150)).unwrap();
        let revoked = keys.certificates().into_iter().find(|other| other.fingerprint() == cert.fingerprint()).unwrap();
        assert_eq!(revoked.check(days(151)), Err(CertError::Revoked(cert.fingerprint())));
        let info = revoked.info(days(151));
        assert!(info.revoked && info.problem.is_some_and(|problem| problem.contains("revoked")));
        assert!(serde_json::to_string(&cert.info(now())).unwrap().contains(r#""created":"2026-01-01T00:00:00Z""#));
    }
    assert!(cert(partner(), Profile::Rfc4880).check(Timestamp::MAX).is_err());
    assert!(cert(partner(), Profile::Rfc4880).check(Timestamp::MIN).is_err());
}

#[test]
fn a_certificate_must_sign_and_be_encrypted_to() {
    let bytes = |cert: Cert| cert.to_vec().unwrap();
    let signing = bytes(built(|builder| builder.add_signing_subkey()));
    assert!(matches!(refused(&signing), CertError::NoEncryption(_)));
    let encryption = bytes(built(|builder| builder.add_transport_encryption_subkey()));
    assert!(matches!(refused(&encryption), CertError::NoSigning(_)));
    let stored = KeyFlags::empty().set_storage_encryption();
    let both = bytes(built(|builder| builder.add_signing_subkey().add_subkey(stored, None, None)));
    assert!(PublicCert::import(&both, now()).is_ok());
    let short = std::time::Duration::from_secs(3600);
    let over = bytes(built(|builder| {
        builder.add_signing_subkey().add_subkey(KeyFlags::empty().set_transport_encryption(), short, None)
    }));
    assert!(matches!(refused(&over), CertError::NoEncryption(_)), "its encryption key has expired");
}

#[test]
fn certificates_bound_by_broken_hashes_are_refused() {
    let fine = built(|builder| builder.add_signing_subkey().add_transport_encryption_subkey());
    assert!(PublicCert::import(&fine.to_vec().unwrap(), now()).is_ok());
    // The same keys, every binding made again with SHA-1.
    let primary = fine.primary_key().key().clone();
    let mut signer = primary.clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let bare = Cert::from_packets([Packet::from(primary.clone())].into_iter()).unwrap();
    let weak = |kind| {
        SignatureBuilder::new(kind)
            .set_hash_algo(HashAlgorithm::SHA1)
            .set_signature_creation_time(system_time(start()))
            .unwrap()
    };
    let id = UserID::from("partner.example <cert@partner.example>");
    let certifying = weak(SignatureType::PositiveCertification)
        .set_key_flags(KeyFlags::empty().set_certification().set_signing())
        .unwrap();
    let over_id = id.bind(&mut signer, &bare, certifying).unwrap();
    let mut packets = vec![Packet::from(id), Packet::from(over_id)];
    let subkey = fine.keys().subkeys().find(|key| key.key().pk_algo().for_encryption()).unwrap().key().clone();
    let encryption =
        weak(SignatureType::SubkeyBinding).set_key_flags(KeyFlags::empty().set_transport_encryption()).unwrap();
    let over_subkey = subkey.bind(&mut signer, &bare, encryption).unwrap();
    packets.extend([Packet::from(subkey), Packet::from(over_subkey)]);
    let weak = bare.insert_packets(packets).unwrap().0;
    let error = refused(&weak.to_vec().unwrap());
    assert!(
        matches!(&error, CertError::Policy { reason, .. } if reason.contains("SHA1") || reason.contains("binding")),
        "{error}"
    );
    // What was fine in its time.
    let then = "2026-01-02T00:00:00Z".parse().unwrap();
    assert!(PublicCert::import(&weak.to_vec().unwrap(), then).is_err());
}
