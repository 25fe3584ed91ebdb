//! What is known around a refund, gathered for the rules.

use std::sync::Arc;

use refund_core::{
    Action, Actor, Command, CommandKind, Explained, Facts, LineLedger, Options, Policy, Refund, Refusal, Rollout,
    Timestamp, actions, all_actions, foretell, options,
};

use crate::{Seen, Seller, StoreError, View};

/// The settings and the account that a decision about one refund depends on.
pub(crate) struct Known {
    policy: Policy,
    seller: Arc<Seller>,
    rollout: Arc<Rollout>,
    refundable: refund_core::Money,
}

impl Known {
    pub(crate) fn of(view: &dyn View, refund: &Refund) -> Result<Self, StoreError> {
        let missing = |what: &str| StoreError::Unreadable(format!("no {what} for refund {}", refund.id));
        let seller = view.seller(&refund.seller_id)?.ok_or_else(|| missing("seller"))?;
        let others = view.beside(refund)?;
        let ledger = LineLedger::of(others.iter().chain([refund]));
        Ok(Self {
            policy: view.policy()?.with(&seller.policy),
            seller,
            rollout: view.rollout()?,
            refundable: ledger.map_or(refund.line.paid, |ledger| ledger.refundable()),
        })
    }

    pub(crate) fn facts(&self, refund: &Refund, now: Timestamp) -> Facts<'_> {
        Facts {
            policy: &self.policy,
            addresses: &self.seller.addresses,
            rollout: self.rollout.check(&refund.seller_id, now),
            refundable: self.refundable,
        }
    }

    fn every_action(&self, refund: &Refund, actors: Vec<Actor>, now: Timestamp) -> Vec<(Actor, Vec<Action>)> {
        let facts = self.facts(refund, now);
        let each = actors.into_iter().map(|actor| {
            let all = all_actions(refund, &facts, &actor, now);
            (actor, all)
        });
        each.collect()
    }
}

/// A refund as these see it: with what any of them may do now.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn seen(view: &dyn View, refund: Refund, viewers: &[Actor], now: Timestamp) -> Result<Seen, StoreError> {
    if viewers.is_empty() || refund.status.kind().is_final() {
        return Ok(Seen { refund, actions: Vec::new() });
    }
    let known = Known::of(view, &refund)?;
    let facts = known.facts(&refund, now);
    let mut possible: Vec<CommandKind> =
        viewers.iter().flat_map(|actor| actions(&refund, &facts, actor, now)).collect();
    possible.sort_unstable();
    possible.dedup();
    Ok(Seen { refund, actions: possible })
}

/// What the seller may offer on a refund that has been settled (R18).
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn offer_options(view: &dyn View, refund: &Refund, actor: &Actor, now: Timestamp) -> Result<Options, StoreError> {
    let known = Known::of(view, refund)?;
    Ok(options(refund, &known.facts(refund, now), actor, now))
}

/// What stands against a command on a refund that has been settled, if something does. It is not tried.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn objection(
    view: &dyn View,
    refund: &Refund,
    actor: &Actor,
    command: &Command,
    now: Timestamp,
) -> Result<Option<Refusal>, StoreError> {
    let known = Known::of(view, refund)?;
    Ok(refund_core::objection(refund, &known.facts(refund, now), actor, command, now))
}

/// What each of these could do about a refund that has been settled, and what stands against the rest.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn every_action(
    view: &dyn View,
    refund: &Refund,
    actors: Vec<Actor>,
    now: Timestamp,
) -> Result<Vec<(Actor, Vec<Action>)>, StoreError> {
    Ok(Known::of(view, refund)?.every_action(refund, actors, now))
}

/// What comes of a refund from now on.
#[derive(Debug, Clone)]
pub struct Prospect {
    /// What happens if nobody does anything and nothing around it changes.
    pub if_nobody_acts: Vec<Explained>,
    /// For each who could act, what is possible now and what stands against the rest.
    pub actions: Vec<(Actor, Vec<Action>)>,
}

/// What comes of a refund that has been settled, and what each of these could do about it.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn prospect(view: &dyn View, refund: &Refund, actors: Vec<Actor>, now: Timestamp) -> Result<Prospect, StoreError> {
    let known = Known::of(view, refund)?;
    let if_nobody_acts = foretell(refund, &known.facts(refund, now), now);
    Ok(Prospect { if_nobody_acts, actions: known.every_action(refund, actors, now) })
}
