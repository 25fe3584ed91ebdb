//! A database that was taken back to an earlier moment, as after a recovery to a point in time.

use refund_core::Timestamp;

use super::CareError;
use super::restore::tell;
use crate::postgres::Database;
use crate::{Clock, Entropy, PostgresAddress, PostgresStore, Store, Surroundings};

/// Records that a database was taken back, so that nothing that was lost is taken for what comes in its place: the feed's
/// positions begin another epoch, and each refund's first change leaps to a version that was never given: see
/// [`Restoration`](crate::Restoration). No server may run.
///
/// # Errors
/// [`CareError`]. Said once more, it is recorded once more, which does no harm.
pub fn tell_of_recovery(address: &PostgresAddress, now: Timestamp, entropy: Entropy) -> Result<(), CareError> {
    let mut random = [0; 8];
    entropy(&mut random);
    let (epoch, versions) = (random.first_chunk().copied(), random.last_chunk().copied());
    let database = Database::open(address)?;
    database.must_be_at_rest()?;
    let way = database.begin_another_history(u32::from_le_bytes(epoch.unwrap_or_default()))?;
    let clock = if way.test_clock { Clock::Test } else { Clock::Shared(std::sync::Arc::new(move || now)) };
    let surroundings = Surroundings { clock, entropy, hold_settling: way.held };
    let store = PostgresStore::open(address, None, surroundings)?;
    tell(&store, now, versions.unwrap_or_default())
        .map_err(|error| CareError::Database(crate::PostgresError::Refused { why: error.to_string() }))?;
    Ok(store.close().map_err(crate::PostgresError::from)?)
}
