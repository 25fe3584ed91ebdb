//! Who did what to the settings, who ruled, who signed in: what of all that was recorded is for the audit.

use std::net::IpAddr;

use refund_core::{AuditType, Fact, SellerId, Timestamp, Via};

use crate::{Entry, EventPosition, Key, SecondFactor, Settings, User, Webhook};

/// One thing that was recorded and is for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// Where it stands.
    pub position: EventPosition,
    /// When it was recorded.
    pub at: Timestamp,
    /// From which address it was asked for, where that was recorded.
    pub from: Option<IpAddr>,
    /// What it is about.
    pub audit_type: AuditType,
    /// What was recorded.
    pub entry: Entry,
    /// What had made the same setting what it was before, where there was one.
    pub before: Option<Entry>,
}

/// What of it is asked for. It comes with the latest first.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Only what is about one of these; about anything where none is named.
    pub types: Vec<AuditType>,
    /// Only what this person or key did, by their id, or what was tried in this person's name.
    pub actor: Option<String>,
    /// Only what is this seller's own: its settings, keys, people and endpoints, and who came in as one of them.
    pub seller_id: Option<SellerId>,
    /// Only what was recorded at this instant or later.
    pub since: Option<Timestamp>,
    /// Only what was recorded before this instant.
    pub until: Option<Timestamp>,
    /// Only what was recorded before this.
    pub behind: Option<EventPosition>,
    /// How much at the most.
    pub limit: usize,
}

/// What an entry is about, where it is for the audit; `before` are the settings before its record.
pub(crate) fn audit_type(entry: &Entry, before: &Settings) -> Option<AuditType> {
    match entry {
        Entry::Refund(event) => of_event(&event.fact),
        Entry::Key { key, .. } if is_but_used(key, before) => None,
        Entry::User { user, .. } if is_but_signed_in(user, before) => None,
        Entry::Answer { .. } | Entry::SessionEnded { .. } | Entry::Redacted { .. } => None,
        Entry::Policy { .. } => Some(AuditType::Policy),
        Entry::Rollout { .. } => Some(AuditType::Rollout),
        Entry::Seller { .. } => Some(AuditType::Seller),
        Entry::SavedOffer { .. } | Entry::SavedOfferRemoved { .. } => Some(AuditType::SavedOffer),
        Entry::Key { .. } => Some(AuditType::Key),
        Entry::Webhook { .. } | Entry::WebhookRemoved { .. } => Some(AuditType::Webhook),
        Entry::User { .. } => Some(AuditType::Person),
        Entry::BuyerLink { .. } => Some(AuditType::BuyerLink),
        Entry::Session(_) => Some(AuditType::SignIn),
        Entry::SignInsFailed(_) => Some(AuditType::SignInFailed),
        Entry::Restored(_) => Some(AuditType::Restoration),
    }
}

/// What the operator alone decides about a refund.
fn of_event(fact: &Fact) -> Option<AuditType> {
    if matches!(fact, Fact::EvidenceErased { .. } | Fact::Erased { .. }) {
        return Some(AuditType::Erasure);
    }
    matches!(fact, Fact::Ruled { .. }).then_some(AuditType::Ruling)
}

/// Whether a key is what it was but for when it was used: that is nothing that anybody did to it.
fn is_but_used(key: &Key, before: &Settings) -> bool {
    let unused = |key: &Key| Key { last_used_at: None, ..key.clone() };
    before.key(&key.id).is_some_and(|before| unused(before) == unused(key))
}

/// Whether a person is who they were but for the code that they signed in by, or what they have seen of what others did:
/// the first is told by their session, and the second is nothing that anybody did to them.
fn is_but_signed_in(user: &User, before: &Settings) -> bool {
    let plain = |user: &User| {
        let second_factor = user.second_factor.clone().map(|factor| SecondFactor { last_step: 0, ..factor });
        User { second_factor, alerts: Vec::new(), ..user.clone() }
    };
    before.user(&user.id).is_some_and(|before| plain(before) == plain(user))
}

/// Who did it, by the id of their key or their own, or in whose name it was tried.
pub(crate) fn who(entry: &Entry) -> Option<&str> {
    let actor = match entry {
        Entry::Session(session) => return Some(&session.user_id),
        Entry::SignInsFailed(failed) => return failed.user_id.as_deref(),
        Entry::Answer { .. } | Entry::SessionEnded { .. } | Entry::Restored(_) | Entry::Redacted { .. } => {
            return None;
        }
        Entry::Refund(event) => &event.actor,
        Entry::Policy { actor, .. }
        | Entry::Rollout { actor, .. }
        | Entry::Seller { actor, .. }
        | Entry::SavedOffer { actor, .. }
        | Entry::SavedOfferRemoved { actor, .. }
        | Entry::Key { actor, .. }
        | Entry::Webhook { actor, .. }
        | Entry::WebhookRemoved { actor, .. }
        | Entry::User { actor, .. }
        | Entry::BuyerLink { actor, .. } => actor,
    };
    match &actor.via {
        Via::Key(id) | Via::User(id) => Some(id),
        Via::Link | Via::Clock => None,
    }
}

/// Whose own it is, if it is a seller's; `removed` is the endpoint that was removed, if one was.
pub(crate) fn seller_of(entry: &Entry, removed: Option<&Webhook>, settings: &Settings) -> Option<SellerId> {
    let of_person = |id: &str| settings.user(id).map(|user| user.role.clone());
    let role = match entry {
        Entry::Seller { seller_id, .. }
        | Entry::SavedOffer { seller_id, .. }
        | Entry::SavedOfferRemoved { seller_id, .. } => return Some(seller_id.clone()),
        Entry::Key { key, .. } => Some(key.role.clone()),
        Entry::Webhook { webhook, .. } => Some(webhook.owner.clone()),
        Entry::WebhookRemoved { .. } => removed.map(|webhook| webhook.owner.clone()),
        Entry::User { user, .. } => Some(user.role.clone()),
        Entry::Session(session) => of_person(&session.user_id),
        Entry::SignInsFailed(failed) => failed.user_id.as_deref().and_then(of_person),
        Entry::Refund(_)
        | Entry::Answer { .. }
        | Entry::BuyerLink { .. }
        | Entry::Policy { .. }
        | Entry::Rollout { .. }
        | Entry::Restored(_)
        | Entry::Redacted { .. }
        | Entry::SessionEnded { .. } => None,
    };
    role?.seller_id().cloned()
}

/// The endpoint that an entry removes; `before` are the settings before it.
pub(crate) fn removed<'s>(entry: &Entry, before: &'s Settings) -> Option<&'s Webhook> {
    if let Entry::WebhookRemoved { webhook_id, .. } = entry {
        before.webhook(webhook_id).map(|own| &**own)
    } else {
        None
    }
}

impl Audited {
    /// Whose own it is, if it is a seller's.
    fn seller_id(&self, settings: &Settings) -> Option<SellerId> {
        let removed = if let Some(Entry::Webhook { webhook, .. }) = &self.before { Some(&**webhook) } else { None };
        seller_of(&self.entry, removed, settings)
    }
}

impl AuditQuery {
    /// Whether that is asked for, wherever it stands.
    pub(crate) fn asks_for(&self, audited: &Audited, settings: &Settings) -> bool {
        let is_theirs = || self.seller_id == audited.seller_id(settings);
        (self.seller_id.is_none() || is_theirs())
            && (self.types.is_empty() || self.types.contains(&audited.audit_type))
            && (self.actor.is_none() || self.actor.as_deref() == who(&audited.entry))
            && self.since.is_none_or(|since| audited.at >= since)
            && self.until.is_none_or(|until| audited.at < until)
    }
}
