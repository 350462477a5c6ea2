//! What is on the deny list, planted into every text of a record in many spellings, never reaches the partner: it is held
//! back or masked before the gate, or refused at the gate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

mod homes;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use homes::{Home, ROOT, until};
use serde_json::Value;
use sirex::{
    error::{Code, Severity},
    exchange::{self, DispatchError},
    gate::{DenyClass, Reason},
    partner::Domain,
    record::{self, RecordDocument},
    sharing::{Consent, DenyEntries, DenyKey},
    store::Settings,
    world::Machine,
};

const RECORD: &str = "fixtures/records/ransomware.json";
const PARTNER: &str = "cert.example";
/// So many texts of the record can hold a planted one, at least; else this test looks at nothing.
const LEAST: usize = 500;
/// So many texts are planted at a time: a refusal names 100 places at most.
const AT_ONCE: usize = 25;

/// A text that is on the deny list, and how it is written.
#[derive(Clone, Copy, Debug)]
struct Canary {
    class: DenyClass,
    number: usize,
    spelling: usize,
}

/// Something that a spelling makes of a text.
type Spell = fn(&str) -> String;

/// The spellings of a text.
const SPELLINGS: [(&str, Spell); 5] = [
    ("plain", str::to_owned),
    ("upper case", str::to_uppercase),
    ("base64", |text| STANDARD.encode(text)),
    ("percent", |text| text.bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ("character reference", |text| {
        let (first, rest) = text.split_at(4);
        format!("{first}&#{};{}", u32::from(rest.chars().next().unwrap()), &rest[1..])
    }),
];

impl Canary {
    /// The `number`th; classes and spellings take turns.
    fn new(number: usize) -> Self {
        let classes = [DenyClass::Hosts, DenyClass::People, DenyClass::Canaries];
        Canary { class: classes[number % classes.len()], number, spelling: number / classes.len() % SPELLINGS.len() }
    }

    /// As it stands on the deny list. Nothing in the record is or contains it.
    fn text(&self) -> String {
        let number = self.number;
        match self.class {
            DenyClass::Hosts => format!("vault-{number:04}.intern.example"),
            DenyClass::People => format!("Tove Sandqvist-{number:04}"),
            _ => format!("canary-{number:04}-9b1f"),
        }
    }

    /// As it is planted.
    fn spelled(&self) -> String {
        (SPELLINGS[self.spelling].1)(&self.text())
    }

    /// Whether it stands in the bytes of a document, in its spelling or any other, as XML or JSON may write it.
    fn is_in(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes).replace("&amp;", "&");
        let folded = text.to_lowercase();
        SPELLINGS.iter().any(|(name, spell)| {
            let spelled = spell(&self.text());
            text.contains(&spelled) || *name != "base64" && folded.contains(&spelled.to_lowercase())
        })
    }
}

/// A canary in one text of the record.
#[derive(Clone)]
struct Planting {
    pointer: String,
    text: String,
    canary: Canary,
}

/// Every text of the record with its place (RFC 6901).
fn leaves(value: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((pointer.to_owned(), text.clone())),
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                leaves(element, &format!("{pointer}/{at}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                leaves(member, &format!("{pointer}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// The texts that people write: ids of elements and what refers to them hold the record together.
fn texts(document: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    leaves(document, "", &mut all);
    let ids: BTreeSet<String> =
        all.iter().filter(|(place, _)| place.ends_with("/id")).map(|(_, text)| text.clone()).collect();
    all.retain(|(_, text)| !ids.contains(text));
    all
}

/// The record, if it is one and does not contradict itself.
fn read(document: &Value) -> Option<RecordDocument> {
    let document = record::read(document.to_string().as_bytes()).ok()?;
    let sound = !record::check_document(&document).iter().any(|finding| finding.severity == Severity::Error);
    sound.then_some(document)
}

fn put(document: &mut Value, planting: &Planting) {
    *document.pointer_mut(&planting.pointer).unwrap() = planting.text.clone().into();
}

/// The canaries in all texts that can hold one: behind what is there, or in its place. Texts at the same place of list
/// elements are of one kind, so one of them is tried for all.
fn plant(document: &Value, texts: &[(String, String)]) -> Vec<Planting> {
    let mut kinds: BTreeMap<String, Option<bool>> = BTreeMap::new();
    let mut plantings = Vec::new();
    for (number, (pointer, there)) in texts.iter().enumerate() {
        let canary = Canary::new(number);
        let form = |behind: bool| {
            let spelled = canary.spelled();
            let text = if behind { format!("{there} {spelled}") } else { spelled };
            Planting { pointer: pointer.clone(), text, canary }
        };
        let kind = pointer.split('/').filter(|step| step.parse::<usize>().is_err()).collect::<Vec<_>>().join("/");
        let behind = *kinds.entry(kind).or_insert_with(|| {
            [true, false].into_iter().find(|behind| {
                let mut planted = document.clone();
                put(&mut planted, &form(*behind));
                read(&planted).is_some()
            })
        });
        plantings.extend(behind.map(form));
    }
    plantings
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn open(home: &Home) -> exchange::Home {
    exchange::Home::open(home.folder(), Settings::new(Arc::new(Machine), Arc::new(Machine))).await.unwrap()
}

/// Everything that the home has opened of what came in: the cleartexts as they were on the wire.
fn cleartexts(home: &Home) -> Vec<Vec<u8>> {
    runtime().block_on(async {
        let store = open(home).await.gateway.store;
        let mut cleartexts = Vec::new();
        for received in store.inbox(None, 1_000).await.unwrap() {
            let (_, opened) = store.original(&received.original).await.unwrap();
            cleartexts.push(store.bytes(opened.unwrap().cleartext).await.unwrap().to_vec());
        }
        store.close().await;
        cleartexts
    })
}

/// We and the partner, who have met.
fn teams(folder: &Path) -> (Home, Home) {
    let (us, cert) = (Home::init(folder, "us.example", "US"), Home::init(folder, PARTNER, "CERT"));
    us.meets(&cert);
    cert.meets(&us);
    (us, cert)
}

/// What became of each planting: held back or masked before the gate, or found by the gate.
fn judged(us: &Home, document: &Value, plantings: Vec<Planting>) -> (Vec<Planting>, Vec<Planting>) {
    let partner: Domain = PARTNER.parse().unwrap();
    let mut home = runtime().block_on(open(us));
    let key = DenyKey::load(&us.file("keys/deny.key")).unwrap();
    let (mut kept, mut caught) = (Vec::new(), Vec::new());
    for some in plantings.chunks(AT_ONCE) {
        let mut planted = document.clone();
        home.deny = DenyEntries::empty(&key);
        let mut tags = Vec::new();
        for planting in some {
            put(&mut planted, planting);
            tags.push(home.deny.add(planting.canary.class, &planting.canary.text()).unwrap());
        }
        let record = read(&planted).unwrap().records.remove(0);
        let prepared = home.prepare(&record, &partner, &Consent::None).unwrap();
        let refusal = match home.clear(&prepared, None) {
            Ok(_) => None,
            Err(DispatchError::Gate(refusal)) => Some(refusal),
            Err(error) => panic!("{error}"),
        };
        let said = refusal.as_ref().map(ToString::to_string).unwrap_or_default();
        for (planting, tag) in some.iter().zip(tags) {
            let (canary, place) = (&planting.canary, &planting.pointer);
            assert!(!canary.is_in(said.as_bytes()), "the refusal repeats {canary:?}: {said}");
            if canary.is_in(&prepared.bytes) {
                let is_it = |reason: &Reason| matches!(reason, Reason::Denied(_, _, found) if *found == tag);
                let found = refusal.as_ref().is_some_and(|refusal| refusal.reasons.iter().any(is_it));
                assert!(found, "the gate did not find {canary:?} of {place}: {said}");
                caught.push(planting.clone());
            } else {
                kept.push(planting.clone());
            }
        }
    }
    runtime().block_on(home.gateway.store.close());
    (kept, caught)
}

#[test]
fn the_search_finds_each_spelling() {
    let clean = fs::read(Path::new(ROOT).join(RECORD)).unwrap();
    for number in 0..3 * SPELLINGS.len() {
        let canary = Canary::new(number);
        let written = format!("<a>x {} y</a>", canary.spelled().replace('&', "&amp;"));
        assert!(canary.is_in(written.as_bytes()) && !canary.is_in(&clean), "{written}");
        assert!(!Canary::new(number + 1).is_in(written.as_bytes()));
    }
}

#[test]
fn a_canary_in_any_text_never_reaches_the_partner() {
    let folder = tempfile::tempdir().unwrap();
    let (us, cert) = teams(folder.path());
    let document: Value = serde_json::from_str(&fs::read_to_string(Path::new(ROOT).join(RECORD)).unwrap()).unwrap();
    let texts = texts(&document);
    let plantings = plant(&document, &texts);
    let (kept, caught) = judged(&us, &document, plantings);
    println!("{} texts: {} kept here or masked, {} found by the gate", texts.len(), kept.len(), caught.len());
    assert!(kept.len() + caught.len() >= LEAST && kept.len() > 100 && caught.len() > 100);

    let file = folder.path().join("case.json");
    let import = |number: usize, plantings: &[Planting]| {
        let mut document = document.clone();
        plantings.iter().for_each(|planting| put(&mut document, planting));
        let record = &mut document["records"][0];
        record["id"] = format!("5b0e9a52-3c1d-4f6e-9a7b-{number:012x}").into();
        record.as_object_mut().unwrap().remove("number");
        fs::write(&file, document.to_string()).unwrap();
        us.done(&["record", "import", file.to_str().unwrap()]).trim().to_owned()
    };
    let deny = |canary: &Canary| {
        let class = format!("{:?}", canary.class).to_lowercase();
        us.done(&["deny", "add", &class, &canary.text()]);
    };

    // Through the program: what the gate finds is refused without repeating it, and nothing is queued. (Alone, a text may
    // stay here that went out beside others: a value that is no hash is one for an algorithm that is none.)
    let alone = |planting: &&Planting| !judged(&us, &document, vec![(*planting).clone()]).1.is_empty();
    let sample: Vec<&Planting> = caught.iter().step_by(caught.len() / 16).filter(alone).collect();
    assert!(sample.len() >= 8, "{}", sample.len());
    for (number, planting) in sample.into_iter().enumerate() {
        deny(&planting.canary);
        let record = import(number, std::slice::from_ref(planting));
        let why = us.fails(Code::GateRefused.exit().into(), &["send", &record, "--partner", PARTNER]);
        assert!(why.contains("(gate-refused)") && !planting.canary.is_in(why.as_bytes()), "{why}");
        assert!(us.outbox().is_empty(), "{}", planting.pointer);
    }

    // All prose of which the canary stayed here, together, sent for good: what the partner opened has none of it. (A text
    // of one word may be of an open vocabulary, and then the gate refuses the word that it does not know.)
    let canaries: Vec<Canary> =
        (0..3 * SPELLINGS.len()).map(|number| Canary { number: 9_000 + number % 3, ..Canary::new(number) }).collect();
    canaries.iter().take(3).for_each(deny);
    let together: Vec<Planting> = kept
        .iter()
        .filter(|planting| planting.text.replace(&planting.canary.spelled(), "").trim().contains(' '))
        .map(|planting| {
            let Canary { class, spelling, .. } = planting.canary;
            let same = |one: &&Canary| one.class == class && one.spelling == spelling;
            let canary = *canaries.iter().find(same).unwrap();
            let text = planting.text.replace(&planting.canary.spelled(), &canary.spelled());
            Planting { pointer: planting.pointer.clone(), text, canary }
        })
        .collect();
    assert!(together.len() > 50, "{}", together.len());
    let record = import(1_000, &together);
    let gateways = (us.serve(), cert.serve());
    us.done(&["send", &record, "--partner", PARTNER]);
    until("it is delivered", Duration::from_secs(20), || us.outbox()[0]["state"] == "delivered");
    gateways.0.stop();
    gateways.1.stop();
    let arrived = cleartexts(&cert);
    assert!(arrived.len() == 1 && arrived[0].len() > 10_000, "hardly anything was sent");
    let filed: Vec<String> = cert.numbers().iter().map(|number| cert.done(&["record", "show", number])).collect();
    for canary in &canaries {
        for bytes in arrived.iter().map(Vec::as_slice).chain(filed.iter().map(|text| text.as_bytes())) {
            assert!(!canary.is_in(bytes), "{canary:?} has left the house");
        }
        assert_eq!(homes::files_with(cert.folder(), canary.spelled().as_bytes()), Vec::<std::path::PathBuf>::new());
    }
}
