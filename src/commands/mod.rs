//! What the commands do. Each gives what is to be shown; `output` shows it.

mod audit;
mod document;
mod failure;
mod files;
mod translate;
mod validate;

pub use failure::Failure;

use clap::CommandFactory as _;

use crate::{
    cli::{Cli, Command, SchemaName},
    output::Shown,
    record,
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
            SchemaName::Record => record::schema(),
        })),
        Command::Audit(command) => audit::run(command),
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
