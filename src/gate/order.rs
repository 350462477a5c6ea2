//! What the gate is told: for whom the bytes are, and what must not be in them. Nothing of the agreement's rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    deny::{DenyClass, DenyList},
    passage::Plain,
    table::Exemption,
};
use crate::{
    digest::Digest,
    format,
    marking::{Audience, Tlp},
};

/// Formats that the gate can read; one path table each.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub enum Format {
    /// RFC 7970 XML.
    #[serde(rename = "iodef-xml")]
    IodefXml,
    /// RFC 8727 JSON.
    #[serde(rename = "iodef-json")]
    IodefJson,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Format] = &[Format::IodefXml, Format::IodefJson];

    /// The format's name.
    pub fn as_str(self) -> &'static str {
        format::Format::from(self).as_str()
    }

    /// Media type of the cleartext.
    pub fn media_type(self) -> &'static str {
        format::Format::from(self).media_type()
    }
}

impl From<Format> for format::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::IodefXml => format::Format::IodefXml,
            Format::IodefJson => format::Format::IodefJson,
        }
    }
}

/// An order to let one document out. Only a release makes one (the house test holds this).
#[derive(Clone, Debug)]
pub struct Order {
    pub(super) partner: String,
    pub(super) audience: Audience,
    pub(super) format: Format,
    pub(super) tlp: BTreeSet<Tlp>,
    pub(super) approved: Option<Digest>,
    pub(super) plain: Plain,
    pub(super) deny: Arc<DenyList>,
    pub(super) deny_classes: BTreeSet<DenyClass>,
    pub(super) exemptions: BTreeMap<Exemption, BTreeSet<String>>,
    pub(super) agreement: u32,
}

impl Order {
    /// An order for `partner` under version `agreement` of its agreement.
    pub(crate) fn new(partner: &str, audience: Audience, format: Format, agreement: u32) -> Self {
        Order {
            partner: partner.to_owned(),
            audience,
            format,
            tlp: BTreeSet::new(),
            approved: None,
            plain: Plain::Forbidden,
            deny: Arc::new(DenyList::new(&[])),
            deny_classes: BTreeSet::new(),
            exemptions: BTreeMap::new(),
            agreement,
        }
    }

    /// The markings that may go to the partner; without any, nothing goes.
    pub(crate) fn tlp(mut self, tlp: impl IntoIterator<Item = Tlp>) -> Self {
        self.tlp = tlp.into_iter().collect();
        self
    }

    /// The digest of the very bytes that a person approved.
    pub(crate) fn approved(mut self, digest: Digest) -> Self {
        self.approved = Some(digest);
        self
    }

    /// Whether TLS alone suffices.
    pub(crate) fn plain(mut self, plain: Plain) -> Self {
        self.plain = plain;
        self
    }

    /// The deny list, and which of its classes apply. Canaries always do.
    pub(crate) fn deny(mut self, list: Arc<DenyList>, classes: impl IntoIterator<Item = DenyClass>) -> Self {
        self.deny = list;
        self.deny_classes = classes.into_iter().chain([DenyClass::Canaries]).collect();
        self
    }

    /// Texts that may stand at the places that the path table names for `exemption`.
    pub(crate) fn exempt(mut self, exemption: Exemption, texts: impl IntoIterator<Item = String>) -> Self {
        self.exemptions.entry(exemption).or_default().extend(texts);
        self
    }
}
