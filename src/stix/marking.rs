//! TLP markings, and what granular markings select (§7.2).

use crate::json::{Data, Value};

/// A TLP marking: its id, what it is called, and the version of TLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlpMarking {
    /// Id of the marking definition.
    pub id: &'static str,
    /// The level, as the definition has it.
    pub level: &'static str,
    /// Version of TLP: 1 or 2.
    pub version: u8,
}

/// The extension that TLP 2.0 markings have.
pub const TLP_2: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// Every TLP marking: those of §7.2.1, and those of TLP 2.0, by the definition of its extension.
pub static TLP_MARKINGS: &[TlpMarking] = &[
    tlp(1, "white", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"),
    tlp(1, "green", "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"),
    tlp(1, "amber", "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"),
    tlp(1, "red", "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"),
    tlp(2, "clear", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"),
    tlp(2, "green", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"),
    tlp(2, "amber", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"),
    tlp(2, "amber+strict", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"),
    tlp(2, "red", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"),
];

const fn tlp(version: u8, level: &'static str, id: &'static str) -> TlpMarking {
    TlpMarking { id, level, version }
}

/// A marking definition that says TLP and is none of the TLP markings, or has the id of one and says something else: where,
/// and what it says. The id decides what is meant, so one that fits the level only by name is not taken for it.
pub(super) fn other_tlp(marking: &Value<'_>) -> Option<(u64, String)> {
    let text = |value: &Value<'_>| value.as_str().ok().map(str::to_owned);
    let id = marking.get("id").and_then(text);
    let first = marking.get("definition_type").and_then(text).filter(|kind| kind == "tlp").and_then(|_| {
        let level = marking.get("definition")?.get("tlp")?;
        Some((1, level))
    });
    let second = marking.get("extensions").and_then(|extensions| {
        let level = extensions.get(TLP_2)?.get("tlp_2_0")?;
        Some((2, level))
    });
    let known = TLP_MARKINGS.iter().find(|known| Some(known.id) == id.as_deref());
    match (first.or(second), known) {
        (None, None) => None,
        (None, Some(known)) => Some((marking.offset, format!("the id of TLP {}, and no such level", known.level))),
        (Some((version, level)), Some(known))
            if (known.version, Some(known.level)) == (version, level.as_str().ok()) =>
        {
            None
        }
        (Some((_, level)), _) => Some((level.offset, format!("{} with the id {}", super::check::shown(level), id?))),
    }
}

/// What a selector selects in an object.
pub(super) fn selected<'v, 'a>(object: &'v Value<'a>, selector: &str) -> Option<&'v Value<'a>> {
    selector.split('.').try_fold(object, |value, step| match &value.data {
        Data::Array(elements) => {
            let index = step.strip_prefix('[')?.strip_suffix(']')?.parse::<usize>().ok()?;
            elements.get(index)
        }
        _ => value.get(step),
    })
}
