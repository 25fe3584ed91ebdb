//! One refund for each place, made by real commands; and the places that can't be.

use refund_core::{Command, NegotiationStatus, PayoutResult, Refund, RefundType, Role, Span, StatusKind, Timestamp};

use super::world::{self, World, id, offer, other, report};
use super::{Negotiated, Place, Stand};

/// Why there can be no refund in that place; nothing where there can be.
#[must_use]
pub fn excluded(place: Place) -> Option<&'static str> {
    use StatusKind as S;
    let accepted = place.negotiation.status() == Some(NegotiationStatus::Accepted);
    let pending = place.negotiation.status() == Some(NegotiationStatus::Pending);
    let nothing_returns = place.kind == RefundType::RefundOnly;
    let (unagreed, returning, unpaid) = match place.status {
        S::WaitSellerAgree | S::SellerRefuseBuyer => (true, false, false),
        S::WaitBuyerReturnGoods | S::WaitSellerConfirmGoods | S::SellerRefuseReceipt => (false, true, false),
        S::Refunding | S::RefundFailed => (false, false, true),
        S::Success | S::Closed => (false, false, false),
    };
    let refused = matches!(place.status, S::SellerRefuseBuyer | S::SellerRefuseReceipt);
    let rules = [
        (place.escalated && !refused, "R25: the operator is called in after a refusal only"),
        (pending && place.status != S::WaitSellerAgree, "law 2: an offer is open in WAIT_SELLER_AGREE only"),
        (accepted && unagreed, "S8: accepting the offer agrees the refund at once"),
        (returning && nothing_returns, "R21, R23: only agreed returns have a return leg"),
        (unpaid && !world::waits(place.payout), "R26: agreed means paid"),
        (
            place.status == S::Closed && accepted && nothing_returns,
            "R23, R20: accepting it pays, and a refund that is being paid can't be closed",
        ),
    ];
    rules.into_iter().find_map(|(holds, rule)| holds.then_some(rule))
}

/// A refund in that place, and an instant after its last event.
///
/// # Panics
/// Where the commands lead elsewhere: then the place is impossible, and [`excluded`] has to say so.
pub(super) fn reach(world: &World, place: Place) -> (Refund, Timestamp) {
    let start: Timestamp = id("2026-03-01T08:00:00Z");
    // The accepted terms are what the place is about; they differ from what was asked for.
    let accepted = place.negotiation.status() == Some(NegotiationStatus::Accepted);
    let asked = if accepted { other(place.kind) } else { place.kind };
    let mut story = Story { world, refund: world.opened(asked, start), now: start };
    story.negotiate(place.negotiation, other(asked));
    story.lead_to(place);
    let stand = Stand::of(&story.refund);
    let expected = Stand { status: place.status, negotiation: place.negotiation.status(), escalated: place.escalated };
    assert_eq!(stand, expected, "no story leads to {place:?}");
    (story.refund, story.now.plus(Span::hours(1)))
}

struct Story<'a> {
    world: &'a World,
    refund: Refund,
    now: Timestamp,
}

impl Story<'_> {
    /// An hour later, somebody does something that has to succeed.
    fn then(&mut self, role: Role, command: &Command) {
        self.wait(1);
        let done = self.world.decide(&self.refund, &world::actor(role), command, self.now);
        let (_, refund) = done.unwrap_or_else(|refusal| panic!("{command:?} in a sample: {refusal}"));
        self.refund = refund;
    }

    fn wait(&mut self, hours: u16) {
        self.now = self.now.plus(Span::hours(hours));
        self.refund = self.world.settle(&self.refund, self.now).1;
    }

    fn negotiate(&mut self, to: Negotiated, kind: RefundType) {
        let Some(status) = to.status() else { return };
        self.then(Role::Seller, &offer(kind, "n-1"));
        let negotiation_id = id("n-1");
        match status {
            NegotiationStatus::Pending => {}
            NegotiationStatus::Accepted => self.then(Role::Buyer, &Command::AcceptOffer { negotiation_id }),
            NegotiationStatus::Rejected => self.then(Role::Buyer, &Command::RejectOffer { negotiation_id }),
            NegotiationStatus::Expired => self.wait(12),
            NegotiationStatus::Withdrawn => self.then(Role::Seller, &Command::WithdrawOffer),
        }
    }

    /// From the end of the negotiation to the place's status.
    fn lead_to(&mut self, place: Place) {
        match place.status {
            StatusKind::WaitSellerAgree => {}
            StatusKind::SellerRefuseBuyer => self.then(Role::Seller, &Command::Refuse { reason: id("No") }),
            StatusKind::WaitBuyerReturnGoods => self.agree(),
            StatusKind::WaitSellerConfirmGoods => self.ship(),
            StatusKind::SellerRefuseReceipt => {
                self.ship();
                self.then(Role::Seller, &Command::RefuseReceipt { reason: id("Broken") });
            }
            StatusKind::Refunding => self.pay(place.kind),
            StatusKind::RefundFailed => {
                self.pay(place.kind);
                self.then(Role::Platform, &report(PayoutResult::Failed));
            }
            StatusKind::Success => {
                self.pay(place.kind);
                if world::waits(place.payout) {
                    self.then(Role::Platform, &report(PayoutResult::Succeeded));
                }
            }
            StatusKind::Closed => self.then(Role::Buyer, &Command::Cancel { reason: None }),
        }
        if place.escalated {
            self.then(Role::Buyer, &Command::Escalate { reason: id("Unfair") });
        }
    }

    fn agree(&mut self) {
        if self.refund.effective().is_none() {
            self.then(Role::Seller, &Command::Agree { return_address_id: None });
        }
    }

    fn ship(&mut self) {
        self.agree();
        self.then(Role::Buyer, &Command::Ship { carrier: id("Post"), tracking_number: id("1") });
    }

    fn pay(&mut self, kind: RefundType) {
        match kind {
            RefundType::RefundOnly => self.agree(),
            RefundType::ReturnAndRefund => {
                self.ship();
                self.then(Role::Seller, &Command::ConfirmReceipt);
            }
        }
    }
}
