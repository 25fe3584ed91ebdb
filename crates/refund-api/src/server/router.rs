//! Every path of the server, and what each call passes on its way.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::{Extension, Router};

use crate::app::App;
use crate::call::Trace;
use crate::call::tag::Known;
use crate::contract::{self, Contract};
use crate::{call, pages, routes};

/// The server's paths. What answers to one is written beside it, and is nowhere else.
pub(crate) fn all(app: Arc<App>) -> Router {
    let (router, contract) = routes::paths(app.test_clock).split_for_parts();
    let (own_pages, contract) = routes::contract_pages(contract).split_for_parts();
    let contract = Contract::new(&contract::document(contract, &app.public_url));
    router
        .merge(own_pages.layer(Extension(Arc::new(contract))))
        .merge(pages::router(&app))
        .fallback(routes::nothing_here)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .layer(from_fn_with_state(app.clone(), passage))
        .with_state(app)
}

/// What every call passes on its way. One layer, because each costs every call.
async fn passage(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let (trace, known) = (Trace::begin(&mut request), Known::by(&request));
    let admitted = |request| call::admit(&app, request, next);
    let response = pages::told_to_people(&app, request, admitted).await;
    trace.end(&app, known.or_not_modified(response))
}

/// What answers where there are more connections than the server takes, of all or of one address.
pub(crate) fn turning_away(app: Arc<App>) -> Router {
    let (probes, _) = routes::probes().split_for_parts();
    probes.fallback(routes::too_many_connections).layer(from_fn_with_state(app.clone(), traced)).with_state(app)
}

async fn traced(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let trace = Trace::begin(&mut request);
    trace.end(&app, next.run(request).await)
}
