//! How a team stands with us, as `partner.toml` says it.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    card::{Card, Endpoint},
    domain::Domain,
    error::PartnerError,
};
use crate::{
    openpgp::{Fingerprint, Profile, PublicCert},
    time::WireTime,
    tls::Pin,
};

/// Whether anything is exchanged with a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its card is here; nobody has compared the fingerprints.
    Unverified,
    /// Somebody has compared them.
    Verified,
    /// It is no partner any more.
    Removed,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Unverified => "unverified",
            State::Verified => "verified",
            State::Removed => "removed",
        })
    }
}

/// What `partner.toml` says. The keys and addresses are those of the card in force, so that using them needs no look
/// into the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The team's domain; that of the folder.
    pub domain: Domain,
    /// Its name.
    pub team: String,
    /// Whether anything is exchanged.
    pub state: State,
    /// When the card in force was received.
    pub received_at: WireTime,
    /// When it was made.
    pub card_made_at: WireTime,
    /// Fingerprint of the certificate that signed it; none for a card that came unsigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<Fingerprint>,
    /// Pins of its TLS keys.
    pub pins: Vec<Pin>,
    /// Fingerprints of its OpenPGP certificates, in the order of the card.
    pub fingerprints: Vec<Fingerprint>,
    /// Where it takes messages.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// Who compared what, the latest last.
    #[serde(default, rename = "comparison")]
    pub comparisons: Vec<Comparison>,
    /// Who removed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
}

/// A comparison of fingerprints (requirement 110).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// When.
    pub at: WireTime,
    /// Who of us.
    pub by: String,
    /// How, such as `call to the number of the FIRST directory`.
    pub how: String,
    /// The fingerprints of OpenPGP certificates that agreed.
    pub fingerprints: Vec<Fingerprint>,
    /// The pins of TLS keys that agreed.
    #[serde(default)]
    pub pins: Vec<Pin>,
}

/// The end of a partnership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removed {
    /// When.
    pub at: WireTime,
    /// Who of us.
    pub by: String,
    /// Why.
    pub why: String,
}

/// A team whose card is here.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    pub(super) standing: Standing,
    pub(super) card: Arc<Card>,
}

impl Partner {
    /// Its domain.
    pub fn domain(&self) -> &Domain {
        &self.standing.domain
    }

    /// How it stands with us.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Its card in force.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The partner as one with whom something may be exchanged.
    ///
    /// # Errors
    /// [`PartnerError::NotVerified`].
    pub fn verified(&self) -> Result<Verified<'_>, PartnerError> {
        match self.standing.state {
            State::Verified => Ok(Verified(self)),
            state => Err(PartnerError::NotVerified { partner: self.domain().clone(), state }),
        }
    }
}

/// A partner whose fingerprints somebody has compared. [`Partner::verified`] is the only maker.
#[derive(Clone, Copy, Debug)]
pub struct Verified<'p>(&'p Partner);

impl<'p> Verified<'p> {
    /// Its domain.
    pub fn domain(self) -> &'p Domain {
        self.0.domain()
    }

    /// The partner.
    pub fn partner(self) -> &'p Partner {
        self.0
    }

    /// Pins of its TLS keys.
    pub fn pins(self) -> &'p [Pin] {
        &self.0.standing.pins
    }

    /// Its OpenPGP certificate of a profile to be used at this time; see [`Card::certificate`].
    pub fn certificate(self, profile: Profile, now: Timestamp) -> Option<&'p PublicCert> {
        self.0.card.certificate(profile, now)
    }

    /// Its OpenPGP certificates of all profiles.
    pub fn certificates(self) -> &'p [PublicCert] {
        &self.0.card.openpgp
    }

    /// Where it takes messages by a protocol.
    pub fn endpoint(self, protocol: super::card::Protocol) -> Option<&'p str> {
        let endpoints = &self.0.standing.endpoints;
        endpoints.iter().find(|endpoint| endpoint.protocol == protocol).map(|endpoint| endpoint.url.as_str())
    }
}

impl Standing {
    /// Whether all that the card names is known from the card before.
    pub(super) fn has_keys_of(&self, card: &Card) -> bool {
        card.tls_pins.iter().all(|pin| self.pins.contains(pin))
            && card.openpgp.iter().all(|one| self.fingerprints.contains(&one.fingerprint()))
    }
}
