//! A refund and its events without what is erased of them (R46).

use crate::{
    Actor, Agreed, Attachments, Dispute, Erased, ErasedKind, Event, Fact, FileName, Label, Negotiation, Reason, Refund,
    Request, Role, Status, Terms, Text, Via, Why,
};

impl Event {
    /// The event without what is erased of its refund: what happened, when, by whom and for how much stays.
    #[must_use]
    pub fn without(&self, what: &[ErasedKind]) -> Self {
        let mut event = self.clone();
        let takes = Takes(what);
        takes.out_of(&mut event.fact);
        takes.actor(&mut event.actor);
        event
    }
}

impl Refund {
    /// Takes that out of it, and notes who did.
    pub(crate) fn erase(&mut self, what: &[ErasedKind], event: &Event) {
        let takes = Takes(what);
        takes.request(&mut self.requested);
        if takes.has(ErasedKind::Contact) {
            self.buyer_contact = None;
        }
        takes.why(&mut self.seller_refusal);
        if let Some(negotiation) = &mut self.negotiation {
            takes.negotiation(negotiation);
        }
        let attempts = self.payout.iter_mut().flat_map(|payout| payout.attempts_mut());
        attempts.for_each(|attempt| takes.text(&mut attempt.failure_reason));
        takes.status(&mut self.status);
        if takes.has(ErasedKind::Files) {
            self.evidence.forget_names();
        }
        for what in what.iter().copied() {
            self.erased.retain(|before| before.what != what);
            self.erased.push(Erased { what, at: event.at, by: event.actor.clone(), sequence: event.sequence });
        }
    }
}

/// Takes such things out of whatever holds some.
#[derive(Clone, Copy)]
struct Takes<'k>(&'k [ErasedKind]);

impl Takes<'_> {
    fn has(self, kind: ErasedKind) -> bool {
        self.0.contains(&kind)
    }

    /// That it was the seller stays, and that it was one of their people.
    fn actor(self, actor: &mut Actor) {
        if let Via::User(id) = &mut actor.via
            && actor.role == Role::Seller
            && self.has(ErasedKind::Person)
        {
            *id = Label::ERASED.to_owned();
        }
    }

    fn text<'t, const MAX: usize, const LINES: bool>(self, texts: impl IntoIterator<Item = &'t mut Text<MAX, LINES>>) {
        if self.has(ErasedKind::Text) {
            texts.into_iter().for_each(|text| *text = Text::erased());
        }
    }

    fn why<'w>(self, reasons: impl IntoIterator<Item = &'w mut Why>) {
        self.text(reasons.into_iter().map(|reason| &mut reason.text));
    }

    fn request(self, request: &mut Request) {
        self.why([&mut request.reason]);
    }

    fn terms(self, terms: &mut Terms) {
        if let Terms::ReturnAndRefund { return_address, .. } = terms
            && self.has(ErasedKind::Address)
        {
            return_address.recipient = Label::erased();
            return_address.phone = Label::erased();
            return_address.address = Reason::erased();
        }
    }

    fn agreed<'a>(self, agreed: impl IntoIterator<Item = &'a mut Agreed>) {
        agreed.into_iter().for_each(|agreed| self.terms(&mut agreed.terms));
    }

    fn negotiation(self, negotiation: &mut Negotiation) {
        self.terms(&mut negotiation.offer.terms);
        self.text(&mut negotiation.offer.message);
    }

    fn status(self, status: &mut Status) {
        match status {
            Status::WaitSellerAgree { .. } => {}
            Status::SellerRefuseBuyer { dispute } => self.dispute(dispute),
            Status::SellerRefuseReceipt { agreed, dispute } => {
                self.agreed([agreed]);
                self.dispute(dispute);
            }
            Status::WaitBuyerReturnGoods { agreed, .. }
            | Status::WaitSellerConfirmGoods { agreed, .. }
            | Status::Refunding { agreed }
            | Status::RefundFailed { agreed }
            | Status::Success { agreed } => self.agreed([agreed]),
            Status::Closed { agreed, .. } => self.agreed(agreed),
        }
    }

    fn dispute(self, dispute: &mut Dispute) {
        if let Dispute::Escalated(escalation) = dispute {
            self.why(&mut escalation.reason);
        }
    }

    fn out_of(self, fact: &mut Fact) {
        match fact {
            Fact::Opened { opening, .. } => {
                self.request(&mut opening.request);
                if self.has(ErasedKind::Contact) {
                    opening.buyer_contact = None;
                }
            }
            Fact::Modified { request, .. } => self.request(request),
            Fact::Agreed { agreed, .. } => self.agreed([agreed]),
            Fact::Refused { reason, .. } | Fact::ReceiptRefused { reason, .. } => self.why([reason]),
            Fact::Escalated { reason, .. } => self.why(reason),
            Fact::Ruled { agreed, reason, .. } => {
                self.agreed(agreed);
                self.text([reason]);
            }
            Fact::PayoutFailed { reason, .. } | Fact::PayoutReversed { reason, .. } => self.text(reason),
            Fact::Closed { comment, .. } => self.text(comment),
            Fact::OfferMade { negotiation } => self.negotiation(negotiation),
            Fact::MessagePosted { message } => {
                self.text([&mut message.text]);
                if self.has(ErasedKind::Text) {
                    message.attachments = Attachments::default();
                }
            }
            // Whoever could not reach somebody may say whom.
            Fact::NoticeFailed { reason, .. } if self.has(ErasedKind::Contact) => {
                *reason = reason.as_ref().map(|_| Reason::erased());
            }
            Fact::NoticeFailed { reason, .. } => self.text(reason),
            Fact::EvidenceAdded { file } if self.has(ErasedKind::Files) => file.name = FileName::default(),
            Fact::EvidenceAdded { .. }
            | Fact::ReturnShipped { .. }
            | Fact::TrackingCorrected { .. }
            | Fact::ReceiptConfirmed
            | Fact::ReturnWaived
            | Fact::PayoutStarted { .. }
            | Fact::Succeeded { .. }
            | Fact::PaidTwice { .. }
            | Fact::OfferAccepted
            | Fact::OfferRejected
            | Fact::OfferExpired
            | Fact::OfferWithdrawn { .. }
            | Fact::DeadlineExtended { .. }
            | Fact::Reminded { .. }
            | Fact::Overdue { .. }
            | Fact::LineShipped
            | Fact::NoticeRequested { .. }
            | Fact::NoticeAccepted { .. }
            | Fact::EvidenceErased { .. }
            | Fact::Erased { .. } => {}
        }
    }
}
