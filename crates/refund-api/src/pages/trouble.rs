//! What goes wrong, as a page: whatever a handler refuses with becomes one on its way out.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use refund_core::RefusalCode;

use super::cookies;
use super::frame::shown;
use super::leading::{go_to, is_behind_a_page, opened_anew};
use super::reader::Reader;
use super::too_often::from_when;
use crate::app::App;
use crate::call::{Explained, refused_with};
use crate::problem::Problem;
use crate::wire::code::{ApiCode, Code};

/// What a page may load and where it may lead: itself, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Has the browser come by TLS alone for a year.
const ONLY_BY_TLS: &str = "max-age=31536000";

/// What is told in words of its own.
const TOLD: [(Code, &str); 9] = [
    (Code::Api(ApiCode::Unauthenticated), "trouble-link"),
    (Code::Api(ApiCode::NotFound), "trouble-not-found"),
    (Code::Api(ApiCode::MethodNotAllowed), "trouble-not-found"),
    (Code::Api(ApiCode::ForgedForm), "trouble-forged"),
    (Code::Api(ApiCode::TooManyRequests), "trouble-too-often"),
    (Code::Api(ApiCode::TooMuchWritten), "trouble-too-often"),
    (Code::Api(ApiCode::Unsure), "trouble-unsure"),
    (Code::Rule(RefusalCode::SettlingHeld), "trouble-held"),
    (Code::Api(ApiCode::BodyTooLarge), "trouble-too-large"),
];

#[derive(Template)]
#[template(path = "pages/trouble.html")]
struct Trouble {
    reader: Reader,
    style: &'static str,
    icon: &'static str,
    title: String,
    text: String,
    code: &'static str,
    /// Whether it is told to somebody with a link, who has nothing to do with the tool.
    is_buyers: bool,
    /// The page that was asked for.
    here: String,
    /// The same that was asked for, where it can be had a little later.
    again: Option<String>,
}

/// Shows a page of what goes wrong outside of the pages to whoever looks at it with a browser. Programs have their own
/// paths.
pub(crate) async fn told_to_people<A: Future<Output = Response> + Send>(
    app: &App,
    request: Request,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    let accepted = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_for_people = accepted.is_some_and(|accepted| accepted.contains("text/html"));
    if is_for_people && !request.uri().path().starts_with("/v1/") {
        return told_as_page(app, request, answer).await;
    }
    answer(request).await
}

/// The same for whatever goes wrong on the pages themselves.
pub(super) async fn on_pages(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    told_as_page(&app, request, |request| next.run(request)).await
}

async fn told_as_page<A: Future<Output = Response> + Send>(
    app: &App,
    request: Request,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let here = request.uri().path_and_query().map_or("/".to_owned(), |here| here.as_str().to_owned());
    let mut response = answer(request).await;
    if method == Method::GET && response.status() == StatusCode::OK && cookies::done(&headers).is_some() {
        let path = here.split('?').next().unwrap_or_default();
        response.headers_mut().extend(cookies::forget_done(path).map(|told| (header::SET_COOKIE, told)));
    }
    if let Some(problem) = refused_with(&mut response) {
        let allowed = response.headers_mut().remove(header::ALLOW);
        response = page_of(problem, app, &method, &headers, &here);
        response.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
    }
    let of_page = response.headers_mut();
    of_page.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    if app.public_url.starts_with("https://") {
        of_page.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONLY_BY_TLS));
    }
    response
}

fn page_of(problem: Problem, app: &App, method: &Method, headers: &HeaderMap, here: &str) -> Response {
    let (code, wait, possible_in) = (problem.code(), problem.wait(), problem.retry_after());
    let is_gone = matches!(code, Code::Api(ApiCode::Unauthenticated | ApiCode::NotFound));
    if is_gone && is_behind_a_page(headers) {
        return opened_anew(here);
    }
    let is_link = here.starts_with("/b/");
    if code == Code::Api(ApiCode::Unauthenticated) && !is_link {
        let back: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
        return if method.is_safe() { go_to(&format!("/sign-in?back={back}")) } else { go_to("/sign-in") };
    }
    let reader = cookies::reader(headers, app);
    let is_too_often = code.status() == StatusCode::TOO_MANY_REQUESTS;
    let name = if problem.is_for_another_team_role() { "trouble-not-your-role" } else { name_of(code) };
    // Whoever's link is not good any more is told that there is nothing.
    let status = if code.status() == StatusCode::UNAUTHORIZED { StatusCode::NOT_FOUND } else { code.status() };
    let page = Trouble {
        reader,
        style: super::assets::style(),
        icon: super::assets::icon(),
        title: reader.say(&format!("{name}-title")),
        text: match possible_in.filter(|_| is_too_often) {
            Some(wait) => reader.say_with(
                "trouble-too-often-until",
                "at",
                &reader.instant(from_when(app.engine.store().now(), wait)),
            ),
            None => reader.say(name),
        },
        again: (method.is_safe() && is_too_often).then(|| here.to_owned()),
        code: code.as_str(),
        is_buyers: is_link,
        here: here.to_owned(),
    };
    let mut response = shown(status, &page).unwrap_or_else(IntoResponse::into_response);
    response.extensions_mut().insert(Explained(code));
    response.headers_mut().extend(wait.map(|wait| (header::RETRY_AFTER, wait)));
    response
}

/// The text that tells of a problem.
pub(super) fn name_of(code: Code) -> &'static str {
    let told = TOLD.iter().find(|(known, _)| *known == code);
    let busy = code.status() == StatusCode::SERVICE_UNAVAILABLE;
    told.map_or(if busy { "trouble-busy" } else { "trouble-other" }, |(_, name)| name)
}
