//! What is wrong with a home, or soon will be.

use std::{io::BufReader, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::home::{Home, HomeError};
use crate::{
    audit::verify::{self, Expect},
    error::Severity,
    gate::Outcome,
    openpgp::{Profile, PublicCert},
    partner::{Domain, Protocol, State},
    store::{self, OutboxState, ReleaseState, ServeLock},
    tls::{Endpoint, Http},
    transport::push::{Client, ClientLimits, MessageId, PushError, Target},
};

/// How long before its end a key, a certificate or an agreement is warned of.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many messages are counted at most before it is said that there are so many.
const COUNTED: u32 = 10_000;

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Symptom {
    /// How bad it is: an error stops something now, a warning will, a note does not.
    pub severity: Severity,
    /// What it is about, such as `key pqc` or `partner cert.example`.
    pub about: String,
    /// What it is, and what helps.
    pub what: String,
}

/// Symptoms as they are found.
#[derive(Default)]
struct Found(Vec<Symptom>);

impl Found {
    fn add(&mut self, severity: Severity, about: &str, what: impl Into<String>) {
        self.0.push(Symptom { severity, about: about.to_owned(), what: what.into() });
    }

    fn error(&mut self, about: &str, what: impl Into<String>) {
        self.add(Severity::Error, about, what);
    }

    fn warning(&mut self, about: &str, what: impl Into<String>) {
        self.add(Severity::Warning, about, what);
    }

    fn note(&mut self, about: &str, what: impl Into<String>) {
        self.add(Severity::Note, about, what);
    }

    /// The end of something: an error when it is past, a warning when it is near.
    fn end(&mut self, about: &str, what: &str, at: Timestamp, now: Timestamp) {
        if at <= now {
            self.error(about, format!("{what} has ended at {at}"));
        } else if at.duration_since(now) < SOON {
            self.warning(about, format!("{what} ends at {at}"));
        }
    }

    fn certificate(&mut self, about: &str, whose: &str, certificate: &PublicCert, now: Timestamp) {
        let what = format!("{whose} OpenPGP certificate {}", certificate.fingerprint());
        match certificate.check(now) {
            Err(error) => self.error(about, format!("{what} cannot be used: {error}")),
            Ok(()) => {
                if let Some(at) = certificate.expires(now) {
                    self.end(about, &what, at, now);
                }
            }
        }
    }

    fn count(&mut self, severity: Severity, about: &str, count: usize, what: &str) {
        if count > 0 {
            self.add(severity, about, format!("{count} {what}"));
        }
    }
}

impl Home {
    /// What is wrong with this home: keys, partners, store, log. Nothing is changed.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn examine(&self) -> Result<Vec<Symptom>, HomeError> {
        let mut found = Found::default();
        self.own_keys(&mut found);
        match self.partners.list() {
            Err(error) => found.error("partners", error.to_string()),
            Ok(partners) => {
                for (domain, partner) in partners {
                    match partner {
                        Err(error) => found.error(&about(&domain), error.to_string()),
                        Ok(partner) if partner.standing().state == State::Removed => {}
                        Ok(_) => self.partner(&domain, &mut found),
                    }
                }
            }
        }
        self.store(&mut found).await?;
        self.audit_log(&mut found).await?;
        if !ServeLock::is_taken(self.folder())? {
            found.note("serve", "no gateway serves this home");
        }
        Ok(found.0)
    }

    /// What stands in the way of exchanging messages with a partner now. With `online` its gateway is asked for a message
    /// that never was: one that answers so trusts us.
    pub async fn examine_partner(&self, domain: &Domain, online: bool) -> Vec<Symptom> {
        let mut found = Found::default();
        self.partner(domain, &mut found);
        if online {
            match self.ask(domain).await {
                Ok(Ok(_)) => found.error(&about(domain), "its gateway gives a receipt for a message that never was"),
                Ok(Err(PushError::Refused { status: 404, .. })) => {
                    found.note(&about(domain), "its gateway answers, and trusts us");
                }
                Ok(Err(error)) => found.error(&about(domain), error.to_string()),
                Err(error) => found.error(&about(domain), error.to_string()),
            }
        }
        found.0
    }

    fn own_keys(&self, found: &mut Found) {
        let now = self.gateway.clock.now();
        for profile in Profile::ALL {
            let about = format!("key {profile}");
            match (profile.supported(), self.gateway.keys.certificate(*profile, now)) {
                (Ok(()), Ok(certificate)) => found.certificate(&about, "our", &certificate, now),
                (Ok(()), Err(error)) => found.error(&about, error.to_string()),
                (Err(error), _) => found.note(&about, error.to_string()),
            }
        }
        found.end("key tls", "our TLS certificate", self.tls.certificate().not_after, now);
        if self.config.team.push.is_none() {
            found.warning("config", "team.push is not set: partners who take our card cannot send to us");
        }
    }

    fn partner(&self, domain: &Domain, found: &mut Found) {
        let (about, now) = (about(domain), self.gateway.clock.now());
        let partner = match self.partners.get(domain) {
            Ok(partner) => partner,
            Err(error) => return found.error(&about, error.to_string()),
        };
        let verified = match partner.verified() {
            Ok(verified) => verified,
            Err(error) => return found.warning(&about, format!("{error}; sirex partner verify")),
        };
        if verified.endpoint(Protocol::Push).is_none() {
            found.warning(&about, "its card has no push endpoint: it can send, and nothing can be sent to it");
        }
        let agreement = match self.agreement(domain) {
            Ok(agreement) => agreement,
            Err(error) => return found.error(&about, format!("{error}; sirex partner agree")),
        };
        let (from, until) = agreement.days();
        if !agreement.is_valid_at(now) {
            found.error(&about, format!("the agreement counts from {from} to {until}, not now"));
        } else if now.checked_add(SOON).is_ok_and(|soon| !agreement.is_valid_at(soon)) {
            found.warning(&about, format!("the agreement ends after {until}"));
        }
        let profile = agreement.out.openpgp;
        if let Err(error) = profile.supported() {
            found.error(&about, error.to_string());
        }
        match verified.certificate(profile, now) {
            Some(certificate) => found.certificate(&about, "its", certificate, now),
            None => found.error(&about, format!("its card has no certificate of the agreed profile {profile}")),
        }
    }

    async fn ask(&self, domain: &Domain) -> Result<Result<Vec<u8>, PushError>, HomeError> {
        let partner = self.partners.get(domain)?;
        let Some(url) = partner.verified()?.endpoint(Protocol::Push) else {
            return Ok(Err(PushError::Address { url: String::new(), why: "its card has none" }));
        };
        let clock = self.gateway.clock.clone();
        let endpoint = Endpoint::new(self.tls.clone(), self.trust()?, clock.clone())?;
        let client = Client::new(Arc::new(endpoint), clock, ClientLimits::of(&self.config.timeouts), Http::BOTH);
        let id = MessageId::Chosen(self.gateway.new_id()?);
        Ok(match Target::new(domain.as_str(), url) {
            Ok(target) => client.outcome(&target, id).await,
            Err(error) => Err(error),
        })
    }

    async fn store(&self, found: &mut Found) -> Result<(), store::Error> {
        let store = &self.gateway.store;
        let waiting = store.unsettled(COUNTED).await?.len();
        found.count(Severity::Warning, "inbox", waiting, "messages are not settled: the next serve takes them up");
        let quarantined = store.inbox(Some(Outcome::Quarantined), COUNTED).await?.len();
        found.count(
            Severity::Warning,
            "inbox",
            quarantined,
            "messages are in quarantine: sirex inbox accept or refuse",
        );
        for (state, what) in [
            (OutboxState::Parked, "messages are parked: sirex outbox retry"),
            (OutboxState::Expired, "messages could not be delivered in time: sirex outbox retry"),
        ] {
            let count = store.outbox(Some(state), None, COUNTED).await?.len();
            found.count(Severity::Warning, "outbox", count, what);
        }
        let proposed = store.releases(ReleaseState::Proposed, COUNTED).await?.len();
        found.count(Severity::Note, "releases", proposed, "wait for approval: sirex approve or reject");
        Ok(())
    }

    async fn audit_log(&self, found: &mut Found) -> Result<(), store::Error> {
        let mut export = Vec::new();
        self.gateway.store.export_log(&mut export).await?;
        let expect = Expect {
            keys: vec![self.signer.verifier_key().clone()],
            // Nothing is signed for the sake of looking, and another process may be at work.
            unsigned_tail: true,
            open_intents: true,
            ..Expect::default()
        };
        match verify::verify(BufReader::new(export.as_slice()), &expect) {
            Ok(report) => {
                for problem in &report.problems {
                    found.error("audit log", problem.to_string());
                }
            }
            Err(error) => found.error("audit log", error.to_string()),
        }
        Ok(())
    }
}

fn about(domain: &Domain) -> String {
    format!("partner {domain}")
}
