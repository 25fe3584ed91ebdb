//! What a change of the roll-out would mean, before it is made. It changes nothing.

use std::collections::BTreeSet;

use refund_core::{Rollout, SellerId, Timestamp};

use super::settings::Settings;

/// How many sellers that are set up are looked at for one change.
const SELLERS_MAX: usize = 10_000;

/// One roll-out in the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutChange {
    /// Who may make offers now, and then could not.
    pub losers: BTreeSet<SellerId>,
    /// How many were looked at: all that are set up, and all that the present roll-out lets in by name.
    pub looked_at: usize,
    /// Whether there are more that are set up.
    pub is_cut: bool,
}

impl RolloutChange {
    /// That roll-out in the place of the present one.
    #[must_use]
    pub fn look(settings: &Settings, to: &Rollout, now: Timestamp) -> Self {
        let from = &settings.rollout;
        let set_up = settings.sellers(None, SELLERS_MAX.saturating_add(1));
        let named = from.batches.iter().flat_map(|batch| &batch.sellers).chain(&from.allow).chain(&to.deny);
        let all: BTreeSet<&SellerId> = set_up.iter().map(|(id, _)| id).take(SELLERS_MAX).chain(named).collect();
        let loses = |id: &&SellerId| from.check(id, now).is_open() && !to.check(id, now).is_open();
        Self {
            losers: all.iter().copied().filter(loses).cloned().collect(),
            looked_at: all.len(),
            is_cut: set_up.len() > SELLERS_MAX,
        }
    }
}
