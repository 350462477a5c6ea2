//! What the commands do. Each gives what is to be shown; `output` shows it.

mod audit;
mod demo;
mod document;
mod exchange;
mod failure;
mod files;
mod home;
mod partner;
mod record;
mod translate;
mod validate;

pub use failure::Failure;

use clap::CommandFactory as _;

use crate::{
    cli::{Cli, Command, Inbox, Key, SchemaName},
    config::Config,
    output::Shown,
    sharing::Agreement,
};

/// Does the command.
///
/// # Errors
/// [`Failure`], with the exit code.
pub fn run(cli: &Cli) -> Result<Shown, Failure> {
    match &cli.command {
        Command::Translate(args) => translate::run(args),
        Command::Validate(args) => validate::run(args),
        Command::Schema(args) => Ok(Shown::text(match args.name {
            SchemaName::Record => crate::record::schema(),
            SchemaName::Agreement => Agreement::schema(),
            SchemaName::Config => Config::schema(),
        })),
        Command::Demo { keep } => demo::run(keep.as_deref()),
        Command::Init(args) => home::init(&cli.home, args),
        Command::Key(Key::List) => home::keys(&cli.home),
        Command::Partner(command) => partner::run(&cli.home, command),
        Command::Deny(command) => home::deny(&cli.home, command),
        Command::Record(command) => record::run(&cli.home, command),
        Command::Preview { record, partner, consent } => exchange::preview(&cli.home, record, partner, *consent),
        Command::Send { record, partner, consent, wait, by } => {
            exchange::send(&cli.home, record, partner, *consent, *wait, by)
        }
        Command::Approve { release, by } => exchange::approve(&cli.home, release, by),
        Command::Inbox(Inbox::List) => exchange::inbox(&cli.home),
        Command::Outbox(command) => exchange::outbox(&cli.home, command),
        Command::Serve => exchange::serve(&cli.home),
        Command::Audit(command) => audit::run(&cli.home, command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "sirex", &mut script);
            Ok(Shown::bytes(script))
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut page)
                .map_err(|error| Failure::disk("the page", &error))?;
            Ok(Shown::bytes(page))
        }
    }
}
