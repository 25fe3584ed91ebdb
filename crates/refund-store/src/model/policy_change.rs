//! What a change of the platform's policy would mean, before it is made. It changes nothing, and so it settles nothing
//! either.

use refund_core::{Policy, PolicyField, SellerId};

use super::settings::Settings;

/// How many sellers are read in one go.
const SELLERS_AT_ONCE: usize = 500;
/// How many at the most for one check, and how many of them are listed.
const SELLERS_MAX: usize = 10_000;
const OVERRIDERS_MAX: usize = 100;

/// One policy in the place of another.
#[derive(Debug, Clone)]
pub struct PolicyChange {
    /// The present one.
    pub from: Policy,
    /// The one that would be in its place.
    pub to: Policy,
    /// In what they differ.
    pub changed: Vec<PolicyField>,
    /// For whom a part of the change means nothing.
    pub overriders: Overriders,
}

/// Sellers with values of their own for what would change, as far as it was looked.
#[derive(Debug, Clone, Default)]
pub struct Overriders {
    /// Each with the fields that it has a value for, in the order of their ids.
    pub found: Vec<(SellerId, Vec<PolicyField>)>,
    /// How many sellers were looked at.
    pub looked_at: usize,
    /// Whether there are some that were not.
    pub is_cut: bool,
}

impl PolicyChange {
    /// That policy in the place of the present one.
    #[must_use]
    pub fn look(settings: &Settings, to: Policy) -> Self {
        let from = Policy::clone(&settings.policy);
        let changed = from.changed_in(&to);
        let overriders = overriders(settings, &changed);
        Self { from, to, changed, overriders }
    }
}

/// The sellers that have a value of their own for one of these fields, in the order of their ids.
fn overriders(settings: &Settings, fields: &[PolicyField]) -> Overriders {
    let mut overriders = Overriders::default();
    let mut after: Option<SellerId> = None;
    // Where nothing changes nobody is asked.
    let mut more = !fields.is_empty();
    while more {
        let page = settings.sellers(after.as_ref(), SELLERS_AT_ONCE);
        more = page.len() == SELLERS_AT_ONCE;
        for (seller_id, seller) in page {
            if overriders.looked_at == SELLERS_MAX || overriders.found.len() == OVERRIDERS_MAX {
                return Overriders { is_cut: true, ..overriders };
            }
            overriders.looked_at = overriders.looked_at.saturating_add(1);
            after = Some(seller_id.clone());
            let fields: Vec<_> = seller.policy.fields().into_iter().filter(|own| fields.contains(own)).collect();
            if !fields.is_empty() {
                overriders.found.push((seller_id, fields));
            }
        }
    }
    overriders
}
