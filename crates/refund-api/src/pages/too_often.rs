//! A form that was sent too often in a short time. Nothing was done; its page is shown again with what was typed and
//! says from when on it is possible, whichever form it was.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use refund_core::Timestamp;

use super::form::{Form, in_address};
use super::leading::go_to;
use super::typed::{TYPED, TypedForms};
use crate::app::App;
use crate::call::refused_with;
use crate::machine::clock::system_now;

/// A form as it was sent, by somebody of whom it is known that it is theirs.
pub(super) struct Sent {
    pub(super) whose: String,
    pub(super) path: String,
    pub(super) query: Form,
    pub(super) action: String,
    pub(super) form: Form,
}

/// Where a call puts the form that it brought, before anything may refuse it.
pub(super) type SentForm = Arc<OnceLock<Sent>>;

/// From when on something is possible that has to wait so long. It is rounded up to the minute, because a page tells no
/// seconds: at the minute that is told it is possible.
pub(super) fn from_when(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX).saturating_add(59_999);
    Timestamp::from_millis(now.as_millis().saturating_add(wait)).unwrap_or(Timestamp::MAX)
}

/// Leads whoever sent a form too early to its page, where what was typed stands.
pub(super) async fn led_back(
    State((app, typed)): State<(Arc<App>, Arc<TypedForms>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let sent = SentForm::default();
    request.extensions_mut().insert(typed.clone());
    request.extensions_mut().insert(sent.clone());
    let mut response = next.run(request).await;
    if response.status() != StatusCode::TOO_MANY_REQUESTS {
        return response;
    }
    let Some(problem) = refused_with(&mut response) else { return response };
    let possible_from = problem.retry_after().map(|wait| from_when(app.engine.store().now(), wait));
    let kept = sent.get().zip(possible_from).and_then(|(sent, possible_from)| {
        let id = typed.keep(&sent.whose, &sent.path, &sent.action, &sent.form, Some(possible_from), system_now())?;
        Some(in_address(&sent.path, &sent.query, TYPED, &id))
    });
    kept.map_or_else(|| problem.into_response(), |page| go_to(&page))
}
