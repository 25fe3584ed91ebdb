//! Many commands in one call: each is read and decided as if it had come alone.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_core::{CommandKind, RefundId, Role};
use refund_store::{Answer, Answered, Precondition, Request, Work};

use super::commands::success;
use super::refunds::{marked, unexpected};
use crate::call::Call;
use crate::engine::Idempotency;
use crate::problem::Problem;
use crate::wire::{BULK_MAX, BulkCommand, BulkIn, BulkOut, RefundOut, ResultOut};

/// Agrees to, refuses, or makes offers on up to 100 refunds, in the order given.
///
/// Each has a result of its own: what is refused says why and holds nothing else up; only a malformed call
/// is refused as a whole, and does nothing. Sent again with its
/// `Idempotency-Key`, what was carried out is answered as it was, and the rest is tried.
#[utoipa::path(
    post, path = "/v1/refunds/bulk", tag = "refunds", operation_id = "act_in_bulk",
    request_body = BulkIn, responses((status = OK, body = BulkOut)), security(("key" = ["seller"])),
)]
pub(super) async fn bulk(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Seller])?;
    let place = call.app.admission.many_at_once(&call.caller)?;
    let idempotency = call.idempotency()?;
    is_not_anothers(&call, idempotency.clone()).await?;
    let items = call.body::<BulkIn>()?.read()?;
    let (mut named, mut requests) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
    for (index, item) in (0..).zip(items) {
        named.push((item.refund_id.clone(), item.kind));
        requests.push(request(&call, item, of_item(&idempotency, index)).await);
    }
    let decided = call.app.engine.hand_in_all(place, requests).await?;
    let mut items = Vec::with_capacity(decided.len());
    let mut all_replayed = true;
    for ((refund_id, kind), decided) in named.into_iter().zip(decided) {
        let outcome = decided.and_then(|decided| decided.map_err(Problem::from));
        all_replayed &= outcome.as_ref().is_ok_and(|answered| answered.replayed);
        items.push(result(&call, refund_id, kind, outcome));
    }
    Ok(marked((StatusCode::OK, Json(BulkOut { items })).into_response(), all_replayed))
}

/// What the store is asked for an item, checked as the call for one refund checks it.
async fn request(call: &Call, item: BulkCommand, idempotency: Idempotency) -> Result<Request, Problem> {
    let BulkCommand { refund_id, version, kind, command } = item;
    let refund = call.app.known(&call.caller, &refund_id).await?;
    let actor = call.caller.actor_for(&refund, kind)?;
    let (precondition, viewers) = (Precondition::Version(version), call.caller.actors(&refund));
    let work = Work::Command { refund_id, command: command? };
    Ok(Request { precondition, idempotency, viewers, ..Request::new(actor, work) })
}

fn result(call: &Call, refund_id: RefundId, kind: CommandKind, outcome: Result<Answered, Problem>) -> ResultOut {
    let done = outcome.and_then(|answered| {
        let Answer::Refund { seen, .. } = answered.answer else { return Err(unexpected()) };
        Ok(RefundOut::new(*seen, call.caller.role()))
    });
    match done {
        Ok(refund) => ResultOut { refund_id, status: success(kind).as_u16(), refund: Some(refund), problem: None },
        Err(problem) => {
            let status = problem.code().status().as_u16();
            let problem = problem.into_out(&call.app.public_url, call.request_id());
            ResultOut { refund_id, status, refund: None, problem: Some(problem) }
        }
    }
}

/// Under which key an item's answer is remembered.
fn of_item(idempotency: &Idempotency, index: usize) -> Idempotency {
    let (key, fingerprint) = idempotency.as_ref()?;
    Some((key.of_item(index), *fingerprint))
}

/// Nothing is done of a call whose key was used for another, by itself or in bulk.
async fn is_not_anothers(call: &Call, idempotency: Idempotency) -> Result<(), Problem> {
    if idempotency.is_none() {
        return Ok(());
    }
    let of_items = (0..BULK_MAX).map(|index| of_item(&idempotency, index));
    for (key, fingerprint) in of_items.chain([idempotency.clone()]).flatten() {
        call.app.engine.store().answered(&key, fingerprint).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::{Request, header};
    use futures_util::future::join_all;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use refund_store::KeyRole;

    use crate::server::{issue, router};
    use crate::trial::{self, Machine, id};

    const OF_ONE: &str = "rfk_of_a_seller";
    const OF_ANOTHER: &str = "rfk_of_another";
    const BODY: &str = r#"{"items": [{"refund_id": "rfd_1", "version": 1, "action": "agree"}]}"#;

    #[tokio::test(start_paused = true)]
    async fn one_seller_acts_on_many_refunds_in_four_calls_at_once_and_no_more() {
        let app = trial::on_a_lazy_store(&Machine::start(), || Duration::from_secs(1)).await;
        for (seller, key) in [("s-1", OF_ONE), ("s-2", OF_ANOTHER)] {
            issue(app.engine.store(), id("key"), KeyRole::Seller(id(seller)), key).await.unwrap();
        }
        let server = TowerToHyperService::new(router(app));
        let act = |key| {
            let call = Request::post("/v1/refunds/bulk").header(header::AUTHORIZATION, format!("Bearer {key}"));
            server.call(call.header(header::CONTENT_TYPE, "application/json").body(Body::from(BODY)).unwrap())
        };
        for _ in 0..2 {
            let answers = join_all([OF_ONE, OF_ONE, OF_ONE, OF_ONE, OF_ONE, OF_ANOTHER].map(act)).await;
            let statuses: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
            assert_eq!(statuses, [200, 200, 200, 200, 429, 200]);
        }
    }
}
