//! What the store's tests stand on: a home, a clock that is set by hand, and messages that passed the gate.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    audit::{
        Signer,
        verify::{self, Expect, Report},
    },
    digest::Digest,
    gate::{Clearance, Outgoing},
    marking::{Audience, Tlp},
    store::{Approval, Body, Claim, Message, NewRecord, NewRelease, Release, Result, Settings, Store},
    world::{Clock, Machine, Seeded},
};

pub const ORIGIN: &str = "isirt.example/log";
pub const PARTNER: &str = "cert.example";
pub const POLICY: u32 = 3;

/// A clock that moves when it is told to.
pub struct Hand(Mutex<Timestamp>);

impl Hand {
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now += by;
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A fresh store in a temporary home.
pub struct Bench {
    pub home: tempfile::TempDir,
    pub clock: Arc<Hand>,
    pub store: Store,
    pub signer: Arc<Signer>,
}

pub fn signer() -> Arc<Signer> {
    Arc::new(Signer::generate(ORIGIN, &Seeded::new(7)).unwrap())
}

pub fn settings(clock: Arc<dyn Clock>) -> Settings {
    Settings { inline_max: 1_000, ..Settings::new(clock, Arc::new(Machine)) }
}

pub async fn create(home: &Path, settings: Settings) -> Result<Store> {
    Store::create(home, settings, ORIGIN, signer().verifier_key(), "user:root").await
}

impl Bench {
    pub async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(Mutex::new("2026-11-23T10:00:00Z".parse().unwrap())));
        let store = create(home.path(), settings(clock.clone())).await.unwrap();
        Bench { home, clock, store, signer: signer() }
    }

    /// A second store on the same home, as another process has it.
    pub async fn second(&self) -> Store {
        Store::open(self.home.path(), settings(self.clock.clone())).await.unwrap()
    }

    /// The log as the offline verifier sees it, with a fresh checkpoint.
    pub async fn verify(&self) -> Report {
        verify_log(&self.store, &self.signer).await
    }

    pub async fn body(&self, bytes: impl Into<Vec<u8>>) -> Body {
        self.store.stage(bytes.into()).await.unwrap()
    }

    pub async fn record(&self, id: &str) {
        let body = self.body(format!("{{\"id\":\"{id}\"}}")).await;
        let new = new_record(id);
        self.store.act("record", async move |tx| tx.create_record(&new, &body).await).await.unwrap();
    }

    pub async fn release(&self, record: &str, partner: &str, approval: Approval) -> Release {
        let cleartext = self.body(cleartext(record, partner)).await;
        let new = new_release(record, partner, approval);
        self.store.act("release", async move |tx| tx.release(&new, &cleartext).await).await.unwrap()
    }

    /// A message in the outbox: record, release and all.
    pub async fn message(&self, record: &str, partner: &str) -> Message {
        self.record(record).await;
        let release = self.release(record, partner, Approval::NotNeeded).await;
        enqueue(&self.store, &release, &format!("sealed {record}")).await.unwrap()
    }
}

pub async fn verify_log(store: &Store, signer: &Arc<Signer>) -> Report {
    store.checkpoint(Arc::clone(signer)).await.unwrap();
    let mut export = Vec::new();
    store.export_log(&mut export).await.unwrap();
    let expect = Expect { keys: vec![signer.verifier_key().clone()], ..Expect::default() };
    verify::verify(&export[..], &expect).unwrap()
}

pub fn new_record(id: &str) -> NewRecord {
    NewRecord {
        id: id.to_owned(),
        number: Some(format!("CERT-{id}C")),
        kind: "incident".to_owned(),
        author: "user:alice".to_owned(),
        reason: "first report".to_owned(),
    }
}

pub fn new_release(record: &str, partner: &str, approval: Approval) -> NewRelease {
    NewRelease {
        record: record.to_owned(),
        revision: 1,
        partner: partner.to_owned(),
        policy: POLICY,
        approval,
        actor: "user:alice".to_owned(),
    }
}

pub fn cleartext(record: &str, partner: &str) -> String {
    format!("<IODEF-Document>{record} for {partner}</IODEF-Document>")
}

pub fn clearance(partner: &str, cleartext: Digest) -> Clearance {
    Clearance {
        partner: partner.to_owned(),
        audience: Audience::TrustedCert,
        format: "iodef-xml".to_owned(),
        tlp: Some(Tlp::Amber),
        cleartext,
        agreement: POLICY,
        approved: None,
    }
}

pub fn outgoing(wire: &str, release: &Release) -> Outgoing {
    let clearance = clearance(&release.partner, release.cleartext);
    Outgoing::for_tests(wire.as_bytes().to_vec(), "application/pgp-encrypted", clearance)
}

pub async fn enqueue(store: &Store, release: &Release, wire: &str) -> Result<Message> {
    let ready = store.stage_outgoing(outgoing(wire, release)).await?;
    let (id, message) = (release.id.clone(), Uuid::from_u128(u128::from_be_bytes(first_half(&release.id))));
    let work = async move |tx: &mut crate::store::Tx, intent| {
        tx.enqueue(ready, &id, POLICY, message, intent, "user:alice").await
    };
    store.outbound("user:alice", "push", work).await
}

/// A message id that follows from the release, so that tests can name it.
fn first_half(text: &str) -> [u8; 16] {
    let digest = Digest::of(text.as_bytes());
    std::array::from_fn(|at| digest.as_bytes()[at])
}

pub fn claim(limit: u32) -> Claim {
    Claim { owner: "serve".into(), lease: SignedDuration::from_secs(300), limit, per_partner: 10 }
}

/// How many leaves of each kind the log has.
pub async fn kinds(store: &Store) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for leaf in store.leaves(0, u64::MAX).await.unwrap() {
        let leaf: serde_json::Value = serde_json::from_str(&leaf).unwrap();
        *kinds.entry(leaf["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

/// Runs each named case of the module `cases` on a fresh bench.
macro_rules! suite {
    ($( $name:ident )*) => { $( #[tokio::test] async fn $name() { cases::$name(Bench::new().await).await; } )* };
}
pub(super) use suite;
