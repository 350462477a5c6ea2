//! What the commands do. Each gives what is to be shown; `output` shows it.

mod audit;
mod demo;
mod doctor;
mod document;
mod failure;
mod files;
mod hand;
mod home;
mod inbox;
mod outbox;
mod partner;
mod policy;
mod record;
mod release;
mod serve;
mod translate;
mod validate;

pub use failure::Failure;

use clap::CommandFactory as _;

use crate::{
    cli::{Cli, Command},
    output::Shown,
};

/// Does the command.
///
/// # Errors
/// [`Failure`], with the exit code.
pub fn run(cli: &Cli) -> Result<Shown, Failure> {
    let home = &cli.home;
    match &cli.command {
        Command::Translate(args) => translate::run(args),
        Command::Validate(args) => validate::run(args),
        Command::Demo { keep } => demo::run(keep.as_deref()),
        Command::Init(args) => home::init(home, args),
        Command::Key(command) => home::keys(home, command),
        Command::Partner(command) => partner::run(home, command),
        Command::Deny(command) => home::deny(home, command),
        Command::Record(command) => record::run(home, command),
        Command::Preview(args) => release::preview(home, args),
        Command::Policy(command) => policy::run(home, command),
        Command::Send(args) => release::send(home, args),
        Command::Approve { release, by } => release::approve(home, release, by),
        Command::Reject { release, by } => release::reject(home, release, by),
        Command::Seal(args) => hand::seal(home, args),
        Command::Open(args) => hand::open(home, args),
        Command::Inbox(command) => inbox::run(home, command),
        Command::Outbox(command) => outbox::run(home, command),
        Command::Serve => serve::run(home, cli.json),
        Command::Audit(command) => audit::run(home, command),
        Command::Doctor { strict } => doctor::run(home, *strict),
        Command::Schema(args) => Ok(Shown::document((args.name.print)().into_bytes())),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "sirex", &mut script);
            Ok(Shown::document(script))
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut page)
                .map_err(|error| Failure::disk("the page", &error))?;
            Ok(Shown::document(page))
        }
    }
}
