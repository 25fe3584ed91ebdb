//! What is for the audit, in JSON.

mod changes;

use refund_core::{Actor, AuditType, Role, Timestamp, Via};
use refund_store::{Audited, Entry, Settings};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::changes::ChangeOut;
use super::refund::ActorOut;

/// Something in the audit trail: who did what, from where, and when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditOut {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) audit_type: AuditType,
    /// When it was recorded.
    pub(crate) at: Timestamp,
    /// Who did it; nobody where somebody was not let in.
    #[schema(required)]
    pub(crate) actor: Option<ActorOut>,
    /// What that person or key is called today.
    #[schema(required)]
    pub(crate) actor_name: Option<String>,
    /// From which address; of tries to sign in over IPv6, the network. Nothing where it was not recorded.
    #[schema(required)]
    pub(crate) address: Option<String>,
    /// The id of what it is about: of the key, the person, the refund; of a prepared offer its seller's and its own, with
    /// a slash between.
    #[schema(required)]
    pub(crate) subject: Option<String>,
    /// What that is called.
    #[schema(required)]
    pub(crate) subject_name: Option<String>,
    /// How many tries to sign in failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u32>,
    /// When the first of these tries was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<Timestamp>,
    /// What is different since.
    pub(crate) changes: Vec<ChangeOut>,
}

impl AuditOut {
    /// What was recorded, under its id, with the names that these settings know. A seller is not told what the operator's
    /// people are called, and from where they work.
    pub(crate) fn new(id: String, audited: &Audited, settings: &Settings, to: Role) -> Self {
        let actor = actor(&audited.entry, settings);
        let is_for_them = to == Role::Operator || actor.as_ref().is_none_or(|actor| actor.role == to);
        let named = actor.as_ref().and_then(|actor| match &actor.via {
            Via::Key(id) => settings.key(id).map(|key| key.name.to_string()),
            Via::User(id) => settings.user(id).map(|user| user.name.to_string()),
            Via::Link | Via::Clock => None,
        });
        let (subject, subject_name) = subject(audited, settings);
        let failed = if let Entry::SignInsFailed(failed) = &audited.entry { Some(failed) } else { None };
        let address = audited.from.or(failed.and_then(|failed| failed.from));
        Self {
            id,
            audit_type: audited.audit_type,
            at: audited.at,
            actor: actor.as_ref().map(|actor| actor.disclosed_to(to).into()),
            actor_name: named.filter(|_| is_for_them),
            address: address.filter(|_| is_for_them).map(|address| address.to_string()),
            subject,
            subject_name,
            count: failed.map(|failed| failed.count),
            since: failed.map(|failed| failed.since),
            changes: changes::of(audited),
        }
    }
}

/// Who did it, if anybody.
fn actor(entry: &Entry, settings: &Settings) -> Option<Actor> {
    match entry {
        Entry::Refund(event) => Some(event.actor.clone()),
        Entry::Seller { actor, .. }
        | Entry::Policy { actor, .. }
        | Entry::Rollout { actor, .. }
        | Entry::Key { actor, .. }
        | Entry::BuyerLink { actor, .. }
        | Entry::Webhook { actor, .. }
        | Entry::WebhookRemoved { actor, .. }
        | Entry::User { actor, .. }
        | Entry::SavedOffer { actor, .. }
        | Entry::SavedOfferRemoved { actor, .. } => Some(actor.clone()),
        Entry::Session(session) => settings.user(&session.user_id).map(|user| user.itself()),
        Entry::Restored(_) => Some(Actor::system()),
        Entry::Answer { .. } | Entry::SessionEnded { .. } | Entry::SignInsFailed(_) | Entry::Redacted { .. } => None,
    }
}

/// The id of what it is about, and what that is called.
fn subject(audited: &Audited, settings: &Settings) -> (Option<String>, Option<String>) {
    let person = |id: &str| (Some(id.to_owned()), settings.user(id).map(|user| user.name.to_string()));
    match &audited.entry {
        Entry::Refund(event) => (Some(event.refund_id.to_string()), None),
        Entry::BuyerLink { refund_id, .. } => (Some(refund_id.to_string()), None),
        Entry::Seller { seller_id, seller, .. } => (Some(seller_id.to_string()), Some(seller.name.to_string())),
        Entry::SavedOffer { seller_id, offer, .. } => {
            (Some(format!("{seller_id}/{}", offer.id)), Some(offer.name.to_string()))
        }
        Entry::SavedOfferRemoved { seller_id, offer_id, .. } => {
            let was = if let Some(Entry::SavedOffer { offer, .. }) = &audited.before { Some(offer) } else { None };
            (Some(format!("{seller_id}/{offer_id}")), was.map(|offer| offer.name.to_string()))
        }
        Entry::Key { key, .. } => (Some(key.id.clone()), Some(key.name.to_string())),
        Entry::Webhook { webhook, .. } => (Some(webhook.id.clone()), Some(webhook.terms.url.clone())),
        Entry::WebhookRemoved { webhook_id, .. } => {
            let was = if let Some(Entry::Webhook { webhook, .. }) = &audited.before { Some(webhook) } else { None };
            let url = was.map(|webhook| webhook.terms.url.clone());
            (Some(webhook_id.clone()), url)
        }
        Entry::User { user, .. } => (Some(user.id.clone()), Some(user.name.to_string())),
        Entry::Session(session) => person(&session.user_id),
        Entry::SignInsFailed(failed) => failed.user_id.as_deref().map_or((None, None), person),
        Entry::Policy { .. }
        | Entry::Rollout { .. }
        | Entry::Restored(_)
        | Entry::Answer { .. }
        | Entry::Redacted { .. }
        | Entry::SessionEnded { .. } => (None, None),
    }
}
