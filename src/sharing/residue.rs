//! Residue of foreign formats: it stays here unless the agreement carries its namespaces, and travels only with an element
//! that is whole and that no rule touches.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::{
    case::{Case, Leaf, ancestors},
    judge::{Fate, Why},
};
use crate::{
    record::Visibility,
    xml::{Event, Limits, Reader},
};

/// Namespace of what a format itself has, when it is XML.
const IODEF: (&str, &str) = ("iodef-xml", "urn:ietf:params:xml:ns:iodef-2.0");

/// Why the piece of residue in which this value stands is not carried; none when all of its namespaces are.
pub(super) fn not_carried(case: &Case, leaf: &Leaf, carry: &BTreeSet<String>) -> Option<String> {
    let carried = case.value.pointer(piece(leaf));
    if carried.is_some_and(|carried| carried.get("anchor").is_some()) {
        return Some("it hangs on another element".to_owned());
    }
    let Some(namespaces) = carried.and_then(namespaces) else { return Some("it cannot be read".to_owned()) };
    let foreign = namespaces.into_iter().find(|namespace| !carry.contains(namespace));
    foreign.map(|namespace| format!("{namespace} is not carried"))
}

/// The namespaces of a piece of residue: those of its markup, else that of its format, else the format's name. None when
/// it has no format or its markup cannot be read.
fn namespaces(carried: &Value) -> Option<BTreeSet<String>> {
    let text = |member| carried.get(member).and_then(Value::as_str);
    let format = text("format")?;
    if format != IODEF.0 {
        return Some([format.to_owned()].into());
    }
    let markup = text("path").is_some_and(|path| path.ends_with("/node()"));
    if !markup {
        return Some([IODEF.1.to_owned()].into());
    }
    let document = format!("<r>{}</r>", text("value")?);
    let mut reader = Reader::new(document.as_bytes(), Limits::default());
    let mut found = BTreeSet::new();
    loop {
        match reader.next().ok()? {
            Event::Start(start) => {
                // The root is ours, around the fragment; an element in no namespace says that too.
                let names = std::iter::once(start.name().ns).chain(start.attributes().map(|one| one.name.ns));
                found.extend(names.filter(|ns| !ns.is_empty()).map(str::to_owned));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if found.is_empty() {
        found.insert(IODEF.1.to_owned());
    }
    Some(found)
}

/// Keeps residue only where the element is whole: nothing of it was removed or changed, no rule touches it or, for an
/// element inside another, what is around it.
pub(super) fn settle(case: &Case, touched: &[bool], fates: &mut [Fate]) {
    let mut broken: HashSet<&str> = HashSet::new();
    let mut ruled: HashSet<&str> = HashSet::new();
    for ((leaf, fate), touched) in case.leaves.iter().zip(fates.iter()).zip(touched) {
        if leaf.visibility == Visibility::Residue {
            continue;
        }
        if *touched || !matches!(fate, Fate::Kept) {
            broken.insert(&leaf.owner);
            broken.extend(ancestors(&leaf.owner));
        }
        if *touched {
            ruled.insert(&leaf.owner);
        }
    }
    // A piece of residue goes whole too.
    let mut cut: HashSet<&str> = HashSet::new();
    for ((leaf, fate), touched) in case.leaves.iter().zip(fates.iter()).zip(touched) {
        if leaf.visibility == Visibility::Residue {
            let mut around = ancestors(&leaf.owner).filter(|above| !above.is_empty());
            let whole = !broken.contains(leaf.owner.as_str()) && !around.any(|above| ruled.contains(above));
            if *touched || !whole || !matches!(fate, Fate::Kept) {
                cut.insert(piece(leaf));
            }
        }
    }
    for (leaf, fate) in case.leaves.iter().zip(fates) {
        let goes = leaf.visibility == Visibility::Residue && matches!(fate, Fate::Kept);
        if goes && cut.contains(piece(leaf)) {
            *fate = Fate::Dropped(Why::Residue("its element does not go whole".to_owned()));
        }
    }
}

/// The piece of residue in which a value stands, by pointer.
fn piece(leaf: &Leaf) -> &str {
    leaf.pointer.rsplit_once('/').map_or("", |(piece, _)| piece)
}
