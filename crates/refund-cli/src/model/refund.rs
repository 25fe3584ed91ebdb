//! A refund as it is shown.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Actor, Money};

/// A refund.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) status: String,
    pub(crate) closed_reason: Option<String>,
    pub(crate) seller_id: String,
    pub(crate) buyer_id: String,
    pub(crate) order_line: Line,
    pub(crate) requested: Terms,
    pub(crate) effective: Option<Terms>,
    pub(crate) seller_refusal: Option<String>,
    pub(crate) seller_refusal_code: Option<String>,
    pub(crate) shipment: Option<Shipment>,
    pub(crate) escalated: Option<Escalated>,
    pub(crate) payout: Option<Payout>,
    pub(crate) negotiation: Option<Negotiation>,
    pub(crate) deadlines: Vec<Deadline>,
    pub(crate) actions: Vec<String>,
    pub(crate) opened_at: String,
    pub(crate) updated_at: String,
    pub(crate) external_reference: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) buyer_link: Option<BuyerLink>,
    pub(crate) files: Vec<File>,
}

/// What was bought.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Line {
    pub(crate) order_id: String,
    pub(crate) line_id: String,
    pub(crate) title: String,
    pub(crate) category: String,
    pub(crate) paid: Money,
    pub(crate) shipped: bool,
    pub(crate) freight_insurance: bool,
    pub(crate) image_url: Option<String>,
}

/// Type and amount, and what stands beside them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Terms {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) amount: Money,
    pub(crate) reason: Option<String>,
    pub(crate) reason_code: Option<String>,
    pub(crate) return_address: Option<Address>,
}

impl Terms {
    /// "REFUND_ONLY 2.00 CNY".
    pub(crate) fn in_words(&self) -> String {
        format!("{} {}", self.kind, self.amount)
    }
}

/// Where goods go back to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Address {
    pub(crate) id: String,
    pub(crate) recipient: String,
    pub(crate) phone: String,
    pub(crate) address: String,
    #[serde(rename = "default")]
    pub(crate) is_default: bool,
}

impl Address {
    /// All of it in one line.
    pub(crate) fn in_words(&self) -> String {
        format!("{} ({}, {}, {})", self.address, self.id, self.recipient, self.phone)
    }
}

/// A file that somebody added.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct File {
    pub(crate) sha256: String,
    pub(crate) media_type: String,
    pub(crate) name: String,
    pub(crate) by: String,
    pub(crate) added_at: String,
    pub(crate) erased_at: Option<String>,
}

/// How the goods travel.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shipment {
    pub(crate) carrier: String,
    pub(crate) tracking_number: String,
    pub(crate) shipped_at: String,
}

/// That the operator was called in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Escalated {
    pub(crate) at: String,
    pub(crate) by: Actor,
    pub(crate) reason: Option<String>,
    pub(crate) reason_code: Option<String>,
}

/// How the money travels.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payout {
    pub(crate) status: String,
    pub(crate) amount: Money,
    pub(crate) attempts: Vec<PayoutAttempt>,
    pub(crate) paid_twice: bool,
}

/// One attempt to pay.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PayoutAttempt {
    pub(crate) attempt: u32,
    pub(crate) attempt_key: String,
    pub(crate) status: String,
    pub(crate) started_at: String,
    pub(crate) provider_reference: Option<String>,
    pub(crate) failure_reason: Option<String>,
}

/// The one exchange of terms.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Negotiation {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) withdrawn_reason: Option<String>,
    pub(crate) offer: Offer,
    pub(crate) offered_at: String,
    pub(crate) expires_at: String,
}

/// What the seller proposed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Offer {
    #[serde(flatten)]
    pub(crate) terms: Terms,
    pub(crate) message: Option<String>,
    pub(crate) agreed_offline: bool,
}

/// A clock that runs, and what silence leads to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Deadline {
    pub(crate) kind: String,
    pub(crate) at: String,
    pub(crate) who: String,
    pub(crate) on_silence: String,
}

/// The buyer's way to the refund.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BuyerLink {
    pub(crate) url: String,
}

impl Refund {
    /// "seller_decide 2026-…", the earliest clock that runs.
    pub(crate) fn next_deadline(&self) -> Option<&Deadline> {
        self.deadlines.iter().min_by(|one, other| one.at.cmp(&other.at))
    }

    /// The offer that waits for an answer.
    pub(crate) fn pending(&self) -> Option<&Negotiation> {
        self.negotiation.as_ref().filter(|negotiation| negotiation.status == "PENDING")
    }
}
