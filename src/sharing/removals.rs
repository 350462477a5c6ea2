//! The list of what was removed: where everything below a place stays here for the same reason, the place stands for it.

use super::{
    case::Case,
    judge::{Fate, Verdicts},
};
use crate::record::{Place, Removal, Segment};

/// Everything that stays here, in the order of the record.
pub(super) fn list(case: &Case, verdicts: &Verdicts) -> Vec<Removal> {
    let mut root = Branch::default();
    for (leaf, fate) in case.leaves.iter().zip(&verdicts.fates) {
        let end = match fate {
            Fate::Kept | Fate::Changed(..) => End::Goes,
            Fate::Dropped(why) => End::Stays(why.to_string()),
            Fate::Vanished => End::Vanishes,
        };
        root.grow(leaf.place.segments(), end);
    }
    let mut removals = Vec::new();
    root.gather(&mut Place::default(), &mut removals);
    removals
}

/// A part of the record.
#[derive(Default)]
struct Branch {
    end: Option<End>,
    inside: Vec<(Segment, Branch)>,
}

#[derive(Clone, PartialEq)]
enum End {
    Goes,
    Stays(String),
    Vanishes,
}

impl Branch {
    /// Leaves come in the order of the record, so a step that is not the last one here is a new one.
    fn grow(&mut self, steps: &[Segment], end: End) {
        let Some((step, rest)) = steps.split_first() else {
            self.end = Some(end);
            return;
        };
        if self.inside.last().is_none_or(|(last, _)| last != step) {
            self.inside.push((*step, Branch::default()));
        }
        if let Some((_, branch)) = self.inside.last_mut() {
            branch.grow(rest, end);
        }
    }

    /// The one reason for which all of it stays; none when some goes or there are several. Vanished ends have no reason
    /// of their own.
    fn reason(&self) -> Option<Option<&str>> {
        match &self.end {
            Some(End::Goes) => return None,
            Some(End::Stays(why)) => return Some(Some(why)),
            Some(End::Vanishes) => return Some(None),
            None => {}
        }
        let mut reason = None;
        for (_, branch) in &self.inside {
            match (branch.reason()?, reason) {
                (Some(why), Some(known)) if why != known => return None,
                (Some(why), _) => reason = Some(why),
                (None, _) => {}
            }
        }
        Some(reason)
    }

    fn gather(&self, place: &mut Place, removals: &mut Vec<Removal>) {
        match self.reason() {
            Some(Some(why)) => removals.push(Removal { path: place.to_string(), why: why.to_owned() }),
            Some(None) => {}
            None => {
                for (step, branch) in &self.inside {
                    place.at(*step, |place| branch.gather(place, removals));
                }
            }
        }
    }
}
