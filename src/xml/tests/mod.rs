//! Tests of the XML entry and exit.

mod hostile;
mod positions;
mod round_trip;
mod verbatim;

use std::io::{self, BufRead, Read};

use super::*;
use crate::error::{Code, Finding, Position};

/// An event that owns what it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owned {
    Start(String, Vec<(String, String)>),
    Text(String),
    End,
}

pub(super) fn start(name: &str, attributes: &[(&str, &str)]) -> Owned {
    Owned::Start(name.to_owned(), attributes.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect())
}

pub(super) fn text(text: &str) -> Owned {
    Owned::Text(text.to_owned())
}

pub(super) fn read_from(input: impl BufRead, limits: Limits) -> Result<Vec<Owned>, Finding> {
    let mut reader = Reader::new(input, limits);
    let mut events = Vec::new();
    loop {
        events.push(match reader.next()? {
            Event::Start(start) => Owned::Start(
                start.name().to_string(),
                start.attributes().map(|a| (a.name.to_string(), a.value.to_owned())).collect(),
            ),
            Event::Text(text) => Owned::Text(text.as_str().to_owned()),
            Event::End => Owned::End,
            Event::Eof => return Ok(events),
        });
    }
}

pub(super) fn read(input: impl AsRef<[u8]>) -> Result<Vec<Owned>, Finding> {
    read_from(input.as_ref(), Limits::default())
}

pub(super) fn refuse(input: impl AsRef<[u8]>) -> (Code, String) {
    let shown = String::from_utf8_lossy(&input.as_ref()[..input.as_ref().len().min(200)]).into_owned();
    match read(input) {
        Ok(events) => panic!("accepted {shown}: {events:?}"),
        Err(finding) => (finding.code, finding.to_string()),
    }
}

/// Hands out at most `size` bytes at a time.
pub(super) struct Chunks<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) size: usize,
}

impl Read for Chunks<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.len().min(out.len());
        out[..count].copy_from_slice(&self.bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Chunks<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&self.bytes[..self.bytes.len().min(self.size)])
    }

    fn consume(&mut self, count: usize) {
        self.bytes = &self.bytes[count..];
    }
}

#[test]
fn events_of_a_document() {
    let events = read(concat!(
        "\u{FEFF}<?xml version='1.0' encoding=\"utf-8\" standalone='yes' ?>\r\n<!-- c --><?pi x?>\n",
        "<d xmlns='u:d' xmlns:p=\"u:p\" a=' x\ty\r\nz&#10;&#x20;&lt;' p:a='2'><p:e/>a&amp;b<!-- c --><![CDATA[<&]]>",
        "<?pi?>\r\nc\rd&#13;<e xmlns='' >ü</e\n></d >\n<!-- end -->"
    ));
    let expected = vec![
        start("{u:d}d", &[("a", " x y z\n <"), ("{u:p}a", "2")]),
        start("{u:p}e", &[]),
        Owned::End,
        text("a&b<&\nc\nd\r"),
        start("e", &[]),
        text("ü"),
        Owned::End,
        Owned::End,
    ];
    assert_eq!(events, Ok(expected));
}

#[test]
fn start_tells_what_stands_there() {
    let mut reader = Reader::new(&b"<a:b xmlns:a='u:a' xmlns='u:d' k='1' a:k='2'/>"[..], Limits::default());
    let Ok(Event::Start(start)) = reader.next() else { panic!("no start") };
    assert!(start.is_empty_element());
    assert_eq!(start.path(), "/b");
    assert!(start.name() == ("u:a", "b") && start.name() != ("u:d", "b") && start.name() != ("u:a", "c"));
    assert_eq!(start.attributes().len(), 2);
    assert_eq!(start.attribute(("", "k")), Some("1"));
    assert_eq!(start.attribute(("u:a", "k")), Some("2"));
    assert_eq!(start.attribute(("u:d", "k")), None);
    assert_eq!(start.namespace_of("a"), Some("u:a"));
    assert_eq!(start.namespace_of(""), Some("u:d"));
    assert_eq!(start.namespace_of("xml"), Some(XML_NS));
    assert_eq!(start.namespace_of("b"), None);
}

#[test]
fn namespaces_end_with_their_element() {
    let events = read("<a xmlns:p='1'><p:b xmlns:p='2'><p:c/></p:b><p:d xml:lang='en'/></a>");
    let expected = vec![
        start("a", &[]),
        start("{2}b", &[]),
        start("{2}c", &[]),
        Owned::End,
        Owned::End,
        start("{1}d", &[("{http://www.w3.org/XML/1998/namespace}lang", "en")]),
        Owned::End,
        Owned::End,
    ];
    assert_eq!(events, Ok(expected));
}

#[test]
fn skipping_and_text_content() {
    let input = "<a><b><c>x</c>y</b><d>one<!-- -->two</d><e/><f>z</f></a>";
    let mut reader = Reader::new(input.as_bytes(), Limits::default());
    for _ in 0..2 {
        assert!(matches!(reader.next(), Ok(Event::Start(_))));
    }
    assert_eq!(reader.skip_element(), Ok(()));
    assert!(matches!(reader.next(), Ok(Event::Start(s)) if s.name() == ("", "d")));
    assert_eq!(reader.text_content(), Ok("onetwo".to_owned()));
    assert!(matches!(reader.next(), Ok(Event::Start(s)) if s.name() == ("", "e")));
    assert_eq!(reader.text_content(), Ok(String::new()));
    assert!(matches!(reader.next(), Ok(Event::Start(s)) if s.name() == ("", "f")));
    assert_eq!(reader.skip_element(), Ok(()));
    assert!(matches!(reader.next(), Ok(Event::End)));
    assert!(matches!(reader.next(), Ok(Event::Eof)));
    assert!(matches!(reader.next(), Ok(Event::Eof)));

    let mut reader = Reader::new(&b"<a>x<b/></a>"[..], Limits::default());
    assert!(reader.next().is_ok());
    let finding = reader.text_content().unwrap_err();
    assert_eq!((finding.code, finding.path.as_str()), (Code::ClassUnknownElement, "/a/b[1]"));
    assert_eq!(reader.next().unwrap_err(), finding);
}

#[test]
fn how_the_input_is_cut_makes_no_difference() {
    let good = "\u{FEFF}<?xml version=\"1.0\"?><a b='x&amp;\r\ny'>t\r\n&lt;日本<![CDATA[]]]]><!-- - -- ><b/></a>";
    let documents = [
        good.replace("- -- >", "- -->"),
        good.to_owned(),
        "<a>]]></a>".to_owned(),
        "<a b='<'/>".to_owned(),
        "<a>\u{FFFE}</a>".to_owned(),
        "<!DOCTYPE a><a/>".to_owned(),
    ];
    for document in documents {
        let whole = read(&document);
        for size in 1..9 {
            let chunks = Chunks { bytes: document.as_bytes(), size };
            assert_eq!(read_from(chunks, Limits::default()), whole, "{document} in pieces of {size}");
        }
    }
}

#[test]
fn where_the_window_ends_makes_no_difference() {
    let good = "<b/>\u{FEFF}\u{FEFF}日本<!-- -- -->&lt;<![CDATA[]]]]>\u{FEFF}<?p q?><c d='>'  e=\"'\"/>\r\n</b >";
    let pieces = [
        good.replace("-- -- -", "- - -").replace("</b >", "<b></b >"),
        good.to_owned(),
        "<b/>&amp <c/>".to_owned(),
        "<b/>]]><c/>".to_owned(),
        "<b/><!-><c/>".to_owned(),
        "<b/><![cdata[]]><c/>".to_owned(),
        "<b/>\n<c d='<'/>".to_owned(),
        "<b/><!DOCTYPE c><c/>".to_owned(),
        "<b/>日\u{FFFE}<c/>".to_owned(),
        "<b/><c".to_owned(),
    ];
    // A window begins with the text before the piece, so that with each length it ends elsewhere in the piece.
    let behind = |length: usize, piece: &str| {
        let told = read(format!("<a>{}{piece}</a>", "x".repeat(length)));
        told.map(|events| events[2..].to_vec()).map_err(|finding| {
            let Position { line, column, offset } = finding.position;
            let before = if line == 1 { length as u64 } else { 0 };
            (finding.code, finding.found, finding.expected, line, column - before, offset - length as u64)
        })
    };
    for piece in &pieces {
        let near = behind(8, piece);
        for length in 32 * 1024 - piece.len() - 8..32 * 1024 + 8 {
            assert_eq!(behind(length, piece), near, "{piece} behind {length} bytes");
        }
    }
}
