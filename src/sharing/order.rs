//! The order to the gate: made only from what was sanitised for a partner, by a valid agreement.

use jiff::Timestamp;

use super::{
    agreement::Agreement,
    deny::DenyEntries,
    error::SharingError,
    sanitise::{Sanitised, valid_at},
};
use crate::{
    digest::Digest,
    gate::{Exemption, Format, Order, Plain},
    openpgp::Demand,
    record::TrackingNumber,
};

#[cfg(test)]
mod tests;

/// What of us may stand in documents although a deny entry covers it.
#[derive(Clone, Debug, Default)]
pub struct Ourselves {
    /// Domain of the team.
    pub domain: String,
    /// Published addresses: mail, telephone, web page.
    pub role_addresses: Vec<String>,
    /// Fingerprints of our own keys.
    pub fingerprints: Vec<String>,
}

/// Makes the order for one document of what was sanitised. `approved` is the digest of the very bytes that a person has
/// approved.
///
/// # Errors
/// When the agreement does not count at this time, is another one than that of the release, or does not have the format;
/// when something goes by consent only and nothing was approved.
pub fn order(
    sanitised: &Sanitised,
    agreement: &Agreement,
    format: Format,
    deny: &DenyEntries,
    ourselves: &Ourselves,
    approved: Option<Digest>,
    at: Timestamp,
) -> Result<Order, SharingError> {
    let released = sanitised.released();
    let recipient = released.recipient();
    if recipient.partner != agreement.partner().as_str() {
        let (found, expected) = (agreement.partner().clone(), recipient.partner.clone());
        return Err(SharingError::OtherPartner { found, expected });
    }
    if (recipient.agreement, recipient.audience) != (agreement.version(), agreement.audience()) {
        return Err(SharingError::Version { found: recipient.agreement, expected: agreement.version() });
    }
    valid_at(agreement, at)?;
    if !agreement.out.formats.contains(&format) {
        return Err(SharingError::Format(format));
    }
    if let (None, Some(first)) = (approved, sanitised.consented().first()) {
        return Err(SharingError::NeedsApproval { count: sanitised.consented().len(), first: first.path.clone() });
    }
    let record = released.record();
    let numbers = [&record.number, &record.event_number, &record.incident_number];
    let theirs = record.aliases.iter().filter(|alias| alias.owner.as_deref() == Some(recipient.partner.as_str()));
    let plain = match agreement.out.sealing {
        Demand::Required => Plain::Forbidden,
        Demand::Optional => Plain::Allowed,
    };
    let order = Order::new(&recipient.partner, recipient.audience, format, recipient.agreement)
        .tlp(agreement.out.tlp.iter().copied())
        .plain(plain)
        .deny(deny.for_gate(), agreement.out.deny.iter().copied())
        .exempt(Exemption::TeamDomain, [ourselves.domain.clone()])
        .exempt(Exemption::RoleAddress, ourselves.role_addresses.iter().cloned())
        .exempt(Exemption::Fingerprint, ourselves.fingerprints.iter().cloned())
        .exempt(Exemption::Number, numbers.into_iter().flatten().map(TrackingNumber::to_string))
        .exempt(Exemption::PartnerNumber, theirs.filter_map(|alias| alias.number.clone()));
    Ok(match approved {
        Some(digest) => order.approved(digest),
        None => order,
    })
}
