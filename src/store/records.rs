//! Records: numbered revisions of payloads that the store does not look into, and tracking numbers.

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::{
    Store,
    act::Tx,
    error::{Error, Result},
    object::Body,
    row::{count, digest, int, micros, time},
};
use crate::{
    audit::{Entry, Field, Kind},
    digest::Digest,
};

const INSERT: &str = "INSERT INTO record (id, number, kind, newest) VALUES (?1, ?2, ?3, 1)";
const INSERT_REVISION: &str =
    "INSERT INTO revision (record, revision, digest, author, at, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const SET_NEWEST: &str = "UPDATE record SET newest = ?2 WHERE id = ?1";
const SELECT: &str = "SELECT ordinal, id, number, kind, newest, digest
    FROM record JOIN revision ON record = id AND revision = newest WHERE id = ?1 OR number = ?1";
const LIST: &str = "SELECT ordinal, id, number, kind, newest, digest
    FROM record JOIN revision ON record = id AND revision = newest WHERE ordinal > ?1 ORDER BY ordinal LIMIT ?2";
const REVISIONS: &str = "SELECT revision, digest, author, at, reason FROM revision WHERE record = ?1 ORDER BY revision";
const BURN: &str = "INSERT INTO tracking_number (number, body, burnt_at) VALUES (?1, ?2, ?3)";
const IS_BODY_BURNT: &str = "SELECT number FROM tracking_number WHERE body = ?1";
const IS_BURNT: &str = "SELECT number FROM tracking_number WHERE number = ?1";

/// A record to be made.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Its identifier, for ever.
    pub id: String,
    /// Its tracking number; burnt with the act.
    pub number: Option<String>,
    /// What kind of record, such as `incident`.
    pub kind: String,
    /// Who makes it.
    pub author: String,
    /// Why.
    pub reason: String,
}

/// A record and its newest revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in the order of making; the cursor of [`Store::records`].
    pub ordinal: u64,
    /// Its identifier.
    pub id: String,
    /// Its tracking number.
    pub number: Option<String>,
    /// What kind of record.
    pub kind: String,
    /// Number of its newest revision.
    pub newest: u64,
    /// Digest of that revision's payload.
    pub digest: Digest,
}

/// One state of a record. Its payload is read by [`Store::bytes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// From 1, without gaps.
    pub revision: u64,
    /// Digest of the payload.
    pub digest: Digest,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Tx {
    /// Makes a record with its first revision.
    ///
    /// # Errors
    /// [`Error::Taken`] when the identifier exists or the number was ever given out, under whatever prefix.
    pub async fn create_record(&mut self, new: &NewRecord, body: &Body) -> Result<()> {
        if self.record(&new.id).await?.is_some() {
            return Err(Error::Taken { what: "record", id: new.id.clone() });
        }
        let mut leaf = Entry::new(Kind::RecordCreated, &new.author)
            .text(Field::Record, &new.id)
            .number(Field::Revision, 1)
            .digest(Field::Digest, body.digest());
        if let Some(number) = &new.number {
            self.burn(number).await?;
            leaf = leaf.text(Field::Number, number);
        }
        self.put(body).await?;
        let now = self.now();
        self.with(async |conn| {
            sqlx::query(INSERT).bind(&new.id).bind(&new.number).bind(&new.kind).execute(&mut *conn).await?;
            insert_revision(conn, &new.id, 1, body.digest(), &new.author, now, &new.reason).await
        })
        .await?;
        self.append(leaf).await?;
        Ok(())
    }

    /// Adds a revision to a record. `expected` is the number of the revision that the change was made from.
    ///
    /// # Errors
    /// [`Error::Stale`] when there is a newer one.
    pub async fn revise_record(
        &mut self,
        id: &str,
        expected: u64,
        body: &Body,
        author: &str,
        reason: &str,
    ) -> Result<u64> {
        let record = self.record(id).await?.ok_or_else(|| Error::NotFound { what: "record", id: id.to_owned() })?;
        if record.newest != expected {
            return Err(Error::Stale { record: record.id, expected, found: record.newest });
        }
        let revision = expected + 1;
        self.put(body).await?;
        let now = self.now();
        self.with(async |conn| {
            insert_revision(conn, &record.id, revision, body.digest(), author, now, reason).await?;
            sqlx::query(SET_NEWEST).bind(&record.id).bind(int(revision)).execute(conn).await?;
            Ok(())
        })
        .await?;
        let leaf = Entry::new(Kind::RecordRevised, author).text(Field::Record, &record.id);
        self.append(leaf.number(Field::Revision, revision).digest(Field::Digest, body.digest())).await?;
        Ok(revision)
    }

    /// Burns a tracking number that no record gets, such as one that was printed on a form.
    ///
    /// # Errors
    /// [`Error::Taken`] when it was ever given out.
    pub async fn burn_number(&mut self, number: &str, actor: &str) -> Result<()> {
        self.burn(number).await?;
        self.append(Entry::new(Kind::NumberBurnt, actor).text(Field::Number, number)).await?;
        Ok(())
    }

    async fn burn(&mut self, number: &str) -> Result<()> {
        let now = self.now();
        self.with(async |conn| {
            let burnt: Option<(String,)> =
                sqlx::query_as(IS_BODY_BURNT).bind(body(number)).fetch_optional(&mut *conn).await?;
            if burnt.is_some() {
                return Err(Error::Taken { what: "tracking number", id: number.to_owned() });
            }
            sqlx::query(BURN).bind(number).bind(body(number)).bind(micros(now)).execute(conn).await?;
            Ok(())
        })
        .await
    }

    /// The record with this identifier or tracking number, as this act sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record(&mut self, id: &str) -> Result<Option<Record>> {
        self.with(async |conn| record(conn, id).await).await
    }

    /// All revisions of a record as this act sees them, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revisions(&mut self, id: &str) -> Result<Vec<Revision>> {
        self.with(async |conn| revisions(conn, id).await).await
    }
}

impl Store {
    /// The record with this identifier or tracking number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record(&self, id: &str) -> Result<Option<Record>> {
        record(&mut *self.reader().await?, id).await
    }

    /// All revisions of a record, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revisions(&self, id: &str) -> Result<Vec<Revision>> {
        revisions(&mut *self.reader().await?, id).await
    }

    /// Records in the order of their making, after the one with this ordinal (0: from the first).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn records(&self, after: u64, limit: u32) -> Result<Vec<Record>> {
        let query = sqlx::query_as(LIST).bind(int(after)).bind(limit);
        let rows: Vec<Row> = query.fetch_all(&mut *self.reader().await?).await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Whether a tracking number was ever given out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_burnt(&self, number: &str) -> Result<bool> {
        let row: Option<(String,)> =
            sqlx::query_as(IS_BURNT).bind(number).fetch_optional(&mut *self.reader().await?).await?;
        Ok(row.is_some())
    }
}

/// What of a tracking number is given out once over all prefixes (requirement 26): what stands after the first hyphen,
/// without the check character at its end, which the prefix has a part in.
fn body(number: &str) -> &str {
    number
        .split_once('-')
        .and_then(|(_, body)| body.char_indices().next_back().map(|(at, _)| &body[..at]))
        .unwrap_or(number)
}

type Row = (i64, String, Option<String>, String, i64, Vec<u8>);

fn from_row((ordinal, id, number, kind, newest, payload): Row) -> Result<Record> {
    Ok(Record { ordinal: count(ordinal)?, id, number, kind, newest: count(newest)?, digest: digest(&payload)? })
}

async fn record(conn: &mut SqliteConnection, id: &str) -> Result<Option<Record>> {
    let row: Option<Row> = sqlx::query_as(SELECT).bind(id).fetch_optional(conn).await?;
    row.map(from_row).transpose()
}

async fn revisions(conn: &mut SqliteConnection, id: &str) -> Result<Vec<Revision>> {
    let rows: Vec<(i64, Vec<u8>, String, i64, String)> = sqlx::query_as(REVISIONS).bind(id).fetch_all(conn).await?;
    rows.into_iter()
        .map(|(revision, bytes, author, at, reason)| {
            Ok(Revision { revision: count(revision)?, digest: digest(&bytes)?, author, at: time(at)?, reason })
        })
        .collect()
}

async fn insert_revision(
    conn: &mut SqliteConnection,
    record: &str,
    revision: u64,
    digest: Digest,
    author: &str,
    at: Timestamp,
    reason: &str,
) -> Result<()> {
    let query = sqlx::query(INSERT_REVISION).bind(record).bind(int(revision)).bind(digest.as_bytes().as_slice());
    query.bind(author).bind(micros(at)).bind(reason).execute(conn).await?;
    Ok(())
}
