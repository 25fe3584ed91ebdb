//! Making a database a store, as a command: `refund-api migrate`. Servers never do it by themselves.

use std::path::PathBuf;

use clap::Args;
use refund_store::{Migrated, migrate};
use tokio::runtime::Builder;

use super::Outcome;
use crate::server::{StartError, address};

/// What is brought to which layout.
#[derive(Debug, Clone, Args)]
pub struct Migration {
    /// The database: an empty one, or one that servers used before.
    #[arg(long, value_name = "URL")]
    store: String,
    /// The file with the password of the database's user.
    #[arg(long, value_name = "FILE")]
    store_password_file: Option<PathBuf>,
    /// Say what there is to be done, and do nothing.
    #[arg(long)]
    plan: bool,
}

impl Migration {
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
        let database = address(&self.store, self.store_password_file.as_deref())?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StartError::SetUp(error.to_string()))?;
        let migrated = runtime.block_on(migrate(&database, self.plan))?;
        Ok(self.in_words(migrated, &database.shown()))
    }

    fn in_words(&self, Migrated { from, to }: Migrated, database: &str) -> String {
        let before = if from == 0 { "empty".to_owned() } else { format!("of layout {from}") };
        match (from == to, self.plan) {
            (true, _) => format!("NOTHING TO DO: {database} has layout {to}"),
            (false, true) => format!("TO DO: {database}, which is {before}, gets layout {to}"),
            (false, false) => format!("MIGRATED: {database}, which was {before}, has layout {to}"),
        }
    }
}
