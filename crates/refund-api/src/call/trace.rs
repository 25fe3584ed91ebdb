//! Each call has an id, one line in the log, and headers that every answer carries.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use refund_core::Timestamp;
use tracing::Instrument;

use crate::app::App;
use crate::machine::clock::Stopwatch;
use crate::machine::entropy;
use crate::problem::Problem;
use crate::wire::code::Code;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a call is known by in the log and in its answer.
#[derive(Clone)]
pub(crate) struct CallId(pub(crate) String);

/// A problem on its way out: it gets its page's address and the call's id here.
#[derive(Clone)]
struct Failed(Arc<std::sync::Mutex<Option<Problem>>>);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code().status().into_response();
        response.extensions_mut().insert(Failed(Arc::new(std::sync::Mutex::new(Some(self)))));
        response
    }
}

/// The code of a problem that the answer tells already, in its own way: for the log and the numbers.
#[derive(Clone)]
pub(crate) struct Told(pub(crate) Code);

/// Takes out what a handler refused with, for whoever tells it in another way.
pub(crate) fn refused_with(response: &mut Response) -> Option<Problem> {
    let Failed(failed) = response.extensions_mut().remove::<Failed>()?;
    failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
}

/// An instant as HTTP has it, to the second (RFC 9110).
fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let since_1970 = Duration::from_millis(u64::try_from(at.as_millis()).ok()?);
    HeaderValue::from_str(&httpdate::fmt_http_date(UNIX_EPOCH.checked_add(since_1970)?)).ok()
}

pub(crate) async fn trace<A: Future<Output = Response> + Send>(
    app: &App,
    mut request: Request,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    let stopwatch = Stopwatch::start();
    let request_id = entropy::id("req_");
    request.extensions_mut().insert(CallId(request_id.clone()));
    let method = request.method().clone();
    // The pattern and not the path: a path may hold a buyer's token.
    let route = request.extensions().get::<MatchedPath>().map_or("-".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("call", caller = tracing::field::Empty);
    let mut response = answer(request).instrument(span.clone()).await;
    let mut code = response.extensions_mut().remove::<Told>().map(|Told(code)| code);
    if let Some(problem) = refused_with(&mut response) {
        code = Some(problem.code());
        let allow = response.headers_mut().remove(header::ALLOW);
        response = problem.into_response_at(&app.public_url, &request_id);
        response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
    }
    app.engine.metrics.answered(response.status(), code);
    let (status, code) = (response.status().as_u16(), code.map_or("", |code| code.as_str()));
    let micros = u64::try_from(stopwatch.elapsed().as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(%method, route, status, code, micros, request_id, "answered"));
    let headers = response.headers_mut();
    // By the engine's clock, and not the machine's: whoever counts how long a deadline still runs counts from here.
    headers.extend(http_date(app.engine.store().now()).map(|date| (header::DATE, date)));
    headers.extend(HeaderValue::from_str(&request_id).ok().map(|id| (REQUEST_ID, id)));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
