//! OpenPGP (RFC 9580, RFC 4880 for the older profile, RFC 9980 for the post-quantum one): the only room that names
//! `sequoia_openpgp`.
//!
//! ```text
//! gate::Cleared ── seal ──► gate::Outgoing        sign and encrypt in one pass, intended recipient always written
//! store::Original ── open ──► Opened              decrypt, unpack, verify; nothing is visible before the check has ended
//! gate::Receipt ── sign_receipt ──► gate::SignedReceipt ── verify_receipt ──► gate::Receipt
//! ```
//!
//! What is accepted is narrow: at most one encryption layer, on the outside; then compression layers, within one total
//! budget; then one signature over literal data, by a certificate that is registered for the sender. Everything else
//! that RFC 9580 §10.3 allows (notarised signatures, several signatures, encryption within compression, passwords) is
//! refused.
//!
//! The clock is an argument. Randomness is not: sequoia draws it from OpenSSL. `docs/openpgp.md` has the profiles, the
//! limits and what each status means.

mod armor;
mod cert;
mod fingerprint;
mod folder;
mod keys;
mod open;
mod peel;
mod profile;
mod seal;
mod sign;
#[cfg(test)]
mod tests;
mod verification;
mod verify;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

pub use cert::{CERT_BYTES, CertError, CertInfo, PublicCert, UserId};
pub use fingerprint::{BadFingerprint, Fingerprint};
pub use folder::FolderError;
pub use keys::{KeyError, LIFETIME, Owner, Revocation, TeamKeys};
pub use open::{Expect, Limits, OpenError, Opened, open, open_local};
pub use profile::{Demand, Profile, Unsupported};
pub use seal::{SealError, seal, seal_ungated};
pub use sign::{
    read_inline_unchecked, sign_detached, sign_inline, sign_receipt, verify_detached, verify_inline, verify_receipt,
};
pub use verification::{Algorithms, IntendedRecipient, Status, Verification};

/// OpenPGP times are seconds since 1970 in 32 bits (RFC 9580 §3.5): what lies outside is moved to the nearest end,
/// where no key is valid.
fn system_time(now: Timestamp) -> SystemTime {
    let seconds = now.as_second().clamp(0, i64::from(u32::MAX));
    UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
}

fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(Timestamp::MAX)
}

/// Times in JSON, in RFC 3339 form.
fn time_text<S: serde::Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

fn maybe_time_text<S: serde::Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}

/// Work on foreign bytes. A panic of the library below (one is known and avoided in `peel`) ends in an error of the
/// message, not of the gateway; all state of the work is given up with it.
fn guarded<T, E>(work: impl FnOnce() -> Result<T, E>, gave_up: impl FnOnce() -> E) -> Result<T, E> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| Err(gave_up()))
}

/// Body of a fuzz target: reads the bytes as every kind of thing that a peer may send. Any bytes may be given.
pub fn fuzz(bytes: &[u8]) {
    const NOW: i64 = 1_800_000_000;
    // A published key, for this purpose alone, so that a corpus of sealed messages can be kept.
    static KEYS: std::sync::OnceLock<TeamKeys> = std::sync::OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let mut keys = TeamKeys::default();
        let _ = keys.import(include_bytes!("fuzz-key.pgp"));
        keys
    });
    let now = Timestamp::from_second(NOW).unwrap_or_default();
    let signers = keys.certificates();
    let expect = Expect {
        signers: &signers,
        profile: Profile::Rfc4880,
        signature: Demand::Optional,
        sealing: Demand::Optional,
        now,
        limits: Limits::default(),
    };
    let _ = open_local(bytes, keys, &expect);
    let _ = verify_receipt(bytes, &signers, now);
    let _ = verify_detached(bytes, b"", &signers, now);
    let _ = PublicCert::import(bytes, now).map(|cert| cert.info(now));
}
