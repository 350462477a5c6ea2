//! `restriction` and the markings of the record (RFC 7970 §3.3.1; record model §14).

use crate::{
    class::{Coded, Path},
    iodef::{is_narrower, vocab::Restriction},
    marking::Tlp,
    record::base::{Marking, Restriction as Scale},
    translate::{
        iodef::{
            taken::{Returning, Taken},
            trail::Trail,
        },
        ledger::Fate,
    },
};

/// The label or the word that a restriction means; nothing for one that nobody knows.
pub(in crate::translate) fn read(value: &Coded<Restriction>) -> Option<Marking> {
    let tlp = |tlp| Some(Marking { tlp: Some(tlp), ..Marking::default() });
    match value {
        Coded::Known(Restriction::White) => tlp(Tlp::Clear),
        Coded::Known(Restriction::Green) => tlp(Tlp::Green),
        Coded::Known(Restriction::Amber) => tlp(Tlp::Amber),
        Coded::Known(Restriction::Red) => tlp(Tlp::Red),
        Coded::Ext(text) if text == "amber+strict" => tlp(Tlp::AmberStrict),
        Coded::Known(_) => Some(Marking { restriction: Some(Scale::from(value.as_str())), ..Marking::default() }),
        Coded::Ext(_) | Coded::Other(_) => None,
    }
}

/// The restriction that says the marking. TLP wins over the other scale.
pub(in crate::translate) fn write(tlp: Option<Tlp>, scale: Option<&Scale>) -> Option<Coded<Restriction>> {
    match (tlp, scale) {
        (Some(Tlp::Clear), _) => Some(Restriction::White.into()),
        (Some(Tlp::Green), _) => Some(Restriction::Green.into()),
        (Some(Tlp::Amber), _) => Some(Restriction::Amber.into()),
        (Some(Tlp::AmberStrict), _) => Some(Coded::Ext("amber+strict".to_owned())),
        (Some(Tlp::Red), _) => Some(Restriction::Red.into()),
        (None, Some(scale)) => Some(Coded::from_meaning(scale.as_str())),
        (None, None) => None,
    }
}

/// Whether the word of the other scale means this label (RFC 7970 §3.3.1: amber is the same as need-to-know).
pub(in crate::translate::iodef) fn is_same(tlp: Option<Tlp>, scale: &Scale) -> bool {
    let of = match scale.as_str() {
        "public" => Tlp::Clear,
        "partner" => Tlp::Green,
        "need-to-know" => Tlp::Amber,
        "private" => Tlp::Red,
        _ => return false,
    };
    tlp == Some(of)
}

/// Into the record. A word that nobody knows may mean anything, so that what it marks is RED (record model §14); the word
/// is residue, and comes back.
pub(in crate::translate::iodef) fn inward(
    taken: Taken<'_, Option<Coded<Restriction>>>,
    to: &Trail<'_>,
) -> Option<Marking> {
    match taken.peek()?.as_ref().and_then(read) {
        Some(marking) => taken.kept(to).map(|_| marking),
        None => {
            taken.back();
            Some(Marking { tlp: Some(Tlp::Red), ..Marking::default() })
        }
    }
}

/// Out of the record. What it came with stands for RED, if that was a word that nobody knows.
pub(in crate::translate::iodef) fn outward(
    taken: Taken<'_, Option<Marking>>,
    residue: &[Returning],
    to: &Path<'_>,
) -> Option<Coded<Restriction>> {
    let marking = taken.peek()?.clone()?;
    let is_same = marking.restriction.as_ref().is_some_and(|scale| is_same(marking.tlp, scale));
    taken.each(&"", |below| {
        if below.ends_with(".restriction") && marking.tlp.is_some() && !is_same {
            Fate::Dropped { why: "two scales on one attribute: TLP is written".to_owned() }
        } else {
            Fate::Kept { to: to.to_string() }
        }
    });
    write(marking.tlp, marking.restriction.as_ref()).filter(|_| !stands_for(residue, marking.tlp))
}

/// Whether the label is RED because of a word among the residue that nobody knows: the word is written then.
pub(in crate::translate::iodef) fn stands_for(residue: &[Returning], tlp: Option<Tlp>) -> bool {
    let said = |place: &str| residue.iter().find(|one| one.path() == place).map(Returning::value);
    let came = match (said("@restriction"), said("@ext-restriction")) {
        (Some("ext-value"), Some(word)) => Some(Coded::Ext(word.to_owned())),
        (Some(word), _) => match Coded::from_meaning(word) {
            known @ Coded::Known(_) => Some(known),
            _ => Some(Coded::Other(word.to_owned())),
        },
        (None, _) => None,
    };
    tlp == Some(Tlp::Red) && came.is_some_and(|came| read(&came).is_none())
}

/// The restriction of an element, if fewer may see it than what it is to stand in.
pub(in crate::translate::iodef) fn narrower(
    marking: Option<&Marking>,
    around: &Coded<Restriction>,
) -> Option<Coded<Restriction>> {
    let own = marking.and_then(|marking| write(marking.tlp, marking.restriction.as_ref()))?;
    is_narrower(&own, around).then_some(own)
}
