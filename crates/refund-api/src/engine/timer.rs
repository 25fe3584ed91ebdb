//! Deadlines settle by themselves (R3).

use std::sync::Arc;
use std::time::Duration;

use refund_core::{Refusal, Timestamp};
use refund_store::{Refused, Request, Store, Work};

use super::Engine;
use crate::machine::entropy;

/// The longest wait. No deadline is set less than a minute ahead, so none is missed by it; but the
/// machine's clock may be set meanwhile, and a reminder may come sooner.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// The shortest wait. Where the machine's clock went back, the engine's time stands still until that
/// has caught up (R35), and what is due next may be just ahead all the while.
const WAIT_MIN: Duration = Duration::from_millis(10);
/// How long to wait before what failed is tried again.
pub(crate) const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// By how much those are spread who share a store, in milliseconds: whoever comes late finds that all is settled.
const SPREAD: u64 = 50;

/// Lets happen what is due, when it is due, until the server stops.
pub(crate) async fn run(engine: Arc<Engine>) {
    let mut stopping = engine.stopping();
    while !*stopping.borrow_and_update() {
        let wait = match settle(engine.store()).await {
            Ok(next) => until(next, engine.store().now()),
            Err(error) => {
                tracing::error!(error, "what is due could not be settled; trying again");
                WAIT_AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait.saturating_add(spread(engine.store()))) => {}
            _ = stopping.changed() => {}
        }
    }
}

/// Settles what is due by now; the next instant at which anything is.
pub(crate) async fn settle(store: &dyn Store) -> Result<Option<Timestamp>, String> {
    let next_due = async || store.next_due().await.map_err(|error| error.to_string());
    let now = store.now();
    let next = next_due().await?;
    if next.is_none_or(|at| at > now) {
        return Ok(next);
    }
    loop {
        match store.submit(Request::by_system(Work::SettleDue)).await {
            // One step settles so much and no more, so that others get their turn between.
            Err(Refused::MoreIsDue { .. }) => {}
            Ok(_) => break,
            // An operator is at work (R36).
            Err(Refused::Rule { refusal: Refusal::SettlingHeld, .. }) => return Ok(None),
            Err(refused) => return Err(format!("{refused:?}")),
        }
    }
    match next_due().await? {
        Some(at) if at <= now => Err(format!("something stays due at {at}")),
        next => Ok(next),
    }
}

fn spread(store: &dyn Store) -> Duration {
    let chance = || u64::from(u16::from_le_bytes(entropy::bytes())) % SPREAD;
    Duration::from_millis(if store.is_shared() { chance() } else { 0 })
}

/// How long to wait for an instant, or at the most.
pub(crate) fn until(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let millis = next.map_or(i64::MAX, |at| at.as_millis().saturating_sub(now.as_millis()));
    Duration::from_millis(u64::try_from(millis).unwrap_or(0)).clamp(WAIT_MIN, WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use refund_core::StatusKind;

    use super::*;
    use crate::trial::{self, Machine, id};

    const SECONDS_36_HOURS: u64 = 36 * 3600;

    /// A server's timer, with one refund in its store.
    async fn with_one_refund(machine: &Machine) -> (Arc<Engine>, tokio::task::JoinHandle<()>) {
        let engine = trial::with_one_refund(machine).await.engine.clone();
        let timer = tokio::spawn(run(engine.clone()));
        (engine, timer)
    }

    async fn status(engine: &Engine) -> StatusKind {
        engine.store().refund(&id("rfd_1")).await.unwrap().unwrap().refund.status.kind()
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_settles_by_itself_at_its_instant() {
        let (engine, timer) = with_one_refund(&Machine::start()).await;
        tokio::time::sleep(Duration::from_secs(SECONDS_36_HOURS - 1)).await;
        assert_eq!(status(&engine).await, StatusKind::WaitSellerAgree);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(status(&engine).await, StatusKind::Success);
        engine.stop();
        timer.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_put_forward_is_noticed_at_the_next_look() {
        let machine = Machine::start();
        let (engine, timer) = with_one_refund(&machine).await;
        machine.put_forward(24);
        tokio::time::sleep(WAIT_MAX).await;
        assert_eq!(status(&engine).await, StatusKind::WaitSellerAgree);
        machine.put_forward(12);
        tokio::time::sleep(WAIT_MAX).await;
        assert_eq!(status(&engine).await, StatusKind::Success);
        engine.stop();
        timer.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn while_a_clock_that_went_back_catches_up_the_timer_looks_now_and_then() {
        let machine = Machine::start();
        let (engine, timer) = with_one_refund(&machine).await;
        let opened_at = engine.store().now();
        machine.put_forward(-1);
        let looked_at = machine.looked_at.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(3599)).await;
        assert_eq!(engine.store().now(), opened_at, "time stands still");
        let looked_at = machine.looked_at.load(Ordering::SeqCst) - looked_at;
        assert!(looked_at < 3000, "{looked_at} looks in an hour");
        tokio::time::sleep(Duration::from_secs(SECONDS_36_HOURS)).await;
        assert_eq!(status(&engine).await, StatusKind::WaitSellerAgree);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(status(&engine).await, StatusKind::Success, "36 hours after time went on");
        engine.stop();
        timer.await.unwrap();
    }

    #[test]
    fn what_is_due_in_no_time_at_all_is_not_waited_for_by_spinning() {
        let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let next = Timestamp::from_millis(now.as_millis() + 1).unwrap();
        assert_eq!(until(Some(next), now), WAIT_MIN);
        assert_eq!(until(None, now), WAIT_MAX);
    }
}
