//! Deadlines settle by themselves (R3).

use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{Request, Work};
use tokio::sync::watch;

use crate::app::App;

/// The longest wait: the machine's clock may be set while nothing seems due.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// How long to wait after the store could not settle.
const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Lets happen what is due, when it is due, until `stopping` says so.
pub(crate) async fn run(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    while !*stopping.borrow_and_update() {
        let wait = match settle(&app).await {
            Ok(next) => until(next, app.store().now()),
            Err(error) => {
                tracing::error!(error, "what is due could not be settled; trying again");
                WAIT_AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.changed.notified() => {}
            _ = stopping.changed() => {}
        }
    }
}

/// Settles what is due by now; the next instant at which anything is.
async fn settle(app: &App) -> Result<Option<Timestamp>, String> {
    loop {
        let next = app.store().next_due().map_err(|error| error.to_string())?;
        let Some(at) = next.filter(|at| *at <= app.store().now()) else { return Ok(next) };
        tracing::debug!(%at, "settling");
        // Straight to the store: what the timer itself changes must not wake it again.
        app.store().submit(Request::new(Work::SettleDue)).await.map_err(|refused| format!("{refused:?}"))?;
    }
}

fn until(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let millis = next.map_or(i64::MAX, |at| at.as_millis().saturating_sub(now.as_millis()));
    Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(WAIT_MAX)
}
