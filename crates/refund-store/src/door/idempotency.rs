//! Whether a request was answered before, and what is remembered of its answer.

use std::sync::Arc;

use super::stage::{Halt, Stage};
use crate::model::remembered::is_over;
use crate::model::restoration::evolve_in;
use crate::record::Entry;
use crate::{Answer, Fingerprint, IdempotencyKey, Outcome, Refused, Remembered, Seen, StoreError};

/// What is remembered under that key and young enough to be given again.
fn remembered<'s>(stage: &'s Stage<'_>, key: &IdempotencyKey) -> Result<Option<&'s Remembered>, Halt> {
    Ok(stage.answer(key)?.filter(|remembered| !is_over(remembered.at, stage.now)))
}

/// What is remembered of the same request.
/// Fails with [`Refused::KeyReused`] where the key, or that of the whole call, was used for another.
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
/// Fails with [`Refused::KeyReused`] where the key was used for another request, also that of a call with many items.
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
                Some(refund) => Arc::clone(refund),
                None => {
                    let mut events = stage.history(refund_id)?.iter().take_while(|event| event.sequence <= *sequence);
                    let opened = events.next().and_then(refund_core::opened).ok_or_else(|| lost("a refund"))?;
                    let restorations = &stage.settings().restorations;
                    Arc::new(events.fold(opened, |refund, event| evolve_in(restorations, refund, event)))
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
