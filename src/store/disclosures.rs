//! The disclosure register: who has got what of which record, with the receipt that shows it.

use jiff::Timestamp;
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{
    Store,
    error::Result,
    row::{count, digest, maybe_digest, time},
};
use crate::digest::Digest;

const SELECT: &str = "SELECT message, release, record, revision, partner, cleartext, delivered_at, receipt \
    FROM disclosure WHERE (?1 IS NULL OR record = ?1) AND (?2 IS NULL OR partner = ?2) ORDER BY delivered_at, message";

/// One delivered release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The message that carried it.
    pub message: String,
    /// The release.
    pub release: String,
    /// The record.
    pub record: String,
    /// Its revision.
    pub revision: u64,
    /// Who has it.
    pub partner: String,
    /// Digest of what he has; read by [`Store::bytes`].
    pub cleartext: Digest,
    /// Since when.
    pub delivered_at: Timestamp,
    /// Digest of his receipt, as it came.
    pub receipt: Option<Digest>,
}

impl Store {
    /// What was disclosed, oldest first: all, or of one record (by identifier), or to one partner.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn disclosures(&self, record: Option<&str>, partner: Option<&str>) -> Result<Vec<Disclosure>> {
        let query = sqlx::query(SELECT).bind(record).bind(partner);
        query.fetch_all(&mut *self.reader().await?).await?.iter().map(from_row).collect()
    }
}

fn from_row(row: &SqliteRow) -> Result<Disclosure> {
    Ok(Disclosure {
        message: row.try_get("message")?,
        release: row.try_get("release")?,
        record: row.try_get("record")?,
        revision: count(row.try_get("revision")?)?,
        partner: row.try_get("partner")?,
        cleartext: digest(row.try_get("cleartext")?)?,
        delivered_at: time(row.try_get("delivered_at")?)?,
        receipt: maybe_digest(row.try_get("receipt")?)?,
    })
}
