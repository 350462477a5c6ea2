//! Partner cards: one signed file that says who a team is.

use crate::{
    config::Contact,
    error::Code,
    openpgp::{self, Fingerprint, Limits, OpenError, Profile},
    partner::{Card, CardLimits, CardVersion, Endpoint, PartnerError, Protocol, Received},
    time::WireTime,
};

use super::home::{Home, HomeError};

/// Why a card cannot be made or taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// The home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The card's content.
    #[error(transparent)]
    Partner(#[from] PartnerError),
    /// The store, which keeps the log.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// Our keys.
    #[error(transparent)]
    Keys(#[from] openpgp::KeyError),
    /// The signature.
    #[error("the card's signature: {0}")]
    Signature(#[from] OpenError),
    /// The card is not signed by a certificate that stands on it.
    #[error("the card is signed by none of its own certificates")]
    Stranger,
    /// We cannot put our endpoint on it.
    #[error("config.toml: team.push is needed on a card: the URL under which partners push to us")]
    NoEndpoint,
}

impl CardError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            CardError::Home(error) => error.code(),
            CardError::Partner(error) => error.code(),
            CardError::Store(error) => error.code(),
            CardError::Keys(error) => error.code(),
            CardError::Signature(error) => error.code(),
            CardError::Stranger => Code::PgpSignerUnknown,
            CardError::NoEndpoint => Code::ConfigInvalid,
        }
    }
}

/// Our own card: an armored OpenPGP message, signed and not encrypted. `gpg --decrypt` shows it.
///
/// # Errors
/// When our keys or our configuration lack something.
pub fn write_card(home: &Home) -> Result<Vec<u8>, CardError> {
    let now = home.gateway.clock.now();
    let team = &home.config.team;
    let url = team.push.clone().ok_or(CardError::NoEndpoint)?;
    let ourselves = Contact {
        role: "irt".to_owned(),
        email: Some(team.email.clone()),
        telephone: team.telephone.clone(),
        hours: None,
        languages: Vec::new(),
    };
    let card = Card {
        version: CardVersion,
        team: team.name.clone(),
        domain: home.domain.clone(),
        made_at: WireTime::from_timestamp(now),
        contacts: std::iter::once(ourselves).chain(team.contacts.iter().cloned()).collect(),
        endpoints: vec![Endpoint { protocol: Protocol::Push, url }],
        tls_certificates: vec![home.tls.certificate_pem()],
        tls_pins: vec![home.tls.pin()],
        openpgp: home.gateway.keys.certificates(),
    };
    let text = card.write(&CardLimits::default())?;
    Ok(openpgp::sign_inline(text.as_bytes(), &home.gateway.keys, Profile::Rfc4880, now)?)
}

/// Reads a card and checks that one of its own certificates signed it. Whose they are is for a person to compare.
///
/// # Errors
/// When the signature is not good, or the card is malformed.
pub fn read_card(home: &Home, signed: &[u8]) -> Result<(Card, Fingerprint), CardError> {
    let now = home.gateway.clock.now();
    let limits = CardLimits::default();
    // The certificates that the signature is checked with stand in what is signed: read first, believed afterwards.
    let open = Limits { wire_bytes: limits.bytes as u64 * 2, message_bytes: limits.bytes as u64, ..Limits::default() };
    let text = openpgp::read_inline_unchecked(signed, now, &open)?;
    let text = String::from_utf8(text).map_err(|_| CardError::Stranger)?;
    let card = Card::parse(&text, &limits)?;
    let (checked, verification) = openpgp::verify_inline(signed, &card.openpgp, now, &open)?;
    if checked != text.as_bytes() {
        return Err(CardError::Stranger);
    }
    let signer = verification.fingerprint.ok_or(CardError::Stranger)?;
    Ok((card, signer))
}

/// Takes a partner's card into the home, unverified.
///
/// # Errors
/// As [`read_card`]; an older card, or one of a partner who was removed.
pub fn add_card(home: &Home, signed: &[u8]) -> Result<(Card, Fingerprint, Received), CardError> {
    let (card, signer) = read_card(home, signed)?;
    let at = WireTime::from_timestamp(home.gateway.clock.now());
    let received = home.partners.receive(&card, signed, Some(signer.clone()), at)?;
    Ok((card, signer, received))
}
