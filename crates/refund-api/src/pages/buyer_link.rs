//! A new link for a refund's buyer, where the one before is lost or in other hands. An operator is shown none but one that
//! they made, which the audit says: whoever has it can act as the buyer.

use axum::response::Response;
use refund_store::{Request, Work};

use super::answers::shown_once;
use super::refund::page_with_link;
use super::visit::Visit;
use crate::problem::Problem;

/// Replaces it, and shows the new one this once.
pub(super) async fn replace(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.operator()?.caller.clone();
    let refund = visit.app.known(&caller, &visit.refund_id()?).await?;
    let work = Work::ReplaceBuyerLink { refund_id: refund.id.clone() };
    visit.change(Request::new(caller.itself(), work)).await?;
    let link = visit.app.buyer_link(&refund.id).url;
    page_with_link(&visit.with_form_done(), link).await.map(shown_once)
}
