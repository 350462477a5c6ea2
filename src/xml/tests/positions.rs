//! Line, column, offset and path.

use super::*;

#[test]
fn events_and_attributes_know_their_place() {
    let input = "\u{FEFF}<?xml version='1.0'?>\r\n<a\r  é='ü日'\n  b='2'>日本<b/>\r\n<b>\ttext<!--\n-->é</b></a>";
    let mut reader = Reader::new(input.as_bytes(), Limits::default());
    let mut places = Vec::new();
    loop {
        let event = reader.next().unwrap();
        let (line, column) = match event {
            Event::Start(start) => {
                for attribute in start.attributes() {
                    let at = attribute.position;
                    assert!(input[at.offset as usize..].starts_with(attribute.name.local));
                    places.push((attribute.name.local.to_owned(), at.line, at.column));
                }
                let at = start.position();
                assert!(input[at.offset as usize..].starts_with('<'));
                (at.line, at.column)
            }
            Event::Text(text) => {
                let at = text.position();
                assert_eq!(
                    input[at.offset as usize..].chars().next(),
                    input.get(at.offset as usize..).unwrap().chars().next()
                );
                (at.line, at.column)
            }
            Event::End => (0, 0),
            Event::Eof => break,
        };
        if line == 0 {
            let at = reader.position();
            places.push((format!("end, in {}", reader.path()), at.line, at.column));
        } else {
            assert_eq!((reader.position().line, reader.position().column), (line, column));
            places.push((reader.path(), line, column));
        }
    }
    let expected = [
        ("é", 3, 3),
        ("b", 4, 3),
        ("/a", 2, 1),
        ("/a", 4, 9),
        ("/a/b[1]", 4, 11),
        ("end, in /a", 4, 15),
        ("/a", 4, 15),
        ("/a/b[2]", 5, 1),
        ("/a/b[2]", 5, 4),
        ("end, in /a", 6, 5),
        ("end, in /", 6, 9),
    ];
    let expected: Vec<_> = expected.iter().map(|&(path, line, column)| (path.to_owned(), line, column)).collect();
    assert_eq!(places, expected);
}

#[test]
fn findings_know_place_and_path() {
    for (document, line, column, offset, path) in [
        ("<r>\n<i/><p:i xmlns:p='u'><e/>\u{1}", 2, 26, 29, "/r/i[2]"),
        ("<r>\r\n  <x:i/></r>", 2, 3, 7, "/r/i[1]"),
        ("<r>é&nope;</r>", 1, 5, 5, "/r"),
        ("<r><a/><a b='é' c='&x;'/></r>", 1, 20, 20, "/r/a[2]"),
        ("<r a='日' a=''/>", 1, 10, 11, "/r"),
        ("<r>é\r]]></r>", 2, 1, 6, "/r"),
        ("<r></r>\n\nx", 3, 1, 9, "/"),
        ("<r>é\n</s>", 2, 1, 6, "/r"),
    ] {
        let finding = read(document).unwrap_err();
        let at = finding.position;
        // An undeclared prefix of an element is told at its name.
        let shift = u64::from(finding.expected.contains("declared prefix"));
        assert_eq!((at.line, at.column - shift, at.offset - shift), (line, column, offset), "{document:?}: {finding}");
        assert_eq!(finding.path, path, "{document}");
    }
}

#[test]
fn children_with_many_names_are_counted_up_to_a_bound() {
    let names: String = (0..100).map(|i| format!("<n{i}/>")).collect();
    let document = format!("<r>{names}<n0/><n99/></r>");
    let mut reader = Reader::new(document.as_bytes(), Limits::default());
    let mut paths = Vec::new();
    while let Ok(event) = reader.next() {
        match event {
            Event::Start(_) => paths.push(reader.path()),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(paths[1], "/r/n0[1]");
    assert_eq!(paths[64], "/r/n63[1]");
    assert_eq!(paths[65], "/r/n64");
    assert_eq!(paths[101], "/r/n0[2]");
    assert_eq!(paths[102], "/r/n99");
}
