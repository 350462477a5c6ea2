//! The conformance suite: what any implementation of the store must do, said through its public functions only.

use std::{collections::BTreeMap, sync::Arc};

use jiff::SignedDuration;

use super::bench::{Bench, PARTNER, POLICY, claim, clearance, enqueue, new_record, new_release, outgoing};
use crate::{
    audit::{Entry, Field, Kind, tree},
    digest::Digest,
    store::{
        Approval, Arrival, Error, Fate, NewRecord, OutboxState, Outcome, Recovered, ReleaseState, Result, ServeLock,
        Settlement, Store, Tx,
    },
};

macro_rules! suite {
    ($( $name:ident )*) => { $( #[tokio::test] async fn $name() { cases::$name(Bench::new().await).await; } )* };
}

suite! {
    a_record_has_revisions_and_a_number_for_ever
    a_stale_revision_is_refused
    an_act_stands_or_falls_together
    acts_at_the_same_time_share_commits_and_not_failures
    an_act_that_panics_harms_nobody
    an_act_whose_caller_leaves_is_whole
    a_long_act_does_not_block_the_runtime
    two_processes_share_one_log
    an_original_is_kept_with_what_was_found_in_it
    a_message_has_one_receipt_for_ever
    a_message_that_was_never_answered_is_handled_again
    a_release_is_sent_only_as_it_was_approved
    what_changed_since_the_release_stops_it
    a_message_goes_its_way_to_a_disclosure
    failures_back_off_until_the_deadline
    no_partner_starves_another
    a_lease_that_ends_gives_the_message_to_the_next
    damaged_wire_bytes_are_parked
    messages_are_parked_and_retried_by_hand
    intents_are_closed_by_act_or_recovery
    the_log_proves_its_leaves
    reserved_leaves_are_not_written_by_hand
    a_request_key_is_answered_once
}

fn settlement(receipt: crate::store::Body) -> Settlement {
    Settlement { fate: Fate::Filed, code: None, reason: None, number: Some("CERT#9".into()), receipt }
}

async fn arrive(bench: &Bench, message: &'static str, bytes: &str) -> Result<Arrival> {
    let body = bench.body(bytes).await;
    let act = async move |tx: &mut Tx| tx.arrive(PARTNER, message, "application/xml", &body, tx.now()).await;
    bench.store.act("arrive", act).await
}

async fn kinds(store: &Store) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for leaf in store.leaves(0, u64::MAX).await.unwrap() {
        let leaf: serde_json::Value = serde_json::from_str(&leaf).unwrap();
        *kinds.entry(leaf["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

mod cases {
    use super::*;

    pub async fn a_record_has_revisions_and_a_number_for_ever(bench: Bench) {
        bench.record("r-1").await;
        let long = "x".repeat(5_000);
        let body = bench.body(long.clone()).await;
        let act = async move |tx: &mut Tx| tx.revise_record("CERT#r-1", 1, &body, "user:bob", "more facts").await;
        assert_eq!(bench.store.act("revise", act).await.unwrap(), 2);

        let record = bench.store.record("CERT#r-1").await.unwrap().unwrap();
        assert_eq!((record.id.as_str(), record.newest, record.kind.as_str()), ("r-1", 2, "incident"));
        let revisions = bench.store.revisions("r-1").await.unwrap();
        assert_eq!(revisions.len(), 2);
        assert_eq!((revisions[1].author.as_str(), revisions[1].reason.as_str()), ("user:bob", "more facts"));
        assert_eq!(**bench.store.bytes(revisions[1].digest).await.unwrap(), *long.as_bytes());
        assert_eq!(**bench.store.bytes(revisions[0].digest).await.unwrap(), *b"{\"id\":\"r-1\"}");

        // The number is never given out again, not even when it was burnt without a record.
        let act = async |tx: &mut Tx| tx.burn_number("CERT#77", "user:bob").await;
        bench.store.act("burn", act).await.unwrap();
        assert!(bench.store.is_burnt("CERT#77").await.unwrap() && bench.store.is_burnt("CERT#r-1").await.unwrap());
        for number in ["CERT#77", "CERT#r-1"] {
            let new = NewRecord { number: Some(number.into()), ..new_record("r-2") };
            let body = bench.body("{}").await;
            let taken = bench.store.act("again", async move |tx| tx.create_record(&new, &body).await).await;
            assert!(matches!(taken, Err(Error::Taken { what: "tracking number", .. })));
        }
        bench.record("r-3").await;
        let all = bench.store.records(0, 10).await.unwrap();
        assert_eq!(all.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["r-1", "r-3"]);
        assert_eq!(bench.store.records(all[0].ordinal, 10).await.unwrap(), all[1..]);
        assert!(bench.verify().await.is_sound());
    }

    pub async fn a_stale_revision_is_refused(bench: Bench) {
        bench.record("r-1").await;
        let revise = async || {
            let body = bench.body("{}").await;
            bench.store.act("revise", async move |tx| tx.revise_record("r-1", 1, &body, "user:b", "").await).await
        };
        assert_eq!(revise().await.unwrap(), 2);
        assert!(matches!(revise().await, Err(Error::Stale { expected: 1, found: 2, .. })));
        let body = bench.body("{}").await;
        let act = async move |tx: &mut Tx| tx.revise_record("r-9", 1, &body, "user:b", "").await;
        assert!(matches!(bench.store.act("revise", act).await, Err(Error::NotFound { .. })));
    }

    pub async fn an_act_stands_or_falls_together(bench: Bench) {
        let body = bench.body("{}").await;
        let size = bench.store.head().await.unwrap().size;
        let act = async move |tx: &mut Tx| -> Result<()> {
            tx.create_record(&new_record("r-1"), &body).await?;
            tx.keep_answer("user:alice", "key", b"done").await?;
            Err(Error::NotFound { what: "nerve", id: "to go on".into() })
        };
        assert!(matches!(bench.store.act("fail", act).await, Err(Error::NotFound { what: "nerve", .. })));
        assert_eq!(bench.store.record("r-1").await.unwrap(), None);
        assert!(!bench.store.is_burnt("CERT#r-1").await.unwrap());
        assert_eq!(bench.store.head().await.unwrap().size, size);
        bench.record("r-1").await;
    }

    pub async fn acts_at_the_same_time_share_commits_and_not_failures(bench: Bench) {
        let before = bench.store.counts();
        let mut acts = tokio::task::JoinSet::new();
        for n in 0..200 {
            let (store, body) = (bench.store.clone(), bench.body("{}").await);
            acts.spawn(async move {
                let act = async move |tx: &mut Tx| {
                    tx.create_record(&new_record(&format!("r-{n}")), &body).await?;
                    if n % 10 == 0 {
                        Err(Error::Stale { record: String::new(), expected: n, found: n })
                    } else {
                        Ok(())
                    }
                };
                (n, store.act("create", act).await)
            });
        }
        while let Some(done) = acts.join_next().await {
            let (n, result) = done.unwrap();
            match result {
                Ok(()) => assert!(n % 10 != 0),
                Err(Error::Stale { expected, .. }) => assert!(expected == n && n % 10 == 0),
                Err(error) => panic!("{error}"),
            }
        }
        let after = bench.store.counts();
        assert_eq!(after.acts - before.acts, 180);
        assert!(after.commits - before.commits < 100, "{after:?}");
        assert_eq!(bench.store.records(0, 1_000).await.unwrap().len(), 180);
        assert_eq!(kinds(&bench.store).await["record-created"], 180);
        assert!(bench.verify().await.is_sound());
    }

    pub async fn an_act_that_panics_harms_nobody(bench: Bench) {
        let body = bench.body("{}").await;
        let act = async move |tx: &mut Tx| -> Result<()> {
            tx.create_record(&new_record("r-1"), &body).await?;
            panic!("as the test wants");
        };
        assert!(matches!(bench.store.act("panic", act).await, Err(Error::Defect)));
        assert_eq!(bench.store.record("r-1").await.unwrap(), None);
        bench.record("r-1").await;
        assert!(bench.verify().await.is_sound());
    }

    pub async fn an_act_whose_caller_leaves_is_whole(bench: Bench) {
        for n in 0..20 {
            let (body, large) = (bench.body("{}").await, bench.body(vec![n; 3_000]).await);
            let act = bench.store.act("create", async move |tx: &mut Tx| {
                tx.create_record(&new_record(&format!("r-{n}")), &body).await?;
                tokio::task::yield_now().await;
                tx.revise_record(&format!("r-{n}"), 1, &large, "user:alice", "").await
            });
            tokio::select! {
                biased;
                _ = act => {}
                () = async { for _ in 0..n { tokio::task::yield_now().await } } => {}
            }
        }
        // An act of our own is behind the abandoned ones: when it is done, they are.
        bench.record("last").await;
        for record in bench.store.records(0, 100).await.unwrap() {
            assert_eq!(record.newest, if record.id == "last" { 1 } else { 2 }, "{}", record.id);
        }
        let (kinds, records) = (kinds(&bench.store).await, bench.store.records(0, 100).await.unwrap().len());
        assert_eq!((kinds["record-created"], kinds["record-revised"]), (records, records - 1));
        assert!(bench.verify().await.is_sound());
    }

    pub async fn a_long_act_does_not_block_the_runtime(bench: Bench) {
        let slow = bench.store.act("slow", async |tx: &mut Tx| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            tx.burn_number("CERT#slow", "user:a").await
        });
        let ticks = async {
            let mut ticks = 0;
            loop {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                ticks += 1;
                if ticks == 10 {
                    break;
                }
            }
        };
        tokio::pin!(slow);
        tokio::select! {
            biased;
            _ = &mut slow => panic!("the runtime stood still"),
            () = ticks => {}
        }
        slow.await.unwrap();
    }

    pub async fn two_processes_share_one_log(bench: Bench) {
        let second = bench.second().await;
        let mut acts = tokio::task::JoinSet::new();
        for n in 0..60 {
            let store = if n % 2 == 0 { bench.store.clone() } else { second.clone() };
            acts.spawn(async move {
                store.act("burn", async move |tx| tx.burn_number(&format!("CERT#{n}"), "user:a").await).await
            });
        }
        while let Some(done) = acts.join_next().await {
            done.unwrap().unwrap();
        }
        assert_eq!(kinds(&second).await["number-burnt"], 60);
        assert!(bench.verify().await.is_sound());
    }

    pub async fn an_original_is_kept_with_what_was_found_in_it(bench: Bench) {
        let bytes = "sealed ".repeat(1_000);
        let body = bench.body(bytes.clone()).await;
        let act =
            async move |tx: &mut Tx| tx.keep_original(PARTNER, "application/pgp-encrypted", &body, tx.now()).await;
        let original = bench.store.act("keep", act).await.unwrap();
        assert_eq!(original.bytes(), bytes.as_bytes());
        assert_eq!((original.digest(), original.size()), (Digest::of(bytes.as_bytes()), 7_000));

        let keep = async |cleartext: &str| {
            let (cleartext, check) = (bench.body(cleartext).await, bench.body(r#"{"status":"good"}"#).await);
            let original = original.clone();
            bench.store.act("open", async move |tx| tx.keep_opened(&original, &cleartext, &check).await).await
        };
        keep("<IODEF/>").await.unwrap();
        keep("<IODEF/>").await.unwrap();
        assert!(matches!(keep("<Other/>").await, Err(Error::State { what: "original", .. })));

        let (again, opened) = bench.store.original(original.id()).await.unwrap();
        assert_eq!((again.bytes(), again.media_type()), (bytes.as_bytes(), "application/pgp-encrypted"));
        assert_eq!(again.sha3_256(), original.sha3_256());
        assert_eq!(**bench.store.bytes(opened.unwrap().cleartext).await.unwrap(), *b"<IODEF/>");
        assert_eq!(**bench.store.bytes(opened.unwrap().verification).await.unwrap(), *br#"{"status":"good"}"#);
        let kinds = kinds(&bench.store).await;
        assert_eq!((kinds["original-kept"], kinds["original-opened"]), (1, 1));
    }

    pub async fn a_message_has_one_receipt_for_ever(bench: Bench) {
        assert!(matches!(arrive(&bench, "m-1", "hello").await, Ok(Arrival::New(_))));
        let settle = async |receipt: &str| {
            let how = settlement(bench.body(receipt).await);
            bench.store.act("settle", async move |tx| tx.settle_received(PARTNER, "m-1", &how).await).await
        };
        settle("receipt").await.unwrap();
        // Whoever handled a second copy at the same time must undo it.
        assert!(matches!(settle("other receipt").await, Err(Error::Settled { .. })));

        let Ok(Arrival::Done(receipt)) = arrive(&bench, "m-1", "hello").await else { panic!("it was settled") };
        assert_eq!(**bench.store.bytes(receipt).await.unwrap(), *b"receipt");
        match arrive(&bench, "m-1", "other").await {
            Err(Error::Conflict { kept, came, .. }) => {
                assert_eq!((kept, came), (Digest::of(b"hello"), Digest::of(b"other")));
            }
            other => panic!("{other:?}"),
        }
        let row = bench.store.received(PARTNER, "m-1").await.unwrap().unwrap();
        assert_eq!((row.fate, row.copies, row.number.as_deref()), (Some(Fate::Filed), 2, Some("CERT#9")));
        assert_eq!(bench.store.inbox(Some(Fate::Filed), 10).await.unwrap(), [row]);
        let kinds = kinds(&bench.store).await;
        assert_eq!((kinds["original-kept"], kinds["received"], kinds["receipt-issued"]), (1, 1, 1));
    }

    pub async fn a_message_that_was_never_answered_is_handled_again(bench: Bench) {
        let Ok(Arrival::New(first)) = arrive(&bench, "m-1", "hello").await else { panic!("it is new") };
        assert_eq!(bench.store.unsettled(10).await.unwrap().len(), 1);
        let Ok(Arrival::New(again)) = arrive(&bench, "m-1", "hello").await else { panic!("it was not settled") };
        assert_eq!((again.id(), again.bytes()), (first.id(), b"hello".as_slice()));
        assert_eq!(kinds(&bench.store).await["original-kept"], 1);
    }

    pub async fn a_release_is_sent_only_as_it_was_approved(bench: Bench) {
        bench.record("r-1").await;
        let release = bench.release("CERT#r-1", PARTNER, Approval::Needed).await;
        assert_eq!(bench.store.releases(ReleaseState::Proposed, 10).await.unwrap(), [release.clone()]);
        assert!(
            matches!(enqueue(&bench.store, &release, "wire").await, Err(Error::State { found, .. }) if found == "proposed")
        );

        let judge = async |seen: Digest, approve: bool| {
            let id = release.id.clone();
            let act = async move |tx: &mut Tx| match approve {
                true => tx.approve(&id, "user:boss", seen).await,
                false => tx.reject(&id, "user:boss", seen).await,
            };
            bench.store.act("judge", act).await
        };
        assert!(matches!(judge(Digest::of(b"other"), true).await, Err(Error::Mismatch { what: "cleartext", .. })));
        judge(release.cleartext, true).await.unwrap();
        assert!(matches!(judge(release.cleartext, false).await, Err(Error::State { .. })));
        let verdicts = bench.store.verdicts(&release.id).await.unwrap();
        assert!(verdicts.len() == 1 && verdicts[0].approved && verdicts[0].actor == "user:boss");

        // Cleared bytes other than those released, and bytes cleared for somebody else.
        for clearance in [clearance(PARTNER, Digest::of(b"x")), clearance("other.example", release.cleartext)] {
            let outgoing = crate::gate::Outgoing::for_tests(b"wire".to_vec(), "application/xml", clearance);
            let (ready, id) = (bench.store.stage_outgoing(outgoing).await.unwrap(), release.id.clone());
            let act = async move |tx: &mut Tx, intent| {
                tx.enqueue(ready, &id, POLICY, uuid::Uuid::nil(), intent, "user:alice").await
            };
            assert!(matches!(bench.store.outbound("user:alice", "push", act).await, Err(Error::Mismatch { .. })));
        }
        enqueue(&bench.store, &release, "wire").await.unwrap();
        let sent = bench.store.release(&release.id).await.unwrap();
        assert_eq!((sent.state, sent.clearance.unwrap().cleartext), (ReleaseState::Sent, release.cleartext));
        assert!(matches!(enqueue(&bench.store, &release, "wire").await, Err(Error::State { .. })));

        let rejected = bench.release("r-1", "third.example", Approval::Needed).await;
        let (id, seen) = (rejected.id.clone(), rejected.cleartext);
        bench.store.act("reject", async move |tx| tx.reject(&id, "user:boss", seen).await).await.unwrap();
        assert!(matches!(enqueue(&bench.store, &rejected, "wire").await, Err(Error::State { .. })));
        assert!(bench.verify().await.is_sound());
    }

    pub async fn what_changed_since_the_release_stops_it(bench: Bench) {
        bench.record("r-1").await;
        let release = bench.release("r-1", PARTNER, Approval::NotNeeded).await;
        // Another version of the agreement is in force.
        let (ready, id) = (bench.store.stage_outgoing(outgoing("wire", &release)).await.unwrap(), release.id.clone());
        let act = async move |tx: &mut Tx, intent| {
            tx.enqueue(ready, &id, POLICY + 1, uuid::Uuid::nil(), intent, "user:alice").await
        };
        let result = bench.store.outbound("user:alice", "push", act).await;
        assert!(matches!(result, Err(Error::Mismatch { what: "agreement", .. })), "{result:?}");
        // The record was revised.
        let body = bench.body("{}").await;
        let act = async move |tx: &mut Tx| tx.revise_record("r-1", 1, &body, "user:b", "").await;
        bench.store.act("revise", act).await.unwrap();
        let result = enqueue(&bench.store, &release, "wire").await;
        assert!(matches!(result, Err(Error::Mismatch { what: "newest revision", .. })), "{result:?}");
        let (cleartext, new) = (bench.body("x").await, new_release("r-1", PARTNER, Approval::NotNeeded));
        let result = bench.store.act("release", async move |tx| tx.release(&new, &cleartext).await).await;
        assert!(matches!(result, Err(Error::Stale { expected: 1, found: 2, .. })));
        assert_eq!(bench.store.outbox(None, None, 10).await.unwrap(), []);
    }

    pub async fn a_message_goes_its_way_to_a_disclosure(bench: Bench) {
        let message = bench.message("r-1", PARTNER).await;
        assert_eq!((message.state, message.attempts), (OutboxState::Queued, 0));
        let claimed = bench.store.claim(claim(10)).await.unwrap().pop().unwrap();
        assert_eq!((claimed.wire(), claimed.attempt()), (b"sealed r-1".as_slice(), 1));
        assert_eq!((claimed.message(), claimed.partner()), (message.message.as_str(), PARTNER));
        assert_eq!((claimed.media_type(), claimed.digest()), ("application/pgp-encrypted", message.wire));
        assert_eq!(claimed.clearance().partner, PARTNER);
        assert!(bench.store.claim(claim(10)).await.unwrap().is_empty());
        assert_eq!(bench.store.message(&message.message).await.unwrap().state, OutboxState::Claimed);

        let receipt = bench.body("signed receipt").await;
        let outcome = Outcome::Delivered { status: "filed".into(), receipt: Some(receipt.clone()) };
        assert_eq!(bench.store.settle(claimed, outcome).await.unwrap(), OutboxState::Delivered);

        let disclosure = bench.store.disclosures(Some("r-1"), None).await.unwrap().pop().unwrap();
        assert_eq!((disclosure.partner.as_str(), disclosure.revision), (PARTNER, 1));
        assert_eq!(disclosure.receipt, Some(receipt.digest()));
        assert_eq!(disclosure.cleartext, bench.store.release(&message.release).await.unwrap().cleartext);
        assert_eq!(bench.store.disclosures(None, Some(PARTNER)).await.unwrap(), [disclosure]);
        assert_eq!(bench.store.disclosures(Some("r-2"), None).await.unwrap(), []);
        let attempts = bench.store.attempts(&message.message).await.unwrap();
        assert_eq!((attempts.len(), attempts[0].outcome.as_deref()), (1, Some("delivered")));
        let kinds = kinds(&bench.store).await;
        assert_eq!((kinds["sent"], kinds["receipt-received"], kinds["delivery-outcome"]), (1, 1, 1));
        assert!(bench.verify().await.is_sound());
    }

    pub async fn failures_back_off_until_the_deadline(bench: Bench) {
        let message = bench.message("r-1", PARTNER).await.message;
        let fail = async || {
            let claimed = bench.store.claim(claim(1)).await.unwrap().pop()?;
            let outcome = Outcome::Failed { code: "unreachable".into(), not_before: None };
            Some(bench.store.settle(claimed, outcome).await.unwrap())
        };
        assert_eq!(fail().await, Some(OutboxState::Queued));
        assert_eq!(fail().await, None, "not before its time");
        bench.clock.advance(SignedDuration::from_secs(30));
        assert_eq!(fail().await, Some(OutboxState::Queued));
        let state = bench.store.message(&message).await.unwrap();
        assert_eq!((state.attempts, state.code.as_deref()), (2, Some("unreachable")));

        // Five days later it is given up without another attempt.
        bench.clock.advance(SignedDuration::from_hours(5 * 24));
        assert_eq!(fail().await, None);
        let state = bench.store.message(&message).await.unwrap();
        assert_eq!((state.state, state.attempts, state.code.as_deref()), (OutboxState::Expired, 2, Some("deadline")));

        // Refused for good, and failed where the next attempt would come too late.
        let refused = bench.message("r-2", PARTNER).await.message;
        let claimed = bench.store.claim(claim(1)).await.unwrap().pop().unwrap();
        let outcome = Outcome::Refused { code: "no-agreement".into(), receipt: None };
        assert_eq!(bench.store.settle(claimed, outcome).await.unwrap(), OutboxState::Refused);
        assert_eq!(bench.store.message(&refused).await.unwrap().code.as_deref(), Some("no-agreement"));
        bench.message("r-3", PARTNER).await;
        bench.clock.advance(SignedDuration::from_hours(5 * 24) - SignedDuration::from_secs(20));
        assert_eq!(fail().await, Some(OutboxState::Expired));
        assert_eq!(kinds(&bench.store).await["delivery-outcome"], 3);
        assert!(bench.verify().await.is_sound());
    }

    pub async fn no_partner_starves_another(bench: Bench) {
        for n in 0..12 {
            bench.message(&format!("a-{n}"), "busy.example").await;
        }
        bench.clock.advance(SignedDuration::from_secs(1));
        bench.message("b-0", "late.example").await;
        bench.message("b-1", "late.example").await;

        // Few places: the partner who waited longest for his turn comes first, whatever the others have queued.
        let partners = async |limit| {
            let claimed = bench.store.claim(claim(limit)).await.unwrap();
            claimed.iter().map(|claimed| claimed.partner().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(partners(1).await, ["busy.example"]);
        assert_eq!(partners(1).await, ["late.example"]);
        assert_eq!(partners(4).await, ["busy.example", "late.example", "busy.example", "busy.example"]);
        // No more than 10 of one partner at the same time.
        assert_eq!(partners(100).await.len(), 6);
        assert_eq!(partners(100).await.len(), 0);
    }

    pub async fn a_lease_that_ends_gives_the_message_to_the_next(bench: Bench) {
        let message = bench.message("r-1", PARTNER).await.message;
        let first = bench.store.claim(claim(1)).await.unwrap().pop().unwrap();
        bench.clock.advance(SignedDuration::from_secs(301));
        let second = bench.store.claim(claim(1)).await.unwrap().pop().unwrap();
        assert_eq!((second.message(), second.attempt()), (first.message(), 2));
        assert_eq!((second.wire(), second.digest()), (first.wire(), first.digest()));
        let delivered = || Outcome::Delivered { status: "filed".into(), receipt: None };
        assert!(matches!(bench.store.settle(first, delivered()).await, Err(Error::LeaseLost(_))));
        bench.store.settle(second, delivered()).await.unwrap();
        let attempts = bench.store.attempts(&message).await.unwrap();
        assert_eq!(attempts.iter().map(|attempt| attempt.ended_at.is_some()).collect::<Vec<_>>(), [false, true]);
    }

    pub async fn damaged_wire_bytes_are_parked(bench: Bench) {
        bench.record("r-1").await;
        let release = bench.release("r-1", PARTNER, Approval::NotNeeded).await;
        let message = enqueue(&bench.store, &release, &"sealed ".repeat(500)).await.unwrap();
        let hex = message.wire.hex();
        let file = bench.home.path().join("objects").join(&hex[..2]).join(&hex[2..]);
        std::fs::write(&file, "other bytes").unwrap();
        assert!(bench.store.claim(claim(1)).await.unwrap().is_empty());
        let state = bench.store.message(&message.message).await.unwrap();
        assert_eq!((state.state, state.code.as_deref()), (OutboxState::Parked, Some("wire-damaged")));
        assert!(matches!(bench.store.bytes(message.wire).await, Err(Error::Damaged(_))));
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(bench.store.bytes(message.wire).await, Err(Error::Io { .. })));
    }

    pub async fn messages_are_parked_and_retried_by_hand(bench: Bench) {
        let message = Arc::new(bench.message("r-1", PARTNER).await.message);
        let hand = async |retry: bool| {
            let message = Arc::clone(&message);
            let act = async move |tx: &mut Tx| match retry {
                true => tx.requeue(&message, "user:bob").await,
                false => tx.park(&message, "user:bob").await,
            };
            bench.store.act("hand", act).await
        };
        hand(false).await.unwrap();
        assert!(matches!(hand(false).await, Err(Error::State { .. })));
        assert!(bench.store.claim(claim(1)).await.unwrap().is_empty());
        bench.clock.advance(SignedDuration::from_hours(24 * 6));
        hand(true).await.unwrap();
        let claimed = bench.store.claim(claim(1)).await.unwrap().pop().unwrap();
        assert!(matches!(hand(true).await, Err(Error::State { .. })));
        bench.store.settle(claimed, Outcome::Park { code: "no-key".into() }).await.unwrap();
        let parked = bench.store.outbox(Some(OutboxState::Parked), Some(PARTNER), 10).await.unwrap();
        assert_eq!((parked.len(), parked[0].code.as_deref()), (1, Some("no-key")));
        assert_eq!(kinds(&bench.store).await["outbox-changed"], 2);
    }

    pub async fn intents_are_closed_by_act_or_recovery(bench: Bench) {
        let left = bench.store.draw_intent("user:alice", "push").await.unwrap();
        let late = bench.store.draw_intent("user:alice", "push").await.unwrap();
        let failed: Result<()> = bench.store.outbound("user:alice", "push", async |_, _| Err(Error::Busy)).await;
        assert!(failed.is_err());
        assert_eq!(bench.store.open_intents().await.unwrap(), [left.number(), late.number()]);
        assert_eq!(kinds(&bench.store).await["abandoned"], 1);

        bench.message("r-1", PARTNER).await;
        let claimed = bench.store.claim(claim(1)).await.unwrap();
        assert_eq!(claimed.len(), 1);
        std::fs::write(bench.home.path().join("objects/new-0123"), "half").unwrap();
        let lock = ServeLock::take(bench.home.path()).unwrap();
        let recovered = bench.store.recover(&lock, "serve").await.unwrap();
        let abandoned = vec![left.number(), late.number()];
        assert_eq!(recovered, Recovered { abandoned, released: 1, removed: 1 });
        assert_eq!(bench.store.recover(&lock, "serve").await.unwrap(), Recovered::default());
        assert_eq!(bench.store.claim(claim(1)).await.unwrap().len(), 1);

        // Whoever comes too late may not act.
        let leaf = Entry::new(Kind::HandedOut, "user:a").text(Field::What, "seal").digest(Field::Wire, Digest::of(b""));
        let result = bench.store.act("late", async move |tx| tx.close_intent(late, leaf).await).await;
        assert!(matches!(result, Err(Error::State { what: "intent", .. })));
        assert!(bench.verify().await.is_sound());
    }

    pub async fn the_log_proves_its_leaves(bench: Bench) {
        // More than 256 leaves, so that hashes of the second kept height are used.
        let act = async |tx: &mut Tx| -> Result<()> {
            for n in 0..600 {
                tx.burn_number(&format!("CERT#{n}"), "user:a").await?;
            }
            Ok(())
        };
        bench.store.act("burn", act).await.unwrap();
        assert!(matches!(bench.store.prove(5).await, Err(Error::NotFound { .. })));
        let note = bench.store.checkpoint(Arc::clone(&bench.signer)).await.unwrap();
        let again = bench.store.checkpoint(Arc::clone(&bench.signer)).await.unwrap();
        assert_eq!(
            (note.as_str(), bench.store.latest_checkpoint().await.unwrap()),
            (again.as_str(), Some(note.clone()))
        );

        let keys = [bench.signer.verifier_key().clone()];
        for seq in [0, 1, 255, 256, 257, 511, 512, 600, 601] {
            let mut proof = bench.store.prove(seq).await.unwrap();
            let (leaf, checkpoint) = proof.verify(&keys).unwrap();
            assert_eq!((leaf.seq(), checkpoint.size), (seq, 602));
            proof.leaf = proof.leaf.replace("user:", "uses:").replace("system", "sister");
            assert!(proof.verify(&keys).is_err());
        }
        assert!(matches!(bench.store.prove(602).await, Err(Error::NotFound { .. })));

        let before = bench.store.head().await.unwrap();
        bench.record("r-1").await;
        let after = bench.store.head().await.unwrap();
        let proof = bench.store.prove_consistency(before.size, after.size).await.unwrap();
        assert!(tree::is_consistent(before.size, before.root, after.size, after.root, &proof));
        assert!(matches!(bench.store.prove_consistency(1, 700).await, Err(Error::NotFound { .. })));
        let report = bench.verify().await;
        assert!(report.is_sound() && report.checkpoints == 2 && report.leaves == 604, "{report:?}");
    }

    pub async fn reserved_leaves_are_not_written_by_hand(bench: Bench) {
        for kind in Kind::ALL.iter().copied().filter(|kind| kind.closes_intent()) {
            let result = bench.store.act("log", async move |tx| tx.log(Entry::new(kind, "user:a")).await).await;
            assert!(matches!(result, Err(Error::ReservedKind(_))), "{kind:?}");
        }
        let malformed = Entry::new(Kind::Refusals, "user:a").text(Field::Count, "many");
        let result = bench.store.act("log", async move |tx| tx.log(malformed).await).await;
        assert!(matches!(result, Err(Error::Leaf(_))));
        let leaf = Entry::new(Kind::Refusals, "system").number(Field::Count, 4);
        assert_eq!(bench.store.act("log", async move |tx| tx.log(leaf).await).await.unwrap(), 1);
    }

    pub async fn a_request_key_is_answered_once(bench: Bench) {
        let ask = async || {
            bench
                .store
                .act("ask", async |tx: &mut Tx| -> Result<_> {
                    if let Some(answer) = tx.answer_to("user:alice", "key-1").await? {
                        return Ok((answer, false));
                    }
                    tx.burn_number("CERT#1", "user:alice").await?;
                    tx.keep_answer("user:alice", "key-1", b"CERT#1").await?;
                    Ok((b"CERT#1".to_vec(), true))
                })
                .await
                .unwrap()
        };
        assert_eq!(ask().await, (b"CERT#1".to_vec(), true));
        assert_eq!(ask().await, (b"CERT#1".to_vec(), false));
        let act = async |tx: &mut Tx| tx.keep_answer("user:alice", "key-1", b"x").await;
        assert!(matches!(bench.store.act("twice", act).await, Err(Error::Taken { .. })));
    }
}
