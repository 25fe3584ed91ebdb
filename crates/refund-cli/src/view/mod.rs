//! How each thing looks to people.

pub(crate) mod bulk;
pub(crate) mod events;
pub(crate) mod explanation;
pub(crate) mod failure;
pub(crate) mod messages;
pub(crate) mod next;
pub(crate) mod refund;
pub(crate) mod stats;
pub(crate) mod webhooks;

/// What silence leads to, in words.
pub(crate) fn silence(on_silence: &str) -> &str {
    match on_silence {
        "agreed_as_requested" => "the refund is agreed as asked",
        "offer_expires" => "the offer expires and the refund is as it was",
        "refund_closed" => "the refund is closed",
        "operator_called_in" => "the operator is called in",
        "refund_paid" => "the refund is paid",
        "overdue" => "it is overdue and goes on waiting",
        other => other,
    }
}

/// What a clock waits for, in words.
pub(crate) fn awaited(kind: &str) -> &str {
    match kind {
        "seller_decide" => "seller decides",
        "buyer_answer" => "buyer answers",
        "buyer_respond" => "buyer responds",
        "buyer_ship" => "buyer ships",
        "seller_confirm" => "seller confirms",
        "operator_rule" => "operator rules",
        "payout_report" => "payout is reported",
        other => other,
    }
}
