//! Who has to do with the case, and what was done.

use super::super::{parts::TextPair, party::contact_out};
use crate::{
    class::Path,
    iodef::{self, MlString, vocab},
    record::{Record, base::ElementRef, party::PartyRole},
    translate::{
        mirror::Mirror as _,
        taken::{Context, NO_PLACE},
        trail::Trail,
    },
};

/// A party that was told: the reference, where it stands, and as what the party was told.
pub(super) type Told = (ElementRef, String, PartyRole);

/// Our team first, then who has a part in the case, then everybody else.
pub(super) fn contacts(
    cx: &Context,
    source: &mut Record,
    notified: Vec<Told>,
    made: &mut iodef::Incident,
    to: &Path<'_>,
) {
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
        cx.rest_of_group(&creator, &at, NO_PLACE);
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
    for (reference, path, role) in notified {
        named(&mut Some(reference), path, role);
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
