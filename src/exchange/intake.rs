//! What comes in: kept, opened, decoded, translated, filed, acknowledged.
//!
//! ```text
//! bytes ─ arrive ─► Original (on disk) ─ open ─► Opened ─ decode ─► Decoded ─ translate ─► records ─ one act ─► receipt
//! ```
//!
//! Nothing is looked at before it is on disk, and nothing is answered before its outcome is. A message that came before
//! gets the receipt that it got then, byte for byte; one that came before and was not settled (a crash in between) is
//! taken up where it was left.

use std::sync::Arc;

use uuid::Uuid;

use crate::{
    error::{Code, Finding, Owner},
    gate::{Outcome, Receipt, SignedReceipt},
    iodef::{self, IodefDocument},
    json,
    marking::Tlp,
    openpgp::{self, Demand, Expect, KeyError, Limits, OpenError, Profile, PublicCert, TeamKeys},
    record::{self, Form, Record, RecordDocument, TrackingNumber, base::RecordId, handling::Handling, number::Prefix},
    store::{self, Arrival, Fate, NewRecord, Original, Settlement, Store, Tx},
    translate,
    world::{Clock, Entropy, NoEntropy},
    xml,
};

/// What both pipelines work with.
#[derive(Clone)]
pub struct Gateway {
    /// The store of this home.
    pub store: Store,
    /// Our OpenPGP certificates with their secret keys.
    pub keys: Arc<TeamKeys>,
    /// Prefix of our tracking numbers.
    pub prefix: Prefix,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for tracking numbers.
    pub entropy: Arc<dyn Entropy>,
}

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
    /// No randomness for a tracking number.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// The message is larger than agreed. Nothing was kept.
    #[error("the message has {found} bytes, {limit} are agreed")]
    TooLarge {
        /// Its size.
        found: u64,
        /// The agreement's `max_bytes`.
        limit: u64,
    },
    /// A record could not be written: a defect.
    #[error("a record could not be written: {0}")]
    Record(#[from] serde_json::Error),
}

impl IntakeError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            IntakeError::Store(error) => error.code(),
            IntakeError::Keys(error) => error.code(),
            IntakeError::TooLarge { .. } => Code::LimitExceeded,
            IntakeError::Entropy(_) | IntakeError::Record(_) => Code::Internal,
        }
    }
}

/// The document inside an opened message. Made only here, from what the check of the signature has passed.
struct Decoded(IodefDocument);

/// What a message turned out to be.
enum Judgement {
    /// Records to file.
    File(Vec<Record>),
    /// The sender's fault, by this code.
    Refuse(Code, String),
    /// Possibly ours: a person must look.
    Quarantine(Code, String),
}

/// The pipeline for what comes in.
#[derive(Clone)]
pub struct Intake {
    gateway: Gateway,
}

impl Intake {
    /// The pipeline over these.
    pub fn new(gateway: Gateway) -> Self {
        Intake { gateway }
    }

    /// Takes a message in. When this returns, the message, its outcome and its receipt are on disk.
    ///
    /// # Errors
    /// When nothing could be settled; the message may be kept already, and sending it again is safe.
    pub async fn take_in(&self, sender: &Sender, message: Message) -> Result<SignedReceipt, IntakeError> {
        let size = message.body.len() as u64;
        if size > sender.max_bytes {
            return Err(IntakeError::TooLarge { found: size, limit: sender.max_bytes });
        }
        let store = &self.gateway.store;
        let body = store.stage(message.body).await?;
        let id = message.id.map_or_else(|| body.digest().to_string(), |id| id.to_string());
        let received_at = self.gateway.clock.now();
        let (partner, media_type, key) = (sender.partner.clone(), message.media_type, id.clone());
        let arrival = store
            .act("arrive", async move |tx: &mut Tx| tx.arrive(&partner, &key, &media_type, &body, received_at).await)
            .await?;
        match arrival {
            Arrival::Done(receipt) => Ok(SignedReceipt::from_signed(store.bytes(receipt).await?.to_vec())),
            Arrival::New(original) => self.settle(sender, &id, original).await,
        }
    }

    /// Takes up the messages of this sender that a crash left without outcome.
    ///
    /// # Errors
    /// At the first that cannot be settled now.
    pub async fn resume(&self, sender: &Sender, most: u32) -> Result<usize, IntakeError> {
        let mut done = 0;
        for left in self.gateway.store.unsettled(most).await? {
            if left.partner == sender.partner {
                let (original, _) = self.gateway.store.original(&left.original).await?;
                self.settle(sender, &left.message, original).await?;
                done += 1;
            }
        }
        Ok(done)
    }

    /// Judges an original and settles it, in one act with all that follows from it.
    async fn settle(&self, sender: &Sender, id: &str, original: Original) -> Result<SignedReceipt, IntakeError> {
        let now = self.gateway.clock.now();
        let expect = Expect {
            signers: &sender.certificates,
            profile: sender.profile,
            signature: sender.signature,
            sealing: sender.sealing,
            now,
            limits: Limits { wire_bytes: sender.max_bytes, message_bytes: sender.max_bytes, ..Limits::default() },
        };
        let (judgement, opened) = match openpgp::open(&original, &self.gateway.keys, &expect) {
            Ok(opened) => {
                let (cleartext, verification) = opened.into_parts();
                (judge(&cleartext, sender), Some((cleartext, verification.to_json())))
            }
            Err(error) => (blame(&error), None),
        };
        let (fate, code, reason, records) = match judgement {
            Judgement::File(records) => (Fate::Filed, None, None, records),
            Judgement::Refuse(code, reason) => (Fate::Refused, Some(code), Some(reason), Vec::new()),
            Judgement::Quarantine(code, reason) => (Fate::Quarantined, Some(code), Some(reason), Vec::new()),
        };
        let store = &self.gateway.store;
        let mut filed = Vec::new();
        for mut record in records {
            let number = TrackingNumber::draw(&self.gateway.prefix, &*self.gateway.entropy)?;
            let mut random = [0; 16];
            self.gateway.entropy.fill(&mut random)?;
            // A record that came in is ours by number and id, and the sender's by content.
            record.id = RecordId(uuid::Builder::from_random_bytes(random).into_uuid());
            let new = NewRecord {
                id: record.id.to_string(),
                number: Some(number.to_string()),
                kind: record.kind.as_str().to_owned(),
                author: format!("partner:{}", sender.partner),
                reason: "received".to_owned(),
            };
            record.number = Some(number);
            let bytes = record::write(&RecordDocument::of(vec![record]), Form::Compact)?;
            filed.push((new, store.stage(bytes).await?));
        }
        let number = filed.first().and_then(|(new, _)| new.number.clone());
        let receipt = Receipt {
            id: id.to_owned(),
            digest: original.digest(),
            size: original.size(),
            received_at: original.received_at().to_string(),
            outcome: match fate {
                Fate::Filed => Outcome::Filed,
                Fate::Quarantined => Outcome::Quarantined,
                Fate::Refused => Outcome::Refused,
            },
            code: code.map(|code| code.as_str().to_owned()),
            number: number.clone(),
        };
        let signed = openpgp::sign_receipt(&receipt, &self.gateway.keys, sender.profile, now)?;
        let settlement = Settlement {
            fate,
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
                for (new, body) in &filed {
                    tx.create_record(new, body).await?;
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

/// Decodes and translates what was opened.
fn judge(cleartext: &[u8], sender: &Sender) -> Judgement {
    match decode(cleartext, sender.max_bytes) {
        Ok(Decoded(document)) => {
            let (made, _) = translate::from_iodef(document);
            let mut records = made.records;
            records.iter_mut().for_each(|record| mark(record, sender.unmarked));
            if records.is_empty() {
                return Judgement::Refuse(Code::ClassMissing, "no incident in the document".to_owned());
            }
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

fn decode(cleartext: &[u8], max_bytes: u64) -> Result<Decoded, (Code, String)> {
    let refused = |finding: Finding| (finding.code, finding.to_string());
    let decoded = match cleartext.trim_ascii_start().first() {
        Some(b'<') | Some(0xef) => {
            let limits = xml::Limits { total_bytes: max_bytes, ..xml::Limits::default() };
            iodef::decode_xml(cleartext, limits).map_err(refused)?
        }
        Some(b'{') => {
            let limits = json::Limits { total_bytes: max_bytes, ..json::Limits::default() };
            iodef::decode_json(cleartext, &limits).map_err(refused)?
        }
        _ => return Err((Code::FormatUnknown, "neither IODEF XML nor IODEF JSON".to_owned())),
    };
    let first = decoded.errors().next().cloned();
    match first {
        Some(finding) => Err(refused(finding)),
        None => Ok(Decoded(decoded.document)),
    }
}
