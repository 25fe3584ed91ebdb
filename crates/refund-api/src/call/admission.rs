//! Nobody gets to ask who they are more often than their address is granted.

use std::net::IpAddr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Body;

use super::body::pass_over;
use super::trace::CallId;
use crate::app::App;
use crate::engine::in_time;
use crate::metrics::{FIXED, PROBES};
use crate::problem::Problem;

/// Whoever watches the server has to get an answer also where others call too often.
pub(crate) const NOT_COUNTED: [&str; 3] = PROBES;

/// What answers the same whatever is stored, or asks by itself.
fn needs_no_look(path: &str) -> bool {
    NOT_COUNTED.contains(&path) || FIXED.iter().any(|start| path.starts_with(start))
}

/// The other end of the connection that a call came on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Where a call comes from.
#[derive(Clone, Copy)]
pub(crate) struct CallerAddress(pub(crate) IpAddr);

/// Counts a call by its address, and has it answered where there is room for it, by a store that has at hand whatever any
/// server answered before.
pub(crate) async fn admit(app: &App, mut request: Request, next: Next) -> Response {
    if let Some(Peer(peer)) = request.extensions().get() {
        let address = app.admission.address_of(*peer, request.headers());
        let is_counted = !NOT_COUNTED.contains(&request.uri().path());
        let admitted = if is_counted { app.admission.address(address) } else { Ok(()) };
        if let Err(problem) = admitted {
            // Nobody was asked who they are: for the log this is all that there is.
            CallId::is_of(request.extensions(), &address.to_string());
            pass_over(request).await;
            return problem.into_response();
        }
        request.extensions_mut().insert(CallerAddress(address));
    }
    // A body that comes slowly has its own time.
    let only_reads = request.method().is_safe() && request.body().is_end_stream();
    let answer = answered(app, request, next);
    if !only_reads {
        return answer.await;
    }
    in_time::within(answer).await.unwrap_or_else(|late| Problem::from(late).into_response())
}

async fn answered(app: &App, request: Request, next: Next) -> Response {
    if !needs_no_look(request.uri().path())
        && let Err(error) = app.engine.look().await
    {
        pass_over(request).await;
        return Problem::from(error).into_response();
    }
    next.run(request).await
}
