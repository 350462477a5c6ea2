//! Tests of the CBOR entry and exit.

use proptest::prelude::*;

use super::*;
use crate::error::{Code, Finding};

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn read_hex(text: &str) -> Result<Item<'static>, Finding> {
    read(unhex(text).leak(), &Limits::default())
}

fn text(text: &'static str) -> Item<'static> {
    Item::new(Data::Text(text.into()))
}

fn int(value: i128) -> Item<'static> {
    Item::new(Data::Integer(value))
}

fn array(items: impl IntoIterator<Item = Item<'static>>) -> Item<'static> {
    Item::new(Data::Array(items.into_iter().collect()))
}

fn map<'a>(entries: impl IntoIterator<Item = (Item<'a>, Item<'a>)>) -> Item<'a> {
    Item::new(Data::Map(entries.into_iter().collect()))
}

fn float(value: f64) -> Item<'static> {
    Item::new(Data::Float(Float { value, width: Width::Double }))
}

fn bytes(bytes: &'static [u8]) -> Item<'static> {
    Item::new(Data::Bytes(bytes.into()))
}

/// RFC 8949 Appendix A: encoding, meaning, and whether it is the preferred serialization.
fn examples() -> Vec<(&'static str, Item<'static>, bool)> {
    let simple = |value| Item::new(Data::Simple(value));
    let tag = |tag, inner| Item::new(Data::Tag(tag, Box::new(inner)));
    vec![
        ("00", int(0), true),
        ("17", int(23), true),
        ("1818", int(24), true),
        ("190 3e8", int(1000), true),
        ("1a000f4240", int(1_000_000), true),
        ("1bffffffffffffffff", int((1 << 64) - 1), true),
        ("c249010000000000000000", tag(2, bytes(b"\x01\0\0\0\0\0\0\0\0")), true),
        ("3bffffffffffffffff", int(-(1 << 64)), true),
        ("20", int(-1), true),
        ("3863", int(-100), true),
        ("f90000", float(0.0), true),
        ("f98000", float(-0.0), true),
        ("fb3ff199999999999a", float(1.1), true),
        ("f97bff", float(65504.0), true),
        ("fa47c35000", float(100_000.0), true),
        ("f90001", float(5.960_464_477_539_063e-8), true),
        ("f97c00", float(f64::INFINITY), true),
        ("f97e00", float(f64::NAN), true),
        ("fa7f800000", float(f64::INFINITY), false),
        ("fb7ff8000000000000", float(f64::NAN), false),
        ("f4", simple(20), true),
        ("f6", simple(22), true),
        ("f0", simple(16), true),
        ("f8ff", simple(255), true),
        ("c074323031332d30332d32315432303a30343a30305a", tag(0, text("2013-03-21T20:04:00Z")), true),
        ("d818456449455446", tag(24, bytes(b"dIETF")), true),
        ("40", bytes(b""), true),
        ("4401020304", bytes(b"\x01\x02\x03\x04"), true),
        ("60", text(""), true),
        ("62225c", text("\"\\"), true),
        ("64f0908591", text("\u{10151}"), true),
        ("80", array([]), true),
        ("8301820203820405", array([int(1), array([int(2), int(3)]), array([int(4), int(5)])]), true),
        ("a0", map([]), true),
        ("a201020304", map([(int(1), int(2)), (int(3), int(4))]), true),
        ("a26161016162820203", map([(text("a"), int(1)), (text("b"), array([int(2), int(3)]))]), true),
        ("5f42010243030405ff", bytes(b"\x01\x02\x03\x04\x05"), false),
        ("7f657374726561646d696e67ff", text("streaming"), false),
        ("9fff", array([]), false),
        ("9f018202039f0405ffff", array([int(1), array([int(2), int(3)]), array([int(4), int(5)])]), false),
        ("83018202039f0405ff", array([int(1), array([int(2), int(3)]), array([int(4), int(5)])]), false),
        ("bf61610161629f0203ffff", map([(text("a"), int(1)), (text("b"), array([int(2), int(3)]))]), false),
        ("bf6346756ef563416d7421ff", map([(text("Fun"), simple(21)), (text("Amt"), int(-2))]), false),
        ("1b0000000000000001", int(1), false),
    ]
}

#[test]
fn the_examples_of_the_standard() {
    for (hex, item, preferred) in examples() {
        assert_eq!(read_hex(hex).as_ref(), Ok(&item), "{hex}");
        let written = to_vec(&item, Order::AsGiven).unwrap();
        assert_eq!(written == unhex(hex), preferred, "{hex} is written as {written:02x?}");
    }
}

#[test]
fn widths_and_offsets_are_kept() {
    let item = read_hex("85 f93c00 fa3f800000 fb3ff0000000000000 c1 6161 a1 01 02").unwrap();
    let items = item.as_array().unwrap();
    let widths = items[..3].iter().map(|item| match item.data {
        Data::Float(Float { value, width }) => (value, width),
        _ => panic!("no float"),
    });
    assert!(widths.eq([(1.0, Width::Half), (1.0, Width::Single), (1.0, Width::Double)]));
    assert_eq!(items.iter().map(|item| item.offset).collect::<Vec<_>>(), [1, 4, 9, 18, 21]);
    let Data::Tag(1, inner) = &items[3].data else { panic!("no tag") };
    assert_eq!((inner.offset, inner.as_text()), (19, Some("a")));
    assert_eq!(items[4].get(&Data::Integer(1)).map(|item| (item.offset, item.as_integer())), Some((23, Some(2))));
    assert_eq!(items[4].get(&Data::Integer(2)), None);
    for (offset, path) in [(0, "$"), (4, "$[1]"), (19, "$[3]"), (23, "$[4].1")] {
        assert_eq!(item.path(offset), path);
    }
    let named = map([(text("a"), map([(text("b c"), int(1)), (int(-2), int(1)), (array([]), int(1))]))]);
    let written: &'static [u8] = to_vec(&named, Order::AsGiven).unwrap().leak();
    let named = read(written, &Limits::default()).unwrap();
    let offsets: Vec<u64> =
        named.get(&Data::Text("a".into())).unwrap().as_map().unwrap().iter().map(|e| e.1.offset).collect();
    let paths: Vec<String> = offsets.iter().map(|&offset| named.path(offset)).collect();
    assert_eq!(paths, ["$.a[\"b c\"]", "$.a.-2", "$.a.(an array)"]);
}

#[test]
fn kinds() {
    let item = read_hex("89 01 41ff 6161 80 a0 c000 f5 f6 f93c00").unwrap();
    let items = item.as_array().unwrap();
    assert_eq!((items[0].as_integer(), items[0].as_text(), items[0].kind()), (Some(1), None, "an integer"));
    assert_eq!((items[1].as_bytes(), items[1].as_array(), items[1].kind()), (Some(&[0xFF][..]), None, "a byte string"));
    assert_eq!((items[2].as_text(), items[2].as_bytes(), items[2].kind()), (Some("a"), None, "a text string"));
    assert_eq!((items[3].as_array(), items[3].as_map(), items[3].kind()), (Some(&[][..]), None, "an array"));
    assert_eq!((items[4].as_map(), items[4].as_bool(), items[4].kind()), (Some(&[][..]), None, "a map"));
    assert_eq!(items[5].kind(), "a tag");
    assert_eq!((items[6].as_bool(), items[6].as_integer(), items[6].kind()), (Some(true), None, "a boolean"));
    assert_eq!((items[7].kind(), items[8].kind()), ("null", "a floating-point number"));
}

/// Bytes, offset of the finding, path, and a piece of its text. The first block is from RFC 8949 Appendix F.
const REFUSED: &[(&str, u64, &str, &str)] = &[
    ("", 0, "$", "found the end of the input"),
    ("18", 0, "$", "found the end of the input"),
    ("1a010203", 0, "$", "found the end of the input"),
    ("f8", 0, "$", "found the end of the input"),
    ("fb000000", 0, "$", "found the end of the input"),
    ("41", 0, "$", "at most the 0 bytes"),
    ("5affffffff00", 0, "$", "longer string"),
    ("5bffffffffffffffff010203", 0, "$", "longer string"),
    ("7b7fffffffffffffff010203", 0, "$", "longer string"),
    ("81", 0, "$", "a length of 1"),
    ("818181818181818181", 8, "$[0][0][0][0][0][0][0][0]", "a length of 1"),
    ("8200", 0, "$", "a length of 2"),
    ("9a01ff00", 0, "$", "the end of the input"),
    ("9bffffffffffffffff00", 0, "$", "a length of 18446744073709551615"),
    ("a1", 0, "$", "a length of 1"),
    ("a20102", 0, "$", "a length of 2"),
    ("a100", 0, "$", "a length of 1"),
    ("bb7fffffffffffffff0000", 0, "$", "a length of"),
    ("c0", 1, "$", "found the end of the input"),
    ("5f4100", 3, "$", "found the end of the input"),
    ("9f", 1, "$[0]", "found the end of the input"),
    ("9f0102", 3, "$[2]", "found the end of the input"),
    ("bf01020102", 5, "$", "found the end of the input"),
    ("819f81009f9f9fffffff", 10, "$[0][2]", "found the end of the input"),
    ("1c", 0, "$", "without reserved values"),
    ("3d", 0, "$", "without reserved values"),
    ("5e", 0, "$", "without reserved values"),
    ("dc", 0, "$", "without reserved values"),
    ("fc", 0, "$", "without reserved values"),
    ("fe", 0, "$", "without reserved values"),
    ("f800", 0, "$", "the simple value 0 in two bytes"),
    ("f814", 0, "$", "the simple value 20 in two bytes"),
    ("f81f", 0, "$", "the simple value 31 in two bytes"),
    ("5f00ff", 1, "$", "a chunk of the same type"),
    ("5f21ff", 1, "$", "a chunk of the same type"),
    ("5f6100ff", 1, "$", "a chunk of the same type"),
    ("5fc000ff", 1, "$", "a chunk of the same type"),
    ("5fe0ff", 1, "$", "a chunk of the same type"),
    ("7f4100ff", 1, "$", "a chunk of the same type"),
    ("5f5f4100ffff", 1, "$", "a chunk of the same type"),
    ("7f7f6100ffff", 1, "$", "a chunk of the same type"),
    ("ff", 0, "$", "found a break"),
    ("81ff", 1, "$[0]", "found a break"),
    ("8200ff", 2, "$[1]", "found a break"),
    ("a1ff00", 1, "$", "found a break"),
    ("a100ff", 2, "$.0", "found a break"),
    ("9f81ff", 2, "$[0][0]", "found a break"),
    ("bf00ff", 2, "$.0", "found a break"),
    ("bf000000ff", 4, "$.0", "found a break"),
    ("c0ff", 1, "$", "found a break"),
    ("9fc0ffff", 2, "$[0]", "found a break"),
    ("1f", 0, "$", "without reserved values"),
    ("3f", 0, "$", "without reserved values"),
    ("df", 0, "$", "without reserved values"),
    ("0000", 1, "$", "nothing behind the item"),
    ("80ff", 1, "$", "nothing behind the item"),
    ("a10000 f6", 3, "$", "nothing behind the item"),
    // Text.
    ("61ff", 1, "$", "found the byte FF, expected UTF-8"),
    ("6461eda080", 2, "$", "found the byte ED, expected UTF-8"),
    ("8263 61e282 00", 3, "$[0]", "expected UTF-8"),
    ("7f61c3 61bc ff", 2, "$", "expected UTF-8"),
    // Keys: the same integer, text, float and compound however written.
    ("a2 01 00 01 00", 3, "$", "each key once"),
    ("a2 01 00 1801 00", 3, "$", "each key once"),
    ("a2 6161 00 7f6161ff 00", 4, "$", "each key once"),
    ("a2 f93c00 00 fb3ff0000000000000 00", 5, "$", "each key once"),
    ("a2 820102 00 9f0102ff 00", 5, "$", "each key once"),
    ("a2 a201000200 00 bf02000100ff 00", 7, "$", "each key once"),
    ("a2 c101 00 c11801 00", 4, "$", "each key once"),
    ("bf 01 00 02 00 01 00 ff", 5, "$", "each key once"),
    ("81a1 05 a2 20 00 20 00", 6, "$[0].5", "each key once"),
    ("a1 a2 20 00 20 00 00", 4, "$", "each key once"),
];

#[test]
fn the_table_is_refused() {
    for &(hex, offset, path, words) in REFUSED {
        let finding = read_hex(hex).expect_err(hex);
        let code = if words == "longer string" { Code::LimitExceeded } else { Code::CborSyntax };
        assert_eq!(finding.code, code, "{hex}");
        assert!(finding.to_string().contains(words), "{hex}: {finding}");
        assert_eq!((finding.position.offset, finding.path.as_str()), (offset, path), "{hex}: {finding}");
        assert_eq!(finding.position.line, 0);
    }
}

#[test]
fn different_keys_are_different() {
    for hex in [
        "a4 01 00 20 00 f93c00 00 6131 00",
        "a2 4161 00 6161 00",
        "a2 f90000 00 f98000 00",
        "a2 820102 00 820201 00",
        "a2 a10102 00 a10201 00",
        "a2 c101 00 c201 00",
        "a4 80 00 a0 00 8180 00 81a0 00",
        "a2 8101 00 01 00",
        "a2 c001 00 01 00",
        "a3 f4 00 00 00 f6 00",
        "a2 82018102 00 82810102 00",
    ] {
        let finding = read_hex(hex).err();
        assert_eq!(finding, None, "{hex}");
    }
}

#[test]
fn every_limit_holds_to_the_byte() {
    let limits = Limits::default();
    for (hex, name, fits, exceeded) in [
        ("81c080", "depth", Limits { depth: 3, ..limits }, Limits { depth: 2, ..limits }),
        ("43010203", "text_bytes", Limits { text_bytes: 3, ..limits }, Limits { text_bytes: 2, ..limits }),
        ("7f61616162ff", "text_bytes", Limits { text_bytes: 2, ..limits }, Limits { text_bytes: 1, ..limits }),
        ("a201000200", "members", Limits { members: 2, ..limits }, Limits { members: 1, ..limits }),
        ("bf01000200ff", "members", Limits { members: 2, ..limits }, Limits { members: 1, ..limits }),
        ("83010203", "values", Limits { values: 4, ..limits }, Limits { values: 3, ..limits }),
        ("8101", "total_bytes", Limits { total_bytes: 2, ..limits }, Limits { total_bytes: 1, ..limits }),
    ] {
        let bytes = unhex(hex);
        assert!(read(&bytes, &fits).is_ok(), "{name}");
        let finding = read(&bytes, &exceeded).unwrap_err();
        assert_eq!(finding.code, Code::LimitExceeded, "{finding}");
        assert!(finding.expected.contains(&format!("limit {name})")), "{finding}");
    }
}

#[test]
fn deep_nesting_is_refused_in_constant_stack() {
    for head in [&[0x81][..], &[0x9F], &[0xA1, 0x00], &[0xBF, 0x00], &[0xA1], &[0xC1]] {
        let finding = read(&[head.repeat(100_000), vec![0]].concat(), &Limits::default()).unwrap_err();
        assert!(finding.expected.contains("limit depth"), "{finding}");
    }
}

#[test]
fn large_nested_keys_cost_no_more_than_other_items() {
    // Each level is a map of two entries whose first key is the next level.
    let mut bytes = b"\xA2".repeat(60);
    bytes.extend_from_slice(b"\x5A\x00\x10\x00\x00");
    bytes.resize(bytes.len() + (1 << 20), 7);
    bytes.extend(b"\x00\x01\x00".repeat(60));
    assert!(read(&bytes, &Limits::default()).is_ok());
}

#[test]
fn what_cbor_does_not_have_cannot_be_written() {
    for value in [1 << 64, -(1 << 64) - 1, i128::MAX, i128::MIN] {
        assert!(matches!(to_vec(&int(value), Order::AsGiven), Err(WriteError::IntegerRange(v)) if v == value));
    }
    for value in 24..32 {
        assert!(matches!(to_vec(&Item::new(Data::Simple(value)), Order::AsGiven), Err(WriteError::Simple(_))));
    }
    let mut writer = Writer::new(Vec::new(), Order::AsGiven);
    writer.map(2).unwrap();
    writer.text("a").unwrap();
    writer.tag(1).unwrap();
    writer.integer(1).unwrap();
    writer.array(0).unwrap();
    assert!(matches!(writer.finish(), Err(WriteError::Incomplete)));
    let mut writer = Writer::new(Vec::new(), Order::AsGiven);
    writer.array(1).unwrap();
    writer.bytes(b"a").unwrap();
    assert!(matches!(writer.text("b"), Err(WriteError::SecondRoot)));
    assert_eq!(writer.finish().unwrap(), unhex("81 4161"));
    assert!(matches!(Writer::new(Vec::new(), Order::AsGiven).finish(), Err(WriteError::Incomplete)));
}

#[test]
fn sorted_maps_are_deterministic() {
    // RFC 8949 §4.2.1: 10, 100, -1, "z", "aa", [100], [-1], false.
    let keys = [
        Item::new(Data::FALSE),
        array([int(-1)]),
        array([int(100)]),
        text("aa"),
        text("z"),
        int(-1),
        int(100),
        int(10),
    ];
    let item = map(keys.into_iter().map(|key| (key, int(0))));
    let sorted = to_vec(&item, Order::Sorted).unwrap();
    assert_eq!(sorted, unhex("a8 0a00 186400 2000 617a00 62616100 81186400 812000 f400"));
    assert_eq!(to_vec(&read(&sorted, &Limits::default()).unwrap(), Order::AsGiven).unwrap(), sorted);
}

fn any_item() -> impl Strategy<Value = Item<'static>> {
    let leaf = prop_oneof![
        (-(1_i128 << 64)..1 << 64).prop_map(int),
        (-30_i128..30).prop_map(int),
        prop::collection::vec(any::<u8>(), 0..30).prop_map(|bytes| Item::new(Data::Bytes(bytes.into()))),
        ".{0,8}".prop_map(|text| Item::new(Data::Text(text.into()))),
        prop_oneof![0_u8..24, 32_u8..].prop_map(|value| Item::new(Data::Simple(value))),
        any::<f64>().prop_map(float),
        any::<f32>().prop_filter("no NaN", |value| !value.is_nan()).prop_map(|value| float(value.into())),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        let entries = prop::collection::vec((inner.clone(), inner.clone()), 0..5).prop_map(|entries| {
            let mut unique: Vec<(Item<'static>, Item<'static>)> = Vec::new();
            for (key, value) in entries {
                let says = |item: &Item<'_>| to_vec(item, Order::Sorted).unwrap();
                if unique.iter().all(|(known, _)| says(known) != says(&key)) {
                    unique.push((key, value));
                }
            }
            map(unique)
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(array),
            entries,
            (any::<u64>(), inner).prop_map(|(tag, item)| Item::new(Data::Tag(tag, Box::new(item)))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read(item in any_item()) {
        let written = to_vec(&item, Order::AsGiven).unwrap();
        let found = read(&written, &Limits::default());
        prop_assert_eq!(found.as_ref(), Ok(&item));
        let sorted = to_vec(&item, Order::Sorted).unwrap();
        let again = read(&sorted, &Limits::default()).unwrap();
        prop_assert_eq!(to_vec(&again, Order::AsGiven).unwrap(), sorted);
    }

    #[test]
    fn keys_that_say_the_same_are_found(key in any_item(), other in any_item()) {
        let two = |second: Item<'static>| to_vec(&map([(key.clone(), int(0)), (second, int(0))]), Order::AsGiven).unwrap();
        let says = |item: &Item<'_>| to_vec(item, Order::Sorted).unwrap();
        prop_assert!(read(&two(key.clone()), &Limits::default()).is_err());
        let sorted = says(&key);
        let reordered = read(&sorted, &Limits::default()).unwrap();
        let bytes = to_vec(&map([(key.clone(), int(0)), (reordered, int(0))]), Order::AsGiven).unwrap();
        prop_assert!(read(&bytes, &Limits::default()).is_err());
        prop_assert_eq!(read(&two(other.clone()), &Limits::default()).is_err(), says(&key) == says(&other));
    }

    #[test]
    fn changed_documents_are_survived(item in any_item(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut written = to_vec(&item, Order::AsGiven).unwrap();
        let at = at.index(written.len());
        prop_assert!(read(&written[..at], &Limits::default()).is_err(), "a cut document");
        written[at] = byte;
        fuzz(&written);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        fuzz(&bytes);
    }
}
