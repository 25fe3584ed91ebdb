//! The operator's desk: works on refunds through the server, never on a store.

mod cli;
mod client;
mod commands;
mod entropy;
mod failure;
mod interrupt;
mod model;
mod output;
mod profile;
mod strict;
mod view;

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::cli::Cli;
use crate::commands::Desk;

fn main() -> ExitCode {
    let matches = cli::tree().get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    // They are repeated to people; a file's name may be no text.
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let desk = Desk::new(cli.global, words.collect());
    match commands::run(&desk, cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => desk.end(&failure),
    }
}
