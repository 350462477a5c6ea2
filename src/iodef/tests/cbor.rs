//! RFC 8727 CBOR, from the same tables as JSON.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    cbor::{self, Data, Item, Order},
    class::SimpleNode as _,
    error::Code,
    iodef::mapkeys::MAPKEYS,
    json,
};

const MINIMAL: &str = r#"{"version": "2.0", "lang": "en", "Incident": [{
    "purpose": "reporting", "restriction": "private",
    "IncidentID": {"id": "492382", "name": "csirt.example.com"},
    "GenerationTime": "2015-07-18T09:00:00-05:00",
    "Contact": [{"type": "organization", "role": "creator", "Email": [{"EmailTo": "contact@csirt.example.com"}]}]}]}"#;

fn read(bytes: &[u8]) -> Decoded {
    decode_cbor(bytes, &cbor::Limits::default()).unwrap()
}

fn read_json(text: &str) -> IodefDocument {
    decode_json(text.as_bytes(), &json::Limits::default()).unwrap().document
}

/// The item under these keys; numbers are places in lists where the item is one.
fn under<'i>(item: &'i Item<'i>, keys: &[i128]) -> &'i Item<'i> {
    keys.iter().fold(item, |item, key| match &item.data {
        Data::Array(items) => &items[usize::try_from(*key).unwrap()],
        _ => item.get(&Data::Integer(*key)).unwrap(),
    })
}

#[test]
fn members_are_numbers_and_values_have_the_types_of_the_standard() {
    let bytes = encode_cbor(&read_json(MINIMAL)).unwrap();
    let item = cbor::read(&bytes, &cbor::Limits::default()).unwrap();
    assert_eq!(under(&item, &[-24]).as_text(), Some("2.0"));
    let incident = under(&item, &[-19, 0]);
    assert_eq!(under(incident, &[2, 18]).as_text(), Some("492382"));
    let time = Item::new(Data::Text("2015-07-18T09:00:00-05:00".into()));
    assert_eq!(under(incident, &[10]).data, Data::Tag(0, Box::new(time)));
    assert_eq!(under(incident, &[14, 0, 34, 0, 41]).as_text(), Some("contact@csirt.example.com"));
    assert_eq!(read(&bytes).document, read_json(MINIMAL));
}

#[test]
fn numbers_urls_and_bytes_have_their_types() {
    let text = r#"{"version": "2.00", "Incident": [{"Assessment": [{"Impact": [{"MonetaryImpact": {"value": 1.5}},
        {"MonetaryImpact": {"value": 0.1}}, {"MonetaryImpact": {"value": 16777217}}]}],
        "Method": [{"Reference": [{"URL": ["https://a.example/"]}],
        "Vulnerability": [{"SpecID": "private", "RawData": ["dGV4dA=="]}]}]}]}"#;
    let document = read_json(text);
    let item = class::to_cbor(&document, &[], MAPKEYS);
    let bytes = cbor::to_vec(&item, Order::AsGiven).unwrap();
    for wanted in [
        &[0xfa, 0x3f, 0xc0, 0x00, 0x00][..],                        // 1.5 as float32
        &[0xfa, 0x3d, 0xcc, 0xcc, 0xcd],                            // 0.1 as float32
        &[0xfb, 0x41, 0x70, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00],    // what float32 does not hold
        &[&[0xd8, 0x20, 0x72][..], b"https://a.example/"].concat(), // uri
        &[&[0xd6, 0x44][..], b"text"].concat(),                     // eb64legacy
    ] {
        assert!(bytes.windows(wanted.len()).any(|part| part == wanted), "{wanted:02x?} is not in {bytes:02x?}");
    }
    assert_eq!(read(&bytes).document, document);
}

/// Names instead of numbers, no tags, bignums, a hash in tag 23: what was meant is clear.
#[test]
fn what_others_write_is_read() {
    let entry = |key: &'static str, value| (Item::new(Data::Text(key.into())), value);
    let text = |text: &'static str| Item::new(Data::Text(text.into()));
    let incident = Item::new(Data::Map(vec![
        entry("purpose", text("reporting")),
        entry("GenerationTime", text("2015-07-18T09:00:00-05:00")),
    ]));
    let map =
        Data::Map(vec![entry("version", text("2.00")), entry("Incident", Item::new(Data::Array(vec![incident])))]);
    let bytes = cbor::to_vec(&Item::new(map), Order::AsGiven).unwrap();
    let decoded = read(&bytes);
    assert_eq!(decoded.document.incident[0].generation_time.as_ref().unwrap().text(), "2015-07-18T09:00:00-05:00");
}

/// Readers would differ about which of the two counts.
#[test]
fn a_member_by_number_and_by_name_is_a_repetition() {
    let key = |data| Item::new(data);
    let text = |text: &'static str| Item::new(Data::Text(text.into()));
    let map = Data::Map(vec![(key(Data::Integer(-24)), text("2.00")), (text("version"), text("2.00"))]);
    let bytes = cbor::to_vec(&Item::new(map), Order::AsGiven).unwrap();
    let finding = decode_cbor(&bytes, &cbor::Limits::default()).unwrap_err();
    assert_eq!((finding.code, finding.position.offset), (Code::JsonDuplicateKey, 7), "{finding}");
}

/// Integers of XML have no bound.
#[test]
fn long_integers_come_back() {
    let long = format!("-1{}", "0".repeat(4_000));
    for port in ["18446744073709551616", "-18446744073709551617", &"9".repeat(40), &long] {
        let event = format!(
            r#""EventData": [{{"System": [{{"Node": {{"DomainData": [{{"system-status": "unknown",
            "domain-status": "unknown", "Name": "x.example"}}]}}, "Service": [{{"Port": {port}}}]}}]}}], "GenerationTime""#
        );
        let document = read_json(&MINIMAL.replace("\"GenerationTime\"", &event));
        let back = read(&encode_cbor(&document).unwrap());
        assert_eq!(back.errors().count(), 0, "{:?}", back.findings);
        assert!(back.document == document, "{port}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_offset() {
    let limits = cbor::Limits::default();
    let refused = |bytes: &[u8]| decode_cbor(bytes, &limits).unwrap_err();
    assert_eq!(refused(b"").code, Code::CborSyntax);
    assert_eq!(refused(&[0x80]).code, Code::ValueInvalid, "no map");
    assert_eq!(refused(&[0xa1, 0x37]).code, Code::CborSyntax, "truncated");
    assert_eq!(refused(&[0xa1, 0xf6, 0x01]).code, Code::ValueInvalid, "null for a key");
    assert_eq!(refused(&[0xa1, 0x37, 0xf7]).code, Code::ValueInvalid, "undefined");
    let unknown = decode_cbor(&[0xa1, 0x19, 0x03, 0xe8, 0x01], &limits).unwrap();
    let finding = unknown.findings.iter().find(|finding| finding.code == Code::ClassUnknownElement).unwrap();
    assert_eq!((finding.position.line, finding.position.offset), (0, 1), "{finding}");
}

/// The name of every member that the tables can make has a number, and no two have one.
#[test]
fn every_member_has_a_number() {
    let (names, numbers): (BTreeSet<_>, BTreeSet<_>) = MAPKEYS.iter().copied().unzip();
    assert_eq!((names.len(), numbers.len()), (207, 207));
    assert_eq!((numbers.first(), numbers.last()), (Some(&-24), Some(&182)));
    let mut without = BTreeSet::new();
    for seed in 0..400 {
        texts_for_keys(&class::to_cbor(&document(seed, 6), &[], MAPKEYS), &mut without);
    }
    assert_eq!(without, BTreeSet::new());
}

fn texts_for_keys(item: &Item<'_>, found: &mut BTreeSet<String>) {
    match &item.data {
        Data::Array(items) => items.iter().for_each(|item| texts_for_keys(item, found)),
        Data::Map(entries) => {
            for (key, value) in entries {
                found.extend(key.as_text().map(str::to_owned));
                texts_for_keys(value, found);
            }
        }
        _ => {}
    }
}

/// Numbers say the same when they are equal, however they are written.
fn same(a: &Leaf, b: &Leaf) -> bool {
    let number = |leaf: &Leaf| match leaf {
        Leaf::Text(text) => text.parse::<f64>().ok(),
        _ => None,
    };
    a == b || (number(a).is_some() && number(a) == number(b))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What JSON can say comes back from CBOR; numbers by their value.
    #[test]
    fn cbor_round_trip(seed: u64, depth in 0usize..7) {
        let mut document = generate(&mut Dice::new(&Seeded::new(seed)).for_json(), depth);
        class::normalise_where(&mut document, &|_, attribute| attribute == "xml:lang");
        let back = read(&encode_cbor(&document).unwrap());
        prop_assert_eq!(of_tables(&back), Vec::<&crate::error::Finding>::new());
        if class::unsayable(&document).is_empty() {
            let (came, went) = (all_leaves(&back.document), all_leaves(&document));
            prop_assert_eq!(came.len(), went.len());
            for ((at, leaf), (was_at, was)) in came.iter().zip(&went) {
                prop_assert!(at == was_at && same(leaf, was), "{} {:?} was {} {:?}", at, leaf, was_at, was);
            }
        }
    }

    /// No bytes make the reader panic.
    #[test]
    fn broken_cbor_does_not_panic(seed: u64, at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let document = generate(&mut Dice::new(&Seeded::new(seed)).for_json(), 4);
        let mut bytes = encode_cbor(&document).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        fuzz_cbor(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        fuzz_cbor(&bytes);
    }
}
