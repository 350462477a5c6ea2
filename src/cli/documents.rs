//! Commands on documents, for which no home is needed.

use std::path::PathBuf;

use clap::ValueEnum;

use super::values::{Input, MAX_BYTES, formats, formats_read};
use crate::format::Format;

/// See [`super::Command::Translate`].
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The account of the translation (--loss) says of every leaf of the input: kept, moved, coarsened, \
carried or dropped, where and why.\n\nExamples:\n  \
sirex translate --to iodef-xml fixtures/records/ransomware.json\n  \
sirex translate --to iodef-xml fixtures/records/ransomware.json -o report.xml\n  \
sirex translate --to iodef1-xml fixtures/records/ransomware.json\n  \
sirex translate --to iodef-xml fixtures/iodef-v1/scan.xml\n  \
sirex translate --to record --loss loss.json report.xml -o record.json"
)]
pub struct Translate {
    /// Format of the input; found out from its beginning when absent.
    #[arg(long, value_name = "F", value_parser = formats_read())]
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

/// See [`super::Command::Validate`].
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
sirex validate fixtures/records/ransomware.json fixtures/records/phishing.json\n  \
sirex --json validate --format record fixtures/records/phishing.json")]
pub struct Validate {
    /// Format of the input; found out from its beginning when absent.
    #[arg(long, value_name = "F", value_parser = formats_read())]
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

/// See [`super::Command::Schema`].
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sirex schema record\n  sirex schema config")]
pub struct Schema {
    /// Which.
    pub name: SchemaName,
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
