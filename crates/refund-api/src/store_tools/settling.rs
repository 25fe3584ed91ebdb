//! Having nothing happen that is due on the servers of a database, and having it happen again (R36): `refund-api settling`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use refund_store::{PostgresAddress, hold_settling};

use super::Outcome;
use super::in_database::carry_out;

/// Whether what is due happens, on all servers of a database.
#[derive(Debug, Clone, Subcommand)]
pub enum Settling {
    /// Let nothing happen that is due, on any server, so that it can be extended after an outage (R36).
    Hold(Servers),
    /// Let happen what is due, each thing at its instant, and go on as always.
    Release(Servers),
}

/// Of which database.
#[derive(Debug, Clone, Args)]
pub struct Servers {
    /// The database that the servers share, as postgres://USER@HOST/DATABASE.
    #[arg(long, value_name = "URL")]
    store: String,
    /// The file with the password of the database's user.
    #[arg(long, value_name = "FILE")]
    store_password_file: Option<PathBuf>,
}

impl Settling {
    /// Does it. What was done goes to standard output, why nothing was to standard error.
    #[must_use]
    pub fn run(&self) -> Outcome {
        let (Self::Hold(servers) | Self::Release(servers)) = self;
        let held = matches!(self, Self::Hold(_));
        let act = async |database: &PostgresAddress| hold_settling(database, held).await;
        carry_out(&servers.store, servers.store_password_file.as_deref(), act, |is_changed, shown| {
            let done = match (held, is_changed) {
                (true, true) => "HELD: nothing happens that is due",
                (false, true) => "RELEASED: what is due happens",
                (true, false) => "NOTHING TO DO: it is held already, and nothing happens that is due",
                (false, false) => "NOTHING TO DO: it is not held, and what is due happens",
            };
            format!("{done}, on all servers of {shown}")
        })
    }
}
