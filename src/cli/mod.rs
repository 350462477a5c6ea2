//! The command line: types, help and examples. What a command does stands in `commands`.

mod files;

pub use files::{Input, Output};

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

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
    /// Print a schema that this program holds.
    Schema(Schema),
    /// Check an exported audit log, without the gateway that wrote it.
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

/// Formats of `translate` and `validate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The internal record.
    Record,
    /// IODEF 2, RFC 7970 XML.
    IodefXml,
    /// IODEF 2, RFC 8727 JSON.
    IodefJson,
}

impl Format {
    /// The format's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Record => "record",
            Format::IodefXml => "iodef-xml",
            Format::IodefJson => "iodef-json",
        }
    }
}

/// See [`Command::Translate`].
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sirex translate --to iodef-xml fixtures/records/ransomware.json\n  \
sirex translate --to record --loss loss.json report.xml -o record.json\n\nThe account of the translation (--loss) says of \
every leaf of the input: kept, moved, coarsened, carried or dropped, where and why.")]
pub struct Translate {
    /// Format of the input; found out from its beginning when absent.
    #[arg(long, value_name = "F")]
    pub from: Option<Format>,
    /// Format of the output.
    #[arg(long, value_name = "F")]
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
    #[arg(long, value_name = "BYTES", default_value_t = 26_214_400)]
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
    #[arg(long, value_name = "F")]
    pub format: Option<Format>,
    /// Fail on warnings too.
    #[arg(long)]
    pub strict: bool,
    /// Largest input, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 26_214_400)]
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

/// Schemas that this program holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// JSON Schema of the record format.
    Record,
}

/// Work on audit logs.
#[derive(Debug, Subcommand)]
pub enum Audit {
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
