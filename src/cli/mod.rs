//! The command line: types, help and examples. What a command does stands in `commands`.

mod files;

pub use files::{Input, Output};

use std::{net::SocketAddr, path::PathBuf};

use clap::{
    Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

use crate::{format::Format, translate};

/// Security Incident Record EXchange: the gateway of an incident response team.
#[derive(Debug, Parser)]
#[command(name = "sirex", version, arg_required_else_help = true, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 input or outcome refused, 2 usage or configuration, 3 cannot reach or store, \
4 internal error.\nResults go to standard output, everything else to standard error."
)]
pub struct Cli {
    /// Folder with configuration, keys, partners and store.
    #[arg(long, global = true, value_name = "DIR", env = "SIREX_HOME", default_value = "sirex-home")]
    pub home: PathBuf,
    /// One JSON document on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn a document into another format, and account for every leaf of it.
    Translate(Translate),
    /// Check documents; one finding per line: FILE:LINE:COL: SEVERITY CODE path: what.
    Validate(Validate),
    /// Two gateways on loopback, one real incident, from record to receipt.
    Demo {
        /// Keep the two homes in this folder, which must not exist.
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
    },
    /// Make a home: configuration, keys, store.
    Init(Init),
    /// Our own keys.
    #[command(subcommand)]
    Key(Key),
    /// Who partners are.
    #[command(subcommand)]
    Partner(Partner),
    /// The deny list: what must not leave, whatever path it takes.
    #[command(subcommand)]
    Deny(Deny),
    /// Incident records.
    #[command(subcommand)]
    Record(Record),
    /// Show the exact cleartext that a partner would get, and what is held back by which rule. Nothing is sent.
    Preview {
        /// A tracking number, or a file as ./x.json.
        record: String,
        /// The partner, by domain.
        #[arg(long)]
        partner: String,
        /// Include what goes by consent only, as if a person would approve it.
        #[arg(long)]
        consent: bool,
    },
    /// Release a record to a partner and put it in the outbox.
    Send {
        /// A tracking number.
        record: String,
        /// The partner, by domain.
        #[arg(long)]
        partner: String,
        /// Include what goes by consent only; the release then waits for approval.
        #[arg(long)]
        consent: bool,
        /// Wait for the partner's receipt, at most so many seconds.
        #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "60")]
        wait: Option<u64>,
        /// Who releases.
        #[arg(long, default_value = "cli")]
        by: String,
    },
    /// Approve exactly the bytes of a proposed release, and send them.
    Approve {
        /// The release.
        release: String,
        /// Who approves.
        #[arg(long)]
        by: String,
    },
    /// What partners sent.
    #[command(subcommand)]
    Inbox(Inbox),
    /// What waits to be delivered, and what was.
    #[command(subcommand)]
    Outbox(Outbox),
    /// Serve partners and work on the outbox, until interrupted.
    Serve,
    /// Print a schema that this program holds.
    Schema(Schema),
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

/// A format that is read and written here, by its name.
fn formats() -> impl TypedValueParser<Value = Format> {
    let names = PossibleValuesParser::new(translate::FORMATS.iter().map(|format| format.as_str()));
    // The parser before lets no other name through.
    names.map(|name| *translate::FORMATS.iter().find(|format| format.as_str() == name).unwrap_or(&Format::Record))
}

/// Largest document that is read from a file or standard input unless told otherwise, in bytes.
pub const MAX_BYTES: u64 = 26_214_400;

/// See [`Command::Translate`].
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sirex translate --to iodef-xml fixtures/records/ransomware.json\n  \
sirex translate --to record --loss loss.json report.xml -o record.json\n\nThe account of the translation (--loss) says of \
every leaf of the input: kept, moved, coarsened, carried or dropped, where and why.")]
pub struct Translate {
    /// Format of the input; found out from its beginning when absent.
    #[arg(long, value_name = "F", value_parser = formats())]
    pub from: Option<Format>,
    /// Format of the output.
    #[arg(long, value_name = "F", value_parser = formats())]
    pub to: Format,
    /// Write the account of every leaf here, as JSON.
    #[arg(long, value_name = "FILE")]
    pub loss: Option<PathBuf>,
    /// Fail if a leaf was dropped; with -o no file is left then.
    #[arg(long)]
    pub strict: bool,
    /// Where to write; standard output when absent.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Largest input, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = MAX_BYTES)]
    pub max_bytes: u64,
    /// The document; - is standard input.
    #[arg(default_value = "-", value_name = "IN")]
    pub input: Input,
}

/// See [`Command::Validate`].
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sirex validate fixtures/records/ransomware.json fixtures/records/phishing.json\n  \
sirex validate --strict --format iodef-xml report.xml"
)]
pub struct Validate {
    /// Format of the input; found out from its beginning when absent.
    #[arg(long, value_name = "F", value_parser = formats())]
    pub format: Option<Format>,
    /// Fail on warnings too.
    #[arg(long)]
    pub strict: bool,
    /// Largest input, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = MAX_BYTES)]
    pub max_bytes: u64,
    /// The documents; - is standard input.
    #[arg(required = true, value_name = "IN")]
    pub inputs: Vec<Input>,
}

/// See [`Command::Schema`].
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sirex schema record")]
pub struct Schema {
    /// Which.
    pub name: SchemaName,
}

/// See [`Command::Init`].
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sirex --home ./home-a init --team isirt.example --email isirt@isirt.example \\\n      --listen \
127.0.0.1:4590 --push https://gw.isirt.example:4590/push"
)]
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
pub enum Key {
    /// OpenPGP certificates, the TLS pin and the key of the audit log.
    List,
}

/// Who partners are.
#[derive(Debug, Subcommand)]
pub enum Partner {
    /// Print our own card: one signed file for partners.
    Card,
    /// Take a partner's card, unverified; shows the fingerprints to compare.
    Add {
        /// The card.
        file: PathBuf,
    },
    /// Say that you have compared the fingerprint of the certificate that signed the card.
    Verify {
        /// The partner, by domain.
        partner: String,
        /// The fingerprint as the partner read it out.
        #[arg(long)]
        fingerprint: String,
        /// Who compared.
        #[arg(long)]
        by: String,
        /// How, such as "by phone, number known before".
        #[arg(long)]
        how: String,
    },
    /// All partners.
    List,
    /// Put an agreement in force for a partner; it is checked first.
    Agree {
        /// The partner, by domain.
        partner: String,
        /// The agreement.
        file: PathBuf,
    },
    /// End the partnership.
    Remove {
        /// The partner, by domain.
        partner: String,
        /// Who decided.
        #[arg(long)]
        by: String,
        /// Why.
        #[arg(long)]
        why: String,
    },
}

/// The deny list.
#[derive(Debug, Subcommand)]
pub enum Deny {
    /// Add an entry.
    Add {
        /// hosts, networks, people, cases or canaries.
        class: String,
        /// The text.
        text: String,
    },
    /// Entries by class and keyed hash; the texts are not shown.
    List,
}

/// Incident records.
#[derive(Debug, Subcommand)]
pub enum Record {
    /// Take the records of a file into the store; those without a tracking number get one.
    Import {
        /// A document of the record format.
        file: PathBuf,
        /// Who imports.
        #[arg(long, default_value = "cli")]
        by: String,
    },
    /// Records of the store.
    List,
    /// A record as it is now.
    Show {
        /// Tracking number or id.
        record: String,
    },
}

/// What partners sent.
#[derive(Debug, Subcommand)]
pub enum Inbox {
    /// Messages, newest first.
    List,
}

/// What waits to be delivered.
#[derive(Debug, Subcommand)]
pub enum Outbox {
    /// Messages.
    List,
    /// Deliver what is due once, without serving.
    Flush,
}

/// Schemas that this program holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// JSON Schema of the record format.
    Record,
    /// JSON Schema of agreement.toml.
    Agreement,
    /// JSON Schema of config.toml.
    Config,
}

/// Work on audit logs.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Sign the present head of the log and write the log to standard output.
    Export,
    /// Check an exported log: sequence, hashes, checkpoints, signatures, open intents.
    Verify {
        /// The key that signs the checkpoints, as `NAME+HASH+KEY`; may be given more than once. Without it the
        /// key that the log names is used, which shows only that the log agrees with itself.
        #[arg(long = "key", value_name = "KEY")]
        keys: Vec<String>,
        /// A checkpoint that you know from elsewhere: the log must contain it.
        #[arg(long, value_name = "FILE")]
        known: Option<PathBuf>,
        /// Accept leaves after the last checkpoint, which no signature covers.
        #[arg(long)]
        unsigned_tail: bool,
        /// Accept intents that nothing closes, as in an export from a gateway at work.
        #[arg(long)]
        open_intents: bool,
        /// The exported log.
        log: PathBuf,
    },
}
