//! Commands on documents, for which no home is needed.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    schemas::{self, schemas},
    values::{Input, formats, formats_read, incident_shapes, iodef_profiles},
};
use crate::{format::Format, iodef::Profile, translate::IncidentShape};

/// See [`super::Command::Translate`].
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The account of the translation (--loss) says of every leaf of the input: kept, moved, coarsened, \
carried or dropped, where and why.\n\nExamples:\n  \
sirex translate --to iodef-xml fixtures/records/ransomware.json\n  \
sirex translate --to iodef-xml fixtures/records/ransomware.json -o report.xml\n  \
sirex translate --to iodef-xml --profile errata fixtures/records/ransomware.json\n  \
sirex translate --to iodef1-xml fixtures/records/ransomware.json\n  \
sirex translate --to stix fixtures/records/ransomware.json\n  \
sirex translate --to stix --incident-core v1 fixtures/records/ransomware.json\n  \
sirex translate --to iodef-xml fixtures/iodef-v1/scan.xml\n  \
sirex translate --to record --loss loss.json report.xml -o record.json\n  \
sirex translate --to iodef1-xml --loss loss.txt fixtures/iodef-v2/intrusion.xml -o old.xml"
)]
pub struct Translate {
    /// Format of the input; found out from its beginning when absent.
    #[arg(long, value_name = "F", value_parser = formats_read())]
    pub from: Option<Format>,
    /// Format of the output.
    #[arg(long, value_name = "F", value_parser = formats())]
    pub to: Format,
    /// Whose schema of iodef-xml the output is for: as RFC 7970 prints it (the default), or with its errata.
    #[arg(long, value_name = "P", value_parser = iodef_profiles())]
    pub profile: Option<Profile>,
    /// In which shape others read an incident of stix, the incident core extension of OASIS: v2 (the default), v1, os-threat
    /// or none. An incident that came as stix keeps its own.
    #[arg(long, value_name = "S", value_parser = incident_shapes())]
    pub incident_core: Option<IncidentShape>,
    /// Write the account of every leaf here: as JSON if the name ends in .json, else as a table, what was dropped first.
    #[arg(long, value_name = "FILE")]
    pub loss: Option<PathBuf>,
    /// Fail if a leaf was dropped; with -o no file is left then.
    #[arg(long)]
    pub strict: bool,
    /// Leave out what is for a gateway of ours alone: what the format does not say is then dropped.
    #[arg(long)]
    pub plain: bool,
    /// When the document was written, such as 2026-03-01T12:00:00Z, for a source that has no time and a format that needs one.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
    /// Where to write; standard output when absent.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Largest input, in bytes. When absent, IODEF, which is read piece by piece, may have any size, and what is read
    /// whole 26,214,400 bytes.
    #[arg(long, value_name = "BYTES")]
    pub max_bytes: Option<u64>,
    /// The document; - is standard input.
    #[arg(default_value = "-", value_name = "IN")]
    pub input: Input,
}

/// See [`super::Command::Validate`].
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
sirex validate fixtures/records/ransomware.json fixtures/records/phishing.json\n  \
sirex validate fixtures/stix/good-report.json\n  \
sirex --json validate --format record fixtures/records/phishing.json")]
pub struct Validate {
    /// Format of the input; found out from its beginning when absent.
    #[arg(long, value_name = "F", value_parser = formats_read())]
    pub format: Option<Format>,
    /// Fail on warnings too.
    #[arg(long)]
    pub strict: bool,
    /// Largest input, in bytes. When absent, IODEF and STIX, which are read piece by piece, may have any size, and what
    /// is read whole 26,214,400 bytes.
    #[arg(long, value_name = "BYTES")]
    pub max_bytes: Option<u64>,
    /// The documents; - is standard input.
    #[arg(required = true, value_name = "IN")]
    pub inputs: Vec<Input>,
}

/// See [`super::Command::Schema`].
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sirex schema record\n  sirex schema iodef-xml")]
pub struct Schema {
    /// Which.
    #[arg(value_parser = schemas())]
    pub name: &'static schemas::Schema,
}
