//! Under which keys answers are remembered, and what of them.

use refund_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::record::Entry;
use crate::stage::Stage;
use crate::{Outcome, Refused, StoreError, View};

/// A caller and the key that they chose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// The id of the API key that the caller used.
    pub caller: String,
    /// What they chose: 1 to 64 visible ASCII characters.
    pub key: String,
}

impl IdempotencyKey {
    /// The key of one item of a call that has many.
    #[must_use]
    pub fn of_item(&self, index: usize) -> Self {
        // No caller's own key has a space.
        Self { caller: self.caller.clone(), key: format!("{} {index}", self.key) }
    }

    /// The key of the whole call, where this is an item's.
    pub(crate) fn of_whole_call(&self) -> Option<Self> {
        let (key, _) = self.key.split_once(' ')?;
        Some(Self { caller: self.caller.clone(), key: key.to_owned() })
    }
}

/// The SHA-256 of method, path and body: whether a second request with the same key is the same.
pub type Fingerprint = [u8; 32];

/// How long an answer is remembered: 31 days.
pub(crate) const REMEMBERED_FOR_MILLIS: i64 = 31 * 86_400_000;

/// What is remembered of a request that was carried out: enough to give its answer again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Of which request.
    pub fingerprint: Fingerprint,
    /// When it was answered.
    pub at: Timestamp,
    /// What the answer was.
    pub outcome: Outcome,
}

/// What is remembered under that key and young enough to be given again.
pub(crate) fn remembered(
    view: &dyn View,
    key: &IdempotencyKey,
    now: Timestamp,
) -> Result<Option<Remembered>, StoreError> {
    let age = |remembered: &Remembered| now.as_millis().saturating_sub(remembered.at.as_millis());
    Ok(view.remembered(key)?.filter(|remembered| age(remembered) <= REMEMBERED_FOR_MILLIS))
}

/// What is remembered of the same request.
///
/// # Errors
/// [`Refused::KeyReused`] where the key, or that of the whole call, was used for another.
pub(crate) fn of_the_same(
    view: &dyn View,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
    now: Timestamp,
) -> Result<Option<Remembered>, Refused> {
    let before = remembered(view, key, now)?;
    let whole = || key.of_whole_call().map_or(Ok(None), |whole| remembered(view, &whole, now));
    let known = if before.is_some() { before.clone() } else { whole()? };
    if known.is_some_and(|known| known.fingerprint != fingerprint) { Err(Refused::KeyReused) } else { Ok(before) }
}

/// Stages what is to be remembered of a request. The first item that is carried out takes the key of
/// the whole call too, so that no other call gets it.
pub(crate) fn remember(
    stage: &mut Stage<'_>,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
    outcome: Outcome,
) -> Result<(), StoreError> {
    let at = stage.now;
    if let Some(key) = key.of_whole_call()
        && remembered(&stage.view(), &key, at)?.is_none()
    {
        stage.push(Entry::Answer { key, remembered: Remembered { fingerprint, at, outcome: Outcome::Settings } })?;
    }
    stage.push(Entry::Answer { key: key.clone(), remembered: Remembered { fingerprint, at, outcome } })
}
