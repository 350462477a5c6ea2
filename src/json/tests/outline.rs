//! Where long lists stand.

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

use super::*;

/// `list` is one, whose elements have some; `on` leads to one.
#[derive(Clone, Copy)]
struct Tree;

impl Plan for Tree {
    fn member(self, name: &str) -> Option<Part<Self>> {
        match name {
            "list" => Some(Part::List(Some(self))),
            "flat" => Some(Part::List(None)),
            "on" => Some(Part::Object(self)),
            _ => None,
        }
    }
}

fn outline(text: &str, small: u64) -> (Outline, Places) {
    Outline::build(&mut Cursor::new(text), Tree, &Limits::default(), small).unwrap()
}

fn at(text: &str, range: &std::ops::Range<u64>) -> String {
    text[range.start as usize..range.end as usize].to_owned()
}

const TEXT: &str = r#" {"a": [1, {"list": [2]}], "list" : [ {"x": 1, "flat": [7, [8]]}, 5 , []], "on": {"on": {"flat": []}, "b": 0}, "list2": [], "z": "é"} "#;

#[test]
fn lists_are_found_where_the_plan_has_them() {
    let (found, _) = outline(TEXT, 0);
    assert_eq!(at(TEXT, &found.range), TEXT.trim());
    let shown: Vec<_> = found
        .lists
        .iter()
        .map(|list| (list.members.join("/"), list.elements.iter().map(|e| at(TEXT, &e.range)).collect::<Vec<_>>()))
        .collect();
    let list = vec![r#"{"x": 1, "flat": [7, [8]]}"#.to_owned(), "5".to_owned(), "[]".to_owned()];
    assert_eq!(shown, [("list".to_owned(), list), ("on/on/flat".to_owned(), Vec::new())]);
    let inner = found.lists[0].elements[0].outline.as_ref().unwrap();
    assert_eq!(inner.lists.len(), 1);
    assert_eq!(inner.lists[0].elements.iter().map(|e| at(TEXT, &e.range)).collect::<Vec<_>>(), ["7", "[8]"]);
    assert!(found.lists[0].elements[1].outline.is_none());

    let (coarse, _) = outline(TEXT, 30);
    assert_eq!(coarse.lists.len(), 2, "the root is larger");
    assert!(coarse.lists[0].elements[0].outline.is_none(), "the element is small");
    let (whole, _) = outline(TEXT, 1_000);
    assert!(whole.lists.is_empty());
}

#[test]
fn what_is_left_without_the_lists_knows_its_places() {
    let text = TEXT.replace(',', ",\n");
    let mut source = Cursor::new(text.as_str());
    let (found, places) = outline(&text, 0);
    let Left { bytes, stretches } = found.read(&mut source, 1_000).unwrap();
    assert_eq!(found.read(&mut source, bytes.len() as u64 - 1).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    let mut position = |offset| places.place(&mut source, offset).unwrap().position();
    let base = Base { position: position(found.range.start), ..Base::default() };
    let cuts = stretches.iter().map(|(from, offset)| (*from, position(*offset))).collect();
    let left = Document::parse_cut(&bytes, &Limits::default(), base, cuts).unwrap();
    let whole = parse(&text);
    for name in ["a", "list", "on", "list2", "z"] {
        let (here, there) = (left.root().get(name).unwrap(), whole.root().get(name).unwrap());
        let finding = left.finding(here.mismatch("x"));
        assert_eq!(
            (finding.position, &finding.path),
            (whole.position(there.offset), &whole.path(there.offset)),
            "{name}"
        );
    }
    assert!(left.root().get("list").unwrap().as_array().unwrap().is_empty());
}

/// A long document that is made while it is read.
struct Generated {
    count: u64,
    at: u64,
}

const HEAD: &[u8] = b"{\"list\": [\n";
const ELEMENT: &[u8] = b"{\"x\": \"0123456789\", \"flat\": [1, 2]},\n";
const TAIL: &[u8] = b"0]}";

impl Read for Generated {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let (head, element) = (HEAD.len() as u64, ELEMENT.len() as u64);
        let tail = head + self.count * element;
        let rest: &[u8] = if self.at < head {
            &HEAD[self.at as usize..]
        } else if self.at < tail {
            &ELEMENT[((self.at - head) % element) as usize..]
        } else {
            TAIL.get((self.at - tail) as usize..).unwrap_or_default()
        };
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Generated {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(at) => self.at = at,
            SeekFrom::Current(0) => {}
            SeekFrom::Current(_) | SeekFrom::End(_) => return Err(io::ErrorKind::Unsupported.into()),
        }
        Ok(self.at)
    }
}

#[test]
fn a_long_file_is_read_one_element_at_a_time() {
    let count = 20_000;
    let mut source = BufReader::new(Generated { count, at: 0 });
    let limits = Limits { text_bytes: 64, ..Limits::default() };
    let (found, places) = Outline::build(&mut source, Tree, &limits, 100).unwrap();
    let elements = &found.lists[0].elements;
    assert_eq!(elements.len() as u64, count + 1);
    for number in [0, 1, 1_500, count - 1] {
        let range = elements[number as usize].range.clone();
        let mut bytes = Vec::new();
        source.seek(SeekFrom::Start(range.start)).unwrap();
        read_on(&mut source, range.end - range.start, &mut bytes).unwrap();
        assert_eq!(bytes, &ELEMENT[..ELEMENT.len() - 2]);
        let position = places.place(&mut source, range.start + 10).unwrap().position();
        assert_eq!((position.line, position.column, position.offset), (number + 2, 11, range.start + 10));
    }

    let short = Limits { total_bytes: 500_000, ..limits };
    let finding = Outline::build(&mut source, Tree, &short, 100).unwrap_err();
    let element = (500_000 - HEAD.len() as u64) / ELEMENT.len() as u64;
    assert_eq!((finding.code, finding.position.offset), (Code::LimitExceeded, 500_000));
    assert_eq!(finding.position.line, 2 + element);
    assert!(finding.path.starts_with(&format!("$.list[{element}]")), "{finding}");
}

#[test]
fn a_source_that_fails_is_a_finding() {
    struct Broken(Cursor<&'static [u8]>);
    impl Read for Broken {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            match self.0.read(out)? {
                0 => Err(io::Error::other("disk on fire")),
                count => Ok(count),
            }
        }
    }
    impl Seek for Broken {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    let mut source = BufReader::new(Broken(Cursor::new(b"[1,")));
    let finding = Outline::build(&mut source, Tree, &Limits::default(), 0).unwrap_err();
    assert_eq!((finding.code, finding.found.as_str()), (Code::FileUnreadable, "disk on fire"));
}
