//! What goes wrong, in JSON (RFC 9457).

use refund_core::{Rule, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::RefundOut;
use super::code::Code;

/// What is wrong at one place of a body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mistake)]
pub(crate) struct Pointed {
    /// Where: a JSON pointer (RFC 6901).
    pub(crate) pointer: String,
    pub(crate) detail: String,
}

/// Why a call was not carried out (RFC 9457). Some codes bring members of their own, such as `max`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemOut {
    /// The page that says what it means and what to do.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    pub(crate) page: String,
    /// What the code means.
    pub(crate) title: &'static str,
    /// The answer's HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub(crate) status: u16,
    /// What it means in this case.
    pub(crate) detail: String,
    pub(crate) code: Code,
    /// What can be done about it.
    pub(crate) remedy: &'static str,
    /// The call's id; operators find it in the server's log.
    pub(crate) request_id: String,
    /// The rule that said no, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<Rule>,
    /// When it becomes possible, where waiting helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) possible_at: Option<Timestamp>,
    /// What is wrong in the body, place by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Pointed>,
    /// The refund as the caller sees it now, in a 409 or 412 about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refund: Option<RefundOut>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub(crate) data: Map<String, Value>,
}
