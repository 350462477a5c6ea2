//! Mutual TLS: our own key, whom we trust, and the handshakes of both sides. The only module that names rustls.
//!
//! # Invariants
//!
//! - Nobody gets past a handshake without a certificate that the present [`TrustSet`] gives to exactly one partner, that
//!   is within its validity dates by *our* clock, fits its role, and whose key signed the handshake.
//! - The caller asks again before every request ([`Endpoint::still_trusts`]): live connections outlast a change of trust.
//! - No session is ever resumed and no early data is read: a resumed session skips the certificate, so it would let in a
//!   peer whose trust was withdrawn. Configurations are built anew on every change.
//! - TLS 1.3 with hybrid post-quantum key agreement (X25519MLKEM768) first; TLS 1.2 with ECDHE and AEAD only, with
//!   extended master secret (RFC 7627). rustls has no renegotiation, compression or export suites at all.
//!
//! Trust is pins by default: the SHA-256 of the peer's SubjectPublicKeyInfo, compared out of band. A certificate
//! authority with names is the alternative. This module does not know partners: it is given a snapshot of names and pins.
//! Deliberately absent: OCSP, fetching of revocation lists, session tickets, raw public keys.

mod certificate;
mod endpoint;
mod error;
mod key;
mod pin;
mod stream;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod trust;
mod verify;

pub use certificate::Certificate;
pub use endpoint::{Endpoint, Http, Secured, ServerStream};
pub use error::{Distrust, Error, Refusal};
pub use key::{NewKey, OwnKey};
pub use pin::Pin;
pub use stream::{ClientStream, Late};
pub use trust::{Authority, PeerIdentity, Role, TrustEntry, TrustSet};
