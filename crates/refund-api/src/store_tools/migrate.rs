//! Making a database a store, as a command: `refund-api migrate`. Servers never do it by themselves.

use std::path::PathBuf;

use clap::Args;
use refund_store::{Level, Migrated, PostgresAddress, migrate};

use super::Outcome;
use super::in_database::carry_out;

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
        let act = async |database: &PostgresAddress| migrate(database, self.plan).await;
        carry_out(&self.store, self.store_password_file.as_deref(), act, |migrated, shown| {
            self.in_words(migrated, shown)
        })
    }

    fn in_words(&self, Migrated { from, to }: Migrated, database: &str) -> String {
        let has = |level: Level| format!("layout {} and format {}", level.layout, level.format);
        let before = if from.layout == 0 { "empty".to_owned() } else { format!("of {}", has(from)) };
        match (from == to, self.plan) {
            (true, _) => format!("NOTHING TO DO: {database} has {}", has(to)),
            (false, true) => format!("TO DO: {database}, which is {before}, gets {}", has(to)),
            (false, false) => format!("MIGRATED: {database}, which was {before}, has {}", has(to)),
        }
    }
}
