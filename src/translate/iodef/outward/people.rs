//! Who has to do with the case, and what was done.

use super::super::{
    parts::TextPair,
    party::{contact_out, referred},
};
use crate::{
    class::Path,
    iodef::{self, MlString, vocab},
    record::{Record, base::ElementRef, party::PartyRole},
    translate::iodef::{
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
            let email = taken.kept(&to.item("Email", 1).child("EmailTo")).flatten();
            contact.email.push(iodef::Email { email_to: email.as_deref().map(Into::into), ..iodef::Email::default() });
        }
        if let Some(taken) = cx.take_group(&mut creator.telephone, &at.member("telephone")) {
            let number = taken.kept(&to.item("Telephone", 1).child("TelephoneNumber")).flatten();
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
    let mut placed: Vec<Told> = Vec::new();
    let mut named = |place: &mut Option<ElementRef>, path: String, role: PartyRole| {
        placed.extend(place.take().map(|reference| (reference, path, role)));
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
    placed.extend(notified);
    // Whoever has one role twice is one contact.
    let mut there: Vec<(ElementRef, PartyRole, usize)> = Vec::new();
    for (reference, path, role) in placed {
        if let Some((.., number)) = there.iter().find(|(known, as_what, _)| *known == reference && *as_what == role) {
            cx.kept(&path, &to.item("Contact", *number));
            continue;
        }
        let number = made.contact.len() + 1;
        if let Some(contact) = referred(cx, &reference, &path, Some(role.clone()), &to.item("Contact", number)) {
            made.contact.push(contact);
            there.push((reference, role, number));
        }
    }
    for reference in cx.other_parties() {
        made.contact.extend(contact_out(cx, &reference, None, &to.item("Contact", made.contact.len() + 1)));
    }
}
