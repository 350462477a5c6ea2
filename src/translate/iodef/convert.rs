//! Simple values between a class and the record, each way once.

use super::{taken::Taken, trail::Trail};
use crate::translate::ledger::Fate;
use crate::{
    class::{Coded, DateTime, Enumeration, Integer, Lang, Lexical, LexicalKind, Path},
    record::base::{Currency, Dated, Decimal},
    time::{Grammar, WireTime},
};

/// A pair of simple types. Both ways end what they are given; what the other side cannot hold goes back to the residue
/// (into the record) or is dropped with the reason (out of it).
pub(super) trait Convert<I, R> {
    /// Into the record.
    fn inward(taken: Taken<'_, Option<I>>, to: &Trail<'_>) -> Option<R>;
    /// Out of the record.
    fn outward(taken: Taken<'_, Option<R>>, to: &Path<'_>) -> Option<I>;
}

/// Text as text.
pub(super) enum Plain {}

impl<K: LexicalKind + 'static> Convert<Lexical<K>, String> for Plain {
    fn inward(taken: Taken<'_, Option<Lexical<K>>>, to: &Trail<'_>) -> Option<String> {
        taken.kept(to).flatten().map(Lexical::into_string)
    }
    fn outward(taken: Taken<'_, Option<String>>, to: &Path<'_>) -> Option<Lexical<K>> {
        let made = taken.peek()?.as_deref().map(Lexical::new)?;
        match made {
            Ok(made) => taken.kept(to).map(|_| made),
            Err(bad) => taken.discard(&format!("the format takes {} only", bad.expected)).and(None),
        }
    }
}

/// A language tag.
pub(super) enum Tag {}

impl Convert<Lang, String> for Tag {
    fn inward(taken: Taken<'_, Option<Lang>>, to: &Trail<'_>) -> Option<String> {
        taken.kept(to).flatten().map(Lexical::into_string)
    }
    fn outward(taken: Taken<'_, Option<String>>, to: &Path<'_>) -> Option<Lang> {
        Plain::outward(taken, to)
    }
}

/// A word of an enumeration, where the record keeps unknown words too.
pub(super) enum Word {}

impl<E: Enumeration, R: From<String> + Into<String> + Clone> Convert<Coded<E>, R> for Word {
    fn inward(taken: Taken<'_, Option<Coded<E>>>, to: &Trail<'_>) -> Option<R> {
        // Only a registered value and an extension mean a word; a value that breaks the rules stays as it came.
        let word = match taken.peek()?.as_ref()? {
            Coded::Other(_) => None,
            coded if Coded::<E>::from_meaning(coded.meaning()) == *coded => Some(coded.meaning().to_owned()),
            _ => None,
        };
        match word {
            Some(word) => taken.kept(to).map(|_| R::from(word)),
            None => {
                taken.back();
                None
            }
        }
    }
    fn outward(taken: Taken<'_, Option<R>>, to: &Path<'_>) -> Option<Coded<E>> {
        let word: String = taken.peek()?.clone()?.into();
        match Coded::from_meaning(&word) {
            Coded::Other(_) => taken.discard("the format has no such value and no extension").and(None),
            coded => taken.kept(to).map(|_| coded),
        }
    }
}

/// A word of an enumeration, where the record has a closed list.
pub(super) enum Closed {}

/// A closed list of the record: its words.
pub(super) trait Listed: Copy + 'static {
    /// Every value.
    fn all() -> &'static [Self];
    /// Its word.
    fn word(self) -> &'static str;
}

macro_rules! listed {
    ($($type:ty),* $(,)?) => { $(
        impl Listed for $type {
            fn all() -> &'static [Self] { <$type>::ALL }
            fn word(self) -> &'static str { self.as_str() }
        }
    )* };
}
listed!(
    crate::record::base::YesNo,
    crate::record::impact::ImpactOccurrence,
    crate::record::impact::Completion,
    crate::record::indicator::Operator,
);

impl<E: Enumeration, R: Listed> Convert<Coded<E>, R> for Closed {
    fn inward(taken: Taken<'_, Option<Coded<E>>>, to: &Trail<'_>) -> Option<R> {
        let known = taken.peek()?.as_ref()?.known();
        let found = known.and_then(|known| E::DEF.values.get(known.index()));
        match found.and_then(|word| R::all().iter().find(|value| value.word() == *word)) {
            Some(value) => taken.kept(to).map(|_| *value),
            None => {
                taken.back();
                None
            }
        }
    }
    fn outward(taken: Taken<'_, Option<R>>, to: &Path<'_>) -> Option<Coded<E>> {
        let value = (*taken.peek()?)?;
        match Coded::from_meaning(value.word()) {
            coded @ Coded::Known(_) => taken.kept(to).map(|_| coded),
            _ => taken.discard("the format has no such value").and(None),
        }
    }
}

/// A whole number.
pub(super) enum Whole {}

impl Convert<Integer, i64> for Whole {
    fn inward(taken: Taken<'_, Option<Integer>>, to: &Trail<'_>) -> Option<i64> {
        let written = taken.peek()?.as_ref()?;
        match written.parse::<i64>().ok().filter(|number| number.to_string() == written.as_str()) {
            Some(number) => taken.kept(to).map(|_| number),
            // Written with a sign or zeros, or larger than any number that the field is for.
            None => {
                taken.back();
                None
            }
        }
    }
    fn outward(taken: Taken<'_, Option<i64>>, to: &Path<'_>) -> Option<Integer> {
        let number = taken.kept(to).flatten()?;
        Integer::new(&number.to_string()).ok()
    }
}

/// A text of a form of its own in the record: a number, a currency.
pub(super) enum Figure {}

/// A type of the record that keeps its text.
pub(super) trait Written: std::str::FromStr {
    /// The text.
    fn written(&self) -> &str;
}

impl Written for Decimal {
    fn written(&self) -> &str {
        self.as_str()
    }
}

impl Written for Currency {
    fn written(&self) -> &str {
        self.as_str()
    }
}

impl<K: LexicalKind + 'static, R: Written> Convert<Lexical<K>, R> for Figure {
    fn inward(taken: Taken<'_, Option<Lexical<K>>>, to: &Trail<'_>) -> Option<R> {
        match taken.peek()?.as_ref()?.as_str().parse().ok() {
            Some(number) => taken.kept(to).map(|_| number),
            None => {
                taken.back();
                None
            }
        }
    }
    fn outward(taken: Taken<'_, Option<R>>, to: &Path<'_>) -> Option<Lexical<K>> {
        let made = Lexical::new(taken.peek()?.as_ref()?.written());
        match made {
            Ok(made) => taken.kept(to).map(|_| made),
            Err(bad) => taken.discard(&format!("the format takes {} only", bad.expected)).and(None),
        }
    }
}

/// A time.
pub(super) enum Time {}

impl Convert<DateTime, WireTime> for Time {
    fn inward(taken: Taken<'_, Option<DateTime>>, to: &Trail<'_>) -> Option<WireTime> {
        match WireTime::parse(taken.peek()?.as_ref()?, Grammar::Xsd).ok() {
            Some(time) => taken.kept(to).map(|_| time),
            None => {
                taken.back();
                None
            }
        }
    }
    fn outward(taken: Taken<'_, Option<WireTime>>, to: &Path<'_>) -> Option<DateTime> {
        let made = DateTime::new(taken.peek()?.as_ref()?.as_str());
        match made {
            Ok(made) => taken.kept(to).map(|_| made),
            Err(_) => taken.discard("not a time that XML Schema can write").and(None),
        }
    }
}

impl Convert<DateTime, Dated> for Time {
    fn inward(taken: Taken<'_, Option<DateTime>>, to: &Trail<'_>) -> Option<Dated> {
        <Time as Convert<DateTime, WireTime>>::inward(taken, &to.member("at")).map(Dated::from)
    }
    fn outward(taken: Taken<'_, Option<Dated>>, to: &Path<'_>) -> Option<DateTime> {
        let time = taken.peek()?.as_ref()?.at.as_ref().and_then(|at| DateTime::new(at.as_str()).ok());
        taken.each(&"", |below| match (below.ends_with(".at"), &time) {
            (true, Some(_)) => Fate::Kept { to: to.to_string() },
            (true, None) => Fate::Dropped { why: "not a time that XML Schema can write".to_owned() },
            _ => Fate::Dropped { why: "the format has a time and nothing about it".to_owned() },
        });
        time
    }
}

/// A text in a class of its own would be its content: this is for lists of plain texts.
pub(super) fn texts_inward<K: LexicalKind + 'static>(taken: Taken<'_, Vec<Lexical<K>>>, to: &Trail<'_>) -> Vec<String> {
    // Elements are counted from 1, those of a list from 0.
    let place = |below: &str| {
        let number = below.rsplit_once('[').and_then(|(_, rest)| rest.strip_suffix(']')?.parse::<usize>().ok());
        Fate::Kept { to: format!("{to}[{}]", number.unwrap_or(1).saturating_sub(1)) }
    };
    taken.each(&"", place).unwrap_or_default().into_iter().map(Lexical::into_string).collect()
}

/// The way back; a text that the type does not accept is left out, and with it the account says so for the list.
pub(super) fn texts_outward<K: LexicalKind + 'static>(taken: Taken<'_, Vec<String>>, to: &Path<'_>) -> Vec<Lexical<K>> {
    let Some(texts) = taken.peek() else { return Vec::new() };
    let made: Vec<Option<Lexical<K>>> = texts.iter().map(|text| Lexical::new(text).ok()).collect();
    taken.each(&"", |below| {
        let index = below.rsplit_once('[').and_then(|(_, rest)| rest.strip_suffix(']')?.parse::<usize>().ok());
        match index.and_then(|index| made.get(index)) {
            Some(None) => Fate::Dropped { why: "the format does not take this text here".to_owned() },
            _ => Fate::Kept { to: to.to_string() },
        }
    });
    made.into_iter().flatten().collect()
}
