//! Care for a store in a database.

mod backup;
mod rebuild;
mod replaying;
mod stats;
mod verify;

pub use self::backup::back_up_database;
pub use self::rebuild::{RebuiltDatabase, rebuild_database};
pub use self::stats::{DatabaseStats, stats_of_database};
pub use self::verify::{TablesFound, VerifiedDatabase, verify_database};
