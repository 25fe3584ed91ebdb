//! The demo's clock. Whoever is signed in there or has a buyer's page open may move it; a page of another site may not,
//! nor may somebody who only reaches the port.

use axum::response::Response;
use refund_core::Timestamp;
use refund_store::{Advance, Request, Work};

use super::leading::go_to;
use super::preferences;
use super::visit::Visit;
use crate::problem::Problem;

const HOUR: u32 = 3_600;

/// Moves the clock as a button of the bar says.
pub(super) async fn advance(visit: Visit) -> Result<Response, Problem> {
    if !visit.app.test_clock {
        return Err(Problem::not_found());
    }
    may_move(&visit).await?;
    let advance = match visit.form.get("by") {
        "hour" => Advance::Seconds(HOUR),
        "36h" => Advance::Seconds(HOUR.saturating_mul(36)),
        "next" => match next(&visit).await? {
            Some(at) => Advance::To(at),
            None => Advance::Seconds(HOUR),
        },
        _ => return Err(Problem::not_found()),
    };
    visit.change(Request::by_system(Work::AdvanceTestClock { advance })).await?;
    Ok(go_to(preferences::back(&visit)))
}

/// Whether it may be moved: by whoever is signed in, from a page of their own, or by whoever has a buyer's link.
async fn may_move(visit: &Visit) -> Result<(), Problem> {
    match preferences::link(visit) {
        Some(token) => visit.app.recognise(token).await.map(drop),
        None => visit.person().map(drop),
    }
}

/// When something is due next.
async fn next(visit: &Visit) -> Result<Option<Timestamp>, Problem> {
    Ok(visit.app.engine.store().next_due().await?)
}
