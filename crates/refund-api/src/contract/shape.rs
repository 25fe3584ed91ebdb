//! What an operation is like, as far as answers follow from it.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::call::NOT_COUNTED;

const REFUND: &str = "#/components/schemas/Refund";
/// All that have a key.
const KEYS: [&str; 3] = ["operator", "platform", "seller"];

/// What changes nothing, or what comes to the same when it is done twice.
const NOTHING_TWICE: [&str; 3] = ["/check", "/redeliver", "/ping"];

/// An operation's shape.
pub(super) struct Shape {
    /// Whether it needs to know who calls.
    is_for_somebody: bool,
    /// Whether it is for some callers and not for others.
    is_restricted: bool,
    /// Whether all who may call say which version they speak of, or some do.
    pub(super) version: Version,
    /// Whether it counts towards what one caller may ask for.
    is_counted: bool,
    has_parameter: bool,
    pub(super) has_body: bool,
    /// Whether it answers a refund.
    pub(super) answers_refund: bool,
    /// Whether it changes a refund, and answers it.
    is_command: bool,
    /// Whether `If-Match` is looked at: a buyer or the platform may send it too.
    pub(super) takes_version: bool,
    /// Whether it replaces settings, which may have become others since they were read.
    pub(super) replaces: bool,
    /// Whether its answer is remembered under an idempotency key.
    pub(super) is_remembered: bool,
}

/// Who says in `If-Match` which version a command is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Nobody,
    Some,
    Everybody,
}

impl Shape {
    pub(super) fn of(path: &str, method: &str, operation: &Map<String, Value>) -> Self {
        let who = Who::of(operation);
        let is_post = method == "post";
        let answers_refund = succeeds(operation).any(answers_refund);
        let is_command = is_post && answers_refund;
        let is_on_refund = is_post && path.starts_with("/v1/refunds/{id}/");
        let is_remembered = is_post && !who.is_anybody && !NOTHING_TWICE.iter().any(|end| path.ends_with(end));
        // A file is what its hash says, and the same one twice is one: nothing has to say which version or which call.
        let is_file = path.ends_with("/files") || path.contains("/files/");
        let is_remembered = is_remembered && !is_file;
        let is_command_on_refund = is_command && is_on_refund;
        Self {
            is_for_somebody: !who.is_anybody,
            is_restricted: !who.is_everybody(),
            version: match (
                is_command_on_refund,
                who.has("operator") || who.has("seller"),
                who.link || who.has("platform"),
            ) {
                (false, _, _) | (true, false, _) => Version::Nobody,
                (true, true, true) => Version::Some,
                (true, true, false) => Version::Everybody,
            },
            is_counted: !NOT_COUNTED.contains(&path),
            has_parameter: path.contains('{'),
            has_body: operation.contains_key("requestBody"),
            answers_refund,
            is_command,
            takes_version: is_on_refund && !is_file,
            replaces: method == "put"
                || method == "delete" && !is_file
                || is_remembered && path.starts_with("/v1/webhooks/{id}/"),
            is_remembered,
        }
    }

    /// The answers that are a no and follow from what it is like.
    pub(super) fn refusals(&self) -> Vec<StatusCode> {
        let follow = [
            (self.is_for_somebody, StatusCode::BAD_REQUEST),
            (self.is_for_somebody, StatusCode::UNAUTHORIZED),
            (self.is_restricted, StatusCode::FORBIDDEN),
            (self.has_parameter, StatusCode::NOT_FOUND),
            (self.is_command, StatusCode::CONFLICT),
            (self.takes_version || self.replaces, StatusCode::PRECONDITION_FAILED),
            // A body is read before it is known that it isn't wanted.
            (self.is_for_somebody, StatusCode::REQUEST_TIMEOUT),
            (self.is_for_somebody, StatusCode::PAYLOAD_TOO_LARGE),
            (self.has_body, StatusCode::UNSUPPORTED_MEDIA_TYPE),
            (self.is_remembered, StatusCode::UNPROCESSABLE_ENTITY),
            (self.version != Version::Nobody, StatusCode::PRECONDITION_REQUIRED),
            (self.is_counted, StatusCode::TOO_MANY_REQUESTS),
            (self.is_for_somebody, StatusCode::INTERNAL_SERVER_ERROR),
            // Whoever comes when the server is full hears so, whatever they came for.
            (true, StatusCode::SERVICE_UNAVAILABLE),
        ];
        follow.into_iter().filter(|(does, _)| *does).map(|(_, status)| status).collect()
    }
}

/// Who may call.
struct Who<'a> {
    is_anybody: bool,
    link: bool,
    roles: Vec<&'a str>,
}

impl<'a> Who<'a> {
    fn of(operation: &'a Map<String, Value>) -> Self {
        let requirements = || operation.get("security").and_then(Value::as_array).into_iter().flatten();
        let roles = requirements().filter_map(|requirement| requirement.get("key")?.as_array()).flatten();
        Self {
            is_anybody: requirements().any(|requirement| requirement.as_object().is_some_and(Map::is_empty)),
            link: requirements().any(|requirement| requirement.get("link").is_some()),
            roles: roles.filter_map(Value::as_str).collect(),
        }
    }

    fn is_everybody(&self) -> bool {
        self.is_anybody || self.link && KEYS.iter().all(|role| self.has(role))
    }

    fn has(&self, role: &str) -> bool {
        self.roles.contains(&role)
    }
}

/// The answers when all goes well.
fn succeeds(operation: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    answers.filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer)
}

/// Whether an answer is a refund.
pub(super) fn answers_refund(answer: &Value) -> bool {
    answer.pointer("/content/application~1json/schema/$ref").and_then(Value::as_str) == Some(REFUND)
}
