//! Any pattern that can be built is printed and read as it is, and any text is read or refused.

use proptest::prelude::*;

use super::{patterns, read};
use crate::{
    stix::{fuzz_pattern, pattern::*},
    time::WireTime,
};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "['\\\\ a-zA-Z_.\\[\\]*-]{0,8}", "AND|true|IN|b|h|t|name|SHA-256|a_ref"]
}

fn path() -> impl Strategy<Value = ObjectPath> {
    let step = prop_oneof![text().prop_map(Step::Key), (0..1_u64 << 53).prop_map(Step::Index), Just(Step::Every),];
    let object = "[a-z_][a-z0-9_-]{0,8}".prop_filter("words", |name| name != "true" && name != "false");
    (object, text(), prop::collection::vec(step, 0..4)).prop_map(|(object, property, steps)| {
        steps.into_iter().fold(ObjectPath::new(object, property).unwrap(), ObjectPath::step)
    })
}

fn time() -> impl Strategy<Value = Constant> {
    (0..253_402_300_000_i64, 0..10_u8).prop_map(|(second, digits)| {
        let instant = jiff::Timestamp::new(second.min(253_400_000_000), 123_456_789).unwrap();
        Constant::timestamp(WireTime::with_precision(instant, digits).as_str()).unwrap()
    })
}

fn number() -> impl Strategy<Value = Constant> {
    let float = any::<f64>().prop_filter("finite", |float| float.is_finite());
    prop_oneof![
        (-(1_i64 << 53) + 1..1 << 53).prop_map(|number| Constant::integer(number).unwrap()),
        float.prop_map(|number| Constant::float(number).unwrap()),
        (-1000..1000_i32).prop_map(|number| Constant::float(f64::from(number) / 8.0).unwrap()),
    ]
}

fn constant() -> impl Strategy<Value = Constant> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..6);
    prop_oneof![
        text().prop_map(Constant::string),
        number(),
        any::<bool>().prop_map(Constant::boolean),
        bytes().prop_map(Constant::binary),
        bytes().prop_map(Constant::hex),
        time(),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    let kinds =
        prop_oneof![
            (path(), prop::sample::select(Operator::ALL.to_vec()), constant()).prop_map(
                |(path, operator, constant)| {
                    Test::new(path.clone(), operator, constant).unwrap_or_else(|_| Test::equals(path, "text"))
                }
            ),
            (path(), prop::sample::select(Operator::ALL.to_vec()), text())
                .prop_map(|(path, operator, text)| Test::new(path, operator, Constant::string(text)).unwrap()),
            (path(), prop::collection::vec(text().prop_map(Constant::string), 1..4))
                .prop_map(|(path, constants)| Test::one_of(path, constants).unwrap()),
            path().prop_map(Test::exists),
        ];
    (kinds, any::<bool>()).prop_map(|(test, negated)| if negated { test.negate() } else { test })
}

fn comparison() -> impl Strategy<Value = Comparison> {
    test().prop_map(Comparison::from).prop_recursive(4, 12, 3, |inner| {
        (prop::collection::vec(inner, 1..4), any::<bool>()).prop_map(|(parts, all)| match all {
            true => Comparison::all(parts).unwrap(),
            false => Comparison::any(parts).unwrap(),
        })
    })
}

fn qualifiers() -> impl Strategy<Value = Vec<Qualifier>> {
    let within = number().prop_map(|number| Qualifier::within(number).ok());
    let repeats = (1..1000_i64).prop_map(|times| Qualifier::repeats(Constant::integer(times).unwrap()).ok());
    let times = (time(), time()).prop_map(|(start, stop)| Qualifier::start_stop(start, stop).ok());
    let some = (prop::option::of(within), prop::option::of(repeats), prop::option::of(times));
    let some = some.prop_map(|(within, repeats, times)| {
        [within, times, repeats].into_iter().flatten().flatten().collect::<Vec<_>>()
    });
    some.prop_shuffle()
}

fn observation() -> impl Strategy<Value = Observation> {
    let one = (comparison(), qualifiers())
        .prop_map(|(comparison, qualifiers)| Observation::one(comparison).group(qualifiers).unwrap());
    one.prop_recursive(4, 8, 3, |inner| {
        (prop::collection::vec(inner, 1..4), 0..3, prop::option::of(qualifiers())).prop_map(
            |(parts, join, qualifiers)| {
                let joined = match join {
                    0 => Observation::all(parts),
                    1 => Observation::any(parts),
                    _ => Observation::in_turn(parts),
                };
                joined.unwrap().group(qualifiers.unwrap_or_default()).unwrap()
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_pattern_is_read_as_it_was_built(observation in observation()) {
        let pattern = Pattern::new(observation);
        let printed = pattern.to_string();
        let again = Pattern::parse(&printed).unwrap();
        prop_assert_eq!(&again.pattern, &pattern, "{}", printed);
        prop_assert_eq!(again.pattern.to_string(), printed);
        prop_assert!(again.spellings.is_empty());
    }

    /// Text that was changed, and pieces of the language in any order.
    #[test]
    fn any_text_is_read_or_refused(
        pattern in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), c in any::<char>(),
        pieces in prop::collection::vec(prop::sample::select(vec![
            "[", "]", "(", ")", "file:name", "=", "'a'", "AND", "OR", "FOLLOWEDBY", "NOT", "IN", ",", "5", "-1.5",
            "t'2016-06-01T00:00:00Z'", "START", "STOP", "WITHIN", "SECONDS", "REPEATS", "TIMES", "EXISTS", "LIKE", "true",
        ]), 0..16),
    ) {
        fuzz_pattern(pieces.join(" ").as_bytes());
        let patterns = patterns();
        let mut text: Vec<char> = pattern.get(&patterns).chars().collect();
        if !text.is_empty() {
            let place = at.index(text.len());
            text[place] = c;
        }
        fuzz_pattern(text.into_iter().collect::<String>().as_bytes());
    }
}

/// A text is read in time that grows with it, whatever it is made of: these would take hours if it grew with the square.
#[test]
fn long_texts_are_read_in_one_pass() {
    let long = |piece: &str| piece.repeat(PATTERN_BYTES / piece.len() - 64);
    let names: String = (0..PATTERN_COMPARISONS - 1).map(|nth| format!(" AND x{nth}:{} = 1", "y".repeat(80))).collect();
    for text in [
        format!("[file:name{}", long(".a")),
        format!("[file:name{} = 1]", long("[0]")),
        format!("[network-traffic:src_ref{}.value = 1]", long(".resolves_to_refs[*]")),
        format!("[file:name IN (1{})]", long(",1")),
        format!("[file:hashes.MD5 IN ('a'{})]", long(",'a'")),
        format!("[file:name = 1] {}", long("/**/")),
        format!("[file:name MATCHES '{}']", long("[[:")),
        format!("[x:a = 1{names}]"),
    ] {
        let text = if text.len() > PATTERN_BYTES { &text[..PATTERN_BYTES] } else { &text };
        fuzz_pattern(text.as_bytes());
    }
    assert_eq!(read("[a:b=1]").to_string(), "[a:b = 1]");
}
