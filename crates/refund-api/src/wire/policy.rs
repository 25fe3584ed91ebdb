//! What a change of the policy would mean, in JSON.

use refund_core::{PolicyField, Rule, SellerId, Span};
use refund_store::PolicyChange;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What a change would mean. Nothing has been changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyCheckOut {
    changes: Vec<ChangeOut>,
    keeps: Vec<&'static str>,
    overridden_by: Vec<OverriderOut>,
    sellers_looked_at: usize,
    is_cut: bool,
    /// Reminders that would never fire, because a deadline is no longer than they come before it.
    idle_reminders: Vec<IdleOut>,
}

/// A reminder that never fires for deadlines of that length.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IdleReminder)]
struct IdleOut {
    field: PolicyField,
    reminder_seconds: Span,
}

/// A field that would change.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeOut {
    field: PolicyField,
    from: Value,
    to: Value,
    rule: Rule,
    means: &'static str,
    applies_to: &'static str,
}

/// A seller for whom a part of the change means nothing, because it has values of its own.
#[derive(Debug, Serialize, ToSchema)]
struct OverriderOut {
    seller_id: SellerId,
    fields: Vec<PolicyField>,
}

impl PolicyCheckOut {
    /// What it means to put one policy in the place of another.
    pub(crate) fn new(change: PolicyChange) -> Result<Self, serde_json::Error> {
        let PolicyChange { from, to, changed, overriders } = change;
        let idle = to.idle_reminders().into_iter().map(|(field, reminder_seconds)| IdleOut { field, reminder_seconds });
        let idle_reminders = idle.collect();
        let (from, to) = (serde_json::to_value(&from)?, serde_json::to_value(&to)?);
        let value = |policy: &Value, field: PolicyField| policy.get(field.as_str()).cloned().unwrap_or_default();
        let changes = changed.iter().map(|field| ChangeOut {
            field: *field,
            from: value(&from, *field),
            to: value(&to, *field),
            rule: field.rule(),
            means: field.means(),
            applies_to: field.applies_to(),
        });
        let overridden = overriders.found.into_iter().map(|(seller_id, fields)| OverriderOut { seller_id, fields });
        let kept = changed.first().map(|_| Rule::R34.says()).into_iter();
        Ok(Self {
            changes: changes.collect(),
            keeps: kept.chain(changed.iter().map(|field| field.keeps())).collect(),
            overridden_by: overridden.collect(),
            sellers_looked_at: overriders.looked_at,
            is_cut: overriders.is_cut,
            idle_reminders,
        })
    }
}
