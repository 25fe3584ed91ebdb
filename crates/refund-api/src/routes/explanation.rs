//! Why a refund stands where it stands, and what comes of it.

use axum::Json;
use refund_core::explain;
use refund_store::prospect;

use super::events::Part;
use crate::app::Settled;
use crate::call::Call;
use crate::error::Problem;
use crate::wire::{ExplanationOut, HappenedOut, RefundOut, prospect_out};

pub(super) async fn show(call: Call) -> Result<Json<ExplanationOut>, Problem> {
    let refund_id = call.refund_id()?;
    let (app, caller) = (&call.app, &call.caller);
    app.known(caller, &refund_id)?;
    let part = Part::asked(&call, &refund_id, "explanation")?;
    let Settled { seen, now, is_held } = app.settled_now(caller, &refund_id).await?;
    let (refund, actors) = (seen.refund.clone(), caller.knows_actions_of(&seen.refund));
    let read = move |store: &dyn refund_store::Store| {
        let mut history = store.history(&refund_id)?;
        // What has happened since the refund was looked at is no part of its explanation.
        history.retain(|(_, event)| event.sequence <= refund.sequence);
        Ok((history, prospect(store, &refund, actors, now)?))
    };
    let (history, prospect) = app.reading(read).await?;
    let explained = explain(history.iter().map(|(_, event)| event));
    let mut so_far: Vec<_> = history.iter().map(|(position, _)| *position).zip(&explained).collect();
    let next_cursor = part.take(&call, &mut so_far, |(_, explained)| explained.event.sequence);
    let (if_nobody_acts, actions) = prospect_out(&prospect, caller.role(), is_held);
    Ok(Json(ExplanationOut {
        refund: RefundOut::new(seen),
        so_far: so_far.into_iter().map(|(position, explained)| HappenedOut::new(position, explained)).collect(),
        next_cursor,
        if_nobody_acts,
        actions,
    }))
}
