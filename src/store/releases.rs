//! Releases: what was decided to be sent. The cleartext is built once; approval and sealing work on those bytes.

use jiff::Timestamp;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    Store,
    act::Tx,
    error::{Error, Result},
    object::Body,
    row::{count, digest, int, json, micros, time},
};
use crate::{
    audit::{Entry, Field, Kind},
    digest::Digest,
    gate::Clearance,
};

const INSERT: &str = "INSERT INTO release (id, record, revision, record_digest, partner, policy, cleartext, state, \
    proposed_by, proposed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const COLUMNS_WHERE_ID: &str = "SELECT id, record, revision, record_digest, partner, policy, cleartext, clearance, \
    state, proposed_by, proposed_at FROM release WHERE id = ?1";
const COLUMNS_WHERE_STATE: &str = "SELECT id, record, revision, record_digest, partner, policy, cleartext, clearance, \
    state, proposed_by, proposed_at FROM release WHERE state = ?1 ORDER BY proposed_at, id LIMIT ?2";
const NEWEST: &str = "SELECT r.id, r.newest, v.digest FROM record r JOIN revision v \
    ON v.record = r.id AND v.revision = r.newest WHERE r.id = ?1 OR r.number = ?1";
const SET_STATE: &str = "UPDATE release SET state = ?2 WHERE id = ?1";
const SENT: &str = "UPDATE release SET state = 'sent', clearance = ?2 WHERE id = ?1";
const INSERT_APPROVAL: &str = "INSERT INTO approval (release, actor, verdict, at) VALUES (?1, ?2, ?3, ?4)";
const APPROVALS: &str = "SELECT actor, verdict, at FROM approval WHERE release = ?1 ORDER BY at, actor";

/// Where a release stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseState {
    /// Waits for approval.
    Proposed,
    /// May be sent.
    Approved,
    /// Will not be sent.
    Rejected,
    /// Was put in the outbox, or handed out.
    Sent,
}

impl ReleaseState {
    /// The word in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReleaseState::Proposed => "proposed",
            ReleaseState::Approved => "approved",
            ReleaseState::Rejected => "rejected",
            ReleaseState::Sent => "sent",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        use ReleaseState::{Approved, Proposed, Rejected, Sent};
        let found = [Proposed, Approved, Rejected, Sent].into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| Error::Damaged(format!("{text} is not a state of a release")))
    }
}

/// Whether somebody must look at a release before it may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// It begins as proposed.
    Needed,
    /// Nothing in it needs approval: it begins as approved.
    NotNeeded,
}

/// A release to be made. It is of the record's newest revision.
#[derive(Clone, Debug)]
pub struct NewRelease {
    /// Identifier or tracking number of the record.
    pub record: String,
    /// The revision that the cleartext was built from.
    pub revision: u64,
    /// For whom, by domain.
    pub partner: String,
    /// Version of the agreement that was applied.
    pub policy: u32,
    /// Whether it must be approved.
    pub approval: Approval,
    /// Who releases.
    pub actor: String,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its identifier.
    pub id: String,
    /// The record's identifier.
    pub record: String,
    /// The revision that was released.
    pub revision: u64,
    /// Digest of that revision.
    pub record_digest: Digest,
    /// For whom.
    pub partner: String,
    /// Version of the agreement.
    pub policy: u32,
    /// Digest of the cleartext; read by [`Store::bytes`].
    pub cleartext: Digest,
    /// What the gate certified, once it was sent.
    pub clearance: Option<Clearance>,
    /// Where it stands.
    pub state: ReleaseState,
    /// Who released.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
}

/// Somebody's word on a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Who.
    pub actor: String,
    /// Whether it was approved, or rejected.
    pub approved: bool,
    /// When.
    pub at: Timestamp,
}

impl Tx {
    /// Makes a release of these bytes.
    ///
    /// # Errors
    /// [`Error::Stale`] when the record was revised since.
    pub async fn release(&mut self, new: &NewRelease, cleartext: &Body) -> Result<Release> {
        let (record, newest, record_digest) = self.newest(&new.record).await?;
        if newest != new.revision {
            return Err(Error::Stale { record, expected: new.revision, found: newest });
        }
        let state = match new.approval {
            Approval::Needed => ReleaseState::Proposed,
            Approval::NotNeeded => ReleaseState::Approved,
        };
        let release = Release {
            id: self.new_id()?,
            record,
            revision: newest,
            record_digest,
            partner: new.partner.clone(),
            policy: new.policy,
            cleartext: cleartext.digest(),
            clearance: None,
            state,
            proposed_by: new.actor.clone(),
            proposed_at: self.now(),
        };
        self.put(cleartext).await?;
        self.with(async |conn| insert(conn, &release).await).await?;
        let leaf = Entry::new(Kind::Released, &new.actor)
            .text(Field::Release, &release.id)
            .text(Field::Record, &release.record)
            .number(Field::Revision, newest)
            .text(Field::Partner, &release.partner)
            .number(Field::Policy, u64::from(release.policy))
            .digest(Field::Cleartext, release.cleartext);
        self.append(leaf).await?;
        Ok(release)
    }

    /// Approves exactly these bytes: `seen` is the digest of what the approver was shown.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the release has other bytes, [`Error::State`] when it does not wait for approval.
    pub async fn approve(&mut self, id: &str, actor: &str, seen: Digest) -> Result<()> {
        self.judge(id, actor, seen, ReleaseState::Approved, Kind::Approved).await
    }

    /// Rejects a release; see [`Tx::approve`].
    ///
    /// # Errors
    /// As for [`Tx::approve`].
    pub async fn reject(&mut self, id: &str, actor: &str, seen: Digest) -> Result<()> {
        self.judge(id, actor, seen, ReleaseState::Rejected, Kind::Rejected).await
    }

    async fn judge(&mut self, id: &str, actor: &str, seen: Digest, verdict: ReleaseState, kind: Kind) -> Result<()> {
        let release = self.release_by_id(id).await?;
        if release.state != ReleaseState::Proposed {
            return Err(wrong_state(&release, "proposed"));
        }
        expect(&release, "cleartext", seen, release.cleartext)?;
        let now = self.now();
        self.with(async |conn| {
            let query = sqlx::query(INSERT_APPROVAL).bind(id).bind(actor).bind(verdict.as_str());
            query.bind(micros(now)).execute(&mut *conn).await?;
            sqlx::query(SET_STATE).bind(id).bind(verdict.as_str()).execute(conn).await?;
            Ok(())
        })
        .await?;
        self.append(Entry::new(kind, actor).text(Field::Release, id).digest(Field::Cleartext, seen)).await?;
        Ok(())
    }

    /// A release, as this act sees it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn release_by_id(&mut self, id: &str) -> Result<Release> {
        self.with(async |conn| select(conn, id).await).await
    }

    /// The release, if it may be sent with this clearance under this version of the agreement: it is approved, of the
    /// record as it is now, and of exactly these bytes for this partner.
    pub(super) async fn sendable(&mut self, id: &str, clearance: &Clearance, policy: u32) -> Result<Release> {
        let release = self.release_by_id(id).await?;
        if release.state != ReleaseState::Approved {
            return Err(wrong_state(&release, "approved"));
        }
        let (_, newest, _) = self.newest(&release.record).await?;
        expect(&release, "newest revision", newest, release.revision)?;
        expect(&release, "agreement", policy, release.policy)?;
        expect(&release, "cleared agreement", clearance.agreement, release.policy)?;
        expect(&release, "cleared cleartext", clearance.cleartext, release.cleartext)?;
        expect(&release, "cleared partner", clearance.partner.as_str(), release.partner.as_str())?;
        Ok(release)
    }

    pub(super) async fn release_sent(&mut self, id: &str, clearance: &str) -> Result<()> {
        self.with(async |conn| {
            sqlx::query(SENT).bind(id).bind(clearance).execute(conn).await?;
            Ok(())
        })
        .await
    }

    async fn newest(&mut self, record: &str) -> Result<(String, u64, Digest)> {
        self.with(async |conn| {
            let row: Option<(String, i64, Vec<u8>)> = sqlx::query_as(NEWEST).bind(record).fetch_optional(conn).await?;
            let (id, newest, bytes) = row.ok_or_else(|| Error::NotFound { what: "record", id: record.to_owned() })?;
            Ok((id, count(newest)?, digest(&bytes)?))
        })
        .await
    }
}

impl Store {
    /// A release.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn release(&self, id: &str) -> Result<Release> {
        select(&mut *self.reader().await?, id).await
    }

    /// Releases that stand in this state, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn releases(&self, state: ReleaseState, limit: u32) -> Result<Vec<Release>> {
        let query = sqlx::query(COLUMNS_WHERE_STATE).bind(state.as_str()).bind(limit);
        query.fetch_all(&mut *self.reader().await?).await?.iter().map(from_row).collect()
    }

    /// Who approved or rejected a release.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verdicts(&self, release: &str) -> Result<Vec<Verdict>> {
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as(APPROVALS).bind(release).fetch_all(&mut *self.reader().await?).await?;
        let verdict = |(actor, verdict, at): (String, String, i64)| {
            Ok(Verdict { actor, approved: verdict == ReleaseState::Approved.as_str(), at: time(at)? })
        };
        rows.into_iter().map(verdict).collect()
    }
}

async fn insert(conn: &mut SqliteConnection, release: &Release) -> Result<()> {
    let query = sqlx::query(INSERT).bind(&release.id).bind(&release.record).bind(int(release.revision));
    let query = query.bind(release.record_digest.as_bytes().as_slice()).bind(&release.partner).bind(release.policy);
    let query = query.bind(release.cleartext.as_bytes().as_slice()).bind(release.state.as_str());
    query.bind(&release.proposed_by).bind(micros(release.proposed_at)).execute(conn).await?;
    Ok(())
}

async fn select(conn: &mut SqliteConnection, id: &str) -> Result<Release> {
    let row = sqlx::query(COLUMNS_WHERE_ID).bind(id).fetch_optional(conn).await?;
    from_row(&row.ok_or_else(|| Error::NotFound { what: "release", id: id.to_owned() })?)
}

fn from_row(row: &SqliteRow) -> Result<Release> {
    let clearance: Option<&str> = row.try_get("clearance")?;
    Ok(Release {
        id: row.try_get("id")?,
        record: row.try_get("record")?,
        revision: count(row.try_get("revision")?)?,
        record_digest: digest(row.try_get("record_digest")?)?,
        partner: row.try_get("partner")?,
        policy: row.try_get("policy")?,
        cleartext: digest(row.try_get("cleartext")?)?,
        clearance: clearance.map(|text| json(text, "clearance")).transpose()?,
        state: ReleaseState::parse(row.try_get("state")?)?,
        proposed_by: row.try_get("proposed_by")?,
        proposed_at: time(row.try_get("proposed_at")?)?,
    })
}

fn wrong_state(release: &Release, expected: &'static str) -> Error {
    Error::State { what: "release", id: release.id.clone(), found: release.state.as_str().into(), expected }
}

fn expect<T: PartialEq + std::fmt::Display>(
    release: &Release,
    what: &'static str,
    found: T,
    expected: T,
) -> Result<()> {
    match found == expected {
        true => Ok(()),
        false => Err(Error::Mismatch {
            release: release.id.clone(),
            what,
            found: found.to_string(),
            expected: expected.to_string(),
        }),
    }
}
