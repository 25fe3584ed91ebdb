//! Erasure: what is known of people is taken out of a refund for good (R46).

use axum::http::StatusCode;
use axum::response::Response;
use refund_core::Role;
use refund_store::{Answer, Answered, Request, Work};

use super::refunds::{answer, unexpected};
use crate::app::to_the_end;
use crate::call::Call;
use crate::problem::Problem;
use crate::wire::{ErasureIn, RefundOut};

/// Erases what is known of people on a refund, for good: the buyer's contact, what anybody wrote, files, the addresses
/// that goods were to go back to, and which of the seller's people acted.
///
/// Where a text was `[erased]` stands from then on, in the refund and in every event before; amounts and instants stay,
/// and `erased` says what is gone, since when and by whom. A refund has to be over for it, unless the law asks; an address
/// is erased only then, and left for later where `what` names nothing. Asked again, what came since is erased too; where
/// nothing did, nothing happens.
#[utoipa::path(
    post, path = "/v1/erasures", tag = "erasure", operation_id = "erase_data",
    request_body = ErasureIn,
    responses((status = OK, body = RefundOut), (status = NOT_FOUND), (status = CONFLICT)),
    security(("key" = ["operator"])),
)]
pub(super) async fn erase(call: Call) -> Result<Response, Problem> {
    to_the_end(erased(call)).await?
}

async fn erased(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    let work = || {
        let body: ErasureIn = call.body()?;
        let (actor, refund_id) = (call.caller.itself(), body.refund_id.clone());
        let viewers = vec![actor.clone()];
        let work = Work::Erase { refund_id, erasing: body.read()? };
        Ok(Request { viewers, ..Request::new(actor, work) })
    };
    let Answered { answer: Answer::Refund { seen, .. }, replayed, .. } = call.once(work).await? else {
        return Err(unexpected());
    };
    // Asked again, it is done again: what was recorded may not have been erased yet.
    call.app.erase_files(&seen.refund).await?;
    Ok(answer(StatusCode::OK, RefundOut::new(*seen, call.caller.role()), replayed))
}
