//! Closed enumerations named by every floor, the gate too: [`Tlp`] and [`Audience`]. No logic lives here.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! closed {
    ($(#[$meta:meta])* $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum $name { $( $(#[$vmeta])* #[serde(rename = $text)] $variant, )* }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &'static [$name] = &[ $( $name::$variant, )* ];

            /// The value as written.
            pub const fn as_str(self) -> &'static str {
                match self { $( $name::$variant => $text, )* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }

        impl FromStr for $name {
            type Err = NotListed;
            fn from_str(text: &str) -> Result<Self, NotListed> {
                match text { $( $text => Ok($name::$variant), )* _ => Err(NotListed) }
            }
        }
    };
}

/// The text is none of the listed values.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("not one of the listed values")]
pub struct NotListed;

closed! {
    /// Traffic Light Protocol 2.0 (FIRST, 2022). A set of labels for who may receive, not a rank.
    Tlp {
        /// No limit on disclosure.
        Clear = "CLEAR",
        /// The recipient's community.
        Green = "GREEN",
        /// The recipient's organisation and its clients, who need to know.
        Amber = "AMBER",
        /// The recipient's organisation only.
        AmberStrict = "AMBER+STRICT",
        /// The named recipients only.
        Red = "RED",
    }
}

closed! {
    /// For whom a document is made; the columns of the visibility tables, in their order.
    Audience {
        /// The incident response team that handles the case.
        Isirt = "isirt",
        /// Management, system owner, auditor.
        Management = "management",
        /// A trusted CERT: national, sectoral, or a peer team.
        TrustedCert = "trusted-cert",
        /// Police and prosecution.
        LawEnforcement = "law-enforcement",
        /// Partner, customer or supplier.
        Partner = "partner",
        /// Regulator.
        Regulator = "regulator",
        /// Everybody.
        Public = "public",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_reads_back() {
        for tlp in Tlp::ALL {
            assert_eq!(tlp.as_str().parse(), Ok(*tlp));
        }
        for audience in Audience::ALL {
            assert_eq!(audience.as_str().parse(), Ok(*audience));
        }
        assert_eq!("WHITE".parse::<Tlp>(), Err(NotListed));
    }
}
