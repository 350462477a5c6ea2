//! Who has to do with the case, and what was done.

use std::mem::take;

use super::super::{event::HistoryPair, parts::TextPair, party::contact_out};
use crate::{
    class::{Coded, Path},
    iodef::{self, MlString, vocab},
    record::{Record, base::ElementRef, party::PartyRole},
    translate::{
        convert::{Convert as _, Time, Word},
        mirror::Mirror as _,
        taken::Context,
        trail::Trail,
    },
};

/// Our team first, then who has a part in the case, then everybody else.
pub(super) fn contacts(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    if let Some(mut creator) = source.creator.take() {
        let to = to.item("Contact", 1);
        let at = at.member("creator");
        let mut contact = iodef::Contact {
            role: Some(vocab::ContactRole::Creator.into()),
            kind: Some(vocab::ContactType::Organization.into()),
            ..iodef::Contact::default()
        };
        if let Some(text) = creator.name.take() {
            let here = to.item("ContactName", 1);
            contact.contact_name.push(TextPair::outward(cx, text, &at.member("name"), &here));
        }
        if let Some(taken) = cx.take_group(&mut creator.email, &at.member("email")) {
            let email = taken.kept(&to.child("Email")).flatten();
            contact.email.push(iodef::Email { email_to: email.as_deref().map(Into::into), ..iodef::Email::default() });
        }
        if let Some(taken) = cx.take_group(&mut creator.telephone, &at.member("telephone")) {
            let number = taken.kept(&to.child("Telephone")).flatten();
            contact
                .telephone
                .push(iodef::Telephone { number: number.as_deref().map(Into::into), ..iodef::Telephone::default() });
        }
        if let Some(taken) = cx.take_group(&mut creator.domain, &at.member("domain")) {
            let domain = taken.kept(&"IncidentID/@name").flatten();
            // A contact of which nothing is said has the name of its team.
            if contact.contact_name.is_empty() && contact.email.is_empty() && contact.telephone.is_empty() {
                contact.contact_name.extend(domain.as_deref().map(MlString::new));
            }
        }
        cx.rest_of_group(&creator, &at, "a contact has no place for it");
        made.contact.push(contact);
    }
    let mut placed: Vec<(ElementRef, PartyRole)> = Vec::new();
    let mut named = |place: &mut Option<ElementRef>, path: String, role: PartyRole| {
        if let Some(reference) = place.take() {
            cx.kept(&path, &to.child("Contact"));
            placed.push((reference, role));
        }
    };
    if let Some(reporter) = &mut source.reporter {
        named(&mut reporter.person, "$.reporter.person".to_owned(), PartyRole::Reporter);
        named(&mut reporter.manager, "$.reporter.manager".to_owned(), PartyRole::from("reporter-manager"));
    }
    named(&mut source.constituency, "$.constituency".to_owned(), PartyRole::Victim);
    named(&mut source.unit, "$.unit".to_owned(), PartyRole::Victim);
    named(&mut source.owner, "$.owner".to_owned(), PartyRole::Admin);
    for (i, handler) in source.handlers.iter_mut().enumerate() {
        named(&mut handler.party, format!("$.handlers[{i}].party"), PartyRole::Irt);
    }
    for (i, told) in source.notified.iter_mut().enumerate() {
        named(&mut told.party, format!("$.notified[{i}].party"), PartyRole::VictimNotified);
    }
    for (reference, role) in placed {
        if let Some(contact) = contact_out(cx, &reference, Some(role), to)
            && !made.contact.contains(&contact)
        {
            made.contact.push(contact);
        }
    }
    for reference in cx.other_parties() {
        made.contact.extend(contact_out(cx, &reference, None, to));
    }
}

/// The timeline, and what has been done.
pub(super) fn history(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let at = Trail::ROOT;
    let to = to.child("History");
    let mut items = Vec::new();
    for (i, group) in take(&mut source.timeline).into_iter().enumerate() {
        let to = to.item("HistoryItem", items.len() + 1);
        let item = HistoryPair::outward(cx, group, &at.element("timeline", i), &to);
        // Without a time it is no entry of RFC 7970; its leaves say where they would have gone.
        if item.date_time.is_some() {
            items.push(item);
        }
    }
    for (index, mut action) in cx.raw_actions(|_| true) {
        let at = at.element("actions", index);
        let to = to.item("HistoryItem", items.len() + 1);
        let mut item = iodef::HistoryItem::default();
        cx.structure(&mut action.id, &at.member("id"));
        cx.structure(&mut action.state, &at.member("state"));
        if let Some(taken) = cx.take_group(&mut action.kind, &at.member("kind")) {
            item.action = Word::outward(taken, &to.child("@action"));
        }
        item.action = item.action.or(Some(vocab::Action::Other.into()));
        let (time, member) = match action.done_at {
            Some(_) => (&mut action.done_at, "done_at"),
            None => (&mut action.start_at, "start_at"),
        };
        if let Some(taken) = cx.take_group(time, &at.member(member)) {
            item.date_time = Time::outward(taken, &to.child("DateTime"));
        }
        for (n, text) in take(&mut action.text).into_iter().enumerate() {
            let here = to.item("Description", n + 1);
            item.description.push(TextPair::outward(cx, text, &at.element("text", n), &here));
        }
        cx.rest_of_group(&action, &at, "an entry of the history has no place for it");
        if item.date_time.is_some() {
            items.push(item);
        }
    }
    for (time, name, text) in
        [(source.contained_at.take(), "contained_at", "contained"), (source.closed_at.take(), "closed_at", "closed")]
    {
        let mut time = time;
        if let Some(taken) = cx.take_group(&mut time, &at.member(name)) {
            let to = to.item("HistoryItem", items.len() + 1);
            if let Some(date_time) = Time::outward(taken, &to.child("DateTime")) {
                items.push(iodef::HistoryItem {
                    action: Some(Coded::Ext(text.to_owned())),
                    date_time: Some(date_time),
                    ..iodef::HistoryItem::default()
                });
            }
        }
    }
    if !items.is_empty() {
        made.history = Some(iodef::History { restriction: None, history_item: items });
    }
}
