//! What a refund's events say of it, told without the engine: a second opinion.

use serde_json::Value;

use super::client::{number, text};

/// Where a refund stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stand {
    pub(super) version: u64,
    pub(super) status: String,
    /// The negotiation's status; empty where there is none.
    pub(super) negotiation: String,
}

impl Stand {
    /// As the refund itself was answered.
    pub(super) fn of(refund: &Value) -> Self {
        Self {
            version: number(refund, "/version"),
            status: text(refund, "/status").to_owned(),
            negotiation: text(refund, "/negotiation/status").to_owned(),
        }
    }

    fn after(&self, event: &Value) -> Self {
        let mut next = self.clone();
        let status = match text(event, "/type") {
            "refund.opened" | "refund.modified" => "WAIT_SELLER_AGREE",
            "refund.refused" => "SELLER_REFUSE_BUYER",
            "refund.agreed" if text(event, "/data/buyer_ships_by").is_empty() => "REFUNDING",
            "refund.agreed" => "WAIT_BUYER_RETURN_GOODS",
            "refund.return_shipped" => "WAIT_SELLER_CONFIRM_GOODS",
            "refund.receipt_refused" => "SELLER_REFUSE_RECEIPT",
            "refund.receipt_confirmed" | "refund.payout_started" => "REFUNDING",
            "refund.ruled" if text(event, "/data/decision") == "REFUND" => "REFUNDING",
            "refund.succeeded" => "SUCCESS",
            "refund.payout_failed" => "REFUND_FAILED",
            "refund.closed" => "CLOSED",
            _ => "",
        };
        if !status.is_empty() {
            status.clone_into(&mut next.status);
        }
        if let Some(answer) = text(event, "/type").strip_prefix("negotiation.") {
            next.negotiation = if answer == "offered" { "PENDING".to_owned() } else { answer.to_uppercase() };
        }
        let kind = text(event, "/type");
        let changes_nothing =
            ["deadline.reminder", "deadline.overdue", "refund.erased"].contains(&kind) || kind.starts_with("notice.");
        next.version = next.version.saturating_add(u64::from(!changes_nothing));
        next
    }
}

/// Where a refund stood after each of its events; or what is wrong with them.
pub(super) fn stands(events: &[&Value]) -> Result<Vec<Stand>, String> {
    let mut all = Vec::new();
    let mut last = Stand { version: 0, status: String::new(), negotiation: String::new() };
    for (event, sequence) in events.iter().zip(1_u64..) {
        if number(event, "/sequence") != sequence {
            return Err(format!("sequence {sequence} is missing before {event}"));
        }
        let kind = text(event, "/type");
        let spent = kind == "negotiation.offered" && !last.negotiation.is_empty();
        let unasked =
            kind.starts_with("negotiation.") && kind != "negotiation.offered" && last.negotiation != "PENDING";
        let twice = kind == "refund.succeeded" && last.status == "SUCCESS";
        if spent || unasked || twice || (kind == "refund.opened") != (sequence == 1) {
            return Err(format!("{event} can't follow on {last:?}"));
        }
        last = last.after(event);
        all.push(last.clone());
    }
    match events.last() {
        Some(event) if is_half(event) => Err(format!("{event} never comes alone, and nothing follows it")),
        Some(_) if last.negotiation == "PENDING" && last.status != "WAIT_SELLER_AGREE" => {
            Err(format!("an offer is open on {last:?}"))
        }
        Some(_) => Ok(all),
        None => Err("there are no events".to_owned()),
    }
}

/// Whether an event is always recorded together with one after it.
fn is_half(event: &Value) -> bool {
    match text(event, "/type") {
        "negotiation.accepted" | "refund.ruled" | "refund.receipt_confirmed" => true,
        "refund.agreed" => text(event, "/data/buyer_ships_by").is_empty(),
        _ => false,
    }
}
