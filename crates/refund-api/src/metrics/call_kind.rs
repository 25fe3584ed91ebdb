//! What kind of call it is of which the time is measured, in words of the program's own.

use axum::http::Method;

/// The paths of whoever watches the server.
pub(crate) const PROBES: [&str; 3] = ["/livez", "/readyz", "/metrics"];
/// How the paths begin of what is the same whatever is stored.
pub(crate) const FIXED: [&str; 4] = ["/assets/", "/problems/", "/docs", "/openapi.json"];
/// The end of a path where POST only asks something, and is POST because the question is a body.
pub(crate) const CHECK: &str = "/check";

/// What kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// Something is read, or checked and changed nowhere.
    Read,
    /// Something is changed, or was to be.
    Change,
    /// A page is looked at.
    Page,
    /// A form of a page is sent.
    Form,
    /// Something is listened to; its answer begins at once and ends when nobody listens.
    Stream,
    /// The server is watched.
    Probe,
    /// What is the same whatever is stored.
    Fixed,
    /// There is nothing.
    Nothing,
}

impl CallKind {
    pub(super) const ALL: [Self; 8] =
        [Self::Read, Self::Change, Self::Page, Self::Form, Self::Stream, Self::Probe, Self::Fixed, Self::Nothing];

    /// By the method and the pattern of the path, where there is one.
    pub(crate) fn of(method: &Method, route: Option<&str>) -> Self {
        let Some(route) = route else { return Self::Nothing };
        let begins = |starts: &[&str]| starts.iter().any(|start| route.starts_with(start));
        let ends = |ends: &[&str]| ends.iter().any(|end| route.ends_with(end));
        if ends(&["/stream", "/live"]) {
            Self::Stream
        } else if begins(&["/v1/"]) {
            if method.is_safe() || route.ends_with(CHECK) { Self::Read } else { Self::Change }
        } else if begins(&PROBES) {
            Self::Probe
        } else if begins(&FIXED) {
            Self::Fixed
        } else if method.is_safe() {
            Self::Page
        } else {
            Self::Form
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Change => "change",
            Self::Page => "page",
            Self::Form => "form",
            Self::Stream => "stream",
            Self::Probe => "probe",
            Self::Fixed => "fixed",
            Self::Nothing => "nothing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_of_one_kind_whatever_stands_in_its_path() {
        for (method, route, kind) in [
            (Method::GET, "/v1/refunds/{id}", "read"),
            (Method::HEAD, "/v1/refunds", "read"),
            (Method::POST, "/v1/policy/check", "read"),
            (Method::POST, "/v1/refunds/{id}/negotiation", "change"),
            (Method::PUT, "/v1/sellers/{id}", "change"),
            (Method::GET, "/v1/events/stream", "stream"),
            (Method::GET, "/refunds/{id}/live", "stream"),
            (Method::GET, "/refunds/{id}", "page"),
            (Method::POST, "/b/{token}/accept", "form"),
            (Method::GET, "/livez", "probe"),
            (Method::GET, "/assets/{name}", "fixed"),
        ] {
            assert_eq!(CallKind::of(&method, Some(route)).as_str(), kind, "{method} {route}");
        }
        assert_eq!(CallKind::of(&Method::from_bytes(b"STRANGE").unwrap(), None).as_str(), "nothing");
    }
}
