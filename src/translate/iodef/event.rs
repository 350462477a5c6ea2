//! Events with what belongs to them: actions, evidence, the timeline (RFC 7970 §3.13-§3.16, §3.22; record model §8-§10).

use std::mem::take;

use super::{
    blocks::blocks,
    files::{FileSetPair, HashPair, RegistryChangePair, is_digest},
    impact::AssessmentPair,
    parts::{
        DiscoveryPair, IncidentNamePair, MethodPair, RecordPatternPair, SoftwarePair, TextPair, ValuePair, described,
    },
    party::{contact_in, contacts_in, contacts_out, referred},
    system::SystemPair,
};
use crate::{
    class::Path,
    iodef,
    record::{
        actions::{Action, ActionState},
        base::ElementRef,
        event::{Event, Flow},
        evidence::Evidence,
        files::Hash,
        timeline::TimelineEntry,
    },
    translate::iodef::{
        convert::{Time, Word},
        mirror::{Mirror as _, mirror},
        taken::{Context, NO_PLACE},
        trail::Trail,
    },
};

mirror! {
    /// Events (§3.14); what nests and what is referred to is done by the caller.
    EventPair: iodef::EventData => Event as "event" restriction {
        many description <=> descriptions: TextPair;
        leaf detect_time <=> discovered_at: Time;
        leaf start_time <=> occurred_at: Time;
        leaf end_time <=> ended_at: Time;
        leaf recovery_time <=> recovered_at: Time;
        leaf report_time <=> reported_at: Time;
        many discovery <=> discovery: DiscoveryPair;
        opt assessment <=> assessment: AssessmentPair;
        many method <=> methods: MethodPair;
        also inward lists_in;
        also outward lists_out;
    }
    /// What is asked for (§3.15).
    ActionPair: iodef::Expectation => Action as "action" restriction {
        leaf action <=> kind: Word;
        leaf severity <=> severity: Word;
        many description <=> text: TextPair;
        texts defined_coa <=> defined_coa;
        leaf start_time <=> start_at: Time;
        leaf end_time <=> due: Time;
        also inward action_in;
        also outward action_out;
    }
    /// Evidence (§3.22.1); certificates are carried.
    EvidencePair: iodef::RecordData => Evidence as "evidence" restriction {
        leaf date_time <=> at: Time;
        many description <=> descriptions: TextPair;
        opt application <=> application: SoftwarePair;
        many record_pattern <=> patterns: RecordPatternPair;
        many record_item <=> excerpt: ValuePair;
        texts url <=> urls;
        many file_data <=> files: FileSetPair;
        many registry_keys_modified <=> registry_changes: RegistryChangePair;
        also inward evidence_in;
        also outward evidence_out;
    }
    /// Entries of the timeline (§3.13.1).
    HistoryPair: iodef::HistoryItem => TimelineEntry as "entry" restriction {
        leaf action <=> action: Word;
        leaf date_time <=> at: Time;
        opt incident_id <=> incident: IncidentNamePair;
        many description <=> text: TextPair;
        texts defined_coa <=> defined_coa;
        also inward history_in;
        also outward history_out;
    }
}

fn action_in(cx: &Context, source: &mut iodef::Expectation, made: &mut Action, at: &Path<'_>, _: &Trail<'_>) {
    made.owner = source.contact.take().map(|contact| contact_in(cx, contact, &at.child("Contact")));
    // What a partner expects of us is not done.
    made.state = Some(ActionState::Outstanding);
}

fn action_out(cx: &Context, source: &mut Action, made: &mut iodef::Expectation, at: &Trail<'_>, to: &Path<'_>) {
    cx.structure(&mut source.state, &at.member("state"));
    if let Some(owner) = source.owner.take() {
        made.contact = referred(cx, &owner, &at.member("owner").to_string(), None, &to.child("Contact"));
    }
}

blocks! {
    evidence_in, evidence_blocks: iodef::RecordData => Evidence {
        kind = "evidence-kind",
        physical = "physical",
        excerpt_zone = "excerpt-zone",
        acquired = "acquired",
        source = "source",
        location = "location",
        storage = "storage",
        seal = "seal",
        custody = "custody",
    }
}

/// The title says what a thing is, as its first description; digests are those of a file, the thing.
fn evidence_out(cx: &Context, source: &mut Evidence, made: &mut iodef::RecordData, at: &Trail<'_>, to: &Path<'_>) {
    if let Some(title) = source.title.take() {
        made.description.insert(0, described(cx, title, &at.member("title"), &to.item("Description", 1)));
    }
    evidence_blocks(cx, source, made, at, to);
    let file = to.item("FileData", made.file_data.len() + 1);
    let file = file.item("File", 1);
    let hashes = file.child("HashData");
    let mut hash = Vec::new();
    for (i, mut digest) in take(&mut source.digests).into_iter().enumerate() {
        let at = at.element("digests", i);
        if is_digest(digest.alg.as_deref(), digest.value.as_deref()) {
            let group = Hash { alg: digest.alg.take(), value: digest.value.take(), ..Hash::default() };
            hash.push(HashPair::outward(cx, group, &at, &hashes.item("Hash", hash.len() + 1)));
            cx.rest_of_group(&digest, &at, NO_PLACE);
        } else {
            cx.rest_of_group(&digest, &at, "not a digest that XML signature has a name for");
        }
    }
    if !hash.is_empty() {
        let scope = Some(iodef::vocab::HashScope::FileContents.into());
        let hash_data = Some(iodef::HashData { scope, hash, ..iodef::HashData::default() });
        let file = vec![iodef::File { hash_data, ..iodef::File::default() }];
        made.file_data.push(iodef::FileData { file, ..iodef::FileData::default() });
    }
}

fn history_in(cx: &Context, source: &mut iodef::HistoryItem, made: &mut TimelineEntry, at: &Path<'_>, _: &Trail<'_>) {
    made.contact = source.contact.take().map(|contact| contact_in(cx, contact, &at.child("Contact")));
}

/// What is no action is written by its kind, as an extension.
fn history_out(cx: &Context, source: &mut TimelineEntry, made: &mut iodef::HistoryItem, at: &Trail<'_>, to: &Path<'_>) {
    if let Some(contact) = source.contact.take() {
        made.contact = referred(cx, &contact, &at.member("contact").to_string(), None, &to.child("Contact"));
    }
    if made.action.is_none()
        && let Some(taken) = cx.take_group(&mut source.kind, &at.member("kind"))
    {
        let word = taken.kept(&to.child("@action")).flatten().map_or("observation", |kind| kind.as_str());
        made.action = Some(crate::class::Coded::from_meaning(word));
    }
    for (text, member) in [(source.result.take(), "result"), (source.why.take(), "why")] {
        if let Some(text) = text {
            let to = to.item("Description", made.description.len() + 1);
            made.description.push(described(cx, text, &at.member(member), &to));
        }
    }
}

/// What stands in lists of the record's own.
fn lists_in(cx: &Context, source: &mut iodef::EventData, made: &mut Event, at: &Path<'_>, _: &Trail<'_>) {
    made.parent = cx.parent.take();
    made.parties = contacts_in(cx, take(&mut source.contact), at);
    let event = ElementRef::from(&made.id);
    for (i, mut class) in take(&mut source.flow).into_iter().enumerate() {
        let mut flow = Flow { id: cx.element_id("flow"), ..Flow::default() };
        let at = at.item("Flow", i + 1);
        for (n, class) in take(&mut class.system).into_iter().enumerate() {
            let to = Trail::ROOT;
            let index = cx.made.borrow().systems.len();
            *cx.flow.borrow_mut() = Some((event.clone(), ElementRef::from(&flow.id)));
            let system = SystemPair::inward(cx, class, &at.item("System", n + 1), &to.element("systems", index));
            cx.made.borrow_mut().systems.push(system);
        }
        flow.origins.push(crate::record::base::Origin { path: Some(at.to_string()), ..Default::default() });
        made.flows.push(flow);
    }
    for (i, class) in take(&mut source.expectation).into_iter().enumerate() {
        let index = cx.made.borrow().actions.len();
        let to = Trail::ROOT;
        let action = ActionPair::inward(cx, class, &at.item("Expectation", i + 1), &to.element("actions", index));
        made.actions.push(ElementRef::from(&action.id));
        cx.made.borrow_mut().actions.push(action);
    }
    if let Some(record) = &mut source.record {
        let at = at.child("Record");
        for (i, class) in take(&mut record.record_data).into_iter().enumerate() {
            let index = cx.made.borrow().evidence.len();
            let to = Trail::ROOT;
            let item = EvidencePair::inward(cx, class, &at.item("RecordData", i + 1), &to.element("evidence", index));
            made.evidence.push(ElementRef::from(&item.id));
            cx.made.borrow_mut().evidence.push(item);
        }
        if record.restriction.is_none() {
            source.record = None;
        }
    }
    let children = take(&mut source.event_data);
    events_in(cx, children, at, Some(event));
}

/// Events at one level, and those within them; parents stand before their children.
pub(super) fn events_in(cx: &Context, events: Vec<iodef::EventData>, at: &Path<'_>, parent: Option<ElementRef>) {
    for (i, class) in events.into_iter().enumerate() {
        let index = {
            // The place is held by an empty event while what is inside is read.
            let mut made = cx.made.borrow_mut();
            made.events.push(Event::default());
            made.events.len() - 1
        };
        let to = Trail::ROOT;
        cx.parent.borrow_mut().clone_from(&parent);
        let event = EventPair::inward(cx, class, &at.item("EventData", i + 1), &to.element("events", index));
        cx.made.borrow_mut().events[index] = event;
    }
}

fn lists_out(cx: &Context, source: &mut Event, made: &mut iodef::EventData, at: &Trail<'_>, to: &Path<'_>) {
    cx.structure(&mut source.parent, &at.member("parent"));
    made.contact = contacts_out(cx, &mut source.parties, &at.member("parties"), to);
    let event = ElementRef::from(&source.id);
    for (i, mut flow) in take(&mut source.flows).into_iter().enumerate() {
        let at = at.element("flows", i);
        let (reference, to) = (ElementRef::from(&flow.id), to.item("Flow", made.flow.len() + 1));
        cx.structure(&mut flow.id, &at.member("id"));
        cx.structure(&mut flow.origins, &at.member("origins"));
        cx.rest_of_group(&flow, &at, NO_PLACE);
        let system = cx.systems(|system| system.flow.as_ref() == Some(&reference), &to);
        if !system.is_empty() {
            made.flow.push(iodef::Flow { system });
        }
    }
    let to_flow = to.item("Flow", made.flow.len() + 1);
    let loose = cx.systems(|system| system.event.as_ref() == Some(&event), &to_flow);
    if !loose.is_empty() {
        made.flow.push(iodef::Flow { system: loose });
    }
    if let Some(taken) = cx.take_group(&mut source.actions, &at.member("actions")) {
        let references = taken.kept(&to.child("Expectation")).unwrap_or_default();
        made.expectation = cx.actions(|action| references.contains(&ElementRef::from(&action.id)), to);
    }
    if let Some(taken) = cx.take_group(&mut source.evidence, &at.member("evidence")) {
        let references = taken.kept(&to.child("Record")).unwrap_or_default();
        let record_data = cx.evidence(|item| references.contains(&ElementRef::from(&item.id)), to);
        if !record_data.is_empty() {
            made.record = Some(iodef::Record { restriction: None, record_data });
        }
    }
    made.event_data = events_out(cx, Some(&event), to);
}

/// The events of one parent.
pub(super) fn events_out(cx: &Context, parent: Option<&ElementRef>, to: &Path<'_>) -> Vec<iodef::EventData> {
    let mut made = Vec::new();
    while let Some((index, event)) = cx.next_event(parent) {
        let at = Trail::ROOT;
        let to = to.item("EventData", made.len() + 1);
        made.push(EventPair::outward(cx, event, &at.element("events", index), &to));
    }
    made
}
