//! A refund with all that is needed to say what may be done about it.

use std::sync::Arc;

use refund_core::{
    Action, Actor, Command, CommandKind, Event, Foretold, Grounds, MakeOffer, Money, Negotiation, NegotiationId,
    Options, Policy, Refund, Refusal, Role, Rollout, SavedOffer, Timestamp, actions, all_actions, check_offer,
    foretell, options, outcome,
};

use crate::{Seller, Settings, StoreError};

/// A refund, and what stood around it at the same moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    /// The refund.
    pub refund: Arc<Refund>,
    /// The seller whom it is against.
    pub seller: Arc<Seller>,
    /// What can still be refunded on its order line.
    pub refundable: Money,
    /// Which of its links for the buyer is the present one, counted from 1.
    pub link: u32,
    policy: Arc<Policy>,
    rollout: Arc<Rollout>,
    is_held: bool,
    notice_leap: u64,
}

impl Around {
    /// A refund among these settings, on whose order line so much is left.
    /// Fails where its seller is not there.
    pub(crate) fn new(settings: &Settings, refund: Arc<Refund>, refundable: Money) -> Result<Self, StoreError> {
        let seller = Arc::clone(seller_of(settings, &refund)?);
        let (link, policy) = (settings.link(&refund.id), Arc::clone(&settings.policy));
        let (rollout, notice_leap) = (Arc::clone(&settings.rollout), settings.notice_leap());
        Ok(Self { refund, seller, refundable, link, policy, rollout, is_held: false, notice_leap })
    }

    /// A refund on which something that is due waits, because settling is held (R36).
    #[must_use]
    pub fn held(self) -> Self {
        Self { is_held: true, ..self }
    }

    fn basis(&self) -> Basis {
        Basis {
            policy: self.policy.with(&self.seller.policy),
            seller: Arc::clone(&self.seller),
            rollout: Arc::clone(&self.rollout),
            refundable: self.refundable,
            is_held: self.is_held,
            notice_leap: self.notice_leap,
        }
    }

    /// The refund as these see it: with what any of them may do now.
    #[must_use]
    pub fn seen(self, viewers: &[Actor], now: Timestamp) -> Seen {
        if shows_no_actions(&self.refund, viewers) {
            return Seen { refund: self.refund, actions: Vec::new() };
        }
        let actions = self.basis().possible(&self.refund, viewers, now);
        Seen { refund: self.refund, actions }
    }

    /// What the seller may offer (R18).
    #[must_use]
    pub fn offer_options(&self, actor: &Actor, now: Timestamp) -> Options {
        options(&self.refund, &self.basis().grounds(&self.refund, now), actor, now)
    }

    /// The negotiation that an offer of these terms would begin on a refund that has been settled (R45).
    ///
    /// # Errors
    /// Every rule that stands against it, in the order of R32.
    pub fn check_offer(&self, actor: &Actor, terms: &MakeOffer, now: Timestamp) -> Result<Negotiation, Vec<Refusal>> {
        check_offer(&self.refund, &self.basis().grounds(&self.refund, now), actor, terms, now)
    }

    /// The offer that a prepared one comes to here, with its message in that language (R45).
    #[must_use]
    pub fn saved_offer(&self, saved: &SavedOffer, id: NegotiationId, language: Option<&str>) -> MakeOffer {
        saved.on(&self.refund, &self.seller.addresses, id, language)
    }

    /// What a command would bring about on a refund that has been settled, or what stands against it. It is not tried.
    ///
    /// # Errors
    /// The [`Refusal`] that it would get.
    pub fn outcome(&self, actor: &Actor, command: &Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        outcome(&self.refund, &self.basis().grounds(&self.refund, now), actor, command, now)
    }

    /// What each of these could do about a refund that has been settled, and what stands against the rest.
    #[must_use]
    pub fn every_action(&self, actors: Vec<Actor>, now: Timestamp) -> Vec<(Actor, Vec<Action>)> {
        let basis = self.basis();
        let grounds = basis.grounds(&self.refund, now);
        let each = actors.into_iter().map(|actor| {
            let all = all_actions(&self.refund, &grounds, &actor, now);
            (actor, all)
        });
        each.collect()
    }

    /// What comes of a refund that has been settled, and what each of these could do about it.
    #[must_use]
    pub fn prospect(&self, actors: Vec<Actor>, now: Timestamp) -> Prospect {
        let if_nobody_acts = foretell(&self.refund, &self.basis().grounds(&self.refund, now), now);
        Prospect { if_nobody_acts, actions: self.every_action(actors, now) }
    }
}

/// A refund as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The refund.
    pub refund: Arc<Refund>,
    /// What they may do with it.
    pub actions: Vec<CommandKind>,
}

/// What comes of a refund from now on.
#[derive(Debug, Clone)]
pub struct Prospect {
    /// What happens if nobody does anything and nothing around it changes.
    pub if_nobody_acts: Vec<Foretold>,
    /// For each who could act, what is possible now and what stands against the rest.
    pub actions: Vec<(Actor, Vec<Action>)>,
}

/// The settings and the account that a decision about one refund depends on.
pub(crate) struct Basis {
    policy: Policy,
    seller: Arc<Seller>,
    rollout: Arc<Rollout>,
    refundable: Money,
    is_held: bool,
    notice_leap: u64,
}

impl Basis {
    pub(crate) fn new(
        settings: &Settings,
        refund: &Refund,
        refundable: Money,
        is_held: bool,
    ) -> Result<Self, StoreError> {
        let seller = seller_of(settings, refund)?;
        Ok(Self {
            policy: settings.policy.with(&seller.policy),
            seller: Arc::clone(seller),
            rollout: Arc::clone(&settings.rollout),
            refundable,
            is_held,
            notice_leap: settings.notice_leap(),
        })
    }

    pub(crate) fn grounds(&self, refund: &Refund, now: Timestamp) -> Grounds<'_> {
        Grounds {
            policy: &self.policy,
            addresses: &self.seller.addresses,
            rollout: self.rollout.check(&refund.seller_id, now),
            refundable: self.refundable,
            is_held: self.is_held,
            notice_leap: self.notice_leap,
        }
    }

    /// What any of these may do now.
    pub(crate) fn possible(&self, refund: &Refund, viewers: &[Actor], now: Timestamp) -> Vec<CommandKind> {
        let grounds = self.grounds(refund, now);
        let mut possible: Vec<_> = viewers.iter().flat_map(|actor| actions(refund, &grounds, actor, now)).collect();
        possible.sort_unstable();
        possible.dedup();
        possible
    }
}

/// The seller whom a refund is against.
pub(crate) fn seller_of<'s>(settings: &'s Settings, refund: &Refund) -> Result<&'s Arc<Seller>, StoreError> {
    let missing = || StoreError::Unreadable(format!("no seller for refund {}", refund.id));
    settings.seller(&refund.seller_id).ok_or_else(missing)
}

/// Whether nobody asks what may be done, or nothing may: once a refund has ended nothing but its payout goes on, which is
/// no party's.
pub(crate) fn shows_no_actions(refund: &Refund, viewers: &[Actor]) -> bool {
    let pays = |viewer: &Actor| match viewer.role {
        Role::Platform | Role::Operator => refund.payout.is_some(),
        Role::Seller | Role::Buyer | Role::System => false,
    };
    viewers.is_empty() || (refund.status.kind().is_final() && !viewers.iter().any(pays))
}
