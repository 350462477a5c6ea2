use proptest::prelude::*;

use super::*;
use crate::{
    audit::{Entry, Signer},
    world::Seeded,
};

const ORIGIN: &str = "isirt.example/log";

/// A log as a gateway writes it, and its export.
struct Log {
    signer: Signer,
    frontier: Frontier,
    lines: Vec<String>,
    notes: Vec<String>,
}

impl Log {
    fn new() -> Self {
        let signer = Signer::generate(ORIGIN, &Seeded::new(1)).unwrap();
        let key = signer.verifier_key().to_string();
        let header = serde_json::to_string(&Line::Header { format: FORMAT }).unwrap();
        let mut log = Log { signer, frontier: Frontier::default(), lines: vec![header], notes: Vec::new() };
        log.leaf(Entry::new(Kind::Genesis, "user:root").text(Field::Origin, ORIGIN).text(Field::Key, key));
        log
    }

    fn leaf(&mut self, entry: Entry) -> u64 {
        let seq = self.frontier.size();
        let at = jiff::Timestamp::new(1_790_000_000 + seq as i64, 0).unwrap();
        let text = entry.at(seq, at).unwrap().encode();
        let hash = leaf_hash(text.as_bytes());
        self.frontier.append(hash);
        let leaf = RawValue::from_string(text).unwrap();
        self.lines.push(serde_json::to_string(&Line::Leaf { hash, leaf: &leaf }).unwrap());
        seq
    }

    fn checkpoint(&mut self) {
        let key = self.signer.verifier_key().to_string();
        self.leaf(Entry::new(Kind::Checkpoint, "system").text(Field::Key, key));
        let head = Checkpoint { origin: ORIGIN.into(), size: self.frontier.size(), root: self.frontier.root() };
        let note = head.sign(&self.signer).unwrap();
        self.lines.push(serde_json::to_string(&Line::Checkpoint { checkpoint: &note }).unwrap());
        self.notes.push(note);
    }

    fn intent(&mut self) -> u64 {
        self.leaf(Entry::new(Kind::Intent, "user:alice").text(Field::What, "push"))
    }

    fn sent(&mut self, intent: u64) {
        self.leaf(sent(intent));
    }

    fn export(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    fn expect(&self) -> Expect {
        Expect { keys: vec![self.signer.verifier_key().clone()], ..Expect::default() }
    }
}

fn sent(intent: u64) -> Entry {
    Entry::new(Kind::Sent, "user:alice")
        .number(Field::Intent, intent)
        .text(Field::Message, "m-1")
        .text(Field::Release, "rel-1")
        .text(Field::Partner, "cert.example")
        .digest(Field::Cleartext, Digest::of(b"clear"))
        .digest(Field::Wire, Digest::of(b"wire"))
}

/// 20 leaves, three checkpoints, the last at the end.
fn sample() -> Log {
    let mut log = Log::new();
    for round in 0..3 {
        let first = log.intent();
        let second = log.intent();
        log.sent(first);
        log.leaf(Entry::new(Kind::Abandoned, "system").number(Field::Intent, second));
        for _ in 0..round {
            log.leaf(Entry::new(Kind::Refusals, "system").number(Field::Count, 3));
        }
        log.checkpoint();
    }
    log
}

fn check(export: &str, expect: &Expect) -> Report {
    verify(export.as_bytes(), expect).unwrap()
}

fn wrongs(export: &str, expect: &Expect) -> Vec<Wrong> {
    check(export, expect).problems.into_iter().map(|problem| problem.what).collect()
}

#[test]
fn a_whole_log_is_sound() {
    let log = sample();
    let report = check(&log.export(), &log.expect());
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!((report.leaves, report.checkpoints, report.signed), (19, 3, 19));
    assert_eq!(report.origin.as_deref(), Some(ORIGIN));
    assert_eq!(report.root, Some(log.frontier.root()));
    assert!(!report.key_from_log);

    let report = check(&log.export(), &Expect::default());
    assert!(report.is_sound() && report.key_from_log);
}

#[test]
fn problems_say_where_and_what() {
    let log = sample();
    let expect = log.expect();
    let export = log.export();

    // An edited leaf: the hash beside it, then the next signed root.
    let edited = export.replacen("user:alice", "user:mallo", 1);
    let found = check(&edited, &expect);
    assert_eq!(found.problems[0].line, 3);
    assert!(matches!(found.problems[0].what, Wrong::Hash { seq: 1, .. }));
    assert!(matches!(found.problems[1].what, Wrong::Root { size: 6, .. }));

    // The hash changed with it: the signature tells.
    let mut lines = log.lines.clone();
    let line: ReadLine = serde_json::from_str(&lines[2]).unwrap();
    let text = line.leaf.unwrap().get().replace("user:alice", "user:mallo");
    let raw = RawValue::from_string(text.clone()).unwrap();
    lines[2] = serde_json::to_string(&Line::Leaf { hash: leaf_hash(text.as_bytes()), leaf: &raw }).unwrap();
    assert!(matches!(wrongs(&(lines.join("\n") + "\n"), &expect)[..], [Wrong::Root { size: 6, .. }, ..]));

    // A leaf taken out: its number is missing.
    let mut lines = log.lines.clone();
    lines.remove(3);
    let found = check(&(lines.join("\n") + "\n"), &expect);
    assert_eq!(found.problems[0].line, 4);
    assert_eq!(found.problems[0].what, Wrong::Sequence { expected: 2, found: 3 });

    // A checkpoint taken out: its leaf stands alone.
    let mut lines = log.lines.clone();
    lines.remove(7);
    assert_eq!(wrongs(&(lines.join("\n") + "\n"), &expect), [Wrong::CheckpointPair { seq: 5 }]);

    // Another key.
    let other = Signer::generate(ORIGIN, &Seeded::new(2)).unwrap();
    let expect = Expect { keys: vec![other.verifier_key().clone()], ..Expect::default() };
    let reason = NoteError::Unsigned.to_string();
    assert_eq!(wrongs(&export, &expect)[0], Wrong::Checkpoint { size: 6, reason });

    // No export at all.
    assert_eq!(wrongs("", &expect)[0], Wrong::Header);
    assert_eq!(wrongs("{\"format\":\"sirex-audit-log/2\"}\n", &expect)[0], Wrong::Header);
    assert_eq!(wrongs("nonsense", &expect)[0], Wrong::Header);
}

#[test]
fn intents_must_be_closed_once() {
    let mut log = Log::new();
    let intent = log.intent();
    log.checkpoint();
    let expect = log.expect();
    assert_eq!(wrongs(&log.export(), &expect), [Wrong::OpenIntent { intent }]);
    let tolerant = Expect { open_intents: true, ..expect.clone() };
    let report = check(&log.export(), &tolerant);
    assert!(report.is_sound());
    assert_eq!(report.open_intents, [intent]);

    log.sent(intent);
    log.sent(intent);
    log.sent(77);
    log.checkpoint();
    assert_eq!(
        wrongs(&log.export(), &expect),
        [Wrong::Intent { seq: 4, intent: 1 }, Wrong::Intent { seq: 5, intent: 77 }]
    );
}

#[test]
fn the_tail_must_be_signed() {
    let mut log = sample();
    let intent = log.intent();
    log.sent(intent);
    assert_eq!(wrongs(&log.export(), &log.expect()), [Wrong::Unsigned { from: 19, count: 2 }]);
    assert!(check(&log.export(), &Expect { unsigned_tail: true, ..log.expect() }).is_sound());
}

/// A log cut back to its second checkpoint is sound by itself; who kept the third knows better.
#[test]
fn cutting_back_to_a_checkpoint_shows_against_a_known_one() {
    let log = sample();
    let end = log.lines.iter().rposition(|line| line.contains(r#""checkpoint":"isirt"#)).unwrap();
    let second = log.lines[..end].iter().rposition(|line| line.contains(r#""checkpoint":"isirt"#)).unwrap();
    let cut = log.lines[..=second].join("\n") + "\n";
    assert!(check(&cut, &log.expect()).is_sound());
    let known = Expect { known: vec![log.notes[2].clone()], ..log.expect() };
    assert_eq!(wrongs(&cut, &known), [Wrong::CutOff { known: 19, found: 12 }]);
    assert!(check(&log.export(), &Expect { known: log.notes.clone(), ..log.expect() }).is_sound());

    // The holder of the key writes another history of the same length.
    let mut other = Log::new();
    while other.frontier.size() < 18 {
        other.leaf(Entry::new(Kind::Refusals, "system").number(Field::Count, 1));
    }
    other.checkpoint();
    assert!(check(&other.export(), &other.expect()).is_sound());
    assert!(matches!(wrongs(&other.export(), &known)[..], [Wrong::Root { size: 19, .. }]));

    // A known checkpoint that is none is a problem too, also when the key comes from the log.
    let bad = Expect { known: vec!["x\n".into()], ..Expect::default() };
    assert!(matches!(wrongs(&log.export(), &bad)[..], [Wrong::Checkpoint { .. }]));
}

#[test]
fn a_clock_that_was_set_back_is_told_and_is_no_problem() {
    let mut log = Log::new();
    log.checkpoint();
    let size = log.frontier.size();
    let text = Entry::new(Kind::Checkpoint, "system")
        .text(Field::Key, log.signer.verifier_key().to_string())
        .at(size, "2001-01-01T00:00:00Z".parse().unwrap())
        .unwrap()
        .encode();
    let hash = leaf_hash(text.as_bytes());
    log.frontier.append(hash);
    let raw = RawValue::from_string(text).unwrap();
    log.lines.push(serde_json::to_string(&Line::Leaf { hash, leaf: &raw }).unwrap());
    let head = Checkpoint { origin: ORIGIN.into(), size: log.frontier.size(), root: log.frontier.root() };
    let note = head.sign(&log.signer).unwrap();
    log.lines.push(serde_json::to_string(&Line::Checkpoint { checkpoint: &note }).unwrap());
    let report = check(&log.export(), &log.expect());
    assert!(report.is_sound());
    assert_eq!(report.clock_set_back, 1);
}

#[test]
fn limits_hold() {
    let log = sample();
    let long = format!("{}{}\n", log.export(), "x".repeat(MAX_LINE as usize + 5));
    let report = check(&long, &log.expect());
    assert_eq!(report.problems.len(), 2);
    assert!(report.problems.iter().all(|problem| problem.what == Wrong::Line));

    let many = format!("{}{}", log.export(), "x\n".repeat(MAX_PROBLEMS + 7));
    let report = check(&many, &log.expect());
    assert_eq!((report.problems.len(), report.problem_count), (MAX_PROBLEMS, MAX_PROBLEMS as u64 + 7));
}

/// One way to tamper with an export.
#[derive(Clone, Debug)]
enum Tamper {
    Byte(prop::sample::Index, u8),
    Delete(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
}

fn any_tamper() -> impl Strategy<Value = Tamper> {
    let index = || any::<prop::sample::Index>();
    prop_oneof![
        4 => (index(), any::<u8>()).prop_map(|(at, byte)| Tamper::Byte(at, byte)),
        2 => index().prop_map(Tamper::Delete),
        2 => (index(), index()).prop_map(|(a, b)| Tamper::Swap(a, b)),
        1 => (index(), index()).prop_map(|(a, b)| Tamper::Repeat(a, b)),
        1 => index().prop_map(Tamper::Cut),
    ]
}

fn tamper(export: &str, how: Tamper) -> Vec<u8> {
    let mut lines: Vec<&str> = export.lines().collect();
    match how {
        Tamper::Byte(at, byte) => {
            let mut bytes = export.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            return bytes;
        }
        Tamper::Delete(at) => drop(lines.remove(at.index(lines.len()))),
        Tamper::Swap(a, b) => {
            let n = lines.len();
            lines.swap(a.index(n), b.index(n));
        }
        Tamper::Repeat(from, to) => lines.insert(to.index(lines.len()), lines[from.index(lines.len())]),
        Tamper::Cut(at) => return export.as_bytes()[..at.index(export.len())].to_vec(),
    }
    (lines.join("\n") + "\n").into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whoever changes an exported log is found out by who kept its last checkpoint.
    #[test]
    fn any_tampering_is_detected(how in any_tamper()) {
        let log = sample();
        let export = log.export();
        let tampered = tamper(&export, how);
        let expect = Expect { known: log.notes[2..].to_vec(), ..log.expect() };
        let report = verify(&tampered[..], &expect).unwrap();
        prop_assert_eq!(report.is_sound(), tampered == export.as_bytes(), "{:?}", report);
    }
}
