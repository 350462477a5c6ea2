//! `cargo bench --bench gateway`: what a release costs on its way out and in, step by step, against the translation alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod runner;

use std::{path::Path, sync::Arc};

use runner::{Case, group};
use sirex::{
    config::NewHome,
    exchange::{Home, Message, add_card, write_card},
    format::Format,
    iodef,
    openpgp::{self, Profile, PublicCert},
    partner::Comparison,
    record::{self, Record, RecordDocument},
    sharing::Consent,
    store::Settings,
    time::WireTime,
    translate,
    world::{Clock as _, Machine},
};
use tokio::runtime::Runtime;

const RECORD: &str = include_str!("../fixtures/records/ransomware.json");
const AGREEMENT: &str = include_str!("../fixtures/agreements/national-cert.toml");

async fn home(folder: &Path, domain: &str, prefix: &str) -> Home {
    let email = format!("team@{domain}");
    let new =
        NewHome { domain, name: domain, prefix, email: &email, push: Some("https://127.0.0.1:1/push"), listen: None };
    let settings = || Settings::new(Arc::new(Machine), Arc::new(Machine));
    Home::init(folder, &new, settings()).await.unwrap();
    Home::open(folder, settings()).await.unwrap()
}

/// `home` takes the card of `other`, believes it, and agrees on the profile.
async fn introduce(home: &Home, other: &Home, profile: Profile) {
    let (card, signer, _) = add_card(home, &write_card(other).unwrap()).unwrap();
    let comparison = Comparison {
        at: WireTime::from_timestamp(Machine.now()),
        by: "bench".into(),
        how: "own home".into(),
        fingerprints: vec![signer],
        pins: Vec::new(),
    };
    home.verify_partner(&card.domain, comparison).await.unwrap();
    let file = home.folder().with_extension("agreement");
    std::fs::write(&file, AGREEMENT.replace("openpgp = \"rfc4880\"", &format!("openpgp = \"{profile}\""))).unwrap();
    home.agree(&card.domain, &file, "bench").await.unwrap();
}

fn measure(profile: Profile) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (us, them, record, number) = runtime.block_on(async {
        let us = home(&folder.path().join("us"), "csirt.example", "US").await;
        let them = home(&folder.path().join("them"), "cert.example", "THEM").await;
        introduce(&us, &them, profile).await;
        introduce(&them, &us, profile).await;
        let records = record::read(RECORD.as_bytes()).unwrap().records;
        let number = us.gateway.import(records, "bench").await.unwrap().remove(0);
        let record = us.gateway.record(&number).await.unwrap().0;
        (us, them, record, number)
    });
    let (partner, sender) = (them.domain.clone(), them.sender(&us.domain).unwrap());
    let prepared = us.prepare(&record, &partner, &Consent::None).unwrap();
    let size = prepared.bytes.len();
    let recipient: PublicCert = them.gateway.keys.certificate(profile, Machine.now()).unwrap();
    let seal =
        || openpgp::seal_ungated(&prepared.bytes, &recipient, &us.gateway.keys, profile, Machine.now(), false).unwrap();
    let whole = |record: &Record| RecordDocument::of(vec![record.clone()]);
    let cases = vec![
        Case::new("translate the released record to IODEF XML", size, || {
            translate::record_to_iodef(
                whole(prepared.sanitised.released().record()),
                Format::IodefXml,
                iodef::Profile::default(),
            )
            .unwrap()
        }),
        Case::new("prepare: sanitise and translate", size, || us.prepare(&record, &partner, &Consent::None).unwrap()),
        Case::new("gate", size, || us.clear(&prepared, None).unwrap()),
        Case::new("seal", size, seal),
        Case::new("send: all of it, released and queued on disk", size, || {
            runtime.block_on(us.send(&number, &partner, &Consent::None, "bench")).unwrap()
        }),
        Case::new("take in: kept, opened, decoded, filed, receipt on disk", size, || {
            let message = Message { id: None, media_type: "application/pgp-encrypted".into(), body: seal() };
            runtime.block_on(them.gateway.take_in(&sender, message)).unwrap()
        }),
    ];
    group(&format!("One report of {size} bytes, profile {profile}"), 21, cases);
}

fn main() {
    for profile in Profile::ALL {
        if profile.supported().is_ok() {
            measure(*profile);
        }
    }
}
