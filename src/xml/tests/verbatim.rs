//! Content kept verbatim.

use super::*;

/// The content of the first `x` in the document.
fn content(document: &str) -> Result<Verbatim, Finding> {
    let mut reader = Reader::new(document.as_bytes(), Limits::default());
    loop {
        match reader.next()? {
            Event::Start(start) if start.name().local == "x" => break,
            Event::Eof => panic!("no x in {document}"),
            _ => {}
        }
    }
    let content = reader.verbatim_content()?;
    // What follows is read as if the element had been walked through.
    while !matches!(reader.next()?, Event::Eof) {}
    Ok(content)
}

fn markup(document: &str) -> String {
    match content(document) {
        Ok(Verbatim::Markup(fragment)) => fragment.into_string(),
        other => panic!("{document}: {other:?}"),
    }
}

#[test]
fn text_comes_unescaped() {
    for (inside, expected) in
        [("", ""), ("plain", "plain"), ("a&lt;b<![CDATA[<&]]>\r\n&#13;", "a<b<&\n\r"), ("a<!-- c -->b<?p?>", "ab")]
    {
        assert_eq!(content(&format!("<r><x>{inside}</x><y/></r>")), Ok(Verbatim::Text(expected.to_owned())));
    }
    assert_eq!(content("<r><x/></r>"), Ok(Verbatim::Text(String::new())));
    assert_eq!(content("<x>t</x>"), Ok(Verbatim::Text("t".to_owned())));
}

#[test]
fn what_is_complete_stays_as_it_was() {
    for inside in [
        "<a xmlns='u' b = \"1\"\r\n c='&#x41;' ><!-- c --><?p i?><![CDATA[x]]>&amp;\r\n</a >",
        "  text <a xmlns='u'/> text&lt; <p:b xmlns:p='u' p:c=''/>\r\n",
        "<a xmlns='u'><b xmlns=''/></a>",
    ] {
        assert_eq!(markup(&format!("<r><x>{inside}</x></r>")), inside);
    }
}

#[test]
fn what_is_used_inside_is_declared_inside() {
    for (document, expected) in [
        ("<r xmlns='u'><x><a/></x></r>", "<a xmlns=\"u\"/>"),
        ("<r><x><a/></x></r>", "<a xmlns=\"\"/>"),
        ("<r xmlns='u'><x xmlns=''><a/></x></r>", "<a xmlns=\"\"/>"),
        ("<r xmlns:p='u' xmlns:q='v'><x><p:a/></x></r>", "<p:a xmlns:p=\"u\"/>"),
        ("<r xmlns:p='u'><x xmlns:p='v'><p:a b='1'/></x></r>", "<p:a xmlns:p=\"v\" b='1'/>"),
        ("<r xmlns:p='u'><x><p:a><p:b xmlns:p='v'/></p:a></x></r>", "<p:a xmlns:p=\"u\"><p:b xmlns:p='v'/></p:a>"),
        ("<r xmlns:p='u'><x><a xmlns='w'><b p:c=''/></a></x></r>", "<a xmlns:p=\"u\" xmlns='w'><b p:c=''/></a>"),
        (
            "<r xmlns='d' xmlns:p='u' xmlns:q='v'><x>t<p:a/><q:b><c/></q:b></x></r>",
            "t<p:a xmlns:p=\"u\"/><q:b xmlns=\"d\" xmlns:q=\"v\"><c/></q:b>",
        ),
        ("<r xmlns:p='a&amp;&quot;&lt;&#10;'><x><p:a/></x></r>", "<p:a xmlns:p=\"a&amp;&quot;&lt;&#xA;\"/>"),
        ("<r><x><xml:a xml:b=''/></x></r>", "<xml:a xml:b=''/>"),
        // QNames in values and in text.
        (
            "<r xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:t='u'><x><a xmlns='' i:type='t:T'/></x></r>",
            "<a xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:t=\"u\" xmlns='' i:type='t:T'/>",
        ),
        (
            "<r xmlns='d' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><x><i:a i:type='T'/></x></r>",
            "<i:a xmlns=\"d\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:type='T'/>",
        ),
        (
            "<r xmlns:s='u' xmlns:http='v'><x><a xmlns='w'>not(/s:b) http://c</a></x></r>",
            "<a xmlns:http=\"v\" xmlns:s=\"u\" xmlns='w'>not(/s:b) http://c</a>",
        ),
        (
            "<r xmlns='d' xmlns:s='u' xmlns:t='v'><x><c:N xmlns:c='http://www.w3.org/2001/10/xml-exc-c14n#' \
             PrefixList='s #default nope'/></x></r>",
            "<c:N xmlns=\"d\" xmlns:s=\"u\" xmlns:c='http://www.w3.org/2001/10/xml-exc-c14n#' \
             PrefixList='s #default nope'/>",
        ),
        // A prefix that the element itself declares is not declared twice.
        ("<r xmlns:s='u'><x><a xmlns='w' xmlns:s='v'>s:b</a></x></r>", "<a xmlns='w' xmlns:s='v'>s:b</a>"),
    ] {
        let found = markup(document);
        assert_eq!(found, expected, "{document}");
        let parsed = Verbatim::parse(&found, &Limits::default()).unwrap();
        assert_eq!(parsed, content(document).unwrap(), "a fragment is complete: {document}");
    }
}

#[test]
fn content_may_be_taken_behind_text() {
    let mut reader = Reader::new(&b"<x>text<a xmlns='u'/>more</x>"[..], Limits::default());
    assert!(reader.next().is_ok());
    assert!(matches!(reader.next(), Ok(Event::Text(t)) if t.as_str() == "text"));
    match reader.verbatim_content() {
        Ok(Verbatim::Markup(fragment)) => assert_eq!(fragment.as_str(), "<a xmlns='u'/>more"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(reader.next(), Ok(Event::Eof)));
}

#[test]
fn what_is_kept_is_checked() {
    for (inside, code) in [
        ("<a>", Code::XmlSyntax),
        ("<a>&e;</a>", Code::XmlDtd),
        ("<p:a/>", Code::XmlSyntax),
        ("<a b='' b=''/>", Code::XmlSyntax),
        ("<!DOCTYPE a>", Code::XmlDtd),
        ("]]>", Code::XmlSyntax),
        ("<a>\u{2}</a>", Code::XmlSyntax),
    ] {
        assert_eq!(content(&format!("<r><x>{inside}</x></r>")).unwrap_err().code, code, "{inside}");
        assert_eq!(Verbatim::parse(inside, &Limits::default()).unwrap_err().code, code, "{inside}");
    }
    for outside in ["</fragment><fragment>", "</fragment>", "<fragment>", "<![CDATA[", "<!--", "<?xml version='1.0'?>"]
    {
        assert!(Verbatim::parse(outside, &Limits::default()).is_err(), "{outside}");
    }
    let finding = Verbatim::parse("ab\u{1}", &Limits::default()).unwrap_err();
    assert_eq!((finding.position.line, finding.position.column, finding.position.offset), (1, 3, 2));
    assert_eq!(Verbatim::parse("", &Limits::default()), Ok(Verbatim::Text(String::new())));
}

#[test]
fn the_limit_counts_what_is_kept() {
    let limits = Limits { text_bytes: 40, ..Limits::default() };
    let read = |document: &str| {
        let mut reader = Reader::new(document.as_bytes(), limits);
        reader.next()?;
        reader.verbatim_content()
    };
    assert!(read(&format!("<x>{}</x>", "<a xmlns='u'/>".repeat(2))).is_ok());
    let raw = read(&format!("<x>{}</x>", "<a xmlns='u'/>".repeat(3))).unwrap_err();
    let inserted = read("<x xmlns='uuuuuuuuuu'><a/><a/></x>").unwrap_err();
    for finding in [raw, inserted] {
        assert_eq!(finding.code, Code::LimitExceeded);
        assert!(finding.expected.contains("limit text_bytes"), "{finding}");
    }
}

#[test]
fn a_fragment_means_the_same_in_another_document() {
    let document = "<r xmlns='d' xmlns:p='u'><x>t<p:a k='p:v'><b/></p:a></x></r>";
    let kept = content(document).unwrap();
    let mut writer = Writer::new(Vec::new(), &[("", "other"), ("p", "another")], Layout::Indented).unwrap();
    writer.start(("other", "y")).unwrap();
    writer.start(("other", "x")).unwrap();
    writer.verbatim(&kept).unwrap();
    writer.end().unwrap();
    writer.end().unwrap();
    let written = writer.finish().unwrap();
    let inner = |events: Vec<Owned>| events[2..events.len() - 2].to_vec();
    assert_eq!(inner(super::read(&written).unwrap()).last(), inner(super::read(document).unwrap()).last());
    assert_eq!(content(std::str::from_utf8(&written).unwrap()), Ok(kept));
}
