//! Care for a store in a database.

mod rebuild;
mod replaying;
mod verify;

pub use self::rebuild::{RebuiltDatabase, rebuild_database};
pub use self::verify::{TablesFound, VerifiedDatabase, verify_database};
