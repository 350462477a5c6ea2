//! What comes in: kept, opened, decoded, translated, filed, acknowledged.
//!
//! ```text
//! bytes ─ arrive ─► Original (on disk) ─ open ─► Opened ─ decode ─► Decoded ─ translate ─► records ─ one act ─► receipt
//! ```
//!
//! Nothing is looked at before it is on disk, and nothing is answered before its outcome is. A message that came before
//! gets the receipt that it got then, byte for byte; one that came before and was not settled (a crash in between) is
//! taken up where it was left.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::gateway::{FilingError, Gateway};
use crate::{
    error::{Code, Finding, Owner, Severity},
    format::Format,
    gate::{Outcome, Receipt, SignedReceipt},
    marking::Tlp,
    openpgp::{self, Demand, Expect, KeyError, Limits, OpenError, Profile, PublicCert},
    record::{Record, base::RecordId, handling::Handling},
    store::{self, Arrival, Original, Settlement, Tx},
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

    /// Judges an original and settles it, in one act with all that follows from it.
    async fn settle(&self, sender: &Sender, id: &str, original: Original) -> Result<SignedReceipt, IntakeError> {
        let now = self.clock.now();
        let expect = Expect {
            signers: &sender.certificates,
            profile: sender.profile,
            signature: sender.signature,
            sealing: sender.sealing,
            now,
            limits: Limits { wire_bytes: sender.max_bytes, message_bytes: sender.max_bytes, ..Limits::default() },
        };
        let (judgement, opened) = match openpgp::open(&original, &self.keys, &expect) {
            Ok(opened) => {
                let (cleartext, verification) = opened.into_parts();
                (judge(&cleartext, sender), Some((cleartext, verification.to_json())))
            }
            Err(error) => (blame(&error), None),
        };
        let (outcome, code, reason, records) = match judgement {
            Judgement::File(records) => (Outcome::Filed, None, None, records),
            Judgement::Refuse(code, reason) => (Outcome::Refused, Some(code), Some(reason), Vec::new()),
            Judgement::Quarantine(code, reason) => (Outcome::Quarantined, Some(code), Some(reason), Vec::new()),
        };
        let store = &self.store;
        let mut filings = Vec::new();
        for mut record in records {
            // A record that came in is ours by number and id, and the sender's by content.
            record.id = RecordId(self.new_id().map_err(FilingError::from)?);
            record.number = None;
            let author = format!("partner:{}", sender.partner);
            filings.push(self.prepare_filing(record, &author, "received").await?);
        }
        let number = filings.first().and_then(|filing| filing.number().map(str::to_owned));
        let receipt = Receipt {
            id: id.to_owned(),
            digest: original.digest(),
            size: original.size(),
            received_at: original.received_at().to_string(),
            outcome,
            code: code.map(|code| code.as_str().to_owned()),
            number: number.clone(),
        };
        let signed = openpgp::sign_receipt(&receipt, &self.keys, sender.profile, now)?;
        let settlement = Settlement {
            outcome,
            code: code.map(|code| code.as_str().to_owned()),
            reason,
            number,
            receipt: store.stage(signed.as_bytes().to_vec()).await?,
        };
        let kept = match opened {
            Some((cleartext, verification)) => Some((store.stage(cleartext).await?, store.stage(verification).await?)),
            None => None,
        };
        let (partner, id) = (sender.partner.clone(), id.to_owned());
        let outcome = store
            .act("file", async move |tx: &mut Tx| {
                if let Some((cleartext, verification)) = &kept {
                    tx.keep_opened(&original, cleartext, verification).await?;
                }
                for filing in &filings {
                    filing.enter(tx).await?;
                }
                tx.settle_received(&partner, &id, &settlement).await
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

/// Whose fault it is that a message could not be opened. What may be ours is never refused.
fn blame(error: &OpenError) -> Judgement {
    match error.code().row().owner {
        Owner::Sender if error.code() != Code::PgpSignerUnknown => Judgement::Refuse(error.code(), error.to_string()),
        // The partner may have a new key that we have not registered yet.
        _ => Judgement::Quarantine(error.code(), error.to_string()),
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
    if let Some(finding) = read.findings.iter().find(|finding| finding.severity == Severity::Error) {
        return Err(refused(finding));
    }
    match read.document {
        Document::Iodef(document) => Ok(translate::from_iodef(*document).0.records),
        // A partner's record would bring its own number, revisions and register: there is no rule for them yet.
        _ => Err(unknown()),
    }
}
