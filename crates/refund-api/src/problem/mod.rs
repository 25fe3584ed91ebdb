//! What goes wrong, as `application/problem+json` (RFC 9457). The only place that gives errors their HTTP form.

mod data;
mod refused;

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use refund_core::{Refusal, RefusalCode, Rule, Timestamp};
use serde_json::{Map, Value};

pub(crate) use self::refused::AWAY;
use crate::wire::code::{ApiCode, Code};
use crate::wire::{Pointed, ProblemOut, RefundOut};

/// A call that was not carried out, and why.
#[derive(Debug)]
pub(crate) struct Problem(Box<Content>);

#[derive(Debug)]
struct Content {
    code: Code,
    detail: String,
    rule: Option<Rule>,
    possible_at: Option<Timestamp>,
    errors: Vec<Pointed>,
    data: Map<String, Value>,
    refund: Option<RefundOut>,
    retry_after: Option<Duration>,
}

impl Problem {
    /// A problem of the server's own.
    pub(crate) fn new(code: ApiCode, detail: impl Into<String>) -> Self {
        Self::of(Code::Api(code), detail)
    }

    fn of(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Content {
            code,
            detail: detail.into(),
            rule: None,
            possible_at: None,
            errors: Vec::new(),
            data: Map::new(),
            refund: None,
            retry_after: None,
        }))
    }

    /// More than there is for one caller.
    pub(crate) fn too_many(detail: impl Into<String>, retry_after: Duration) -> Self {
        let mut problem = Self::new(ApiCode::TooManyRequests, detail);
        problem.0.retry_after = Some(retry_after);
        problem
    }

    /// The same was changed by one side as often as it may be in an hour.
    pub(crate) fn too_much_written(retry_after: Duration, possible_at: Timestamp) -> Self {
        let mut problem = Self::new(ApiCode::TooMuchWritten, "the same thing is changed too often");
        problem.0.possible_at = Some(possible_at);
        problem.0.retry_after = Some(retry_after);
        problem
    }

    /// Nothing here, or nothing that the caller may know of: both look the same.
    pub(crate) fn not_found() -> Self {
        Self::new(ApiCode::NotFound, ApiCode::NotFound.meaning())
    }

    /// What is for colleagues of another role. A person is told so on a page.
    pub(crate) fn not_for_the_team_role() -> Self {
        Self::of(Code::Rule(RefusalCode::NotYourRole), "this is for colleagues of another role")
    }

    /// Whether it is that, and no rule's no to a whole side.
    pub(crate) fn is_for_another_team_role(&self) -> bool {
        self.0.code == Code::Rule(RefusalCode::NotYourRole) && self.0.rule.is_none()
    }

    /// Something in the body, at a JSON pointer.
    pub(crate) fn at(code: ApiCode, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(code, "the body can't be taken as it is").pointing(pointer, detail)
    }

    /// A rule's no; the refund as the caller sees it, where it is about one.
    pub(crate) fn refused(refusal: &Refusal, refund: Option<RefundOut>) -> Self {
        let mut problem = Self::of(Code::Rule(refusal.code()), refusal.to_string());
        problem.0.rule = Some(refusal.rule());
        problem.0.possible_at = refusal.possible_at();
        problem.0.data = data::of(refusal);
        problem.0.refund = refund.filter(|_| problem.0.code.status() == StatusCode::CONFLICT);
        problem
    }

    fn pointing(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.0.errors.push(Pointed { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// A problem that tells programs something beside its name.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.0.data.insert(name.to_owned(), value);
        self
    }

    /// The document of it. `base` is where the server's own pages are, without a slash at the end.
    pub(crate) fn into_out(self, base: &str, request_id: &str) -> ProblemOut {
        let Content { code, detail, rule, possible_at, errors, data, refund, retry_after: _ } = *self.0;
        ProblemOut {
            page: code.page(base),
            title: code.meaning(),
            status: code.status().as_u16(),
            detail,
            code,
            remedy: code.remedy(),
            request_id: request_id.to_owned(),
            rule,
            possible_at,
            errors,
            refund,
            data,
        }
    }

    /// The answer with it. `base` is where the server's own pages are, without a slash at the end.
    pub(crate) fn into_response_at(self, base: &str, request_id: &str) -> Response {
        let (code, wait) = (self.0.code, self.wait());
        let mut response = (code.status(), Json(self.into_out(base, request_id))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.extend(wait.map(|wait| (header::RETRY_AFTER, wait)));
        if code.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if code == Code::Api(ApiCode::UnsupportedContentEncoding) {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        response
    }

    /// When trying again may help: in whole seconds, and none too early.
    pub(crate) fn wait(&self) -> Option<HeaderValue> {
        let soon = (self.0.code.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(Duration::ZERO);
        self.0.retry_after.or(soon).map(|wait| HeaderValue::from(wait.as_secs().saturating_add(1)))
    }

    /// How long to wait, where that is known.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    pub(crate) fn code(&self) -> Code {
        self.0.code
    }
}
