//! Every path, in one table.

mod audit;
mod bulk;
mod buyer_links;
mod commands;
mod contract_page;
mod deliveries;
mod delivery_stream;
mod erasures;
mod events;
mod explanation;
mod files;
mod health;
mod keys;
mod lists;
mod messages;
mod metrics;
mod notices;
mod reasons;
mod refunds;
mod saved_offers;
mod sellers;
mod settings;
mod stats;
mod stream;
mod test_clock;
mod webhooks;

use std::sync::Arc;

use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[cfg(test)]
pub(crate) use health::ready;
pub(crate) use health::{method_not_allowed, nothing_here, too_many_connections};

use crate::app::App;
use crate::contract;

/// The whole contract, of a server with a test clock that is reached there.
#[must_use]
pub fn openapi(base: &str) -> Value {
    contract::document(everything(), base)
}

/// That contract with other examples than those that are known: `operations` by their ids, `problems` by their codes.
#[must_use]
pub fn openapi_showing(base: &str, examples: &Value) -> Value {
    contract::document_showing(everything(), base, examples)
}

/// What the contract says of every path.
fn everything() -> OpenApi {
    contract_pages(paths(true).into_openapi()).into_openapi()
}

/// The paths that give the contract out, which says of them too what it says of all others.
pub(crate) fn contract_pages(of_others: OpenApi) -> OpenApiRouter<Arc<App>> {
    let pages = OpenApiRouter::with_openapi(of_others);
    pages.routes(routes!(contract_page::openapi)).routes(routes!(contract_page::page))
}

/// Every other path, with what the contract says of it. Only a test clock can be moved.
pub(crate) fn paths(test_clock: bool) -> OpenApiRouter<Arc<App>> {
    let paths = OpenApiRouter::with_openapi(contract::beginning())
        .routes(routes!(refunds::list, refunds::open))
        .routes(routes!(refunds::show))
        .routes(routes!(events::history))
        .routes(routes!(explanation::show))
        .routes(routes!(refunds::options))
        .routes(routes!(refunds::check_offer))
        .routes(routes!(commands::make_offer))
        .routes(routes!(commands::accept))
        .routes(routes!(commands::reject))
        .routes(routes!(commands::withdraw))
        .routes(routes!(commands::agree))
        .routes(routes!(commands::refuse))
        .routes(routes!(commands::modify))
        .routes(routes!(commands::cancel))
        .routes(routes!(commands::escalate))
        .routes(routes!(commands::ship))
        .routes(routes!(commands::confirm_receipt))
        .routes(routes!(commands::refuse_receipt))
        .routes(routes!(commands::waive_return))
        .routes(routes!(commands::rule))
        .routes(routes!(commands::extend))
        .routes(routes!(bulk::bulk))
        .routes(routes!(commands::report_payout))
        .routes(routes!(commands::retry_payout))
        .routes(routes!(commands::mark_shipped))
        .routes(routes!(messages::list, messages::post))
        .routes(routes!(files::add))
        .routes(routes!(files::hold))
        .routes(routes!(files::show, files::erase))
        .routes(routes!(erasures::erase))
        .routes(routes!(notices::list))
        .routes(routes!(notices::report))
        .routes(routes!(buyer_links::show, buyer_links::replace))
        .routes(routes!(sellers::list))
        .routes(routes!(sellers::show, sellers::put))
        .routes(routes!(saved_offers::list))
        .routes(routes!(saved_offers::show, saved_offers::put, saved_offers::remove))
        .routes(routes!(settings::policy, settings::put_policy))
        .routes(routes!(settings::check_policy))
        .routes(routes!(reasons::list))
        .routes(routes!(reasons::usual))
        .routes(routes!(settings::rollout, settings::put_rollout))
        .routes(routes!(settings::check_rollout))
        .routes(routes!(events::feed))
        .routes(routes!(stream::stream))
        .routes(routes!(events::show))
        .routes(routes!(stats::show))
        .routes(routes!(audit::list))
        .routes(routes!(keys::list, keys::issue))
        .routes(routes!(keys::show))
        .routes(routes!(keys::revoke))
        .routes(routes!(webhooks::list, webhooks::make))
        .routes(routes!(webhooks::show, webhooks::put, webhooks::remove))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks::enable))
        .routes(routes!(webhooks::disable))
        .routes(routes!(deliveries::list))
        .routes(routes!(delivery_stream::stream))
        .routes(routes!(deliveries::redeliver))
        .routes(routes!(deliveries::ping))
        .routes(routes!(health::problem_page))
        .merge(probes());
    if !test_clock {
        return paths;
    }
    paths.routes(routes!(test_clock::show)).routes(routes!(test_clock::advance))
}

/// What is answered to whoever watches the server, also where all connections are taken.
pub(crate) fn probes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(health::live)).routes(routes!(health::ready)).routes(routes!(metrics::show))
}
