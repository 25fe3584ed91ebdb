//! Random commands: mostly such as fit the refund as it was last seen.

use serde_json::{Value, json};

use super::client::{Call, Who, number, text};
use super::rng::Rng;

/// The two sellers whose keys the callers have: id, key, and an address of theirs.
const HOMEWARE: (&str, Who, &str) = ("seller-homeware", Who::Homeware, "main");
pub(crate) const LIGHTS: (&str, Who, &str) = ("seller-lights", Who::Lights, "shop");
const PAID: u64 = 2000;

/// A call that changes something, once.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub(crate) call: Call,
    /// The call's idempotency key; where the command takes a text, that text too.
    pub(crate) mark: String,
    /// The type of the one event that carries the mark, if one does.
    pub(crate) leaves: Option<&'static str>,
    /// On which refund, if on one.
    pub(crate) refund_id: Option<String>,
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} with key {}", self.call.method, self.call.path, self.call.body, self.mark)
    }
}

fn money(minor: u64) -> Value {
    json!({ "currency": "CNY", "value": format!("{}.{:02}", minor / 100, minor % 100) })
}

fn some_amount(rng: &mut Rng) -> Value {
    money(1 + rng.below(PAID))
}

fn some_type(rng: &mut Rng) -> &'static str {
    if rng.one_in(2) { "REFUND_ONLY" } else { "RETURN_AND_REFUND" }
}

/// Opens a refund on a new order line.
pub(super) fn open(rng: &mut Rng, mark: String) -> Command {
    let (seller_id, ..) = if rng.one_in(3) { LIGHTS } else { HOMEWARE };
    let line = json!({
        "order_id": mark, "line_id": "1", "title": "Steel waste bin", "category": "general",
        "paid": money(PAID), "shipped": true, "freight_insurance": true,
    });
    let kind = if rng.one_in(3) { "REFUND_ONLY" } else { "RETURN_AND_REFUND" };
    opening(seller_id, &format!("buyer-{mark}"), &line, kind, some_amount(rng), mark)
}

/// Opens one on the order line of another.
fn open_again(rng: &mut Rng, other: &Value, mark: String) -> Command {
    let line = other.get("order_line").cloned().unwrap_or_default();
    let same = rng.one_in(3);
    let kind = if same { text(other, "/requested/type") } else { some_type(rng) };
    let amount = other.pointer("/requested/amount").filter(|_| same).cloned();
    let amount = amount.unwrap_or_else(|| some_amount(rng));
    opening(text(other, "/seller_id"), text(other, "/buyer_id"), &line, kind, amount, mark)
}

fn opening(seller_id: &str, buyer_id: &str, line: &Value, kind: &str, amount: Value, mark: String) -> Command {
    let body = json!({
        "seller_id": seller_id, "buyer_id": buyer_id, "order_line": line,
        "type": kind, "amount": amount, "reason": mark,
    });
    let path = "/v1/refunds".to_owned();
    let call = Call { method: "POST", path, who: Who::Platform, version: None, key: Some(mark.clone()), body };
    Command { call, mark, leaves: Some("refund.opened"), refund_id: None }
}

/// Moves the test clock: mostly by hours, so that now and then something falls due.
pub(super) fn advance(rng: &mut Rng, mark: String) -> Command {
    let hours = if rng.one_in(4) { 20 } else { 3 };
    let body = json!({ "seconds": 1 + rng.below(hours * 3600) });
    let path = "/v1/test-clock/advance".to_owned();
    let call = Call { method: "POST", path, who: Who::Operator, version: None, key: Some(mark.clone()), body };
    Command { call, mark, leaves: None, refund_id: None }
}

/// What somebody may want of a refund that stands so.
fn wishes(refund: &Value) -> &'static [&'static str] {
    let escalated = refund.get("escalated").is_some_and(|escalated| !escalated.is_null());
    match (text(refund, "/status"), text(refund, "/negotiation/status")) {
        ("WAIT_SELLER_AGREE", "") => &["offer", "offer", "offer", "agree", "refuse", "modify", "cancel", "extend"],
        ("WAIT_SELLER_AGREE", "PENDING") => {
            &["accept", "accept", "reject", "reject", "agree", "refuse", "modify", "cancel", "withdraw"]
        }
        ("WAIT_SELLER_AGREE", _) => &["agree", "refuse", "refuse", "modify", "cancel", "offer"],
        ("SELLER_REFUSE_BUYER", _) if escalated => &["rule", "rule", "agree", "cancel"],
        ("SELLER_REFUSE_BUYER", _) => &["modify", "escalate", "escalate", "agree", "cancel"],
        ("WAIT_BUYER_RETURN_GOODS", _) => &["ship", "ship", "ship", "waive-return", "cancel", "extend"],
        ("WAIT_SELLER_CONFIRM_GOODS", _) => &["confirm-receipt", "refuse-receipt", "ship", "cancel"],
        ("SELLER_REFUSE_RECEIPT", _) => &["escalate", "rule", "confirm-receipt"],
        ("REFUNDING", _) => &["succeeded", "succeeded", "failed"],
        ("REFUND_FAILED", _) => &["retry", "succeeded", "failed"],
        _ => &["open", "open", "open", "accept", "cancel", "succeeded"],
    }
}

/// A command on a refund as it was last seen.
pub(super) fn on(rng: &mut Rng, refund: &Value, mark: String) -> Command {
    let any = ["offer", "accept", "agree", "refuse", "modify", "ship", "rule", "escalate", "open"];
    let wishes = if rng.one_in(12) { &any } else { wishes(refund) };
    let wish = rng.pick(wishes).copied().unwrap_or("open");
    if wish == "open" {
        return open_again(rng, refund, mark);
    }
    let id = text(refund, "/id").to_owned();
    let what = match wish {
        "offer" => "negotiation",
        "accept" => "negotiation/accept",
        "reject" => "negotiation/reject",
        "withdraw" => "negotiation/withdraw",
        "succeeded" | "failed" => "payout",
        "retry" => "payout/retry",
        other => other,
    };
    let who = by_whom(wish, refund);
    let version = Some(number(refund, "/version")).filter(|_| who != Who::Platform);
    let (body, leaves) = body(rng, wish, refund, &mark);
    let path = format!("/v1/refunds/{id}/{what}");
    let call = Call { method: "POST", path, who, version, key: Some(mark.clone()), body };
    Command { call, mark, leaves, refund_id: Some(id) }
}

fn by_whom(wish: &str, refund: &Value) -> Who {
    match wish {
        "accept" | "reject" | "modify" | "cancel" | "ship" | "escalate" | "succeeded" | "failed" => Who::Platform,
        "rule" | "extend" | "retry" => Who::Operator,
        _ => seller(refund).1,
    }
}

fn seller(refund: &Value) -> (&'static str, Who, &'static str) {
    if text(refund, "/seller_id") == LIGHTS.0 { LIGHTS } else { HOMEWARE }
}

/// The body, and the type of the event that will carry the mark.
fn body(rng: &mut Rng, wish: &str, refund: &Value, mark: &str) -> (Value, Option<&'static str>) {
    match wish {
        "offer" => (offer(rng, refund, mark), Some("negotiation.offered")),
        "accept" | "reject" => (json!({ "negotiation_id": text(refund, "/negotiation/id") }), None),
        "modify" => {
            (json!({ "type": some_type(rng), "amount": some_amount(rng), "reason": mark }), Some("refund.modified"))
        }
        "refuse" => (json!({ "reason": mark }), Some("refund.refused")),
        "refuse-receipt" => (json!({ "reason": mark }), Some("refund.receipt_refused")),
        "escalate" => (json!({ "reason": mark }), Some("refund.escalated")),
        "cancel" => (json!({ "reason": mark }), Some("refund.closed")),
        "ship" => (json!({ "carrier": "SF Express", "tracking_number": mark }), Some("refund.return_shipped")),
        "rule" if rng.one_in(2) => (json!({ "decision": "CLOSE", "reason": mark }), Some("refund.ruled")),
        "rule" => (json!({ "decision": "REFUND", "amount": some_amount(rng), "reason": mark }), Some("refund.ruled")),
        "succeeded" | "failed" => (json!({ "result": wish }), None),
        "extend" => (later(refund), None),
        _ => (json!({}), None),
    }
}

fn offer(rng: &mut Rng, refund: &Value, mark: &str) -> Value {
    let mut offer = json!({ "type": some_type(rng), "amount": some_amount(rng), "message": mark });
    if text(&offer, "/type") == "RETURN_AND_REFUND"
        && let Some(fields) = offer.as_object_mut()
    {
        fields.insert("return_address_id".to_owned(), json!(seller(refund).2));
    }
    offer
}

/// The refund's first deadline, a day later.
fn later(refund: &Value) -> Value {
    let at = text(refund, "/deadlines/0/at").parse::<refund_core::Timestamp>().ok();
    let to = at.and_then(|at| refund_core::Timestamp::from_millis(at.as_millis().saturating_add(86_400_000)).ok());
    json!({ "kind": text(refund, "/deadlines/0/kind"), "to": to })
}
