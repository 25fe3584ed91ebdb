//! What each form and page is for.

use axum::http::Method;
use refund_store::Right;

/// What a call needs on the path of that pattern. What nobody thought of is for owners, unless it only looks.
pub(super) fn needed(method: &Method, path: &str) -> Right {
    let of_nobody_else = ["/people/own/", "/sign-", "/b/", "/preferences", "/clock"];
    match (method.is_safe(), path) {
        (_, "/refunds/{id}/offer" | "/refunds/{id}/ruling") => Right::Refunds,
        (true, _) => Right::Look,
        (false, path) if of_nobody_else.iter().any(|own| path.starts_with(own)) => Right::Look,
        (false, path) if path.starts_with("/refunds/") => Right::Refunds,
        (false, _) => Right::Settings,
    }
}
