//! `refund open`: one refund for one buyer.

use serde_json::{Value, json};

use super::send::show_done;
use super::{Desk, read_json, repeat};
use crate::cli::refunds::Open;
use crate::client::Change;
use crate::entropy;
use crate::failure::Failure;

pub(super) fn run(desk: &Desk, open: &Open) -> Result<(), Failure> {
    let body = match &open.file {
        Some(file) => read_json(file)?,
        None => body(open),
    };
    let key = open.idempotency_key.clone().map_or_else(entropy::fresh_key, Ok)?;
    let answer = desk.client()?.change(&Change {
        method: "POST",
        path: "/v1/refunds".to_owned(),
        body: body.to_string(),
        if_match: None,
        idempotency_key: Some(&key),
        repeat: &repeat::command(&desk.typed, &[("--idempotency-key", key.clone())]),
    })?;
    show_done(desk, &answer, if answer.created { "Opened" } else { "This refund is in progress already" })
}

fn body(open: &Open) -> Value {
    let money = |value: &Option<String>| json!({ "currency": open.currency, "value": value });
    json!({
        "seller_id": open.seller, "buyer_id": open.buyer,
        "order_line": {
            "order_id": open.order, "line_id": open.line, "title": open.title, "category": open.category,
            "paid": money(&open.paid), "shipped": open.shipped, "freight_insurance": open.freight_insurance,
        },
        "type": open.kind.map(|kind| kind.name()), "amount": money(&open.amount), "reason": open.reason,
    })
}
