//! `cargo xtask`: the project's own commands.

mod scenario;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Stories of a refund: list them, or play one.
    #[command(subcommand)]
    Scenario(scenario::Command),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Scenario(command) => scenario::run(command),
    }
}
