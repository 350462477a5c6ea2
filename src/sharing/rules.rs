//! Rules that make a value harmless, so that it may leave: pseudonyms, addresses of the same shape, masked texts.

use std::net::IpAddr;

use aws_lc_rs::hmac;
use ipcrypt_rs::IpcryptPfx;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{deny::DenyEntries, selector::Selector};
use crate::{partner::Domain, record::base::RecordId};

#[cfg(test)]
mod tests;

/// What a rule does with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// An IP address or network becomes another one; two that share their first bits still do (ipcrypt-pfx). The new one
    /// is nobody's in this case, but may be somebody's: for addresses of our own side only.
    PrefixPreserving,
    /// An IP address becomes its network: /24 for IPv4, /48 for IPv6. A wider network stays.
    GeneraliseNetwork,
    /// A text becomes a label; the same text has the same label within one record and partner.
    Pseudonym,
    /// A text becomes another, fixed one.
    Replace,
    /// Deny entries and listed words in a text become a placeholder; a text that still has a hit is left out.
    Mask,
}

/// A rule of an agreement.
#[derive(Clone, Debug)]
pub struct Rule {
    select: Selector,
    how: How,
    with: String,
    words: Vec<String>,
}

/// A member of a rule that does not go with the others.
#[derive(Debug)]
pub(super) struct BadRule {
    pub key: &'static str,
    pub found: String,
    pub expected: String,
}

/// What becomes of a value that a rule touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// This value may leave.
    Value(Value),
    /// The rule cannot do its work on the value, which therefore stays here.
    Unfit(&'static str),
}

impl How {
    /// The word as written.
    pub const fn as_str(self) -> &'static str {
        match self {
            How::PrefixPreserving => "prefix-preserving",
            How::GeneraliseNetwork => "generalise-network",
            How::Pseudonym => "pseudonym",
            How::Replace => "replace",
            How::Mask => "mask",
        }
    }
}

impl Rule {
    /// Longest word before a pseudonym's label, in characters.
    pub const LONGEST_STEM: usize = 16;

    pub(super) fn new(select: Selector, how: How, with: Option<String>, words: Vec<String>) -> Result<Self, BadRule> {
        let default = match how {
            How::Pseudonym => "pseudonym",
            How::Mask => "[removed]",
            _ => "",
        };
        let wrong = |key, found: &str, expected: &str| {
            Err(BadRule { key, found: found.to_owned(), expected: format!("{expected} with how = {:?}", how.as_str()) })
        };
        match (how, &with) {
            (How::Replace, None) => return wrong("with", "nothing", "the new text"),
            (How::PrefixPreserving | How::GeneraliseNetwork, Some(with)) => return wrong("with", with, "no member"),
            (How::Pseudonym, Some(with)) if !is_stem(with) => {
                let expected = format!("up to {} of a-z and 0-9, the first a letter", Self::LONGEST_STEM);
                return wrong("with", with, &expected);
            }
            _ => {}
        }
        match words.iter().find(|word| word.trim().chars().count() < crate::gate::DenyList::SHORTEST) {
            Some(word) if how == How::Mask => return wrong("words", word, "words of three characters or more"),
            Some(word) => return wrong("words", word, "no member"),
            None if how != How::Mask && !words.is_empty() => return wrong("words", &words[0], "no member"),
            None => {}
        }
        Ok(Rule { select, how, with: with.unwrap_or_else(|| default.to_owned()), words })
    }

    /// What it touches.
    pub fn select(&self) -> &Selector {
        &self.select
    }

    /// What it does.
    pub fn how(&self) -> How {
        self.how
    }

    /// Does the rule's work on one value, which is no group and no list.
    pub(super) fn apply(&self, value: &Value, keys: &CaseKeys, deny: &DenyEntries) -> Outcome {
        let Some(text) = value.as_str() else {
            // Numbers, yes and no have nothing to mask; the other rules make texts.
            return match self.how {
                How::Mask => Outcome::Value(value.clone()),
                _ => Outcome::Unfit("not a text"),
            };
        };
        match self.how {
            How::Replace => Outcome::Value(self.with.as_str().into()),
            How::Pseudonym => Outcome::Value(format!("{}-{}", self.with, keys.label(text)).into()),
            How::PrefixPreserving => network(text, |network, bare| keys.network(network, bare)),
            How::GeneraliseNetwork => network(text, |network, _| generalised(network)),
            How::Mask => match deny.mask(text, &self.words, &self.with) {
                Some(masked) => Outcome::Value(masked.into()),
                None => Outcome::Unfit("what must not leave is still in it after masking"),
            },
        }
    }
}

fn is_stem(text: &str) -> bool {
    text.len() <= Rule::LONGEST_STEM
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// Applies `change` to an address (`bare`) or a network in CIDR notation.
fn network(text: &str, change: impl FnOnce(IpNet, bool) -> String) -> Outcome {
    let address = text.parse::<IpAddr>().map(|address| (IpNet::from(address), true));
    let network = address.or_else(|_| text.parse::<IpNet>().map(|network| (network, false)));
    match network {
        Ok((network, bare)) => Outcome::Value(change(network, bare).into()),
        Err(_) => Outcome::Unfit("not an IP address or network"),
    }
}

/// The /24 or /48 around it, or itself when it is wider.
fn generalised(network: IpNet) -> String {
    let most = if network.addr().is_ipv4() { 24 } else { 48 };
    let cut = IpNet::new(network.addr(), network.prefix_len().min(most)).unwrap_or(network);
    cut.trunc().to_string()
}

/// The secret of a home that pseudonyms come from. One home has one; with another, all pseudonyms are others.
pub struct PseudonymKey(hmac::Key);

impl PseudonymKey {
    /// Bytes of the secret.
    pub const BYTES: usize = 32;

    /// A key from its secret bytes.
    pub fn new(secret: &[u8; Self::BYTES]) -> Self {
        PseudonymKey(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The keys of one record for one partner: what two partners get, or one partner about two records, does not match.
    pub(super) fn of_case(&self, partner: &Domain, record: &RecordId) -> CaseKeys {
        let derive = |purpose: &str| {
            let tag = hmac::sign(&self.0, format!("{purpose}\0{partner}\0{record}").as_bytes());
            let mut key = Zeroizing::new([0; Self::BYTES]);
            key.iter_mut().zip(tag.as_ref()).for_each(|(byte, made)| *byte = *made);
            key
        };
        let mut addresses = derive("addresses");
        if addresses[..16] == addresses[16..] {
            addresses[0] ^= 1; // ipcrypt-pfx refuses a key of two equal halves
        }
        CaseKeys {
            labels: hmac::Key::new(hmac::HMAC_SHA256, derive("labels").as_slice()),
            addresses: IpcryptPfx::new(*addresses),
        }
    }
}

impl std::fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PseudonymKey(..)")
    }
}

/// The keys of one record for one partner.
pub(super) struct CaseKeys {
    labels: hmac::Key,
    addresses: IpcryptPfx,
}

impl CaseKeys {
    /// Ten hexadecimal digits, the same for spellings of the same name: case and a last full stop do not count.
    fn label(&self, text: &str) -> String {
        let name = text.trim().trim_end_matches('.').to_lowercase();
        let tag = hmac::sign(&self.labels, name.as_bytes());
        tag.as_ref().iter().take(5).map(|byte| format!("{byte:02x}")).collect()
    }

    fn network(&self, network: IpNet, bare: bool) -> String {
        let address = self.addresses.encrypt_ipaddr(network.addr());
        match IpNet::new(address, network.prefix_len()) {
            Ok(network) if !bare => network.trunc().to_string(),
            _ => address.to_string(),
        }
    }
}
