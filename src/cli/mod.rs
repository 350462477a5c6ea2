//! The command line: types, help and examples. What a command does stands in `commands`.

mod documents;
mod schemas;
mod team;
mod traffic;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use documents::{Schema, Translate, Validate};
pub use team::{Deny, Init, Key, Partner};
pub use traffic::{Audit, Inbox, Message, Open, Outbox, Policy, Preview, Record, Seal, Send, Tried};
pub use values::{InboxState, Input, MAX_BYTES, RecordName};

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
    #[command(after_help = "Example:\n  sirex demo --keep ./demo-homes")]
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
    Preview(Preview),
    /// What an agreement, in force or not, makes of a record.
    #[command(subcommand)]
    Policy(Policy),
    /// Release a record to a partner and put it in the outbox.
    Send(Send),
    /// Approve exactly the bytes of a proposed release, and send them.
    #[command(after_help = "Example:\n  sirex approve RELEASE --by bob")]
    Approve {
        /// The release.
        release: String,
        /// Who approves.
        #[arg(long, value_parser = values::actor)]
        by: String,
    },
    /// Reject a proposed release; nothing of it leaves.
    #[command(after_help = "Example:\n  sirex reject RELEASE --by bob")]
    Reject {
        /// The release.
        release: String,
        /// Who rejects.
        #[arg(long, value_parser = values::actor)]
        by: String,
    },
    /// Sign and encrypt something that is carried by hand.
    Seal(Seal),
    /// Decrypt a message that came by hand, and check its signature.
    Open(Open),
    /// What partners sent.
    #[command(subcommand)]
    Inbox(Inbox),
    /// What waits to be delivered, and what was.
    #[command(subcommand)]
    Outbox(Outbox),
    /// Serve partners and work on the outbox, until interrupted.
    Serve,
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
    /// Find what is wrong with this home, or soon will be: configuration, keys, partners, agreements, store, log.
    #[command(after_help = "Examples:\n  sirex doctor\n  sirex --json doctor")]
    Doctor {
        /// Fail on warnings too.
        #[arg(long)]
        strict: bool,
    },
    /// Print a schema that this program holds.
    Schema(Schema),
    /// Print completions for a shell.
    #[command(after_help = "Example:\n  sirex completions bash")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    #[command(after_help = "Example:\n  sirex man")]
    Man,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
