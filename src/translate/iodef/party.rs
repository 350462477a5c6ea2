//! Contacts and parties (RFC 7970 §3.9; record model §11). In the record every party stands in one list and is referred
//! to; in a document it stands where it is needed.

use std::mem::take;

use super::{
    blocks::blocks,
    parts::{TextPair, described},
};
use crate::{
    class::Path,
    iodef::{self, MlString, vocab},
    record::{
        base::{ElementRef, Text},
        party::{Means, MeansKind, Party, PartyRole, PartyType, RegistryHandle},
    },
    translate::{
        iodef::{
            convert::{Convert as _, Plain, Word},
            mirror::{Mirror as _, mirror},
            taken::{Context, NO_PLACE},
            trail::Trail,
        },
        ledger::Fate,
    },
};

mirror! {
    /// Contacts (§3.9).
    PartyPair: iodef::Contact => Party as "party" restriction {
        also inward role_in;
        also outward role_out;
        leaf kind <=> r#type: TypeWord;
        many contact_name <=> names: TextPair;
        many contact_title <=> titles: TextPair;
        many description <=> descriptions: TextPair;
        many registry_handle <=> registry_handles: HandlePair;
        also inward means_in;
        also outward means_out;
        leaf timezone <=> timezone: Plain;
        many contact <=> contacts: PartyPair;
        also inward blocks_in;
        also outward blocks_out;
    }
    /// Registry handles (§3.9.1).
    HandlePair: iodef::RegistryHandle => RegistryHandle {
        leaf handle <=> handle: Plain;
        leaf registry <=> registry: Word;
    }
}

blocks! {
    blocks_in, blocks_out: iodef::Contact => Party {
        keys = "key",
        languages = "language",
        jurisdiction = "jurisdiction",
        regulator_ids = "regulator-id",
    }
}

/// `organization` of RFC 7970 is `organisation` in the record.
enum TypeWord {}

impl crate::translate::iodef::convert::Convert<crate::class::Coded<vocab::ContactType>, PartyType> for TypeWord {
    fn inward(
        taken: crate::translate::iodef::taken::Taken<'_, Option<crate::class::Coded<vocab::ContactType>>>,
        to: &Trail<'_>,
    ) -> Option<PartyType> {
        match taken.peek()?.as_ref()?.known() {
            Some(vocab::ContactType::Person) => taken.kept(to).map(|_| PartyType::Person),
            Some(vocab::ContactType::Organization) => taken.kept(to).map(|_| PartyType::Organisation),
            None => Word::inward(taken, to),
        }
    }
    fn outward(
        taken: crate::translate::iodef::taken::Taken<'_, Option<PartyType>>,
        to: &Path<'_>,
    ) -> Option<crate::class::Coded<vocab::ContactType>> {
        match taken.peek()?.as_ref()? {
            PartyType::Person => taken.kept(to).map(|_| vocab::ContactType::Person.into()),
            PartyType::Organisation => taken.kept(to).map(|_| vocab::ContactType::Organization.into()),
            _ => Word::outward(taken, to),
        }
    }
}

fn role_in(cx: &Context, source: &mut iodef::Contact, made: &mut Party, at: &Path<'_>, to: &Trail<'_>) {
    if let Some(taken) = cx.take_class(source, "role", at, |source| &mut source.role) {
        made.roles.extend(Word::inward(taken, &to.element("roles", 0)));
    }
}

/// A contact has one role. The first is written; the others are said to be dropped.
fn role_out(cx: &Context, source: &mut Party, made: &mut iodef::Contact, at: &Trail<'_>, to: &Path<'_>) {
    let to = to.child("@role");
    let role = source.roles.first().map(|role| crate::class::Coded::from_meaning(role.as_str()));
    if let Some(taken) = cx.take_group(&mut source.roles, &at.member("roles")) {
        taken.each(&at.member("roles"), |below| match below {
            "[0]" => Fate::Kept { to: to.to_string() },
            _ => Fate::Dropped { why: "a contact has one role".to_owned() },
        });
    }
    made.role = role;
}

/// What the three kinds of address have in common.
fn means<K: crate::class::Enumeration>(
    cx: &Context,
    kind: MeansKind,
    r#use: Option<crate::translate::iodef::taken::Taken<'_, Option<crate::class::Coded<K>>>>,
    to: &Trail<'_>,
    descriptions: Vec<MlString>,
    at: &Path<'_>,
) -> Means {
    let mut means = Means { kind: Some(kind), ..Means::default() };
    means.r#use = r#use.and_then(|taken| Word::inward(taken, &to.member("use")));
    for (i, text) in descriptions.into_iter().enumerate() {
        let (at, to) = (at.item("Description", i + 1), to.element("descriptions", i));
        means.descriptions.push(TextPair::inward(cx, text, &at, &to));
    }
    means
}

fn means_in(cx: &Context, source: &mut iodef::Contact, made: &mut Party, at: &Path<'_>, to: &Trail<'_>) {
    for (i, mut class) in take(&mut source.postal_address).into_iter().enumerate() {
        let (at, to) = (at.item("PostalAddress", i + 1), to.element("means", made.means.len()));
        let r#use = cx.take_class(&mut class, "kind", &at, |class| &mut class.kind);
        let mut group = means(cx, MeansKind::Postal, r#use, &to, take(&mut class.description), &at);
        if let Some(text) = class.address.take() {
            group.value = Some(TextPair::inward(cx, text, &at.child("PAddress"), &to.member("value")));
        }
        made.means.push(group);
    }
    for (i, mut class) in take(&mut source.email).into_iter().enumerate() {
        let (at, to) = (at.item("Email", i + 1), to.element("means", made.means.len()));
        let r#use = cx.take_class(&mut class, "kind", &at, |class| &mut class.kind);
        let mut group = means(cx, MeansKind::Email, r#use, &to, take(&mut class.description), &at);
        let value = cx.take_class(&mut class, "email_to", &at, |class| &mut class.email_to);
        group.value = value.and_then(|taken| Plain::inward(taken, &to.member("value"))).map(Text::new);
        made.means.push(group);
    }
    for (i, mut class) in take(&mut source.telephone).into_iter().enumerate() {
        let (at, to) = (at.item("Telephone", i + 1), to.element("means", made.means.len()));
        let r#use = cx.take_class(&mut class, "kind", &at, |class| &mut class.kind);
        let mut group = means(cx, MeansKind::Telephone, r#use, &to, take(&mut class.description), &at);
        let value = cx.take_class(&mut class, "number", &at, |class| &mut class.number);
        group.value = value.and_then(|taken| Plain::inward(taken, &to.member("value"))).map(Text::new);
        made.means.push(group);
    }
}

fn means_out(cx: &Context, source: &mut Party, made: &mut iodef::Contact, at: &Trail<'_>, to: &Path<'_>) {
    for (i, mut group) in take(&mut source.means).into_iter().enumerate() {
        let at = at.element("means", i);
        let (name, child, before) = match group.kind {
            Some(MeansKind::Email) => ("Email", "EmailTo", made.email.len()),
            Some(MeansKind::Telephone) => ("Telephone", "TelephoneNumber", made.telephone.len()),
            Some(MeansKind::Postal) => ("PostalAddress", "PAddress", made.postal_address.len()),
            _ => {
                cx.rest_of_group(&group, &at, "a contact has email, telephone and postal addresses only");
                continue;
            }
        };
        let to = to.item(name, before + 1);
        if let Some(taken) = cx.take_group(&mut group.kind, &at.member("kind")) {
            let _ = taken.kept(&to);
        }
        let r#use = cx.take_group(&mut group.r#use, &at.member("use"));
        let mut descriptions = Vec::new();
        for (i, text) in take(&mut group.descriptions).into_iter().enumerate() {
            let (at, to) = (at.element("descriptions", i), to.item("Description", i + 1));
            descriptions.push(TextPair::outward(cx, text, &at, &to));
        }
        let value = group.value.take().map(|text| TextPair::outward(cx, text, &at.member("value"), &to.child(child)));
        // Addresses other than postal ones have no language.
        let plain = value.as_ref().and_then(|text| text.text.clone());
        let attribute = to.child("@type");
        match name {
            "Email" => made.email.push(iodef::Email {
                kind: r#use.and_then(|taken| Word::outward(taken, &attribute)),
                email_to: plain,
                description: descriptions,
            }),
            "Telephone" => made.telephone.push(iodef::Telephone {
                kind: r#use.and_then(|taken| Word::outward(taken, &attribute)),
                number: plain,
                description: descriptions,
            }),
            _ => made.postal_address.push(iodef::PostalAddress {
                kind: r#use.and_then(|taken| Word::outward(taken, &attribute)),
                address: value,
                description: descriptions,
            }),
        }
        cx.rest_of_group(&group, &at, NO_PLACE);
    }
    // The organisation of a person is a name beside his.
    if let Some(text) = source.organisation.take() {
        let to = to.item("Description", made.description.len() + 1);
        made.description.push(described(cx, text, &at.member("organisation"), &to));
    }
}

/// Contacts somewhere in a document become parties of the record; the references to them.
pub(super) fn contacts_in(cx: &Context, contacts: Vec<iodef::Contact>, at: &Path<'_>) -> Vec<ElementRef> {
    let mut references = Vec::new();
    for (i, contact) in contacts.into_iter().enumerate() {
        references.push(contact_in(cx, contact, &at.item("Contact", i + 1)));
    }
    references
}

/// The same for one, whose path is given.
pub(super) fn contact_in(cx: &Context, contact: iodef::Contact, at: &Path<'_>) -> ElementRef {
    let index = cx.made.borrow().parties.len();
    // The place in the list is held while the contacts inside are read, which makes no parties of their own.
    let party = PartyPair::inward(cx, contact, at, &Trail::ROOT.element("parties", index));
    let reference = ElementRef::from(&party.id);
    cx.made.borrow_mut().parties.push(party);
    reference
}

/// The way back: each reference as a contact of the class at `to`.
pub(super) fn contacts_out(
    cx: &Context,
    references: &mut Vec<ElementRef>,
    at: &Trail<'_>,
    to: &Path<'_>,
) -> Vec<iodef::Contact> {
    let mut made = Vec::new();
    let base = at.to_string();
    for (i, reference) in take(references).into_iter().enumerate() {
        let here = to.item("Contact", made.len() + 1);
        made.extend(referred(cx, &reference, &format!("{base}[{i}]"), None, &here));
    }
    made
}

/// A party that is referred to as the contact at `here`; the reference stands at `path` of the record.
pub(super) fn referred(
    cx: &Context,
    reference: &ElementRef,
    path: &str,
    role: Option<PartyRole>,
    here: &Path<'_>,
) -> Option<iodef::Contact> {
    let contact = contact_out(cx, reference, role, here);
    match contact {
        Some(_) => cx.kept(path, here),
        None => cx.ledger.end(path.to_owned(), Fate::Dropped { why: NOBODY.to_owned() }),
    }
    contact
}

/// Why a reference is not written.
const NOBODY: &str = "it refers to a party that is not in the record";

/// One party as the contact at `here`, in `role` if that is what the reference says.
pub(super) fn contact_out(
    cx: &Context,
    reference: &ElementRef,
    role: Option<PartyRole>,
    here: &Path<'_>,
) -> Option<iodef::Contact> {
    let mut contact = cx.party(reference, |party, at| PartyPair::outward(cx, party, at, here))?;
    if let Some(role) = role {
        contact.role = Some(crate::class::Coded::from_meaning(role.as_str()));
    }
    // RFC 7970 asks of everybody what he is and in which role: whoever is in the record has to do with the case.
    contact.role.get_or_insert_with(|| crate::class::Coded::from_meaning("party"));
    contact.kind.get_or_insert_with(|| crate::class::Coded::from_meaning("unknown"));
    Some(contact)
}
