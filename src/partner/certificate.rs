//! OpenPGP certificates as they stand on cards: armored, with profile and fingerprint beside them for people. What stands
//! beside is compared with the certificate when it is read, so that a card in memory cannot lie about one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::domain::Domain;
use crate::openpgp::{Fingerprint, Profile, PublicCert};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    profile: Profile,
    fingerprint: Fingerprint,
    armored: String,
}

#[derive(Deserialize)]
#[serde(try_from = "Written")]
struct Checked(PublicCert);

impl TryFrom<Written> for Checked {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let certificate = PublicCert::parse(written.armored.as_bytes()).map_err(|error| error.to_string())?;
        let (fingerprint, profile) = (certificate.fingerprint(), certificate.profile());
        if written.fingerprint != fingerprint {
            return Err(format!(
                "fingerprint {}, expected that of the certificate, {fingerprint}",
                written.fingerprint
            ));
        }
        if written.profile != profile {
            return Err(format!("profile {}, expected that of the certificate, {profile}", written.profile));
        }
        Ok(Checked(certificate))
    }
}

pub(super) fn serialize<S: Serializer>(certificates: &[PublicCert], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(certificates.iter().map(|certificate| Written {
        profile: certificate.profile(),
        fingerprint: certificate.fingerprint(),
        armored: certificate.to_armored(),
    }))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PublicCert>, D::Error> {
    let checked = Vec::<Checked>::deserialize(deserializer)?;
    Ok(checked.into_iter().map(|Checked(certificate)| certificate).collect())
}

/// Whose the certificate is, when its user ids say domains and none fits this one. A domain fits those above and below
/// it: a team at `csirt.corp.example` may have its mail at `corp.example`. It finds the wrong file, not a forger, who
/// writes user ids as he likes.
pub(super) fn of_another(certificate: &PublicCert, domain: &Domain) -> Option<Domain> {
    let below = |one: &Domain, other: &Domain| {
        one.as_str().strip_suffix(other.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let ids = certificate.user_ids();
    if ids
        .iter()
        .any(|id| id.name.as_ref().and_then(|name| name.parse().ok()).is_some_and(|one: Domain| one == *domain))
    {
        return None;
    }
    let hosts = ids.iter().filter_map(|id| id.address.as_deref()?.rsplit_once('@')?.1.parse::<Domain>().ok());
    let hosts: Vec<Domain> = hosts.collect();
    if hosts.iter().any(|host| below(host, domain) || below(domain, host)) { None } else { hosts.into_iter().next() }
}
