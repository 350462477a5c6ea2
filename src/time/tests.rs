use proptest::prelude::*;

use super::*;

fn time(text: &str) -> WireTime {
    text.parse().unwrap()
}

#[test]
fn each_grammar_takes_its_own() {
    for (text, xsd, rfc3339) in [
        ("2026-03-01T12:00:00Z", true, true),
        ("2026-03-01T12:00:00.123456789012Z", true, true),
        ("2026-03-01T12:00:00+14:00", true, true),
        ("2026-03-01T12:00:00-00:00", true, true),
        ("2026-03-01T12:00:00+14:01", false, true),
        ("2026-03-01t12:00:00z", false, true),
        ("2026-03-01T12:00:00", true, false),
        ("2026-03-01T24:00:00Z", true, false),
        ("2026-03-01T24:00:00.000Z", true, false),
        ("2016-12-31T23:59:60Z", false, true),
        ("2016-12-31T15:59:60.5-08:00", false, true),
        ("9999-12-31T23:59:59Z", true, true),
        ("0000-01-01T00:00:00Z", true, true),
        ("10000-01-01T00:00:00Z", true, false),
        ("-0044-03-15T12:00:00Z", true, false),
        ("2024-02-29T00:00:00Z", true, true),
    ] {
        let read = time(text);
        assert_eq!((read.is_xsd(), read.is_rfc3339()), (xsd, rfc3339), "{text}");
        assert_eq!(WireTime::parse(text, Grammar::Xsd).is_ok(), xsd, "{text}");
        assert_eq!(WireTime::parse(text, Grammar::Rfc3339).is_ok(), rfc3339, "{text}");
        assert_eq!(read.as_str(), text);
        assert_eq!(serde_json::from_str::<WireTime>(&serde_json::to_string(&read).unwrap()).unwrap(), read);
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "2026",
        "2026-03-01",
        "2026-03-01 12:00:00Z",
        "2026-3-1T12:00:00Z",
        "2026-03-01T12:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01T24:00:01Z",
        "2026-03-01T24:00:00.001Z",
        "2026-03-01T12:60:00Z",
        "2026-03-01T12:00:61Z",
        "2026-03-01T12:00:60Z",
        "2026-03-01T23:59:60",
        "2026-03-01T23:59:60+01:00",
        "2026-03-01T12:00:00.Z",
        "2026-03-01T12:00:00,5Z",
        "2026-03-01T12:00:00+1:00",
        "2026-03-01T12:00:00+24:00",
        "2026-03-01T12:00:00+01:60",
        "2026-03-01T12:00:00+0100",
        "2026-03-01T12:00:00Z ",
        " 2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00ZZ",
        "+2026-03-01T12:00:00Z",
        "-0000-03-01T12:00:00Z",
        "02026-03-01T12:00:00Z",
        "1234567890-03-01T12:00:00Z",
        "2026-03-01t12:00:00",
        "２026-03-01T12:00:00Z",
        "2026-03-01T12:00:00Zé",
    ] {
        assert!(text.parse::<WireTime>().is_err(), "{text:?} was read");
    }
}

#[test]
fn the_longest_text_is_read_and_one_byte_more_is_not() {
    let fits = format!("2026-03-01T12:00:00.{}Z", "1".repeat(MAX_TIME_BYTES - 21));
    assert_eq!(fits.len(), MAX_TIME_BYTES);
    assert_eq!(time(&fits).fraction_digits(), MAX_TIME_BYTES - 21);
    assert!(fits.replacen('1', "11", 1).parse::<WireTime>().is_err());
}

#[test]
fn never_is_storable_and_later_than_everything_usual() {
    let never = time("9999-12-31T23:59:59Z");
    assert_eq!(never.to_timestamp(), None);
    assert_eq!(never.cmp_instant(&time("2026-03-01T12:00:00Z")), Some(Ordering::Greater));
    assert_eq!(never.cmp_instant(&time("10000-01-01T00:00:00Z")), Some(Ordering::Less));
}

#[test]
fn instants_compare_across_forms() {
    for (left, right, order) in [
        ("2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00", Ordering::Equal),
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z", Ordering::Equal),
        ("2026-03-01T12:00:00.1Z", "2026-03-01T12:00:00.09Z", Ordering::Greater),
        ("2026-03-01T24:00:00Z", "2026-03-02T00:00:00Z", Ordering::Equal),
        ("2016-12-31T23:59:59.999Z", "2016-12-31T23:59:60Z", Ordering::Less),
        ("2016-12-31T23:59:60.9Z", "2017-01-01T00:00:00Z", Ordering::Less),
        ("-0001-12-31T23:59:59Z", "0000-01-01T00:00:00Z", Ordering::Less),
    ] {
        assert_eq!(time(left).cmp_instant(&time(right)), Some(order), "{left} {right}");
        assert_eq!(time(right).cmp_instant(&time(left)), Some(order.reverse()), "{left} {right}");
    }
    let naive = time("2026-03-01T12:00:00");
    assert_eq!(naive.zone(), Zone::Unknown);
    assert_eq!(naive.cmp_instant(&naive), None);
    assert_eq!(naive.to_timestamp(), None);
    assert_ne!(time("2026-03-01T12:00:00Z"), time("2026-03-01T12:00:00.0Z"));
}

#[test]
fn the_leap_second_becomes_the_next_second() {
    assert_eq!(
        time("2016-12-31T23:59:60.5Z").to_timestamp(),
        Some("2017-01-01T00:00:00Z".parse::<Timestamp>().unwrap())
    );
}

#[test]
fn precision_is_as_asked() {
    let instant: Timestamp = "2026-03-01T12:00:00.123456789Z".parse().unwrap();
    assert_eq!(WireTime::from_timestamp(instant).as_str(), "2026-03-01T12:00:00Z");
    assert_eq!(WireTime::with_precision(instant, 3).as_str(), "2026-03-01T12:00:00.123Z");
    assert_eq!(WireTime::with_precision(instant, 12).as_str(), "2026-03-01T12:00:00.123456789Z");
    assert_eq!(WireTime::from_timestamp(Timestamp::MIN).as_str(), "-9999-01-02T01:59:59Z");
}

proptest! {
    /// jiff is the oracle for the calendar.
    #[test]
    fn timestamps_round_trip(second in -377_705_023_201_i64..=253_402_207_200, nanos in 0_i32..1_000_000_000) {
        let instant = Timestamp::new(second, nanos).unwrap();
        let wire = WireTime::with_precision(instant, 9);
        prop_assert_eq!(wire.to_timestamp(), Some(instant));
        let again: WireTime = wire.as_str().parse().unwrap();
        prop_assert_eq!(&again, &wire);
        prop_assert_eq!(again.parts, wire.parts);
        if wire.is_rfc3339() && second >= -62_167_219_200 {
            prop_assert_eq!(format!("{instant:.9}"), wire.as_str());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        let _ = text.parse::<WireTime>();
    }

    #[test]
    fn near_times_are_read_or_refused(text in "-?[0-9]{1,6}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,5})?[Zz+-]?([0-9]{2}:[0-9]{2})?") {
        if let Ok(time) = text.parse::<WireTime>() {
            prop_assert_eq!(time.as_str(), text);
            prop_assert!(time.is_xsd() || time.is_rfc3339());
        }
    }
}
