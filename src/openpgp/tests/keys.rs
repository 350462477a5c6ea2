//! Our own keys, in memory and on disk.

use std::{fs, os::unix::fs::PermissionsExt as _, time::Duration};

use super::*;
use crate::config::FileError;

fn owner() -> Owner<'static> {
    Owner { domain: "us.example", role_address: "isirt@us.example" }
}

#[test]
fn each_profile_has_keys_of_its_kind() {
    for profile in profiles() {
        let cert = cert(us(), profile);
        let info = cert.info(now());
        assert_eq!((info.profile, info.problem, info.revoked), (profile, None, false));
        assert_eq!(info.user_ids, ["us.example <isirt@us.example>"]);
        assert_eq!(
            (info.created, info.expires),
            (start(), Some(start() + SignedDuration::try_from(LIFETIME).unwrap()))
        );
        assert_eq!(cert.fingerprint().hex().len(), if profile == Profile::Rfc4880 { 40 } else { 64 });
    }
    assert_eq!(us().certificates().len(), profiles().count());
}

#[test]
fn vendored_openssl_can_do_everything() {
    if cfg!(feature = "vendored-openssl") {
        assert_eq!(profiles().count(), Profile::ALL.len());
    }
}

#[test]
fn profiles_are_named_as_in_agreements() {
    for profile in Profile::ALL {
        let json = serde_json::to_string(profile).unwrap();
        assert_eq!(json, format!("\"{profile}\""));
        assert_eq!(serde_json::from_str::<Profile>(&json).unwrap(), *profile);
    }
    assert_eq!(Unsupported(Profile::Pqc).code(), Code::PgpUnsupported);
}

#[test]
fn fingerprints_are_read_as_people_write_them() {
    let fingerprint = cert(us(), Profile::Rfc4880).fingerprint();
    assert_eq!((fingerprint.to_string().as_str(), fingerprint.grouped().len()), (fingerprint.hex(), 40 + 10));
    for text in [
        fingerprint.grouped(),
        fingerprint.grouped().replace(' ', ":"),
        fingerprint.hex().to_lowercase(),
        format!(" 0x{} ", fingerprint.hex()),
    ] {
        assert_eq!(text.parse::<Fingerprint>().unwrap(), fingerprint);
    }
    assert_eq!(serde_json::to_string(&fingerprint).unwrap(), format!("\"{}\"", fingerprint.hex()));
    for bad in ["", "0123456789ABCDEF", &"g".repeat(40), &"é".repeat(20)] {
        let error: BadFingerprint = bad.parse::<Fingerprint>().unwrap_err();
        assert!(error.to_string().contains("expected a fingerprint of 40 or 64"), "{error}");
    }
}

#[test]
fn keys_are_saved_for_the_team_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("keys/openpgp");
    us().save(&folder).unwrap();
    us().save(&folder).unwrap();
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert_eq!(names.len(), profiles().count());
    for path in &names {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(path.extension().is_some_and(|end| end == "pgp"));
    }
    // A half-written file of a crash is neither read nor in the way.
    fs::write(names[0].with_extension("pgp.1-0.new"), b"half").unwrap();
    let loaded = TeamKeys::load(&folder).unwrap();
    assert_eq!(loaded.certificates(), us().certificates());
    assert_eq!(
        open_local(&sealed(Profile::Rfc4880), &loaded, &expect(&partner().certificates(), Profile::Rfc4880)).unwrap().0,
        TEXT
    );
    us().save(&folder).unwrap();

    fs::set_permissions(&names[0], fs::Permissions::from_mode(0o604)).unwrap();
    let refused = TeamKeys::load(&folder).unwrap_err();
    assert!(matches!(&refused, FolderError::File(FileError::Exposed { mode: 0o604, .. })), "{refused}");
    assert_eq!(refused.code(), Code::ConfigInvalid);
    fs::set_permissions(&names[0], fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&names[0], cert(us(), Profile::Rfc4880).to_bytes()).unwrap();
    assert!(TeamKeys::load(&folder).unwrap_err().to_string().contains("no secret keys"));
    assert_eq!(TeamKeys::load(&home.path().join("absent")).unwrap_err().code(), Code::FileUnreadable);
    fs::write(home.path().join("file"), b"").unwrap();
    assert_eq!(us().save(&home.path().join("file")).unwrap_err().code(), Code::DiskWrite);
}

#[test]
fn keys_show_no_secrets() {
    let shown = format!("{:?}", us());
    assert!(shown.contains(cert(us(), Profile::Rfc4880).fingerprint().hex()));
    assert!(shown.len() < 400, "{shown}");
    for public in us().certificates() {
        assert!(!public.cert().is_tsk());
        assert!(PublicCert::parse(&public.to_bytes()).is_ok());
        assert!(public.to_armored().starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"));
    }
}

#[test]
fn a_successor_takes_over_on_its_day() {
    let profile = Profile::Rfc9580;
    let mut keys = TeamKeys::default();
    let old = keys.generate(profile, &owner(), start(), LIFETIME).unwrap();
    let new = keys.generate(profile, &owner(), days(150), LIFETIME).unwrap();
    let current = |keys: &TeamKeys, at| keys.certificate(profile, at).unwrap().fingerprint();
    assert_eq!(current(&keys, days(149)), old);
    assert_eq!(current(&keys, days(151)), new);
    // Both open.
    let signers = partner().certificates();
    for to in keys.certificates() {
        let wire = seal_ungated(TEXT, &to, partner(), profile, days(151), false).unwrap();
        assert!(open_local(&wire, &keys, &Expect { now: days(151), ..expect(&signers, profile) }).is_ok());
    }
    // The newest that can be used counts, not the newest.
    keys.revoke(&new, Revocation::Compromised, "lost", days(160)).unwrap();
    assert_eq!(current(&keys, days(161)), old);
    keys.set_expiry(&old, days(170), days(161)).unwrap();
    let problem = keys.certificate(profile, days(171)).unwrap_err();
    assert!(
        matches!(&problem, KeyError::Unusable { reason: CertError::Revoked(found), .. } if *found == new),
        "{problem}"
    );
    assert_eq!(problem.code(), Code::PgpKeyUnusable);
}

#[test]
fn expiry_moves_both_ways_and_for_subkeys_too() {
    for profile in profiles() {
        let mut keys = TeamKeys::default();
        let mine = keys.generate(profile, &owner(), start(), Duration::from_secs(86_400 * 50)).unwrap();
        assert!(matches!(keys.certificates()[0].check(days(60)), Err(CertError::Expired { .. })));
        keys.set_expiry(&mine, days(400), days(10)).unwrap();
        let public = &keys.certificates()[0];
        assert_eq!((public.check(days(60)), public.expires(days(60))), (Ok(()), Some(days(400))));
        let signed = sign_detached(b"x", &keys, profile, days(60)).unwrap();
        assert!(verify_detached(&signed, b"x", &keys.certificates(), days(60)).is_ok());
        keys.set_expiry(&mine, days(20), days(15)).unwrap();
        assert!(matches!(keys.certificates()[0].check(days(21)), Err(CertError::Expired { at, .. }) if at == days(20)));
    }
    let unknown = cert(stranger(), Profile::Rfc4880).fingerprint();
    let mut keys = us().clone();
    assert_eq!(keys.set_expiry(&unknown, days(1), now()), Err(KeyError::Unknown(unknown.clone())));
    assert_eq!(keys.revoke(&unknown, Revocation::Retired, "", now()).unwrap_err().code(), Code::NotFound);
}

#[test]
fn secret_keys_are_taken_over_only_whole() {
    use sequoia_openpgp::{Cert, crypto::Password, serialize::SerializeInto as _};
    let own = us().certs()[0].clone();
    let mut keys = TeamKeys::default();
    for bytes in [own.as_tsk().to_vec().unwrap(), own.as_tsk().armored().to_vec().unwrap()] {
        assert_eq!(keys.import(&bytes).unwrap(), own.fingerprint().into());
    }
    assert_eq!(keys.certificates().len(), 1, "the same key twice is one");
    let primary = own.primary_key().key().clone().parts_into_secret().unwrap();
    let locked = primary.encrypt_secret(&Password::from("x")).unwrap();
    let locked: Cert = own.clone().insert_packets([sequoia_openpgp::Packet::from(locked)]).unwrap().0;
    for (bytes, what) in [
        (locked.as_tsk().to_vec().unwrap(), "password"),
        (own.to_vec().unwrap(), "no secret keys"),
        (b"nonsense".to_vec(), "armored block"),
        (own.as_tsk().armored().to_vec().unwrap().repeat(2), "2 blocks"),
    ] {
        let refused = keys.import(&bytes).unwrap_err();
        assert!(refused.to_string().contains(what), "{refused}");
        assert_eq!(refused.code(), Code::ConfigInvalid);
    }
}

#[test]
fn owners_have_names_that_fit() {
    let mut keys = TeamKeys::default();
    for (domain, role_address) in
        [("us.example", "no address"), ("us.example", ""), ("a <b@c.example>", "isirt@us.example")]
    {
        let refused = keys.generate(Profile::Rfc4880, &Owner { domain, role_address }, start(), LIFETIME).unwrap_err();
        assert!(matches!(refused, KeyError::Owner { .. }), "{domain} {role_address}: {refused}");
    }
}
