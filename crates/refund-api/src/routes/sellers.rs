//! Sellers: set up by platform or operator; a seller keeps its own name and addresses.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_core::{Refusal, Role, SellerId};
use refund_store::{Answer, Answered, Seller, SetUp, Tag};

use super::lists::{ListParams, behind};
use super::refunds::{tagged, unexpected};
use crate::call::Call;
use crate::callers::Caller;
use crate::problem::Problem;
use crate::wire::{Items, SellerIn, SellerOut};

/// The seller in the path, if the caller may know of it. A seller knows of itself alone.
pub(super) fn seller_id(call: &Call) -> Result<SellerId, Problem> {
    let id = call.id()?;
    match &call.caller {
        Caller::Seller { seller_id, .. } if *seller_id != id => Err(Problem::not_found()),
        Caller::Operator { .. } | Caller::Platform { .. } | Caller::Seller { .. } => Ok(id),
        Caller::Buyer { .. } => {
            call.caller.only(&[Role::Operator, Role::Platform, Role::Seller])?;
            Ok(id)
        }
    }
}

/// Lists every seller, by id.
#[utoipa::path(
    get, path = "/v1/sellers", tag = "sellers", operation_id = "list_sellers",
    params(ListParams),
    responses((status = OK, body = Items<SellerOut>)), security(("key" = ["operator", "platform"])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<SellerOut>>, Problem> {
    call.caller.only(&[Role::Operator, Role::Platform])?;
    let page = behind(&call, "sellers", |last, limit| {
        let last = last.map(SellerId::new).transpose().map_err(|_| Problem::not_found())?;
        let sellers = call.app.engine.settings().sellers(last.as_ref(), limit);
        Ok(sellers.into_iter().map(|(id, seller)| (id.to_string(), SellerOut::new(id, &seller))).collect())
    })?;
    Ok(Json(page))
}

/// Shows a seller; to a seller itself alone.
#[utoipa::path(
    get, path = "/v1/sellers/{id}", tag = "sellers", operation_id = "get_seller",
    responses((status = OK, body = SellerOut)), security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn show(call: Call) -> Result<Response, Problem> {
    let id = seller_id(&call)?;
    let seller = call.app.engine.settings().seller(&id).cloned().ok_or_else(Problem::not_found)?;
    answer(StatusCode::OK, id, &seller)
}

/// A seller, with what it is now as `ETag`.
fn answer(status: StatusCode, id: SellerId, seller: &Seller) -> Result<Response, Problem> {
    let tag = Tag::of(seller)?.to_string();
    Ok(tagged((status, Json(SellerOut::new(id, seller))).into_response(), &tag))
}

/// Sets a seller up, or replaces what is known of it.
///
/// A seller may change its own name, addresses and contacts; its policy is the platform's. `If-Match` with the `ETag` that it was
/// read with keeps what somebody else changed meanwhile from being overwritten.
#[utoipa::path(
    put, path = "/v1/sellers/{id}", tag = "sellers", operation_id = "put_seller",
    request_body = SellerIn,
    responses((status = CREATED, body = SellerOut), (status = OK, body = SellerOut, description = "A seller that was there before."),
        (status = UNPROCESSABLE_ENTITY)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn put(call: Call) -> Result<Response, Problem> {
    let id = seller_id(&call)?;
    let body: SellerIn = call.body()?;
    body.is_named(&id)?;
    let seller_id = id.clone();
    let set_up = if call.caller.role() == Role::Seller {
        // The policy is the platform's. To send it back as it was read says nothing.
        let before = call.app.engine.settings().seller(&id).cloned().ok_or_else(Problem::not_found)?;
        if body.policy().is_some_and(|policy| *policy != before.policy) {
            let allowed = vec![Role::Operator, Role::Platform];
            return Err(Problem::refused(&Refusal::NotYourRole { role: Role::Seller, allowed }, None));
        }
        let Seller { name, addresses, contacts, .. } = body.read()?;
        SetUp::EditSeller { seller_id, name, addresses: Box::new(addresses), contacts }
    } else {
        SetUp::PutSeller { seller_id, seller: Box::new(body.read()?) }
    };
    match call.replace(set_up).await? {
        Answered { answer: Answer::Seller { seller, created }, .. } => {
            let status = if created { StatusCode::CREATED } else { StatusCode::OK };
            answer(status, id, &seller)
        }
        _ => Err(unexpected()),
    }
}
