//! The writer, and what the reader reads of it.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
struct Element {
    name: (String, String),
    attributes: Vec<((String, String), String)>,
    children: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    Element(Element),
    Text(String),
}

fn any_text() -> impl Strategy<Value = String> + Clone {
    let special = prop::sample::select(vec!['&', '<', '>', '"', '\'', '\t', '\n', '\r', ' ', ']', '\u{FEFF}', ':']);
    let c = prop_oneof![3 => any::<char>().prop_filter("Char", |&c| chars::is_char(c)), 2 => special];
    prop::collection::vec(c, 0..12).prop_map(|chars| chars.into_iter().collect())
}

fn any_name() -> impl Strategy<Value = (String, String)> + Clone {
    let ns = prop::sample::select(vec!["", "u:default", "u:p", "u:unknown", "u:\"&<\n", XML_NS]);
    let local = prop::sample::select(vec!["a", "b", "é", "_-.0", "xmlns1"]);
    (ns, local).prop_map(|(ns, local)| (ns.to_owned(), local.to_owned()))
}

fn any_element() -> impl Strategy<Value = Element> {
    let attributes = prop::collection::btree_map(any_name(), any_text(), 0..4);
    let leaf = (any_name(), attributes.clone()).prop_map(|(name, attributes)| Element {
        name,
        attributes: attributes.into_iter().collect(),
        children: Vec::new(),
    });
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let node = prop_oneof![inner.prop_map(Node::Element), any_text().prop_map(Node::Text)];
        (any_name(), attributes.clone(), prop::collection::vec(node, 0..4)).prop_map(|(name, attributes, children)| {
            Element { name, attributes: attributes.into_iter().collect(), children }
        })
    })
}

fn write(writer: &mut Writer<Vec<u8>>, element: &Element) -> Result<(), WriteError> {
    writer.start((element.name.0.as_str(), element.name.1.as_str()))?;
    for ((ns, local), value) in &element.attributes {
        writer.attribute((ns.as_str(), local.as_str()), value)?;
    }
    if element.children.iter().any(|child| matches!(child, Node::Text(_))) {
        writer.mixed()?;
    }
    for child in &element.children {
        match child {
            Node::Element(element) => write(writer, element)?,
            Node::Text(text) => writer.text(text)?,
        }
    }
    writer.end()
}

fn expect(out: &mut Vec<Owned>, element: &Element) {
    let full = |(ns, local): &(String, String)| Name { ns, local }.to_string();
    let attributes = element.attributes.iter().map(|(name, value)| (full(name), value.clone())).collect();
    out.push(Owned::Start(full(&element.name), attributes));
    for child in &element.children {
        match child {
            Node::Element(element) => expect(out, element),
            Node::Text(text) if text.is_empty() => {}
            Node::Text(text) => match out.last_mut() {
                Some(Owned::Text(before)) => before.push_str(text),
                _ => out.push(Owned::Text(text.clone())),
            },
        }
    }
    out.push(Owned::End);
}

const TABLE: &[(&str, &str)] = &[("", "u:default"), ("p", "u:p")];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read(element in any_element(), default in any::<bool>()) {
        let table = if default { TABLE } else { &TABLE[1..] };
        let mut writer = Writer::new(Vec::new(), table, Layout::Compact).unwrap();
        write(&mut writer, &element).unwrap();
        let written = writer.finish().unwrap();
        let mut expected = Vec::new();
        expect(&mut expected, &element);
        prop_assert_eq!(read(&written), Ok(expected), "{}", String::from_utf8_lossy(&written));
    }

    #[test]
    fn indentation_adds_blank_text_between_elements_only(element in any_element()) {
        let mut writer = Writer::new(Vec::new(), TABLE, Layout::Indented).unwrap();
        write(&mut writer, &element).unwrap();
        let written = writer.finish().unwrap();
        let mut expected = Vec::new();
        expect(&mut expected, &element);
        let is_blank = |event: &Owned| matches!(event, Owned::Text(text) if chars::is_blank(text));
        expected.retain(|event| !is_blank(event));
        let mut found = read(&written).unwrap();
        found.retain(|event| !is_blank(event));
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn kept_content_is_written_and_read_alike(element in any_element()) {
        let mut writer = Writer::new(Vec::new(), TABLE, Layout::Compact).unwrap();
        write(&mut writer, &element).unwrap();
        let written = writer.finish().unwrap();
        let root = |bytes: &[u8]| {
            let mut reader = Reader::new(bytes, Limits::default());
            reader.next().unwrap();
            reader.verbatim_content().unwrap()
        };
        let kept = root(&written);
        let mut writer = Writer::new(Vec::new(), &[("p", "elsewhere")], Layout::Indented).unwrap();
        writer.start(("elsewhere", "root")).unwrap();
        writer.verbatim(&kept).unwrap();
        writer.end().unwrap();
        let again = writer.finish().unwrap();
        let inner = |bytes: &[u8]| { let events = read(bytes).unwrap(); events[1..events.len() - 1].to_vec() };
        prop_assert_eq!(inner(&written), inner(&again));
        prop_assert_eq!(root(&again), kept);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        fuzz(&bytes);
    }

    #[test]
    fn markup_soup_is_survived(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<", ">", "/", "a", "p:a", "=", "'", "\"", "&", ";", "amp", "#x41", "<a>", "</a>", "<a/>", "<!--", "-->",
            "<![CDATA[", "]]>", "<?", "?>", "<?xml version='1.0'?>", "<!DOCTYPE", "[", " ", "\r", "\n", "é", "xmlns:p='u'",
            "xmlns=''", "b='c'",
        ]), 0..24),
        size in 1usize..5,
    ) {
        let document = pieces.concat();
        fuzz(document.as_bytes());
        let chunks = Chunks { bytes: document.as_bytes(), size };
        prop_assert_eq!(read_from(chunks, Limits::default()), read(&document));
    }

    #[test]
    fn changed_documents_are_survived(element in any_element(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut writer = Writer::new(Vec::new(), TABLE, Layout::Compact).unwrap();
        write(&mut writer, &element).unwrap();
        let mut written = writer.finish().unwrap();
        let at = at.index(written.len());
        written[at] = byte;
        fuzz(&written);
        fuzz(&written[..at]);
    }
}

fn written(layout: Layout, act: impl FnOnce(&mut Writer<Vec<u8>>) -> Result<(), WriteError>) -> String {
    let mut writer = Writer::new(Vec::new(), TABLE, layout).unwrap();
    act(&mut writer).unwrap();
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

#[test]
fn what_it_looks_like() {
    let act = |w: &mut Writer<Vec<u8>>| {
        w.start(("u:default", "r"))?;
        w.attribute(("", "a"), "1\t\"<")?;
        w.attribute((XML_NS, "lang"), "en")?;
        w.element(("u:p", "b"), "x > y\r")?;
        w.start(("u:default", "c"))?;
        w.start(("", "d"))?;
        w.end()?;
        w.start(("u:new", "e"))?;
        w.attribute(("u:newer", "f"), "")?;
        w.end()?;
        w.end()?;
        w.start(("u:default", "m"))?;
        w.text("t")?;
        w.element(("u:default", "n"), "")?;
        w.end()?;
        w.end()
    };
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <r xmlns=\"u:default\" xmlns:p=\"u:p\" a=\"1&#x9;&quot;&lt;\" xml:lang=\"en\">\n  \
          <p:b>x &gt; y&#xD;</p:b>\n  \
          <c>\n    \
            <d xmlns=\"\"/>\n    \
            <ns1:e xmlns:ns1=\"u:new\" xmlns:ns2=\"u:newer\" ns2:f=\"\"/>\n  \
          </c>\n  \
          <m>t<n/></m>\n\
        </r>\n";
    assert_eq!(written(Layout::Indented, act), expected);
}

#[test]
fn what_is_not_well_formed_cannot_be_written() {
    type Act = fn(&mut Writer<Vec<u8>>) -> Result<(), WriteError>;
    let acts: &[(&str, Act)] = &[
        ("U+0000", |w| w.start(("", "a")).and_then(|()| w.text("\0"))),
        ("U+FFFE", |w| w.start(("", "a")).and_then(|()| w.attribute(("", "b"), "\u{FFFE}"))),
        ("U+0001", |w| w.start(("u\u{1}", "a"))),
        ("not an XML name", |w| w.start(("", "1a"))),
        ("not an XML name", |w| w.start(("", "a:b"))),
        ("not an XML name", |w| w.start(("", "a")).and_then(|()| w.attribute(("", "xmlns"), "u"))),
        ("not an XML name", |w| w.start(("", "a")).and_then(|()| w.attribute(("", ""), "u"))),
        ("cannot stand for", |w| w.start((scope::XMLNS_NS, "a"))),
        ("stands twice", |w| {
            w.start(("", "a"))?;
            w.attribute(("u:p", "b"), "")?;
            w.attribute(("u:p", "b"), "")
        }),
        ("an attribute after content", |w| {
            w.start(("", "a"))?;
            w.text("t")?;
            w.attribute(("", "b"), "")
        }),
        ("an attribute after content", |w| w.attribute(("", "b"), "")),
        ("a second root", |w| w.element(("", "a"), "").and_then(|()| w.start(("", "a")))),
        ("text outside", |w| w.text("t")),
        ("text outside", |w| w.element(("", "a"), "").and_then(|()| w.text("t"))),
        ("text behind an indented", |w| {
            w.start(("", "a"))?;
            w.element(("", "b"), "")?;
            w.text("t")
        }),
        ("a mark for mixed", |w| {
            w.start(("", "a"))?;
            w.text("t")?;
            w.mixed()
        }),
        ("an end", |w| w.end()),
    ];
    for (words, act) in acts {
        let mut writer = Writer::new(Vec::new(), TABLE, Layout::Indented).unwrap();
        let error = act(&mut writer).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
    let mut writer = Writer::new(Vec::new(), TABLE, Layout::Compact).unwrap();
    writer.start(("", "a")).unwrap();
    assert!(matches!(writer.finish(), Err(WriteError::Incomplete)));
    let writer = Writer::new(Vec::new(), TABLE, Layout::Compact).unwrap();
    assert!(matches!(writer.finish(), Err(WriteError::Incomplete)));
    for table in [
        &[("xml", "u")][..],
        &[("xmlns", "u")],
        &[("p", "")],
        &[("1", "u")],
        &[("p", "u"), ("p", "v")],
        &[("p", XML_NS)],
    ] {
        assert!(matches!(Writer::new(Vec::new(), table, Layout::Compact), Err(WriteError::Prefix { .. })), "{table:?}");
    }
}
