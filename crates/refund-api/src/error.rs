//! What goes wrong, as `application/problem+json` (RFC 9457). The only place that gives errors their HTTP form.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use refund_core::{InvalidMoney, Refusal, Rule, Timestamp};
use refund_store::{Refused, StoreError};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::code::{ApiCode, Code};
use crate::wire::RefundOut;

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

/// What is wrong at one place of a body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mistake)]
struct Pointed {
    /// Where: a JSON pointer (RFC 6901).
    pointer: String,
    detail: String,
}

/// Why a call was not carried out (RFC 9457). Some codes bring members of their own, such as `max`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemOut {
    /// The page that says what it means and what to do.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    page: String,
    /// What the code means.
    title: &'static str,
    /// The answer's HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What it means in this case.
    detail: String,
    code: Code,
    /// What can be done about it.
    remedy: &'static str,
    /// The call's id; operators find it in the server's log.
    request_id: String,
    /// The rule that said no, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Rule>,
    /// When it becomes possible, where waiting helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    possible_at: Option<Timestamp>,
    /// What is wrong in the body, place by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Pointed>,
    /// The refund as the caller sees it now, in a 409 or 412 about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<RefundOut>,
    #[serde(flatten)]
    #[schema(ignore)]
    data: Map<String, Value>,
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

    /// Nothing here, or nothing that the caller may know of: both look the same.
    pub(crate) fn not_found() -> Self {
        Self::new(ApiCode::NotFound, ApiCode::NotFound.as_code().meaning())
    }

    /// Something in the body, at a JSON pointer.
    pub(crate) fn at(code: ApiCode, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(code, "the body can't be taken as it is").pointing(pointer, detail)
    }

    /// An amount that is none.
    pub(crate) fn money(pointer: &str, invalid: &InvalidMoney) -> Self {
        let (code, field) = match invalid {
            InvalidMoney::Malformed | InvalidMoney::CurrencyMismatch => (ApiCode::MalformedBody, "value"),
            InvalidMoney::TooManyDecimals { .. } => (ApiCode::AmountTooPrecise, "value"),
            InvalidMoney::TooLarge => (ApiCode::AmountTooLarge, "value"),
            InvalidMoney::UnknownCurrency { .. } => (ApiCode::CurrencyUnknown, "currency"),
        };
        let mut problem = Self::new(code, invalid.to_string());
        problem.0.rule = Some(Rule::R28);
        problem.pointing(format!("{pointer}/{field}"), invalid.to_string())
    }

    /// A rule's no; the refund as the caller sees it, where it is about one.
    pub(crate) fn refused(refusal: &Refusal, refund: Option<RefundOut>) -> Self {
        let mut problem = Self::of(Code::Rule(refusal.code()), refusal.to_string());
        problem.0.rule = Some(refusal.rule());
        problem.0.possible_at = refusal.possible_at();
        problem.0.data = data(refusal);
        problem.0.refund = refund.filter(|_| problem.0.code.status() == StatusCode::CONFLICT);
        problem
    }

    /// The same about a part of the body that stands there.
    pub(crate) fn within(mut self, place: &str) -> Self {
        self.0.errors.iter_mut().for_each(|error| error.pointer.insert_str(0, place));
        self
    }

    fn pointing(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.0.errors.push(Pointed { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// The same with something for programs beside its name.
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
        response
    }

    /// When trying again may help: in whole seconds, and none too early.
    pub(crate) fn wait(&self) -> Option<HeaderValue> {
        let soon = (self.0.code.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(Duration::ZERO);
        self.0.retry_after.or(soon).map(|wait| HeaderValue::from(wait.as_secs().saturating_add(1)))
    }

    /// Its code.
    #[must_use]
    pub(crate) fn code(&self) -> Code {
        self.0.code
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::new(ApiCode::Internal, error.to_string())
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Rule { refusal, seen } => Self::refused(&refusal, seen.map(|seen| RefundOut::new(*seen))),
            Refused::NotFound => Self::not_found(),
            Refused::VersionMissing => {
                Self::new(ApiCode::VersionMissing, "If-Match is needed, with the version that the refund was read with")
            }
            Refused::VersionMoved { seen } => {
                let detail = format!("the refund has version {} by now", seen.refund.version);
                let mut problem = Self::new(ApiCode::VersionMoved, detail);
                problem.0.refund = Some(RefundOut::new(*seen));
                problem
            }
            Refused::SettingsMoved => Self::new(ApiCode::SettingsMoved, ApiCode::SettingsMoved.as_code().meaning()),
            Refused::KeyReused => Self::new(
                ApiCode::IdempotencyKeyReused,
                "this Idempotency-Key was used with another method, path or body",
            ),
            Refused::MoreIsDue { .. } => Self::new(ApiCode::Busy, "more is due than can be settled at once"),
            Refused::NameTaken => Self::new(ApiCode::Internal, "somebody else is called that"),
            Refused::IdTaken => Self::new(ApiCode::Internal, "two refunds were given one id"),
            Refused::NoTestClock => Self::not_found(),
            Refused::ClockGoesBack { now } => {
                Self::new(ApiCode::ClockGoesBack, format!("the test clock stands at {now} and only moves forward"))
                    .with("now", json!(now))
            }
            Refused::Store(error) => Self::from(&*error),
        }
    }
}

impl From<&StoreError> for ApiCode {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Busy { .. } | StoreError::Closed | StoreError::TooSlow { .. } => Self::Busy,
            StoreError::NotRecorded(_) => Self::NotStored,
            StoreError::Unsure(_) => Self::Unsure,
            StoreError::Stopped(_) => Self::Stopped,
            StoreError::NoSuchPosition(_) => Self::MalformedQuery,
            StoreError::OtherHistory => Self::OtherHistory,
            StoreError::Unreadable(_) => Self::Internal,
        }
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        let code = ApiCode::from(error);
        if matches!(code, ApiCode::MalformedQuery | ApiCode::OtherHistory) {
            return Self::new(code, error.to_string());
        }
        if code != ApiCode::Busy {
            tracing::error!(%error, "the store could not do it");
        }
        // What is wrong with a disk is for the log; the caller is told what it means for them.
        Self::new(code, Code::Api(code).meaning())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
}

impl ApiCode {
    fn as_code(self) -> Code {
        Code::Api(self)
    }
}

/// What a refusal says beside its name, for programs.
fn data(refusal: &Refusal) -> Map<String, Value> {
    use crate::wire::MoneyOut;
    let data = match refusal {
        Refusal::NotYourRole { allowed, .. } => json!({ "allowed": allowed }),
        Refusal::SellerUnknown { seller_id } => json!({ "seller_id": seller_id }),
        Refusal::OrderLineDiffers { field } => json!({ "field": field }),
        Refusal::RefundInProgress { refund_id } => json!({ "refund_id": refund_id }),
        Refusal::TooManyRefundsOnLine { max } | Refusal::TooManyMessages { max, .. } => json!({ "max": max }),
        Refusal::NegotiationAlreadyUsed { negotiation_id, status } => {
            json!({ "negotiation_id": negotiation_id, "negotiation": status })
        }
        Refusal::OfferIsAnother { current, .. } => json!({ "negotiation_id": current }),
        Refusal::OfferNotPending { status } => json!({ "negotiation": status }),
        Refusal::DeadlinePassed { expired_at } => json!({ "expired_at": expired_at }),
        Refusal::WrongStatus { status, escalated, .. } => {
            json!({ "refund_status": status, "is_escalated": escalated })
        }
        Refusal::DeadlineNotRunning { kind } => json!({ "kind": kind }),
        Refusal::NegotiationNotOpenToSeller { because, .. } => json!({ "because": because }),
        Refusal::FreshGoodsNotNegotiable { refund_only_allowed } => {
            json!({ "refund_only_allowed": refund_only_allowed })
        }
        Refusal::CurrencyMismatch { expected, .. } => json!({ "expected": expected }),
        Refusal::AmountOverRefundable { max, .. } | Refusal::AmountOverRequested { max, .. } => {
            json!({ "max": MoneyOut::from(*max) })
        }
        Refusal::ReturnAddressUnknown { address_id } => json!({ "address_id": address_id }),
        Refusal::DefaultAddressRequired { given } => json!({ "given": given }),
        Refusal::ExtensionNotLater { after, .. } => json!({ "after": after }),
        Refusal::ExtensionTooFar { limit, .. } => json!({ "limit": limit }),
        Refusal::SettlingHeld
        | Refusal::AmountNotPositive { .. }
        | Refusal::PayoutAlreadySucceeded
        | Refusal::WithdrawNotAllowed
        | Refusal::NegotiateBeforeRefuse { .. }
        | Refusal::ReturnNeedsShippedGoods
        | Refusal::ReturnNeedsFreightInsurance
        | Refusal::ReturnAddressRequired
        | Refusal::OfferChangesNothing
        | Refusal::RequestChangesNothing => json!({}),
    };
    if let Value::Object(data) = data { data } else { Map::new() }
}
