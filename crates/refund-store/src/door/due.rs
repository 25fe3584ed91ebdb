//! What is due happens, at the instant at which it is due.

use std::collections::BTreeSet;

use refund_core::{Event, Refund, RefundId, Timestamp, settle};

use super::stage::{Done, Halt, Stage};
use super::work::{Advance, SETTLED_AT_ONCE};
use crate::model::around::Basis;
use crate::record::Entry;
use crate::{Answer, Outcome, Refused, StoreError};

/// What the rules have to know beside a refund.
pub(super) fn basis(stage: &Stage<'_>, refund: &Refund) -> Result<Basis, Halt> {
    let ledger = stage.ledger(&refund.line_key())?;
    let refundable = ledger.map_or(refund.line.paid, |ledger| ledger.refundable());
    Ok(Basis::new(stage.settings(), refund, refundable, stage.is_held(refund))?)
}

/// What is due on a refund by now.
pub(super) fn due_events(stage: &Stage<'_>, refund: &Refund) -> Result<Vec<Event>, Halt> {
    let basis = basis(stage, refund)?;
    Ok(settle(refund, &basis.grounds(refund, stage.now), stage.now))
}

/// Nothing is due any more; else what one step can settle has been.
pub(super) fn all_settled(stage: &mut Stage<'_>) -> Result<(), Halt> {
    stage.may_settle()?;
    let by = stage.now;
    if settle_due(stage, by)? { Err(Refused::MoreIsDue { by }.into()) } else { Ok(()) }
}

/// Lets happen what is due by `until` on any refund, in the order of the instants over all of
/// them, with the time moving along where it isn't there yet. Whether more instants were due than
/// are let happen at once.
///
/// A refund of which what is written makes no sense is passed over and logged: it must not stop the
/// time of all others. One that could not be read now stops this step, and is tried again.
fn settle_due(stage: &mut Stage<'_>, until: Timestamp) -> Result<bool, Halt> {
    let mut passed_over = BTreeSet::new();
    loop {
        let first = stage.due(until, passed_over.len().saturating_add(SETTLED_AT_ONCE))?;
        // Those of one instant come in any order, and in another one where more are asked for.
        let due: BTreeSet<_> = first.into_iter().filter(|due| !passed_over.contains(due)).collect();
        passed_over.extend(due.iter().cloned());
        match settle_some(stage, due, until)? {
            Settled::All => return Ok(false),
            Settled::Some => return Ok(true),
            // What stands behind those that are passed over must not wait for them.
            Settled::Nothing => {}
        }
    }
}

/// What was done of what is due.
enum Settled {
    All,
    Some,
    Nothing,
}

/// Settles so many of these as are settled at once, with what becomes due on the same refunds.
fn settle_some(
    stage: &mut Stage<'_>,
    mut due: BTreeSet<(Timestamp, RefundId)>,
    until: Timestamp,
) -> Result<Settled, Halt> {
    // Settling one refund makes no other due: what was read once stays in order, with what
    // comes next on the same refund put among it.
    let mut settled = Settled::Nothing;
    for _ in 0..SETTLED_AT_ONCE {
        let Some((at, id)) = due.pop_first() else { return Ok(Settled::All) };
        stage.now = at.max(stage.now);
        let events = match due_at(stage, at, &id) {
            Ok(events) if !events.is_empty() => events,
            Ok(_) => {
                tracing::error!(refund = %id, %at, "is due and nothing comes of it; passed over");
                continue;
            }
            Err(Halt::Refused(Refused::Store(error))) => {
                tracing::error!(refund = %id, %at, %error, "is due and can't be settled; passed over");
                continue;
            }
            Err(halt) => return Err(halt),
        };
        for event in events {
            stage.push(Entry::Refund(event))?;
        }
        settled = Settled::Some;
        let next = stage.found(&id)?.and_then(|refund| refund.next_due());
        due.extend(next.filter(|next| *next <= until).map(|next| (next, id)));
    }
    Ok(settled)
}

/// What is due on one refund at one instant. What is due on it later waits until that is the earliest.
fn due_at(stage: &Stage<'_>, at: Timestamp, id: &RefundId) -> Result<Vec<Event>, Halt> {
    let missing = || StoreError::Unreadable(format!("something is due on refund {id}, which is not there"));
    let refund = stage.found(id)?.ok_or_else(missing)?;
    let events = due_events(stage, refund)?;
    Ok(events.into_iter().take_while(|event| event.at == at).collect())
}

/// Moves the test clock from one due instant to the next, so that each thing happens on time.
pub(super) fn advance_clock(stage: &mut Stage<'_>, advance: Advance) -> Done {
    stage.may_settle()?;
    if !stage.has_test_clock {
        return Err(Refused::NoTestClock.into());
    }
    let to = match advance {
        Advance::To(to) => to,
        Advance::Seconds(seconds) => {
            let millis = stage.now.as_millis().saturating_add(i64::from(seconds).saturating_mul(1000));
            Timestamp::from_millis(millis).unwrap_or(Timestamp::MAX)
        }
    };
    if to < stage.now {
        return Err(Refused::ClockGoesBack { now: stage.now }.into());
    }
    if settle_due(stage, to)? {
        return Err(Refused::MoreIsDue { by: to }.into());
    }
    stage.now = to;
    // An instant is recorded even where nothing was due: the test clock is the latest one.
    stage.changed.latest = Some(to);
    Ok((Answer::Clock(to), Outcome::Clock { now: to }))
}
