//! The operator's desk: looks at refunds through the server, never into a store.

mod client;
mod show;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::client::Client;

/// Looks at refunds on a refund negotiation server.
///
/// The server's address comes from REFUND_URL, the key from REFUND_KEY: secrets are never
/// arguments, because other users of the machine can read those.
#[derive(Parser)]
#[command(name = "refund", version, about)]
struct Cli {
    /// Where the server is.
    #[arg(long, env = "REFUND_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists refunds by deadline, the most urgent first.
    List {
        /// Only those in this status, such as WAIT_SELLER_AGREE.
        #[arg(long)]
        status: Option<String>,
    },
    /// Shows one refund and what has happened to it.
    Show {
        /// The refund.
        id: String,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("refund: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), String> {
    let key = std::env::var("REFUND_KEY").map_err(|_| "set REFUND_KEY to a key of the server".to_owned())?;
    let client = Client::new(&cli.url, &key);
    let text = match cli.command {
        Command::List { status } => show::list(&client.refunds(status.as_deref())?),
        Command::Show { id } => show::one(&client.refund(&id)?, &client.events(&id)?),
    };
    print!("{text}");
    Ok(())
}
