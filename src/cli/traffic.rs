//! Commands on records and on what is exchanged.

use std::path::PathBuf;

use clap::Subcommand;

use super::values::{InboxState, Input, RecordName, actor, inbox_states, reason};

/// Incident records.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  sirex record import fixtures/records/phishing.json --by alice\n  sirex record list\n  \
sirex record show NUMBER\n  sirex record revise NUMBER ./changed.json --by alice --reason \"cost known\""
)]
pub enum Record {
    /// Take the records of a file into the store; those without a tracking number get one.
    Import {
        /// A document of the record format; - is standard input.
        file: Input,
        /// Who imports.
        #[arg(long, default_value = "cli", value_parser = actor)]
        by: String,
    },
    /// Records of the store.
    List,
    /// A record as it is now, or as it was.
    Show {
        /// Tracking number or id.
        record: String,
        /// Number of the revision; the newest when absent.
        #[arg(long)]
        revision: Option<u64>,
    },
    /// Who changed a record, when and why.
    History {
        /// Tracking number or id.
        record: String,
    },
    /// Give a record a new revision. What was there before stays.
    Revise {
        /// Tracking number or id.
        record: String,
        /// The record as it is from now on, with the same id and number; - is standard input.
        file: Input,
        /// The revision that the change was made from; the newest when absent.
        #[arg(long)]
        from: Option<u64>,
        /// Who changes it.
        #[arg(long, value_parser = actor)]
        by: String,
        /// Why.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
}

/// See [`super::Command::Preview`].
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sirex preview NUMBER --partner cert.example\n  \
sirex preview ./fixtures/records/ransomware.json --partner cert.example")]
pub struct Preview {
    /// A tracking number, or a file as ./x.json.
    pub record: RecordName,
    /// The partner, by domain.
    #[arg(long)]
    pub partner: String,
    /// Include what goes by consent only, as if a person would approve it.
    #[arg(long)]
    pub consent: bool,
}

/// What an agreement makes of a record, before anybody sends anything.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:\n  \
sirex policy test ./fixtures/records/ransomware.json --partner cert.example\n  \
sirex policy explain NUMBER --partner cert.example --agreement fixtures/agreements/national-cert.toml")]
pub enum Policy {
    /// Every value of the record: its letter, whether it goes, and by which rule.
    Explain(Tried),
    /// What is odd: rules that select nothing, values that a rule cannot handle, a record that may not go.
    Test(Tried),
}

/// A record and the agreement that is tried on it.
#[derive(Debug, clap::Args)]
pub struct Tried {
    /// A tracking number, or a file as ./x.json.
    pub record: RecordName,
    /// The partner, by domain.
    #[arg(long)]
    pub partner: String,
    /// An agreement that is not in force; the partner's own when absent.
    #[arg(long, value_name = "FILE")]
    pub agreement: Option<PathBuf>,
}

/// See [`super::Command::Send`].
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit code with --wait: 0 the partner has it, 1 it was refused, 3 nothing in time.\n\nExamples:\n  \
sirex send NUMBER --partner cert.example --by alice\n  sirex outbox list"
)]
pub struct Send {
    /// A tracking number.
    pub record: String,
    /// The partner, by domain.
    #[arg(long)]
    pub partner: String,
    /// Include what goes by consent only; the release then waits for approval.
    #[arg(long)]
    pub consent: bool,
    /// Wait for the partner's receipt, at most so many seconds.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "60")]
    pub wait: Option<u64>,
    /// Who releases.
    #[arg(long, default_value = "cli", value_parser = actor)]
    pub by: String,
}

/// See [`super::Command::Seal`].
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("to").required(true))]
#[command(
    after_help = "With --partner the record is released, sanitised and checked as for sending, and the message is \
handed to you instead of the outbox. With --recipient any file is signed and encrypted, and nothing checks what is in \
it.\n\nExamples:\n  sirex seal NUMBER --partner cert.example --by alice -o for-cert.asc\n  \
sirex key export --profile rfc4880 > own.asc\n  \
sirex seal fixtures/records/phishing.json --recipient own.asc --ungated exercise --by alice -o exercise.asc"
)]
pub struct Seal {
    /// A tracking number; with --recipient a file, or - for standard input.
    pub what: String,
    /// The partner, by domain.
    #[arg(long, group = "to")]
    pub partner: Option<String>,
    /// A file with the recipient's OpenPGP certificate.
    #[arg(long, group = "to", value_name = "CERT", requires = "ungated")]
    pub recipient: Option<PathBuf>,
    /// Why no gate need look at it; a word for the audit log.
    #[arg(long, value_name = "REASON", requires = "recipient", value_parser = word)]
    pub ungated: Option<String>,
    /// Who asks for it.
    #[arg(long, value_parser = actor)]
    pub by: String,
    /// Where to write; standard output when absent.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
}

/// See [`super::Command::Open`].
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The cleartext goes to standard output or --output, what was found about the signature to standard \
error. Nothing is filed: for that, sirex inbox import.\n\nExample:\n  sirex open --from cert.example sealed.asc"
)]
pub struct Open {
    /// The partner whose signature it must have, by domain; our own certificates count when absent.
    #[arg(long, value_name = "PARTNER")]
    pub from: Option<String>,
    /// Where to write; standard output when absent.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// The message; - is standard input.
    #[arg(default_value = "-", value_name = "IN")]
    pub input: Input,
}

/// A word as leaves of the log have it.
fn word(text: &str) -> Result<String, String> {
    match crate::error::is_code(text) {
        true => Ok(text.to_owned()),
        false => Err("expected 1 to 64 lower-case letters, digits and hyphens".into()),
    }
}

/// What partners sent.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  sirex inbox list\n  sirex inbox list --state quarantined\n  sirex inbox show MESSAGE"
)]
pub enum Inbox {
    /// Messages, newest first.
    List {
        /// Only those that ended so, or have not.
        #[arg(long, value_parser = inbox_states())]
        state: Option<InboxState>,
        /// At most so many.
        #[arg(long, default_value_t = 1_000)]
        limit: u32,
    },
    /// All that is known of a message: when it came, what its signature is worth, what became of it.
    Show(Message),
    /// The cleartext of a message, or its bytes as they came.
    Export {
        /// Which.
        #[command(flatten)]
        message: Message,
        /// The bytes as they came.
        #[arg(long)]
        original: bool,
        /// Where to write; standard output when absent.
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
    },
    /// Take a message in that came by hand, as if the partner had pushed it. Prints the receipt for the partner.
    Import {
        /// From whom it came, by domain.
        #[arg(long, value_name = "PARTNER")]
        from: String,
        /// The message; - is standard input.
        file: Input,
    },
    /// File a message out of quarantine; it is opened and judged again by what is known of the partner now.
    Accept {
        /// Which.
        #[command(flatten)]
        message: Message,
        /// Who decides.
        #[arg(long, value_parser = actor)]
        by: String,
    },
    /// End the quarantine of a message by refusing it. The original is kept.
    Refuse {
        /// Which.
        #[command(flatten)]
        message: Message,
        /// Who decides.
        #[arg(long, value_parser = actor)]
        by: String,
        /// Why.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
}

/// A message of the inbox.
#[derive(Debug, clap::Args)]
pub struct Message {
    /// The message's id.
    #[arg(value_name = "MESSAGE")]
    pub id: String,
    /// From whom; needed only when two partners have used the same id.
    #[arg(long, value_name = "PARTNER")]
    pub from: Option<String>,
}

/// What waits to be delivered.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:\n  sirex outbox list\n  sirex outbox list --partner cert.example")]
pub enum Outbox {
    /// Messages, oldest first, and releases that wait for approval.
    List {
        /// Only those to this partner.
        #[arg(long)]
        partner: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 1_000)]
        limit: u32,
    },
    /// A message with every attempt to deliver it, and the partner's receipt.
    Show {
        /// The message's id.
        message: String,
    },
    /// Deliver what is due, without serving.
    Flush,
    /// Have a message tried again at once, with a new deadline: one that waits, was parked or has expired.
    Retry {
        /// The message's id.
        message: String,
        /// Who decides.
        #[arg(long, value_parser = actor)]
        by: String,
    },
    /// Hold a message back until sirex outbox retry.
    Park {
        /// The message's id.
        message: String,
        /// Who decides.
        #[arg(long, value_parser = actor)]
        by: String,
    },
}

/// Work on audit logs.
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  sirex audit export > audit.log\n  sirex audit verify audit.log\n  sirex audit prove 0"
)]
pub enum Audit {
    /// Sign the present head of the log and write the log to standard output.
    Export,
    /// Sign the present head of the log and print it, to be kept elsewhere.
    Checkpoint,
    /// Print a proof that a leaf is in the log, which anybody can check who has our key.
    Prove {
        /// The leaf's number, from 0.
        leaf: u64,
    },
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
