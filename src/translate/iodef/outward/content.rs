//! Texts, intelligence, and what belongs to no event.

use std::mem::take;

use super::super::{
    marking,
    parts::{ActorPair, CampaignPair, DescriptionPair, ReferencePair, TextPair},
};
use crate::{
    class::Path,
    iodef::{self, MlString},
    record::{Record, actions::ActionState, base::Text},
    translate::{mirror::Mirror as _, taken::Context, trail::Trail},
};

/// Title, description and the forms' questions, as descriptions where RFC 7970 has no other place.
pub(super) fn texts(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    let moved = |text: Option<Text>, name: &str, made: &mut Vec<MlString>| {
        if let Some(text) = text {
            let to = to.item("Description", made.len() + 1);
            made.push(TextPair::outward(cx, text, &at.member(name), &to));
        }
    };
    moved(source.title.take(), "title", &mut made.description);
    for (i, group) in take(&mut source.description).into_iter().enumerate() {
        let to = to.item("Description", made.description.len() + 1);
        made.description.push(DescriptionPair::outward(cx, group, &at.element("description", i), &to));
    }
    moved(source.what_occurred.take(), "what_occurred", &mut made.description);
    if let Some(text) = source.how_occurred.take() {
        let to = to.item("Method", 1);
        let text = TextPair::outward(cx, text, &at.member("how_occurred"), &to.child("Description"));
        made.method.push(iodef::Method { description: vec![text], ..iodef::Method::default() });
    }
}

/// Malware, tools and vulnerabilities as methods with references; actors and campaigns as related activity.
pub(super) fn intelligence(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    macro_rules! methods {
        ($($member:ident),*) => { $(
            for (i, mut group) in take(&mut source.$member).into_iter().enumerate() {
                let at = at.element(stringify!($member), i);
                let to = to.item("Method", made.method.len() + 1);
                let mut method = iodef::Method::default();
                cx.structure(&mut group.id, &at.member("id"));
                cx.structure(&mut group.origins, &at.member("origins"));
                if let Some(taken) = cx.take_group(&mut group.marking, &at.member("marking")) {
                    method.restriction = marking::outward(taken, &to.child("@restriction"));
                }
                if let Some(taken) = cx.take_group(&mut group.name, &at.member("name")) {
                    let name = taken.moved(&to.child("Description")).flatten();
                    method.description.extend(name.as_deref().map(MlString::new));
                }
                for (n, text) in take(&mut group.descriptions).into_iter().enumerate() {
                    let to = to.item("Description", method.description.len() + 1);
                    method.description.push(TextPair::outward(cx, text, &at.element("descriptions", n), &to));
                }
                for (n, reference) in take(&mut group.references).into_iter().enumerate() {
                    let to = to.item("Reference", n + 1);
                    let class = ReferencePair::outward(cx, reference, &at.element("references", n), &to);
                    method.reference.push(class);
                }
                cx.rest_of_group(&group, &at, "the format has no class for it");
                if method != iodef::Method::default() {
                    made.method.push(method);
                }
            }
        )* };
    }
    methods!(malware, tools);
    let mut related = iodef::RelatedActivity::default();
    let here = to.item("RelatedActivity", made.related_activity.len() + 1);
    for (i, group) in take(&mut source.actors).into_iter().enumerate() {
        let class = ActorPair::outward(cx, group, &at.element("actors", i), &here.item("ThreatActor", i + 1));
        related.threat_actor.push(class);
    }
    for (i, group) in take(&mut source.campaigns).into_iter().enumerate() {
        let class = CampaignPair::outward(cx, group, &at.element("campaigns", i), &here.item("Campaign", i + 1));
        related.campaign.push(class);
    }
    if related != iodef::RelatedActivity::default() {
        made.related_activity.push(related);
    }
}

/// Systems, planned actions and evidence that belong to no event stand in one event of their own.
pub(super) fn loose_ends(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    let to = to.item("EventData", made.event_data.len() + 1);
    let mut event = iodef::EventData::default();
    for (i, component) in take(&mut source.components_affected).into_iter().enumerate() {
        let at = at.element("components_affected", i);
        let mut component = component;
        cx.structure(&mut component.id, &at.member("id"));
        if let Some(text) = component.text.take() {
            let here = to.item("Description", event.description.len() + 1);
            event.description.push(TextPair::outward(cx, text, &at.member("text"), &here));
        }
        cx.rest_of_group(&component, &at, "the format has no place for it");
    }
    let system = cx.systems(|_| true, &to.item("Flow", 1));
    if !system.is_empty() {
        event.flow.push(iodef::Flow { system });
    }
    event.expectation =
        cx.actions(|action| matches!(action.state, Some(ActionState::Planned | ActionState::Outstanding)), &to);
    let record_data = cx.evidence(|_| true, &to);
    if !record_data.is_empty() {
        event.record = Some(iodef::Record { restriction: None, record_data });
    }
    if event != iodef::EventData::default() {
        made.event_data.push(event);
    }
    for (index, event) in cx.stranded_events() {
        cx.rest_of_group(&event, &at.element("events", index), "its parents lead in a circle");
    }
}
