//! A document without our blocks, for somebody who has no use for them.

use std::collections::BTreeMap;

use super::{
    FORMAT_ID,
    units::{groups, locate},
};
use crate::{
    class::{self, Path},
    iodef::{Extension, IodefDocument},
    record::RecordDocument,
    translate::{
        iodef::RECORD_BLOCKS,
        ledger::{Entry, Fate},
    },
};

/// Why what stands in them is not in the document.
const PLAIN: &str = "no class says it, and our blocks are left out";

const BLOCK: &str = "AdditionalData";

/// Takes our blocks out of a document, and says so in the account.
pub(in crate::translate) fn leave_out(made: &mut IodefDocument, account: &mut [Entry]) {
    let is_ours = |block: &Extension| [FORMAT_ID, RECORD_BLOCKS].map(Some).contains(&block.format_id.as_deref());
    // Where each block stands now, if it does.
    let mut places: BTreeMap<String, Option<String>> = BTreeMap::new();
    class::each_class(made, &Path::root("IODEF-Document"), &mut |class, path| {
        let field = class.def().fields.iter().position(|field| field.rust == "additional_data");
        let Some(slot) = field.and_then(|index| class.slot_mut(index)) else { return };
        let (mut at, mut number) = (0, 0);
        while let Some(block) = class::element(slot, at) {
            number += 1;
            let ours = block.any().downcast_ref::<Extension>().is_some_and(is_ours);
            let now = (!ours).then(|| path.item(BLOCK, at + 1).to_string());
            places.insert(path.item(BLOCK, number).to_string(), now);
            if ours { slot.remove(at) } else { at += 1 }
        }
    });
    for entry in account {
        let Some(place) = entry.fate.place_mut() else { continue };
        let block = place.rfind(&format!("/{BLOCK}[")).and_then(|at| Some(at + place.get(at..)?.find(']')? + 1));
        let Some((block, rest)) = block.and_then(|end| place.split_at_checked(end)) else { continue };
        match places.get(block) {
            Some(Some(now)) => *place = format!("{now}{rest}"),
            Some(None) => entry.fate = Fate::Dropped { why: PLAIN.to_owned() },
            None => {}
        }
    }
}

/// Things of a list that are read again as things of another one stand in a place that says less about what they are: a
/// malware is a method, and so on. `back` is the account of the way back to `read_again`.
pub(in crate::translate) fn say_moved(
    source: &RecordDocument,
    account: &mut [Entry],
    read_again: &RecordDocument,
    back: &[Entry],
) {
    let (mine, theirs) = (groups(source), groups(read_again));
    let leads: BTreeMap<&str, &str> =
        back.iter().filter_map(|entry| Some((entry.path.as_str(), entry.fate.place()?))).collect();
    for entry in account {
        let Fate::Kept { to } = &entry.fate else { continue };
        let Some((_, unit, _)) = locate(&entry.path, &mine).filter(|(_, unit, _)| unit.index.is_some()) else {
            continue;
        };
        let inside = |path: &str| {
            path.strip_prefix(to.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
        };
        let said = leads.range(to.as_str()..).take_while(|(path, _)| path.starts_with(to.as_str()));
        let mut lists = said
            .filter(|(path, _)| inside(path))
            .filter_map(|(_, place)| locate(place, &theirs))
            .filter_map(|(_, other, _)| other.index.map(|_| other.member))
            // A party stands in one list, and what refers to it is written as it.
            .filter(|list| list != "parties")
            .peekable();
        if lists.peek().is_some() && lists.all(|list| list != unit.member) {
            entry.fate = Fate::Moved { to: to.clone() };
        }
    }
}
