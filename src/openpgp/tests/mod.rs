//! OpenPGP as partners, and those who pretend to be partners, speak it.

mod certs;
mod keys;
mod layers;
mod signed;
mod signers;

use std::{io::Write as _, sync::OnceLock};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use sequoia_openpgp::serialize::stream::{
    Compressor, Encryptor, LiteralWriter, Message, Recipient, Signer as StreamSigner,
};

use super::*;
use crate::{error::Code, store::Original};

const TEXT: &[u8] = b"<IODEF-Document>what happened</IODEF-Document>\n";

/// When the teams made their keys.
fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// When messages are sealed and opened.
fn now() -> Timestamp {
    days(100)
}

fn days(count: i64) -> Timestamp {
    start() + SignedDuration::from_hours(24 * count)
}

fn team(domain: &str) -> TeamKeys {
    let role_address = format!("isirt@{domain}");
    TeamKeys::generate_all(&Owner { domain, role_address: &role_address }, start(), LIFETIME).unwrap()
}

/// Who opens.
fn us() -> &'static TeamKeys {
    static TEAM: OnceLock<TeamKeys> = OnceLock::new();
    TEAM.get_or_init(|| team("us.example"))
}

/// Who seals.
fn partner() -> &'static TeamKeys {
    static TEAM: OnceLock<TeamKeys> = OnceLock::new();
    TEAM.get_or_init(|| team("partner.example"))
}

/// Who has no business here.
fn stranger() -> &'static TeamKeys {
    static TEAM: OnceLock<TeamKeys> = OnceLock::new();
    TEAM.get_or_init(|| team("stranger.example"))
}

fn profiles() -> impl Iterator<Item = Profile> {
    Profile::ALL.iter().copied().filter(|profile| profile.supported().is_ok())
}

fn cert(keys: &TeamKeys, profile: Profile) -> PublicCert {
    keys.certificate(profile, now()).unwrap()
}

fn sealed(profile: Profile) -> Vec<u8> {
    seal_ungated(TEXT, &cert(us(), profile), partner(), profile, now(), false).unwrap()
}

fn expect(signers: &[PublicCert], profile: Profile) -> Expect<'_> {
    Expect {
        signers,
        profile,
        signature: Demand::Required,
        sealing: Demand::Required,
        now: now(),
        limits: Limits::default(),
    }
}

/// Opens as from the partner.
fn opened(bytes: &[u8], profile: Profile) -> Result<(Vec<u8>, Verification), OpenError> {
    let signers = partner().certificates();
    open_local(bytes, us(), &expect(&signers, profile))
}

fn code(result: Result<(Vec<u8>, Verification), OpenError>) -> Code {
    result.unwrap_err().code()
}

type Layer = Box<dyn for<'a> FnOnce(Message<'a>) -> Message<'a>>;

/// A message out of layers, the outermost first.
fn message(layers: Vec<Layer>, content: impl FnOnce(Message<'_>)) -> Vec<u8> {
    let mut wire = Vec::new();
    let mut message = Message::new(&mut wire);
    for layer in layers {
        message = layer(message);
    }
    content(message);
    wire
}

fn literal(bytes: &[u8]) -> impl FnOnce(Message<'_>) {
    move |message| {
        let mut writer = LiteralWriter::new(message).build().unwrap();
        writer.write_all(bytes).unwrap();
        writer.finalize().unwrap();
    }
}

/// Packets as they are.
fn raw(bytes: &[u8]) -> impl FnOnce(Message<'_>) {
    move |mut message| {
        message.write_all(bytes).unwrap();
        message.finalize().unwrap();
    }
}

fn encrypted_to(cert: &PublicCert, profile: Profile) -> Layer {
    encrypted(cert, profile, true)
}

/// Encrypted to a certificate, whose key is named or not.
fn encrypted(cert: &PublicCert, profile: Profile, named: bool) -> Layer {
    // The layer borrows the key.
    let cert: &'static PublicCert = Box::leak(Box::new(cert.clone()));
    Box::new(move |message| {
        let keys = cert.cert().keys().map(|key| key.key()).filter(|key| key.pk_algo().for_encryption());
        let handle = |key: &sequoia_openpgp::packet::Key<_, _>| named.then(|| key.key_handle());
        let recipients = keys.map(|key| Recipient::new(profile.features(), handle(key), key));
        Encryptor::for_recipients(message, recipients.collect::<Vec<_>>()).build().unwrap()
    })
}

/// Signed by the partner, for whom it says.
fn signed_by(keys: &'static TeamKeys, profile: Profile, intended: Option<PublicCert>, at: Timestamp) -> Layer {
    Box::new(move |message| {
        let signer = keys.signer(profile, at).unwrap();
        let mut signer = StreamSigner::new(message, signer).unwrap().creation_time(system_time(at));
        if let Some(intended) = &intended {
            signer = signer.add_intended_recipient(intended.cert());
        }
        signer.build().unwrap()
    })
}

fn compressed() -> Layer {
    Box::new(|message| {
        Compressor::new(message).algo(sequoia_openpgp::types::CompressionAlgorithm::Zip).build().unwrap()
    })
}

#[test]
fn what_is_sealed_is_opened_in_every_profile() {
    assert!(profiles().count() >= 2);
    for profile in profiles() {
        for armor in [false, true] {
            let wire = seal_ungated(TEXT, &cert(us(), profile), partner(), profile, now(), armor).unwrap();
            assert_eq!(wire.starts_with(b"-----BEGIN PGP MESSAGE-----"), armor);
            let (cleartext, verification) = opened(&wire, profile).unwrap();
            assert_eq!(cleartext, TEXT);
            assert_eq!(verification.status, Status::Good);
            assert_eq!(verification.reason, None);
            assert_eq!(verification.fingerprint, Some(cert(partner(), profile).fingerprint()));
            assert_eq!(verification.opened_with, Some(cert(us(), profile).fingerprint()));
            assert_eq!(verification.signed_at, Some(now()));
            assert_eq!(verification.intended_recipient, IntendedRecipient::Matched);
            assert_eq!(verification.findings, []);
            let found = &verification.algorithms;
            let (signature, key, container) = match profile {
                Profile::Rfc4880 => ("EdDSA", "ECDH", "SEIPDv1 AES-256"),
                Profile::Rfc9580 => ("Ed25519", "X25519", "SEIPDv2 AES-256 OCB"),
                Profile::Pqc => ("ML-DSA-65+Ed25519", "ML-KEM-768+X25519", "SEIPDv2 AES-256 OCB"),
            };
            assert_eq!(found.encryption.as_deref().map(normal), Some(normal(container)), "{found:?}");
            assert!(
                found.signature.as_deref().map(normal).is_some_and(|name| name.contains(&normal(signature))),
                "{found:?}"
            );
            assert!(
                found.key_encryption.as_deref().map(normal).is_some_and(|name| name.contains(&normal(key))),
                "{found:?}"
            );
        }
    }
}

/// Names of algorithms without what libraries write differently.
fn normal(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

#[test]
fn the_result_is_json_with_a_fixed_order() {
    let (_, verification) = opened(&sealed(Profile::Rfc4880), Profile::Rfc4880).unwrap();
    let json = String::from_utf8(verification.to_json()).unwrap();
    assert!(json.starts_with(r#"{"status":"good","reason":null,"fingerprint":""#), "{json}");
    assert!(json.contains(r#""signed_at":"2026-04-11T00:00:00Z","intended_recipient":"matched""#), "{json}");
    assert!(json.contains("StandardPolicy at 2026-04-11T00:00:00Z"), "{json}");
}

#[test]
fn a_profile_is_a_lower_bound() {
    for (made, agreed, fine) in [
        (Profile::Rfc9580, Profile::Rfc4880, true),
        (Profile::Pqc, Profile::Rfc4880, true),
        (Profile::Pqc, Profile::Rfc9580, true),
        (Profile::Rfc4880, Profile::Rfc9580, false),
        (Profile::Rfc4880, Profile::Pqc, false),
        (Profile::Rfc9580, Profile::Pqc, false),
    ] {
        if made.supported().is_err() || agreed.supported().is_err() {
            continue;
        }
        let result = opened(&sealed(made), agreed);
        match fine {
            true => assert_eq!(result.unwrap().0, TEXT),
            false => assert_eq!(code(result), Code::PgpWeak, "{made} where {agreed} is agreed"),
        }
    }
    if Profile::Pqc.supported().is_ok() {
        // Each half of the downgrade by itself: a classical signature within post-quantum encryption, and the reverse.
        for (encryption, signature) in [(Profile::Pqc, Profile::Rfc9580), (Profile::Rfc9580, Profile::Pqc)] {
            let to = cert(us(), encryption);
            let signed = signed_by(partner(), signature, Some(to.clone()), now());
            let wire = message(vec![encrypted_to(&to, encryption), signed], literal(TEXT));
            assert_eq!(opened(&wire, Profile::Rfc9580).unwrap().0, TEXT);
            assert_eq!(code(opened(&wire, Profile::Pqc)), Code::PgpWeak);
        }
    }
}

#[test]
fn sealing_needs_keys_that_are_valid() {
    let profile = Profile::Rfc4880;
    let seal = |to: &PublicCert, keys: &TeamKeys, at| seal_ungated(TEXT, to, keys, profile, at, false);
    let to = cert(us(), profile);
    assert_eq!(seal(&to, &TeamKeys::default(), now()).unwrap_err().code(), Code::PgpKeyUnusable);
    assert_eq!(seal(&to, partner(), days(-1)).unwrap_err().code(), Code::PgpRecipientUnusable);
    assert_eq!(seal(&to, partner(), days(2_000)).unwrap_err().code(), Code::PgpRecipientUnusable);
    let other = seal(&cert(us(), Profile::Rfc9580), partner(), now()).unwrap_err();
    assert!(matches!(other, SealError::Profile { found: Profile::Rfc9580, expected: Profile::Rfc4880, .. }));
    let mut revoked = partner().clone();
    let mine = revoked.certificate(profile, now()).unwrap().fingerprint();
    revoked.revoke(&mine, Revocation::Superseded, "", now()).unwrap();
    assert_eq!(seal(&to, &revoked, now()).unwrap_err().code(), Code::PgpKeyUnusable);
    let withdrawn = revoked.certificates().into_iter().find(|cert| cert.fingerprint() == mine).unwrap();
    assert!(matches!(seal(&withdrawn, partner(), now()), Err(SealError::Recipient(CertError::Revoked(_)))));
}

#[test]
fn cleared_bytes_are_sealed_and_keep_their_clearance() {
    use crate::gate::{Format, Order, check};
    let document = br#"<?xml version="1.0" encoding="UTF-8"?>
<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0">
  <Incident purpose="reporting" restriction="amber">
    <IncidentID name="team.example">T-1</IncidentID>
    <GenerationTime>2026-01-01T00:00:00Z</GenerationTime>
  </Incident>
</IODEF-Document>"#;
    let order = Order::new("us.example", crate::marking::Audience::Partner, Format::IodefXml, 1)
        .tlp([crate::marking::Tlp::Amber]);
    let cleared = check(document.to_vec(), &order).unwrap();
    let clearance = cleared.clearance().clone();
    let profile = Profile::Rfc9580;
    let outgoing = seal(cleared, &cert(us(), profile), partner(), profile, now(), true).unwrap();
    assert_eq!(outgoing.clearance(), &clearance);
    assert_eq!(outgoing.media_type(), "application/pgp-encrypted");
    assert_eq!(outgoing.digest(), crate::digest::Digest::of(outgoing.wire()));
    assert_eq!(opened(outgoing.wire(), profile).unwrap().0, document);
}

/// What came in, through a real store.
async fn original(media_type: &'static str, bytes: &[u8]) -> Original {
    use std::sync::Arc;

    use crate::{audit::Signer, store, world::FixedClock, world::Seeded};
    let home = tempfile::tempdir().unwrap();
    let entropy = Arc::new(Seeded::new(1));
    let settings = store::Settings::new(Arc::new(FixedClock(now())), entropy.clone());
    let signer = Signer::generate("us.example/log", &*entropy).unwrap();
    let key = signer.verifier_key().clone();
    let store = store::Store::create(home.path(), settings, "us.example/log", &key, "system").await.unwrap();
    let body = store.stage(bytes.to_vec()).await.unwrap();
    let act = async move |tx: &mut store::Tx| tx.keep_original("partner.example", media_type, &body, now()).await;
    let original = store.act("keep", act).await.unwrap();
    store.close().await;
    original
}

#[tokio::test]
async fn an_original_is_opened_as_its_media_type_and_the_agreement_say() {
    let signers = partner().certificates();
    let strict = expect(&signers, Profile::Rfc4880);
    let lenient = Expect { signature: Demand::Optional, sealing: Demand::Optional, ..strict };

    let kept = original("application/pgp-encrypted", &sealed(Profile::Rfc4880)).await;
    let found = open(&kept, us(), &strict).unwrap();
    assert_eq!((found.cleartext(), found.verification().status), (TEXT, Status::Good));

    // Armor shows by itself, whatever the media type says.
    let armored = seal_ungated(TEXT, &cert(us(), Profile::Rfc4880), partner(), Profile::Rfc4880, now(), true).unwrap();
    let kept = original("application/xml", &armored).await;
    assert_eq!(open(&kept, us(), &strict).unwrap().into_parts().0, TEXT);

    let kept = original("application/xml", TEXT).await;
    assert_eq!(open(&kept, us(), &strict).unwrap_err().code(), Code::PgpUnsealed);
    let unsealed = Expect { sealing: Demand::Optional, ..strict };
    let refused = open(&kept, us(), &unsealed).unwrap_err();
    assert_eq!(refused.code(), Code::PgpUnsigned);
    assert_eq!(refused.verification().map(|found| found.status), Some(Status::Unsigned));
    let found = open(&kept, us(), &lenient).unwrap();
    assert_eq!((found.cleartext(), found.verification().status), (TEXT, Status::Unsigned));
    let short = Expect { limits: Limits { message_bytes: 10, ..Limits::default() }, ..lenient };
    assert_eq!(open(&kept, us(), &short).unwrap_err(), OpenError::Limit { limit: "message_bytes", value: 10 });

    // A CBOR map may begin with the byte of a compressed data packet.
    let kept = original("application/cbor", &[0xa1, 0x01, 0x02]).await;
    assert_eq!(open(&kept, us(), &lenient).unwrap().cleartext(), [0xa1, 0x01, 0x02]);
    let kept = original("application/pgp-encrypted; charset=x", &[0xa1, 0x01, 0x02]).await;
    assert_eq!(open(&kept, us(), &lenient).unwrap_err().code(), Code::PgpMalformed);
}

#[test]
fn a_panic_of_the_library_is_an_error() {
    let refused = guarded(|| -> Result<(), OpenError> { panic!("as in a library") }, || OpenError::Library);
    assert_eq!(refused.unwrap_err().code(), Code::Internal);
    assert_eq!(guarded(|| Ok::<_, OpenError>(1), || OpenError::Library), Ok(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        fuzz(&bytes);
    }

    #[test]
    fn any_content_comes_back(content in prop::collection::vec(any::<u8>(), 0..20_000), armor: bool) {
        let profile = Profile::Rfc9580;
        let wire = seal_ungated(&content, &cert(us(), profile), partner(), profile, now(), armor).unwrap();
        prop_assert_eq!(opened(&wire, profile).unwrap().0, content);
    }

    #[test]
    fn mangled_messages_show_nothing(seed in 0..seeds().len(), edits in prop::collection::vec(edit(), 1..4)) {
        let (profile, wire) = &seeds()[seed];
        let mut wire = wire.clone();
        edits.iter().for_each(|edit| edit.apply(&mut wire));
        let signers = partner().certificates();
        let expect = Expect { sealing: Demand::Optional, ..expect(&signers, *profile) };
        if let Ok((content, verification)) = open_local(&wire, us(), &expect) {
            prop_assert_eq!((content.as_slice(), verification.status), (TEXT, Status::Good));
        }
        let _ = verify_receipt(&wire, &signers, now());
        let _ = verify_detached(&wire, TEXT, &signers, now()).map(|found| assert_eq!(found.status, Status::Good));
        let _ = PublicCert::parse(&wire).map(|cert| cert.info(now()));
        let _ = TeamKeys::default().import(&wire);
    }
}

#[derive(Clone, Debug)]
enum Edit {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<prop::sample::Index>(), 1u8..).prop_map(|(at, bits)| Edit::Flip(at, bits)),
        any::<prop::sample::Index>().prop_map(Edit::Cut),
        (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, new)| Edit::Insert(at, new)),
        (any::<prop::sample::Index>(), 1usize..200).prop_map(|(at, length)| Edit::Repeat(at, length)),
    ]
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Edit::Flip(at, bits) => {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            Edit::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Edit::Insert(at, new) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, new.iter().copied());
            }
            Edit::Repeat(at, length) => {
                let at = at.index(bytes.len());
                let part = bytes[at..bytes.len().min(at + length)].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
}

/// One of each kind of thing that is read, in every profile.
fn seeds() -> &'static [(Profile, Vec<u8>)] {
    static SEEDS: OnceLock<Vec<(Profile, Vec<u8>)>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let kinds = |profile| {
            let to = cert(us(), profile);
            let signed = || signed_by(partner(), profile, Some(to.clone()), now());
            [
                sealed(profile),
                seal_ungated(TEXT, &to, partner(), profile, now(), true).unwrap(),
                message(vec![signed()], literal(TEXT)),
                message(vec![compressed(), signed()], literal(TEXT)),
                message(vec![encrypted_to(&to, profile), compressed(), signed()], literal(TEXT)),
                sign_detached(TEXT, partner(), profile, now()).unwrap(),
                to.to_bytes(),
                to.to_armored().into_bytes(),
            ]
            .map(|bytes| (profile, bytes))
        };
        profiles().flat_map(kinds).collect()
    })
}
