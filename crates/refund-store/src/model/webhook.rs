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
    /// Which of its signing secrets is the present one, counted from 1; a restore from a backup leaves some numbers out.
    /// The secrets themselves are not stored.
    pub generation: u32,
    /// When the present secret replaced the one before, if one did.
    pub rotated_at: Option<Timestamp>,
    /// When it was last switched on: it is told of what happens from then on.
    pub enabled_at: Timestamp,
    /// Since when it is switched off, and why, if it is.
    pub disabled: Option<Disabled>,
    /// Which secret the present one replaced, where it is not the one that is counted before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<u32>,
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
        Self {
            id,
            owner,
            terms,
            created_at,
            generation: 1,
            rotated_at: None,
            enabled_at,
            disabled: None,
            replaced: None,
        }
    }

    /// Until when the secret before the present one is valid, if there was one.
    #[must_use]
    pub fn both_secrets_until(&self) -> Option<Timestamp> {
        self.rotated_at.map(|at| at.plus(BOTH_VALID_FOR))
    }

    /// Which of its signing secrets was the one before the present.
    #[must_use]
    pub fn generation_before(&self) -> u32 {
        self.replaced.unwrap_or_else(|| self.generation.saturating_sub(1))
    }

    /// The endpoint after a change. Where its secret is rotated, `next` is which it has from then on.
    pub(crate) fn changed(self, change: &WebhookChange, next: u32, now: Timestamp) -> Self {
        match change {
            WebhookChange::Terms(terms) => Self { terms: terms.clone(), ..self },
            WebhookChange::Rotated => {
                let is_counted_on = self.generation.saturating_add(1) == next;
                let replaced = Some(self.generation).filter(|_| !is_counted_on);
                Self { generation: next, rotated_at: Some(now), replaced, ..self }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_secret_was_replaced_is_known_also_where_numbers_leap() {
        let terms = WebhookTerms { url: "https://example.com".to_owned(), description: None, types: Vec::new() };
        let rotated = |webhook: Webhook, next| webhook.changed(&WebhookChange::Rotated, next, Timestamp::MAX);
        let made = Webhook::new("whk_1".to_owned(), KeyRole::Platform, terms);
        let second = rotated(made, 2);
        assert_eq!((second.generation, second.generation_before(), second.replaced), (2, 1, None));
        let leapt = rotated(second, 1_795_862_341);
        assert_eq!((leapt.generation, leapt.generation_before()), (1_795_862_341, 2));
        let next = rotated(leapt, 1_795_862_342);
        assert_eq!((next.generation_before(), next.replaced), (1_795_862_341, None));
    }
}
