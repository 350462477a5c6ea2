//! Whom we trust: a snapshot, given by the caller, and the judgement over a peer's certificates.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use jiff::Timestamp;
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    pki_types::{CertificateDer, CertificateRevocationListDer, DnsName, ServerName, UnixTime},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};

use super::{
    certificate::Certificate,
    endpoint::provider,
    error::{Distrust, Error},
    pin::Pin,
};
use crate::digest::Digest;

/// In which role a peer shows its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It called us.
    Client,
    /// We called it.
    Server,
}

/// How one partner is known.
#[derive(Clone, Debug)]
pub struct TrustEntry {
    /// The partner, by domain.
    pub partner: String,
    /// His public keys; several while he changes from one to the next.
    pub pins: Vec<Pin>,
    /// The alternative: whoever his authority gave one of his names.
    pub authority: Option<Authority>,
}

/// A certificate authority and the names for which it is believed.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Its root certificates in DER.
    pub roots: Vec<Vec<u8>>,
    /// The DNS names, one of which must stand in the certificate's subjectAltName, letter for letter: a wildcard there
    /// stands for itself alone. No two partners may have the same name.
    pub names: Vec<String>,
    /// Its revocation lists in DER. When there are any, they must cover every certificate of the chain and be current;
    /// without any, nothing is revoked but by changing the trust set.
    pub revoked: Vec<Vec<u8>>,
}

/// Everyone whom we trust at this time. Made anew on every change; it never changes itself.
pub struct TrustSet {
    known: Vec<Known>,
    by_pin: HashMap<Pin, usize>,
    by_name: HashMap<String, usize>,
}

struct Known {
    partner: Arc<str>,
    authority: Option<Verifiers>,
}

struct Verifiers {
    client: Arc<dyn ClientCertVerifier>,
    server: Arc<WebPkiServerVerifier>,
}

/// Who a peer is, as its certificate showed and the trust set knew. Cheap to clone.
#[derive(Clone)]
pub struct PeerIdentity(Arc<Identity>);

struct Identity {
    partner: Arc<str>,
    role: Role,
    pin: Pin,
    certificate: Digest,
    not_after: Timestamp,
    /// What was shown, to be judged again.
    chain: Vec<CertificateDer<'static>>,
}

impl TrustSet {
    /// Nobody.
    pub fn nobody() -> Self {
        TrustSet { known: Vec::new(), by_pin: HashMap::new(), by_name: HashMap::new() }
    }

    /// The snapshot of these entries.
    ///
    /// # Errors
    /// When two entries could not be told apart, one identifies nobody, or an authority cannot be used.
    pub fn new(entries: Vec<TrustEntry>) -> Result<Self, Error> {
        let mut set = Self::nobody();
        for entry in entries {
            set.add(entry)?;
        }
        Ok(set)
    }

    fn add(&mut self, entry: TrustEntry) -> Result<(), Error> {
        let TrustEntry { partner, pins, authority } = entry;
        let index = self.known.len();
        if self.known.iter().any(|known| *known.partner == *partner) {
            return Err(Error::PartnerTwice(partner));
        }
        if pins.is_empty() && authority.as_ref().is_none_or(|authority| authority.names.is_empty()) {
            return Err(Error::Nothing(partner));
        }
        for pin in pins {
            let before = self.by_pin.insert(pin, index);
            self.alone(before, &partner, index, || pin.to_string())?;
        }
        for name in authority.iter().flat_map(|authority| &authority.names) {
            let name = name.to_ascii_lowercase();
            DnsName::try_from(name.as_str()).map_err(|_| Error::Name(name.clone()))?;
            let before = self.by_name.insert(name.clone(), index);
            self.alone(before, &partner, index, || name)?;
        }
        let authority = match authority {
            Some(authority) => {
                Some(verifiers(&authority).map_err(|why| Error::Authority { partner: partner.clone(), why })?)
            }
            None => None,
        };
        self.known.push(Known { partner: partner.into(), authority });
        Ok(())
    }

    fn alone(
        &self,
        before: Option<usize>,
        partner: &str,
        index: usize,
        what: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        match before.filter(|before| *before != index).and_then(|before| self.known.get(before)) {
            Some(first) => {
                Err(Error::Shared { what: what(), first: first.partner.to_string(), second: partner.to_owned() })
            }
            None => Ok(()),
        }
    }

    /// Whether anybody of this name is known.
    pub fn knows(&self, partner: &str) -> bool {
        self.known.iter().any(|known| *known.partner == *partner)
    }

    /// Who shows this chain (own certificate first) in this role at this time. That he has the key is the handshake's to
    /// show, not this function's.
    ///
    /// # Errors
    /// The first reason why nobody is recognised. A key that is pinned is judged by its own certificate alone.
    pub fn judge(&self, chain: &[impl AsRef<[u8]>], role: Role, now: Timestamp) -> Result<PeerIdentity, Distrust> {
        let chain: Vec<CertificateDer<'_>> = chain.iter().map(|der| CertificateDer::from(der.as_ref())).collect();
        let (own, issuers) = chain.split_first().ok_or(Distrust::Missing)?;
        let certificate = Certificate::read(own)?;
        let (index, shown) = match self.by_pin.get(&certificate.pin) {
            Some(index) => (*index, 1),
            None => (self.by_authority(own, issuers, &certificate, role, now)?, chain.len()),
        };
        certificate.usable(role, now)?;
        let known = self.known.get(index).ok_or(Distrust::Unknown)?;
        Ok(PeerIdentity(Arc::new(Identity {
            partner: Arc::clone(&known.partner),
            role,
            pin: certificate.pin,
            certificate: certificate.digest,
            not_after: certificate.not_after,
            chain: chain.into_iter().take(shown).map(CertificateDer::into_owned).collect(),
        })))
    }

    /// Judges again what a peer showed before.
    ///
    /// # Errors
    /// When it would not be recognised now, or as somebody else.
    pub fn judge_again(&self, peer: &PeerIdentity, now: Timestamp) -> Result<(), Distrust> {
        let again = self.judge(&peer.0.chain, peer.0.role, now)?;
        if again.partner() == peer.partner() { Ok(()) } else { Err(Distrust::OtherPartner) }
    }

    fn by_authority(
        &self,
        own: &CertificateDer<'_>,
        issuers: &[CertificateDer<'_>],
        certificate: &Certificate,
        role: Role,
        now: Timestamp,
    ) -> Result<usize, Distrust> {
        let named: BTreeSet<(usize, &String)> =
            certificate.names.iter().filter_map(|name| Some((*self.by_name.get(name)?, name))).collect();
        let mut found = Err(Distrust::Unknown);
        for (index, name) in named {
            let Some(verifiers) = self.known.get(index).and_then(|known| known.authority.as_ref()) else { continue };
            match (verifiers.check(own, issuers, name, role, unix(now)), found) {
                (Ok(()), Ok(other)) if other != index => return Err(Distrust::Ambiguous),
                (Ok(()), _) => found = Ok(index),
                (Err(distrust), Err(_)) => found = Err(distrust),
                (Err(_), Ok(_)) => {}
            }
        }
        found
    }
}

impl fmt::Debug for TrustSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.known.iter().map(|known| &known.partner)).finish()
    }
}

impl Verifiers {
    fn check(
        &self,
        own: &CertificateDer<'_>,
        issuers: &[CertificateDer<'_>],
        name: &str,
        role: Role,
        now: UnixTime,
    ) -> Result<(), Distrust> {
        let checked = match role {
            Role::Client => self.client.verify_client_cert(own, issuers, now).map(drop),
            Role::Server => {
                let name = DnsName::try_from(name).map_err(|_| Distrust::Unknown)?;
                self.server.verify_server_cert(own, issuers, &ServerName::DnsName(name), &[], now).map(drop)
            }
        };
        checked.map_err(|error| match error {
            rustls::Error::InvalidCertificate(error) => Distrust::from(&error),
            rustls::Error::InvalidCertRevocationList(_) => Distrust::RevocationUnknown,
            _ => Distrust::Malformed,
        })
    }
}

impl PeerIdentity {
    /// The partner, by domain.
    pub fn partner(&self) -> &str {
        &self.0.partner
    }

    /// The pin of his key.
    pub fn pin(&self) -> Pin {
        self.0.pin
    }

    /// Digest of his certificate in DER.
    pub fn certificate(&self) -> Digest {
        self.0.certificate
    }

    /// When his certificate ends.
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }
}

impl fmt::Debug for PeerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Identity { partner, pin, certificate, not_after, .. } = &*self.0;
        f.debug_struct("PeerIdentity")
            .field("partner", partner)
            .field("pin", pin)
            .field("certificate", certificate)
            .field("not_after", not_after)
            .finish()
    }
}

/// A time as rustls writes it; one before 1970 is its beginning.
pub(super) fn unix(time: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(time.as_second()).unwrap_or(0)))
}

fn verifiers(authority: &Authority) -> Result<Verifiers, String> {
    let mut roots = RootCertStore::empty();
    for root in &authority.roots {
        roots.add(CertificateDer::from(root.clone())).map_err(|error| error.to_string())?;
    }
    let roots = Arc::new(roots);
    let revoked: Vec<CertificateRevocationListDer<'static>> =
        authority.revoked.iter().cloned().map(CertificateRevocationListDer::from).collect();
    Ok(Verifiers {
        client: WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), provider())
            .with_crls(revoked.clone())
            .enforce_revocation_expiration()
            .build()
            .map_err(|error| error.to_string())?,
        server: WebPkiServerVerifier::builder_with_provider(roots, provider())
            .with_crls(revoked)
            .enforce_revocation_expiration()
            .build()
            .map_err(|error| error.to_string())?,
    })
}
