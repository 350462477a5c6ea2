//! How values stand in rows.

use jiff::Timestamp;

use super::error::{Error, Result};
use crate::digest::Digest;

/// A time as microseconds since 1970-01-01 UTC.
pub(super) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// A time from its row.
pub(super) fn time(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| Error::Damaged(format!("{micros} is not a time")))
}

/// A count as it stands in a row. Counts are far below 2^63; what is not would break the row's constraints.
pub(super) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count from its row.
pub(super) fn count(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(|_| Error::Damaged(format!("{value} is not a count")))
}

/// A digest from its row.
pub(super) fn digest(bytes: &[u8]) -> Result<Digest> {
    let bytes = bytes.try_into().map_err(|_| Error::Damaged(format!("a digest of {} bytes", bytes.len())))?;
    Ok(Digest::from_bytes(bytes))
}

/// A digest that may be absent.
pub(super) fn maybe_digest(bytes: Option<Vec<u8>>) -> Result<Option<Digest>> {
    bytes.as_deref().map(digest).transpose()
}

/// A value that a row keeps as JSON.
pub(super) fn json<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Damaged(format!("{what}: {error}")))
}

/// A value to be kept as JSON.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::Defect)
}
