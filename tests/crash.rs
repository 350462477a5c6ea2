//! Whole gateways, killed at any moment: what was sent arrives once, and what was acknowledged is there.
//!
//! `SIREX_KILLS`, `SIREX_INCIDENTS` and `SIREX_SEED` make more of it, or the same again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on fails

mod homes;

use std::{collections::BTreeMap, env, fs, path::Path, thread, time::Duration};

use homes::{Gateway, Home, ROOT, until};
use serde_json::Value;
use sirex::world::{Entropy as _, Machine, Seeded};

/// What one incident is made from.
const INCIDENT: &str = "fixtures/records/phishing.json";
/// A payload above this many bytes has a file of its own in the store.
const INLINE: usize = 64 * 1024;

fn number(variable: &str) -> Option<u64> {
    let text = env::var_os(variable)?.into_string().unwrap();
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// Random moments and choices, the same for a seed.
struct Chance(Seeded);

impl Chance {
    fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes).unwrap();
        u64::from_be_bytes(bytes) % end
    }

    fn pause(&self, most_ms: u64) {
        thread::sleep(Duration::from_millis(self.below(most_ms + 1)));
    }
}

/// Files an incident that is told from the others by how its account begins; its tracking number. Every fifth is large.
fn import(home: &Home, folder: &Path, count: u64) -> String {
    let text = fs::read_to_string(Path::new(ROOT).join(INCIDENT)).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let record = &mut document["records"][0];
    record["id"] = format!("c2a7b6de-90d4-4a57-8a4e-{count:012x}").into();
    record.as_object_mut().unwrap().remove("number");
    let lines = if count.is_multiple_of(5) { 2 * INLINE / 32 } else { 1 };
    let account: String = (0..lines).map(|line| format!("line {line:06} of a very long account; ")).collect();
    record["what_occurred"]["text"] = format!("{}: {account}", name(count)).into();
    let file = folder.join("incident.json");
    fs::write(&file, document.to_string()).unwrap();
    home.done(&["record", "import", file.to_str().unwrap()]).trim().to_owned()
}

const NAME: &str = "Incident of the series, number ";

fn name(count: u64) -> String {
    format!("{NAME}{count}")
}

/// How often each incident stands in the home's records.
fn names(home: &Home) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    for number in home.numbers() {
        let document = home.done(&["record", "show", &number]);
        let begin = document.find(NAME).unwrap_or_else(|| panic!("{document}"));
        let name = document[begin..].split(':').next().unwrap().to_owned();
        *found.entry(name).or_default() += 1;
    }
    found
}

/// One of the two sides, which is up except at the moment of a kill.
struct Side {
    home: Home,
    gateway: Option<Gateway>,
}

impl Side {
    fn kill(&mut self, chance: &Chance) {
        self.gateway.take().unwrap().kill();
        // Sometimes it is killed again while it recovers.
        while chance.below(4) == 0 {
            let mut serve = self.home.command();
            serve.arg("serve");
            let starting = self.home.start(serve);
            chance.pause(300);
            starting.kill();
        }
    }

    fn start(&mut self) {
        self.gateway = Some(self.home.serve());
    }
}

#[test]
fn killed_gateways_lose_nothing_and_file_nothing_twice() {
    let (kills, incidents) = (number("SIREX_KILLS").unwrap_or(20), number("SIREX_INCIDENTS").unwrap_or(10));
    let seed = number("SIREX_SEED").unwrap_or_else(|| {
        let mut bytes = [0; 8];
        Machine.fill(&mut bytes).unwrap();
        u64::from_be_bytes(bytes)
    });
    println!("{kills} kills, {incidents} incidents; again by SIREX_SEED={seed}");
    let chance = Chance(Seeded::new(seed));
    let folder = tempfile::tempdir().unwrap();
    let home = |domain, prefix| {
        let home = Home::init(folder.path(), domain, prefix);
        home.configure("retry", "base = \"1s\"\ncap = \"2s\"");
        Side { home, gateway: None }
    };
    let (mut us, mut them) = (home("us.example", "US"), home("them.example", "THEM"));
    us.home.meets(&them.home);
    them.home.meets(&us.home);
    let numbers: Vec<String> = (0..incidents).map(|count| import(&us.home, folder.path(), count)).collect();

    let mut sent = Vec::new();
    let mut send_up_to = |us: &Home, share: u64| {
        while sent.len() < share as usize {
            let message = us.done(&["send", &numbers[sent.len()], "--partner", "them.example"]);
            sent.push(message.trim().to_owned());
        }
    };
    us.start();
    them.start();
    for kill in 0..kills {
        // Some are sent before the first kill, the others in between, with the last well before the end.
        send_up_to(&us.home, (incidents * (kill + 3)).div_ceil(kills + 2).min(incidents));
        chance.pause(400);
        let sides = match chance.below(3) {
            0 => vec![&mut us],
            1 => vec![&mut them],
            _ => vec![&mut us, &mut them],
        };
        for side in sides {
            side.kill(&chance);
            chance.pause(100);
            side.start();
        }
    }
    send_up_to(&us.home, incidents);
    let delivered = |one: &Value| one["state"] == "delivered";
    until("everything is delivered", Duration::from_secs(60), || us.home.outbox().iter().all(delivered));

    // Every message once in the outbox, delivered, and once in the inbox, filed.
    let (outbox, inbox) = (us.home.outbox(), them.home.inbox());
    let sorted = |mut ids: Vec<String>| {
        ids.sort_unstable();
        ids
    };
    let member =
        |list: &[Value], name: &str| sorted(list.iter().map(|one| one[name].as_str().unwrap().to_owned()).collect());
    let ids = sorted(sent);
    assert_eq!(member(&outbox, "id"), ids);
    assert_eq!(member(&inbox, "message"), ids);
    assert!(inbox.iter().all(|one| one["outcome"] == "filed"), "{inbox:?}");
    // Every incident once among their records, under the numbers that the receipts name.
    let expected: BTreeMap<String, u32> = (0..incidents).map(|count| (name(count), 1)).collect();
    assert_eq!(names(&them.home), expected);
    assert_eq!(sorted(them.home.numbers()), member(&inbox, "number"));
    // Half-written payloads were swept away, and both logs hold.
    for side in [us, them] {
        side.gateway.unwrap().stop();
        let left = fs::read_dir(side.home.file("objects")).unwrap();
        assert_eq!(
            left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("new-")).count(),
            0
        );
        let found = side.home.audit();
        assert_eq!(found["open_intents"], serde_json::json!([]));
    }
    let attempts: u64 = outbox.iter().map(|one| one["attempts"].as_u64().unwrap()).sum();
    println!("{attempts} attempts for {incidents} messages");
}
