//! Turns for what is done for one refund, or for one caller, one after the other.

use tokio::sync::{Mutex, MutexGuard};

/// How many turns there are. Names share them, so that few wait for another's.
const TURNS: usize = 64;

/// Turns by name.
pub(crate) struct OneAtATime([Mutex<()>; TURNS]);

impl Default for OneAtATime {
    fn default() -> Self {
        Self([(); TURNS].map(Mutex::new))
    }
}

impl OneAtATime {
    /// The turn of that name, until what is given is dropped.
    pub(crate) async fn turn(&self, name: &str) -> MutexGuard<'_, ()> {
        let sum = name.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let [first, ..] = &self.0;
        self.0.get(sum % TURNS).unwrap_or(first).lock().await
    }
}
