//! Everything that must be refused, and every limit.

use std::io::{BufReader, Cursor};

use super::*;
use crate::error::Finding;

/// All ways in give the same finding; it is returned.
fn refuse(bytes: &[u8], limits: &Limits) -> Finding {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let checked = check(bytes, limits).expect_err(&shown);
    assert_eq!(Document::parse(bytes, limits).map(|_| ()), Err(checked.clone()), "{shown}");
    assert_eq!(Outline::build(&mut Cursor::new(bytes), AnyList, limits, 0).map(|_| ()), Err(checked.clone()));
    assert_eq!(from_slice::<serde_json::Value>(bytes, limits), Err(checked.clone()));
    checked
}

/// Document, code, column, path, and a piece of the finding's text.
const REFUSED: &[(&str, Code, u64, &str, &str)] = &[
    ("", Code::JsonSyntax, 1, "$", "found the end of the input, expected a value"),
    (" \n", Code::JsonSyntax, 1, "$", "found the end of the input, expected a value"),
    ("{", Code::JsonSyntax, 2, "$", "expected a member name in quotes or '}'"),
    ("[", Code::JsonSyntax, 2, "$[0]", "expected a value"),
    ("[1", Code::JsonSyntax, 3, "$[0]", "expected ',' or ']'"),
    ("[1,", Code::JsonSyntax, 4, "$[1]", "expected a value"),
    ("[1,]", Code::JsonSyntax, 4, "$[1]", "found ']', expected a value"),
    ("[,1]", Code::JsonSyntax, 2, "$[0]", "found ',', expected a value"),
    ("[1 2]", Code::JsonSyntax, 4, "$[0]", "expected ',' or ']'"),
    ("[1}", Code::JsonSyntax, 3, "$[0]", "found '}', expected ',' or ']'"),
    ("{]", Code::JsonSyntax, 2, "$", "a member name"),
    ("{\"a\"", Code::JsonSyntax, 5, "$.a", "expected ':'"),
    ("{\"a\":", Code::JsonSyntax, 6, "$.a", "expected a value"),
    ("{\"a\":}", Code::JsonSyntax, 6, "$.a", "expected a value"),
    ("{\"a\":1", Code::JsonSyntax, 7, "$.a", "expected ',' or '}'"),
    ("{\"a\":1,", Code::JsonSyntax, 8, "$.a", "a member name in quotes"),
    ("{\"a\":1,}", Code::JsonSyntax, 8, "$.a", "a member name in quotes"),
    ("{\"a\" 1}", Code::JsonSyntax, 6, "$.a", "expected ':'"),
    ("{\"a\",1}", Code::JsonSyntax, 5, "$.a", "expected ':'"),
    ("{a:1}", Code::JsonSyntax, 2, "$", "a member name in quotes"),
    ("{'a':1}", Code::JsonSyntax, 2, "$", "a member name in quotes"),
    ("{1:1}", Code::JsonSyntax, 2, "$", "a member name in quotes"),
    ("]", Code::JsonSyntax, 1, "$", "expected a value"),
    ("1 2", Code::JsonSyntax, 3, "$", "nothing behind the value"),
    ("{}{}", Code::JsonSyntax, 3, "$", "nothing behind the value"),
    ("[]]", Code::JsonSyntax, 3, "$", "nothing behind the value"),
    ("null,", Code::JsonSyntax, 5, "$", "nothing behind the value"),
    ("true\0", Code::JsonSyntax, 5, "$", "the byte 00, expected nothing"),
    ("// c\n1", Code::JsonSyntax, 1, "$", "expected a value"),
    ("\u{FEFF}{}", Code::JsonSyntax, 1, "$", "without a byte order mark"),
    ("{}\u{FEFF}", Code::JsonSyntax, 3, "$", "nothing behind the value"),
    ("\u{A0}1", Code::JsonSyntax, 1, "$", "expected a value"),
    ("nul", Code::JsonSyntax, 1, "$", "expected null"),
    ("True", Code::JsonSyntax, 1, "$", "expected a value"),
    ("truee", Code::JsonSyntax, 5, "$", "nothing behind the value"),
    ("tru3", Code::JsonSyntax, 1, "$", "expected true"),
    ("NaN", Code::JsonSyntax, 1, "$", "expected a value"),
    ("Infinity", Code::JsonSyntax, 1, "$", "expected a value"),
    ("-Infinity", Code::JsonSyntax, 1, "$", "expected a number"),
    ("01", Code::JsonSyntax, 2, "$", "nothing behind the value"),
    ("-", Code::JsonSyntax, 1, "$", "expected a number"),
    ("-01", Code::JsonSyntax, 3, "$", "nothing behind the value"),
    ("+1", Code::JsonSyntax, 1, "$", "expected a value"),
    (".5", Code::JsonSyntax, 1, "$", "expected a value"),
    ("1.", Code::JsonSyntax, 1, "$", "expected a number"),
    ("1.e1", Code::JsonSyntax, 1, "$", "expected a number"),
    ("1e", Code::JsonSyntax, 1, "$", "expected a number"),
    ("1e+", Code::JsonSyntax, 1, "$", "expected a number"),
    ("0x1", Code::JsonSyntax, 2, "$", "nothing behind the value"),
    ("\"", Code::JsonSyntax, 1, "$", "a closing quote"),
    ("\"\\\"", Code::JsonSyntax, 1, "$", "a closing quote"),
    ("\"\\", Code::JsonSyntax, 2, "$", "another escape"),
    ("\"a\nb\"", Code::JsonSyntax, 3, "$", "as escapes"),
    ("\"\t\"", Code::JsonSyntax, 2, "$", "as escapes"),
    ("\"\\x\"", Code::JsonSyntax, 2, "$", "another escape"),
    ("\"\\u12\"", Code::JsonSyntax, 2, "$", "four hexadecimal digits"),
    ("\"\\u+123\"", Code::JsonSyntax, 2, "$", "four hexadecimal digits"),
    ("\"é\\ud800\"", Code::JsonSyntax, 3, "$", "the lone surrogate \\uD800"),
    ("\"\\udc00\"", Code::JsonSyntax, 2, "$", "the lone surrogate \\uDC00"),
    ("\"\\ud800\\n\"", Code::JsonSyntax, 2, "$", "the lone surrogate \\uD800"),
    ("\"\\ud800\\ud800\"", Code::JsonSyntax, 2, "$", "the lone surrogate \\uD800"),
    ("\"\\ud83dx\"", Code::JsonSyntax, 2, "$", "the lone surrogate \\uD83D"),
    ("{\"\\udfff\":1}", Code::JsonSyntax, 3, "$['']", "the lone surrogate \\uDFFF"),
    ("{\"a\":1,\"a\":1}", Code::JsonDuplicateKey, 8, "$.a", "each name once"),
    ("{\"a\":1,\"\\u0061\":1}", Code::JsonDuplicateKey, 8, "$.a", "each name once"),
    ("{\"\":1,\"\":1}", Code::JsonDuplicateKey, 7, "$['']", "each name once"),
    ("[0,{\"x\":{\"a\":1,\"b\":{\"a\":{}},\"a\":1}}]", Code::JsonDuplicateKey, 29, "$[1].x.a", "each name once"),
];

#[test]
fn the_table_is_refused() {
    for &(text, code, column, path, words) in REFUSED {
        let finding = refuse(text.as_bytes(), &Limits::default());
        let message = finding.to_string();
        assert_eq!(finding.code, code, "{text}: {message}");
        assert!(message.contains(words), "{text}: {message}");
        assert_eq!(finding.position.column, column, "{text}: {message}");
        assert_eq!(finding.path, path, "{text}");
    }
}

#[test]
fn other_encodings_are_refused() {
    for bytes in [
        &b"\xFE\xFF\0{\0}"[..],
        b"\xFF\xFE{\0}\0",
        b"\0{\0}",
        b"{\0}\0",
        b"\"\xE9\"",
        b"\"\xC0\x80\"",
        b"\"\xED\xA0\x80\"",
        b"\"\xF4\x90\x80\x80\"",
        b"\"\xE2\x82\"",
        b"\"\xE2\x82",
        b"{\"\xFF\":1}",
        b"\xE9",
    ] {
        let finding = refuse(bytes, &Limits::default());
        assert_eq!(finding.code, Code::JsonSyntax, "{bytes:?}: {finding}");
    }
    assert_eq!(refuse(b"[\"\xC3\xBC\xE9\"]", &Limits::default()).position.column, 4);
}

#[test]
fn every_limit_holds_to_the_byte() {
    let limits = Limits::default();
    for (text, name, fits, exceeded) in [
        ("[{\"a\":[]}]", "depth", Limits { depth: 3, ..limits }, Limits { depth: 2, ..limits }),
        ("[\"12\\u00e9\"]", "text_bytes", Limits { text_bytes: 4, ..limits }, Limits { text_bytes: 3, ..limits }),
        ("[-1.5e3]", "text_bytes", Limits { text_bytes: 6, ..limits }, Limits { text_bytes: 5, ..limits }),
        ("{\"ab\":1}", "key_bytes", Limits { key_bytes: 2, ..limits }, Limits { key_bytes: 1, ..limits }),
        ("{\"a\":1,\"b\":2}", "members", Limits { members: 2, ..limits }, Limits { members: 1, ..limits }),
        ("[1,{},[]]", "values", Limits { values: 4, ..limits }, Limits { values: 3, ..limits }),
        ("[1] ", "total_bytes", Limits { total_bytes: 4, ..limits }, Limits { total_bytes: 3, ..limits }),
    ] {
        assert_eq!(check(text.as_bytes(), &fits), Ok(()), "{name}");
        let finding = refuse(text.as_bytes(), &exceeded);
        assert_eq!(finding.code, Code::LimitExceeded, "{finding}");
        assert!(finding.expected.contains(&format!("limit {name})")), "{finding}");
    }
}

#[test]
fn large_things_are_refused_in_constant_stack() {
    let limits = Limits { text_bytes: 1 << 20, values: 100_000, total_bytes: 4 << 20, ..Limits::default() };
    for (text, name) in [
        ("[".repeat(100_000), "depth"),
        ("{\"a\":".repeat(100_000), "depth"),
        ("[".repeat(100_000) + &"]".repeat(100_000), "depth"),
        (format!("\"{}\"", "x".repeat(2 << 20)), "text_bytes"),
        ("1".repeat(2 << 20), "text_bytes"),
        (format!("{{\"{}\":1}}", "x".repeat(1 << 20)), "key_bytes"),
        (format!("[{}1]", "1,".repeat(100_000)), "values"),
        (" ".repeat(5 << 20), "total_bytes"),
    ] {
        let finding = check(text.as_bytes(), &limits).unwrap_err();
        assert!(finding.expected.contains(&format!("limit {name})")), "{finding}");
    }
}

#[test]
fn many_members_are_all_compared() {
    let mut text = "{".to_owned();
    for i in 0..50_000 {
        text.push_str(&format!("\"k{i}\":{{\"k{i}\":0}},"));
    }
    let distinct = format!("{text}\"last\":0}}");
    assert_eq!(check(distinct.as_bytes(), &Limits::default()), Ok(()));
    for again in [0, 31, 32, 33, 49_999] {
        let finding = check(format!("{text}\"k{again}\":0}}").as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!((finding.code, finding.path), (Code::JsonDuplicateKey, format!("$.k{again}")));
    }
}

#[test]
fn how_a_stream_is_cut_makes_no_difference() {
    let good = "{\"é日😀\\u00e9\\ud83d\\ude00\": [1.5e-3, true, \"日本\u{10FFFF}\", {}], \"b\":\r\nnull}";
    let documents = [good.as_bytes(), b"[\"\xE6\x97x\"]", b"[\"\xF0\x9F\x98\"]", b"[tru", b"{\"a\":1,\"a\":2}"];
    for document in documents {
        let whole = scan_all(document);
        for capacity in 1..9 {
            assert_eq!(scan_all(BufReader::with_capacity(capacity, document)), whole, "in pieces of {capacity}");
        }
    }
}

/// Each token's range, and its text and path.
type Scanned = Vec<(u64, u64, String)>;

fn scan_all(input: impl std::io::BufRead) -> Result<Scanned, (Code, u64, String)> {
    let mut scanner = scan::Scanner::new(input, Limits::default(), scan::Collect::All);
    let mut lexemes = Vec::new();
    loop {
        match scanner.next() {
            Ok(lexeme) if lexeme.token == scan::Token::End => return Ok(lexemes),
            Ok(lexeme) => {
                let text = String::from_utf8(scanner.text().to_vec()).unwrap();
                lexemes.push((lexeme.start, lexeme.end, text + &scanner.path()));
            }
            Err(problem) => return Err((problem.code, problem.offset, problem.expected)),
        }
    }
}
