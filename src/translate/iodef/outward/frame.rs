//! Number, purpose, status, language, marking and time; numbers of others.

use std::mem::take;

use super::super::marking;
use crate::{
    class::{Coded, Path},
    iodef::{self, vocab},
    record::{Record, classification::Status, identity::Alias},
    translate::iodef::{
        convert::{Convert as _, Plain, Tag, Time, Word},
        taken::{Context, NO_PLACE, Returning},
        trail::Trail,
    },
};

/// Number, purpose, status, language, marking, time: what every document of the record has.
pub(super) fn frame(
    cx: &Context,
    source: &mut Record,
    residue: &[Returning],
    made: &mut iodef::Incident,
    to: &Path<'_>,
) {
    let at = Trail::ROOT;
    if let Some(taken) = cx.take_group(&mut source.purpose, &at.member("purpose")) {
        made.purpose = Word::outward(taken, &to.child("@purpose"));
    }
    if let Some(taken) = cx.take_group(&mut source.status, &at.member("status")) {
        let to = to.child("@status");
        let (status, exact) = match taken.peek().copied().flatten() {
            Some(Status::Received) => (Some(vocab::Status::New.into()), true),
            Some(Status::Acknowledged) => (Some(vocab::Status::New.into()), false),
            Some(Status::Responding) => (Some(vocab::Status::InProgress.into()), true),
            Some(Status::Assessing1 | Status::Assessing2 | Status::Confirmed | Status::Crisis) => {
                (Some(vocab::Status::InProgress.into()), false)
            }
            Some(Status::Forwarded) => (Some(vocab::Status::Forwarded.into()), true),
            Some(Status::Resolved) => (Some(vocab::Status::Resolved.into()), true),
            Some(Status::Closed | Status::FalseAlarm | Status::NoAction) => {
                (Some(vocab::Status::Resolved.into()), false)
            }
            Some(Status::Merged) => (Some(Coded::Ext("merged".to_owned())), true),
            Some(Status::Planned) => (Some(vocab::Status::Future.into()), true),
            None => (None, true),
        };
        made.status = status;
        let _ = if exact { taken.kept(&to) } else { taken.coarsened(&to, "RFC 7970 has five states") };
    }
    if let Some(taken) = cx.take_group(&mut source.lang, &at.member("lang")) {
        made.lang = Tag::outward(taken, &to.child("@xml:lang"));
    }
    if let Some(handling) = &mut source.handling {
        made.restriction = marking::write(handling.tlp, handling.restriction.as_ref())
            .filter(|_| !marking::stands_for(residue, handling.tlp));
        let here = to.child("@restriction");
        let at = at.member("handling");
        let is_same = handling.restriction.as_ref().is_some_and(|scale| marking::is_same(handling.tlp, scale));
        let other = handling.tlp.is_some() && !is_same;
        if let Some(taken) = cx.take_group(&mut handling.tlp, &at.member("tlp")) {
            let _ = taken.kept(&here);
        }
        if let Some(taken) = cx.take_group(&mut handling.restriction, &at.member("restriction")) {
            let _ =
                if other { taken.discard("two scales on one attribute: TLP is written") } else { taken.kept(&here) };
        }
    }
    if let Some(taken) = cx.take_group(&mut source.modified, &at.member("modified")) {
        made.generation_time = Time::outward(taken, &to.child("GenerationTime"));
    }
    if let Some(taken) = cx.take_group(&mut source.number, &at.member("number")) {
        let number = taken.kept(&to.child("IncidentID")).flatten().map(|number| number.to_string());
        made.incident_id = Some(iodef::IncidentId {
            name: Some(cx.team().into()),
            id: number.as_deref().map(Into::into),
            ..iodef::IncidentId::default()
        });
    }
}

/// Where the record has no number of its own, its first alias is the document's number.
pub(super) fn aliases_out(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    let root = Trail::ROOT;
    let mut others = Vec::new();
    for (i, mut alias) in take(&mut source.aliases).into_iter().enumerate() {
        let at = root.element("aliases", i);
        let first = made.incident_id.is_none();
        let to = if first { to.child("IncidentID") } else { to.child("AlternativeID") };
        let to = if first { to } else { to.item("IncidentID", others.len() + 1) };
        let class = alias_out(cx, &mut alias, &at, &to);
        if first {
            made.incident_id = Some(class);
        } else {
            others.push(class);
        }
    }
    if !others.is_empty() {
        made.alternative_id = Some(iodef::AlternativeId { restriction: None, incident_id: others });
    }
}

fn alias_out(cx: &Context, alias: &mut Alias, at: &Trail<'_>, to: &Path<'_>) -> iodef::IncidentId {
    let mut class = iodef::IncidentId::default();
    let residue = cx.residue_of(alias, at);
    cx.structure(&mut alias.id, &at.member("id"));
    cx.structure(&mut alias.origins, &at.member("origins"));
    if let Some(taken) = cx.take_group(&mut alias.marking, &at.member("marking")) {
        class.restriction = marking::outward(taken, &residue, &to.child("@restriction"));
    }
    if let Some(taken) = cx.take_group(&mut alias.number, &at.member("number")) {
        class.id = Plain::outward(taken, to);
    }
    if let Some(taken) = cx.take_group(&mut alias.owner, &at.member("owner")) {
        class.name = Plain::outward(taken, &to.child("@name"));
    }
    if let Some(taken) = cx.take_group(&mut alias.instance, &at.member("instance")) {
        class.instance = Plain::outward(taken, &to.child("@instance"));
    }
    cx.structure(&mut alias.role, &at.member("role"));
    cx.rest_of_group(alias, at, NO_PLACE);
    cx.put_back(residue, &mut class, to);
    class
}
