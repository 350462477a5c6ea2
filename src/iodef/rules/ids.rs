//! The ids of a document and what refers to them, remembered while classes go by: 16 bytes of hash and a place each, so that
//! a million indicators need tens of megabytes. Only of a reference whose id has not come yet there is more.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasherDefault, DefaultHasher, Hasher},
};

use super::Rule;
use crate::error::{Finding, Position};

/// What has an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A class with `observable-id`.
    Observable,
    /// An Indicator.
    Indicator,
    /// No thing of this document: an indicator that RelatedActivity or AlternativeIndicatorID names.
    Mention,
}

/// An id that came, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub kind: Kind,
    line: u32,
    column: u32,
}

impl Known {
    /// Where it came, as a finding tells it. Binary input has no lines.
    pub fn place(&self) -> String {
        match self.line {
            0 => "before".to_owned(),
            line => format!("at {line}:{}", self.column),
        }
    }
}

/// A reference whose id has not come yet, or came of the wrong kind.
struct Waiting {
    rule: &'static Rule,
    /// The kind that the id must be of, if it comes; `None` when any will do, but it must come.
    wanted: Option<Kind>,
    /// Place in the order of the document.
    number: usize,
    position: Position,
    /// The path, and what the finding would say.
    text: Option<Box<(String, String)>>,
}

/// References whose id has not come of which the text is kept too. Beyond them the place has to do: a document may have
/// a million, and few of them are told.
const WITH_TEXT: usize = 20_000;

/// Two hashes of an id. Whoever finds two ids with one key has a document in which one of them is called repeated, and no
/// more.
type Key = u128;

fn key(id: &str) -> Key {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(salt);
        hasher.write(id.as_bytes());
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

/// For keys that are hashes already, or addresses.
#[derive(Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
    /// Of an address, the low bits are zero.
    fn write_usize(&mut self, address: usize) {
        self.0 = (address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Spread>>;

/// The ids and the open references of one document.
#[derive(Default)]
pub(super) struct Ids {
    known: Map<Key, Known>,
    waiting: Map<Key, Vec<Waiting>>,
    /// How many of those have their text.
    with_text: usize,
    /// How many references there were.
    references: usize,
    /// How many mentions: mostly none.
    mentions: usize,
}

impl Ids {
    /// The id, if it was mentioned before it came.
    pub fn mentioned(&self, id: &str) -> Option<Known> {
        if self.mentions == 0 {
            return None;
        }
        self.known.get(&key(id)).copied().filter(|known| known.kind == Kind::Mention)
    }

    /// An id comes; the one that came before it, if that matters. The first counts, but what was only mentioned gives way,
    /// and to an indicator without a word: it may be the one that was mentioned.
    pub fn came(&mut self, id: &str, kind: Kind, position: Position) -> Option<Known> {
        let short = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let came = Known { kind, line: short(position.line), column: short(position.column) };
        let key = key(id);
        self.mentions += usize::from(kind == Kind::Mention);
        let (before, counts) = match self.known.entry(key) {
            Entry::Vacant(free) => {
                free.insert(came);
                (None, true)
            }
            Entry::Occupied(mut known) if known.get().kind == Kind::Mention && kind != Kind::Mention => {
                let before = known.insert(came);
                (Some(before).filter(|_| kind != Kind::Indicator), true)
            }
            Entry::Occupied(known) => (Some(*known.get()), false),
        };
        if counts
            && !self.waiting.is_empty()
            && let Some(waiting) = self.waiting.get_mut(&key)
        {
            let with_text = |waiting: &[Waiting]| waiting.iter().filter(|one| one.text.is_some()).count();
            self.with_text -= with_text(waiting);
            waiting.retain(|one| one.wanted.is_some_and(|wanted| wanted != kind));
            self.with_text += with_text(waiting);
        }
        before
    }

    /// Whether a reference may stay as it is: the id came, or it is left to [`Ids::end`]. `tell` gives the place and, if it is
    /// asked for, path and what stands there.
    pub fn refer(
        &mut self,
        rule: &'static Rule,
        id: &str,
        wanted: Option<Kind>,
        tell: impl FnOnce(bool) -> (Position, Option<(String, String)>),
    ) -> bool {
        let key = key(id);
        self.references += 1;
        match self.known.get(&key) {
            Some(known) if wanted.is_none_or(|wanted| wanted == known.kind) => true,
            // A mention may still give way to the thing itself.
            Some(known) if known.kind != Kind::Mention => false,
            _ => {
                let (position, text) = tell(self.with_text < WITH_TEXT);
                self.with_text += usize::from(text.is_some());
                let waiting = Waiting { rule, wanted, number: self.references, position, text: text.map(Box::new) };
                // Most ids are waited for once.
                self.waiting.entry(key).or_insert_with(|| Vec::with_capacity(1)).push(waiting);
                true
            }
        }
    }

    /// What was referred to and did not come.
    pub fn end(&mut self, tell: &mut dyn FnMut(Finding)) {
        let known = &self.known;
        let open = std::mem::take(&mut self.waiting).into_iter();
        let mut left: Vec<Waiting> = open
            .flat_map(|(key, waiting)| {
                // Where no id came at all, the rule that wants any has said so.
                waiting.into_iter().filter(move |one| one.wanted.is_none() || known.contains_key(&key))
            })
            .collect();
        left.sort_unstable_by_key(|one| one.number);
        for Waiting { rule, position, text, .. } in left {
            let (path, found) = text.map_or_else(|| (String::new(), "a reference".to_owned()), |text| *text);
            tell(rule.finding(position, path, &found));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iodef::rules::RULES;

    fn at(line: u64) -> (Position, Option<(String, String)>) {
        (Position { line, column: 1, offset: line }, Some((format!("/{line}"), format!("id-{line}"))))
    }

    fn left(mut ids: Ids) -> Vec<String> {
        let mut findings = Vec::new();
        ids.end(&mut |finding| findings.push(finding));
        findings.into_iter().map(|finding| finding.path).collect()
    }

    /// Nothing is compared with everything: twice as many would else take four times as long, and this test minutes.
    #[test]
    fn many_references_to_what_comes_later_are_settled() {
        let mut ids = Ids::default();
        let count = 200_000;
        for line in 1..=count {
            assert!(ids.refer(&RULES[0], &format!("id-{line}"), None, |_| at(line)));
            assert!(ids.refer(&RULES[0], "last", None, |_| at(line)));
        }
        for line in (1..count).rev() {
            ids.came(&format!("id-{line}"), Kind::Observable, Position::default());
        }
        ids.came("last", Kind::Observable, Position::default());
        assert_eq!(left(ids), [format!("/{count}")]);
    }

    #[test]
    fn what_is_left_is_told_in_the_order_of_the_document() {
        let mut ids = Ids::default();
        for line in 1..100 {
            assert!(ids.refer(&RULES[0], &format!("id-{line}"), None, |_| at(line)));
        }
        assert_eq!(left(ids), (1..100).map(|line| format!("/{line}")).collect::<Vec<_>>());
    }

    /// A mention is no indicator, but gives way to one.
    #[test]
    fn a_mention_gives_way() {
        for comes in [true, false] {
            let mut ids = Ids::default();
            ids.came("a", Kind::Mention, Position { line: 1, column: 1, offset: 0 });
            assert!(ids.mentioned("a").is_some() && ids.mentioned("b").is_none());
            assert!(ids.refer(&RULES[0], "a", None, |_| at(2)), "an id is there");
            assert!(ids.refer(&RULES[0], "a", Some(Kind::Indicator), |_| at(3)), "it may still come");
            if comes {
                ids.came("a", Kind::Indicator, Position { line: 4, column: 1, offset: 0 });
                let again = ids.came("a", Kind::Observable, Position::default());
                assert_eq!(again.map(|known| known.place()).as_deref(), Some("at 4:1"));
            }
            assert_eq!(left(ids).len(), usize::from(!comes));
        }
    }

    #[test]
    fn the_wrong_kind_is_known_at_once() {
        let mut ids = Ids::default();
        ids.came("a", Kind::Observable, Position::default());
        assert!(!ids.refer(&RULES[0], "a", Some(Kind::Indicator), |_| at(1)));
        assert!(left(ids).is_empty());
    }
}
