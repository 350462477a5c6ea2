//! Who partners are: their cards, what was compared and by whom, and the folder in which a home keeps it.
//!
//! ```text
//! card, checked by its signature ─ Partners::receive ─► Partner (unverified) ─ Partners::verify ─► Partner (verified)
//!                                                                            Partner::verified ─► Verified
//! ```
//!
//! Only with verified partners is anything exchanged: whatever sends or accepts takes a [`Verified`], which cannot be had
//! otherwise.

mod card;
mod certificate;
mod domain;
mod error;
mod folder;
mod standing;

pub use card::{Card, CardLimits, CardVersion, Endpoint, Protocol};
pub use domain::{BadDomain, Domain};
pub use error::PartnerError;
pub use folder::{Listed, Partners, Received, Stamp};
pub use standing::{Comparison, Partner, Removed, Standing, State, Verified};
