//! What of records that came from STIX an IODEF document does not say, or not as they do, carried in it for a gateway of ours
//! (record model §20). Records of our own have nothing that must go back to another document, and no blocks.
//!
//! A document that was written is read again as its reader will read it. A part of a record that does not come back as it was
//! stands whole in a block of AdditionalData, with the digests of what the reader makes of the classes instead of it. As long
//! as these are the same, the part is put in their place, wherever the incident has gone since. Where one of them was changed,
//! sanitised or taken away, the document is right and the part is dropped, which the account says.
//!
//! What never leaves a house ([`super::withheld`]) is not carried. A document that is sent has no such blocks: they are
//! made by `translate` alone, and the gate refuses them.

mod again;
mod frame;
mod level;
mod plain;
mod read;
mod sets;
#[cfg(test)]
mod tests;
mod units;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub(super) use self::{
    frame::complete,
    plain::{leave_out, say_moved},
    read::{Said, from_iodef_and_blocks, read_again, read_with_frame},
    write::{is_needed, write},
};
use crate::{
    class::Coded,
    digest::Digest,
    iodef::{
        Extension,
        vocab::{Dtype, Restriction},
    },
    xml::Verbatim,
};

/// What tells our blocks from others of the same meaning.
const FORMAT_ID: &str = "urn:sirex:carried:1";

/// The format of residue that is not a document's own.
const STIX: &str = super::stix::FORMAT;

/// What a block is about.
const MEANING: &str = "record-parts";

/// Parts of a record, and what the document has instead of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Carrier {
    /// Whether the parts belong to none of the records: version 1 has no place around its incidents.
    #[serde(default, skip_serializing_if = "is_false")]
    around: bool,
    /// What a reader makes of the classes that say less: the digests of what it says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    instead: Vec<Digest>,
    /// The parts, by their place in the record or around the records: `malware[0]`, `created`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    parts: BTreeMap<String, Json>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(yes: &bool) -> bool {
    !yes
}

impl Carrier {
    /// As a block of this marking; without one, it has that of what is around it.
    fn block(&self, restriction: Option<Coded<Restriction>>) -> Option<Extension> {
        // These two are none of the characters of XML 1.0.
        let text = serde_json::to_string(self).ok()?.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff");
        Some(Extension {
            dtype: Some(Dtype::String.into()),
            meaning: Some(MEANING.into()),
            format_id: Some(FORMAT_ID.into()),
            restriction,
            content: Some(Verbatim::Text(text)),
            ..Extension::default()
        })
    }

    /// Out of a block, if it is one of these.
    fn of(block: &Extension) -> Option<Self> {
        let ours = block.format_id.as_deref() == Some(FORMAT_ID) && block.meaning.as_deref() == Some(MEANING);
        match &block.content {
            Some(Verbatim::Text(text)) if ours => serde_json::from_str(text).ok(),
            _ => None,
        }
    }
}
