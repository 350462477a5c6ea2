//! Facts of the record that IODEF has no class for: one AdditionalData each, named by `meaning`, so that two gateways of
//! ours understand each other and others can pass over them (record model §20).

use std::mem::take;

use crate::{
    class::{Coded, Path},
    iodef::{self, Extension, vocab::Dtype},
    record::{
        Record,
        classification::{Category, ControlState, E409, Nature, Seriousness},
        identity::Kind,
    },
    translate::{ledger::Fate, taken::Context, trail::Trail},
    xml::Verbatim,
};

/// What tells our blocks from others of the same meaning.
const FORMAT_ID: &str = "urn:sirex:record:1";

/// A block with a word or a number.
pub(super) fn block(meaning: &str, text: &str) -> Extension {
    Extension {
        dtype: Some(Dtype::String.into()),
        meaning: Some(meaning.into()),
        format_id: Some(FORMAT_ID.into()),
        content: Some(Verbatim::Text(text.to_owned())),
        ..Extension::default()
    }
}

/// The text of our block of this meaning.
fn text_of<'x>(block: &'x Extension, meaning: &str) -> Option<&'x str> {
    let ours = block.format_id.as_deref() == Some(FORMAT_ID)
        && block.meaning.as_deref() == Some(meaning)
        && block.dtype == Some(Coded::Known(Dtype::String));
    match &block.content {
        Some(Verbatim::Text(text)) if ours => Some(text),
        _ => None,
    }
}

/// Facts with a closed list of words: the meaning, the values with their words, and the place in the record.
macro_rules! facts {
    ($visit:ident) => {
        $visit!("e409-category", Category, |record| &mut record.e409.get_or_insert_default().category, "e409.category");
        $visit!(
            "e409-seriousness",
            Seriousness,
            |record| &mut record.e409.get_or_insert_default().seriousness,
            "e409.seriousness"
        );
        $visit!("control-state", ControlState, |record| &mut record.control_state, "control_state");
    };
}

/// Takes our blocks out of the incident; all others are residue.
pub(super) fn inward(cx: &Context, source: &mut iodef::Incident, made: &mut Record, at: &Path<'_>) {
    for (i, mut block) in take(&mut source.additional_data).into_iter().enumerate() {
        let at = at.item("AdditionalData", i + 1);
        if let Some(to) = read(&block, made) {
            kept(cx, &mut block, &at, &to);
        }
        cx.rest_of_class(&block, &at);
    }
}

/// The block says what now stands in the record.
fn kept(cx: &Context, block: &mut Extension, at: &Path<'_>, to: &str) {
    macro_rules! kept {
        ($($field:ident),*) => { $(
            if let Some(taken) = cx.take_class(block, stringify!($field), at, |block| &mut block.$field) {
                let _ = taken.kept(&to);
            }
        )* };
    }
    kept!(dtype, meaning, format_id, content);
}

/// Takes the word of our block of this meaning out of the blocks of a class, if it is the first; all others are residue.
pub(super) fn first(
    cx: &Context,
    blocks: &mut Vec<Extension>,
    meaning: &str,
    at: &Path<'_>,
    to: &Trail<'_>,
) -> Option<String> {
    let word = blocks.first().and_then(|block| text_of(block, meaning)).map(str::to_owned);
    for (i, mut block) in take(blocks).into_iter().enumerate() {
        let at = at.item("AdditionalData", i + 1);
        if i == 0 && word.is_some() {
            kept(cx, &mut block, &at, &to.to_string());
        }
        cx.rest_of_class(&block, &at);
    }
    word
}

fn read(block: &Extension, made: &mut Record) -> Option<String> {
    let to = Trail::ROOT;
    if let Some(kind) = text_of(block, "kind") {
        // Whether it is an incident is for a person to say: that word of the sender's is carried.
        made.kind = *Kind::ALL.iter().find(|known| known.as_str() == kind && **known != Kind::Incident)?;
        return Some(to.member("kind").to_string());
    }
    if let Some(nature) = text_of(block, "e409-nature") {
        let nature = Nature::ALL.iter().find(|known| known.as_str() == nature)?;
        made.e409.get_or_insert_default().nature.push(*nature);
        return Some("$.e409.nature".to_owned());
    }
    macro_rules! fact {
        ($meaning:literal, $type:ty, $place:expr, $path:literal) => {
            if let Some(word) = text_of(block, $meaning) {
                let value = <$type>::ALL.iter().find(|known| known.as_str() == word)?;
                let place: fn(&mut Record) -> &mut Option<$type> = $place;
                *place(made) = Some(*value);
                return Some(concat!("$.", $path).to_owned());
            }
        };
    }
    facts!(fact);
    None
}

/// Writes the facts of the record as blocks.
pub(super) fn outward(cx: &Context, source: &mut Record, made: &mut iodef::Incident, to: &Path<'_>) {
    // A document without the block is a report, which its reader files as an event.
    let kind = "$.kind".to_owned();
    match source.kind {
        Kind::Event => cx.kept(&kind, &"(a document without the block)"),
        Kind::Incident => cx.ledger.end(
            kind,
            Fate::Coarsened { to: to.to_string(), how: "its reader files it as an event (requirement 9)".to_owned() },
        ),
        _ => cx.kept(&kind, &to.item("AdditionalData", made.additional_data.len() + 1)),
    }
    if !matches!(source.kind, Kind::Event | Kind::Incident) {
        made.additional_data.push(block("kind", source.kind.as_str()));
    }
    macro_rules! fact {
        ($meaning:literal, $type:ty, $place:expr, $path:literal) => {
            let place: fn(&mut Record) -> &mut Option<$type> = $place;
            let had = source.e409.is_some();
            let value = take(place(source));
            if !had && source.e409 == Some(E409::default()) {
                source.e409 = None;
            }
            if let Some(value) = value {
                made.additional_data.push(block($meaning, value.as_str()));
                let here = to.item("AdditionalData", made.additional_data.len());
                cx.kept(concat!("$.", $path), &here);
            }
        };
    }
    facts!(fact);
    if let Some(e409) = &mut source.e409 {
        for (i, nature) in take(&mut e409.nature).into_iter().enumerate() {
            made.additional_data.push(block("e409-nature", nature.as_str()));
            let here = to.item("AdditionalData", made.additional_data.len());
            cx.kept(&format!("$.e409.nature[{i}]"), &here);
        }
    }
}
