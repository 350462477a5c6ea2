//! `restriction` and the markings of the record (RFC 7970 §3.3.1; record model §14).

use crate::{
    class::{Coded, Path},
    iodef::vocab::Restriction,
    marking::Tlp,
    record::base::{Marking, Restriction as Scale},
    translate::{ledger::Fate, taken::Taken, trail::Trail},
};

/// The label or the word that a restriction means; nothing for one that is not known.
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

/// Into the record.
pub(in crate::translate) fn inward(taken: Taken<'_, Option<Coded<Restriction>>>, to: &Trail<'_>) -> Option<Marking> {
    match taken.peek()?.as_ref().and_then(read) {
        Some(marking) => taken.kept(to).map(|_| marking),
        None => {
            taken.back();
            None
        }
    }
}

/// Out of the record.
pub(in crate::translate) fn outward(taken: Taken<'_, Option<Marking>>, to: &Path<'_>) -> Option<Coded<Restriction>> {
    let marking = taken.peek()?.clone()?;
    taken.each(&"", |below| {
        if below.ends_with(".restriction") && marking.tlp.is_some() {
            Fate::Dropped { why: "two scales on one attribute: TLP is written".to_owned() }
        } else {
            Fate::Kept { to: to.to_string() }
        }
    });
    write(marking.tlp, marking.restriction.as_ref())
}
