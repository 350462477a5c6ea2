//! The elements of a record that residue can hang on outside, and what it is bound to.

use std::collections::BTreeMap;

use crate::{
    digest::Digest,
    record::{Element, Record, anchor_digest, base::Carried, party::Party},
};

/// Is told of an element: its path, the digest of what it says, and its residue.
pub(super) type Tell<'t> = dyn FnMut(String, Digest, &mut Vec<Carried>) + 't;

macro_rules! lists {
    ($($list:ident),* $(,)?) => {
        /// The lists of elements that a record has itself.
        pub(super) const LISTS: &[&str] = &[$( stringify!($list) ),*];

        fn each_of_lists(record: &mut Record, tell: &mut Tell<'_>) {
            $( for (i, element) in record.$list.iter_mut().enumerate() {
                one(format!("$.{}[{i}]", stringify!($list)), element, tell);
            } )*
        }
    };
}

lists!(
    aliases,
    related,
    description,
    components_affected,
    vulnerabilities,
    handlers,
    assets,
    actions,
    notified,
    signoff,
    team,
    discovery,
    classification,
    assessments,
    impacts,
    methods,
    malware,
    tools,
    campaigns,
    actors,
    vulnerabilities_exploited,
    parties,
    costs,
    lessons,
    improvements,
    consents,
    releases,
    messages,
    obligations,
    submissions,
    evidence,
    events,
    systems,
    observables,
    timeline,
    indicators,
);

/// Elements that stand inside those of lists. What stands in an observable is not among them.
fn each_inside(record: &mut Record, tell: &mut Tell<'_>) {
    macro_rules! inside {
        ($list:ident: $($member:ident),*) => {
            for (i, around) in record.$list.iter_mut().enumerate() {
                $( for (n, element) in around.$member.iter_mut().enumerate() {
                    one(format!("$.{}[{i}].{}[{n}]", stringify!($list), stringify!($member)), element, tell);
                } )*
            }
        };
    }
    inside!(related: actors, campaigns);
    inside!(events: discovery, methods, flows);
    for (i, event) in record.events.iter_mut().enumerate() {
        if let Some(assessment) = &mut event.assessment {
            one(format!("$.events[{i}].assessment"), assessment, tell);
        }
    }
    for (i, party) in record.parties.iter_mut().enumerate() {
        contacts(party, &format!("$.parties[{i}]"), tell);
    }
}

fn contacts(party: &mut Party, at: &str, tell: &mut Tell<'_>) {
    for (i, contact) in party.contacts.iter_mut().enumerate() {
        let at = format!("{at}.contacts[{i}]");
        one(at.clone(), contact, tell);
        contacts(contact, &at, tell);
    }
}

fn one<E: Element>(at: String, element: &mut E, tell: &mut Tell<'_>) {
    if let Ok(digest) = anchor_digest(element) {
        tell(at, digest, element.carried_mut());
    }
}

/// Each element that residue can hang on: its path, the digest of what it says, and its residue.
pub(super) fn each(record: &mut Record, tell: &mut Tell<'_>) {
    each_of_lists(record, tell);
    each_inside(record, tell);
}

/// The digest of each element, by its path.
pub(super) fn digests(record: &Record) -> BTreeMap<String, Digest> {
    let mut all = BTreeMap::new();
    let mut record = record.clone();
    let mut tell = |at, digest, _: &mut Vec<Carried>| _ = all.insert(at, digest);
    each(&mut record, &mut tell);
    all
}

/// Binds residue that has just been hung on elements to what they are now.
pub(super) fn bind(record: &mut Record) {
    let mut tell = |_, digest, carried: &mut Vec<Carried>| carried.iter_mut().for_each(|one| one.digest = Some(digest));
    each(record, &mut tell);
}
