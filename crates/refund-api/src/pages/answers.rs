//! A page that answers a form is shown at an address of its own, to which the browser is led (303): so whoever loads it
//! again, or goes back to it, does not send the form again. It is kept in memory, and shown to nobody but whoever sent
//! the form.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use refund_core::{Span, Timestamp};
use refund_store::Secret;

use super::form::Form;
use super::leading::{go_to, gone_to, is_behind_a_page};
use super::person::{Person, signed_in};
use crate::app::App;
use crate::call::CallerAddress;
use crate::callers::address::counted;
use crate::machine::clock::system_now;
use crate::machine::entropy;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// The parameter that names an answer in an address. It shows nothing to anybody but whoever sent the form.
const ANSWER: &str = "answer";
/// How long one is kept. Afterwards the address leads to the page that the form stood on.
const KEPT_FOR: Span = Span::hours(1);
/// How many are kept of one person or link, so that nobody pushes out others'.
const OF_ONE_MAX: usize = 16;
/// How many bytes of pages are kept of all who are signed in together, and how many of all others. Whoever has no
/// session pushes out nothing of those who have.
const BYTES_MAX: usize = 16 * 1024 * 1024;
const OF_OTHERS_MAX: usize = 4 * 1024 * 1024;

/// Whose an answer is: of a person as they are signed in, or of whoever comes from an address.
#[derive(PartialEq, Eq)]
enum Whose {
    Session(Secret),
    Address(Option<IpAddr>, String),
}

impl Whose {
    fn is_signed_in(&self) -> bool {
        matches!(self, Self::Session(_))
    }

    fn of(person: Option<Person>, request: &Request) -> Self {
        if let Some(person) = person {
            return Self::Session(person.session);
        }
        let address = request.extensions().get().map(|CallerAddress(address)| counted(*address));
        // Many buyers may share an address; each has a link, which is the path.
        Self::Address(address, request.uri().path().to_owned())
    }
}

struct KeptPage {
    id: String,
    path: String,
    whose: Whose,
    until: Timestamp,
    /// How often something had been erased before: what is erased later may stand on it.
    erasures: u64,
    is_shown_once: bool,
    status: StatusCode,
    headers: HeaderMap,
    html: axum::body::Bytes,
}

impl KeptPage {
    /// How many bytes it takes to keep it, about.
    fn bytes(&self) -> usize {
        self.html.len().saturating_add(self.path.len())
    }
}

/// The answers that are kept, the oldest first.
#[derive(Default)]
pub(super) struct Answers(Mutex<VecDeque<KeptPage>>);

impl Answers {
    fn keep(&self, answer: KeptPage, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| now < other.until);
        while all.iter().filter(|other| other.whose == answer.whose).count() >= OF_ONE_MAX {
            let oldest = all.iter().position(|other| other.whose == answer.whose);
            oldest.and_then(|oldest| all.remove(oldest));
        }
        let is_signed_in = answer.whose.is_signed_in();
        let bytes_max = if is_signed_in { BYTES_MAX } else { OF_OTHERS_MAX };
        all.push_back(answer);
        let are_beside = |other: &KeptPage| other.whose.is_signed_in() == is_signed_in;
        while all.iter().filter(|other| are_beside(other)).map(KeptPage::bytes).sum::<usize>() > bytes_max {
            // What holds a secret goes last: it was shown to nobody yet.
            let goes = all.iter().position(|other| are_beside(other) && !other.is_shown_once);
            let Some(goes) = goes.or_else(|| all.iter().position(are_beside)) else { break };
            all.remove(goes);
        }
    }

    fn find(&self, id: &str, path: &str, whose: &Whose, (now, erasures): (Timestamp, u64)) -> Option<Response> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |answer: &KeptPage| answer.id == id && answer.path == path && answer.whose == *whose;
        let holds = |answer: &KeptPage| now < answer.until && (answer.is_shown_once || answer.erasures == erasures);
        let at = all.iter().position(|answer| is_it(answer) && holds(answer))?;
        let answer = all.get(at)?;
        let response = (answer.status, answer.headers.clone(), answer.html.clone()).into_response();
        if answer.is_shown_once {
            all.remove(at);
        }
        Some(response)
    }
}

/// Marks a page that holds a secret: its address shows it this once.
#[derive(Clone)]
struct ShownOnce;

pub(super) fn shown_once(mut page: Response) -> Response {
    page.extensions_mut().insert(ShownOnce);
    page
}

/// Leads whoever sent a form to the page that answers it, and shows it there. A form that was not even taken, because
/// it is too large or was sent too often, is answered where it was sent: nothing was done. So is every form where others
/// share the store: the browser may be led to a server that does not have the answer.
pub(super) async fn lead_on(
    State((app, answers)): State<(Arc<App>, Arc<Answers>)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let is_form = request.method() == Method::POST;
    let query = Form::addressed(request.uri().query().unwrap_or_default().as_bytes())?;
    let asked = query.get(ANSWER);
    if !is_form && asked.is_empty() {
        return Ok(next.run(request).await);
    }
    let person = signed_in(&app, request.headers()).await;
    let (whose, path) = (Whose::of(person, &request), request.uri().path().to_owned());
    let is_behind_a_page = is_behind_a_page(request.headers());
    let erasures = app.erasures.load(Ordering::Relaxed);
    // HEAD shows nobody anything, so it does not use up what is shown once.
    if request.method() == Method::GET
        && let Some(answer) = answers.find(asked, &path, &whose, (system_now(), erasures))
    {
        return Ok(answer);
    }
    // The page is asked for without the parameter, so that no link on it repeats it.
    if !asked.is_empty() {
        *request.uri_mut() = address(&path, &query, None).parse::<Uri>().unwrap_or_default();
    }
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_led_to_us = !app.engine.store().is_shared();
    if !is_form || !is_led_to_us || !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return Ok(response);
    }
    let id = entropy::secret();
    let led = go_to(&address(&path, &query, Some(&id)));
    let (parts, body) = response.into_parts();
    let html = read(body).await?;
    let now = system_now();
    let is_shown_once = parts.extensions.get::<ShownOnce>().is_some();
    let until = now.plus(KEPT_FOR);
    let (status, headers) = (parts.status, parts.headers);
    let answer = KeptPage { id, path, whose, until, erasures, is_shown_once, status, headers, html };
    answers.keep(answer, now);
    // A page that sent it by itself goes there, and does not fetch it first.
    Ok(if is_behind_a_page { gone_to(led) } else { led })
}

/// The address of a page, of an answer to its form or of itself.
fn address(path: &str, query: &Form, answer: Option<&str>) -> String {
    let mut kept = form_urlencoded::Serializer::new(String::new());
    kept.extend_pairs(query.fields().filter(|(name, _)| *name != ANSWER));
    kept.extend_pairs(answer.map(|id| (ANSWER, id)));
    match kept.finish().as_str() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

async fn read(body: Body) -> Result<axum::body::Bytes, Problem> {
    let read = body.collect().await.map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))?;
    Ok(read.to_bytes())
}
