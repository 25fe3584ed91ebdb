//! What somebody shows beside their password, as far as it is stored.

use serde::{Deserialize, Serialize};

use crate::Secret;

/// A second factor: codes that change with time (RFC 6238). The secret that they are made from is not stored; a server
/// makes it of a secret of its own, the person's id and the number here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// A random number, which no second factor of theirs had before.
    pub nonce: [u8; 16],
    /// The step of time whose code was used last: it opens nothing any more, and neither does any before it.
    pub last_step: u64,
    /// The SHA-256 of each recovery code that was not used yet.
    pub recovery: Vec<Secret>,
}

/// What somebody showed, and a server found to be theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The code of that step of time.
    Step(u64),
    /// The recovery code that has this hash.
    Recovery(Secret),
}

impl SecondFactor {
    /// What it is once that was shown; nothing where that was used before.
    #[must_use]
    pub fn used(&self, shown: Shown) -> Option<Self> {
        match shown {
            Shown::Step(step) => (self.last_step < step).then(|| Self { last_step: step, ..self.clone() }),
            Shown::Recovery(hash) => {
                let recovery: Vec<_> = self.recovery.iter().copied().filter(|code| *code != hash).collect();
                (recovery.len() < self.recovery.len()).then(|| Self { recovery, ..self.clone() })
            }
        }
    }
}
