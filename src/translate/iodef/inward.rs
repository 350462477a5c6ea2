//! IODEF to records: one record for each incident.

use std::mem::take;

use uuid::Uuid;

use super::{
    event::{HistoryPair, events_in},
    facts,
    impact::AssessmentPair,
    indicator::IndicatorPair,
    marking,
    parts::{DescriptionPair, DiscoveryPair, MethodPair, RelatedPair},
    party::contacts_in,
};
use crate::{
    class::{self, Path},
    iodef::{self, IodefDocument, vocab},
    record::{
        Document, Record, RecordDocument,
        base::RecordId,
        classification::Status,
        handling::Handling,
        identity::{Alias, AliasRole, Kind},
    },
    translate::{
        iodef::{
            convert::{Convert as _, Plain, Tag, Time, Word},
            mirror::Mirror as _,
            taken::Context,
            trail::Trail,
        },
        ledger::{Entry, of_record},
    },
};

/// Namespace of the ids of records that translation makes: they follow from the document, and a document that comes
/// twice gives the same record.
const IDS: Uuid = Uuid::from_u128(0x5d0f_6a3e_5b0b_4c5e_9a53_7d8f_53a1_2e11);

/// Classes that become elements of the record.
const MARKED: &[&str] = &[
    "Incident",
    "RelatedActivity",
    "ThreatActor",
    "Campaign",
    "Contact",
    "Discovery",
    "Method",
    "Assessment",
    "HistoryItem",
    "EventData",
    "Expectation",
    "System",
    "RecordData",
    "Indicator",
];

/// Records out of an IODEF document, and the account of every leaf of its normal form.
pub fn from_iodef(mut source: IodefDocument) -> (RecordDocument, Vec<Entry>) {
    normal(&mut source);
    let mut made = RecordDocument::default();
    let mut account = Vec::new();
    let root = Path::root("IODEF-Document");
    for (i, incident) in take(&mut source.incident).into_iter().enumerate() {
        let cx = Context::default();
        made.records.push(incident_in(&cx, incident, &root.item("Incident", i + 1), i));
        let mut entries = cx.ledger.close();
        entries.iter_mut().filter_map(|entry| entry.fate.place_mut()).for_each(|place| of_record(place, i));
        account.extend(entries);
    }
    let cx = Context::default();
    made.document = document_in(&cx, source, &root);
    account.extend(cx.ledger.close());
    (made, account)
}

/// The normal form that is translated. What becomes an element of the record must know its marking; the rest has that of
/// the element it stands in.
pub(super) fn normal(document: &mut IodefDocument) {
    class::normalise_where(document, &|class, attribute| attribute != "restriction" || MARKED.contains(&class));
}

fn document_in(cx: &Context, mut source: IodefDocument, at: &Path<'_>) -> Document {
    let mark = cx.mark();
    let to = Trail::ROOT;
    let to = to.member("document");
    let mut made = Document::default();
    if let Some(taken) = cx.take_class(&mut source, "version", at, |source| &mut source.version) {
        // The version of the format is what every document of it says.
        match taken.peek() {
            Some(Some(version)) if version.as_str() == "2.00" => drop(taken.kept(&"(every document)")),
            _ => taken.back(),
        }
    }
    if let Some(taken) = cx.take_class(&mut source, "lang", at, |source| &mut source.lang) {
        made.lang = Tag::inward(taken, &to.member("lang"));
    }
    cx.rest_of_class(&source, at);
    made.carried = cx.carried_since(mark, &at.to_string(), &to, None);
    made
}

fn incident_in(cx: &Context, mut source: iodef::Incident, at: &Path<'_>, ordinal: usize) -> Record {
    let mark = cx.mark();
    let to = Trail::ROOT;
    let name = source.incident_id.as_ref().map(|id| {
        let part = |text: &Option<class::Text>| text.as_ref().map(|text| text.to_string()).unwrap_or_default();
        [part(&id.name), part(&id.instance), part(&id.id)].join("\n")
    });
    let seed = format!("iodef\n{}\n{ordinal}", name.unwrap_or_default());
    let id = RecordId(Uuid::new_v5(&IDS, seed.as_bytes()));
    // What a machine sends is an event, never silently an incident (requirement 9).
    let mut made = Record::new(id, Kind::Event);

    if let Some(taken) = cx.take_class(&mut source, "purpose", at, |source| &mut source.purpose) {
        made.purpose = Word::inward(taken, &to.member("purpose"));
    }
    if let Some(taken) = cx.take_class(&mut source, "status", at, |source| &mut source.status) {
        let status = taken.peek().and_then(|status| status.as_ref()?.known()).map(|status| match status {
            vocab::Status::New => Status::Received,
            vocab::Status::InProgress => Status::Responding,
            vocab::Status::Forwarded => Status::Forwarded,
            vocab::Status::Resolved => Status::Resolved,
            vocab::Status::Future => Status::Planned,
        });
        match status {
            Some(status) => {
                made.status = Some(status);
                taken.kept(&to.member("status"));
            }
            None => taken.back(),
        }
    }
    if let Some(taken) = cx.take_class(&mut source, "lang", at, |source| &mut source.lang) {
        made.lang = Tag::inward(taken, &to.member("lang"));
    }
    if let Some(taken) = cx.take_class(&mut source, "restriction", at, |source| &mut source.restriction)
        && let Some(marking) = marking::inward(taken, &to.member("handling"))
    {
        made.handling = Some(Handling { tlp: marking.tlp, restriction: marking.restriction, ..Handling::default() });
    }
    aliases_in(cx, &mut source, &mut made, at);
    macro_rules! times {
        ($($field:ident => $member:ident),*) => { $(
            if let Some(taken) = cx.take_class(&mut source, stringify!($field), at, |source| &mut source.$field) {
                made.$member = Time::inward(taken, &to.member(stringify!($member)));
            }
        )* };
    }
    times!(
        detect_time => discovered_at, start_time => occurred_at, end_time => ended_at, recovery_time => recovered_at,
        report_time => reported_at, generation_time => modified
    );
    macro_rules! lists {
        ($($field:ident $name:literal => $member:ident $pair:ident),*) => { $(
            for (i, class) in take(&mut source.$field).into_iter().enumerate() {
                let group = $pair::inward(cx, class, &at.item($name, i + 1), &to.element(stringify!($member), i));
                made.$member.push(group);
            }
        )* };
    }
    lists!(
        related_activity "RelatedActivity" => related RelatedPair, description "Description" => description DescriptionPair,
        discovery "Discovery" => discovery DiscoveryPair, assessment "Assessment" => impacts AssessmentPair,
        method "Method" => methods MethodPair
    );
    contacts_in(cx, take(&mut source.contact), at);
    events_in(cx, take(&mut source.event_data), at, None);
    if let Some(data) = source.indicator_data.take() {
        let at = at.child("IndicatorData");
        for (i, class) in data.indicator.into_iter().enumerate() {
            let to = to.element("indicators", i);
            made.indicators.push(IndicatorPair::inward(cx, class, &at.item("Indicator", i + 1), &to));
        }
    }
    if let Some(mut history) = source.history.take() {
        let at = at.child("History");
        for (i, class) in take(&mut history.history_item).into_iter().enumerate() {
            let to = to.element("timeline", i);
            made.timeline.push(HistoryPair::inward(cx, class, &at.item("HistoryItem", i + 1), &to));
        }
        cx.rest_of_class(&history, &at);
    }
    facts::inward(cx, &mut source, &mut made, at);
    let lists = cx.made.take();
    made.parties = lists.parties;
    made.events = lists.events;
    made.systems = lists.systems;
    made.actions = lists.actions;
    made.evidence = lists.evidence;
    cx.rest_of_class(&source, at);
    // The record's own residue is not bound to its content: a record lives on.
    made.carried = cx.carried_since(mark, &at.to_string(), &to, None);
    made
}

/// A record made here has no number of ours: the document's own number is its first alias.
fn aliases_in(cx: &Context, source: &mut iodef::Incident, made: &mut Record, at: &Path<'_>) {
    let mut alias = |mut class: iodef::IncidentId, at: &Path<'_>, role: Option<AliasRole>| {
        let mark = cx.mark();
        let to = Trail::ROOT;
        let to = to.element("aliases", made.aliases.len());
        let mut alias = Alias { id: cx.element_id("alias"), role, ..Alias::default() };
        if let Some(taken) = cx.take_class(&mut class, "restriction", at, |class| &mut class.restriction) {
            alias.marking = marking::inward(taken, &to.member("marking"));
        }
        if let Some(taken) = cx.take_class(&mut class, "id", at, |class| &mut class.id) {
            alias.number = Plain::inward(taken, &to.member("number"));
        }
        if let Some(taken) = cx.take_class(&mut class, "name", at, |class| &mut class.name) {
            alias.owner = Plain::inward(taken, &to.member("owner"));
        }
        if let Some(taken) = cx.take_class(&mut class, "instance", at, |class| &mut class.instance) {
            alias.instance = Plain::inward(taken, &to.member("instance"));
        }
        cx.rest_of_class(&class, at);
        cx.carry(&mut alias, mark, at, &to);
        made.aliases.push(alias);
    };
    if let Some(class) = source.incident_id.take() {
        alias(class, &at.child("IncidentID"), Some(AliasRole::Theirs));
    }
    if let Some(other) = &mut source.alternative_id {
        let at = at.child("AlternativeID");
        for (i, class) in take(&mut other.incident_id).into_iter().enumerate() {
            alias(class, &at.item("IncidentID", i + 1), None);
        }
    }
    // What is left of AlternativeID is its marking.
    if source.alternative_id.as_ref().is_some_and(|other| other.restriction.is_none()) {
        source.alternative_id = None;
    }
}
