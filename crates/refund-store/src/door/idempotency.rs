//! Under which keys answers are remembered, and what of them.

use refund_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::case::Need;
use super::stage::{Halt, Stage};
use crate::model::restoration::evolve_in;
use crate::record::Entry;
use crate::{Answer, Outcome, Refused, Seen, StoreError};

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

    /// What has to be known to say whether a request was answered before.
    pub(crate) fn needs(&self) -> Vec<Need> {
        [Some(self.clone()), self.of_whole_call()].into_iter().flatten().map(Need::Answer).collect()
    }
}

/// The SHA-256 of method, path and body: whether a second request with the same key is the same.
pub type Fingerprint = [u8; 32];

/// How long an answer is remembered: 31 days.
pub(crate) const REMEMBERED_FOR_MILLIS: i64 = 31 * 86_400_000;

/// Whether an answer of that instant is given no more.
pub(crate) fn is_over(at: Timestamp, now: Timestamp) -> bool {
    now.as_millis().saturating_sub(at.as_millis()) > REMEMBERED_FOR_MILLIS
}

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
fn remembered<'s>(stage: &'s Stage<'_>, key: &IdempotencyKey) -> Result<Option<&'s Remembered>, Halt> {
    Ok(stage.answer(key)?.filter(|remembered| !is_over(remembered.at, stage.now)))
}

/// What is remembered of the same request.
///
/// # Errors
/// [`Refused::KeyReused`] where the key, or that of the whole call, was used for another.
fn of_the_same<'s>(
    stage: &'s Stage<'_>,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
) -> Result<Option<&'s Remembered>, Halt> {
    let before = remembered(stage, key)?;
    let known = match (before, key.of_whole_call()) {
        (None, Some(whole)) => remembered(stage, &whole)?,
        (before, _) => before,
    };
    if known.is_some_and(|known| known.fingerprint != fingerprint) {
        return Err(Refused::KeyReused.into());
    }
    Ok(before)
}

/// The answer that was given before to the same request under the same key, if it was.
///
/// # Errors
/// [`Refused::KeyReused`] where the key was used for another request, also that of a call with many items.
pub(crate) fn answered(
    stage: &Stage<'_>,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
) -> Result<Option<Answer>, Halt> {
    let Some(remembered) = of_the_same(stage, key, fingerprint)? else { return Ok(None) };
    let lost = |what: &str| StoreError::Unreadable(format!("an answer is remembered of {what} that is not there"));
    Ok(Some(match &remembered.outcome {
        Outcome::Settings => Answer::Done,
        Outcome::Seller { seller, created } => Answer::Seller { seller: seller.clone(), created: *created },
        Outcome::Clock { now } => Answer::Clock(*now),
        Outcome::Webhook { webhook } => Answer::Webhook(webhook.clone()),
        Outcome::Key { key_id } => {
            let key = stage.settings().key(key_id).ok_or_else(|| lost("a key"))?;
            Answer::Key(Box::new((**key).clone()))
        }
        Outcome::Message { refund_id, sequence } => {
            let event = stage.history(refund_id)?.iter().find(|event| event.sequence == *sequence);
            Answer::Message(Box::new(event.ok_or_else(|| lost("a message"))?.clone()))
        }
        Outcome::Refund { refund_id, sequence, actions, created } => {
            // Mostly it is asked again at once, and nothing has happened since.
            let now = stage.found(refund_id)?.filter(|refund| refund.sequence == *sequence);
            let refund = match now {
                Some(refund) => (**refund).clone(),
                None => {
                    let mut events = stage.history(refund_id)?.iter().take_while(|event| event.sequence <= *sequence);
                    let opened = events.next().and_then(refund_core::opened).ok_or_else(|| lost("a refund"))?;
                    let restorations = &stage.settings().restorations;
                    events.fold(opened, |refund, event| evolve_in(restorations, refund, event))
                }
            };
            Answer::Refund { seen: Box::new(Seen { refund, actions: actions.clone() }), created: *created }
        }
    }))
}

/// Puts down what is to be remembered of a request. The first item that is carried out takes the key of
/// the whole call too, so that no other call gets it.
pub(crate) fn remember(
    stage: &mut Stage<'_>,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
    outcome: Outcome,
) -> Result<(), Halt> {
    let at = stage.now;
    if let Some(key) = key.of_whole_call()
        && remembered(stage, &key)?.is_none()
    {
        stage.push(Entry::Answer { key, remembered: Remembered { fingerprint, at, outcome: Outcome::Settings } })?;
    }
    stage.push(Entry::Answer { key: key.clone(), remembered: Remembered { fingerprint, at, outcome } })
}
