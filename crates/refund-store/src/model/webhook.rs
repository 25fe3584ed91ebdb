//! Where events are sent to.

use refund_core::{Label, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::KeyRole;

/// An endpoint that is told of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its public name.
    pub id: String,
    /// Whose events it is told of: a seller's own, or all of them.
    pub owner: KeyRole,
    /// Where it is, and what it is told.
    pub terms: WebhookTerms,
    /// When it was made.
    pub created_at: Timestamp,
    /// Which of its signing secrets is the present one, counted from 1. The secrets themselves are not stored.
    pub generation: u32,
    /// When the present secret replaced the one before, if one did.
    pub rotated_at: Option<Timestamp>,
    /// When it was last switched on: it is told of what happens from then on.
    pub enabled_at: Timestamp,
    /// Since when it is switched off, and why, if it is.
    pub disabled: Option<Disabled>,
}

/// What the owner of an endpoint says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookTerms {
    /// Where messages are sent.
    pub url: String,
    /// What its owner calls it, if they call it something.
    pub description: Option<Label>,
    /// The names of the event types that it is told of; every one where none is named.
    pub types: Vec<String>,
}

/// Since when nothing is sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// Since then.
    pub at: Timestamp,
    /// Why.
    pub because: DisabledBecause,
}

/// Why nothing is sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DisabledBecause {
    /// Its owner switched it off.
    Asked,
    /// It answered that it is gone for ever (410).
    Gone,
    /// Nothing got through to it for too long.
    Failing,
}

/// What becomes different about an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookChange {
    /// What its owner says of it.
    Terms(WebhookTerms),
    /// It gets another secret; the one before is valid for a while longer.
    Rotated,
    /// It is switched on.
    Enabled,
    /// It is switched off, where it is on.
    Disabled(DisabledBecause),
}

/// How long the secret that was replaced is valid still.
const BOTH_VALID_FOR: Span = Span::hours(24);

impl Webhook {
    /// A new endpoint. Its instants are set when it is recorded.
    #[must_use]
    pub fn new(id: String, owner: KeyRole, terms: WebhookTerms) -> Self {
        let (created_at, enabled_at) = (Timestamp::MIN, Timestamp::MIN);
        Self { id, owner, terms, created_at, generation: 1, rotated_at: None, enabled_at, disabled: None }
    }

    /// Until when the secret before the present one is valid, if there was one.
    #[must_use]
    pub fn both_secrets_until(&self) -> Option<Timestamp> {
        self.rotated_at.map(|at| at.plus(BOTH_VALID_FOR))
    }

    pub(crate) fn changed(self, change: &WebhookChange, now: Timestamp) -> Self {
        match change {
            WebhookChange::Terms(terms) => Self { terms: terms.clone(), ..self },
            WebhookChange::Rotated => {
                Self { generation: self.generation.saturating_add(1), rotated_at: Some(now), ..self }
            }
            WebhookChange::Enabled if self.disabled.is_none() => self,
            WebhookChange::Enabled => Self { enabled_at: now, disabled: None, ..self },
            WebhookChange::Disabled(_) if self.disabled.is_some() => self,
            WebhookChange::Disabled(because) => {
                Self { disabled: Some(Disabled { at: now, because: *because }), ..self }
            }
        }
    }
}
