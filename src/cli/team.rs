//! Commands on ourselves and on who our partners are.

use std::{net::SocketAddr, path::PathBuf};

use clap::Subcommand;

use super::values::{actor, deny_classes, profiles};
use crate::{gate::DenyClass, openpgp::Profile};

/// See [`super::Command::Init`].
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
sirex --home ./home-a init --team isirt.example --email isirt@isirt.example --listen 127.0.0.1:4590 \
--push https://gw.isirt.example:4590/push")]
pub struct Init {
    /// The team's domain.
    #[arg(long, value_name = "DOMAIN")]
    pub team: String,
    /// The team's name; its domain when absent.
    #[arg(long)]
    pub name: Option<String>,
    /// The team's published role address.
    #[arg(long)]
    pub email: String,
    /// Prefix of tracking numbers.
    #[arg(long, default_value = "INC")]
    pub prefix: String,
    /// Address and port of the partner listener.
    #[arg(long, default_value = "0.0.0.0:4590")]
    pub listen: SocketAddr,
    /// The URL under which partners push to us, for the card.
    #[arg(long)]
    pub push: Option<String>,
}

/// Our own keys.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:\n  sirex key list\n  sirex key export --profile rfc4880")]
pub enum Key {
    /// OpenPGP certificates, the TLS pin and the key of the audit log.
    List,
    /// Print an OpenPGP certificate of ours, armored, without secrets.
    Export {
        /// rfc4880, rfc9580 or pqc.
        #[arg(long, value_parser = profiles())]
        profile: Profile,
    },
}

/// Who partners are.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:\n  sirex partner card\n  sirex partner list\n  sirex partner show cert.example\n  \
sirex partner agree cert.example fixtures/agreements/national-cert.toml --by alice")]
pub enum Partner {
    /// Print our own card: one signed file for partners.
    Card,
    /// Take a partner's card, unverified; shows the fingerprints to compare.
    Add {
        /// The card.
        file: PathBuf,
        /// Who adds it.
        #[arg(long, default_value = "cli", value_parser = actor)]
        by: String,
    },
    /// Say that you have compared the fingerprint of the certificate that signed the card.
    Verify {
        /// The partner, by domain.
        partner: String,
        /// The fingerprint as the partner read it out.
        #[arg(long)]
        fingerprint: String,
        /// Who compared.
        #[arg(long, value_parser = actor)]
        by: String,
        /// How, such as "by phone, number known before".
        #[arg(long)]
        how: String,
    },
    /// All partners.
    List,
    /// A partner: its card, who compared what, the agreement.
    Show {
        /// The partner, by domain.
        partner: String,
    },
    /// Find out whether messages can be exchanged with a partner now: verification, agreement, certificates, and its
    /// gateway, which is asked for a message that never was.
    Check {
        /// The partner, by domain.
        partner: String,
        /// Do not connect to the partner's gateway.
        #[arg(long)]
        offline: bool,
    },
    /// Put an agreement in force for a partner; it is checked first.
    Agree {
        /// The partner, by domain.
        partner: String,
        /// The agreement.
        file: PathBuf,
        /// Who decided.
        #[arg(long, default_value = "cli", value_parser = actor)]
        by: String,
    },
    /// End the partnership.
    Remove {
        /// The partner, by domain.
        partner: String,
        /// Who decided.
        #[arg(long, value_parser = actor)]
        by: String,
        /// Why.
        #[arg(long)]
        why: String,
    },
}

/// The deny list.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:\n  sirex deny add hosts build7.intern.example --by alice\n  sirex deny list")]
pub enum Deny {
    /// Add an entry.
    Add {
        /// What it is.
        #[arg(value_parser = deny_classes())]
        class: DenyClass,
        /// The text.
        text: String,
        /// Who adds it.
        #[arg(long, default_value = "cli", value_parser = actor)]
        by: String,
    },
    /// Entries by class and keyed hash; the texts are not shown.
    List,
}
