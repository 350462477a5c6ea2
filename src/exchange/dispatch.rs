//! What goes out: sanitised, translated, checked at the gate, sealed, queued, delivered.
//!
//! ```text
//! record ─ sanitise ─► Released ─ translate ─► bytes ─ release (stored) ─ gate ─► Cleared ─ seal ─► outbox ─► partner
//! ```

use super::{
    gateway::FilingError,
    home::{Home, HomeError},
};
use crate::{
    digest::Digest,
    error::{Code, Finding},
    gate::{self, Outgoing, Refusal},
    openpgp,
    partner::Domain,
    record::{Record, RecordDocument},
    sharing::{self, Agreement, Consent, Sanitised, SharingError, Terms},
    store::{self, Approval, Body, NewRelease, ReleaseState, Tx},
    translate,
};

/// Why something did not go out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DispatchError {
    /// The home, a partner or an agreement.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The record may not go.
    #[error(transparent)]
    Sharing(#[from] SharingError),
    /// The record does not make a whole document.
    #[error("the record does not make a whole document: {}", first(.0))]
    Incomplete(Vec<Finding>),
    /// The gate refuses the final bytes.
    #[error(transparent)]
    Gate(#[from] Refusal),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] openpgp::SealError),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The record.
    #[error(transparent)]
    Record(#[from] FilingError),
    /// The partner's card lacks what is needed.
    #[error("the card of {partner} has no {what}")]
    Card {
        /// Whose.
        partner: Domain,
        /// What.
        what: &'static str,
    },
    /// No gateway would take it, and ours would not know how long to wait for that.
    #[error("the message has {found} bytes, limits.body_bytes is {limit}")]
    TooLarge {
        /// Its size, sealed.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// The release is not in the state that the act needs.
    #[error("the release is {0}")]
    State(&'static str),
}

fn first(findings: &[Finding]) -> String {
    findings.first().map(ToString::to_string).unwrap_or_default()
}

impl DispatchError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            DispatchError::Home(error) => error.code(),
            DispatchError::Sharing(error) => error.code(),
            DispatchError::Incomplete(findings) => findings.first().map_or(Code::ClassMissing, |finding| finding.code),
            DispatchError::Gate(refusal) => refusal.code(),
            DispatchError::Seal(error) => error.code(),
            DispatchError::Store(error) => error.code(),
            DispatchError::Record(error) => error.code(),
            DispatchError::Card { .. } => Code::ConfigInvalid,
            DispatchError::TooLarge { .. } => Code::LimitExceeded,
            DispatchError::State(_) => Code::WrongState,
        }
    }
}

/// What a partner would get, before the gate.
pub struct Prepared {
    /// What was released and what was not.
    pub sanitised: Sanitised,
    /// The exact cleartext.
    pub bytes: Vec<u8>,
    /// What became of every leaf that was released.
    pub account: Vec<translate::Entry>,
    /// The agreement that was applied. The cleartext has its [`Agreement::format`].
    pub agreement: Agreement,
}

/// A release before it is made.
struct Draft {
    new: NewRelease,
    prepared: Prepared,
    body: Body,
    /// What the gate has cleared, when nobody need approve it.
    cleared: Option<gate::Cleared>,
}

/// How a release went.
#[derive(Debug)]
pub enum Sent {
    /// It is in the outbox under this message id.
    Queued(String),
    /// It needs approval; the release's id.
    Proposed(String),
}

impl Home {
    /// The exact cleartext that a partner would get of a record.
    ///
    /// # Errors
    /// When the record may not go, or does not make a whole document.
    pub fn prepare(&self, record: &Record, partner: &Domain, consent: &Consent) -> Result<Prepared, DispatchError> {
        let known = self.partners.get(partner).map_err(HomeError::from)?;
        let verified = known.verified().map_err(HomeError::from)?;
        let agreement = self.agreement(partner)?;
        let mut record = record.clone();
        record.creator.get_or_insert_with(|| self.creator());
        let terms = Terms { partner: verified, agreement: &agreement, key: &self.pseudonyms, deny: &self.deny };
        let sanitised = sharing::sanitise(&record, &terms, self.gateway.clock.now(), consent)?;
        let released = sanitised.released().record().clone();
        let document = RecordDocument::of(vec![released]);
        let made = translate::record_to_iodef(document, agreement.format().into(), agreement.out.profile)
            .map_err(DispatchError::Incomplete)?;
        Ok(Prepared { sanitised, bytes: made.bytes, account: made.account, agreement })
    }

    /// Has the gate read the final bytes.
    ///
    /// # Errors
    /// When no order can be made, or the gate refuses.
    pub fn clear(&self, prepared: &Prepared, approved: Option<Digest>) -> Result<gate::Cleared, DispatchError> {
        let order = sharing::order(
            &prepared.sanitised,
            &prepared.agreement,
            prepared.agreement.format(),
            &self.deny,
            &self.ourselves(),
            approved,
            self.gateway.clock.now(),
        )?;
        Ok(gate::check(prepared.bytes.clone(), &order)?)
    }

    /// Releases a record to a partner: queues it, or proposes it where a person must approve.
    ///
    /// # Errors
    /// When it may not go. Nothing is queued then.
    pub async fn send(
        &self,
        name: &str,
        partner: &Domain,
        consent: &Consent,
        actor: &str,
    ) -> Result<Sent, DispatchError> {
        let Draft { new, prepared, body, cleared } = self.draft(name, partner, consent, actor).await?;
        let Some(cleared) = cleared else {
            let propose = async move |tx: &mut Tx| tx.release(&new, &body).await;
            return Ok(Sent::Proposed(self.gateway.store.act("release", propose).await?.id));
        };
        let release = async move |tx: &mut Tx| tx.release(&new, &body).await.map(|release| release.id);
        Ok(Sent::Queued(self.queue(cleared, &prepared.agreement, actor, release).await?))
    }

    /// Releases a record to a partner and seals it for somebody here, who carries it by hand. It does not go through the
    /// outbox; log and disclosure register have who was given what.
    ///
    /// # Errors
    /// When it may not go. Nothing is handed out then.
    pub async fn hand_out(&self, name: &str, partner: &Domain, actor: &str) -> Result<Vec<u8>, DispatchError> {
        let Draft { new, prepared, body, cleared } = self.draft(name, partner, &Consent::None, actor).await?;
        let cleared = cleared.ok_or(DispatchError::State("in need of an approval, which only sending has"))?;
        let outgoing = self.seal(cleared, &prepared.agreement, true)?;
        let wire = outgoing.wire().to_vec();
        let (who, policy) = (actor.to_owned(), prepared.agreement.version());
        let work = async move |tx: &mut Tx, intent| {
            let release = tx.release(&new, &body).await?;
            tx.hand_out(&outgoing, &release.id, policy, intent, &who).await
        };
        self.gateway.store.outbound(actor, "seal", work).await.map_err(|error: store::Error| error)?;
        Ok(wire)
    }

    /// A release of the record as it is now that is not made yet, and the cleared bytes if nobody need approve them.
    async fn draft(
        &self,
        name: &str,
        partner: &Domain,
        consent: &Consent,
        actor: &str,
    ) -> Result<Draft, DispatchError> {
        let (record, revision) = self.gateway.record(name).await?;
        let prepared = self.prepare(&record, partner, consent)?;
        let needed = prepared.sanitised.needs_approval();
        // What the gate refuses is not even proposed. What needs approval is checked again once it has it.
        let cleared = match needed {
            false => Some(self.clear(&prepared, None)?),
            true => self.clear(&prepared, Some(Digest::of(&prepared.bytes))).map(|_| None)?,
        };
        let body = self.gateway.store.stage(prepared.bytes.clone()).await?;
        let new = NewRelease {
            record: name.to_owned(),
            revision,
            partner: partner.to_string(),
            policy: prepared.agreement.version(),
            approval: if needed { Approval::Needed } else { Approval::NotNeeded },
            actor: actor.to_owned(),
        };
        Ok(Draft { new, prepared, body, cleared })
    }

    /// Approves exactly the bytes of a proposed release and queues them. What goes by consent only is in them: nothing else
    /// is ever proposed.
    ///
    /// # Errors
    /// When record or agreement changed since, or the gate refuses.
    pub async fn approve(&self, release: &str, actor: &str) -> Result<String, DispatchError> {
        let store = &self.gateway.store;
        let found = store.release(release).await?;
        if found.state != ReleaseState::Proposed {
            return Err(DispatchError::State("not proposed"));
        }
        let partner: Domain = found.partner.parse().map_err(HomeError::from)?;
        let (record, _) = self.gateway.record(&found.record).await?;
        let prepared = self.prepare(&record, &partner, &Consent::All)?;
        if Digest::of(&prepared.bytes) != found.cleartext {
            return Err(DispatchError::State("of a record or agreement that has changed: propose it again"));
        }
        let cleared = self.clear(&prepared, Some(found.cleartext))?;
        let (id, who, seen) = (release.to_owned(), actor.to_owned(), found.cleartext);
        let approve = async move |tx: &mut Tx| tx.approve(&id, &who, seen).await.map(|()| id);
        self.queue(cleared, &prepared.agreement, actor, approve).await
    }

    /// Rejects a proposed release. Nothing of it leaves.
    ///
    /// # Errors
    /// When it does not wait for approval.
    pub async fn reject(&self, release: &str, actor: &str) -> Result<(), DispatchError> {
        let store = &self.gateway.store;
        let seen = store.release(release).await?.cleartext;
        let (id, who) = (release.to_owned(), actor.to_owned());
        Ok(store.act("reject", async move |tx: &mut Tx| tx.reject(&id, &who, seen).await).await?)
    }

    /// Seals what the gate has cleared and puts it in the outbox. `decide` makes or approves the release that allows it,
    /// in the same act: there is no release that was decided on and never leaves.
    async fn queue(
        &self,
        cleared: gate::Cleared,
        agreement: &Agreement,
        actor: &str,
        decide: impl AsyncFnOnce(&mut Tx) -> store::Result<String> + Send + 'static,
    ) -> Result<String, DispatchError> {
        let outgoing = self.seal(cleared, agreement, false)?;
        let (found, limit) = (outgoing.wire().len() as u64, self.config.limits.body_bytes.bytes());
        if found > limit {
            return Err(DispatchError::TooLarge { found, limit });
        }
        let store = &self.gateway.store;
        let ready = store.stage_outgoing(outgoing).await?;
        let id = self.gateway.new_id().map_err(HomeError::from)?;
        let (who, policy) = (actor.to_owned(), agreement.version());
        let work = async move |tx: &mut Tx, intent| {
            let release = decide(tx).await?;
            tx.enqueue(ready, &release, policy, id, intent, &who).await.map(|message| message.message)
        };
        Ok(store.outbound(actor, "push", work).await.map_err(|error: store::Error| error)?)
    }

    /// Seals what the gate has cleared to the partner's certificate, unless plain text over TLS is agreed.
    fn seal(&self, cleared: gate::Cleared, agreement: &Agreement, armor: bool) -> Result<Outgoing, DispatchError> {
        let partner = agreement.partner().clone();
        match cleared.into_plain() {
            Ok(outgoing) => Ok(outgoing),
            Err(cleared) => {
                let profile = agreement.out.openpgp;
                let known = self.partners.get(&partner).map_err(HomeError::from)?;
                let verified = known.verified().map_err(HomeError::from)?;
                let now = self.gateway.clock.now();
                let recipient = verified.certificate(profile, now).ok_or(DispatchError::Card {
                    partner: partner.clone(),
                    what: "certificate of the agreed profile",
                })?;
                Ok(openpgp::seal(*cleared, recipient, &self.gateway.keys, profile, now, armor)?)
            }
        }
    }
}
