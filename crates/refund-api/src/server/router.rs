//! Every path of the server, and what each call passes on its way.

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};

use crate::app::App;
use crate::contract::{self, Contract};
use crate::{call, pages, routes};

/// The server's paths. What answers to one is written beside it, and is nowhere else.
pub(crate) fn all(app: Arc<App>) -> Router {
    let (router, contract) = routes::paths(app.test_clock).split_for_parts();
    let contract = Contract::new(&contract::document(contract, &app.public_url));
    router
        .layer(Extension(Arc::new(contract)))
        .merge(pages::router(&app))
        .fallback(routes::nothing_here)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .layer(from_fn_with_state(app.clone(), call::admit))
        .layer(from_fn_with_state(app.clone(), pages::told_to_people))
        .layer(from_fn_with_state(app.clone(), call::trace))
        .with_state(app)
}

/// What answers where there are more connections than the server takes.
pub(crate) fn turning_away(app: Arc<App>) -> Router {
    Router::new()
        .fallback(routes::too_many_connections)
        .layer(from_fn_with_state(app.clone(), call::trace))
        .with_state(app)
}
