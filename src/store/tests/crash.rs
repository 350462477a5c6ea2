//! Crashes: a child process performs acts and says on standard output what it was told is done. It is killed, at random
//! or at a named commit point; then everything that it was told must be there, once.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    time::Duration,
};

use super::bench::{
    Bench, PARTNER, claim, cleartext, create, enqueue, new_record, new_release, settings, signer, verify_log,
};
use crate::{
    audit::verify::Report,
    digest::Digest,
    gate,
    store::{
        Abort, Approval, Arrival, CommitPoint, OutboxState, Outcome, Result, ServeLock, Settings, Settlement, Store, Tx,
    },
    world::{Entropy as _, Machine, Seeded},
};

const HOME: &str = "SIREX_TEST_CRASH_HOME";
const ABORT: &str = "SIREX_TEST_CRASH_AT";

/// Rounds of random kills, each on the home that the ones before left.
const KILLS: u64 = 20;

#[tokio::test]
#[allow(clippy::disallowed_methods)] // how the parent tells the child what to do
#[ignore = "the child process of the tests below"]
async fn child() {
    let home = std::env::var(HOME).expect("started by a test below");
    let abort = std::env::var(ABORT).ok().map(|text| text.parse::<Abort>().unwrap());
    let settings = Settings { abort, ..settings(Arc::new(Machine)) };
    let store = Store::open(home.as_ref(), settings).await.unwrap();
    let lock = ServeLock::take(home.as_ref()).unwrap();
    store.recover(&lock, "serve").await.unwrap();
    say("READY");
    let workers = (0..4).map(|_| tokio::spawn(work(store.clone())));
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
}

/// All that a gateway does to a message, for ever.
async fn work(store: Store) {
    loop {
        let id = store.act("id", async |tx: &mut Tx| tx.new_id()).await.unwrap();
        let large = usize::from(id.as_bytes()[0] % 2 == 0) * 2_000;
        let bytes = format!("{id}{}", "x".repeat(large)).into_bytes();
        let (digest, body) = (Digest::of(&bytes), store.stage(bytes).await.unwrap());

        let (key, copy) = (id.clone(), body.clone());
        let act = async move |tx: &mut Tx| tx.arrive(PARTNER, &key, "application/xml", &copy, tx.now()).await;
        let Arrival::New(original) = store.act("arrive", act).await.unwrap() else { panic!("it is new") };
        say(&format!("KEPT {} {digest}", original.id()));

        let (key, copy) = (id.clone(), body.clone());
        let receipt = store.stage(format!("receipt for {id}").into_bytes()).await.unwrap();
        let receipt_digest = receipt.digest();
        let how = Settlement { outcome: gate::Outcome::Filed, code: None, reason: None, number: None, receipt };
        let act = async move |tx: &mut Tx| -> Result<()> {
            tx.create_record(&new_record(&key), &copy).await?;
            tx.settle_received(PARTNER, &key, &how).await
        };
        store.act("file", act).await.unwrap();
        say(&format!("FILED {id} {receipt_digest}"));

        let (key, cleartext) = (id.clone(), store.stage(cleartext(&id, PARTNER).into_bytes()).await.unwrap());
        let act =
            async move |tx: &mut Tx| tx.release(&new_release(&key, PARTNER, Approval::NotNeeded), &cleartext).await;
        let release = store.act("release", act).await.unwrap();
        let message = enqueue(&store, &release, &format!("sealed {id}")).await.unwrap();
        say(&format!("SENT {} {}", message.message, message.wire));

        for claimed in store.claim(claim(2)).await.unwrap() {
            let message = claimed.message().to_owned();
            let outcome = Outcome::Delivered { status: "filed".into(), receipt: None };
            store.settle(claimed, outcome).await.unwrap();
            say(&format!("DELIVERED {message} -"));
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).unwrap();
}

/// The child and what it says, line by line.
fn start(home: &Path, abort: Option<&str>) -> (Child, mpsc::Receiver<String>) {
    // The running program itself, also when its file was replaced by a newer build in between.
    let own = Path::new("/proc/self/exe");
    let program = if own.exists() { own.to_owned() } else { std::env::current_exe().unwrap() };
    let mut command = Command::new(program);
    command.args(["--exact", "store::tests::crash::child", "--ignored", "--nocapture"]).env(HOME, home);
    if let Some(abort) = abort {
        command.env(ABORT, abort);
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (said, hear) = mpsc::channel();
    std::thread::spawn(move || lines.map_while(|line| line.ok()).try_for_each(|line| said.send(line)));
    (child, hear)
}

/// What was acknowledged, by kind: identifier and digest.
#[derive(Default)]
struct Acked(BTreeMap<String, BTreeMap<String, String>>);

impl Acked {
    /// Takes in a line. One that the crash cut short is no acknowledgement.
    fn hear(&mut self, line: &str) {
        if let [kind, id, digest] = line.split(' ').collect::<Vec<_>>()[..]
            && ["KEPT", "FILED", "SENT", "DELIVERED"].contains(&kind)
            && (digest == "-" || digest.len() == 71)
        {
            let before = self.0.entry(kind.to_owned()).or_default().insert(id.to_owned(), digest.to_owned());
            assert_eq!(before, None, "{line} was acknowledged twice");
        }
    }

    fn of(&self, kind: &str) -> impl Iterator<Item = (&str, Digest)> {
        let digest = |text: &str| text.parse().unwrap_or(Digest::of(b""));
        self.0.get(kind).into_iter().flatten().map(move |(id, text)| (id.as_str(), digest(text)))
    }
}

/// Opens the home as after a crash and compares it with what was acknowledged.
async fn check(home: &Path, acked: &Acked) -> Report {
    let store = Store::open(home, settings(Arc::new(Machine))).await.unwrap();
    let lock = ServeLock::take(home).expect("the lock went with the process");
    store.recover(&lock, "serve").await.unwrap();
    assert!(store.open_intents().await.unwrap().is_empty());
    for (id, digest) in acked.of("KEPT") {
        let (original, _) = store.original(id).await.unwrap();
        assert_eq!(original.digest(), digest);
    }
    for (id, receipt) in acked.of("FILED") {
        let row = store.received(PARTNER, id).await.unwrap().unwrap();
        assert_eq!((row.outcome, row.receipt, row.copies), (Some(gate::Outcome::Filed), Some(receipt), 1));
        store.bytes(receipt).await.unwrap();
        let revisions = store.revisions(id).await.unwrap();
        assert_eq!(revisions.len(), 1);
        store.bytes(revisions[0].digest).await.unwrap();
    }
    for (id, wire) in acked.of("SENT") {
        assert_eq!(store.message(id).await.unwrap().wire, wire);
        store.bytes(wire).await.unwrap();
    }
    for (id, _) in acked.of("DELIVERED") {
        assert_eq!(store.message(id).await.unwrap().state, OutboxState::Delivered);
    }
    // What was not acknowledged is there wholly or not at all: rows and leaves tell the same.
    let mut leaves = BTreeMap::<String, usize>::new();
    for leaf in store.leaves(0, u64::MAX).await.unwrap() {
        let leaf: serde_json::Value = serde_json::from_str(&leaf).unwrap();
        *leaves.entry(leaf["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let count = |kind: &str| leaves.get(kind).copied().unwrap_or(0);
    let records = store.records(0, u32::MAX).await.unwrap().len();
    let filed = store.inbox(Some(gate::Outcome::Filed), u32::MAX).await.unwrap().len();
    let unsettled = store.unsettled(u32::MAX).await.unwrap().len();
    let sent = store.outbox(None, None, u32::MAX).await.unwrap().len();
    let delivered = store.disclosures(None, None).await.unwrap().len();
    assert_eq!((count("record-created"), count("received"), count("receipt-issued")), (records, filed, records));
    assert_eq!((count("original-kept"), count("sent")), (filed + unsettled, sent));
    assert_eq!(count("delivery-outcome"), delivered);
    assert_eq!(count("intent"), sent + count("abandoned"));
    let report = verify_log(&store, &signer()).await;
    assert!(report.is_sound(), "{:?}", report.problems);
    store.close().await;
    report
}

#[tokio::test]
async fn what_was_acknowledged_survives_kills_at_random_moments() {
    let home = tempfile::tempdir().unwrap();
    create(home.path(), settings(Arc::new(Machine))).await.unwrap().close().await;
    let (random, mut acked) = (Seeded::new(4), Acked::default());
    for round in 0..KILLS {
        let (mut child, hear) = start(home.path(), None);
        // After so many acknowledgements and a moment more, whatever the speed of the machine.
        let mut chance = [0; 2];
        random.fill(&mut chance).unwrap();
        let wait = || hear.recv_timeout(Duration::from_secs(60)).expect("the child works");
        while wait() != "READY" {}
        (0..chance[0] % 24).for_each(|_| acked.hear(&wait()));
        std::thread::sleep(Duration::from_micros(u64::from(chance[1]) * 20));
        child.kill().unwrap();
        child.wait().unwrap();
        hear.iter().for_each(|line| acked.hear(&line));
        // The whole history is compared every few rounds: each opening checks the log's head anyway.
        if round % 5 == 4 {
            check(home.path(), &acked).await;
        }
    }
    check(home.path(), &acked).await;
    assert_eq!(acked.0.len(), 4, "acts of every kind were acknowledged");
}

#[tokio::test]
async fn what_was_acknowledged_survives_an_abort_at_every_commit_point() {
    for (nth, point) in (3..).zip(CommitPoint::ALL) {
        let home = tempfile::tempdir().unwrap();
        create(home.path(), settings(Arc::new(Machine))).await.unwrap().close().await;
        let mut acked = Acked::default();
        let (mut child, hear) = start(home.path(), Some(&format!("{point}:{nth}")));
        hear.iter().for_each(|line| acked.hear(&line));
        let status = child.wait().unwrap();
        assert!(!status.success(), "{point} was never passed");
        check(home.path(), &acked).await;
    }
}

/// A payload that a crash left without a row is used again.
#[tokio::test]
async fn a_payload_without_a_row_does_no_harm() {
    let bench = Bench::new().await;
    let body = bench.body("x".repeat(5_000)).await;
    drop(body);
    let again = bench.body("x".repeat(5_000)).await;
    let digest = again.digest();
    assert!(bench.store.bytes(digest).await.is_err());
    let act = async move |tx: &mut Tx| tx.create_record(&new_record("r-1"), &again).await;
    bench.store.act("create", act).await.unwrap();
    assert_eq!(bench.store.bytes(digest).await.unwrap().len(), 5_000);
}

/// A file that the disk has lost or changed is not taken for the payload that comes again: what is accepted is on disk.
#[tokio::test]
async fn a_damaged_payload_is_written_again() {
    let bench = Bench::new().await;
    let bytes = "x".repeat(5_000);
    let digest = bench.body(bytes.clone()).await.digest();
    let hex = digest.hex();
    let path = bench.home.path().join("objects").join(&hex[..2]).join(&hex[2..]);
    for damaged in ["", "y", &"y".repeat(5_000)] {
        std::fs::write(&path, damaged).unwrap();
        bench.body(bytes.clone()).await;
        assert_eq!(std::fs::read_to_string(&path).unwrap(), bytes);
    }
}
