//! A home: the folder with configuration, keys, partners and store, opened.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
    sync::Arc,
};

use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{Gateway, Sender};
use crate::{
    audit::Signer,
    config::{self, Access, Config, FileError, NewHome},
    error::Code,
    openpgp::{self, LIFETIME, Owner, TeamKeys},
    partner::{BadDomain, CardLimits, Domain, PartnerError, Partners},
    record::{base::Text, identity::Creator, number::Prefix},
    sharing::{Agreement, AgreementLimits, DenyEntries, DenyError, DenyKey, Ourselves, PseudonymKey},
    store::{self, Settings, Store},
    tls::{self, NewKey, OwnKey, TrustEntry, TrustSet},
    world::NoEntropy,
};

/// Why a home cannot be made or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HomeError {
    /// The folder is not a home.
    #[error("{0} is no home; sirex init makes one")]
    Missing(PathBuf),
    /// There is a home already.
    #[error("{0} is a home already")]
    Exists(PathBuf),
    /// A name in the configuration has the form that is wanted there, and yet none that this room can use.
    #[error("config.toml: {0}")]
    Config(String),
    /// A key file of the home does not hold a key.
    #[error("{0} is not the key that sirex init writes there")]
    NoKey(PathBuf),
    /// The agreement with a partner does not count now.
    #[error("the agreement with {partner} counts from {from} to {until}, not now")]
    NotInForce {
        /// With whom.
        partner: Domain,
        /// Its first day.
        from: jiff::civil::Date,
        /// Its last day.
        until: jiff::civil::Date,
    },
    /// An agreement with the number of one that is in force, and another text, or with a lower number. Releases name the
    /// agreement by its number.
    #[error(
        "version {in_force} of the agreement with {partner} is in force; found version {found}, expected a higher one"
    )]
    NotNewer {
        /// With whom.
        partner: Domain,
        /// The version found.
        found: u32,
        /// The version in force.
        in_force: u32,
    },
    /// A file of the home.
    #[error(transparent)]
    File(#[from] FileError),
    /// A folder of the home cannot be made.
    #[error("cannot write {path}: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Our OpenPGP keys.
    #[error(transparent)]
    Keys(#[from] openpgp::KeyError),
    /// Their folder.
    #[error(transparent)]
    KeyFolder(#[from] openpgp::FolderError),
    /// Our TLS key, or the trust in partners' keys.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// The deny list.
    #[error(transparent)]
    Deny(#[from] DenyError),
    /// A partner.
    #[error(transparent)]
    Partner(#[from] PartnerError),
    /// Rows of the store name their partner by a text that is no domain: somebody has changed them.
    #[error("a partner is named by what is no domain: {0}")]
    Domain(#[from] BadDomain),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

impl HomeError {
    /// The error's row.
    pub fn code(&self) -> Code {
        match self {
            HomeError::Missing(_) => Code::HomeMissing,
            HomeError::Exists(_) | HomeError::Config(_) | HomeError::NoKey(_) | HomeError::NotNewer { .. } => {
                Code::ConfigInvalid
            }
            HomeError::NotInForce { .. } => Code::AgreementNotValid,
            HomeError::File(error) => error.code(),
            HomeError::Folder { .. } => Code::DiskWrite,
            HomeError::Keys(error) => error.code(),
            HomeError::KeyFolder(error) => error.code(),
            HomeError::Tls(error) => error.code(),
            HomeError::Deny(error) => error.code(),
            HomeError::Partner(error) => error.code(),
            HomeError::Domain(_) => Code::StoreDamaged,
            HomeError::Store(error) => error.code(),
            HomeError::Entropy(_) => Code::Internal,
        }
    }
}

/// An opened home.
pub struct Home {
    folder: PathBuf,
    /// What `config.toml` says.
    pub config: Config,
    /// Our domain, as partners name us.
    pub domain: Domain,
    /// What both pipelines work with.
    pub gateway: Gateway,
    /// Our TLS key.
    pub tls: OwnKey,
    /// Signs checkpoints of the audit log.
    pub signer: Arc<Signer>,
    /// The partners.
    pub partners: Partners,
    /// The deny list.
    pub deny: DenyEntries,
    /// The secret of our pseudonyms.
    pub pseudonyms: PseudonymKey,
}

/// The files of a home. The store's, the partners' and the OpenPGP and TLS keys' folders are those rooms' own.
const CONFIG: &str = "config.toml";
const AUDIT_KEY: &str = "keys/audit.key";
pub(super) const DENY_KEY: &str = "keys/deny.key";
pub(super) const DENY_LIST: &str = "deny.list";
const OPENPGP_KEYS: &str = "keys/openpgp";
const PARTNERS: &str = "partners";
const PSEUDONYM_KEY: &str = "keys/pseudonym.key";
const TLS_KEY: &str = "keys/tls";

/// Largest key file that is read here, in bytes.
const KEY_BYTES: u64 = 4_096;

impl Home {
    /// Makes a home: configuration, TLS key, OpenPGP certificates for every profile that this build can do, audit key,
    /// deny list, store with the first leaf of the log. It is made beside its place and put there when it is whole, so
    /// that no key of an attempt that failed is in it.
    ///
    /// # Errors
    /// [`HomeError::Exists`] where there is one; else what could not be made.
    pub async fn init(folder: &Path, new: &NewHome<'_>, settings: Settings) -> Result<(), HomeError> {
        if folder.join(CONFIG).exists() {
            return Err(HomeError::Exists(folder.to_owned()));
        }
        let failed = |source| HomeError::Folder { path: folder.to_owned(), source };
        let mut entries = fs::read_dir(folder);
        if entries.as_mut().is_ok_and(|entries| entries.next().is_some()) {
            return Err(failed(io::ErrorKind::DirectoryNotEmpty.into()));
        }
        let name = format!(".init-{}", process::id());
        // A folder that is there stays the one that it is: it may be a mount, or one in a folder that is not ours.
        let beside = match entries {
            Ok(_) => folder.join(name),
            Err(_) => {
                // Without a slash at the end, which would lead into the folder.
                let mut beside = folder.components().collect::<PathBuf>().into_os_string();
                beside.push(name);
                beside.into()
            }
        };
        let made = Home::make(&beside, new, settings).await;
        let placed = made.and_then(|()| place(&beside, folder).map_err(failed));
        if placed.is_err() {
            // What is left of a failed attempt holds keys that nobody has seen.
            let _ = fs::remove_dir_all(&beside);
        }
        placed
    }

    async fn make(folder: &Path, new: &NewHome<'_>, settings: Settings) -> Result<(), HomeError> {
        let text = Config::example(new);
        let file = folder.join(CONFIG);
        let config = Config::parse(&text).map_err(|finding| FileError::invalid(&file, finding))?;
        let domain = domain(&config)?;
        prefix(&config)?;
        for part in ["", "keys", PARTNERS] {
            config::make_folder(&folder.join(part), Access::Owner)?;
        }
        let (clock, entropy) = (settings.clock.clone(), settings.entropy.clone());
        let owner = Owner { domain: domain.as_str(), role_address: &config.team.email };
        TeamKeys::generate_all(&owner, clock.now(), LIFETIME)?.save(&folder.join(OPENPGP_KEYS))?;
        let new = NewKey { loopback: true, ..NewKey::of(domain.as_str()) };
        OwnKey::generate(&new, &*clock)?.save(&folder.join(TLS_KEY))?;
        let log = format!("{domain}/audit");
        let signer = Signer::generate(&log, &*entropy).map_err(|error| HomeError::Config(error.to_string()))?;
        config::write(&folder.join(AUDIT_KEY), signer.secret_text().as_bytes(), Access::Owner)?;
        let mut secret = Zeroizing::new([0_u8; PseudonymKey::BYTES]);
        entropy.fill(secret.as_mut_slice())?;
        config::write(&folder.join(PSEUDONYM_KEY), secret.as_slice(), Access::Owner)?;
        let deny = DenyKey::create(&folder.join(DENY_KEY), &*entropy)?;
        DenyEntries::empty(&deny).save(&folder.join(DENY_LIST), &deny, &*entropy)?;
        Store::create(folder, settings, &log, signer.verifier_key(), "init").await?.close().await;
        Ok(config::write(&file, text.as_bytes(), Access::Default)?)
    }

    /// Opens a home. When messages are tried again is what its configuration says, whatever `settings` says.
    ///
    /// # Errors
    /// [`HomeError::Missing`]; else the first file that is not as it must be.
    pub async fn open(folder: &Path, settings: Settings) -> Result<Home, HomeError> {
        let config = match Config::load(&folder.join(CONFIG)) {
            Err(error) if error.is_missing() => return Err(HomeError::Missing(folder.to_owned())),
            read => read?,
        };
        let keys = Arc::new(TeamKeys::load(&folder.join(OPENPGP_KEYS))?);
        let tls = OwnKey::load(&folder.join(TLS_KEY))?;
        let file = folder.join(AUDIT_KEY);
        let secret = config::read_secret(&file, KEY_BYTES)?;
        let signer = str::from_utf8(&secret).ok().and_then(|text| text.trim().parse::<Signer>().ok());
        let signer = signer.ok_or(HomeError::NoKey(file))?;
        let deny_key = DenyKey::load(&folder.join(DENY_KEY))?;
        let deny = DenyEntries::load(&folder.join(DENY_LIST), &deny_key)?;
        let file = folder.join(PSEUDONYM_KEY);
        let secret = config::read_secret(&file, KEY_BYTES)?;
        let secret = <&[u8; PseudonymKey::BYTES]>::try_from(secret.as_slice()).map_err(|_| HomeError::NoKey(file))?;
        let pseudonyms = PseudonymKey::new(secret);
        let (clock, entropy) = (settings.clock.clone(), settings.entropy.clone());
        let store = Store::open(folder, Settings { retry: config.retry.into(), ..settings }).await?;
        let openings = Arc::new(Semaphore::new(config.limits.openings.size()));
        let gateway = Gateway { store, keys, prefix: prefix(&config)?, clock, entropy, openings };
        Ok(Home {
            folder: folder.to_owned(),
            domain: domain(&config)?,
            config,
            gateway,
            tls,
            signer: Arc::new(signer),
            partners: Partners::at(folder.join(PARTNERS), CardLimits::default()),
            deny,
            pseudonyms,
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The agreement with a partner.
    ///
    /// # Errors
    /// When the file is missing or says something wrong.
    pub fn agreement(&self, partner: &Domain) -> Result<Agreement, HomeError> {
        Ok(Agreement::load(partner, &self.partners.agreement_file(partner), &AgreementLimits::default())?)
    }

    /// The agreement with a partner, which counts now.
    ///
    /// # Errors
    /// As [`Home::agreement`]; [`HomeError::NotInForce`].
    pub fn agreement_in_force(&self, partner: &Domain) -> Result<Agreement, HomeError> {
        let agreement = self.agreement(partner)?;
        if agreement.is_valid_at(self.gateway.clock.now()) {
            return Ok(agreement);
        }
        let (from, until) = agreement.days();
        Err(HomeError::NotInForce { partner: partner.clone(), from, until })
    }

    /// What of us may stand in documents.
    pub fn ourselves(&self) -> Ourselves {
        let fingerprints = self.gateway.keys.certificates();
        let team = &self.config.team;
        let further = [&team.telephone, &team.url].into_iter().flatten().cloned();
        Ourselves {
            domain: team.domain.clone(),
            role_addresses: [team.email.clone(), team.name.clone()].into_iter().chain(further).collect(),
            fingerprints: fingerprints.iter().map(|cert| cert.fingerprint().to_string()).collect(),
        }
    }

    /// Our team as the creator of documents.
    pub fn creator(&self) -> Creator {
        let team = &self.config.team;
        Creator {
            name: Some(Text::new(&*team.name)),
            domain: Some(team.domain.clone()),
            email: Some(team.email.clone()),
            telephone: team.telephone.clone(),
            url: team.url.clone(),
        }
    }

    /// What taking in must know of a partner.
    ///
    /// # Errors
    /// When the partner is not verified, or its agreement is missing or not valid now.
    pub fn sender(&self, partner: &Domain) -> Result<Sender, HomeError> {
        let known = self.partners.get(partner)?;
        let verified = known.verified()?;
        let agreement = self.agreement_in_force(partner)?;
        let max_bytes = self.max_bytes(&agreement);
        Ok(Sender {
            partner: partner.to_string(),
            certificates: verified.certificates().to_vec(),
            profile: agreement.out.openpgp,
            signature: agreement.incoming.signature,
            sealing: agreement.out.sealing,
            unmarked: agreement.incoming.unmarked,
            max_bytes,
            formats: agreement.incoming.formats,
        })
    }

    /// [`Home::sender`] by the name under which TLS and the store know the partner.
    pub(super) fn sender_named(&self, partner: &str) -> Result<Sender, HomeError> {
        self.sender(&partner.parse()?)
    }

    /// Largest message that a partner may send, in bytes.
    pub fn max_bytes(&self, agreement: &Agreement) -> u64 {
        agreement.incoming.max_bytes.min(self.config.limits.body_bytes.bytes())
    }

    /// Everyone whom TLS lets in: the verified partners, by their pins.
    ///
    /// # Errors
    /// When the partners cannot be listed; one that cannot be read is left out and said so.
    pub fn trust(&self) -> Result<TrustSet, HomeError> {
        let mut entries = Vec::new();
        for (domain, partner) in self.partners.list()? {
            match partner {
                Ok(partner) => {
                    if let Ok(verified) = partner.verified() {
                        let pins = verified.pins().to_vec();
                        entries.push(TrustEntry { partner: domain.to_string(), pins, authority: None });
                    }
                }
                Err(error) => tracing::warn!(%domain, %error, "a partner is left out"),
            }
        }
        Ok(TrustSet::new(entries)?)
    }
}

/// Puts a home that is made in its place: the folder as it is, or what is in it, of which the configuration makes a home
/// and comes last.
fn place(made: &Path, folder: &Path) -> io::Result<()> {
    if made.parent() != Some(folder) {
        return fs::rename(made, folder);
    }
    let entries = fs::read_dir(made)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    for name in entries.iter().filter(|name| *name != CONFIG) {
        fs::rename(made.join(name), folder.join(name))?;
    }
    fs::rename(made.join(CONFIG), folder.join(CONFIG))?;
    fs::remove_dir(made)
}

// The ground floor checks the form of both, and cannot ask the rooms whose types they are.

fn domain(config: &Config) -> Result<Domain, HomeError> {
    config.team.domain.parse().map_err(|error| HomeError::Config(format!("team.domain: {error}")))
}

fn prefix(config: &Config) -> Result<Prefix, HomeError> {
    config.team.prefix.parse().map_err(|error| HomeError::Config(format!("team.prefix: {error}")))
}
