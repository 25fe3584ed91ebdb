//! The rules of `docs/rules.md`, one by one; a test begins with the id of the rule that it holds.
//!
//! R35 has no test here: the core has no clock that could go back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

#[path = "rules/disclosure.rs"]
mod disclosure;
#[path = "rules/erasure.rs"]
mod erasure;
#[path = "rules/evidence.rs"]
mod evidence;
#[path = "rules/explain.rs"]
mod explain;
#[path = "rules/message.rs"]
mod message;
#[path = "rules/money.rs"]
mod money;
#[path = "rules/notices.rs"]
mod notices;
#[path = "rules/offer.rs"]
mod offer;
#[path = "rules/opening.rs"]
mod opening;
#[path = "rules/order.rs"]
mod order;
#[path = "rules/payout.rs"]
mod payout;
#[path = "rules/policy.rs"]
mod policy;
#[path = "rules/reasons.rs"]
mod reasons;
#[path = "rules/refund.rs"]
mod refund;
#[path = "rules/return_leg.rs"]
mod return_leg;
#[path = "rules/rollout.rs"]
mod rollout;
#[path = "rules/saved_offer.rs"]
mod saved_offer;
#[path = "rules/shipped.rs"]
mod shipped;
mod support;
#[path = "rules/time.rs"]
mod time;

use refund_core::{Event, EventType, NegotiationStatus, Refusal, RefusalCode, StatusKind};
use support::Shop;

/// The code of a refusal that has to be one.
fn code<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> RefusalCode {
    outcome.expect_err("it has to be refused").code()
}

fn types(events: &[Event]) -> Vec<EventType> {
    events.iter().map(|event| event.fact.event_type()).collect()
}

/// Where the refund and its negotiation stand.
fn stand(shop: &Shop) -> (StatusKind, Option<NegotiationStatus>) {
    (shop.refund().status.kind(), shop.refund().negotiation.as_ref().map(refund_core::Negotiation::status))
}
