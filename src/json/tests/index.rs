//! Reading a large file piece by piece.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use super::*;

#[test]
fn members_and_elements_are_found_where_they_stand() {
    let text = concat!(
        "{\"version\": 1, \"list\": [ {\"id\":\"a\",\"list\":[9]}, [], \"x\" ,4],\r\n",
        " \"é\": {\"list\": [7]}, \"deep\": [{\"list\":[1,2]}, 0, {\"no\":1, \"list\":[3]}]}"
    );
    let mut source = Cursor::new(text);
    let patterns: [&[Step<'_>]; 5] = [
        &[Step::Members],
        &[Step::Member("list"), Step::Elements],
        &[Step::Member("deep"), Step::Elements, Step::Member("list"), Step::Elements],
        &[],
        &[Step::Member("version"), Step::Elements],
    ];
    let index = Index::build(&mut source, patterns, &Limits::default()).unwrap();
    let found = |pattern: usize| -> Vec<(Option<&str>, u64, &str)> {
        let entries = index.entries(pattern).iter();
        entries.map(|e| (e.key.as_deref(), e.ordinal, &text[e.start as usize..e.end as usize])).collect()
    };
    let members = found(0);
    assert_eq!(
        members.iter().map(|m| m.0).collect::<Vec<_>>(),
        [Some("version"), Some("list"), Some("é"), Some("deep")]
    );
    assert_eq!(members[2], (Some("é"), 2, "{\"list\": [7]}"));
    assert_eq!(
        found(1),
        [(None, 0, "{\"id\":\"a\",\"list\":[9]}"), (None, 1, "[]"), (None, 2, "\"x\""), (None, 3, "4")]
    );
    assert_eq!(found(2), [(None, 0, "1"), (None, 1, "2"), (None, 0, "3")]);
    assert_eq!(found(3), [(None, 0, text)]);
    assert_eq!(found(4), []);

    let entry = index.entries(0)[2].clone();
    let bytes = index.read(&mut source, &entry, 13).unwrap();
    assert_eq!(bytes, b"{\"list\": [7]}");
    assert_eq!(index.read(&mut source, &entry, 12).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    let base = index.base(&mut source, &entry, "$['é']").unwrap();
    assert_eq!((base.position.line, base.position.column), (2, 7));
    let document = Document::parse_at(&bytes, &Limits::default(), base).unwrap();
    let seven = &document.root().get("list").unwrap().as_array().unwrap()[0];
    let finding = document.finding(seven.as_str().unwrap_err());
    assert_eq!(finding.path, "$['é'].list[0]");
    assert_eq!((finding.position.line, finding.position.column), (2, 17));
    assert_eq!(&text[finding.position.offset as usize..][..1], "7");
}

/// A file of `count` elements that is made while it is read, so that its size costs no memory.
struct Generated {
    count: u64,
    at: u64,
}

const ELEMENT: &[u8] = b"{\"name\":\"indicator \xC3\xA9\",\"value\":[1,2,3]},\n";
const HEAD: &[u8] = b"{\"objects\":[\n";
const TAIL: &[u8] = b"null]}";

impl Generated {
    fn len(&self) -> u64 {
        HEAD.len() as u64 + self.count * ELEMENT.len() as u64 + TAIL.len() as u64
    }

    fn byte(&self, at: u64) -> u8 {
        let body = self.count * ELEMENT.len() as u64;
        match at.checked_sub(HEAD.len() as u64) {
            None => HEAD[at as usize],
            Some(at) if at < body => ELEMENT[(at % ELEMENT.len() as u64) as usize],
            Some(at) => TAIL[(at - body) as usize],
        }
    }
}

impl Read for Generated {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = (self.len() - self.at).min(out.len() as u64) as usize;
        for (i, byte) in out[..count].iter_mut().enumerate() {
            *byte = self.byte(self.at + i as u64);
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Generated {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(at) => self.at = at,
            _ => return Err(io::ErrorKind::Unsupported.into()),
        }
        Ok(self.at)
    }
}

#[test]
fn a_long_file_is_read_one_element_at_a_time() {
    let count = 20_000;
    let mut source = Generated { count, at: 0 };
    let limits = Limits { text_bytes: 64, ..Limits::default() };
    let index = Index::build(&mut source, [&[Step::Member("objects"), Step::Elements]], &limits).unwrap();
    let entries = index.entries(0);
    assert_eq!(entries.len() as u64, count + 1);
    for number in [0, 1, 1_500, count - 1] {
        let entry = &entries[number as usize];
        assert_eq!(entry.ordinal, number);
        let bytes = index.read(&mut source, entry, 1_000).unwrap();
        assert_eq!(bytes, &ELEMENT[..ELEMENT.len() - 2]);
        let position = index.position(&mut source, entry.start + 10).unwrap();
        assert_eq!((position.line, position.column, position.offset), (number + 2, 11, entry.start + 10));
    }

    let short = Limits { total_bytes: 500_000, ..limits };
    let finding = Index::build(&mut source, [&[]], &short).unwrap_err();
    assert_eq!(finding.code, Code::LimitExceeded);
    assert_eq!(finding.position.offset, 500_000);
    assert_eq!(finding.position.line, 2 + (500_000 - HEAD.len() as u64) / ELEMENT.len() as u64);
    let element = (500_000 - HEAD.len() as u64) / ELEMENT.len() as u64;
    assert!(finding.path.starts_with(&format!("$.objects[{element}]")), "{finding}");
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
    let finding = Index::build(&mut Broken(Cursor::new(b"[1,")), [&[]], &Limits::default()).unwrap_err();
    assert_eq!((finding.code, finding.found.as_str()), (Code::FileUnreadable, "disk on fire"));
}
