//! A team's card: what it hands to partners so that they can reach it and check what it sends. The card travels inside a
//! signature; checking that is the caller's. What is read here is the text inside, and the certificates in it: a card
//! that says something else of a certificate than the certificate itself is none.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{certificate, domain::Domain, error::PartnerError};
use crate::{
    config::Contact,
    json,
    openpgp::{CertError, Profile, PublicCert},
    time::WireTime,
    tls::Pin,
};

#[cfg(test)]
pub(super) mod tests;

/// The number that a card begins with: the version of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "u64", try_from = "u64")]
pub struct CardVersion;

impl From<CardVersion> for u64 {
    fn from(_: CardVersion) -> u64 {
        Card::VERSION
    }
}

impl TryFrom<u64> for CardVersion {
    type Error = String;
    fn try_from(number: u64) -> Result<Self, String> {
        (number == Card::VERSION).then_some(CardVersion).ok_or(format!("version {number}, expected 1"))
    }
}

/// A team as it shows itself to partners.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Names the form and its version.
    #[serde(rename = "sirex-card")]
    pub version: CardVersion,
    /// Name of the team.
    pub team: String,
    /// Its domain, by which partners know it.
    pub domain: Domain,
    /// When the card was made; of two cards the later one counts.
    pub made_at: WireTime,
    /// Whom to reach; roles, never persons (requirement 12).
    pub contacts: Vec<Contact>,
    /// Where it takes messages.
    pub endpoints: Vec<Endpoint>,
    /// The certificates that its TLS clients and servers show, in PEM.
    pub tls_certificates: Vec<String>,
    /// Pins of its TLS keys: those of the certificates, and those of keys that will follow.
    pub tls_pins: Vec<Pin>,
    /// Its OpenPGP certificates; of a profile several while one follows another. In the text each has its profile and
    /// fingerprint beside it.
    #[serde(with = "certificate")]
    pub openpgp: Vec<PublicCert>,
}

/// A wire protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTPS push.
    Push,
    /// RFC 6546.
    Rid,
    /// TAXII 2.1.
    Taxii,
    /// RFC 8322.
    Rolie,
}

/// Where messages are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The protocol.
    pub protocol: Protocol,
    /// Its address, `https` without user, query or fragment.
    pub url: String,
}

/// How much a card may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardLimits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Entries of each list.
    pub entries: usize,
    /// Characters of a name, role, address or number.
    pub chars: usize,
}

impl Default for CardLimits {
    fn default() -> Self {
        CardLimits { bytes: 256 * 1024, entries: 16, chars: 256 }
    }
}

impl Card {
    /// The one version of the form.
    pub const VERSION: u64 = 1;

    /// Reads a card from the text that was inside its signature.
    ///
    /// # Errors
    /// [`PartnerError::Card`] with the place of what is wrong; [`PartnerError::CardContent`] for what goes against the
    /// rules of cards.
    pub fn parse(text: &str, limits: &CardLimits) -> Result<Self, PartnerError> {
        let within = json::Limits { total_bytes: limits.bytes as u64, depth: 8, ..json::Limits::default() };
        let card: Card =
            json::from_slice(text.as_bytes(), &within).map_err(|finding| PartnerError::Card(Box::new(finding)))?;
        card.check(limits)?;
        Ok(card)
    }

    /// The text of the card, ready to be signed. Equal cards have equal texts.
    ///
    /// # Errors
    /// As [`Card::parse`]: a card that no partner could read is not written.
    pub fn write(&self, limits: &CardLimits) -> Result<String, PartnerError> {
        self.check(limits)?;
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        if text.len() > limits.bytes {
            return Err(content("card", text.len(), format!("at most bytes = {}", limits.bytes)));
        }
        Ok(text)
    }

    /// All fingerprints that the card names, grouped for reading aloud, with what each is of.
    pub fn fingerprints(&self) -> Vec<(String, String)> {
        let openpgp = self.openpgp.iter();
        let openpgp = openpgp.map(|one| (format!("OpenPGP {}", one.profile()), one.fingerprint().grouped()));
        let tls = self.tls_pins.iter().map(|pin| ("TLS key".to_owned(), pin.grouped()));
        openpgp.chain(tls).collect()
    }

    /// The newest of its certificates of a profile that can be used at this time; if none can, the newest, which then
    /// says why.
    pub fn certificate(&self, profile: Profile, now: Timestamp) -> Option<&PublicCert> {
        let fitting = self.openpgp.iter().filter(|certificate| certificate.profile() == profile);
        fitting.max_by_key(|certificate| (certificate.check(now).is_ok(), certificate.created()))
    }

    /// The card with what is known from one before about certificates that stand on both.
    pub(super) fn with_known(&self, before: &Card) -> Result<Card, CertError> {
        let mut card = self.clone();
        for certificate in &mut card.openpgp {
            let fingerprint = certificate.fingerprint();
            if let Some(copy) = before.openpgp.iter().find(|copy| copy.fingerprint() == fingerprint) {
                *certificate = certificate.with_known(copy)?;
            }
        }
        Ok(card)
    }

    fn check(&self, limits: &CardLimits) -> Result<(), PartnerError> {
        let lists = [
            ("contacts", self.contacts.len()),
            ("endpoints", self.endpoints.len()),
            ("tls_certificates", self.tls_certificates.len()),
            ("tls_pins", self.tls_pins.len()),
            ("openpgp", self.openpgp.len()),
        ];
        for (list, found) in lists {
            if found > limits.entries {
                return Err(content(list, found, format!("at most entries = {}", limits.entries)));
            }
        }
        let texts = self.contacts.iter().flat_map(|contact| {
            let words =
                [Some(&contact.role), contact.email.as_ref(), contact.telephone.as_ref(), contact.hours.as_ref()];
            words.into_iter().flatten().chain(&contact.languages)
        });
        for text in texts.chain([&self.team]).chain(self.endpoints.iter().map(|endpoint| &endpoint.url)) {
            if text.is_empty() || text.chars().count() > limits.chars || text.chars().any(char::is_control) {
                let expected = format!("1 to chars = {} characters, no control characters", limits.chars);
                return Err(content("text", crate::error::excerpt(text), expected));
            }
        }
        if self.made_at.unix_second().is_none() {
            return Err(content("made_at", &self.made_at, "a time with an offset, such as 2026-02-01T10:00:00Z"));
        }
        for endpoint in &self.endpoints {
            if !is_address(&endpoint.url) {
                return Err(content("endpoints", &endpoint.url, "an address such as https://sirex.cert.example:4590/"));
            }
        }
        if self.tls_pins.is_empty() {
            return Err(content("tls_pins", "none", "at least one pin: whom TLS does not know cannot exchange"));
        }
        for pem in &self.tls_certificates {
            let expected = "one X.509 certificate in PEM and nothing else";
            let pin = Pin::of_pem(pem).map_err(|error| content("tls_certificates", error, expected))?;
            if !self.tls_pins.contains(&pin) {
                return Err(content("tls_pins", "no pin of a certificate of this card", pin.to_string()));
            }
        }
        for (index, certificate) in self.openpgp.iter().enumerate() {
            let fingerprint = certificate.fingerprint();
            if self.openpgp[..index].iter().any(|other| other.fingerprint() == fingerprint) {
                return Err(content("openpgp", fingerprint, "each certificate once"));
            }
            if let Some(other) = certificate::of_another(certificate, &self.domain) {
                return Err(content("openpgp", format!("{fingerprint} of {other}"), format!("one of {}", self.domain)));
            }
        }
        Ok(())
    }
}

fn content(place: &'static str, found: impl ToString, expected: impl Into<String>) -> PartnerError {
    PartnerError::CardContent { place, found: found.to_string(), expected: expected.into() }
}

/// `https://HOST[:PORT][/PATH]` of unreserved characters: no user, no query, no fragment, no dot segments.
pub(super) fn is_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+'));
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_fits = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok() || host.parse::<Domain>().is_ok(),
    };
    let path_fits = path.split('/').all(|step| {
        step != "." && step != ".." && step.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    });
    host_fits && port_fits && path_fits
}
