//! What comes in: kept, opened, decoded, translated, filed, acknowledged.
//!
//! ```text
//! bytes ─ arrive ─► Original (on disk) ─ open ─► Opened ─ read ─► Document ─ translate ─► records ─ one act ─► receipt
//! ```
//!
//! Nothing is looked at before it is on disk, and nothing is answered before its outcome is. A message that came before
//! gets the receipt that it got then, byte for byte; one that came before and was not settled (a crash in between) is
//! taken up where it was left.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::gateway::{Filing, FilingError, Gateway};
use crate::{
    error::{Code, Finding, Owner},
    format::Format,
    gate::{Outcome, Receipt, SignedReceipt},
    marking::Tlp,
    openpgp::{self, Demand, Expect, KeyError, Limits, OpenError, Profile, PublicCert, TeamKeys},
    record::{Record, base::RecordId, handling::Handling},
    store::{self, Arrival, Body, Decision, Original, Received, Settlement, Tx},
    translate::{self, Document},
};

/// Who sends, as far as taking in must know: what the agreement says, and which certificates are registered.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The partner, by domain.
    pub partner: String,
    /// The certificates that count as its signature.
    pub certificates: Vec<PublicCert>,
    /// The agreed OpenPGP profile; receipts are signed in it.
    pub profile: Profile,
    /// Whether messages must be signed.
    pub signature: Demand,
    /// Whether messages must be encrypted.
    pub sealing: Demand,
    /// The marking of what comes without one.
    pub unmarked: Tlp,
    /// The formats that are agreed.
    pub formats: Vec<Format>,
    /// Largest message, in bytes.
    pub max_bytes: u64,
}

/// One message as it came.
#[derive(Clone, Debug)]
pub struct Message {
    /// The sender's id for it; without one, the digest of the body stands for it.
    pub id: Option<Uuid>,
    /// Media type of the body.
    pub media_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// The media type of a message that came without one.
pub fn media_type_of(body: &[u8]) -> &'static str {
    translate::detect(body).map_or("application/pgp-encrypted", Format::media_type)
}

/// Why a message got no receipt. It may be sent again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// The store could not do its work, or the id came before with other bytes.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// We cannot sign receipts.
    #[error("the receipt cannot be signed: {0}")]
    Keys(#[from] KeyError),
    /// What came in could not be filed.
    #[error(transparent)]
    Filing(#[from] FilingError),
    /// A message in quarantine cannot be filed now either.
    #[error("it cannot be filed now either: {why}")]
    StillBad {
        /// Of the error.
        code: Code,
        /// Why.
        why: String,
    },
    /// The work broke off: a defect. The message is kept, and settled when it comes again or at the next start.
    #[error("the work on the message broke off")]
    Broken,
    /// The message is larger than agreed. Nothing was kept.
    #[error("the message has {found} bytes, {limit} are agreed")]
    TooLarge {
        /// Its size.
        found: u64,
        /// The agreement's `max_bytes`.
        limit: u64,
    },
}

impl IntakeError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            IntakeError::Store(error) => error.code(),
            IntakeError::Keys(error) => error.code(),
            IntakeError::TooLarge { .. } => Code::LimitExceeded,
            IntakeError::Filing(error) => error.code(),
            IntakeError::StillBad { code, .. } => *code,
            IntakeError::Broken => Code::Internal,
        }
    }
}

/// What a message turned out to be.
enum Judgement {
    /// Records to file.
    File(Vec<Record>),
    /// The sender's fault, by this code.
    Refuse(Code, String),
    /// Possibly ours: a person must look.
    Quarantine(Code, String),
}

impl Gateway {
    /// Takes a message in. When this returns, the message, its outcome and its receipt are on disk.
    ///
    /// # Errors
    /// When nothing could be settled; the message may be kept already, and sending it again is safe.
    pub async fn take_in(&self, sender: &Sender, message: Message) -> Result<SignedReceipt, IntakeError> {
        let size = message.body.len() as u64;
        if size > sender.max_bytes {
            return Err(IntakeError::TooLarge { found: size, limit: sender.max_bytes });
        }
        let store = &self.store;
        let body = store.stage(message.body).await?;
        let id = message.id.map_or_else(|| body.digest().to_string(), |id| id.to_string());
        let received_at = self.clock.now();
        let (partner, media_type, key) = (sender.partner.clone(), message.media_type, id.clone());
        let arrival = store
            .act("arrive", async move |tx: &mut Tx| tx.arrive(&partner, &key, &media_type, &body, received_at).await)
            .await?;
        match arrival {
            Arrival::Done(receipt) => Ok(SignedReceipt::from_signed(store.bytes(receipt).await?.to_vec())),
            Arrival::New(original) => self.settle(sender, &id, original).await,
        }
    }

    /// Takes up the messages that a crash left without outcome. `sender` says who a partner is now; the messages of one
    /// with whom nothing can be exchanged stay as they are, and are told of.
    ///
    /// # Errors
    /// When the messages cannot be listed; one that cannot be settled is told of and hides no other.
    pub async fn resume<E: std::fmt::Display>(
        &self,
        sender: impl Fn(&str) -> Result<Sender, E>,
    ) -> Result<usize, store::Error> {
        let mut senders: BTreeMap<String, Option<Sender>> = BTreeMap::new();
        let mut done = 0;
        for left in self.store.unsettled(u32::MAX).await? {
            let known = senders.entry(left.partner.clone()).or_insert_with(|| {
                let found = sender(&left.partner);
                found.inspect_err(|error| tracing::error!(partner = left.partner, %error, "messages wait")).ok()
            });
            let Some(sender) = known else { continue };
            let settled = match self.store.original(&left.original).await {
                Ok((original, _)) => self.settle(sender, &left.message, original).await.map_err(|e| e.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match settled {
                Ok(_) => done += 1,
                Err(error) => {
                    tracing::error!(partner = left.partner, message = left.message, error, "a message is not settled");
                }
            }
        }
        Ok(done)
    }

    /// Takes a message out of quarantine: opens and judges it again, by what is known of the sender now, and files it.
    /// Its receipt stays what it was.
    ///
    /// # Errors
    /// [`IntakeError::StillBad`] when it cannot be filed now either; it stays in quarantine.
    pub async fn accept(&self, sender: &Sender, received: &Received, actor: &str) -> Result<String, IntakeError> {
        let (original, _) = self.store.original(&received.original).await?;
        let (judgement, opened) = self.judge(sender, &original).await?;
        let records = match judgement {
            Judgement::File(records) => records,
            Judgement::Refuse(code, why) | Judgement::Quarantine(code, why) => {
                return Err(IntakeError::StillBad { code, why });
            }
        };
        let found = self.stage_found(sender, original, opened, records, "accepted").await?;
        let number = found.number().unwrap_or_default();
        let decision = Decision {
            outcome: Outcome::Filed,
            code: None,
            reason: None,
            number: Some(number.clone()),
            actor: actor.to_owned(),
        };
        let (partner, message) = (received.partner.clone(), received.message.clone());
        let accept = async move |tx: &mut Tx| {
            // First, so that of a message that is settled already nothing is entered, and that is what is said.
            tx.decide_received(&partner, &message, &decision).await?;
            found.enter(tx).await
        };
        self.store.act("accept", accept).await?;
        Ok(number)
    }

    /// Ends the quarantine of a message by refusing it. Its receipt stays what it was, and the original is kept.
    ///
    /// # Errors
    /// When it is not quarantined, or the store fails.
    pub async fn refuse(&self, received: &Received, reason: &str, actor: &str) -> Result<(), store::Error> {
        let decision = Decision {
            outcome: Outcome::Refused,
            code: received.code.clone(),
            reason: Some(reason.to_owned()),
            number: None,
            actor: actor.to_owned(),
        };
        let (partner, message) = (received.partner.clone(), received.message.clone());
        let refuse = async move |tx: &mut Tx| tx.decide_received(&partner, &message, &decision).await;
        self.store.act("refuse", refuse).await
    }

    /// Opens an original and judges what is in it, by what is known of the sender now. That is work for the processor, and
    /// takes memory for several times the message: it is done beside the runtime, and for a bounded number at a time.
    async fn judge(
        &self,
        sender: &Sender,
        original: &Original,
    ) -> Result<(Judgement, Option<OpenedParts>), IntakeError> {
        let permit = self.openings.clone().acquire_owned().await.map_err(|_| IntakeError::Broken)?;
        let (sender, original, keys, now) = (sender.clone(), original.clone(), self.keys.clone(), self.clock.now());
        let work = move || {
            let _permit = permit;
            open_and_judge(&sender, &original, &keys, now)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| IntakeError::Broken)
    }

    /// Stages what a message brought, for the act that files it.
    async fn stage_found(
        &self,
        sender: &Sender,
        original: Original,
        opened: Option<OpenedParts>,
        records: Vec<Record>,
        reason: &str,
    ) -> Result<Found, FilingError> {
        let mut filings = Vec::new();
        for mut record in records {
            // A record that came in is ours by number and id, and the sender's by content.
            record.id = RecordId(self.new_id()?);
            record.number = None;
            let author = format!("partner:{}", sender.partner);
            filings.push(self.prepare_filing(record, &author, reason).await?);
        }
        let opened = match opened {
            Some(parts) => {
                Some((self.store.stage(parts.cleartext).await?, self.store.stage(parts.verification).await?))
            }
            None => None,
        };
        Ok(Found { original, opened, filings })
    }

    /// Judges an original and settles it, in one act with all that follows from it.
    async fn settle(&self, sender: &Sender, id: &str, original: Original) -> Result<SignedReceipt, IntakeError> {
        let (judgement, opened) = self.judge(sender, &original).await?;
        let (outcome, code, reason, records) = match judgement {
            Judgement::File(records) => (Outcome::Filed, None, None, records),
            Judgement::Refuse(code, reason) => (Outcome::Refused, Some(code), Some(reason), Vec::new()),
            Judgement::Quarantine(code, reason) => (Outcome::Quarantined, Some(code), Some(reason), Vec::new()),
        };
        let (digest, size, received_at) = (original.digest(), original.size(), original.received_at().to_string());
        let found = self.stage_found(sender, original, opened, records, "received").await?;
        let number = found.number();
        let receipt = Receipt {
            id: id.to_owned(),
            digest,
            size,
            received_at,
            outcome,
            code: code.map(|code| code.as_str().to_owned()),
            number: number.clone(),
        };
        let signed = openpgp::sign_receipt(&receipt, &self.keys, sender.profile, self.clock.now())?;
        let store = &self.store;
        let settlement = Settlement {
            outcome,
            code: code.map(|code| code.as_str().to_owned()),
            reason,
            number,
            receipt: store.stage(signed.as_bytes().to_vec()).await?,
        };
        let (partner, id) = (sender.partner.clone(), id.to_owned());
        let outcome = store
            .act("file", async move |tx: &mut Tx| {
                // First, so that a second copy learns that it is settled, and gets the receipt.
                tx.settle_received(&partner, &id, &settlement).await?;
                found.enter(tx).await
            })
            .await;
        match outcome {
            Ok(()) => Ok(signed),
            // Another copy of the message was settled meanwhile: its receipt is the one.
            Err(store::Error::Settled { partner, message }) => {
                let settled = store.received(&partner, &message).await?.and_then(|received| received.receipt);
                match settled {
                    Some(receipt) => Ok(SignedReceipt::from_signed(store.bytes(receipt).await?.to_vec())),
                    None => Err(store::Error::Settled { partner, message }.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What was inside a message, and what its check found.
struct OpenedParts {
    cleartext: Vec<u8>,
    verification: Vec<u8>,
}

/// All that one act enters of a message: the original's content, and the records out of it.
struct Found {
    original: Original,
    opened: Option<(Body, Body)>,
    filings: Vec<Filing>,
}

impl Found {
    fn number(&self) -> Option<String> {
        self.filings.first().and_then(|filing| filing.number().map(str::to_owned))
    }

    async fn enter(&self, tx: &mut Tx) -> store::Result<()> {
        if let Some((cleartext, verification)) = &self.opened {
            tx.keep_opened(&self.original, cleartext, verification).await?;
        }
        for filing in &self.filings {
            filing.enter(tx).await?;
        }
        Ok(())
    }
}

/// Whose fault it is that a message could not be opened. What may be ours is never refused.
fn blame(error: &OpenError) -> Judgement {
    match error.code().row().owner {
        Owner::Sender if error.code() != Code::PgpSignerUnknown => Judgement::Refuse(error.code(), error.to_string()),
        // The partner may have a new key that we have not registered yet.
        _ => Judgement::Quarantine(error.code(), error.to_string()),
    }
}

fn open_and_judge(
    sender: &Sender,
    original: &Original,
    keys: &TeamKeys,
    now: Timestamp,
) -> (Judgement, Option<OpenedParts>) {
    let expect = Expect {
        signers: &sender.certificates,
        profile: sender.profile,
        signature: sender.signature,
        sealing: sender.sealing,
        now,
        limits: Limits { wire_bytes: sender.max_bytes, message_bytes: sender.max_bytes, ..Limits::default() },
    };
    match openpgp::open(original, keys, &expect) {
        Ok(opened) => {
            let (cleartext, verification) = opened.into_parts();
            let judgement = judge(&cleartext, sender);
            (judgement, Some(OpenedParts { cleartext, verification: verification.to_json() }))
        }
        Err(error) => (blame(&error), None),
    }
}

/// Decodes and translates what was opened. Whatever is wrong with it is the sender's to set right.
fn judge(cleartext: &[u8], sender: &Sender) -> Judgement {
    match decode(cleartext, sender) {
        Ok(records) if records.is_empty() => {
            Judgement::Refuse(Code::ClassMissing, "no incident in the document".to_owned())
        }
        Ok(mut records) => {
            records.iter_mut().for_each(|record| mark(record, sender.unmarked));
            Judgement::File(records)
        }
        Err((code, why)) => Judgement::Refuse(code, why),
    }
}

/// What comes without a TLP label has the one that the agreement says, which is RED unless it says otherwise.
fn mark(record: &mut Record, unmarked: Tlp) {
    let handling = record.handling.get_or_insert_with(Handling::default);
    handling.tlp.get_or_insert(unmarked);
}

fn decode(cleartext: &[u8], sender: &Sender) -> Result<Vec<Record>, (Code, String)> {
    let unknown = || (Code::FormatUnknown, "of no format that is read here".to_owned());
    let refused = |finding: &Finding| (finding.code, finding.to_string());
    let format = translate::detect(cleartext).ok_or_else(unknown)?;
    if !sender.formats.contains(&format) {
        return Err((Code::FormatNotAgreed, format!("{format} is not agreed")));
    }
    let read = translate::read(cleartext, format, sender.max_bytes).map_err(|finding| refused(&finding))?;
    if let Some(finding) = read.error() {
        return Err(refused(finding));
    }
    match read.document {
        Document::Iodef(document) => Ok(translate::from_iodef(*document).0.records),
        Document::Iodef1(document) => Ok(translate::from_iodef(translate::upgrade(&document).0).0.records),
        // A partner's record would bring its own number, revisions and register: there is no rule for them yet.
        _ => Err(unknown()),
    }
}
