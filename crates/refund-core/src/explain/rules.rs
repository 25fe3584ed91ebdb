//! Which rules an event follows from.

use crate::settle::is_late;
use crate::{
    Agreed, ClosedReason, Event, ExtendedBecause, Fact, Negotiation, Refund, Role, Rule, Terms, WithdrawnReason,
};

impl Event {
    /// The rules that it follows from, given the refund before it; the one that says so most directly
    /// comes first. Who caused it counts where that makes it another rule: a refund is agreed by the
    /// seller (R21), by the buyer's yes (S8, R23) or by silence (S11).
    #[must_use]
    pub fn rules(&self, before: Option<&Refund>) -> Vec<Rule> {
        let mut rules = self.direct_rules(before).to_vec();
        let called_in = before.is_some_and(|refund| refund.escalated().is_some());
        if called_in && !rules.contains(&Rule::R25) {
            rules.push(Rule::R25);
        }
        if self.fact.chosen_reason().is_some() {
            rules.push(Rule::R44);
        }
        if !self.fact.named_files().is_empty() {
            rules.push(Rule::R43);
        }
        if self.gives_time_that_an_outage_took(before) {
            rules.push(Rule::R36);
        }
        rules
    }

    /// A clock that silence set in motion too late to count from then, or the extension of a deadline
    /// that had come while settling was held.
    fn gives_time_that_an_outage_took(&self, before: Option<&Refund>) -> bool {
        let ends = |extended| {
            let running = before.map(Refund::deadlines).unwrap_or_default();
            running.into_iter().find(|deadline| deadline.kind == extended).map(|deadline| deadline.at)
        };
        match &self.fact {
            Fact::Agreed { ship: Some(_), .. } | Fact::Escalated { .. } | Fact::PayoutStarted { .. } => {
                is_late(self.at, self.recorded_at)
            }
            Fact::DeadlineExtended { because: Some(_), .. } => is_late(self.at, self.recorded_at),
            Fact::DeadlineExtended { kind, because: None, .. } => ends(*kind).is_some_and(|end| end <= self.at),
            Fact::Agreed { ship: None, .. }
            | Fact::Opened { .. }
            | Fact::Modified { .. }
            | Fact::Refused { .. }
            | Fact::ReturnShipped { .. }
            | Fact::TrackingCorrected { .. }
            | Fact::ReceiptConfirmed
            | Fact::ReturnWaived
            | Fact::ReceiptRefused { .. }
            | Fact::Ruled { .. }
            | Fact::Succeeded { .. }
            | Fact::PayoutFailed { .. }
            | Fact::PayoutReversed { .. }
            | Fact::PaidTwice { .. }
            | Fact::Closed { .. }
            | Fact::OfferMade { .. }
            | Fact::OfferAccepted
            | Fact::OfferRejected
            | Fact::OfferExpired
            | Fact::OfferWithdrawn { .. }
            | Fact::Reminded { .. }
            | Fact::MessagePosted { .. }
            | Fact::Overdue { .. }
            | Fact::LineShipped
            | Fact::NoticeRequested { .. }
            | Fact::NoticeAccepted { .. }
            | Fact::NoticeFailed { .. }
            | Fact::EvidenceAdded { .. }
            | Fact::EvidenceErased { .. }
            | Fact::Erased { .. } => false,
        }
    }

    fn direct_rules(&self, before: Option<&Refund>) -> &'static [Rule] {
        match &self.fact {
            Fact::Opened { .. } => &[Rule::R27, Rule::R29, Rule::S10],
            Fact::Modified { .. } => &[Rule::R19],
            Fact::Agreed { agreed, .. } => self.agreed(agreed, before),
            Fact::Refused { .. } => &[Rule::R22],
            Fact::ReturnShipped { .. }
            | Fact::TrackingCorrected { .. }
            | Fact::ReceiptConfirmed
            | Fact::ReturnWaived
            | Fact::ReceiptRefused { .. } => &[Rule::R24],
            Fact::Escalated { .. } if self.by_silence() => &[Rule::R24, Rule::R25],
            Fact::Escalated { .. } | Fact::Ruled { .. } => &[Rule::R25],
            Fact::PayoutStarted { .. } | Fact::Succeeded { .. } | Fact::PayoutFailed { .. } => &[Rule::R26],
            Fact::Closed { reason, .. } => match reason {
                ClosedReason::Cancelled => &[Rule::R20],
                ClosedReason::BuyerDidNotRespond => &[Rule::R22],
                ClosedReason::BuyerDidNotShip => &[Rule::R24],
                ClosedReason::OperatorRuled => &[Rule::R25],
            },
            Fact::OfferMade { negotiation } => offered(negotiation),
            Fact::OfferAccepted => &[Rule::S8, Rule::R15],
            Fact::OfferRejected => &[Rule::S9, Rule::R15],
            Fact::OfferExpired => self.expired(before),
            Fact::OfferWithdrawn { reason } => match reason {
                WithdrawnReason::SellerAgreed | WithdrawnReason::SellerRefused => &[Rule::S7],
                WithdrawnReason::SellerWithdrew => &[Rule::R16],
                WithdrawnReason::RequestModified => &[Rule::R19],
                WithdrawnReason::RefundCancelled => &[Rule::R20],
            },
            Fact::DeadlineExtended { because: None, .. } => &[Rule::R6],
            Fact::DeadlineExtended { because: Some(ExtendedBecause::Unnotified), .. } => &[Rule::R42],
            Fact::Reminded { .. } => &[Rule::R7],
            Fact::MessagePosted { .. } => &[Rule::R30],
            Fact::PayoutReversed { .. } | Fact::PaidTwice { .. } => &[Rule::R39],
            Fact::Overdue { .. } => &[Rule::R38],
            Fact::LineShipped => &[Rule::R40],
            Fact::NoticeRequested { .. } | Fact::NoticeAccepted { .. } | Fact::NoticeFailed { .. } => &[Rule::R41],
            Fact::EvidenceAdded { .. } | Fact::EvidenceErased { .. } => &[Rule::R43],
            Fact::Erased { .. } => &[Rule::R46],
        }
    }

    fn by_silence(&self) -> bool {
        self.actor.role == Role::System
    }

    fn agreed(&self, agreed: &Agreed, before: Option<&Refund>) -> &'static [Rule] {
        match (self.actor.role, &agreed.terms) {
            (Role::System, Terms::RefundOnly { .. }) if self.ends_the_offer_too(before) => &[Rule::S11, Rule::R4],
            (Role::System, Terms::RefundOnly { .. }) => &[Rule::S11],
            (Role::System, Terms::ReturnAndRefund { .. }) if self.ends_the_offer_too(before) => {
                &[Rule::S11, Rule::R4, Rule::R29]
            }
            (Role::System, Terms::ReturnAndRefund { .. }) => &[Rule::S11, Rule::R29],
            (Role::Buyer, _) => &[Rule::S8, Rule::R23],
            (Role::Seller | Role::Platform | Role::Operator, _) => &[Rule::R21],
        }
    }

    /// Whether the offer expired in the same step (R4): its end and this one are one instant.
    fn ends_the_offer_too(&self, before: Option<&Refund>) -> bool {
        let negotiation = before.and_then(|refund| refund.negotiation.as_ref());
        negotiation.and_then(Negotiation::resolved_at) == Some(self.at)
    }

    fn expired(&self, before: Option<&Refund>) -> &'static [Rule] {
        let with_the_sellers_clock = before.and_then(Refund::seller_decides_by) == Some(self.at);
        if with_the_sellers_clock { &[Rule::R4, Rule::R1, Rule::S9] } else { &[Rule::R1, Rule::S9] }
    }
}

/// The one chance is spent (R9), while the seller's clock runs (R8, S6); a return says where to.
fn offered(negotiation: &Negotiation) -> &'static [Rule] {
    match negotiation.offer.terms {
        Terms::RefundOnly { .. } => &[Rule::R8, Rule::R9, Rule::R1, Rule::S6],
        Terms::ReturnAndRefund { .. } => &[Rule::R8, Rule::R9, Rule::R1, Rule::S6, Rule::S4],
    }
}
