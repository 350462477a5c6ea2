//! Both pipelines over real stores and keys.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::{
    audit,
    error::Code,
    format::Format,
    gate::Outcome,
    marking::Tlp,
    openpgp::{self, Demand, LIFETIME, Owner, Profile, PublicCert, TeamKeys},
    record,
    store::{Settings, Store},
    world::{FixedClock, Machine, Seeded},
};

const REPORT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0">
  <Incident purpose="reporting" restriction="amber">
    <IncidentID name="cert.example">C-1</IncidentID>
    <GenerationTime>2026-11-01T00:00:00Z</GenerationTime>
    <Description>a report</Description>
    <Contact role="creator" type="organization"><ContactName>CERT</ContactName></Contact>
  </Incident>
</IODEF-Document>"#;

fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

/// Keys of two teams and of a stranger, made once: making them takes time.
fn keys() -> &'static [Arc<TeamKeys>; 3] {
    static KEYS: OnceLock<[Arc<TeamKeys>; 3]> = OnceLock::new();
    KEYS.get_or_init(|| {
        ["isirt.example", "cert.example", "stranger.example"].map(|domain| {
            let mut keys = TeamKeys::default();
            let address = format!("team@{domain}");
            let owner = Owner { domain, role_address: &address };
            keys.generate(Profile::Rfc9580, &owner, now(), LIFETIME).unwrap();
            Arc::new(keys)
        })
    })
}

fn certificate(team: usize) -> PublicCert {
    keys()[team].certificate(Profile::Rfc9580, now()).unwrap()
}

struct Home {
    _folder: tempfile::TempDir,
    gateway: Gateway,
}

async fn home() -> Home {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock(now()));
    let settings = Settings::new(clock.clone(), Arc::new(Machine));
    let signer = audit::Signer::generate("isirt.example/log", &Seeded::new(1)).unwrap();
    let key = signer.verifier_key();
    let store = Store::create(folder.path(), settings, "isirt.example/log", key, "test").await.unwrap();
    let gateway = Gateway {
        store,
        keys: keys()[0].clone(),
        prefix: "TST".parse().unwrap(),
        clock,
        entropy: Arc::new(Machine),
        openings: Arc::new(tokio::sync::Semaphore::new(1)),
    };
    Home { _folder: folder, gateway }
}

fn sender() -> Sender {
    Sender {
        partner: "cert.example".to_owned(),
        certificates: vec![certificate(1)],
        profile: Profile::Rfc9580,
        signature: Demand::Required,
        sealing: Demand::Required,
        unmarked: Tlp::Red,
        formats: vec![Format::IodefXml],
        max_bytes: 1 << 20,
    }
}

/// A sealed message from `signer` to team `to`.
fn sealed(text: &str, signer: usize, to: usize) -> Vec<u8> {
    openpgp::seal_ungated(text.as_bytes(), &certificate(to), &keys()[signer], Profile::Rfc9580, now(), false).unwrap()
}

fn message(body: Vec<u8>) -> Message {
    Message { id: Some(Uuid::from_u128(7)), media_type: "application/pgp-encrypted".to_owned(), body }
}

fn receipt(signed: &crate::gate::SignedReceipt) -> crate::gate::Receipt {
    openpgp::verify_receipt(signed.as_bytes(), &[certificate(0)], now()).unwrap().0
}

#[tokio::test]
async fn a_report_is_filed_once_and_its_receipt_never_changes() {
    let home = home().await;
    let body = sealed(REPORT, 1, 0);
    let first = home.gateway.take_in(&sender(), message(body.clone())).await.unwrap();
    let said = receipt(&first);
    assert_eq!((said.outcome, said.size), (Outcome::Filed, body.len() as u64));
    assert_eq!(said.digest, crate::digest::Digest::of(&body));
    let again = home.gateway.take_in(&sender(), message(body)).await.unwrap();
    assert_eq!(first.as_bytes(), again.as_bytes(), "byte for byte");

    let records = home.gateway.store.records(0, 10).await.unwrap();
    assert_eq!(records.len(), 1, "filed once");
    assert_eq!(records[0].number, said.number);
    let revisions = home.gateway.store.revisions(&records[0].id).await.unwrap();
    let bytes = home.gateway.store.bytes(revisions[0].digest).await.unwrap();
    let document = record::read(&bytes).unwrap();
    let filed = &document.records[0];
    assert_eq!(filed.aliases[0].number.as_deref(), Some("C-1"));
    assert_eq!(filed.handling.as_ref().unwrap().tlp, Some(Tlp::Amber));
    assert_eq!(filed.description[0].text.as_deref(), Some("a report"));
    // Original, cleartext and check result are kept as three linked objects.
    let kept = home.gateway.store.received("cert.example", &Uuid::from_u128(7).to_string()).await.unwrap().unwrap();
    let (_, opened) = home.gateway.store.original(&kept.original).await.unwrap();
    let opened = opened.unwrap();
    assert_eq!(home.gateway.store.bytes(opened.cleartext).await.unwrap().as_slice(), REPORT.as_bytes());
    let check = home.gateway.store.bytes(opened.verification).await.unwrap();
    assert!(String::from_utf8_lossy(&check).contains("\"good\""));
}

/// Version 1 comes in by way of version 2, where it is agreed.
#[tokio::test]
async fn a_report_of_version_1_is_filed_where_it_is_agreed() {
    let home = home().await;
    let text = include_str!("../../fixtures/iodef-v1/scan.xml");
    let refused = home.gateway.take_in(&sender(), message(sealed(text, 1, 0))).await.unwrap();
    assert_eq!(receipt(&refused).outcome, Outcome::Refused);
    let agreed = Sender { formats: vec![Format::Iodef1Xml], ..sender() };
    let other = Message { id: Some(Uuid::from_u128(8)), ..message(sealed(text, 1, 0)) };
    let filed = home.gateway.take_in(&agreed, other).await.unwrap();
    assert_eq!(receipt(&filed).outcome, Outcome::Filed);
    let records = home.gateway.store.records(0, 10).await.unwrap();
    let revisions = home.gateway.store.revisions(&records[0].id).await.unwrap();
    let bytes = home.gateway.store.bytes(revisions[0].digest).await.unwrap();
    let filed = record::read(&bytes).unwrap().records.remove(0);
    assert_eq!(filed.aliases[0].number.as_deref(), Some("2026-0815"));
    assert_eq!(filed.handling.as_ref().unwrap().tlp, Some(Tlp::Red));
    assert_eq!(filed.systems.len(), 2);
}

#[tokio::test]
async fn the_same_id_with_other_bytes_is_a_conflict() {
    let home = home().await;
    home.gateway.take_in(&sender(), message(sealed(REPORT, 1, 0))).await.unwrap();
    let error = home.gateway.take_in(&sender(), message(sealed(REPORT, 1, 0))).await.unwrap_err();
    assert_eq!(error.code(), Code::MessageConflict);
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_kept_and_answered() {
    let plain = |text: &str| text.as_bytes().to_vec();
    let flipped = || {
        let mut body = sealed(REPORT, 1, 0);
        let at = body.len() - 40;
        body[at] ^= 1;
        body
    };
    let unmarked =
        REPORT.replace("<Contact role=\"creator\" type=\"organization\"><ContactName>CERT</ContactName></Contact>", "");
    let cases: Vec<(&str, Vec<u8>, Outcome, &str)> = vec![
        ("a flipped byte", flipped(), Outcome::Refused, "pgp-undecryptable"),
        ("an unknown signer", sealed(REPORT, 2, 0), Outcome::Quarantined, "pgp-signer-unknown"),
        ("a message for somebody else", sealed(REPORT, 1, 2), Outcome::Quarantined, "pgp-not-for-us"),
        ("no OpenPGP at all", plain(REPORT), Outcome::Refused, "pgp-unsealed"),
        ("JSON where XML is agreed", sealed("{\"Incident\": []}", 1, 0), Outcome::Refused, "format-not-agreed"),
        ("not IODEF", sealed("hello", 1, 0), Outcome::Refused, "format-unknown"),
        ("a DTD", sealed("<!DOCTYPE x><x/>", 1, 0), Outcome::Refused, "xml-dtd"),
        ("truncated XML", sealed(&REPORT[..REPORT.len() / 2], 1, 0), Outcome::Refused, "xml-syntax"),
        ("an incident without contact", sealed(&unmarked, 1, 0), Outcome::Refused, "element-missing"),
    ];
    let home = home().await;
    for (what, body, outcome, code) in cases {
        let digest = crate::digest::Digest::of(&body);
        let media_type = if body.starts_with(b"<") { "application/xml" } else { "application/pgp-encrypted" };
        let message = Message { id: None, media_type: media_type.to_owned(), body };
        let signed = home.gateway.take_in(&sender(), message).await.unwrap();
        let said = receipt(&signed);
        assert_eq!(said.code.as_deref(), Some(code), "{what}");
        assert_eq!(said.number, None, "{what}");
        let kept = home.gateway.store.received("cert.example", &digest.to_string()).await.unwrap().unwrap();
        assert_eq!(kept.outcome, Some(outcome), "{what}");
        assert!(home.gateway.store.original(&kept.original).await.is_ok(), "{what}: the original is kept");
    }
    assert!(home.gateway.store.records(0, 10).await.unwrap().is_empty(), "nothing was filed");
}

#[tokio::test]
async fn a_message_that_a_crash_left_is_taken_up_again() {
    let home = home().await;
    let store = &home.gateway.store;
    let body = store.stage(sealed(REPORT, 1, 0)).await.unwrap();
    let arrived = store
        .act("arrive", async move |tx: &mut crate::store::Tx| {
            tx.arrive("cert.example", "m-1", "application/pgp-encrypted", &body, now()).await
        })
        .await;
    assert!(arrived.is_ok());
    // Who sent it cannot be served now: it waits.
    assert_eq!(home.gateway.resume(|_| Err("not verified")).await.unwrap(), 0);
    let known = |partner: &str| if partner == "cert.example" { Ok(sender()) } else { Err(partner.to_owned()) };
    assert_eq!(home.gateway.resume(known).await.unwrap(), 1);
    assert_eq!(home.gateway.resume(known).await.unwrap(), 0);
    assert_eq!(store.records(0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn too_large_is_not_even_kept() {
    let home = home().await;
    let small = Sender { max_bytes: 10, ..sender() };
    let error = home.gateway.take_in(&small, message(sealed(REPORT, 1, 0))).await.unwrap_err();
    assert_eq!(error.code(), Code::LimitExceeded);
    assert!(home.gateway.store.inbox(None, 10).await.unwrap().is_empty());
}

/// Copies of a message at once: one is filed, all get its receipt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_at_once_get_one_receipt() {
    let home = home().await;
    let body = sealed(REPORT, 1, 0);
    let copy = |_| {
        let (gateway, body) = (home.gateway.clone(), body.clone());
        tokio::spawn(async move { gateway.take_in(&sender(), message(body)).await })
    };
    let mut receipts = Vec::new();
    for copy in (0..4).map(copy).collect::<Vec<_>>() {
        receipts.push(copy.await.unwrap().unwrap().as_bytes().to_vec());
    }
    receipts.dedup();
    assert_eq!(receipts.len(), 1);
    assert_eq!(home.gateway.store.records(0, 10).await.unwrap().len(), 1);
}
