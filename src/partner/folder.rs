//! The partners' folders: `HOME/partners/DOMAIN/` with `card.asc` (as received), `card.json` (the text inside),
//! `partner.toml`, the certificates as files, and `agreement.toml`, which people write.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    card::{Card, CardLimits},
    domain::Domain,
    error::PartnerError,
    standing::{Comparison, Partner, Removed, Standing, State},
};
use crate::{
    config::{self, Access, FileError},
    digest::Digest,
    openpgp::Fingerprint,
    time::WireTime,
};

#[cfg(test)]
mod tests;

/// The partners of a home. Clones share what they have read.
#[derive(Clone, Debug)]
pub struct Partners {
    folder: PathBuf,
    limits: CardLimits,
    cards: Arc<Mutex<Cards>>,
}

/// Cards as they were read last, with the digest of their text. Certificates take long to parse, and a gateway looks at
/// all of its partners again and again.
type Cards = HashMap<Domain, (Digest, Arc<Card>)>;

/// A partner's folder: the partner, or why it cannot be read.
pub type Listed = (Domain, Result<Partner, PartnerError>);

/// What the standings of all partners are known by: equal as long as nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(Vec<(Domain, u64, i64, i64)>);

/// What came of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// A new partner, unverified.
    New,
    /// A new card with keys that were all known, signed by one of them; the state is as before.
    Renewed,
    /// A new card with keys that nobody has compared, or without a signature by a known one: unverified until somebody
    /// compares.
    KeysChanged,
}

impl Received {
    /// The word in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Received::New => "added",
            Received::Renewed => "renewed",
            Received::KeysChanged => "keys-changed",
        }
    }
}

const CARD_SIGNED: &str = "card.asc";
const CARD: &str = "card.json";
const STANDING: &str = "partner.toml";
/// No domain, so never a partner.
const LOCK: &str = ".lock";
const AGREEMENT: &str = "agreement.toml";

/// How far ahead of our clock a partner's may be, in seconds.
const CLOCKS_DIFFER: i64 = 3_600;

/// Largest `partner.toml`, in bytes.
const MAX_STANDING_BYTES: u64 = 1024 * 1024;

impl Partners {
    /// The partners below this folder (`HOME/partners`), which need not be there yet.
    pub fn at(folder: impl Into<PathBuf>, limits: CardLimits) -> Self {
        Partners { folder: folder.into(), limits, cards: Arc::default() }
    }

    /// One partner.
    ///
    /// # Errors
    /// [`PartnerError::Unknown`]; [`PartnerError::File`] and [`PartnerError::Card`] when its files say something wrong.
    pub fn get(&self, domain: &Domain) -> Result<Partner, PartnerError> {
        let standing = self.standing(domain)?;
        let card = self.card(domain)?;
        if card.domain != *domain || card.made_at != standing.card_made_at || !standing.has_keys_of(&card) {
            return Err(PartnerError::OtherCard(domain.clone()));
        }
        Ok(Partner { standing, card })
    }

    fn card(&self, domain: &Domain) -> Result<Arc<Card>, PartnerError> {
        let text = config::read_text(&self.file(domain, CARD), self.limits.bytes as u64)?;
        let digest = Digest::of(text.as_bytes());
        let known = || self.cards.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, card)) = known().get(domain).filter(|(of, _)| *of == digest) {
            return Ok(Arc::clone(card));
        }
        let card = Arc::new(Card::parse(&text, &self.limits)?);
        known().insert(domain.clone(), (digest, Arc::clone(&card)));
        Ok(card)
    }

    fn standing(&self, domain: &Domain) -> Result<Standing, PartnerError> {
        let path = self.file(domain, STANDING);
        let text = match config::read_text(&path, MAX_STANDING_BYTES) {
            Err(error) if error.is_missing() => return Err(PartnerError::Unknown(domain.clone())),
            read => read?,
        };
        let standing: Standing = config::from_toml(&text).map_err(|finding| FileError::invalid(&path, finding))?;
        let wrong = |key: &str, found: &dyn ToString, expected: &dyn ToString| {
            let finding = config::finding_at(&text, key, found.to_string(), expected.to_string());
            PartnerError::File(FileError::invalid(&path, finding))
        };
        if standing.domain != *domain {
            return Err(wrong("domain", &standing.domain, domain));
        }
        if standing.state == State::Verified && standing.comparisons.is_empty() {
            return Err(wrong("state", &"verified without a comparison", &"a comparison that says who and how"));
        }
        Ok(standing)
    }

    /// All partners, by domain; one that cannot be read is an error of its own and hides no other.
    ///
    /// # Errors
    /// [`PartnerError::File`] when the folder cannot be listed.
    pub fn list(&self) -> Result<Vec<Listed>, PartnerError> {
        Ok(self.domains()?.into_iter().map(|domain| (domain.clone(), self.get(&domain))).collect())
    }

    fn domains(&self) -> Result<Vec<Domain>, PartnerError> {
        let unreadable = |source| FileError::Unreadable { path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(unreadable)?,
        };
        let mut domains = Vec::new();
        for entry in entries {
            let name = entry.map_err(unreadable)?.file_name();
            // What is no domain in its one form was not put there by us.
            let domain = name.to_str().and_then(|name| name.parse::<Domain>().ok().filter(|one| one.as_str() == name));
            domains.extend(domain);
        }
        domains.sort();
        Ok(domains)
    }

    /// By which a change of any partner's standing is seen, without reading them.
    ///
    /// # Errors
    /// [`PartnerError::File`] when the folder cannot be listed.
    pub fn stamp(&self) -> Result<Stamp, PartnerError> {
        let unreadable = |source| FileError::Unreadable { path: self.folder.clone(), source };
        let mut files = Vec::new();
        for domain in self.domains()? {
            // Every change writes the standing anew, as the last of a partner's files.
            match fs::metadata(self.file(&domain, STANDING)) {
                Ok(found) => files.push((domain, found.ino(), found.mtime(), found.mtime_nsec())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(error).into()),
            }
        }
        Ok(Stamp(files))
    }

    /// Takes a card whose signature was checked; `signed` are the bytes as they came, `signed_by` the fingerprint of the
    /// certificate that signed it, one of the card's own. Without a signature every fingerprint has to be compared. What
    /// the card before knew of a certificate stays known.
    ///
    /// # Errors
    /// [`PartnerError::OlderCard`], [`PartnerError::FutureCard`], [`PartnerError::Removed`], [`PartnerError::Mismatch`]
    /// when the signer is none of the card's certificates, [`PartnerError::Signer`] when the card before has it revoked,
    /// [`PartnerError::File`].
    pub fn receive(
        &self,
        card: &Card,
        signed: &[u8],
        signed_by: Option<Fingerprint>,
        at: WireTime,
    ) -> Result<Received, PartnerError> {
        let own = |signer: &Fingerprint| card.openpgp.iter().any(|certificate| certificate.fingerprint() == *signer);
        if let Some(stranger) = signed_by.as_ref().filter(|signer| !own(signer)) {
            let expected = "a signature by a certificate of the card itself".to_owned();
            return Err(PartnerError::Mismatch { found: stranger.grouped(), expected });
        }
        let latest = at.unix_second().map(|second| second.saturating_add(CLOCKS_DIFFER));
        if card.made_at.unix_second().zip(latest).is_some_and(|(made, latest)| made > latest) {
            let (found, expected) = (card.made_at.to_string(), at.to_string());
            return Err(PartnerError::FutureCard { found, expected });
        }
        let _alone = self.alone()?;
        let known = match self.standing(&card.domain) {
            Err(PartnerError::Unknown(_)) => None,
            known => Some(known?),
        };
        // After a crash in between, or an accident, there may be a standing without a card that can be read.
        let before = known.as_ref().and_then(|_| self.card(&card.domain).ok());
        let card = &match &before {
            Some(before) => card.with_known(before).map_err(PartnerError::Signer)?,
            None => card.clone(),
        };
        let (received, state, comparisons) = match known {
            None => (Received::New, State::Unverified, Vec::new()),
            Some(known) => {
                if known.state == State::Removed {
                    return Err(PartnerError::Removed(known.domain));
                }
                let newer = known.card_made_at.cmp_instant(&card.made_at).is_some_and(|order| order.is_lt());
                if !newer {
                    let (found, expected) = (card.made_at.to_string(), known.card_made_at.to_string());
                    return Err(PartnerError::OlderCard { found, expected });
                }
                // Only who was compared can vouch for a new card, and only while the key is good by all that we know.
                let signer = signed_by.as_ref().filter(|signer| known.fingerprints.contains(signer));
                let signer = signer.and_then(|signer| card.openpgp.iter().find(|one| one.fingerprint() == *signer));
                if let Some((signer, now)) = signer.zip(at.to_timestamp()) {
                    signer.check(now).map_err(PartnerError::Signer)?;
                }
                if signer.is_some() && before.is_some() && known.has_keys_of(card) {
                    (Received::Renewed, known.state, known.comparisons)
                } else {
                    (Received::KeysChanged, State::Unverified, known.comparisons)
                }
            }
        };
        let standing = Standing {
            domain: card.domain.clone(),
            team: card.team.clone(),
            state,
            received_at: at,
            card_made_at: card.made_at.clone(),
            signed_by,
            pins: card.tls_pins.clone(),
            fingerprints: card.openpgp.iter().map(|certificate| certificate.fingerprint()).collect(),
            endpoints: card.endpoints.clone(),
            comparisons,
            removed: None,
        };
        self.write_all(card, signed, &standing)?;
        Ok(received)
    }

    /// Records that somebody has compared fingerprints with the partner, and verifies it. Compared must be at least the
    /// certificate that signed the card; for an unsigned card all of its certificates and TLS keys.
    ///
    /// # Errors
    /// [`PartnerError::Mismatch`] when one of them is not the partner's, [`PartnerError::Shared`] when one of its keys is
    /// another verified partner's, [`PartnerError::NotCompared`], [`PartnerError::NoWitness`], [`PartnerError::Unknown`], [`PartnerError::Removed`], [`PartnerError::File`].
    pub fn verify(&self, domain: &Domain, comparison: Comparison) -> Result<Partner, PartnerError> {
        let _alone = self.alone()?;
        let Partner { mut standing, card } = self.get(domain)?;
        if standing.state == State::Removed {
            return Err(PartnerError::Removed(domain.clone()));
        }
        if comparison.by.trim().is_empty() || comparison.how.trim().is_empty() {
            return Err(PartnerError::NoWitness);
        }
        let all = |separator: &str, texts: &mut dyn Iterator<Item = String>| texts.collect::<Vec<_>>().join(separator);
        if let Some(found) = comparison.fingerprints.iter().find(|one| !standing.fingerprints.contains(one)) {
            let expected = all(" or ", &mut standing.fingerprints.iter().map(Fingerprint::grouped));
            return Err(PartnerError::Mismatch { found: found.grouped(), expected });
        }
        if let Some(found) = comparison.pins.iter().find(|pin| !standing.pins.contains(pin)) {
            let expected = all(" or ", &mut standing.pins.iter().map(|pin| pin.grouped()));
            return Err(PartnerError::Mismatch { found: found.grouped(), expected });
        }
        let missing = match &standing.signed_by {
            Some(signer) => (!comparison.fingerprints.contains(signer)).then(|| signer.grouped()),
            None => {
                let certificates = standing.fingerprints.iter().filter(|one| !comparison.fingerprints.contains(one));
                let pins = standing.pins.iter().filter(|pin| !comparison.pins.contains(pin));
                certificates.map(Fingerprint::grouped).chain(pins.map(|pin| pin.grouped())).next()
            }
        };
        if let Some(expected) = missing {
            return Err(PartnerError::NotCompared { expected });
        }
        self.shares_no_key(&standing)?;
        standing.state = State::Verified;
        standing.comparisons.push(comparison);
        self.write_standing(&standing)?;
        Ok(Partner { standing, card })
    }

    fn shares_no_key(&self, standing: &Standing) -> Result<(), PartnerError> {
        for domain in self.domains()? {
            // Who cannot be read is not trusted; once he can, he is compared with those who are.
            let Ok(other) = self.standing(&domain) else { continue };
            if other.state != State::Verified || other.domain == standing.domain {
                continue;
            }
            let certificate = standing.fingerprints.iter().find(|one| other.fingerprints.contains(one));
            let pin = standing.pins.iter().find(|one| other.pins.contains(one));
            if let Some(what) = certificate.map(Fingerprint::grouped).or(pin.map(|pin| pin.grouped())) {
                return Err(PartnerError::Shared { what, other: other.domain });
            }
        }
        Ok(())
    }

    /// Held while a partner's files are read and written anew, so that of two changes at once none is lost.
    fn alone(&self) -> Result<File, PartnerError> {
        config::make_folder(&self.folder, Access::Default)?;
        let path = self.folder.join(LOCK);
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        // A lock can be held by whoever can open the file.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let locked = options.open(&path).and_then(|file| file.lock().map(|()| file));
        Ok(locked.map_err(|source| FileError::Unwritable { path, source })?)
    }

    /// Ends the partnership, also one whose card cannot be read. The folder stays: what was exchanged remains explicable.
    ///
    /// # Errors
    /// [`PartnerError::NoWitness`], [`PartnerError::Unknown`], [`PartnerError::File`].
    pub fn remove(&self, domain: &Domain, removed: Removed) -> Result<(), PartnerError> {
        let _alone = self.alone()?;
        let mut standing = self.standing(domain)?;
        if removed.by.trim().is_empty() || removed.why.trim().is_empty() {
            return Err(PartnerError::NoWitness);
        }
        standing.state = State::Removed;
        standing.removed = Some(removed);
        self.write_standing(&standing)
    }

    /// Where the agreement with a partner stands.
    pub fn agreement_file(&self, domain: &Domain) -> PathBuf {
        self.file(domain, AGREEMENT)
    }

    /// Where the card of a partner stands, as it was received.
    pub fn signed_card_file(&self, domain: &Domain) -> PathBuf {
        self.file(domain, CARD_SIGNED)
    }

    fn file(&self, domain: &Domain, name: &str) -> PathBuf {
        self.folder.join(domain.as_str()).join(name)
    }

    /// The standing is written last: until then there is no partner, or one whose card does not fit; taking the card again
    /// completes it.
    fn write_all(&self, card: &Card, signed: &[u8], standing: &Standing) -> Result<(), PartnerError> {
        let text = card.write(&self.limits)?;
        let folder = self.folder.join(card.domain.as_str());
        config::make_folder(&folder, Access::Default)?;
        let write = |name: &Path, bytes: &[u8]| config::write(&folder.join(name), bytes, Access::Default);
        for certificate in &card.openpgp {
            write(
                Path::new(&format!("openpgp-{}.asc", certificate.fingerprint())),
                certificate.to_armored().as_bytes(),
            )?;
        }
        for (index, pem) in card.tls_certificates.iter().enumerate() {
            write(Path::new(&format!("tls-{}.pem", index + 1)), pem.as_bytes())?;
        }
        write(Path::new(CARD_SIGNED), signed)?;
        write(Path::new(CARD), text.as_bytes())?;
        self.write_standing(standing)
    }

    fn write_standing(&self, standing: &Standing) -> Result<(), PartnerError> {
        let text = toml::to_string_pretty(standing)?;
        Ok(config::write(&self.file(&standing.domain, STANDING), text.as_bytes(), Access::Default)?)
    }
}
