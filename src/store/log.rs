//! The audit log in the store: leaves are appended inside the act that they describe.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::value::RawValue;
use sqlx::{Connection as _, SqliteConnection};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::{
    Store,
    act::Tx,
    error::{Error, Result},
    row::{count, digest, int},
};
use crate::{
    audit::{
        Checkpoint, Entry, Field, Kind, LeafProof, NoteError, Signer,
        tree::{self, Frontier, Plan, Read},
        verify,
    },
    digest::Digest,
};

const BEGIN: &str =
    "INSERT INTO audit_head (one, origin, size, peaks) VALUES (1, ?1, 0, x'') ON CONFLICT (one) DO NOTHING";
const IS_BEGUN: &str =
    "SELECT coalesce((SELECT size FROM audit_head), 0), coalesce((SELECT max(seq) + 1 FROM audit_leaf), 0)";
const HEAD: &str = "SELECT origin, size, peaks FROM audit_head WHERE one = 1";
const SET_HEAD: &str = "UPDATE audit_head SET size = ?1, peaks = ?2 WHERE one = 1";
const INSERT_LEAF: &str = "INSERT INTO audit_leaf (seq, hash, leaf) VALUES (?1, ?2, ?3)";
const INSERT_NODE: &str = "INSERT INTO audit_node (height, place, hash) VALUES (?1, ?2, ?3)";
const INSERT_CHECKPOINT: &str = "INSERT INTO audit_checkpoint (size, note) VALUES (?1, ?2)";
const LATEST_CHECKPOINT: &str = "SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1";
const CHECKPOINTS: &str = "SELECT size, note FROM audit_checkpoint WHERE size > ?1 AND size <= ?2 ORDER BY size";
const LEAVES: &str = "SELECT seq, hash, leaf FROM audit_leaf WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
const LEAF_HASHES: &str = "SELECT hash FROM audit_leaf WHERE seq >= ?2 AND seq < ?3 AND ?1 = 0 ORDER BY seq";
const NODE_HASHES: &str = "SELECT hash FROM audit_node WHERE height = ?1 AND place >= ?2 AND place < ?3 ORDER BY place";

/// Leaves read at a time for an export.
const PAGE: u64 = 1_000;

/// The log's name, size and root.
pub type Head = Checkpoint;

impl Tx {
    /// Appends a leaf that describes what this act does; gives its place.
    ///
    /// # Errors
    /// When the entry has not the shape of its kind, or the kind has its own function: `genesis`, `intent`,
    /// `checkpoint`, and the kinds that close an intent.
    pub async fn log(&mut self, entry: Entry) -> Result<u64> {
        let kind = entry.kind();
        if kind.closes_intent() || matches!(kind, Kind::Genesis | Kind::Intent | Kind::Checkpoint) {
            return Err(Error::ReservedKind(kind.as_str()));
        }
        self.append(entry).await
    }

    pub(super) async fn append(&mut self, entry: Entry) -> Result<u64> {
        let now = self.now();
        let appended = self.with(async |conn| append(conn, entry, now).await).await;
        if let Err(error) = &appended {
            self.spoil(error);
        }
        appended
    }

    /// Signs the log up to now: appends a leaf of kind `checkpoint` and signs the tree that ends with it. When nothing
    /// was appended since the last one, that one is given again.
    ///
    /// # Errors
    /// When the log's name cannot be signed.
    pub async fn checkpoint(&mut self, signer: &Signer) -> Result<String> {
        let now = self.now();
        self.with(async |conn| {
            let (origin, frontier) = head(conn).await?;
            let latest: Option<(i64, String)> = sqlx::query_as(LATEST_CHECKPOINT).fetch_optional(&mut *conn).await?;
            if let Some((size, note)) = latest
                && size == int(frontier.size())
            {
                return Ok(note);
            }
            let key = signer.verifier_key().to_string();
            append(conn, Entry::new(Kind::Checkpoint, "system").text(Field::Key, key), now).await?;
            let (_, frontier) = head(conn).await?;
            let checkpoint = Checkpoint { origin, size: frontier.size(), root: frontier.root() };
            let note = checkpoint.sign(signer).map_err(note_error)?;
            sqlx::query(INSERT_CHECKPOINT).bind(int(checkpoint.size)).bind(&note).execute(conn).await?;
            Ok(note)
        })
        .await
    }
}

impl Store {
    /// Signs the log; see [`Tx::checkpoint`].
    ///
    /// # Errors
    /// When the act fails.
    pub async fn checkpoint(&self, signer: Arc<Signer>) -> Result<String> {
        self.act("checkpoint", async move |tx| tx.checkpoint(&signer).await).await
    }

    /// The latest signed checkpoint.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest_checkpoint(&self) -> Result<Option<String>> {
        let latest: Option<(i64, String)> =
            sqlx::query_as(LATEST_CHECKPOINT).fetch_optional(&mut *self.reader().await?).await?;
        Ok(latest.map(|(_, note)| note))
    }

    /// The log's head as it is now, unsigned.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn head(&self) -> Result<Head> {
        let (origin, frontier) = head(&mut *self.reader().await?).await?;
        Ok(Checkpoint { origin, size: frontier.size(), root: frontier.root() })
    }

    /// The encodings of the leaves from `first` on, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaves(&self, first: u64, limit: u64) -> Result<Vec<String>> {
        let rows = leaves(&mut *self.reader().await?, first, first.saturating_add(limit)).await?;
        Ok(rows.into_iter().map(|(_, _, leaf)| leaf).collect())
    }

    /// The proof that a leaf is in the tree that the latest checkpoint signed.
    ///
    /// # Errors
    /// [`Error::NotFound`] when no checkpoint covers the leaf yet.
    pub async fn prove(&self, seq: u64) -> Result<LeafProof> {
        let mut conn = self.reader().await?;
        let latest: Option<(i64, String)> = sqlx::query_as(LATEST_CHECKPOINT).fetch_optional(&mut *conn).await?;
        let missing = || Error::NotFound { what: "signed leaf", id: seq.to_string() };
        let (size, checkpoint) = latest.ok_or_else(missing)?;
        let plan = Plan::inclusion(seq, count(size)?).ok_or_else(missing)?;
        let path = answer(&mut conn, &plan).await?;
        let (_, _, leaf) = leaves(&mut conn, seq, seq + 1).await?.pop().ok_or_else(missing)?;
        Ok(LeafProof { leaf, path, checkpoint })
    }

    /// The consistency proof between the trees of the first `old` and the first `new` leaves (RFC 6962 §2.1.2).
    ///
    /// # Errors
    /// [`Error::NotFound`] when the log has not so many leaves, or `old` is larger than `new`.
    pub async fn prove_consistency(&self, old: u64, new: u64) -> Result<Vec<Digest>> {
        let mut conn = self.reader().await?;
        let (_, frontier) = head(&mut conn).await?;
        let plan = Plan::consistency(old, new).filter(|_| new <= frontier.size());
        let plan = plan.ok_or_else(|| Error::NotFound { what: "pair of trees", id: format!("{old}..{new}") })?;
        answer(&mut conn, &plan).await
    }

    /// Writes the whole log in the form that [`verify`] reads, as it was at one moment. To have all of it signed, take
    /// a checkpoint first.
    ///
    /// # Errors
    /// When the database fails or `out` does.
    pub async fn export_log(&self, out: &mut (impl AsyncWrite + Unpin)) -> Result<()> {
        let mut conn = self.reader().await?;
        let mut snapshot = conn.begin().await?;
        let (_, frontier) = head(&mut snapshot).await?;
        write_line(out, &verify::Line::Header { format: verify::FORMAT }).await?;
        let mut first = 0;
        while first < frontier.size() {
            let end = (first + PAGE).min(frontier.size());
            let notes: Vec<(i64, String)> =
                sqlx::query_as(CHECKPOINTS).bind(int(first)).bind(int(end)).fetch_all(&mut *snapshot).await?;
            let mut notes = notes.into_iter().peekable();
            for (seq, hash, leaf) in leaves(&mut snapshot, first, end).await? {
                let leaf =
                    RawValue::from_string(leaf).map_err(|error| Error::Damaged(format!("leaf {seq}: {error}")))?;
                write_line(out, &verify::Line::Leaf { hash, leaf: &leaf }).await?;
                if let Some((_, note)) = notes.next_if(|(size, _)| *size == int(seq + 1)) {
                    write_line(out, &verify::Line::Checkpoint { checkpoint: &note }).await?;
                }
            }
            first = end;
        }
        snapshot.rollback().await?;
        out.flush().await.map_err(Error::io("log export"))
    }
}

/// Begins the log of a new store. `false` when it has begun already.
pub(super) async fn begin(conn: &mut SqliteConnection, origin: &str, genesis: Entry, now: Timestamp) -> Result<bool> {
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    if is_begun(&mut tx).await? {
        return Ok(false);
    }
    sqlx::query(BEGIN).bind(origin).execute(&mut *tx).await?;
    append(&mut tx, genesis, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Whether the log has begun. Its head and its leaves must agree.
pub(super) async fn is_begun(conn: &mut SqliteConnection) -> Result<bool> {
    let (head, leaves): (i64, i64) = sqlx::query_as(IS_BEGUN).fetch_one(conn).await?;
    match head == leaves {
        true => Ok(head > 0),
        false => Err(Error::Damaged(format!("the audit log's head has {head} leaves, the log {leaves}"))),
    }
}

async fn head(conn: &mut SqliteConnection) -> Result<(String, Frontier)> {
    let (origin, size, peaks): (String, i64, Vec<u8>) = sqlx::query_as(HEAD).fetch_one(conn).await?;
    let peaks = peaks.chunks(32).map(digest).collect::<Result<_>>()?;
    let frontier = Frontier::from_parts(count(size)?, peaks);
    Ok((origin, frontier.ok_or_else(|| Error::Damaged("the audit log's head contradicts itself".into()))?))
}

async fn append(conn: &mut SqliteConnection, entry: Entry, now: Timestamp) -> Result<u64> {
    let (_, mut frontier) = head(conn).await?;
    let seq = frontier.size();
    let text = entry.at(seq, now)?.encode();
    let hash = tree::leaf_hash(text.as_bytes());
    let leaf = sqlx::query(INSERT_LEAF).bind(int(seq)).bind(hash.as_bytes().as_slice()).bind(text);
    leaf.execute(&mut *conn).await?;
    for (node, hash) in frontier.append(hash) {
        let node = sqlx::query(INSERT_NODE).bind(i64::from(node.height)).bind(int(node.index));
        node.bind(hash.as_bytes().as_slice()).execute(&mut *conn).await?;
    }
    let peaks: Vec<u8> = frontier.peaks().iter().flat_map(|peak| *peak.as_bytes()).collect();
    sqlx::query(SET_HEAD).bind(int(frontier.size())).bind(peaks).execute(conn).await?;
    Ok(seq)
}

async fn leaves(conn: &mut SqliteConnection, first: u64, end: u64) -> Result<Vec<(u64, Digest, String)>> {
    let rows: Vec<(i64, Vec<u8>, String)> =
        sqlx::query_as(LEAVES).bind(int(first)).bind(int(end)).fetch_all(conn).await?;
    rows.into_iter().map(|(seq, hash, leaf)| Ok((count(seq)?, digest(&hash)?, leaf))).collect()
}

/// The hashes of a proof, read as its plan says.
async fn answer(conn: &mut SqliteConnection, plan: &Plan) -> Result<Vec<Digest>> {
    let mut runs = Vec::new();
    for Read { height, first, count } in plan.reads() {
        let query = if height == 0 { LEAF_HASHES } else { NODE_HASHES };
        let query = sqlx::query_as(query).bind(i64::from(height)).bind(int(first)).bind(int(first + count));
        let rows: Vec<(Vec<u8>,)> = query.fetch_all(&mut *conn).await?;
        runs.push(rows.iter().map(|(hash,)| digest(hash)).collect::<Result<_>>()?);
    }
    plan.hashes(runs).ok_or_else(|| Error::Damaged("hashes of the audit log are missing".into()))
}

async fn write_line(out: &mut (impl AsyncWrite + Unpin), line: &verify::Line<'_>) -> Result<()> {
    let mut text = serde_json::to_vec(line).map_err(|_| Error::Defect)?;
    text.push(b'\n');
    out.write_all(&text).await.map_err(Error::io("log export"))
}

fn note_error(error: NoteError) -> Error {
    Error::Damaged(format!("the log cannot be signed: {error}"))
}
