//! Everything that must be refused, and every limit.

use super::*;

/// Document, code, and a piece of the finding's text.
const REFUSED: &[(&str, Code, &str)] = &[
    // One root, nothing but comments and processing instructions around it.
    ("", Code::XmlSyntax, "expected a root element"),
    (" \n ", Code::XmlSyntax, "expected a root element"),
    ("<!-- c -->", Code::XmlSyntax, "expected a root element"),
    ("<a/><b/>", Code::XmlSyntax, "expected nothing behind the root element"),
    ("<a></a><a>", Code::XmlSyntax, "expected nothing behind the root element"),
    ("x<a/>", Code::XmlSyntax, "expected no text outside the root element"),
    ("<a/>x", Code::XmlSyntax, "expected no text outside the root element"),
    ("<a/>&#32;", Code::XmlSyntax, "expected no text outside the root element"),
    ("<a/>&amp;", Code::XmlSyntax, "expected no text outside the root element"),
    ("<![CDATA[ ]]><a/>", Code::XmlSyntax, "expected no text outside the root element"),
    ("\u{FEFF}\u{FEFF}<a/>", Code::XmlSyntax, "expected no text outside the root element"),
    // Truncation.
    ("<", Code::XmlSyntax, "complete markup"),
    ("<a", Code::XmlSyntax, "complete markup"),
    ("<a b='", Code::XmlSyntax, "complete markup"),
    ("<a>", Code::XmlSyntax, "expected </a>"),
    ("<a><b></b>", Code::XmlSyntax, "expected </a>"),
    ("<a>text", Code::XmlSyntax, "expected </a>"),
    ("<a></a", Code::XmlSyntax, "complete markup"),
    ("<a><!-- ", Code::XmlSyntax, "complete markup"),
    ("<a><![CDATA[ ]]", Code::XmlSyntax, "complete markup"),
    ("<a><?pi ", Code::XmlSyntax, "complete markup"),
    ("<a>&am", Code::XmlSyntax, "ends with ';'"),
    // Tags.
    ("<a></b>", Code::XmlSyntax, "expected </a>"),
    ("<a><b></a></b>", Code::XmlSyntax, "expected </b>"),
    ("</a>", Code::XmlSyntax, "no end tag without a start tag"),
    ("<a/></a>", Code::XmlSyntax, "no end tag without a start tag"),
    ("<a xmlns:p='u' xmlns:q='u'><p:b></q:b></a>", Code::XmlSyntax, "expected </p:b>"),
    ("<a></a b='1'>", Code::XmlSyntax, "expected </a>"),
    ("< a/>", Code::XmlSyntax, "an element name"),
    ("<>", Code::XmlSyntax, "an element name"),
    ("</>", Code::XmlSyntax, "no end tag"),
    ("<1a/>", Code::XmlSyntax, "an element name"),
    ("<a><-b/></a>", Code::XmlSyntax, "an element name"),
    ("<a$/>", Code::XmlSyntax, "an element name"),
    ("<a:/>", Code::XmlSyntax, "an element name"),
    ("<:a/>", Code::XmlSyntax, "an element name"),
    ("<xml:a:b/>", Code::XmlSyntax, "an element name"),
    ("<a/ >", Code::XmlSyntax, "an element name"),
    ("<a / >", Code::XmlSyntax, "name=\"value\""),
    ("<a //>", Code::XmlSyntax, "name=\"value\""),
    ("<a><b<c/></a>", Code::XmlSyntax, "an element name"),
    // Attributes.
    ("<a b/>", Code::XmlSyntax, "name=\"value\""),
    ("<a b=/>", Code::XmlSyntax, "a value in quotes"),
    ("<a b=c/>", Code::XmlSyntax, "a value in quotes"),
    ("<a ='c'/>", Code::XmlSyntax, "an attribute name"),
    ("<a b='1'c='2'/>", Code::XmlSyntax, "white space"),
    ("<a b='1''/>", Code::XmlSyntax, "complete markup"),
    ("<a b='1'\"\"/>", Code::XmlSyntax, "white space"),
    ("<a 1b='c'/>", Code::XmlSyntax, "an attribute name"),
    ("<a b='<'/>", Code::XmlSyntax, "&lt; in an attribute value"),
    ("<a b='&'/>", Code::XmlSyntax, "ends with ';'"),
    ("<a b='&amp'/>", Code::XmlSyntax, "ends with ';'"),
    ("<a b='1' b='2'/>", Code::XmlSyntax, "each attribute once"),
    ("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", Code::XmlSyntax, "each attribute once"),
    ("<a xmlns:p='u' p:b='1' c='' p:b='2'/>", Code::XmlSyntax, "each attribute once"),
    // Namespaces.
    ("<p:a/>", Code::XmlSyntax, "a declared prefix"),
    ("<a p:b='1'/>", Code::XmlSyntax, "a declared prefix"),
    ("<a><b xmlns:p='u'/><p:c/></a>", Code::XmlSyntax, "a declared prefix"),
    ("<a xmlns:p=''/>", Code::XmlSyntax, "a prefix cannot be unbound"),
    ("<a xmlns:xml='u'/>", Code::XmlSyntax, "bound to each other only"),
    ("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", Code::XmlSyntax, "bound to each other only"),
    ("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", Code::XmlSyntax, "bound to each other only"),
    ("<a xmlns:xmlns='u'/>", Code::XmlSyntax, "no declaration of the prefix xmlns"),
    ("<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", Code::XmlSyntax, "no declaration of the namespace of xmlns"),
    ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", Code::XmlSyntax, "no declaration of the namespace of xmlns"),
    ("<a xmlns='u' xmlns='u'/>", Code::XmlSyntax, "each prefix declared once"),
    ("<a xmlns:p='u' xmlns:p='v'/>", Code::XmlSyntax, "each prefix declared once"),
    ("<xmlns:a/>", Code::XmlSyntax, "without the prefix xmlns"),
    // Characters.
    ("<a>\u{1}</a>", Code::XmlSyntax, "found U+0001"),
    ("<a>\0</a>", Code::XmlSyntax, "found U+0000"),
    ("<a>\u{FFFE}</a>", Code::XmlSyntax, "found U+FFFE"),
    ("<a>\u{FFFF}</a>", Code::XmlSyntax, "found U+FFFF"),
    ("<a b='\u{1f}'/>", Code::XmlSyntax, "found U+001F"),
    ("<a><!-- \u{b} --></a>", Code::XmlSyntax, "found U+000B"),
    ("<a><?p \u{c}?></a>", Code::XmlSyntax, "found U+000C"),
    ("<a><![CDATA[\u{8}]]></a>", Code::XmlSyntax, "found U+0008"),
    ("<a>&#0;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#1;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a b='&#x1F;'/>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#xD800;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#xFFFF;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#x110000;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#99999999999999999999;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#x;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#X41;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#-65;</a>", Code::XmlSyntax, "that XML 1.0 allows"),
    ("<a>&#+65;</a>", Code::XmlSyntax, "ends with ';'"),
    ("<a>& </a>", Code::XmlSyntax, "ends with ';'"),
    ("<a>&;</a>", Code::XmlSyntax, "ends with ';'"),
    ("<a>&a b;</a>", Code::XmlSyntax, "ends with ';'"),
    ("<a>]]></a>", Code::XmlSyntax, "expected ]]&gt;"),
    ("<a>x]]]>y</a>", Code::XmlSyntax, "expected ]]&gt;"),
    ("<a><![cdata[x]]></a>", Code::XmlSyntax, "a comment, a CDATA section or a tag"),
    // Comments and processing instructions.
    ("<a><!-- -- --></a>", Code::XmlSyntax, "without '--'"),
    ("<a><!-- ---></a>", Code::XmlSyntax, "without '--'"),
    ("<a><!- - --></a>", Code::XmlSyntax, "a comment, a CDATA section or a tag"),
    ("<a><??></a>", Code::XmlSyntax, "a processing instruction"),
    ("<a><?1?></a>", Code::XmlSyntax, "a processing instruction"),
    ("<a><?p:q?></a>", Code::XmlSyntax, "a processing instruction"),
    ("<a><?XML x?></a>", Code::XmlSyntax, "other than xml"),
    // XML declaration.
    (" <?xml version='1.0'?><a/>", Code::XmlSyntax, "at the start only"),
    ("<!-- --><?xml version='1.0'?><a/>", Code::XmlSyntax, "at the start only"),
    ("<a><?xml version='1.0'?></a>", Code::XmlSyntax, "at the start only"),
    ("<?xml version='1.0'?><?xml version='1.0'?><a/>", Code::XmlSyntax, "at the start only"),
    ("<?xml version='1.1'?><a/>", Code::XmlSyntax, "version=\"1.0\""),
    ("<?xml version='2.0'?><a/>", Code::XmlSyntax, "version=\"1.0\""),
    ("<?xml?><a/>", Code::XmlSyntax, "a version"),
    ("<?xml encoding='UTF-8'?><a/>", Code::XmlSyntax, "in this order"),
    ("<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>", Code::XmlSyntax, "in this order"),
    ("<?xml version='1.0' version='1.0'?><a/>", Code::XmlSyntax, "in this order"),
    ("<?xml version='1.0'encoding='UTF-8'?><a/>", Code::XmlSyntax, "in this order"),
    ("<?xml version='1.0' standalone='maybe'?><a/>", Code::XmlSyntax, "standalone"),
    ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", Code::XmlEncoding, "the encoding ISO-8859-1"),
    ("<?xml version='1.0' encoding='UTF-16'?><a/>", Code::XmlEncoding, "the encoding UTF-16"),
    ("<?xml version='1.0' encoding=''?><a/>", Code::XmlEncoding, "the encoding UTF-8"),
    // Document types and entities.
    ("<!DOCTYPE a><a/>", Code::XmlDtd, "no document type declaration"),
    ("<!doctype a><a/>", Code::XmlDtd, "no document type declaration"),
    ("<!DOCTYPE><a/>", Code::XmlDtd, "no document type declaration"),
    ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", Code::XmlDtd, "no document type declaration"),
    ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", Code::XmlDtd, "no document type declaration"),
    ("<!DOCTYPE a [", Code::XmlDtd, "no document type declaration"),
    ("<a><!DOCTYPE a></a>", Code::XmlDtd, "no document type declaration"),
    ("<a>&nbsp;</a>", Code::XmlDtd, "no entity but"),
    ("<a b='&e;'/>", Code::XmlDtd, "no entity but"),
];

#[test]
fn the_table_is_refused() {
    for &(document, code, words) in REFUSED {
        let (found, message) = refuse(document);
        assert_eq!(found, code, "{document}: {message}");
        assert!(message.contains(words), "{document}: {message}");
    }
}

#[test]
fn other_encodings_are_refused() {
    let utf16_le: Vec<u8> = [0xFF, 0xFE].into_iter().chain("<a/>".bytes().flat_map(|b| [b, 0])).collect();
    let utf16_be: Vec<u8> = [0xFE, 0xFF].into_iter().chain("<a/>".bytes().flat_map(|b| [0, b])).collect();
    for bytes in [&utf16_le[..], &utf16_be, &utf16_le[2..], &utf16_be[2..], b"\0\0\xFE\xFF", b"\xFF\xFE\0\0<\0\0\0"] {
        let (code, message) = refuse(bytes);
        assert_eq!(code, Code::XmlEncoding);
        assert!(message.contains("UTF-16 or UTF-32"), "{message}");
    }
    for (bytes, column) in [
        (&b"<a>\xE9</a>"[..], 4),
        (b"<a>\xC3\xBC\xE9</a>", 5),
        (b"<a b='\xC0\x80'/>", 7),
        (b"<a><!--\xED\xA0\x80--></a>", 8),
        (b"<a>\xF5</a>", 4),
        (b"<a>\xE2\x82</a>", 4),
    ] {
        let finding = read(bytes).unwrap_err();
        assert_eq!((finding.code, finding.position.column), (Code::XmlEncoding, column), "{finding}");
    }
}

#[test]
fn an_entity_bomb_is_refused_at_its_document_type() {
    let mut bomb = "<!DOCTYPE b [<!ENTITY e0 'ha'>".to_owned();
    for level in 1..30 {
        bomb.push_str(&format!("<!ENTITY e{level} '&e{};&e{};'>", level - 1, level - 1));
    }
    bomb.push_str("]><b>&e29;</b>");
    assert_eq!(refuse(bomb).0, Code::XmlDtd);
}

/// Reads a document under limits: one where it just fits, and one that is exceeded by one.
fn at_the_limit(document: &str, name: &str, fits: Limits, exceeded: Limits) {
    let result = read_from(document.as_bytes(), fits);
    assert!(result.is_ok(), "{name}: {result:?}");
    let finding = read_from(document.as_bytes(), exceeded).unwrap_err();
    assert_eq!(finding.code, Code::LimitExceeded, "{finding}");
    assert!(finding.expected.contains(&format!("limit {name})")), "{finding}");
}

#[test]
fn every_limit_holds_to_the_byte() {
    let limits = Limits::default();
    at_the_limit("<a><b><c/></b></a>", "depth", Limits { depth: 3, ..limits }, Limits { depth: 2, ..limits });
    at_the_limit(
        "<a xmlns='u' b='' c=''/>",
        "attributes",
        Limits { attributes: 2, ..limits },
        Limits { attributes: 1, ..limits },
    );
    at_the_limit(
        "<a b='12&amp;'/>",
        "attribute_bytes",
        Limits { attribute_bytes: 3, ..limits },
        Limits { attribute_bytes: 2, ..limits },
    );
    for document in ["<a>123456</a>", "<a>12<!-- -->3<![CDATA[4]]>&#53;6</a>", "<a><![CDATA[123456]]></a>"] {
        at_the_limit(document, "text_bytes", Limits { text_bytes: 6, ..limits }, Limits { text_bytes: 5, ..limits });
    }
    at_the_limit("<a></a>\n", "total_bytes", Limits { total_bytes: 8, ..limits }, Limits { total_bytes: 7, ..limits });
    at_the_limit(
        "<a xmlns='u' xmlns:p='v'/>",
        "namespaces",
        Limits { namespaces: 2, ..limits },
        Limits { namespaces: 1, ..limits },
    );
    at_the_limit(
        "<a xmlns='u'><b xmlns='v'/><b xmlns='w'/></a>",
        "namespaces_in_scope",
        Limits { namespaces_in_scope: 2, ..limits },
        Limits { namespaces_in_scope: 1, ..limits },
    );
    at_the_limit("<abc/>", "name_bytes", Limits { name_bytes: 3, ..limits }, Limits { name_bytes: 2, ..limits });
    at_the_limit("<a bcd=''/>", "name_bytes", Limits { name_bytes: 3, ..limits }, Limits { name_bytes: 2, ..limits });
}

#[test]
fn large_things_are_refused_without_being_kept() {
    let attribute = format!("<a b='{}'/>", "x".repeat(10 << 20));
    let (code, message) = refuse(&attribute);
    assert!(code == Code::LimitExceeded && message.contains("limit attribute_bytes"), "{message}");

    let limits = Limits { text_bytes: 1 << 20, total_bytes: 2 << 20, ..Limits::default() };
    let large = "x".repeat(1_000_000);
    for (document, limit) in [
        (format!("<a {large}=''/>"), "name_bytes"),
        (format!("<{large}/>"), "name_bytes"),
        (format!("<a>{large}{large}</a>"), "text_bytes"),
        (format!("<a><!--{large}{large}--></a>"), "text_bytes"),
        (format!("<a b='{large}{large}'/>"), "text_bytes"),
        (format!("<a>{large}<b/>{large}<b/>{large}</a>"), "total_bytes"),
        (format!("<a{}/>", " b=''".repeat(200_000)), "attributes"),
        (format!("<a{}/>", " xmlns:a='b'".repeat(80_000)), "namespaces"),
        ((0..200).map(|i| format!(" xmlns:a{i}='b'")).fold("<a".to_owned(), |a, b| a + &b) + "/>", "namespaces"),
        ("<a>".repeat(100_000), "depth"),
        ("<a>".repeat(100_000) + &"</a>".repeat(100_000), "depth"),
    ] {
        let finding = read_from(document.as_bytes(), limits).unwrap_err();
        assert_eq!(finding.code, Code::LimitExceeded, "{finding}");
        assert!(finding.expected.contains(&format!("limit {limit})")), "{limit}: {finding}");
    }
}

#[test]
fn a_reader_that_fails_is_a_finding() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk on fire"))
        }
    }
    for before in ["", "<a>", "<a>text", "<a b='"] {
        let input = io::BufReader::new(before.as_bytes().chain(Broken));
        let finding = read_from(input, Limits::default()).unwrap_err();
        assert_eq!(finding.code, Code::FileUnreadable, "{before}");
        assert!(finding.found.contains("disk on fire"), "{finding}");
    }
}
