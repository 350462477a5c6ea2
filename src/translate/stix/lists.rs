//! The lists of a record, and what residue of their elements is bound to.

use std::collections::HashMap;

use crate::{
    digest::Digest,
    record::{Element, Record, anchor_digest},
};

macro_rules! lists {
    ($($list:ident),* $(,)?) => {
        /// The lists of elements that a record has itself.
        pub(super) const LISTS: &[&str] = &[$( stringify!($list) ),*];

        /// The digest of each element, by its list and its place there.
        pub(super) fn digests(record: &Record) -> HashMap<(&'static str, usize), Digest> {
            let mut all = HashMap::new();
            $( for (i, element) in record.$list.iter().enumerate() {
                if let Ok(digest) = anchor_digest(element) {
                    all.insert((stringify!($list), i), digest);
                }
            } )*
            all
        }

        /// Binds residue that has just been hung on elements to what they are now.
        pub(super) fn bind(record: &mut Record) {
            $( record.$list.iter_mut().for_each(bind_element); )*
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

fn bind_element<E: Element>(element: &mut E) {
    let Ok(digest) = anchor_digest(element) else { return };
    element.carried_mut().iter_mut().for_each(|carried| carried.digest = Some(digest));
}
