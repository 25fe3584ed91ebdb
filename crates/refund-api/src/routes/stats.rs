//! What came of the offers, in numbers.

use axum::Json;
use chrono::NaiveDate;
use refund_core::{Role, SellerId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::call::Call;
use crate::callers::Caller;
use crate::problem::Problem;
use crate::stats::{AskedDays, DAYS_MAX, counted};
use crate::wire::code::ApiCode;
use crate::wire::{Date, StatsOut};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct StatsParams {
    /// Of one seller; of all where nothing is said. A seller gets its own.
    #[param(value_type = Option<SellerId>)]
    seller_id: Option<SellerId>,
    /// The first day, in UTC; the 30th up to `to` where nothing is said.
    #[param(inline, value_type = Option<Date>)]
    from: Option<String>,
    /// The last day; today where nothing is said. 366 days at the most.
    #[param(inline, value_type = Option<Date>)]
    to: Option<String>,
}

/// Counts what came of offers, day by day in UTC, of one seller or of all.
///
/// Each event counts on the day on which it happened: an offer of Monday that is accepted on Tuesday is made on Monday
/// and accepted on Tuesday. Everything that was recorded before the call is in the numbers; where that is still being
/// counted, shortly after a start, the answer is 503 `not_counted`.
#[utoipa::path(
    get, path = "/v1/stats", tag = "statistics", operation_id = "get_stats",
    params(StatsParams),
    responses((status = OK, body = StatsOut), (status = NOT_FOUND)), security(("key" = ["operator", "seller"])),
)]
pub(super) async fn show(call: Call) -> Result<Json<StatsOut>, Problem> {
    call.caller.only(&[Role::Operator, Role::Seller])?;
    let StatsParams { seller_id, from, to } = call.query()?;
    let seller_id = match (&call.caller, seller_id) {
        (Caller::Seller { seller_id: own, .. }, asked) if asked.as_ref().is_some_and(|asked| asked != own) => {
            return Err(Problem::not_found());
        }
        (Caller::Seller { seller_id: own, .. }, _) => Some(own.clone()),
        (Caller::Operator { .. } | Caller::Platform { .. } | Caller::Buyer { .. }, asked) => asked,
    };
    let app = &call.app;
    let days = AskedDays::new(day("from", from)?, day("to", to)?, app.engine.store().now());
    if !days.can_be_asked() {
        let detail = format!("from {} to {}: 1 to {DAYS_MAX} days, the first one first", days.from, days.to);
        return Err(Problem::new(ApiCode::MalformedQuery, detail));
    }
    let counted = counted(&app.engine, &app.stats, seller_id.as_ref(), days).await?;
    Ok(Json(StatsOut::new(seller_id, days, &counted)))
}

fn day(name: &str, text: Option<String>) -> Result<Option<NaiveDate>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let no_day = |()| Problem::new(ApiCode::MalformedQuery, format!("{name}: a day such as 2026-03-01"));
    text.parse().map(|Date(day)| Some(day)).map_err(no_day)
}
