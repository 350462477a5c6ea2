//! Patterns: what is read and what is not, what is printed, the limits, and what is found beside the types.

mod arbitrary;
mod found;

use crate::stix::pattern::*;

const TABLE: &str = "fixtures/stix/patterns.tsv";

/// The patterns of the table, without what it says of them.
fn patterns() -> Vec<String> {
    let text = std::fs::read_to_string(format!("{}/{TABLE}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    text.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

fn read(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).pattern
}

/// `SIREX_BLESS=1` rewrites what the table says of its patterns; that is to be judged by §9, line by line.
#[test]
fn patterns_are_read_and_printed_as_the_table_says() {
    let line = |text: String| match Pattern::parse(&text) {
        _ if text.starts_with('#') && text.contains(": ") => text,
        _ if text == "# pattern" => format!("{text}\tcanonical text, or byte: found; expected"),
        Ok(Parsed { pattern, spellings }) => {
            let mut line = format!("{text}\t{pattern}");
            for spelling in spellings {
                line.push_str(&format!("\tbyte {}: {}", spelling.at, spelling.found));
            }
            line
        }
        Err(_) if text.starts_with('#') => text,
        Err(error) => format!("{text}\t{error}"),
    };
    let lines: Vec<String> = patterns().into_iter().map(line).collect();
    crate::config::stale(TABLE, &format!("{}\n", lines.join("\n")));
}

/// What is printed is read as the same tree, and printed the same.
#[test]
fn what_is_printed_is_canonical() {
    let mut read = 0;
    for text in patterns() {
        let Ok(Parsed { pattern, .. }) = Pattern::parse(&text) else { continue };
        let printed = pattern.to_string();
        let again = Pattern::parse(&printed).unwrap();
        assert_eq!((again.pattern.to_string(), again.spellings), (printed, vec![]), "{text}");
        assert_eq!(again.pattern, pattern, "{text}");
        read += 1;
    }
    assert!(read >= 50, "{read}");
}

/// White space of Unicode between pieces, and none where a sign stands.
#[test]
fn white_space_says_nothing() {
    let spaced = "\n[\u{a0}file\t:\r\nname\u{2003}. 'x' [ 0 ]\u{3000}NOT\u{85}IN( 'a' ,\u{1680}'b')]\u{2029}REPEATS\u{b}2 TIMES ";
    assert_eq!(read(spaced).to_string(), "[file:name.x[0] NOT IN ('a', 'b')] REPEATS 2 TIMES");
    let binary = read("[artifact:payload_bin = b'QU\nJD']");
    assert_eq!(binary.to_string(), "[artifact:payload_bin = b'QUJD']");
}

#[test]
fn places_are_bytes_of_the_text() {
    let pattern =
        read("[file:name = 'é' AND file:size = 5] START t'2016-06-01T00:00:00Z' STOP t'2016-07-01T00:00:00Z'");
    let Observed::One(comparison) = pattern.observation().observed() else { panic!() };
    let Compared::All(parts) = comparison.compared() else { panic!() };
    let places: Vec<_> = parts
        .iter()
        .map(|part| match part.compared() {
            Compared::Test(test) => (test.path().at.0, test.constants()[0].at.0),
            _ => panic!(),
        })
        .collect();
    assert_eq!(places, [(1, 13), (22, 34)]);
    assert_eq!(pattern.observation().qualifiers()[0].at.0, 37);
}

/// What a translator needs: build a pattern, and see that one is plain.
#[test]
fn patterns_are_built_and_taken_apart() {
    let path = |object: &str, keys: &[&str]| {
        let first = ObjectPath::new(object, keys[0]).unwrap();
        keys[1..].iter().fold(first, |path, key| path.key(*key))
    };
    let hash = Test::equals(path("file", &["hashes", "SHA-256"]), "aa");
    let name = Test::equals(path("file", &["name"]), r"it's C:\x");
    let one = Pattern::of(hash.clone().into());
    assert_eq!(one.to_string(), "[file:hashes.'SHA-256' = 'aa']");
    let (whole, constant) = one.equality().unwrap();
    assert_eq!((whole.object(), whole.keys().unwrap()), ("file", vec!["hashes", "SHA-256"]));
    assert_eq!(constant.as_str(), Some("aa"));

    let both = Comparison::all(vec![hash.clone().into(), name.into()]).unwrap();
    let either = Pattern::of(Comparison::any(vec![both, hash.clone().negate().into()]).unwrap());
    let text = r"[file:hashes.'SHA-256' = 'aa' AND file:name = 'it\'s C:\\x' OR file:hashes.'SHA-256' NOT = 'aa']";
    assert_eq!(either.to_string(), text);
    assert_eq!(read(text), either);
    assert_eq!(either.equality(), None);
    let Compared::Any(parts) = either.comparison().unwrap().compared() else { panic!() };
    let Compared::All(parts) = parts[0].compared() else { panic!() };
    assert_eq!(parts.len(), 2);

    let seconds = || Qualifier::within(Constant::integer(5).unwrap()).unwrap();
    let qualified = Observation::one(hash.into()).qualify(seconds()).unwrap();
    assert_eq!(Pattern::new(qualified.clone()).comparison(), None);
    assert!(qualified.clone().qualify(seconds()).is_err());
    assert_eq!(
        qualified.group(vec![seconds()]).unwrap().to_string(),
        "([file:hashes.'SHA-256' = 'aa'] WITHIN 5 SECONDS) WITHIN 5 SECONDS"
    );
}

#[test]
fn what_is_no_pattern_is_not_built() {
    let path = || ObjectPath::new("file", "size").unwrap();
    for object in ["", "5a", "a b", "AND", "true", "é", "a:b"] {
        assert!(ObjectPath::new(object, "x").is_err(), "{object}");
    }
    assert!(Constant::integer(1 << 53).is_err());
    assert!(Constant::float(f64::NAN).is_err() && Constant::float(f64::INFINITY).is_err());
    assert!(Constant::timestamp("2016-06-01").is_err());
    assert!(Test::new(path(), Operator::Less, Constant::boolean(true)).is_err());
    assert!(Test::new(path(), Operator::Matches, Constant::hex([1])).is_err());
    assert!(Test::one_of(path(), vec![]).is_err());
    assert!(Test::one_of(path(), vec![Constant::boolean(true), Constant::string("a")]).is_err());
    assert!(Comparison::all(vec![]).is_err() && Comparison::any(vec![]).is_err());
    assert!(Observation::all(vec![]).is_err() && Observation::in_turn(vec![]).is_err());
    assert!(Qualifier::within(Constant::string("5")).is_err());
    assert!(Qualifier::repeats(Constant::integer(0).unwrap()).is_err());
    assert!(Qualifier::start_stop(Constant::string("5"), Constant::string("6")).is_err());
}

/// Each limit is held where it is reached, and not before.
#[test]
fn limits_are_held() {
    let limit = |text: String| match Pattern::parse(&text) {
        Ok(_) => None,
        Err(error) => {
            assert!(error.limit, "{error}");
            Some(error.expected.rsplit(' ').next().unwrap().to_owned())
        }
    };
    let deep = |levels: usize| format!("[{}file:size = 1{}]", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(limit(deep(PATTERN_DEPTH)), None);
    assert_eq!(limit(deep(PATTERN_DEPTH + 1)).as_deref(), Some("pattern_depth)"));
    assert_eq!(limit("(".repeat(PATTERN_BYTES)).as_deref(), Some("pattern_depth)"));
    let long = |comparisons: usize| format!("[{}]", vec!["file:size = 1"; comparisons].join(" OR "));
    assert_eq!(limit(long(PATTERN_COMPARISONS)), None);
    assert_eq!(limit(long(PATTERN_COMPARISONS + 1)).as_deref(), Some("pattern_comparisons)"));
    let wide = |bytes: usize| format!("[file:name = '{}']", "x".repeat(bytes - 16));
    assert_eq!(limit(wide(PATTERN_BYTES)), None);
    assert_eq!(limit(wide(PATTERN_BYTES + 1)).as_deref(), Some("pattern_bytes)"));

    let test = || Comparison::from(Test::exists(ObjectPath::new("file", "size").unwrap()));
    assert!(Comparison::any(vec![test(); PATTERN_COMPARISONS]).is_ok());
    assert!(Comparison::any(vec![test(); PATTERN_COMPARISONS + 1]).unwrap_err().limit);
    let nest = |levels: usize| {
        (0..levels).try_fold(test(), |inner, level| {
            if level % 2 == 0 { Comparison::all(vec![test(), inner]) } else { Comparison::any(vec![test(), inner]) }
        })
    };
    assert!(nest(PATTERN_DEPTH + 1).unwrap_err().limit);
    let deepest = Pattern::of(nest(PATTERN_DEPTH).unwrap());
    assert_eq!(read(&deepest.to_string()), deepest);
}
