//! Whether the server is well, what its problems mean, and what is not there.

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

use crate::app::App;
use crate::call::pass_over;
use crate::health;
use crate::problem::Problem;
use crate::wire::code::{ApiCode, Code};

/// Says that the server runs.
#[utoipa::path(
    get, path = "/livez", tag = "server", operation_id = "check_alive",
    responses((status = NO_CONTENT, description = "It runs.")), security(()),
)]
pub(super) async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Says whether the server carries commands out: the store, the clock, the disk and the delivery book are well.
///
/// Where they are not, `failing` in the problem names each check that fails: `store`, `clock`, `disk`, `deliveries`.
#[utoipa::path(
    get, path = "/readyz", tag = "server", operation_id = "check_ready",
    responses((status = NO_CONTENT, description = "It is ready.")),
    security(()),
)]
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<StatusCode, Problem> {
    health::look(app.engine.store(), app.webhooks.book_fails()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn nothing_here(request: Request) -> Problem {
    pass_over(request).await;
    Problem::not_found()
}

pub(crate) async fn too_many_connections() -> Problem {
    Problem::new(ApiCode::Busy, "the server has as many connections as it takes, of all or of this address")
}

pub(crate) async fn method_not_allowed(request: Request) -> Problem {
    pass_over(request).await;
    Problem::new(ApiCode::MethodNotAllowed, "the path does not take this method")
}

/// Explains a code: the page that a problem's `type` names.
#[utoipa::path(
    get, path = "/problems/{code}", tag = "server", operation_id = "get_problem_page",
    responses((status = OK, body = String, content_type = "text/html", description = "A page for people.")),
    security(()),
)]
pub(super) async fn problem_page(Path(name): Path<String>) -> Result<Response, Problem> {
    let code = Code::all().find(|code| code.as_str() == name).ok_or_else(Problem::not_found)?;
    let rule = if let Code::Rule(refusal) = code { refusal.rule().as_str() } else { "of HTTP" };
    let page = include_str!("problem.html")
        .replace("{code}", code.as_str())
        .replace("{meaning}", code.meaning())
        .replace("{remedy}", code.remedy())
        .replace("{rule}", rule)
        .replace("{status}", code.status().as_str());
    Ok((
        [(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'sha256-Xy1PNu/lBuZis913z9v2suSwC0knyeOpMcGdNFi/4d0='",
        )],
        Html(page),
    )
        .into_response())
}
