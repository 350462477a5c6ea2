//! Receipts, and files with a signature beside them or around them.

use super::*;
use crate::{
    digest::Digest,
    gate::{Outcome, Receipt},
};

fn receipt() -> Receipt {
    Receipt {
        id: "7f2c8a52-8a1c-4a3e-9d07-111111111111".to_owned(),
        digest: Digest::of(b"body"),
        size: 4,
        received_at: "2026-04-11T00:00:00Z".to_owned(),
        outcome: Outcome::Filed,
        code: None,
        number: Some("US#17".to_owned()),
    }
}

#[test]
fn receipts_are_read_back_in_every_profile() {
    for profile in profiles() {
        let signed = sign_receipt(&receipt(), us(), profile, now()).unwrap();
        assert!(signed.as_bytes().starts_with(b"-----BEGIN PGP MESSAGE-----"));
        let (read, found) = verify_receipt(signed.as_bytes(), &us().certificates(), now()).unwrap();
        assert_eq!((read, found.status), (receipt(), Status::Good));
        assert_eq!(found.fingerprint, Some(cert(us(), profile).fingerprint()));
        let refused = verify_receipt(signed.as_bytes(), &partner().certificates(), now()).unwrap_err();
        assert_eq!(refused.code(), Code::PgpSignerUnknown);
    }
    assert_eq!(
        sign_receipt(&receipt(), &TeamKeys::default(), Profile::Rfc4880, now()).unwrap_err().code(),
        Code::PgpKeyUnusable
    );
}

#[test]
fn what_is_signed_must_be_a_receipt() {
    let profile = Profile::Rfc4880;
    let read = |document: &str| {
        let signed = sign_inline(document.as_bytes(), us(), profile, now()).unwrap();
        verify_receipt(&signed, &us().certificates(), now()).map(|(receipt, _)| receipt)
    };
    let json = String::from_utf8(receipt().to_json()).unwrap();
    assert_eq!(read(&json).unwrap(), receipt());
    for (document, code) in [
        ("not json".to_owned(), Code::JsonSyntax),
        (json.replace(r#""size":4"#, r#""size":4,"size":5"#), Code::JsonDuplicateKey),
        (json.replace(r#""size":4,"#, ""), Code::ClassMissing),
        (json.replace(r#""size":4"#, r#""size":4,"more":1"#), Code::ClassUnknownElement),
        // The audit log takes words only: what is none would keep the delivery from ever being settled.
        (json.replace(r#""code":null"#, r#""code":"No, never!""#), Code::ValueInvalid),
        (json.replace(r#""code":null"#, r#""code":"""#), Code::ValueInvalid),
        (json.replace("US#17", "US 17"), Code::ValueInvalid),
        (json.replace("US#17", &"9".repeat(201)), Code::ValueInvalid),
    ] {
        assert_eq!(read(&document).unwrap_err().code(), code, "{document}");
    }
    let long = json.replace("US#17", &"9".repeat(300_000));
    assert_eq!(read(&long).unwrap_err().code(), Code::LimitExceeded);
    let bare = message(Vec::new(), literal(json.as_bytes()));
    assert_eq!(verify_receipt(&bare, &us().certificates(), now()).unwrap_err().code(), Code::PgpUnsigned);
}

#[test]
fn a_compressed_receipt_is_read() {
    // As `gpg --sign` makes it.
    let profile = Profile::Rfc4880;
    let layers = vec![compressed(), signed_by(us(), profile, None, now())];
    let wire = message(layers, literal(&receipt().to_json()));
    assert_eq!(verify_receipt(&wire, &us().certificates(), now()).unwrap().0, receipt());
}

#[test]
fn a_signature_beside_a_file_holds_for_that_file_only() {
    for profile in profiles() {
        let card = b"team = \"us.example\"\n";
        let signature = sign_detached(card, us(), profile, now()).unwrap();
        assert!(signature.starts_with(b"-----BEGIN PGP SIGNATURE-----"));
        let verify = |bytes: &[u8], keys: &TeamKeys| verify_detached(&signature, bytes, &keys.certificates(), now());
        let found = verify(card, us()).unwrap();
        assert_eq!((found.status, found.fingerprint), (Status::Good, Some(cert(us(), profile).fingerprint())));
        assert_eq!(verify(b"team = \"them.example\"\n", us()).unwrap_err().code(), Code::PgpSignatureBad);
        assert_eq!(verify(card, partner()).unwrap_err().code(), Code::PgpSignerUnknown);
        let twice = [signature.clone(), signature.clone()].concat();
        assert_eq!(verify_detached(&twice, card, &us().certificates(), now()).unwrap_err().code(), Code::PgpMalformed);
    }
    for nonsense in [&b""[..], b"x", b"\xc2\x00"] {
        assert_eq!(verify_detached(nonsense, b"", &us().certificates(), now()).unwrap_err().code(), Code::PgpMalformed);
    }
    let inline = sign_inline(b"x", us(), Profile::Rfc4880, now()).unwrap();
    assert_eq!(verify_detached(&inline, b"x", &us().certificates(), now()).unwrap_err().code(), Code::PgpMalformed);
}
