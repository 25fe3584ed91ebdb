//! Offers that a seller has prepared (R45): listed, saved, changed and removed, one by one.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_core::{SavedOffer, SellerId};
use refund_store::{SetUp, Tag};

use super::lists::{ListParams, behind};
use super::refunds::tagged;
use super::sellers::seller_id;
use crate::call::Call;
use crate::problem::Problem;
use crate::wire::{Items, SavedOfferIn, SavedOfferOut};

/// The seller in the path, if it is there and the caller may know of it.
fn seller(call: &Call) -> Result<SellerId, Problem> {
    let id = seller_id(call)?;
    if call.app.engine.settings().seller(&id).is_some() { Ok(id) } else { Err(Problem::not_found()) }
}

/// Lists the offers that a seller has prepared, by id.
#[utoipa::path(
    get, path = "/v1/sellers/{id}/saved-offers", tag = "sellers", operation_id = "list_saved_offers",
    params(ListParams),
    responses((status = OK, body = Items<SavedOfferOut>)), security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<SavedOfferOut>>, Problem> {
    let seller_id = seller(&call)?;
    let page = behind(&call, &format!("saved offers of {seller_id}"), |last, limit| {
        let saved = call.app.engine.settings().saved_offers(&seller_id);
        let behind = saved.into_iter().filter(|saved| last.is_none_or(|last| saved.id.as_str() > last));
        Ok(behind.take(limit).map(|saved| (saved.id.clone(), saved)).collect())
    })?;
    Ok(Json(page.map(|saved| SavedOfferOut::from(&*saved))))
}

/// Shows an offer that a seller has prepared.
#[utoipa::path(
    get, path = "/v1/sellers/{id}/saved-offers/{saved_offer_id}", tag = "sellers", operation_id = "get_saved_offer",
    responses((status = OK, body = SavedOfferOut)), security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn show(call: Call) -> Result<Response, Problem> {
    let seller_id = seller(&call)?;
    let id: String = call.id_named("saved_offer_id")?;
    let settings = call.app.engine.settings();
    answer(StatusCode::OK, settings.saved_offer(&seller_id, &id).ok_or_else(Problem::not_found)?)
}

/// A prepared offer, with what it is now as `ETag`.
fn answer(status: StatusCode, saved: &SavedOffer) -> Result<Response, Problem> {
    let tag = Tag::of(saved)?.to_string();
    Ok(tagged((status, Json(SavedOfferOut::from(saved))).into_response(), &tag))
}

/// Prepares an offer under an id of one's own choice, or replaces the one that is there.
///
/// For a refund it comes to exact terms: `GET …/negotiation/options` says which, and `POST …/negotiation/check` all
/// that stands against them. What was offered is never touched by a change of it.
#[utoipa::path(
    put, path = "/v1/sellers/{id}/saved-offers/{saved_offer_id}", tag = "sellers", operation_id = "put_saved_offer",
    request_body = SavedOfferIn,
    responses((status = CREATED, body = SavedOfferOut),
        (status = OK, body = SavedOfferOut, description = "A prepared offer that was there before."),
        (status = CONFLICT), (status = UNPROCESSABLE_ENTITY)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn put(call: Call) -> Result<Response, Problem> {
    let seller_id = seller(&call)?;
    let offer = call.body::<SavedOfferIn>()?.read(call.id_named("saved_offer_id")?)?;
    let is_new = call.app.engine.settings().saved_offer(&seller_id, &offer.id).is_none();
    let work = SetUp::SaveOffer { seller_id, offer: Box::new(offer.clone()) };
    call.replace(work).await?;
    answer(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &offer)
}

/// Removes a prepared offer. What was offered by it stays as it is.
#[utoipa::path(
    delete, path = "/v1/sellers/{id}/saved-offers/{saved_offer_id}", tag = "sellers",
    operation_id = "remove_saved_offer",
    responses((status = OK, body = SavedOfferOut, description = "The prepared offer as it was.")),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn remove(call: Call) -> Result<Response, Problem> {
    let seller_id = seller(&call)?;
    let id: String = call.id_named("saved_offer_id")?;
    let settings = call.app.engine.settings();
    let before = settings.saved_offer(&seller_id, &id).ok_or_else(Problem::not_found)?;
    call.replace(SetUp::RemoveSavedOffer { seller_id, offer_id: id }).await?;
    answer(StatusCode::OK, before)
}
