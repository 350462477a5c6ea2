//! The conformance suite, second half: what comes in and what goes out.

use std::sync::Arc;

use jiff::SignedDuration;

use super::bench::{Bench, PARTNER, POLICY, claim, clearance, enqueue, kinds, new_release, outgoing, suite};
use crate::{
    digest::Digest,
    gate,
    store::{Approval, Arrival, Body, Claim, Error, OutboxState, Outcome, ReleaseState, Result, Settlement, Tx},
};

suite! {
    an_original_is_kept_with_what_was_found_in_it
    a_message_has_one_receipt_for_ever
    a_message_that_was_never_answered_is_handled_again
    a_release_is_sent_only_as_it_was_approved
    what_changed_since_the_release_stops_it
    a_message_goes_its_way_to_a_disclosure
    what_was_handed_out_is_in_the_register_too
    failures_back_off_until_the_deadline
    no_partner_starves_another
    a_lease_that_ends_gives_the_message_to_the_next
    a_clock_that_was_ahead_holds_nothing_back
    damaged_wire_bytes_are_parked
    messages_are_parked_and_retried_by_hand
}

fn settlement(receipt: Body) -> Settlement {
    Settlement { outcome: gate::Outcome::Filed, code: None, reason: None, number: Some("CERT#9".into()), receipt }
}

async fn arrive(bench: &Bench, message: &'static str, bytes: &str) -> Result<Arrival> {
    let body = bench.body(bytes).await;
    let act = async move |tx: &mut Tx| tx.arrive(PARTNER, message, "application/xml", &body, tx.now()).await;
    bench.store.act("arrive", act).await
}

mod cases {
    use super::*;

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
        assert_eq!((row.outcome, row.copies, row.number.as_deref()), (Some(gate::Outcome::Filed), 2, Some("CERT#9")));
        assert_eq!(bench.store.inbox(Some(gate::Outcome::Filed), 10).await.unwrap(), [row]);
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
        let release = bench.release("CERT-r-1C", PARTNER, Approval::Needed).await;
        assert_eq!(bench.store.releases(ReleaseState::Proposed, 10).await.unwrap(), std::slice::from_ref(&release));
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

    pub async fn what_was_handed_out_is_in_the_register_too(bench: Bench) {
        bench.record("r-1").await;
        let release = bench.release("r-1", PARTNER, Approval::NotNeeded).await;
        let hand_out = async || {
            let (id, outgoing) = (release.id.clone(), outgoing("sealed", &release));
            let work = async move |tx: &mut Tx, intent| tx.hand_out(&outgoing, &id, POLICY, intent, "user:alice").await;
            bench.store.outbound("user:alice", "seal", work).await
        };
        hand_out().await.unwrap();
        let [disclosure] = &bench.store.disclosures(Some("r-1"), Some(PARTNER)).await.unwrap()[..] else { panic!() };
        assert_eq!((&disclosure.message, &disclosure.release), (&None, &release.id));
        assert_eq!((disclosure.revision, disclosure.cleartext), (1, release.cleartext));
        assert_eq!(bench.store.release(&release.id).await.unwrap().state, ReleaseState::Sent);
        // What is given a second time is a release of its own.
        let again: Result<()> = hand_out().await;
        assert!(matches!(again, Err(Error::State { what: "release", .. })), "{again:?}");
        let kinds = kinds(&bench.store).await;
        assert_eq!(kinds["handed-out"], 1, "{kinds:?}");
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

    /// For a while the clock was a year ahead: what was queued, tried or leased then must not wait for that year.
    pub async fn a_clock_that_was_ahead_holds_nothing_back(bench: Bench) {
        let year = SignedDuration::from_hours(365 * 24);
        bench.clock.advance(year);
        for record in ["r-1", "r-2", "r-3"] {
            bench.message(record, PARTNER).await;
        }
        let mut claimed = bench.store.claim(claim(2)).await.unwrap();
        let outcome = Outcome::Failed { code: "unreachable".into(), not_before: None };
        bench.store.settle(claimed.pop().unwrap(), outcome).await.unwrap();
        let lost = claimed.pop().unwrap();
        bench.clock.advance(-year);
        let again = bench.store.claim(Claim { per_partner: 3, ..claim(10) }).await.unwrap();
        assert_eq!(again.len(), 3);
        let delivered = || Outcome::Delivered { status: "filed".into(), receipt: None };
        assert!(matches!(bench.store.settle(lost, delivered()).await, Err(Error::LeaseLost(_))));
        for claimed in again {
            assert_eq!(bench.store.settle(claimed, delivered()).await.unwrap(), OutboxState::Delivered);
        }
        assert!(bench.store.claim(claim(10)).await.unwrap().is_empty());
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
}
