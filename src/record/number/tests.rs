use proptest::prelude::*;

use super::*;
use crate::world::Seeded;

fn prefix(text: &str) -> Prefix {
    text.parse().unwrap()
}

fn number(seed: u64) -> TrackingNumber {
    TrackingNumber::draw(&prefix("SIREX"), &Seeded::new(seed)).unwrap()
}

#[test]
fn numbers_have_one_form_and_read_back() {
    for seed in 0..200 {
        let number = number(seed);
        let text = number.to_string();
        assert_eq!(text.len(), "SIREX-XXX-XXX-XXX".len());
        assert!(text[5..].bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)), "{text}");
        assert_eq!(text.parse(), Ok(number));
    }
}

#[test]
fn every_wrong_character_and_every_exchange_is_found() {
    for seed in 0..20 {
        let text: Vec<u8> = number(seed).to_string().bytes().filter(|byte| *byte != b'-').collect();
        for place in 0..text.len() {
            for other in b'0'..=b'Z' {
                if !other.is_ascii_alphanumeric() || fold(char::from(other)) == fold(char::from(text[place])) {
                    continue;
                }
                let mut wrong = text.clone();
                wrong[place] = other;
                assert_fault(&wrong, Fault::Check);
            }
        }
        for first in 0..text.len() {
            for second in first + 1..text.len() {
                if fold(char::from(text[first])) == fold(char::from(text[second])) {
                    continue;
                }
                let mut wrong = text.clone();
                wrong.swap(first, second);
                assert_fault(&wrong, Fault::Check);
            }
        }
    }
}

fn assert_fault(text: &[u8], fault: Fault) {
    let text = std::str::from_utf8(text).unwrap();
    assert_eq!(TrackingNumber::parse(text).unwrap_err().fault, fault, "{text}");
}

#[test]
fn people_may_write_as_they_like() {
    let number = number(1);
    let text = number.to_string();
    for spelling in [
        text.to_lowercase(),
        text.replace('-', ""),
        text.replace('-', " "),
        text.replace('-', " – "),
        format!("  {text}\n"),
        text.replace('1', "I").replace('0', "O").replace('5', "S").replace('V', "U"),
        text.replace('1', "l").replace('0', "o").replace('S', "5"),
    ] {
        assert_eq!(TrackingNumber::parse(&spelling), Ok(number.clone()), "{spelling}");
    }
    assert_eq!(number.to_string(), text);
}

#[test]
fn documents_have_one_spelling() {
    let number = number(1);
    let read = |text: String| serde_json::from_value::<TrackingNumber>(text.into());
    assert_eq!(read(number.to_string()).unwrap(), number);
    for other in [number.to_string().to_lowercase(), number.to_string().replace('-', "")] {
        assert!(read(other.clone()).is_err(), "{other}");
    }
}

#[test]
fn what_is_no_number_says_why() {
    let text = number(1).to_string();
    assert_fault(b"", Fault::Length);
    assert_fault(b"S-111-111-111", Fault::Length);
    assert_fault(format!("ABCDEFGHIJ{text}").as_bytes(), Fault::Length);
    assert_fault("Ä-SIREX-111-111-111".as_bytes(), Fault::Prefix);
    assert_fault(format!("{}!", &text[..text.len() - 1]).as_bytes(), Fault::Character);
    for bad in ["", "A", "1A", "A-B", "ABCDEFGHIJKLM", "ÄB"] {
        assert!(bad.parse::<Prefix>().is_err(), "{bad}");
    }
    assert_eq!(prefix("abcdefghijkl").as_str(), "ABCDEFGHIJKL");
}

#[test]
fn numbers_are_found_in_subject_lines() {
    let (a, b) = (number(1), number(2));
    let team = TrackingNumber::draw(&prefix("TEAM"), &Seeded::new(3)).unwrap();
    let prefixes = [prefix("SIREX"), prefix("TEAM")];
    let find = |text: &str| -> Vec<String> {
        TrackingNumber::find(text, &prefixes).into_iter().map(|(_, number)| number.to_string()).collect()
    };
    let compact = a.to_string().replace('-', "");
    assert_eq!(find(&format!("Re: [{a}] AW: Ihr Bericht")), [a.to_string()]);
    assert_eq!(
        find(&format!("{b}: and {}, also ({team}).", compact.to_lowercase())),
        [b.to_string(), a.to_string(), team.to_string()]
    );
    assert_eq!(find(&format!("Re: {}", a.to_string().replace('-', " - "))), [a.to_string()]);
    assert_eq!(find(&format!("sirex#{}", &a.to_string()[6..])), [a.to_string()]);
    assert_eq!(find(&a.to_string().replacen('-', "\r\n  ", 1)), [a.to_string()]);
    assert_eq!(find(&a.to_string().replacen('-', "      ", 1)), [""; 0]);
    assert_eq!(find(&format!("x{a}")), [""; 0]);
    assert_eq!(find(&format!("{a}7")), [""; 0]);
    assert_eq!(find(&format!("{a}é")), [""; 0]);
    assert_eq!(find("SIREX SIREX-"), [""; 0]);
    assert_eq!(find("SIREX"), [""; 0]);
    let text = format!("prä {a} post");
    let found = TrackingNumber::find(&text, &prefixes);
    assert_eq!(&text[found[0].0.clone()], a.to_string());
}

#[test]
fn the_draw_is_even_and_not_of_the_clock() {
    let mut counts = [0_u32; 31];
    let stream = Seeded::new(9);
    let mut bodies = std::collections::HashSet::new();
    for _ in 0..4_000 {
        let number = TrackingNumber::draw(&prefix("TEAM"), &stream).unwrap();
        bodies.insert(number.body);
        number.body[..RANDOM].iter().for_each(|byte| counts[value_of(*byte) as usize] += 1);
    }
    assert_eq!(bodies.len(), 4_000);
    // 32,000 characters, 1,032 expected of each; five standard deviations are 158
    assert!(counts.iter().all(|count| (874..=1_190).contains(count)), "{counts:?}");
}

proptest! {
    #[test]
    fn any_text_is_searched_and_parsed_without_harm(text in "\\PC{0,60}") {
        let _ = TrackingNumber::parse(&text);
        for (range, _) in TrackingNumber::find(&text, &[prefix("SIREX")]) {
            prop_assert!(text.get(range).is_some());
        }
    }

    #[test]
    fn a_number_in_any_text_is_found(seed in any::<u64>(), before in "[ -/:-@éπ]{0,8}[ -/]", after in "[ -/:-@][ -/éπ]{0,8}") {
        let number = TrackingNumber::draw(&prefix("SIREX"), &Seeded::new(seed)).unwrap();
        let text = format!("{before}{number}{after}");
        let found = TrackingNumber::find(&text, &[prefix("SIREX")]);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(&found[0].1, &number);
    }
}
