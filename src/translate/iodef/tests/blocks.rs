//! Facts in blocks: they come back, each has its place in the gate's tables, and what is not as we write it is residue.

use std::fs;

use super::*;
use crate::{
    class::View,
    iodef::{Extension, Incident, vocab::Dtype},
};

const OURS: &str = "urn:sirex:record:1";

fn generated(seed: u64) -> RecordDocument {
    RecordDocument::of(vec![crate::record::generate::record(&Seeded::new(seed)).unwrap()])
}

/// The class and the meaning of each block of ours.
fn meanings(document: &mut IodefDocument) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    class::each_class(document, &Path::root("IODEF-Document"), &mut |class, _| {
        let def = class.def();
        let Some(index) = def.fields.iter().position(|field| field.name == "AdditionalData") else { return };
        let Some(slot) = class.slot(index) else { return };
        for i in 0..slot.len() {
            let Some(View::Class(block)) = slot.get(i).map(|node| node.view()) else { continue };
            let block: &Extension = block.any().downcast_ref().unwrap();
            if block.format_id.as_deref() == Some(OURS) {
                found.insert((def.name.to_owned(), block.meaning.as_deref().unwrap().to_owned()));
            }
        }
    });
    found
}

/// What a partner is sent must be known at the gate: a meaning that no line has would keep the whole document in.
#[test]
fn the_gate_knows_every_block() {
    let mut found = BTreeSet::new();
    for source in (0..60).map(generated).chain(fixtures::fixtures().into_iter().map(|(_, source)| source)) {
        found.extend(meanings(&mut to_iodef(source).0));
    }
    assert!(found.len() > 60, "{found:#?}");
    for name in ["iodef-xml", "iodef-json"] {
        let path = format!("{}/src/gate/paths/{name}.tsv", env!("CARGO_MANIFEST_DIR"));
        let table = fs::read_to_string(path).unwrap();
        // `$party` is the shape of Contact, `$incident` ends in Incident, and so on.
        let known = |(class, meaning): &&(String, String)| {
            table.lines().any(|line| {
                let shape = if class == "Contact" { "$party" } else { class.as_str() };
                let place = line.split("/AdditionalData[@meaning='").next().unwrap_or_default();
                let own = place.ends_with(shape)
                    || (class == "Incident" && place == "$incident")
                    || (class == "Contact" && line.starts_with("$party\t"));
                let of =
                    |listed: &str| listed.split('\'').next().is_some_and(|of| of.split('|').any(|one| one == meaning));
                own && line.split("/AdditionalData[@meaning='").skip(1).any(of)
            })
        };
        let unknown: Vec<_> = found.iter().filter(|block| !known(block)).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:#?}");
    }
}

fn block(meaning: &str, name: Option<&str>, dtype: Dtype, text: &str) -> Extension {
    Extension {
        name: name.map(Into::into),
        dtype: Some(dtype.into()),
        meaning: Some(meaning.into()),
        format_id: Some(OURS.into()),
        content: Some(Verbatim::Text(text.to_owned())),
        ..Extension::default()
    }
}

/// There and back: the blocks must be the same. The record that came of it.
fn back(blocks: Vec<Extension>) -> crate::record::Record {
    let incident = Incident { additional_data: blocks.clone(), ..Incident::default() };
    let (records, account) = from_iodef(IodefDocument { incident: vec![incident], ..IodefDocument::default() });
    assert_eq!(lost(&account), Vec::<&Entry>::new());
    let record = records.records[0].clone();
    let (again, _) = to_iodef(records);
    assert_eq!(again.incident[0].additional_data, blocks);
    record
}

#[test]
fn blocks_are_put_together() {
    let record = back(vec![
        block("phase", None, Dtype::String, "handling"),
        block("asset", Some("assets[0].class"), Dtype::String, "hardware"),
        block("asset", Some("assets[0].location.lang"), Dtype::String, "en"),
        block("asset", Some("assets[1].serial"), Dtype::String, "7"),
        block("perpetrator-insider", None, Dtype::Boolean, "true"),
        block("review", Some("review.detection_to_action.days"), Dtype::Integer, "3"),
    ]);
    assert_eq!(record.phase, Some(crate::record::classification::Phase::Handling));
    assert_eq!(record.assets[1].serial.as_deref(), Some("7"));
    assert_ne!(record.assets[0].id, record.assets[1].id);
    assert_eq!(record.perpetrator.unwrap().insider, Some(true));
    assert_eq!(record.review.unwrap().detection_to_action.unwrap().days, Some(3));
    assert_eq!(record.carried, []);
}

/// Whatever is written otherwise than by us means nothing, and comes back as it was.
#[test]
fn what_we_do_not_write_is_residue() {
    let deep = format!("assets{}", "[0]".repeat(40_000));
    for odd in [
        block("phase", None, Dtype::String, "no such phase"),
        block("phase", None, Dtype::Integer, "1"),
        block("phase", Some("phase[0]"), Dtype::String, "handling"),
        block("phase", Some("strategy"), Dtype::String, "handling"),
        block("asset", Some("assets[4000000000].serial"), Dtype::String, "7"),
        block("asset", Some("assets[1].serial"), Dtype::String, "7"),
        block("asset", Some("assets[0].id"), Dtype::String, "x"),
        block("asset", Some("assets[0].owner"), Dtype::String, "party-1"),
        block("asset", Some("assets[0].nothing"), Dtype::String, "x"),
        block("asset", Some("assets[00].serial"), Dtype::String, "7"),
        block("asset", Some(&deep), Dtype::String, "7"),
        block("asset", Some("assets[0].serial"), Dtype::String, ""),
        block("version", None, Dtype::Integer, "7"),
        block("kind", None, Dtype::String, "event"),
    ] {
        let known = block("lesson", Some("lessons[0].link"), Dtype::String, "x");
        let record = back(vec![odd.clone(), known.clone()]);
        assert!(record.assets.is_empty() && record.phase.is_none() && record.version.is_none(), "{odd:?}");
        assert!(!record.carried.is_empty(), "{odd:?}");
        // Behind what is read it is residue, too.
        let record = back(vec![block("strategy", None, Dtype::String, "protect"), odd.clone()]);
        assert!(record.strategy.is_some() && !record.carried.is_empty(), "{odd:?}");
    }
}

/// A marked thing is marked in each of its blocks, for those who read one at a time.
#[test]
fn blocks_have_the_marking_of_their_element() {
    let mut source = generated(1);
    let record = &mut source.records[0];
    record.assets.truncate(1);
    let tlp = crate::record::base::Marking { tlp: Some(crate::marking::Tlp::Red), ..Default::default() };
    record.assets = vec![crate::record::forms::Asset {
        marking: Some(tlp.clone()),
        serial: Some("7".to_owned()),
        ..Default::default()
    }];
    let (made, _) = to_iodef(source);
    let blocks = made.incident[0].additional_data.iter().filter(|block| block.meaning.as_deref() == Some("asset"));
    let blocks: Vec<&Extension> = blocks.collect();
    assert_eq!(blocks.len(), 2);
    assert!(blocks.iter().all(|block| block.restriction == Some(crate::iodef::vocab::Restriction::Red.into())));
    let (back, _) = from_iodef(made);
    assert_eq!(back.records[0].assets[0].marking, Some(tlp));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Facts of generated records are the same after the way there and back.
    #[test]
    fn facts_come_back(seed: u64) {
        let source = generated(seed);
        let (made, _) = to_iodef(source);
        let (again, account) = to_iodef(from_iodef(made.clone()).0);
        prop_assert_eq!(lost(&account), Vec::<&Entry>::new());
        prop_assert_eq!(&again.incident[0].additional_data, &made.incident[0].additional_data);
    }
}
