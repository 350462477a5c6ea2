//! The disclosure register: who has got what of which record, with the receipt that shows it.

use jiff::Timestamp;
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{
    Store,
    act::Tx,
    error::Result,
    intents::Intent,
    row::{count, digest, maybe_digest, micros, time, to_json},
};
use crate::{
    audit::{Entry, Field, Kind},
    digest::Digest,
    gate::Outgoing,
};

const SELECT: &str = "SELECT message, release, record, revision, partner, cleartext, delivered_at, receipt \
    FROM disclosure WHERE (?1 IS NULL OR record = ?1) AND (?2 IS NULL OR partner = ?2) ORDER BY delivered_at, release";
const HAND_OUT: &str = "INSERT INTO disclosure (release, record, revision, partner, cleartext, delivered_at) \
    SELECT id, record, revision, partner, cleartext, ?2 FROM release WHERE id = ?1";

/// One release that was delivered, or handed out to be carried by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The message that carried it; `None` when it was handed out.
    pub message: Option<String>,
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

impl Tx {
    /// Enters that a message was handed out, and closes its intent. From then on it counts as disclosed: whether it is
    /// carried to the partner is not seen here. What must fit together is the same as for [`Tx::enqueue`].
    ///
    /// # Errors
    /// As for [`Tx::enqueue`].
    pub async fn hand_out(
        &mut self,
        outgoing: &Outgoing,
        release: &str,
        policy: u32,
        intent: Intent,
        actor: &str,
    ) -> Result<()> {
        let release = self.sendable(release, outgoing.clearance(), policy).await?;
        let leaf = Entry::new(Kind::HandedOut, actor)
            .text(Field::What, "seal")
            .digest(Field::Wire, outgoing.digest())
            .text(Field::Partner, &release.partner)
            .text(Field::Release, &release.id)
            .digest(Field::Cleartext, release.cleartext);
        self.close_intent(intent, leaf).await?;
        self.release_sent(&release.id, &to_json(outgoing.clearance())?).await?;
        let now = self.now();
        self.with(async |conn| {
            sqlx::query(HAND_OUT).bind(&release.id).bind(micros(now)).execute(conn).await?;
            Ok(())
        })
        .await
    }
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
