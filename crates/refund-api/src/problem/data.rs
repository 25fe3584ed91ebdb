//! What a refusal says beside its name, for programs.

use refund_core::Refusal;
use serde_json::{Map, Value, json};

use crate::wire::MoneyOut;

/// The members that a refusal brings.
pub(super) fn of(refusal: &Refusal) -> Map<String, Value> {
    let data = match refusal {
        Refusal::NotYourRole { allowed, .. } => json!({ "allowed": allowed }),
        Refusal::SellerUnknown { seller_id } => json!({ "seller_id": seller_id }),
        Refusal::OrderLineDiffers { field } => json!({ "field": field }),
        Refusal::RefundInProgress { refund_id } => json!({ "refund_id": refund_id }),
        Refusal::TooManyRefundsOnLine { max }
        | Refusal::TooManyMessages { max, .. }
        | Refusal::TooManyFiles { max, .. } => json!({ "max": max }),
        Refusal::NegotiationAlreadyUsed { negotiation_id, status } => {
            json!({ "negotiation_id": negotiation_id, "negotiation": status })
        }
        Refusal::OfferIsAnother { current, .. } => json!({ "negotiation_id": current }),
        Refusal::OfferNotPending { status } => json!({ "negotiation": status }),
        Refusal::DeadlinePassed { expired_at } => json!({ "expired_at": expired_at }),
        Refusal::WrongStatus { status, escalated, .. } => {
            json!({ "refund_status": status, "is_escalated": escalated })
        }
        Refusal::RefundNotFinal { status } => json!({ "refund_status": status }),
        Refusal::PayoutAttemptUnknown { attempts, .. } => json!({ "attempts": attempts }),
        Refusal::PayoutNotReversible { attempt, status } => json!({ "attempt": attempt, "payout_status": status }),
        Refusal::TooManyPayoutAttempts { max } => json!({ "max": max }),
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
        Refusal::ReasonUnknown { purpose, codes, .. } => {
            json!({ "field": "reason_code", "for": purpose, "codes": codes })
        }
        Refusal::EvidenceUnknown { sha256 } | Refusal::EvidenceErased { sha256 } => json!({ "sha256": sha256 }),
        Refusal::EvidenceRequired { purpose, code } => {
            json!({ "field": "files", "for": purpose, "reason_code": code })
        }
        Refusal::ExtensionNotLater { after, .. } => json!({ "after": after }),
        Refusal::ExtensionTooFar { limit, .. } => json!({ "limit": limit }),
        Refusal::SettlingHeld
        | Refusal::AmountNotPositive { .. }
        | Refusal::PayoutAlreadySucceeded
        | Refusal::AlreadyShipped
        | Refusal::WithdrawNotAllowed
        | Refusal::NegotiateBeforeRefuse { .. }
        | Refusal::ReturnNeedsShippedGoods
        | Refusal::ReturnNeedsFreightInsurance
        | Refusal::ReturnAddressRequired
        | Refusal::NoteNamesFiles
        | Refusal::OfferChangesNothing
        | Refusal::RequestChangesNothing => json!({}),
    };
    if let Value::Object(data) = data { data } else { Map::new() }
}
