//! Having nothing happen that is due on the servers of a database, and having it happen again (R36): `refund-api settling`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use refund_store::hold_settling;
use tokio::runtime::Builder;

use super::Outcome;
use crate::server::{StartError, address};

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
        match self.carry_out() {
            Ok(text) => {
                println!("{text}");
                Outcome::Good
            }
            Err(error) => {
                eprintln!("refund-api: {error}");
                Outcome::Failed
            }
        }
    }

    fn carry_out(&self) -> Result<String, StartError> {
        let (Self::Hold(servers) | Self::Release(servers)) = self;
        let database = address(&servers.store, servers.store_password_file.as_deref())?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StartError::SetUp(error.to_string()))?;
        let held = matches!(self, Self::Hold(_));
        let is_changed = runtime.block_on(hold_settling(&database, held))?;
        let done = match (held, is_changed) {
            (true, true) => "HELD: nothing happens that is due",
            (false, true) => "RELEASED: what is due happens",
            (true, false) => "NOTHING TO DO: it is held already, and nothing happens that is due",
            (false, false) => "NOTHING TO DO: it is not held, and what is due happens",
        };
        Ok(format!("{done}, on all servers of {}", database.shown()))
    }
}
