//! Why a refund stands where it stands, and what comes of it.

use axum::Json;
use refund_core::{Explained, explain};
use refund_store::EventPosition;

use super::events::{HistoryParams, HistoryPart};
use crate::call::Call;
use crate::feed::told;
use crate::problem::Problem;
use crate::wire::{ExplanationOut, HappenedOut, RefundOut, prospect_out};

/// Explains a refund: which rules led here, what happens if nobody acts, and what each side can do.
#[utoipa::path(
    get, path = "/v1/refunds/{id}/explanation", tag = "refunds", operation_id = "explain_refund",
    params(HistoryParams),
    responses((status = OK, body = ExplanationOut), (status = GONE)),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn show(call: Call) -> Result<Json<ExplanationOut>, Problem> {
    let refund_id = call.id()?;
    let (app, caller) = (&call.app, &call.caller);
    app.known(caller, &refund_id).await?;
    let part = HistoryPart::asked(&call, &refund_id, "explanation").await?;
    let settled = app.settled_now(caller, &refund_id).await?;
    let refund = &settled.around.refund;
    // Messages led to nothing.
    let needed = part.needed_from_start();
    let history = told(app.engine.store(), &refund_id, 0, needed, |event| event.fact.message().is_none()).await?;
    let (positions, history): (Vec<_>, Vec<_>) = history.into_iter().unzip();
    // What has happened since the refund was looked at is no part of its explanation.
    let history = history.into_iter().take_while(|event| event.sequence <= refund.sequence);
    let explained = positions.into_iter().zip(explain(history));
    let (so_far, next_cursor) = part.take(&call, explained, |(position, explained)| (*position, &explained.event));
    let prospect = settled.around.prospect(caller.knows_actions_of(refund), settled.now);
    let (role, whose) = (caller.role(), refund.whose());
    let named = |(position, explained): &(EventPosition, Explained)| {
        let id = app.event_ids.of(caller, *position, &explained.event);
        Some(HappenedOut::new(id, explained.event.disclosed_to(role)?, &whose, explained))
    };
    let (if_nobody_acts, actions) = prospect_out(&prospect, role, &whose);
    Ok(Json(ExplanationOut {
        refund: RefundOut::new(settled.seen(caller), caller.role()),
        so_far: so_far.iter().filter_map(named).collect(),
        next_cursor,
        if_nobody_acts,
        actions,
    }))
}
