//! A home: the folder with configuration, keys, partners and store, opened.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Gateway, Sender};
use crate::{
    audit::Signer,
    config::{self, Access, FileError},
    error::Code,
    openpgp::{self, LIFETIME, Owner, TeamKeys},
    partner::{CardLimits, Domain, PartnerError, Partners},
    record::{base::Text, identity::Creator, number::Prefix},
    sharing::{Agreement, AgreementLimits, DenyEntries, DenyError, DenyKey, Ourselves, PseudonymKey},
    store::{self, Settings, Store},
    tls::{self, NewKey, OwnKey, TrustEntry, TrustSet},
    world::{Clock, Entropy, NoEntropy},
};

/// `HOME/config.toml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HomeConfig {
    /// Who we are.
    pub team: Team,
    /// Where we listen.
    #[serde(default)]
    pub listen: Listen,
}

/// Our team, as documents and cards name it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Our domain.
    pub domain: String,
    /// Our name.
    pub name: String,
    /// Our published role address; never a person's.
    pub email: String,
    /// Prefix of our tracking numbers.
    pub prefix: String,
    /// The URL under which partners push to us, as it stands on our card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<String>,
}

/// Where we listen.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// Address and port of the partner listener.
    pub partner: String,
}

impl Default for Listen {
    fn default() -> Self {
        Listen { partner: "0.0.0.0:4590".to_owned() }
    }
}

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
    /// The configuration says something that cannot be.
    #[error("config.toml: {0}")]
    Config(String),
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
            HomeError::Exists(_) | HomeError::Config(_) => Code::ConfigInvalid,
            HomeError::File(error) => error.code(),
            HomeError::Folder { .. } => Code::DiskWrite,
            HomeError::Keys(error) => error.code(),
            HomeError::KeyFolder(error) => error.code(),
            HomeError::Tls(error) => error.code(),
            HomeError::Deny(error) => error.code(),
            HomeError::Partner(error) => error.code(),
            HomeError::Store(error) => error.code(),
            HomeError::Entropy(_) => Code::Internal,
        }
    }
}

/// An opened home.
pub struct Home {
    folder: PathBuf,
    /// What `config.toml` says.
    pub config: HomeConfig,
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

const CONFIG: &str = "config.toml";
const CONFIG_BYTES: u64 = 1024 * 1024;

impl Home {
    /// Makes a home: configuration, TLS key, OpenPGP certificates for every profile that this build can do, audit key,
    /// deny list, store with the first leaf of the log.
    ///
    /// # Errors
    /// [`HomeError::Exists`] where there is one; else what could not be made.
    pub async fn init(
        folder: &Path,
        config: HomeConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Home, HomeError> {
        if folder.join(CONFIG).exists() {
            return Err(HomeError::Exists(folder.to_owned()));
        }
        let domain: Domain =
            config.team.domain.parse().map_err(|error| HomeError::Config(format!("team.domain: {error}")))?;
        prefix(&config)?;
        for part in ["", "keys", "partners"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).map_err(|source| HomeError::Folder { path, source })?;
        }
        let now = clock.now();
        let owner = Owner { domain: domain.as_str(), role_address: &config.team.email };
        TeamKeys::generate_all(&owner, now, LIFETIME)?.save(&folder.join("keys/openpgp"))?;
        let new = NewKey { loopback: true, ..NewKey::of(domain.as_str()) };
        OwnKey::generate(&new, &*clock)?.save(&folder.join("keys/tls"))?;
        let log = format!("{domain}/audit");
        let signer = Signer::generate(&log, &*entropy).map_err(|error| HomeError::Config(error.to_string()))?;
        config::write(&folder.join("keys/audit.key"), signer.secret_text().as_bytes(), Access::Owner)?;
        let mut secret = Zeroizing::new([0_u8; PseudonymKey::BYTES]);
        entropy.fill(secret.as_mut_slice())?;
        config::write(&folder.join("keys/pseudonym.key"), secret.as_slice(), Access::Owner)?;
        let deny = DenyKey::create(&folder.join("keys/deny.key"), &*entropy)?;
        DenyEntries::empty(&deny).save(&folder.join("deny.list"), &deny, &*entropy)?;
        let settings = Settings::new(clock.clone(), entropy.clone());
        let store = Store::create(folder, settings, &log, signer.verifier_key(), "init").await?;
        store.close().await;
        // Last, since it is what makes the folder a home.
        let text = toml::to_string(&config).map_err(|error| HomeError::Config(error.to_string()))?;
        config::write(&folder.join(CONFIG), text.as_bytes(), Access::Default)?;
        Home::open(folder, Settings::new(clock.clone(), entropy.clone()), clock, entropy).await
    }

    /// Opens a home.
    ///
    /// # Errors
    /// [`HomeError::Missing`]; else the first file that is not as it must be.
    pub async fn open(
        folder: &Path,
        settings: Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Home, HomeError> {
        let file = folder.join(CONFIG);
        let text = match config::read_text(&file, CONFIG_BYTES) {
            Err(error) if error.is_missing() => return Err(HomeError::Missing(folder.to_owned())),
            read => read?,
        };
        let config: HomeConfig = config::from_toml(&text).map_err(|finding| FileError::invalid(&file, finding))?;
        let keys = Arc::new(TeamKeys::load(&folder.join("keys/openpgp"))?);
        let tls = OwnKey::load(&folder.join("keys/tls"))?;
        let secret = Zeroizing::new(config::read_text(&folder.join("keys/audit.key"), 4096)?);
        let signer: Signer =
            secret.trim().parse().map_err(|_| HomeError::Config("keys/audit.key is no signing key".to_owned()))?;
        let deny_key = DenyKey::load(&folder.join("keys/deny.key"))?;
        let deny = DenyEntries::load(&folder.join("deny.list"), &deny_key)?;
        let secret = Zeroizing::new(config::read_bytes(&folder.join("keys/pseudonym.key"), 64)?);
        let secret = <&[u8; PseudonymKey::BYTES]>::try_from(secret.as_slice())
            .map_err(|_| HomeError::Config("keys/pseudonym.key is no key".to_owned()))?;
        let pseudonyms = PseudonymKey::new(secret);
        let store = Store::open(folder, settings).await?;
        let gateway = Gateway { store, keys, prefix: prefix(&config)?, clock, entropy };
        let partners = Partners::at(folder.join("partners"), CardLimits::default());
        Ok(Home {
            folder: folder.to_owned(),
            config,
            gateway,
            tls,
            signer: Arc::new(signer),
            partners,
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

    /// Adds entries to the deny list and keeps it.
    ///
    /// # Errors
    /// When an entry cannot be used, or the list cannot be written.
    pub fn deny(&mut self, class: crate::gate::DenyClass, text: &str) -> Result<String, HomeError> {
        let key = DenyKey::load(&self.folder.join("keys/deny.key"))?;
        let tag = self.deny.add(class, text)?;
        self.deny.save(&self.folder.join("deny.list"), &key, &*self.gateway.entropy)?;
        Ok(tag)
    }

    /// What of us may stand in documents.
    pub fn ourselves(&self) -> Ourselves {
        let fingerprints = self.gateway.keys.certificates();
        Ourselves {
            domain: self.config.team.domain.clone(),
            role_addresses: vec![self.config.team.email.clone(), self.config.team.name.clone()],
            fingerprints: fingerprints.iter().map(|cert| cert.fingerprint().to_string()).collect(),
        }
    }

    /// Our team as the creator of documents.
    pub fn creator(&self) -> Creator {
        Creator {
            name: Some(Text::new(&*self.config.team.name)),
            domain: Some(self.config.team.domain.clone()),
            email: Some(self.config.team.email.clone()),
            ..Creator::default()
        }
    }

    /// What taking in must know of a partner.
    ///
    /// # Errors
    /// When the partner is not verified, or its agreement is missing or not valid now.
    pub fn sender(&self, partner: &Domain) -> Result<Sender, HomeError> {
        let known = self.partners.get(partner)?;
        let verified = known.verified()?;
        let agreement = self.agreement(partner)?;
        if !agreement.is_valid_at(self.gateway.clock.now()) {
            return Err(HomeError::Config(format!("the agreement with {partner} is not valid now")));
        }
        Ok(Sender {
            partner: partner.to_string(),
            certificates: verified.certificates().to_vec(),
            profile: agreement.out.openpgp,
            signature: agreement.incoming.signature,
            sealing: agreement.out.sealing,
            unmarked: agreement.incoming.unmarked,
            max_bytes: agreement.incoming.max_bytes,
        })
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

fn prefix(config: &HomeConfig) -> Result<Prefix, HomeError> {
    config.team.prefix.parse().map_err(|error| HomeError::Config(format!("team.prefix: {error}")))
}
