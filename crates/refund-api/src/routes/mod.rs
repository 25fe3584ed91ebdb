//! Every path, in one table.

mod body;
mod commands;
mod events;
mod explanation;
mod health;
mod keys;
mod refunds;
mod sellers;
mod settings;
mod stream;
mod test_clock;
mod trace;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

pub(crate) use body::Received;

use crate::app::App;

/// The server's paths.
pub(crate) fn router(app: Arc<App>) -> Router {
    let mut router = Router::new()
        .route("/v1/refunds", get(refunds::list).post(refunds::open))
        .route("/v1/refunds/{id}", get(refunds::show))
        .route("/v1/refunds/{id}/events", get(events::history))
        .route("/v1/refunds/{id}/explanation", get(explanation::show))
        .route("/v1/refunds/{id}/negotiation/options", get(refunds::options))
        .route("/v1/refunds/{id}/negotiation", post(commands::make_offer))
        .route("/v1/refunds/{id}/negotiation/accept", post(commands::accept))
        .route("/v1/refunds/{id}/negotiation/reject", post(commands::reject))
        .route("/v1/refunds/{id}/negotiation/withdraw", post(commands::withdraw))
        .route("/v1/refunds/{id}/agree", post(commands::agree))
        .route("/v1/refunds/{id}/refuse", post(commands::refuse))
        .route("/v1/refunds/{id}/modify", post(commands::modify))
        .route("/v1/refunds/{id}/cancel", post(commands::cancel))
        .route("/v1/refunds/{id}/escalate", post(commands::escalate))
        .route("/v1/refunds/{id}/ship", post(commands::ship))
        .route("/v1/refunds/{id}/confirm-receipt", post(commands::confirm_receipt))
        .route("/v1/refunds/{id}/refuse-receipt", post(commands::refuse_receipt))
        .route("/v1/refunds/{id}/waive-return", post(commands::waive_return))
        .route("/v1/refunds/{id}/rule", post(commands::rule))
        .route("/v1/refunds/{id}/extend", post(commands::extend))
        .route("/v1/refunds/{id}/payout", post(commands::report_payout))
        .route("/v1/refunds/{id}/payout/retry", post(commands::retry_payout))
        .route("/v1/sellers/{id}", get(sellers::show).put(sellers::put))
        .route("/v1/policy", get(settings::policy).put(settings::put_policy))
        .route("/v1/policy/check", post(settings::check_policy))
        .route("/v1/rollout", get(settings::rollout).put(settings::put_rollout))
        .route("/v1/rollout/check", post(settings::check_rollout))
        .route("/v1/events", get(events::feed))
        .route("/v1/events/stream", get(stream::stream))
        .route("/v1/keys", get(keys::list).post(keys::issue))
        .route("/v1/keys/{id}/revoke", post(keys::revoke))
        .route("/b/{token}", get(refunds::by_link))
        .route("/problems/{code}", get(health::problem_page))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready));
    if app.test_clock {
        router = router
            .route("/v1/test-clock", get(test_clock::show))
            .route("/v1/test-clock/advance", post(test_clock::advance));
    }
    router
        .fallback(health::nothing_here)
        .method_not_allowed_fallback(health::method_not_allowed)
        .layer(from_fn_with_state(app.clone(), trace::trace))
        .with_state(app)
}
