use proptest::prelude::*;

use super::*;
use crate::{
    record::{Form, digest, generate, part::Node, write},
    world::Seeded,
};

fn refused(text: &str) -> Finding {
    read(text.as_bytes()).expect_err(text)
}

const ID: &str = r#""id":"3f2a0000-0000-4000-8000-000000000000","kind":"event""#;

fn document(members: &str) -> String {
    format!(r#"{{"sirex-record":1,"records":[{{{ID}{members}}}]}}"#)
}

#[test]
fn the_least_record_is_read() {
    let read = read(document("").as_bytes()).unwrap();
    assert_eq!(read.records.len(), 1);
    let text = String::from_utf8(write(&read, Form::Compact).unwrap()).unwrap();
    assert_eq!(text, format!(r#"{{"sirex-record":1,"document":{{}},"records":[{{{ID}}}]}}"#));
}

#[test]
fn what_the_format_does_not_have_is_refused_with_its_path() {
    for (members, path) in [
        (r#","nothing":1"#, "$.records[0].nothing"),
        (r#","title":null"#, "$.records[0].title"),
        (r#","title":{"text":null}"#, "$.records[0].title.text"),
        (r#","timeline":null"#, "$.records[0].timeline"),
        (r#","status":"open""#, "$.records[0].status"),
        (r#","e409":{"class":5}"#, "$.records[0].e409.class"),
        (r#","timeline":[{},{"at":{"at":"yesterday"}}]"#, "$.records[0].timeline[1].at.at"),
        (r#","costs":[{"amount":12}]"#, "$.records[0].costs[0].amount"),
        (r#","costs":[{"currency":"Euro"}]"#, "$.records[0].costs[0].currency"),
        (r#","number":"TEAM-111-111-112""#, "$.records[0].number"),
        (r#","timeline":[{"id":""}]"#, "$.records[0].timeline[0].id"),
        (r#","kind":"event""#, "$.records[0]"),
        (r#","title":[]"#, "$.records[0].title"),
        (r#","events":{}"#, "$.records[0].events"),
    ] {
        let finding = refused(&document(members));
        assert_eq!((finding.code, finding.path.as_str()), (Code::RecordInvalid, path), "{finding}");
    }
    assert_eq!(refused(r#"{"sirex-record":2,"records":[]}"#).path, "$.sirex-record");
    assert_eq!(refused(r#"[1, []]"#).code, Code::RecordInvalid);
    assert_eq!(refused(r#"{"records":[]}"#).code, Code::RecordInvalid);
    assert_eq!(refused(r#"{"sirex-record":1}"#).code, Code::RecordInvalid);
    assert_eq!(refused(r#"{"sirex-record":1,"records":[{"kind":"event"}]}"#).path, "$.records[0]");
}

#[test]
fn found_and_expected_are_said_once() {
    for (text, said) in [
        (r#"{"sirex-record":2,"records":[]}"#.to_owned(), r#"found "2", expected version 1 of the record format ("#),
        (document(r#","title":7"#), "found invalid type: integer `7`, expected an object (Text) ("),
        (document(r#","nothing":1"#), "found unknown member `nothing`, expected the record format, schemas/"),
    ] {
        let finding = refused(&text).to_string();
        assert!(finding.contains(said) && finding.matches("expected ").count() == 1, "{finding}");
    }
}

#[test]
fn broken_json_is_a_syntax_error_with_its_place() {
    let finding = refused("{\"sirex-record\":1,\n \"records\" 5}");
    assert_eq!(finding.code, Code::JsonSyntax);
    assert_eq!((finding.position.line, finding.position.column), (2, 12));
    assert_eq!(refused(&format!("{} x", document(""))).code, Code::JsonSyntax);
    assert_eq!(refused("").code, Code::JsonSyntax);
    assert_eq!(refused("{").code, Code::JsonSyntax);
}

#[test]
fn elements_get_ids_from_their_place_and_keep_their_own() {
    let text = document(
        r#","timeline":[{},{"id":"timeline-1"},{}],"events":[{"discovery":[{}],"flows":[{"id":"f"}]}],
           "components_affected":[{}]"#,
    );
    let read = read(text.as_bytes()).unwrap();
    let mut ids = Vec::new();
    read.records[0].visit(&mut Place::default(), &mut |_, node| {
        if let Node::Element(id) = node {
            ids.push(id.to_string());
        }
    });
    let expected =
        ["components-affected-1", "events-1", "events-1-discovery-1", "f", "timeline-1.2", "timeline-1", "timeline-3"];
    assert_eq!(ids, expected);
}

#[test]
fn a_place_too_deep_for_an_id_keeps_its_last_steps() {
    let mut place = Place::default();
    (0..40).for_each(|_| place.push(Segment::Member("contacts")));
    place.push(Segment::Index(0));
    let name = name_of(&place);
    assert!(name.parse::<ElementId>().is_ok() && name.ends_with("contacts-1"), "{name}");
}

#[test]
fn the_depth_limit_is_hit_at_one_level_more() {
    let nest = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(refused(&nest(MAX_DEPTH)).code, Code::RecordInvalid);
    let finding = refused(&nest(MAX_DEPTH + 1));
    assert_eq!((finding.code, finding.position.offset), (Code::LimitExceeded, MAX_DEPTH as u64));
    let text = format!("[\"{}\\\"{}\"]", "[".repeat(99), "{".repeat(99));
    assert_eq!(refused(&text).code, Code::RecordInvalid, "brackets in texts are no nesting");
}

/// The deepest nesting that is read, in each way in which a group holds itself, on the stack of a test thread.
#[test]
fn deep_nesting_is_read_or_refused_but_never_overflows() {
    for (list, begin, end, open, close) in [
        ("parties", "", "", r#"{"contacts":["#, "]}"),
        ("indicators", "", "", r#"{"expression":{"terms":["#, "]}}"),
        ("methods", r#"{"structured":["#, "]}", r#"{"parts":["#, "]}"),
    ] {
        for depth in [1, 10, 18, 29, 40, 60, 500] {
            let text = format!(r#","{list}":[{begin}{}{}{end}]"#, open.repeat(depth), close.repeat(depth));
            let result = read(document(&text).as_bytes());
            if depth <= 18 {
                let document = result.unwrap_or_else(|finding| panic!("{list} {depth}: {finding}"));
                assert!(read(&write(&document, Form::Pretty).unwrap()).is_ok());
            } else if depth > 30 {
                assert_eq!(result.unwrap_err().code, Code::LimitExceeded);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_record_reads_back_equal_and_has_one_written_form(seed in any::<u64>()) {
        let record = generate::record(&Seeded::new(seed)).unwrap();
        let again = generate::record(&Seeded::new(seed)).unwrap();
        prop_assert_eq!(&record, &again);
        let written = RecordDocument::of(vec![record, generate::record(&Seeded::new(seed ^ 1)).unwrap()]);
        for form in [Form::Compact, Form::Pretty] {
            let bytes = write(&written, form).unwrap();
            let back = read(&bytes).unwrap();
            prop_assert_eq!(&back, &written);
            prop_assert_eq!(write(&back, form).unwrap(), bytes);
        }
        prop_assert_eq!(digest(&again).unwrap(), digest(&written.records[0]).unwrap());
    }

    #[test]
    fn damaged_bytes_are_refused_or_read(seed in 0_u64..8, cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let document = RecordDocument::of(vec![generate::record(&Seeded::new(seed)).unwrap()]);
        let mut bytes = write(&document, Form::Compact).unwrap();
        let at = cut.index(bytes.len());
        bytes[at] = byte;
        if let Err(finding) = read(&bytes) {
            prop_assert!(finding.position.offset <= bytes.len() as u64);
        }
        bytes.truncate(at);
        prop_assert!(read(&bytes).is_err());
    }
}
