//! Each call has an id, one line in the log, and headers that every answer carries.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, UNIX_EPOCH};

use axum::extract::{MatchedPath, Request};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use refund_core::Timestamp;

use super::only;
use crate::app::App;
use crate::machine::clock::Stopwatch;
use crate::machine::entropy;
use crate::metrics::CallKind;
use crate::problem::Problem;
use crate::wire::code::Code;
use crate::wire::is_hex;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Asks nginx, and what has learned it from there, to pass a stream on as it comes.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What a call is known by in the log and in its answer, and whose it is, as soon as that is known.
#[derive(Clone)]
pub(crate) struct CallId(Arc<Named>);

struct Named {
    id: String,
    caller: OnceLock<String>,
}

impl CallId {
    fn new(id: String) -> Self {
        Self(Arc::new(Named { id, caller: OnceLock::new() }))
    }

    /// The id.
    pub(crate) fn as_str(&self) -> &str {
        &self.0.id
    }

    /// Has the log say whose a call is. Who was recognised first stays.
    pub(crate) fn is_of(extensions: &Extensions, caller: &str) {
        if let Some(Self(named)) = extensions.get() {
            named.caller.get_or_init(|| caller.to_owned());
        }
    }
}

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

/// The code of a problem that the answer explains already, in its own way: for the log and the numbers.
#[derive(Clone)]
pub(crate) struct Explained(pub(crate) Code);

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

/// What the caller calls the call, where that fits into a log and an answer.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let given = only(headers, &REQUEST_ID).ok()??.to_str().ok()?;
    let fits = (1..=64).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| given.to_owned())
}

/// The trace that the call is a part of, by W3C's Trace Context: the same in the logs of all that had a part in it.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let given = only(headers, &TRACEPARENT).ok()??.to_str().ok()?;
    let mut parts = given.split('-');
    let mut next = |length| parts.next().filter(|part| is_hex(part, length));
    let (version, trace_id, parent_id, _flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
    let is_nothing = |id: &str| id.bytes().all(|byte| byte == b'0');
    // Only a later version than 00 may have more.
    let is_whole = version != "00" || parts.next().is_none();
    Some(trace_id).filter(|_| is_whole && version != "ff" && !is_nothing(trace_id) && !is_nothing(parent_id))
}

/// A call while it is answered. It is no future around the call, because what such a one was given it keeps, and every
/// call pays for that.
pub(crate) struct Trace {
    began: Stopwatch,
    call: CallId,
    trace_id: Option<String>,
    method: Method,
    /// The pattern and not the path: a path may hold a buyer's token.
    route: Option<MatchedPath>,
}

impl Trace {
    /// Gives a call its id.
    pub(crate) fn begin(request: &mut Request) -> Self {
        let call = CallId::new(given_id(request.headers()).unwrap_or_else(|| entropy::id("req_")));
        request.extensions_mut().insert(call.clone());
        Self {
            began: Stopwatch::start(),
            call,
            trace_id: trace_id(request.headers()).map(str::to_owned),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
        }
    }

    /// Puts the call into the log; its answer, with what every answer carries.
    pub(crate) fn end(self, app: &App, mut response: Response) -> Response {
        let Self { began, call, trace_id, method, route } = self;
        let CallId(named) = &call;
        let (request_id, caller) = (named.id.as_str(), named.caller.get());
        let mut code = response.extensions_mut().remove::<Explained>().map(|Explained(code)| code);
        if let Some(problem) = refused_with(&mut response) {
            code = Some(problem.code());
            let allow = response.headers_mut().remove(header::ALLOW);
            response = problem.into_response_at(&app.public_url, request_id);
            response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
        }
        let (took, route) = (began.elapsed(), route.as_ref().map(MatchedPath::as_str));
        app.engine.metrics.answered(CallKind::of(&method, route), response.status(), code, took);
        let (status, code) = (response.status().as_u16(), code.map_or("", |code| code.as_str()));
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let (method, route) = (method.as_str(), route.unwrap_or("-"));
        tracing::info!(caller, method, route, status, code, micros, request_id, trace_id, "answered");
        let headers = response.headers_mut();
        // By the engine's clock, and not the machine's: whoever counts how long a deadline still runs counts from here.
        headers.extend(http_date(app.engine.store().now()).map(|date| (header::DATE, date)));
        headers.extend(HeaderValue::from_str(request_id).ok().map(|id| (REQUEST_ID, id)));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if headers.get(header::CONTENT_TYPE).is_some_and(|of| of == "text/event-stream") {
            headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use axum::http::{HeaderMap, HeaderValue, Request, header};
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;

    use super::{TRACEPARENT, trace_id};
    use crate::server::router;
    use crate::trial::{self, Machine};

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_trace_is_known_by_a_parent_that_can_be_one() {
        let of = |given: &str| {
            let headers: HeaderMap = [(TRACEPARENT, HeaderValue::from_str(given).unwrap())].into_iter().collect();
            trace_id(&headers).map(str::to_owned)
        };
        for (version, more) in [("00", ""), ("01", ""), ("01", "-more-of-it")] {
            let given = format!("{version}-{TRACE}-00f067aa0ba902b7-01{more}");
            assert_eq!(of(&given).as_deref(), Some(TRACE), "{given}");
        }
        for wrong in [
            String::new(),
            TRACE.to_owned(),
            format!("00-{TRACE}-00f067aa0ba902b7"),
            format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{TRACE}x-00f067aa0ba902b7-01"),
        ] {
            assert_eq!(of(&wrong), None, "{wrong}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_log_names_a_call_as_its_caller_does_and_says_who_that_is() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let writer = Arc::new(log.reopen().unwrap());
        let subscriber = tracing_subscriber::fmt().json().with_writer(writer).finish();
        let _logged = tracing::subscriber::set_default(subscriber);
        let server = TowerToHyperService::new(router(trial::app(&Machine::start()).await));
        let request = Request::get("/livez").header("X-Request-Id", "order-7");
        let request = request.header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"));
        server.call(request.body(Body::empty()).unwrap()).await.unwrap();
        let request = Request::get("/v1/refunds").header(header::AUTHORIZATION, format!("Bearer {}", trial::KEY));
        server.call(request.body(Body::empty()).unwrap()).await.unwrap();
        let log = std::fs::read_to_string(log.path()).unwrap();
        let named = |text: &str| log.lines().any(|line| line.contains("answered") && line.contains(text));
        assert!(named(r#""request_id":"order-7""#) && named(&format!(r#""trace_id":"{TRACE}""#)), "{log}");
        assert_eq!((log.matches("answered").count(), log.matches(r#""caller":"key_"#).count()), (2, 1), "{log}");
    }
}
