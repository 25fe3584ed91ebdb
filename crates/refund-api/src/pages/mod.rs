//! What people see: the seller's workbench, the buyer's page, the operator's pages. Made on the server, from
//! templates and language files; they work without scripts, and move with them.

mod act;
mod addresses;
mod amount;
mod answers;
mod assets;
mod beside;
mod bulk;
mod buyer;
mod buyer_link;
mod carriers;
mod chart;
mod clock;
mod contacts;
mod cookies;
mod elsewhere;
mod erasure;
mod files;
mod form;
mod frame;
mod given_up;
mod goods;
mod leading;
mod letter;
mod links;
mod live;
mod mark;
mod offer;
mod operator;
mod own;
mod part;
mod people;
mod person;
mod preferences;
mod qr;
mod queue;
mod reader;
mod reasons;
mod refund;
mod right;
mod ruling;
mod saved;
mod saved_offers;
mod second_factor;
mod seen;
mod seller;
mod sides;
mod signing_in;
mod stats;
mod text;
mod too_often;
mod trouble;
mod typed;
mod view;
mod visit;
mod way;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use refund_core::SellerId;

pub(crate) use letter::{Letter, Liking};
pub(crate) use links::{link_for, operators_link};
pub(crate) use reasons::worded;
pub(crate) use trouble::told_to_people;

use self::frame::form_of_page;
use self::typed::TypedForms;
use crate::app::App;

/// Where an operator can go: the place, its address, and the name of its text.
pub(crate) fn operator_places() -> &'static [(&'static str, &'static str, &'static str)] {
    &[
        ("escalated", "/refunds?tab=escalated", "nav-escalated"),
        ("stats", "/stats", "nav-stats"),
        ("sellers", "/operator/sellers", "nav-sellers"),
        ("people", "/people", "nav-people"),
        ("rollout", "/operator/rollout", "nav-rollout"),
        ("policy", "/operator/policy", "nav-policy"),
        ("keys", "/operator/keys", "nav-keys"),
        ("webhooks", "/operator/webhooks", "nav-webhooks"),
        ("audit", "/operator/audit", "nav-audit"),
        ("health", "/operator/health", "nav-health"),
    ]
}

/// Where an operator finds a seller.
fn seller_place(id: &SellerId) -> String {
    format!("/operator/sellers/{}", in_query(id))
}

fn in_query(id: &SellerId) -> String {
    form_urlencoded::byte_serialize(id.as_str().as_bytes()).collect()
}

/// The pages' paths. They are for people and stand in no contract.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/", get(signing_in::start))
        .route("/sign-in", get(signing_in::ask).post(signing_in::with_password))
        .route("/sign-in/{token}", get(signing_in::ask_once).post(signing_in::with_link))
        .route("/sign-out", post(signing_in::sign_out))
        .route("/preferences", post(preferences::keep))
        .route("/clock", post(clock::advance))
        .route("/refunds", get(queue::show))
        .route("/refunds/live", get(live::queue))
        .route("/refunds/bulk", get(bulk::show).post(bulk::act))
        .route("/refunds/{id}", get(refund::show))
        .route("/refunds/{id}/live", get(live::refund))
        .route("/refunds/{id}/offer", get(offer::ask).post(offer::send))
        .route("/refunds/{id}/ruling", get(ruling::ask).post(ruling::rule))
        .route("/refunds/{id}/erasure", get(erasure::ask).post(erasure::erase))
        .route("/refunds/{id}/message", form_of_page(2).post(act::write))
        .route("/refunds/{id}/buyer-link", form_of_page(2).post(buyer_link::replace))
        .route("/refunds/{id}/goods", get(goods::show))
        .route("/refunds/{id}/files", form_of_page(2).post(files::add))
        .route("/refunds/{id}/files/{sha256}", get(files::show))
        .route("/refunds/{id}/files/{sha256}/erase", form_of_page(2).post(files::erase))
        .route("/refunds/{id}/act/{action}", form_of_page(2).post(act::carry_out))
        .route("/stats", get(stats::show))
        .route("/stats/csv", get(stats::download))
        .route("/settings", get(seller::show).post(seller::change))
        .route("/settings/offers", get(saved_offers::show).post(saved_offers::add))
        .route("/settings/offers/{offer}", get(saved_offers::show_one).post(saved_offers::change))
        .route("/people", get(people::show).post(people::add))
        .route("/people/own/password", form_of_page(1).post(own::password))
        .route("/people/own/second-factor", get(second_factor::show).post(second_factor::set_up))
        .route("/people/own/second-factor/off", form_of_page(3).post(second_factor::take_off))
        .route("/people/own/alerts", form_of_page(1).post(own::alerts_seen))
        .route("/people/own/sign-out", post(own::sign_out_everywhere))
        .route("/people/{id}/{change}", form_of_page(1).post(people::change))
        .route("/b/{token}", get(buyer::show))
        .route("/b/{token}/live", get(live::buyer))
        .route("/b/{token}/message", form_of_page(2).post(buyer::write))
        .route("/b/{token}/goods", get(goods::show_to_buyer))
        .route("/b/{token}/files", form_of_page(2).post(files::add_by_buyer))
        .route("/b/{token}/files/{sha256}", get(files::show_to_buyer))
        .route("/b/{token}/act/{action}", form_of_page(2).post(buyer::carry_out))
        .route("/assets/{name}", get(assets::show))
        .merge(operator::router())
        .route("/operator/sellers/{id}", get(seller::show).post(seller::change))
        .route("/operator/sellers/{id}/offers", get(saved_offers::show).post(saved_offers::add))
        .route("/operator/sellers/{id}/offers/{offer}", get(saved_offers::show_one).post(saved_offers::change))
        .layer(from_fn_with_state((app.clone(), Arc::<TypedForms>::default()), too_often::led_back))
        .layer(from_fn_with_state((app.clone(), Arc::default()), answers::lead_on))
        .layer(from_fn_with_state(app.clone(), trouble::on_pages))
}
