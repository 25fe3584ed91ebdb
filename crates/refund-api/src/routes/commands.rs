//! The commands: each reads its body and hands it to the one door.

use axum::http::StatusCode;
use axum::response::Response;
use refund_core::{Command, CommandKind};
use refund_store::{Answer, Answered, Request, Work};
use serde::de::DeserializeOwned;

use super::refunds::{answer, unexpected};
use crate::call::Call;
use crate::problem::Problem;
use crate::wire::{
    AgreeIn, AnswerIn, CancelIn, ExtendIn, ModifyIn, Nothing, OfferIn, PayoutIn, ReasonIn, RefundOut, RuleIn, ShipIn,
    Unusable,
};

/// Carries out a command on the refund in the path. The order of the checks is the contract's:
/// whose it is, whose to do, an answer that was given before, the body; the rest is the store's.
async fn carry_out<T: DeserializeOwned>(
    call: Call,
    kind: CommandKind,
    read: impl FnOnce(T) -> Result<Command, Unusable>,
) -> Result<Response, Problem> {
    let app = &call.app;
    let refund_id = call.id()?;
    let refund = app.known(&call.caller, &refund_id).await?;
    let actor = call.caller.actor_for(&refund, kind)?;
    let work = || {
        let command = read(call.body()?)?;
        if !command.roles().contains(&actor.role) {
            return Err(call.caller.not_theirs(command.roles()));
        }
        let (precondition, viewers) = (call.required_version()?, call.caller.actors(&refund));
        Ok(Request { precondition, viewers, ..Request::new(actor, Work::Command { refund_id, command }) })
    };
    match call.once(work).await? {
        Answered { answer: Answer::Refund { seen, .. }, replayed, .. } => {
            Ok(answer(success(kind), RefundOut::new(*seen, call.caller.role()), replayed))
        }
        _ => Err(unexpected()),
    }
}

/// The status of a command that was carried out.
pub(super) fn success(kind: CommandKind) -> StatusCode {
    if kind == CommandKind::MakeOffer { StatusCode::CREATED } else { StatusCode::OK }
}

/// Makes the refund's one offer.
///
/// The buyer may answer it until `expires_at`; the seller may still agree or refuse, which withdraws it.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/negotiation", tag = "negotiation", operation_id = "make_offer",
    request_body = OfferIn, responses((status = CREATED, body = RefundOut)), security(("key" = ["seller"])),
)]
pub(super) async fn make_offer(call: Call) -> Result<Response, Problem> {
    carry_out(call, CommandKind::MakeOffer, OfferIn::read).await
}

/// Accepts the offer: its terms become the refund's own, and are agreed.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/negotiation/accept", tag = "negotiation", operation_id = "accept_offer",
    request_body = AnswerIn,
    responses((status = OK, body = RefundOut)),
    security(("link" = []), ("key" = ["platform"])),
)]
pub(super) async fn accept(call: Call) -> Result<Response, Problem> {
    let read = |body: AnswerIn| Ok(Command::AcceptOffer { negotiation_id: body.negotiation_id });
    carry_out(call, CommandKind::AcceptOffer, read).await
}

/// Rejects the offer: the refund is as it was before, and there is no second one.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/negotiation/reject", tag = "negotiation", operation_id = "reject_offer",
    request_body = AnswerIn,
    responses((status = OK, body = RefundOut)),
    security(("link" = []), ("key" = ["platform"])),
)]
pub(super) async fn reject(call: Call) -> Result<Response, Problem> {
    let read = |body: AnswerIn| Ok(Command::RejectOffer { negotiation_id: body.negotiation_id });
    carry_out(call, CommandKind::RejectOffer, read).await
}

/// Takes the offer back, where the policy lets a seller do that.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/negotiation/withdraw", tag = "negotiation", operation_id = "withdraw_offer",
    request_body = Nothing, responses((status = OK, body = RefundOut)), security(("key" = ["seller"])),
)]
pub(super) async fn withdraw(call: Call) -> Result<Response, Problem> {
    let read = |_: Nothing| Ok(Command::WithdrawOffer);
    carry_out(call, CommandKind::WithdrawOffer, read).await
}

/// Agrees to the refund as the buyer asked for it.
///
/// A return waits for the goods, at the address that is named or else at the seller's default one.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/agree", tag = "refunds", operation_id = "agree_refund",
    request_body = AgreeIn, responses((status = OK, body = RefundOut)), security(("key" = ["seller"])),
)]
pub(super) async fn agree(call: Call) -> Result<Response, Problem> {
    carry_out(call, CommandKind::Agree, |body: AgreeIn| Ok(body.read())).await
}

/// Refuses the refund; the buyer may change the request or call the operator in.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/refuse", tag = "refunds", operation_id = "refuse_refund",
    request_body = ReasonIn, responses((status = OK, body = RefundOut)), security(("key" = ["seller"])),
)]
pub(super) async fn refuse(call: Call) -> Result<Response, Problem> {
    carry_out(call, CommandKind::Refuse, |body: ReasonIn| Ok(Command::Refuse { reason: body.into() })).await
}

/// Changes what is asked for; the seller's time to decide starts anew.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/modify", tag = "refunds", operation_id = "modify_refund",
    request_body = ModifyIn,
    responses((status = OK, body = RefundOut)),
    security(("link" = []), ("key" = ["platform"])),
)]
pub(super) async fn modify(call: Call) -> Result<Response, Problem> {
    carry_out(call, CommandKind::Modify, ModifyIn::read).await
}

/// Cancels the refund.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/cancel", tag = "refunds", operation_id = "cancel_refund",
    request_body = CancelIn,
    responses((status = OK, body = RefundOut)),
    security(("link" = []), ("key" = ["platform"])),
)]
pub(super) async fn cancel(call: Call) -> Result<Response, Problem> {
    let read = |body: CancelIn| Ok(Command::Cancel { reason: body.reason });
    carry_out(call, CommandKind::Cancel, read).await
}

/// Calls the operator in after a refusal; from then on no party's deadline runs, but the operator's.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/escalate", tag = "disputes", operation_id = "escalate_refund",
    request_body = ReasonIn,
    responses((status = OK, body = RefundOut)),
    security(("link" = []), ("key" = ["platform"])),
)]
pub(super) async fn escalate(call: Call) -> Result<Response, Problem> {
    let read = |body: ReasonIn| Ok(Command::Escalate { reason: body.into() });
    carry_out(call, CommandKind::Escalate, read).await
}

/// Says that the goods are on their way back; again, to correct how they are traced.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/ship", tag = "returns", operation_id = "ship_return",
    request_body = ShipIn, responses((status = OK, body = RefundOut)), security(("link" = []), ("key" = ["platform"])),
)]
pub(super) async fn ship(call: Call) -> Result<Response, Problem> {
    let read = |body: ShipIn| Ok(Command::Ship { carrier: body.carrier, tracking_number: body.tracking_number });
    carry_out(call, CommandKind::Ship, read).await
}

/// Confirms that the goods are back, which pays the refund.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/confirm-receipt", tag = "returns", operation_id = "confirm_receipt",
    request_body = Nothing, responses((status = OK, body = RefundOut)), security(("key" = ["seller"])),
)]
pub(super) async fn confirm_receipt(call: Call) -> Result<Response, Problem> {
    carry_out(call, CommandKind::ConfirmReceipt, |_: Nothing| Ok(Command::ConfirmReceipt)).await
}

/// Refuses the goods that came back; the buyer may call the operator in.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/refuse-receipt", tag = "returns", operation_id = "refuse_receipt",
    request_body = ReasonIn, responses((status = OK, body = RefundOut)), security(("key" = ["seller"])),
)]
pub(super) async fn refuse_receipt(call: Call) -> Result<Response, Problem> {
    let read = |body: ReasonIn| Ok(Command::RefuseReceipt { reason: body.into() });
    carry_out(call, CommandKind::RefuseReceipt, read).await
}

/// Pays without waiting for the goods.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/waive-return", tag = "returns", operation_id = "waive_return",
    request_body = Nothing, responses((status = OK, body = RefundOut)), security(("key" = ["seller"])),
)]
pub(super) async fn waive_return(call: Call) -> Result<Response, Problem> {
    carry_out(call, CommandKind::WaiveReturn, |_: Nothing| Ok(Command::WaiveReturn)).await
}

/// Rules on a refund that the operator was called in on: pays an amount, or closes it.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/rule", tag = "disputes", operation_id = "rule_refund",
    request_body = RuleIn, responses((status = OK, body = RefundOut)), security(("key" = ["operator"])),
)]
pub(super) async fn rule(call: Call) -> Result<Response, Problem> {
    carry_out(call, CommandKind::Rule, RuleIn::read).await
}

/// Moves a running deadline to a later instant: any by an operator, the time to ship by the seller.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/extend", tag = "refunds", operation_id = "extend_deadline",
    request_body = ExtendIn, responses((status = OK, body = RefundOut)), security(("key" = ["operator", "seller"])),
)]
pub(super) async fn extend(call: Call) -> Result<Response, Problem> {
    let read = |body: ExtendIn| Ok(Command::Extend { kind: body.kind, to: body.to });
    carry_out(call, CommandKind::Extend, read).await
}

/// Reports what came of an attempt at the payout. The same report again changes nothing, nor does a failure of an attempt
/// that is not the present one.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/payout", tag = "payouts", operation_id = "report_payout",
    request_body = PayoutIn, responses((status = OK, body = RefundOut)), security(("key" = ["platform"])),
)]
pub(super) async fn report_payout(call: Call) -> Result<Response, Problem> {
    let read = |body: PayoutIn| Ok(body.into());
    carry_out(call, CommandKind::ReportPayout, read).await
}

/// Begins another attempt at a payout that has failed or whose money came back; it has a key of its own.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/payout/retry", tag = "payouts", operation_id = "retry_payout",
    request_body = Nothing, responses((status = OK, body = RefundOut)), security(("key" = ["platform", "operator"])),
)]
pub(super) async fn retry_payout(call: Call) -> Result<Response, Problem> {
    carry_out(call, CommandKind::RetryPayout, |_: Nothing| Ok(Command::RetryPayout)).await
}

/// Tells that the goods have been shipped to the buyer since the refund was opened, so that they can come back.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/shipped", tag = "refunds", operation_id = "mark_shipped",
    request_body = Nothing, responses((status = OK, body = RefundOut)), security(("key" = ["platform"])),
)]
pub(super) async fn mark_shipped(call: Call) -> Result<Response, Problem> {
    carry_out(call, CommandKind::MarkShipped, |_: Nothing| Ok(Command::MarkShipped)).await
}
