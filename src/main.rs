//! The program: arguments, logging, exit code. All else is in the library.

use std::process::ExitCode;

use clap::Parser as _;
use sirex::{cli::Cli, commands, error::Code};

fn main() -> ExitCode {
    // Usage errors end here with code 2, --help and --version with 0.
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("SIREX_LOG"))
        .with_writer(std::io::stderr)
        .init();
    match commands::run(&cli) {
        Ok(shown) => match shown.show(cli.json) {
            Ok(()) => ExitCode::from(shown.exit),
            Err(error) => {
                eprintln!("sirex: cannot write the result: {error} ({})", Code::DiskWrite);
                ExitCode::from(Code::DiskWrite.exit())
            }
        },
        Err(failure) => {
            if cli.json {
                println!("{:#}", failure.value());
            }
            eprintln!("{failure}");
            ExitCode::from(failure.code.exit())
        }
    }
}
