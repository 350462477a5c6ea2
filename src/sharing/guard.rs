//! The naming guard (requirement 102): to name somebody wrongly does damage, so a suspected perpetrator or an actor is
//! named only when confirmed, or by approval. What kind of perpetrator it is may be said all the same.

use serde_json::Value;

use super::case::{Case, Leaf};
use crate::record::{Record, Segment, base::Rating, forms::Suspicion};

/// Members of a perpetrator that say who it is.
const PERPETRATOR: &[&str] = &["description", "insider"];
/// Members of an actor that say who it is.
const ACTOR: &[&str] = &["names", "urls", "descriptions", "references"];

/// Who is named by a value although that is not confirmed: a perpetrator below `confirmed`, an actor whose own
/// confidence is not `high`.
pub(super) fn unconfirmed(record: &Record, case: &Case, leaf: &Leaf) -> Option<&'static str> {
    let segments = leaf.place.segments();
    if let [Segment::Member("perpetrator"), Segment::Member(member), ..] = segments {
        let level = record.perpetrator.as_ref().and_then(|perpetrator| perpetrator.suspicion_level);
        return (PERPETRATOR.contains(member) && level != Some(Suspicion::Confirmed)).then_some("the perpetrator");
    }
    let actor = segments.windows(3).position(|steps| {
        matches!(steps, [Segment::Member("actors"), Segment::Index(_), Segment::Member(member)] if ACTOR.contains(member))
    })?;
    let pointer: String = leaf.pointer.split_inclusive('/').take(actor + 3).collect();
    let confidence = case.value.pointer(&format!("{pointer}confidence/rating"));
    let sure = confidence.and_then(Value::as_str) == Some(Rating::High.as_str());
    (!sure).then_some("the actor")
}
