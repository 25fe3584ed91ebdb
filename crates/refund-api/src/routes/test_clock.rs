//! The test clock: there only where the server was started with one.

use axum::Json;
use axum::response::{IntoResponse, Response};
use refund_core::Role;
use refund_store::{Advance, Answer, Answered, Request, Work};

use super::refunds::{marked, unexpected};
use crate::call::Call;
use crate::problem::Problem;
use crate::wire::code::ApiCode;
use crate::wire::{AdvanceIn, ClockOut};

/// Shows where the test clock stands.
#[utoipa::path(
    get, path = "/v1/test-clock", tag = "test clock", operation_id = "get_test_clock",
    responses((status = OK, body = ClockOut)), security(("key" = ["operator"])),
)]
pub(super) async fn show(call: Call) -> Result<Json<ClockOut>, Problem> {
    call.caller.only(&[Role::Operator])?;
    Ok(Json(ClockOut { now: call.app.engine.store().now() }))
}

/// Moves the test clock on, by seconds or to an instant.
///
/// Answers once all that came due on the way has happened, each at its instant.
#[utoipa::path(
    post, path = "/v1/test-clock/advance", tag = "test clock", operation_id = "advance_test_clock",
    request_body = AdvanceIn, responses((status = OK, body = ClockOut)), security(("key" = ["operator"])),
)]
pub(super) async fn advance(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    let work = || {
        let body: AdvanceIn = call.body()?;
        let advance = match (body.seconds, body.to) {
            (Some(seconds), None) => Advance::Seconds(seconds),
            (None, Some(to)) => Advance::To(to),
            (None, None) | (Some(_), Some(_)) => {
                return Err(Problem::at(ApiCode::MalformedBody, "", "either seconds or to, and not both"));
            }
        };
        Ok(Request::by_system(Work::AdvanceTestClock { advance }))
    };
    match call.once(work).await? {
        Answered { answer: Answer::Clock(now), replayed, .. } => {
            Ok(marked(Json(ClockOut { now }).into_response(), replayed))
        }
        _ => Err(unexpected()),
    }
}
