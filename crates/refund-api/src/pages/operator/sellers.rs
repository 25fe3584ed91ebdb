//! Every seller there is, page by page.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use refund_core::SellerId;

use crate::error::Problem;
use crate::pages::frame::{Frame, Notice, go_to, shown};
use crate::pages::part::{Links, Part};
use crate::pages::seller::place;
use crate::pages::visit::Visit;

#[derive(Template)]
#[template(path = "pages/operator/sellers.html")]
struct Page {
    page: Frame,
    notice: Option<Notice>,
    asked: String,
    sellers: Vec<SellerView>,
    links: Links,
}

struct SellerView {
    id: String,
    place: String,
    name: String,
    addresses: usize,
    /// How many fields of the policy it has for itself.
    own: usize,
    is_open: bool,
}

pub(in crate::pages) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.operator()?;
    let (store, reader) = (visit.app.store(), &visit.reader);
    let asked = visit.query.get("id").trim().to_owned();
    // Whoever knows the id is led there at once.
    let known = SellerId::new(asked.as_str()).ok().filter(|id| matches!(store.seller(id), Ok(Some(_))));
    if let Some(id) = known {
        return Ok(go_to(&place(&id)));
    }
    let read = |last: Option<&str>, limit: usize| {
        let last = last.map(SellerId::new).transpose().map_err(|_| Problem::not_found())?;
        Ok(store.sellers(last.as_ref(), limit)?)
    };
    let Part { items, links } = Part::read(&visit, "sellers", |(id, _)| id.to_string(), read)?;
    let rollout = store.rollout()?;
    let view = |(id, seller): &(SellerId, std::sync::Arc<refund_store::Seller>)| SellerView {
        id: id.to_string(),
        place: place(id),
        name: seller.name.to_string(),
        addresses: seller.addresses.iter().count(),
        own: seller.policy.fields().len(),
        is_open: rollout.check(id, reader.now).is_open(),
    };
    let notice = (!asked.is_empty()).then(|| Notice::bad(reader.say("sellers-unknown")));
    let status = if notice.is_some() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let sellers = items.iter().map(view).collect();
    shown(status, &Page { page: Frame::new(&visit, "sellers-title", "sellers"), notice, asked, sellers, links })
}
