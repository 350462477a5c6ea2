//! Our key, its certificate and its file.

use std::{fs, os::unix::fs::PermissionsExt as _};

use proptest::prelude::*;

use super::super::{
    testing::{Hands, key},
    *,
};
use crate::{config::FileError, world::Clock as _};

#[test]
fn a_new_certificate_says_what_was_asked() {
    let clock = Hands::new();
    let new = NewKey {
        domain: "cert.example".into(),
        names: vec!["gw.cert.example".into(), "192.0.2.7".into(), "cert.example".into()],
        loopback: true,
        days: 30,
    };
    let own = OwnKey::generate(&new, &*clock).unwrap();
    let certificate = own.certificate();
    assert_eq!(certificate.subject, "CN=cert.example");
    assert_eq!(certificate.issuer, certificate.subject);
    assert_eq!(certificate.names, ["cert.example", "gw.cert.example", "192.0.2.7", "localhost", "127.0.0.1", "::1"]);
    assert_eq!(certificate.not_before.to_string(), "2026-06-01T11:00:00Z");
    assert_eq!(certificate.not_after.to_string(), "2026-07-01T11:00:00Z");
    assert!(certificate.server && certificate.client);
    assert_eq!(certificate.pin, own.pin());
    assert_eq!(certificate.digest, crate::digest::Digest::of(own.certificate_der()));
    for role in [Role::Client, Role::Server] {
        assert_eq!(certificate.usable(role, clock.now()), Ok(()));
        assert_eq!(certificate.usable(role, certificate.not_before), Ok(()));
        assert_eq!(certificate.usable(role, certificate.not_after), Ok(()));
        let second = jiff::SignedDuration::from_secs(1);
        assert_eq!(certificate.usable(role, certificate.not_before - second), Err(Distrust::NotYetValid));
        assert_eq!(certificate.usable(role, certificate.not_after + second), Err(Distrust::Expired));
    }
}

#[test]
fn names_that_cannot_be_names_are_refused() {
    for bad in ["", "a b", "ä.example", "-", "a..b", "*.example", "cert.example\n"] {
        let found = OwnKey::generate(&NewKey::of(bad), &*Hands::new());
        assert!(matches!(found, Err(Error::Name(ref name)) if name == bad), "{bad:?}: {found:?}");
    }
}

#[test]
fn keys_differ_and_pins_are_written_as_digests() {
    let (one, other) = (key("a.example"), key("a.example"));
    assert_ne!(one.pin(), other.pin());
    let written = one.pin().to_string();
    assert!(written.starts_with("sha256:") && written.len() == 71, "{written}");
    assert_eq!(written.parse::<Pin>().unwrap(), one.pin());
    assert_eq!(serde_json::to_string(&one.pin()).unwrap(), format!("\"{written}\""));
}

#[test]
fn the_file_comes_back_the_same_and_only_its_owner_reads_it() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("keys/tls");
    let (first, second) = (key("a.example"), key("a.example"));
    first.save(&folder).unwrap();
    // What a crash in the middle of writing leaves behind does not disturb.
    fs::write(folder.join("own.pem.1-0.new"), "half").unwrap();
    second.save(&folder).unwrap();
    let loaded = OwnKey::load(&folder).unwrap();
    assert_eq!(loaded.pin(), second.pin());
    assert_eq!(loaded.certificate(), second.certificate());
    let path = folder.join(OwnKey::FILE);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);

    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(OwnKey::load(&folder), Err(Error::File(FileError::Exposed { mode: 0o640, .. }))));
}

#[test]
fn an_unusable_file_is_named_as_such() {
    let (one, other) = (key("a.example"), key("b.example"));
    let pem = one.pem_for_tests();
    let (private, public) = pem.split_at(pem.find("-----BEGIN CERTIFICATE").unwrap());
    let foreign = other.pem_for_tests();
    let foreign = &foreign[foreign.find("-----BEGIN CERTIFICATE").unwrap()..];
    assert!(OwnKey::from_pem(&format!("{public}{private}")).is_ok(), "either order");
    for bad in ["", private, public, "garbage", &pem[..pem.len() / 2]] {
        assert!(matches!(OwnKey::from_pem(bad), Err(Error::Pem(_))), "{bad}");
    }
    assert!(matches!(OwnKey::from_pem(&format!("{private}{foreign}")), Err(Error::Key(_))));
    let home = tempfile::tempdir().unwrap();
    assert!(matches!(OwnKey::load(home.path()), Err(Error::File(_))));
}

#[test]
fn the_private_key_is_not_shown_by_debug() {
    let own = key("a.example");
    let shown = format!("{own:?}");
    assert!(shown.contains("a.example") && !shown.contains("PRIVATE"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn damaged_certificates_are_read_or_refused(at in 0usize..400, with: u8, cut in 0usize..500) {
        let own = key_once();
        let mut der = own.to_vec();
        let place = at % der.len();
        der[place] = with;
        der.truncate(cut.max(1).min(der.len()));
        match Certificate::read(&der) {
            Ok(certificate) => prop_assert_eq!(certificate.digest, crate::digest::Digest::of(&der)),
            Err(distrust) => prop_assert_eq!(distrust, Distrust::Malformed),
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(Certificate::read(&bytes), Err(Distrust::Malformed));
    }
}

fn key_once() -> &'static [u8] {
    static DER: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    DER.get_or_init(|| key("a.example").certificate_der().to_vec())
}
