//! Records to IODEF: one incident for each record.

/// The members of an element of the record that are alike in all of them; its marking becomes the restriction of the class.
macro_rules! element {
    ($cx:ident, $group:ident, $at:ident, $class:ident, $to:ident) => {
        $cx.structure(&mut $group.id, &$at.member("id"));
        $cx.structure(&mut $group.origins, &$at.member("origins"));
        if let Some(taken) = $cx.take_group(&mut $group.marking, &$at.member("marking")) {
            $class.restriction = $crate::translate::iodef::marking::outward(taken, &[], &$to.child("@restriction"));
        }
    };
}

mod assessment;
mod content;
pub(super) mod dropped;
mod frame;
mod history;
mod people;
mod rules;

use std::mem::take;

use self::{
    assessment::assessments,
    content::{detection, intelligence, loose_ends, texts, vulnerabilities},
    frame::{aliases_out, frame},
    history::history,
    people::contacts,
};
use super::{
    event::events_out,
    facts, ids,
    impact::AssessmentPair,
    indicator::IndicatorPair,
    parts::{DiscoveryPair, MethodPair, RelatedPair},
    pool::Pool,
};
use crate::{
    class::Path,
    iodef::{self, IodefDocument, Version},
    record::{Document, Record, RecordDocument, identity::Related},
    translate::{
        iodef::{
            convert::{Convert as _, Tag, Time},
            mirror::Mirror as _,
            taken::{Context, NO_PLACE, leaves_of},
            trail::Trail,
        },
        ledger::{Entry, Fate, of_record},
        withheld::leave_out_elements,
    },
};

pub(super) use self::rules::say_unknown;
pub(in crate::translate) use self::rules::{leave_out_hollow, say_states, say_what_is_unsaid};

/// An IODEF document out of records, and the account of every leaf of them. A record without number, time, purpose or
/// contact gives an incident without, which the codec then refuses to write: nothing is invented.
pub fn to_iodef(mut source: RecordDocument) -> (IodefDocument, Vec<Entry>) {
    let left_out = leave_out_elements(&mut source);
    let root = Path::root("IODEF-Document");
    let cx = Context::default();
    let mut made = document_out(&cx, source.document, &root);
    let mut contexts = vec![cx];
    for (i, mut record) in source.records.into_iter().enumerate() {
        let cx = Context { pool: Pool::of(&mut record), ..Context::default() };
        made.incident.push(incident_out(&cx, record, &root.item("Incident", i + 1)));
        contexts.push(cx);
    }
    ids::settle(&mut made, &contexts);
    let mut account = Vec::new();
    for (i, cx) in contexts.into_iter().enumerate() {
        let mut entries = cx.ledger.close();
        dropped::give_reasons(&mut entries);
        // The first is that of the document itself.
        if let Some(number) = i.checked_sub(1) {
            entries.iter_mut().for_each(|entry| of_record(&mut entry.path, number));
        }
        account.extend(entries);
    }
    left_out.tell(&mut account);
    (made, account)
}

fn document_out(cx: &Context, mut source: Document, to: &Path<'_>) -> IodefDocument {
    let at = Trail::ROOT;
    let at = at.member("document");
    let mut made = IodefDocument::default();
    if let Some(taken) = cx.take_group(&mut source.lang, &at.member("lang")) {
        made.lang = Tag::outward(taken, &to.child("@xml:lang"));
    }
    let residue = cx.returning(take(&mut source.carried), &source.origins, None, &at);
    cx.structure(&mut source.origins, &at.member("origins"));
    cx.rest_of_group(&source, &at, NO_PLACE);
    cx.put_back(residue, &mut made, to);
    // A version that was not that of the standard has come back as residue.
    made.version = made.version.or_else(|| Version::new("2.00").ok());
    made
}

fn incident_out(cx: &Context, mut source: Record, to: &Path<'_>) -> iodef::Incident {
    let at = Trail::ROOT;
    let mut made = iodef::Incident::default();
    let residue = cx.returning(take(&mut source.carried), &source.origins, None, &at);
    cx.structure(&mut source.origins, &at.member("origins"));
    // Ids of a document follow from it; it never stands in one itself.
    cx.kept("$.id", &"(ids that follow from it)");
    source.id = Default::default();

    frame(cx, &mut source, &residue, &mut made, to);
    aliases_out(cx, &mut source, &mut made, to);
    macro_rules! times {
        ($($member:ident => $field:ident $name:literal),*) => { $(
            if let Some(taken) = cx.take_group(&mut source.$member, &at.member(stringify!($member))) {
                made.$field = Time::outward(taken, &to.child($name));
            }
        )* };
    }
    times!(
        discovered_at => detect_time "DetectTime", occurred_at => start_time "StartTime", ended_at => end_time "EndTime",
        recovered_at => recovery_time "RecoveryTime", reported_at => report_time "ReportTime"
    );
    // Who was told when a report came in was told then.
    if made.report_time.is_none()
        && let Some(taken) = cx.take_group(&mut source.received_at, &at.member("received_at"))
    {
        made.report_time = Time::outward(taken, &to.child("ReportTime"));
    }
    let narrower = texts(cx, &mut source, &mut made, to);
    macro_rules! lists {
        ($($member:ident => $field:ident $name:literal $pair:ident),*) => { $(
            for (i, group) in take(&mut source.$member).into_iter().enumerate() {
                let to = to.item($name, made.$field.len() + 1);
                made.$field.push($pair::outward(cx, group, &at.element(stringify!($member), i), &to));
            }
        )* };
    }
    for (i, group) in take(&mut source.related).into_iter().enumerate() {
        let (at, to) = (at.element("related", i), to.item("RelatedActivity", made.related_activity.len() + 1));
        if names_nothing(&group) {
            cx.rest_of_group(&group, &at, NO_ACTIVITY);
        } else {
            made.related_activity.push(RelatedPair::outward(cx, group, &at, &to));
        }
    }
    lists!(
        discovery => discovery "Discovery" DiscoveryPair,
        impacts => assessment "Assessment" AssessmentPair, methods => method "Method" MethodPair
    );
    detection(cx, &mut source, &mut made, to);
    vulnerabilities(cx, &mut source, &mut made, to);
    intelligence(cx, &mut source, &mut made, to);
    assessments(cx, &mut source, &mut made, to);
    made.event_data = events_out(cx, None, to);
    loose_ends(cx, &mut source, narrower, &mut made, to);
    let indicators_at = to.child("IndicatorData");
    let mut indicators = Vec::new();
    for (i, group) in take(&mut source.indicators).into_iter().enumerate() {
        let to = indicators_at.item("Indicator", i + 1);
        indicators.push(IndicatorPair::outward(cx, group, &at.element("indicators", i), &to));
    }
    if !indicators.is_empty() {
        made.indicator_data = Some(iodef::IndicatorData { indicator: indicators });
    }
    let told = history(cx, &mut source, &mut made, to);
    // Last, since what is left of the parties by now stands by itself.
    contacts(cx, &mut source, told, &mut made, to);
    facts::outward(cx, &mut source, &mut made, to);
    source.kind = Default::default();
    rest(cx, &source, &at);
    cx.put_back(residue, &mut made, to);
    made
}

/// RFC 7970 §3.6.
const NO_ACTIVITY: &str = "a RelatedActivity names other incidents or activity: nothing that it could name is written";

/// Whether a link is one of things of the record among themselves, or of records of this house, or no more than a word for
/// how they are related: without its ends it says nothing, and a reader would take it for one to another incident. What came
/// as a RelatedActivity is one again.
fn names_nothing(link: &Related) -> bool {
    let has_ends = !link.incidents.is_empty()
        || !link.urls.is_empty()
        || !link.actors.is_empty()
        || !link.campaigns.is_empty()
        || !link.indicators.is_empty();
    let came = link.origins.iter().any(|origin| origin.path.as_deref().is_some_and(|path| path.starts_with("/IODEF-")));
    let is_bare = link.descriptions.is_empty() && link.why.is_none() && link.confidence.is_none();
    let within = !link.elements.is_empty() || is_bare && (link.record.is_some() || link.relation.is_some() && !came);
    !has_ends && within
}

/// What no rule has taken. `id` and `kind` are always there and are accounted for above.
fn rest(cx: &Context, source: &Record, at: &Trail<'_>) {
    for leaf in leaves_of(source, at) {
        if leaf.path != "$.id" && leaf.path != "$.kind" {
            let why = NO_PLACE.to_owned();
            cx.ledger.end(leaf.path, Fate::Dropped { why });
        }
    }
}
