//! The three ways of doing OpenPGP that an agreement can name.

use std::fmt;

use schemars::JsonSchema;
use sequoia_openpgp::{
    Profile as Generation,
    cert::CipherSuite,
    types::{AEADAlgorithm, Features, PublicKeyAlgorithm},
};
use serde::{Deserialize, Serialize};

use crate::error::Code;

/// Which OpenPGP a partner and we speak. Each team has one certificate per profile.
///
/// On the way in the profile is a lower bound: what is weaker is refused, what is stronger is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// RFC 4880 as GnuPG 2.2 reads it: v4 keys (EdDSA legacy, ECDH over Curve25519), AES-256 with modification
    /// detection code (SEIPDv1).
    Rfc4880,
    /// RFC 9580: v6 keys (Ed25519, X25519), AES-256 in OCB mode (SEIPDv2).
    Rfc9580,
    /// RFC 9980: v6 keys, ML-DSA-65+Ed25519 and ML-KEM-768+X25519, AES-256 in OCB mode (SEIPDv2).
    Pqc,
}

/// Whether something must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// Without it the message is refused.
    Required,
    /// Its absence is stated in the result.
    Optional,
}

/// This build cannot do the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this build cannot do OpenPGP profile {0}: its OpenSSL lacks the algorithms (pqc needs OpenSSL 3.5 or later)")]
pub struct Unsupported(pub Profile);

impl Unsupported {
    /// The error's row.
    pub fn code(&self) -> Code {
        Code::PgpUnsupported
    }
}

/// What a profile means, in one place.
pub(super) struct Rules {
    pub name: &'static str,
    pub generation: Generation,
    pub suite: CipherSuite,
    /// Least version of keys and signatures.
    pub version: u8,
    /// Least version of the encryption container.
    pub container: u8,
    /// Whether key encryption and signature must withstand a quantum computer.
    pub post_quantum: bool,
    /// Whether a signature must name its intended recipient.
    pub intended_recipient: Demand,
    needs: &'static [PublicKeyAlgorithm],
}

const RULES: [Rules; 3] = [
    Rules {
        name: "rfc4880",
        generation: Generation::RFC4880,
        suite: CipherSuite::Cv25519,
        version: 4,
        container: 1,
        post_quantum: false,
        intended_recipient: Demand::Optional,
        needs: &[PublicKeyAlgorithm::EdDSA, PublicKeyAlgorithm::ECDH],
    },
    Rules {
        name: "rfc9580",
        generation: Generation::RFC9580,
        suite: CipherSuite::Cv25519,
        version: 6,
        container: 2,
        post_quantum: false,
        intended_recipient: Demand::Required,
        needs: &[PublicKeyAlgorithm::Ed25519, PublicKeyAlgorithm::X25519],
    },
    Rules {
        name: "pqc",
        generation: Generation::RFC9580,
        suite: CipherSuite::MLDSA65_Ed25519,
        version: 6,
        container: 2,
        post_quantum: true,
        intended_recipient: Demand::Required,
        needs: &[PublicKeyAlgorithm::MLDSA65_Ed25519, PublicKeyAlgorithm::MLKEM768_X25519],
    },
];

impl Profile {
    /// Every profile, weakest first.
    pub const ALL: &'static [Profile] = &[Profile::Rfc4880, Profile::Rfc9580, Profile::Pqc];

    /// The name in agreements.
    pub fn as_str(self) -> &'static str {
        self.rules().name
    }

    /// Whether this build can do it.
    ///
    /// # Errors
    /// When the OpenSSL that it is linked with lacks an algorithm.
    pub fn supported(self) -> Result<(), Unsupported> {
        let rules = self.rules();
        let has_keys = rules.needs.iter().all(PublicKeyAlgorithm::is_supported);
        let has_container = rules.container == 1 || AEADAlgorithm::OCB.is_supported();
        if has_keys && has_container { Ok(()) } else { Err(Unsupported(self)) }
    }

    pub(super) fn rules(self) -> &'static Rules {
        &RULES[self as usize]
    }

    /// What our certificate of this profile says it can read.
    pub(super) fn features(self) -> Features {
        let features = Features::empty().set_seipdv1();
        if self.rules().container == 1 { features } else { features.set_seipdv2() }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether the algorithm withstands a quantum computer, as far as is known.
pub(super) fn is_post_quantum(algorithm: PublicKeyAlgorithm) -> bool {
    use PublicKeyAlgorithm as A;
    matches!(
        algorithm,
        A::MLDSA65_Ed25519
            | A::MLDSA87_Ed448
            | A::SLHDSA128s
            | A::SLHDSA128f
            | A::SLHDSA256s
            | A::MLKEM768_X25519
            | A::MLKEM1024_X448
    )
}
