//! What came in, byte for byte, kept before anything is answered. Cleartext and the result of the signature check are
//! kept beside it, as objects of their own.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::{
    Store,
    act::Tx,
    error::{Error, Result},
    object::Body,
    row::{digest, maybe_digest, micros, time},
};
use crate::{
    audit::{Entry, Field, Kind},
    digest::Digest,
};

const INSERT: &str = "INSERT INTO original (id, partner, media_type, digest, sha3_256, received_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const SELECT: &str = "SELECT partner, media_type, digest, sha3_256, received_at, cleartext, verification \
    FROM original WHERE id = ?1";
const OPENED: &str = "UPDATE original SET cleartext = ?2, verification = ?3 WHERE id = ?1";

/// Bytes that came in and are on disk. There is no other maker than the store.
#[derive(Clone, Debug)]
pub struct Original {
    id: String,
    partner: String,
    media_type: String,
    digest: Digest,
    sha3_256: [u8; 32],
    received_at: Timestamp,
    bytes: Arc<Vec<u8>>,
}

impl Original {
    /// Its identifier.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who brought it, by domain.
    pub fn partner(&self) -> &str {
        &self.partner
    }

    /// Its media type, as the sender named it.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// Its SHA-256 digest.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// A second digest of another construction, SHA3-256 (FIPS 202), taken when it came in: should one of the two be
    /// broken, the other still shows that a copy is the original.
    pub fn sha3_256(&self) -> &[u8; 32] {
        &self.sha3_256
    }

    /// When it came in.
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// The bytes as they came.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}

/// What was found in an original: payloads of their own, read by [`Store::bytes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Digest of the cleartext.
    pub cleartext: Digest,
    /// Digest of the result of the signature check, a JSON document.
    pub verification: Digest,
}

impl Tx {
    /// Keeps what came in, before it is looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_original(
        &mut self,
        partner: &str,
        media_type: &str,
        body: &Body,
        received_at: Timestamp,
    ) -> Result<Original> {
        let id = self.new_id()?;
        let (sha3_256, digest) = (sha3_256(body.bytes()), body.digest());
        self.put(body).await?;
        self.with(async |conn| {
            let query = sqlx::query(INSERT).bind(&id).bind(partner).bind(media_type);
            let query = query.bind(digest.as_bytes().as_slice()).bind(sha3_256.as_slice()).bind(micros(received_at));
            query.execute(conn).await?;
            Ok(())
        })
        .await?;
        let original = Original {
            id,
            partner: partner.to_owned(),
            media_type: media_type.to_owned(),
            digest,
            sha3_256,
            received_at,
            bytes: body.share(),
        };
        let leaf = Entry::new(Kind::OriginalKept, format!("partner:{partner}"))
            .text(Field::Original, &original.id)
            .text(Field::Partner, partner)
            .digest(Field::Digest, digest)
            .number(Field::Size, original.size());
        self.append(leaf).await?;
        Ok(original)
    }

    /// Keeps cleartext and check result beside the original. Doing it again with the same bytes changes nothing.
    ///
    /// # Errors
    /// [`Error::State`] when other bytes were kept before.
    pub async fn keep_opened(&mut self, original: &Original, cleartext: &Body, verification: &Body) -> Result<()> {
        let opened = Opened { cleartext: cleartext.digest(), verification: verification.digest() };
        match self.with(async |conn| select(conn, &original.id).await).await?.1 {
            Some(before) if before == opened => return Ok(()),
            Some(_) => {
                let (id, found) = (original.id.clone(), "opened with another result".to_owned());
                return Err(Error::State { what: "original", id, found, expected: "not opened" });
            }
            None => {}
        }
        self.put(cleartext).await?;
        self.put(verification).await?;
        self.with(async |conn| {
            let query = sqlx::query(OPENED).bind(&original.id).bind(opened.cleartext.as_bytes().as_slice());
            query.bind(opened.verification.as_bytes().as_slice()).execute(conn).await?;
            Ok(())
        })
        .await?;
        let leaf = Entry::new(Kind::OriginalOpened, "system")
            .text(Field::Original, &original.id)
            .digest(Field::Digest, opened.cleartext)
            .digest(Field::Verification, opened.verification);
        self.append(leaf).await?;
        Ok(())
    }
}

impl Store {
    /// The original with this identifier, and what was found in it. Both digests are checked.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Damaged`] when the bytes are not those that came in.
    pub async fn original(&self, id: &str) -> Result<(Original, Option<Opened>)> {
        let (mut original, opened) = select(&mut *self.reader().await?, id).await?;
        original.bytes = self.bytes(original.digest).await?;
        match sha3_256(&original.bytes) == original.sha3_256 {
            true => Ok((original, opened)),
            false => Err(Error::Damaged(format!("the original {id} has another SHA3-256 digest"))),
        }
    }
}

type Row = (String, String, Vec<u8>, Vec<u8>, i64, Option<Vec<u8>>, Option<Vec<u8>>);

/// The original without its bytes.
pub(super) async fn select(conn: &mut SqliteConnection, id: &str) -> Result<(Original, Option<Opened>)> {
    let row: Option<Row> = sqlx::query_as(SELECT).bind(id).fetch_optional(conn).await?;
    let (partner, media_type, sha2, sha3, received_at, cleartext, verification) =
        row.ok_or_else(|| Error::NotFound { what: "original", id: id.to_owned() })?;
    let opened = match (maybe_digest(cleartext)?, maybe_digest(verification)?) {
        (Some(cleartext), Some(verification)) => Some(Opened { cleartext, verification }),
        _ => None,
    };
    let original = Original {
        id: id.to_owned(),
        partner,
        media_type,
        digest: digest(&sha2)?,
        sha3_256: *digest(&sha3)?.as_bytes(),
        received_at: time(received_at)?,
        bytes: Arc::default(),
    };
    Ok((original, opened))
}

/// The original of a message that came again: what was kept, with the bytes that came now and are the same.
pub(super) fn with_bytes(kept: Original, body: &Body) -> Original {
    Original { bytes: body.share(), ..kept }
}

fn sha3_256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA3_256, bytes).as_ref());
    out
}
