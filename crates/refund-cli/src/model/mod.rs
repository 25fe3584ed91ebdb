//! What tables show of the server's answers. JSON is never made from these: it is passed on as it came.

mod event;
mod explanation;
mod refund;
mod saved_offer;
mod stats;
mod webhook;

use serde::Deserialize;

pub(crate) use event::{Event, EventData};
pub(crate) use explanation::{Action, Explanation, Happened, Prospect, Rule};
pub(crate) use refund::{Address, BuyerLink, Deadline, File, Negotiation, Offer, Payout, Refund, Terms};
pub(crate) use saved_offer::{SavedOffer, SavedOption};
pub(crate) use stats::{Day, Numbers, Stats};
pub(crate) use webhook::{Attempt, Delivery, Redelivered, Webhook};

/// An amount.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Money {
    pub(crate) currency: String,
    pub(crate) value: String,
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.value, self.currency)
    }
}

/// Who did something.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Actor {
    pub(crate) role: String,
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) via: String,
}

impl Actor {
    /// "seller seller-homeware", or the clock.
    pub(crate) fn in_words(&self) -> String {
        if self.via == "clock" { "the clock".to_owned() } else { format!("{} {}", self.role, self.id) }
    }
}

/// Something that was written on a refund.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message {
    pub(crate) at: String,
    pub(crate) actor: Actor,
    pub(crate) text: String,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) internal: bool,
    pub(crate) for_operators: bool,
}

/// A notice, and what became of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) to: String,
    pub(crate) status: String,
    pub(crate) requested_at: String,
    pub(crate) reported_at: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) replaced_by: Option<String>,
}

/// A file that lies elsewhere.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Attachment {
    pub(crate) url: String,
    pub(crate) media_type: String,
    pub(crate) size: u64,
}

/// What came of one command of many.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BulkResult {
    pub(crate) refund_id: String,
    pub(crate) refund: Option<Refund>,
    pub(crate) problem: Option<crate::failure::Problem>,
}

/// A reason for no, and what would change it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Objection {
    pub(crate) code: String,
    pub(crate) rule: String,
    pub(crate) detail: String,
    pub(crate) possible_at: Option<String>,
}

/// What the seller may offer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Options {
    pub(crate) may_offer: bool,
    pub(crate) objections: Vec<Objection>,
    pub(crate) types: Vec<OfferType>,
    pub(crate) return_addresses: Vec<Address>,
    pub(crate) freight_insurance: bool,
    pub(crate) expires_at: Option<String>,
    pub(crate) deadlines: Vec<Deadline>,
    pub(crate) saved_offers: Vec<SavedOption>,
}

/// What would come of an offer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OfferCheck {
    pub(crate) possible: bool,
    pub(crate) terms: Terms,
    pub(crate) objections: Vec<Objection>,
    pub(crate) offer: Option<Offer>,
    pub(crate) expires_at: Option<String>,
}

/// One type of offer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OfferType {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) possible: bool,
    pub(crate) objections: Vec<Objection>,
    pub(crate) amount_min: Money,
    pub(crate) amount_max: Money,
}

/// A seller.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Seller {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) addresses: Vec<Address>,
    pub(crate) policy: serde_json::Map<String, serde_json::Value>,
    pub(crate) contacts: Vec<SellerContact>,
}

/// Somebody who is told by mail what concerns a seller.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SellerContact {
    pub(crate) email: String,
    pub(crate) language: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) kinds: Vec<String>,
}

impl SellerContact {
    /// As it stands on a card.
    pub(crate) fn in_words(&self) -> String {
        let of: Vec<_> = [&self.language, &self.time_zone].into_iter().flatten().map(String::as_str).collect();
        let of = if of.is_empty() { String::new() } else { format!(" ({})", of.join(", ")) };
        let kinds = if self.kinds.is_empty() { "everything".to_owned() } else { self.kinds.join(", ") };
        format!("{}{of}: {kinds}", self.email)
    }
}

/// An API key, which is not its secret.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) seller_id: Option<String>,
    pub(crate) scope: String,
    pub(crate) created_at: String,
    pub(crate) expires_at: Option<String>,
    pub(crate) last_used_at: Option<String>,
    pub(crate) revoked_at: Option<String>,
    pub(crate) secret: Option<String>,
}

/// Something in the audit trail.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuditEntry {
    #[serde(rename = "type")]
    pub(crate) entry_type: String,
    pub(crate) at: String,
    pub(crate) actor: Option<Actor>,
    pub(crate) actor_name: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) subject_name: Option<String>,
    pub(crate) count: Option<u32>,
    pub(crate) changes: Vec<AuditChange>,
}

/// What is different since.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuditChange {
    pub(crate) field: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// To which sellers the tool is open.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub(crate) struct Rollout {
    pub(crate) batches: Vec<Batch>,
    pub(crate) percentage: u8,
    pub(crate) allow: std::collections::BTreeSet<String>,
    pub(crate) deny: std::collections::BTreeSet<String>,
}

/// Sellers that are let in together.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub(crate) struct Batch {
    pub(crate) name: String,
    pub(crate) sellers: std::collections::BTreeSet<String>,
    pub(crate) open: bool,
    pub(crate) opens_at: Option<String>,
}

/// Whether the tool is open to a seller, and why.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Verdict {
    pub(crate) open: bool,
    pub(crate) because: String,
    pub(crate) opens_at: Option<String>,
}
