//! The conformance suite, first half: acts, records and the log. It says what any implementation of the store must do,
//! through its public functions only.

use std::sync::Arc;

use super::bench::{Bench, PARTNER, claim, kinds, new_record, suite};
use crate::{
    audit::{Entry, Field, Kind, tree},
    digest::Digest,
    store::{Error, NewRecord, Recovered, Result, ServeLock, Tx},
};

suite! {
    a_record_has_revisions_and_a_number_for_ever
    a_stale_revision_is_refused
    an_act_stands_or_falls_together
    a_change_without_its_leaf_does_not_count
    acts_at_the_same_time_share_commits_and_not_failures
    an_act_that_panics_harms_nobody
    an_act_whose_caller_leaves_is_whole
    a_long_act_does_not_block_the_runtime
    two_processes_share_one_log
    intents_are_closed_by_act_or_recovery
    the_log_proves_its_leaves
    reserved_leaves_are_not_written_by_hand
    a_request_key_is_answered_once
}

mod cases {
    use super::*;

    pub async fn a_record_has_revisions_and_a_number_for_ever(bench: Bench) {
        bench.record("r-1").await;
        let long = "x".repeat(5_000);
        let body = bench.body(long.clone()).await;
        let act = async move |tx: &mut Tx| tx.revise_record("CERT-r-1C", 1, &body, "user:bob", "more facts").await;
        assert_eq!(bench.store.act("revise", act).await.unwrap(), 2);

        let record = bench.store.record("CERT-r-1C").await.unwrap().unwrap();
        assert_eq!((record.id.as_str(), record.newest, record.kind.as_str()), ("r-1", 2, "incident"));
        let revisions = bench.store.revisions("r-1").await.unwrap();
        assert_eq!(revisions.len(), 2);
        assert_eq!((revisions[1].author.as_str(), revisions[1].reason.as_str()), ("user:bob", "more facts"));
        assert_eq!(**bench.store.bytes(revisions[1].digest).await.unwrap(), *long.as_bytes());
        assert_eq!(**bench.store.bytes(revisions[0].digest).await.unwrap(), *b"{\"id\":\"r-1\"}");

        // The number is never given out again, not even when it was burnt without a record.
        let act = async |tx: &mut Tx| tx.burn_number("CERT#77", "user:bob").await;
        bench.store.act("burn", act).await.unwrap();
        assert!(bench.store.is_burnt("CERT#77").await.unwrap() && bench.store.is_burnt("CERT-r-1C").await.unwrap());
        for number in ["CERT#77", "CERT-r-1C"] {
            let new = NewRecord { number: Some(number.into()), ..new_record("r-2") };
            let body = bench.body("{}").await;
            let taken = bench.store.act("again", async move |tx| tx.create_record(&new, &body).await).await;
            assert!(matches!(taken, Err(Error::Taken { what: "tracking number", .. })));
        }
        // Nor under another prefix, with which it ends in another check character.
        let act = async |tx: &mut Tx| tx.burn_number("INC-r-1D", "user:bob").await;
        let taken = bench.store.act("other prefix", act).await;
        assert!(matches!(taken, Err(Error::Taken { what: "tracking number", .. })), "{taken:?}");
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
        assert!(!bench.store.is_burnt("CERT-r-1C").await.unwrap());
        assert_eq!(bench.store.head().await.unwrap().size, size);
        bench.record("r-1").await;
    }

    pub async fn a_change_without_its_leaf_does_not_count(bench: Bench) {
        let (body, new) = (bench.body("{}").await, NewRecord { author: "no identifier".into(), ..new_record("r-1") });
        let act = async move |tx: &mut Tx| -> Result<()> {
            assert!(matches!(tx.create_record(&new, &body).await, Err(Error::Leaf(_))));
            Ok(())
        };
        assert!(matches!(bench.store.act("careless", act).await, Err(Error::Leaf(_))));
        assert_eq!(bench.store.record("r-1").await.unwrap(), None);
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
