//! Texts, intelligence, and what belongs to no event.

use std::mem::take;

use super::super::{
    blocks::{Fact, write},
    marking,
    parts::{ActorPair, CampaignPair, DescriptionPair, ReferencePair, TextPair, described},
};
use crate::{
    class::{Coded, Path},
    iodef::{self, MlString, restriction_of, vocab::DiscoverySource},
    record::{
        Record,
        actions::ActionState,
        base::{Marking, Text},
        classification::{DetectionWay, ExternalDetector},
        forms::AffectedComponent,
        identity::Description,
    },
    translate::iodef::{
        convert::{Convert as _, Time},
        mirror::Mirror as _,
        taken::{Context, NO_PLACE},
        trail::Trail,
    },
};

/// Title, description and the forms' questions, as descriptions where RFC 7970 has no other place. A description has no
/// restriction: those that fewer may see than the incident are the caller's to place, each with its number.
pub(super) fn texts(
    cx: &Context,
    source: &mut Record,
    made: &mut iodef::Incident,
    to: &Path<'_>,
) -> Vec<(usize, Description)> {
    let at = Trail::ROOT;
    let around = restriction_of(made);
    let mut narrower = Vec::new();
    let moved = |text: Option<Text>, name: &str, made: &mut Vec<MlString>| {
        if let Some(text) = text {
            let to = to.item("Description", made.len() + 1);
            made.push(described(cx, text, &at.member(name), &to));
        }
    };
    moved(source.title.take(), "title", &mut made.description);
    for (i, group) in take(&mut source.description).into_iter().enumerate() {
        if marking::narrower(group.marking.as_ref(), &around).is_some() {
            narrower.push((i, group));
            continue;
        }
        let to = to.item("Description", made.description.len() + 1);
        made.description.push(DescriptionPair::outward(cx, group, &at.element("description", i), &to));
    }
    moved(source.what_occurred.take(), "what_occurred", &mut made.description);
    if let Some(text) = source.how_occurred.take() {
        let to = to.item("Method", 1);
        let text = TextPair::outward(cx, text, &at.member("how_occurred"), &to.child("Description"));
        made.method.push(iodef::Method { description: vec![text], ..iodef::Method::default() });
    }
    narrower
}

/// By what it was noticed, after E.409, in the words of RFC 7970 where it has one.
pub(super) fn detection(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let root = Trail::ROOT;
    let around = root.member("e409");
    let list = source.e409.as_mut().map(|e409| take(&mut e409.detection)).unwrap_or_default();
    for (i, mut group) in list.into_iter().enumerate() {
        let (at, to) = (around.element("detection", i), to.item("Discovery", made.discovery.len() + 1));
        let here = to.child("@source");
        let mut class = iodef::Discovery::default();
        let external = group.external;
        if let Some(taken) = cx.take_group(&mut group.external, &at.member("external")) {
            let (source, exact) = match external {
                Some(ExternalDetector::LawEnforcement) => (DiscoverySource::Leo, true),
                Some(ExternalDetector::Partner) => (DiscoverySource::Partner, true),
                _ => (DiscoverySource::ExternalNotification, false),
            };
            class.source = Some(source.into());
            let _ = if exact { taken.kept(&here) } else { taken.coarsened(&here, "RFC 7970 does not say by whom") };
        }
        let way = group.way;
        if let Some(taken) = cx.take_group(&mut group.way, &at.member("way")) {
            match (&class.source, way) {
                (Some(_), Some(DetectionWay::External)) => _ = taken.kept(&here),
                (Some(_), _) => _ = taken.discard("a Discovery has one source: who noticed it is written"),
                (None, Some(DetectionWay::External)) => {
                    class.source = Some(DiscoverySource::ExternalNotification.into());
                    _ = taken.kept(&here);
                }
                (None, way) => {
                    class.source = way.map(|way| Coded::Ext(way.as_str().to_owned()));
                    _ = taken.kept(&here);
                }
            }
        }
        if let Some(text) = group.text.take() {
            class.description.push(TextPair::outward(cx, text, &at.member("text"), &to.item("Description", 1)));
        }
        if class != iodef::Discovery::default() {
            made.discovery.push(class);
        }
    }
}

/// Vulnerabilities as methods: one reference with the name, then those to what was published.
pub(super) fn vulnerabilities(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let root = Trail::ROOT;
    let lists = [
        ("vulnerabilities", take(&mut source.vulnerabilities)),
        ("vulnerabilities_exploited", take(&mut source.vulnerabilities_exploited)),
    ];
    for (member, list) in lists {
        for (i, mut group) in list.into_iter().enumerate() {
            let (at, to) = (root.element(member, i), to.item("Method", made.method.len() + 1));
            let mut method = iodef::Method::default();
            let mut named = iodef::Reference::default();
            element!(cx, group, at, method, to);
            let here = to.item("Reference", 1);
            if let Some(taken) = cx.take_group(&mut group.name, &at.member("name")) {
                let name = taken.moved(&here.item("Description", 1)).flatten();
                named.description.extend(name.as_deref().map(MlString::new));
            }
            for (n, text) in take(&mut group.descriptions).into_iter().enumerate() {
                let here = here.item("Description", named.description.len() + 1);
                named.description.push(TextPair::outward(cx, text, &at.element("descriptions", n), &here));
            }
            if named != iodef::Reference::default() {
                method.reference.push(named);
            }
            for (n, reference) in take(&mut group.references).into_iter().enumerate() {
                let to = to.item("Reference", method.reference.len() + 1);
                method.reference.push(ReferencePair::outward(cx, reference, &at.element("references", n), &to));
            }
            let fact = Fact::new("vulnerability", "vulnerability");
            write(cx, group, fact, &at, &to, &mut method.additional_data);
            if method != iodef::Method::default() {
                made.method.push(method);
            }
        }
    }
}

/// Malware and tools as methods with references; actors and campaigns as related activity.
pub(super) fn intelligence(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    macro_rules! methods {
        ($($member:ident $meaning:literal),*) => { $(
            for (i, mut group) in take(&mut source.$member).into_iter().enumerate() {
                let at = at.element(stringify!($member), i);
                let to = to.item("Method", made.method.len() + 1);
                let mut method = iodef::Method::default();
                element!(cx, group, at, method, to);
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
                let fact = Fact::new($meaning, $meaning);
                write(cx, group, fact, &at, &to, &mut method.additional_data);
                if method != iodef::Method::default() {
                    made.method.push(method);
                }
            }
        )* };
    }
    methods!(malware "malware", tools "tool");
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

/// Systems, planned actions and evidence that belong to no event stand in one event of their own; so do the texts that
/// fewer may see than the incident, `descriptions` of it among them.
pub(super) fn loose_ends(
    cx: &Context,
    source: &mut Record,
    descriptions: Vec<(usize, Description)>,
    made: &mut iodef::Incident,
    to: &Path<'_>,
) {
    let at = Trail::ROOT;
    let incident = to;
    let to = to.item("EventData", made.event_data.len() + 1);
    let mut event = iodef::EventData::default();
    // The form asks for the day; an event of the record's own says when it began itself.
    if made.event_data.is_empty()
        && source.occurred_at.is_none()
        && made.start_time.is_none()
        && let Some(taken) = cx.take_group(&mut source.date_of_event, &at.member("date_of_event"))
    {
        event.start_time = Time::outward(taken, &to.child("StartTime"));
    }
    let around = restriction_of(made);
    let (mut narrower, mut apart) = (Vec::new(), Vec::new());
    for (i, component) in take(&mut source.components_affected).into_iter().enumerate() {
        if marking::narrower(component.marking.as_ref(), &around).is_some() {
            narrower.push((i, component));
            continue;
        }
        component_out(cx, component, &at.element("components_affected", i), &mut event, &to);
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
    for (i, component) in narrower {
        let (event, to) = event_for(component.marking.as_ref(), made, &mut apart, incident);
        component_out(cx, component, &at.element("components_affected", i), event, &to);
    }
    for (i, group) in descriptions {
        let (event, to) = event_for(group.marking.as_ref(), made, &mut apart, incident);
        description_out(cx, group, &at.element("description", i), event, &to);
    }
    for (index, event) in cx.stranded_events() {
        cx.rest_of_group(&event, &at.element("events", index), "its parents lead in a circle");
    }
}

/// The event of those who may see what is marked so. `apart` are the places of such events among all.
fn event_for<'m, 'p>(
    marking: Option<&Marking>,
    made: &'m mut iodef::Incident,
    apart: &mut Vec<usize>,
    incident: &'p Path<'p>,
) -> (&'m mut iodef::EventData, Path<'p>) {
    let restriction = marking::narrower(marking, &restriction_of(made));
    let events = &mut made.event_data;
    let is_it = |i: &&usize| events.get(**i).is_some_and(|event| event.restriction == restriction);
    let found = apart.iter().find(is_it).copied();
    let index = found.unwrap_or(events.len());
    if found.is_none() {
        apart.push(index);
        events.push(iodef::EventData { restriction, ..iodef::EventData::default() });
    }
    (&mut events[index], incident.item("EventData", index + 1))
}

/// A component that is affected, as a description of its event.
fn component_out(
    cx: &Context,
    mut component: AffectedComponent,
    at: &Trail<'_>,
    event: &mut iodef::EventData,
    to: &Path<'_>,
) {
    cx.structure(&mut component.id, &at.member("id"));
    marked_by(cx, &mut component.marking, at, event, to);
    if let Some(text) = component.text.take() {
        let here = to.item("Description", event.description.len() + 1);
        event.description.push(described(cx, text, &at.member("text"), &here));
    }
    cx.rest_of_group(&component, at, NO_PLACE);
}

/// A description of the incident as one of an event, which has a restriction.
fn description_out(cx: &Context, mut group: Description, at: &Trail<'_>, event: &mut iodef::EventData, to: &Path<'_>) {
    marked_by(cx, &mut group.marking, at, event, to);
    let here = to.item("Description", event.description.len() + 1);
    let said = cx.take_group(&mut group.text, &at.member("text"));
    let mut class = DescriptionPair::outward(cx, group, at, &here);
    class.text = said.and_then(|taken| taken.moved(&here).flatten()).as_deref().map(Into::into);
    event.description.push(class);
}

/// The marking of a thing that stands in an event of that marking. Elsewhere there is no place for it.
fn marked_by(cx: &Context, marking: &mut Option<Marking>, at: &Trail<'_>, event: &iodef::EventData, to: &Path<'_>) {
    if event.restriction.is_some()
        && let Some(taken) = cx.take_group(marking, &at.member("marking"))
    {
        marking::outward(taken, &[], &to.child("@restriction"));
    }
}
