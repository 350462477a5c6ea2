//! The program: arguments, logging, exit code. All else is in the library.

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;
use sirex::{
    cli::Cli,
    commands::{self, Failure},
    error::Code,
    output::Shown,
};

fn main() -> ExitCode {
    // Usage errors end here with code 2, --help and --version with 0.
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if std::env::args_os().any(|word| word == "--json") => return end(as_json(&error), true),
        Err(error) => error.exit(),
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("SIREX_LOG"))
        .with_writer(std::io::stderr)
        .init();
    end(commands::run(&cli), cli.json)
}

/// Shows how it ended; the exit code.
fn end(result: Result<Shown, Failure>, json: bool) -> ExitCode {
    let shown = result.unwrap_or_else(|failure| failure.shown());
    match shown.show(json) {
        Ok(()) => ExitCode::from(shown.exit),
        Err(error) => {
            // Nobody may be left to read it.
            let _ = writeln!(std::io::stderr(), "sirex: cannot write the result: {error} ({})", Code::DiskWrite);
            ExitCode::from(Code::DiskWrite.exit())
        }
    }
}

/// What the parser of the command line says: help is a document, the rest a failure.
fn as_json(error: &clap::Error) -> Result<Shown, Failure> {
    let text = error.render().to_string();
    match error.exit_code() {
        0 => Ok(Shown::document(text.into_bytes())),
        _ => Err(Failure::new(Code::Usage, text.trim_end())),
    }
}
