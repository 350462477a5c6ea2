//! What was done and when: the timeline, actions, assessments, who was told (RFC 7970 §3.13; record model §4.5, §7, §8).

use std::mem::take;

use super::{
    super::{
        event::HistoryPair,
        parts::{TextPair, described},
    },
    people::Told,
};
use crate::{
    class::{Coded, DateTime, Path},
    iodef::{self, HistoryItem, MlString, vocab},
    record::{
        Record,
        actions::{Action, Notified, NotifiedWho},
        base::Dated,
        classification::Assessment,
        party::PartyRole,
    },
    translate::iodef::{
        convert::{Convert as _, Time, Word, texts_outward},
        mirror::Mirror as _,
        taken::{Context, NO_PLACE},
        trail::Trail,
    },
};

/// An entry is one of a time (RFC 7970 §3.13.1).
const NO_TIME: &str = "an entry of the history needs a time";
/// What is asked for needs none (§3.15), but somebody who asks for it.
const NOT_ASKED: &str = "an entry of the history needs a time, and nobody says that it is asked for (an Expectation)";

/// The history of the incident. Those who were told are contacts, too, which the caller makes.
pub(super) fn history(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) -> Vec<Told> {
    let root = Trail::ROOT;
    let to = to.child("History");
    let mut items = Vec::new();
    for (i, group) in take(&mut source.timeline).into_iter().enumerate() {
        let at = root.element("timeline", i);
        if is_dated(cx, &group, &group.at, &at, NO_TIME) {
            items.push(HistoryPair::outward(cx, group, &at, &to.item("HistoryItem", items.len() + 1)));
        }
    }
    for (index, action) in cx.raw_actions(|_| true) {
        items.extend(action_out(cx, action, &root.element("actions", index), &to.item("HistoryItem", items.len() + 1)));
    }
    for (i, group) in take(&mut source.assessments).into_iter().enumerate() {
        let at = root.element("assessments", i);
        items.extend(assessment_out(cx, group, &at, &to.item("HistoryItem", items.len() + 1)));
    }
    let mut told = Vec::new();
    for (i, mut group) in take(&mut source.notified).into_iter().enumerate() {
        let at = root.element("notified", i);
        if let Some(reference) = group.party.take() {
            let role = match group.who {
                Some(NotifiedWho::Police) => PartyRole::Leo,
                Some(NotifiedWho::ExternalCert) => PartyRole::CcIrt,
                _ => PartyRole::VictimNotified,
            };
            told.push((reference, at.member("party").to_string(), role));
        }
        items.extend(notified_out(cx, group, &at, &to.item("HistoryItem", items.len() + 1)));
    }
    if let Some(mut crisis) = source.crisis.take_if(|crisis| has_time(&crisis.at)) {
        let (at, to) = (root.member("crisis"), to.item("HistoryItem", items.len() + 1));
        let mut item = entry(cx, &mut crisis.at, &at.member("at"), Coded::Ext("crisis-declared".to_owned()), &to);
        moved(cx, &mut crisis.declared_by, &at.member("declared_by"), &mut item, &to);
        cx.rest_of_group(&crisis, &at, NO_PLACE);
        items.push(item);
    } else {
        cx.rest_of_group(&source.crisis.take(), &root.member("crisis"), NO_TIME);
    }
    for (time, name, action) in [
        (&mut source.contained_at, "contained_at", "contained"),
        (&mut source.resolved_at, "resolved_at", "resolved"),
        (&mut source.closed_at, "closed_at", "closed"),
    ] {
        if is_dated(cx, time, time, &root.member(name), NO_TIME) {
            let to = to.item("HistoryItem", items.len() + 1);
            items.push(entry(cx, time, &root.member(name), Coded::Ext(action.to_owned()), &to));
        } else {
            *time = None;
        }
    }
    if !items.is_empty() {
        made.history = Some(iodef::History { restriction: None, history_item: items });
    }
    told
}

fn has_time(time: &Option<Dated>) -> bool {
    time.as_ref().and_then(|time| time.at.as_ref()).is_some_and(|at| DateTime::new(at.as_str()).is_ok())
}

/// Whether there is a time for an entry; without one nothing of the group is written.
fn is_dated<V: serde::Serialize>(cx: &Context, group: &V, time: &Option<Dated>, at: &Trail<'_>, why: &str) -> bool {
    let dated = has_time(time);
    if !dated {
        cx.rest_of_group(group, at, why);
    }
    dated
}

/// An entry of this time and action.
fn entry(
    cx: &Context,
    time: &mut Option<Dated>,
    at: &Trail<'_>,
    action: Coded<vocab::Action>,
    to: &Path<'_>,
) -> HistoryItem {
    let taken = cx.take_group(time, at);
    let date_time = taken.and_then(|taken| Time::outward(taken, &to.child("DateTime")));
    HistoryItem { action: Some(action), date_time, ..HistoryItem::default() }
}

/// A word of the record as a description.
fn moved<V: Clone + serde::Serialize + ToString>(
    cx: &Context,
    place: &mut Option<V>,
    at: &Trail<'_>,
    item: &mut HistoryItem,
    to: &Path<'_>,
) {
    if let Some(taken) = cx.take_group(place, at) {
        let text = taken.moved(&to.item("Description", item.description.len() + 1)).flatten();
        item.description.extend(text.map(|text| MlString::new(&text.to_string())));
    }
}

/// Texts as descriptions.
macro_rules! texts {
    ($cx:ident, $group:ident, $at:ident, $item:ident, $to:ident, $($member:ident),*) => { $(
        if let Some(text) = $group.$member.take() {
            let to = $to.item("Description", $item.description.len() + 1);
            $item.description.push(described($cx, text, &$at.member(stringify!($member)), &to));
        }
    )* };
}

fn action_out(cx: &Context, mut action: Action, at: &Trail<'_>, to: &Path<'_>) -> Option<HistoryItem> {
    let time = action.done_at.as_ref().map_or(&action.start_at, |_| &action.done_at);
    if !is_dated(cx, &action, time, at, NOT_ASKED) {
        return None;
    }
    let (time, member) = match action.done_at {
        Some(_) => (&mut action.done_at, "done_at"),
        None => (&mut action.start_at, "start_at"),
    };
    let mut item = entry(cx, time, &at.member(member), vocab::Action::Other.into(), to);
    element!(cx, action, at, item, to);
    cx.structure(&mut action.state, &at.member("state"));
    if let Some(taken) = cx.take_group(&mut action.kind, &at.member("kind")) {
        item.action = Word::outward(taken, &to.child("@action")).or(item.action);
    }
    for (n, text) in take(&mut action.text).into_iter().enumerate() {
        let here = to.item("Description", n + 1);
        item.description.push(TextPair::outward(cx, text, &at.element("text", n), &here));
    }
    texts!(cx, action, at, item, to, result);
    if let Some(taken) = cx.take_group(&mut action.defined_coa, &at.member("defined_coa")) {
        item.defined_coa = texts_outward(taken, &to.child("DefinedCOA"));
    }
    cx.rest_of_group(&action, at, NO_PLACE);
    Some(item)
}

/// What an assessment found is not said: its words are the team's own.
fn assessment_out(cx: &Context, mut group: Assessment, at: &Trail<'_>, to: &Path<'_>) -> Option<HistoryItem> {
    if !is_dated(cx, &group, &group.at, at, NO_TIME) {
        return None;
    }
    let mut item = entry(cx, &mut group.at, &at.member("at"), vocab::Action::StatusTriage.into(), to);
    element!(cx, group, at, item, to);
    texts!(cx, group, at, item, to, reasons, changes);
    cx.rest_of_group(&group, at, NO_PLACE);
    Some(item)
}

fn notified_out(cx: &Context, mut group: Notified, at: &Trail<'_>, to: &Path<'_>) -> Option<HistoryItem> {
    if !is_dated(cx, &group, &group.at, at, NO_TIME) {
        return None;
    }
    let mut item = entry(cx, &mut group.at, &at.member("at"), Coded::Ext("notified".to_owned()), to);
    element!(cx, group, at, item, to);
    moved(cx, &mut group.who, &at.member("who"), &mut item, to);
    moved(cx, &mut group.how, &at.member("how"), &mut item, to);
    texts!(cx, group, at, item, to, action_required);
    cx.rest_of_group(&group, at, NO_PLACE);
    Some(item)
}
