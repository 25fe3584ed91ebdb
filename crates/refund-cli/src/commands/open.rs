//! `refund open`: one refund for one buyer.

use serde_json::{Map, Value, json};

use super::acts::given;
use super::send::show_done;
use super::{Desk, read_json};
use crate::cli::refunds::Open;
use crate::cli::values::word;
use crate::client::Change;
use crate::failure::Failure;

pub(super) fn run(desk: &Desk, open: &Open) -> Result<(), Failure> {
    let body = match &open.file {
        Some(file) => read_json(file)?,
        None => body(open),
    };
    let answer = desk.change_once(Change::post("/v1/refunds", body), open.idempotency_key.clone(), Vec::new())?;
    show_done(desk, &answer, if answer.created { "Opened" } else { "This refund is in progress already" })
}

fn body(open: &Open) -> Value {
    let money = |value: &Option<String>| json!({ "currency": open.currency, "value": value });
    let mut line = json!({
        "order_id": open.order, "line_id": open.line, "title": open.title, "category": open.category,
        "paid": money(&open.paid), "shipped": open.shipped, "freight_insurance": open.freight_insurance,
    });
    if let (Some(url), Some(members)) = (&open.image_url, line.as_object_mut()) {
        members.insert("image_url".to_owned(), url.as_str().into());
    }
    let mut body = json!({
        "seller_id": open.seller, "buyer_id": open.buyer, "order_line": line,
        "type": open.kind.map(word), "amount": money(&open.amount), "reason": open.reason,
    });
    let metadata: Map<String, Value> =
        open.metadata.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str()))).collect();
    let further = given([
        ("reason_code", open.reason_code.as_deref().map(Value::from)),
        ("files", Some(json!(open.evidence)).filter(|_| !open.evidence.is_empty())),
        ("external_reference", open.external_reference.as_deref().map(Value::from)),
        ("metadata", Some(Value::from(metadata)).filter(|_| !open.metadata.is_empty())),
    ]);
    if let Some(members) = body.as_object_mut() {
        members.extend(further);
    }
    body
}
