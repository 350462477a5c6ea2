//! What can go wrong with partners.

use super::{domain::Domain, standing::State};
use crate::{
    config::FileError,
    error::{Code, Finding},
    openpgp::CertError,
};

/// What can go wrong with partners.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartnerError {
    /// No such partner.
    #[error("{0} is no partner of this home; sirex partner add takes a card")]
    Unknown(Domain),
    /// The partner is not verified.
    #[error("{partner} is {state}; only verified partners exchange")]
    NotVerified {
        /// The partner.
        partner: Domain,
        /// Its state.
        state: State,
    },
    /// A fingerprint that was compared is not the partner's: a misprint, or somebody else's card.
    #[error("found the fingerprint {found}, expected {expected}; do not verify this partner before that is explained")]
    Mismatch {
        /// What was compared.
        found: String,
        /// What the card has.
        expected: String,
    },
    /// A key of the partner is another verified partner's, too: theirs could not be told apart.
    #[error("{what} is also that of {other}; do not verify this partner before that is explained")]
    Shared {
        /// The key.
        what: String,
        /// Whose it is already.
        other: Domain,
    },
    /// Not enough was compared.
    #[error("expected that {expected} is compared too")]
    NotCompared {
        /// What is missing.
        expected: String,
    },
    /// An act without a person.
    #[error("expected who did it and how")]
    NoWitness,
    /// The card is older than the one that is there.
    #[error("found a card of {found}, expected one after {expected}")]
    OlderCard {
        /// When it was made.
        found: String,
        /// When the known one was.
        expected: String,
    },
    /// The card is dated ahead.
    #[error("found a card of {found}, expected one made before {expected}; whose clock is wrong?")]
    FutureCard {
        /// When it says that it was made.
        found: String,
        /// When it came.
        expected: String,
    },
    /// The card is signed by a certificate that the partner withdrew, or that is over.
    #[error("the card is signed by a certificate that cannot be used: {0}")]
    Signer(#[source] CertError),
    /// A partner that was removed is not added again by a card.
    #[error("{0} was removed; delete its folder to begin anew")]
    Removed(Domain),
    /// The card in the folder is not the one in force, as after a crash while a card was taken.
    #[error("{0}: card.json is not the card of partner.toml; take the partner's card again")]
    OtherCard(Domain),
    /// The text is no card.
    #[error("the card: {0}")]
    Card(Box<Finding>),
    /// The card goes against a rule of cards.
    #[error("the card, {place}: found {found}, expected {expected}")]
    CardContent {
        /// The member.
        place: &'static str,
        /// What stands there.
        found: String,
        /// What may.
        expected: String,
    },
    /// A file of the partner's folder cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A partner type that does not serialise: a defect.
    #[error("the partner cannot be written")]
    Unwritable(#[from] toml::ser::Error),
    /// A card that does not serialise: a defect.
    #[error("the card cannot be written")]
    UnwritableCard(#[from] serde_json::Error),
}

impl PartnerError {
    /// The code of this error.
    pub fn code(&self) -> Code {
        match self {
            PartnerError::Unknown(_) => Code::PartnerUnknown,
            PartnerError::NotVerified { .. } | PartnerError::Removed(_) => Code::PartnerNotVerified,
            PartnerError::Mismatch { .. } | PartnerError::Shared { .. } | PartnerError::NotCompared { .. } => {
                Code::PartnerMismatch
            }
            PartnerError::NoWitness => Code::Usage,
            PartnerError::Signer(error) => error.code(),
            PartnerError::OlderCard { .. }
            | PartnerError::FutureCard { .. }
            | PartnerError::OtherCard(_)
            | PartnerError::Card(_)
            | PartnerError::CardContent { .. } => Code::CardInvalid,
            PartnerError::File(error) => error.code(),
            PartnerError::Unwritable(_) | PartnerError::UnwritableCard(_) => Code::Internal,
        }
    }
}
