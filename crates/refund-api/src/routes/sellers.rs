//! Sellers: set up by platform or operator; a seller keeps its own name and addresses.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_core::{PolicyOverrides, Refusal, Role, SellerId};
use refund_store::{Request, Work};

use crate::call::Call;
use crate::caller::Caller;
use crate::error::Problem;
use crate::wire::{SellerIn, SellerOut};

/// The seller in the path, if the caller may know of it. A seller knows of itself alone.
fn seller_id(call: &Call) -> Result<SellerId, Problem> {
    let id = call.seller_id()?;
    match &call.caller {
        Caller::Seller { seller_id, .. } if *seller_id != id => Err(Problem::not_found()),
        Caller::Operator { .. } | Caller::Platform { .. } | Caller::Seller { .. } => Ok(id),
        Caller::Buyer { .. } => {
            call.caller.only(&[Role::Operator, Role::Platform, Role::Seller])?;
            Ok(id)
        }
    }
}

pub(super) async fn show(call: Call) -> Result<Json<SellerOut>, Problem> {
    let id = seller_id(&call)?;
    let seller = call.app.store().seller(&id)?.ok_or_else(Problem::not_found)?;
    Ok(Json(SellerOut::new(id, &seller)))
}

/// 201 for a new one, 200 for one that was there.
pub(super) async fn put(call: Call) -> Result<Response, Problem> {
    let id = seller_id(&call)?;
    let before = call.app.store().seller(&id)?;
    let body: SellerIn = call.body()?;
    let is_seller = call.caller.role() == Role::Seller;
    if is_seller && body.has_policy() {
        let allowed = vec![Role::Operator, Role::Platform];
        return Err(Problem::refused(&Refusal::NotYourRole { role: Role::Seller, allowed }, None));
    }
    // A seller's own change leaves its policy; the platform's replaces all.
    let kept =
        before.as_ref().filter(|_| is_seller).map_or_else(PolicyOverrides::default, |seller| seller.policy.clone());
    let seller = body.read(kept)?;
    let actor = call.caller.itself();
    let work = Work::PutSeller { seller_id: id.clone(), seller: Box::new(seller.clone()), actor };
    call.app.change(Request::new(work)).await?;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(SellerOut::new(id, &seller))).into_response())
}
