//! What somebody of a role may know of what happens. Answers are made from these alone, so that none of them
//! can forget to ask: a buyer knows of no internal note, of no return address before it is given out, and of
//! others' keys and people nothing.

use crate::{
    Actor, Address, Contact, Event, EventType, ExternalReference, Fact, Foretold, Message, Money, Payout,
    PayoutAttempt, References, Refund, RefundId, RefundType, Role, Terms, Timestamp, Via, Whose,
};

/// An event, as far as somebody of a role may know it.
#[derive(Debug, Clone, Copy)]
pub struct Disclosed<'a> {
    event: &'a Event,
    to: Role,
    has_happened: bool,
}

/// Terms, as far as somebody may know them.
#[derive(Debug, Clone, Copy)]
pub struct DisclosedTerms<'a> {
    terms: &'a Terms,
    with_address: bool,
}

/// A payout, as far as somebody of a role may know it.
#[derive(Debug, Clone, Copy)]
pub struct DisclosedPayout<'a> {
    payout: &'a Payout,
    to: Role,
}

/// Who did something, as far as somebody of a role may know it.
#[derive(Debug, Clone, Copy)]
pub struct DisclosedActor<'a> {
    actor: &'a Actor,
    to: Role,
}

impl Fact {
    /// Whether somebody of that role may know of it: a note is for some alone.
    #[must_use]
    pub fn is_for(&self, role: Role) -> bool {
        self.message().is_none_or(|message| message.is_for(role))
            && self.notice_to().is_none_or(|reader| may_know_of_notices_to(reader, role))
    }
}

/// What the operator is told concerns no party, and what a seller is told no buyer.
fn may_know_of_notices_to(reader: Role, role: Role) -> bool {
    match role {
        Role::Platform | Role::Operator | Role::System => true,
        Role::Seller => reader != Role::Operator,
        Role::Buyer => reader == Role::Buyer,
    }
}

impl Refund {
    /// How the buyer is reached, if somebody of that role may know it: the seller has no business with it.
    #[must_use]
    pub fn contact_disclosed_to(&self, role: Role) -> Option<&Contact> {
        self.buyer_contact.as_deref().filter(|_| knows_references(role))
    }
}

impl References {
    /// As somebody of that role may know them; nothing where they are not for them.
    #[must_use]
    pub fn disclosed_to(&self, role: Role) -> Option<&Self> {
        Some(self).filter(|_| knows_references(role))
    }
}

fn knows_references(role: Role) -> bool {
    match role {
        Role::Platform | Role::Operator => true,
        Role::Seller | Role::Buyer | Role::System => false,
    }
}

/// Which attempt to pay it is, and what a provider says of it, is told to all but the buyer (R39).
fn knows_provider(role: Role) -> bool {
    match role {
        Role::Seller | Role::Platform | Role::Operator | Role::System => true,
        Role::Buyer => false,
    }
}

impl Payout {
    /// As somebody of that role may know it.
    #[must_use]
    pub fn disclosed_to(&self, role: Role) -> DisclosedPayout<'_> {
        DisclosedPayout { payout: self, to: role }
    }
}

impl<'a> DisclosedPayout<'a> {
    /// How much.
    #[must_use]
    pub fn amount(self) -> Money {
        self.payout.amount
    }

    /// The attempt that says where the money is. Its number and key, and what the provider said of it, are asked for by
    /// [`Self::of_provider`].
    #[must_use]
    pub fn deciding(self) -> &'a PayoutAttempt {
        self.payout.deciding()
    }

    /// What is between the platform and the provider, if that may be known.
    #[must_use]
    pub fn of_provider<T>(self, said: Option<T>) -> Option<T> {
        said.filter(|_| knows_provider(self.to))
    }

    /// All attempts, and whether more than one has paid, if that may be known.
    #[must_use]
    pub fn attempts(self) -> Option<(impl Iterator<Item = &'a PayoutAttempt>, bool)> {
        knows_provider(self.to).then(|| (self.payout.attempts(), self.payout.is_paid_twice()))
    }
}

impl Event {
    /// As somebody of that role may know it, now that it has happened; nothing where it is not for them.
    #[must_use]
    pub fn disclosed_to(&self, role: Role) -> Option<Disclosed<'_>> {
        self.fact.is_for(role).then_some(Disclosed { event: self, to: role, has_happened: true })
    }
}

impl Foretold {
    /// As somebody of that role may know it beforehand; nothing where it is not for them.
    #[must_use]
    pub fn disclosed_to(&self, role: Role) -> Option<Disclosed<'_>> {
        let happened = self.explained().event.disclosed_to(role)?;
        Some(Disclosed { has_happened: false, ..happened })
    }
}

impl<'a> Disclosed<'a> {
    /// To which refund.
    #[must_use]
    pub fn refund_id(self) -> &'a RefundId {
        &self.event.refund_id
    }

    /// Its number within the refund.
    #[must_use]
    pub fn sequence(self) -> u64 {
        self.event.sequence
    }

    /// When it happened, or will.
    #[must_use]
    pub fn at(self) -> Timestamp {
        self.event.at
    }

    /// When it was written down.
    #[must_use]
    pub fn recorded_at(self) -> Timestamp {
        self.event.recorded_at
    }

    /// What it is called.
    #[must_use]
    pub fn event_type(self) -> EventType {
        self.event.fact.event_type()
    }

    /// What it is. Terms in it are asked for by [`Self::terms`].
    #[must_use]
    pub fn fact(self) -> &'a Fact {
        &self.event.fact
    }

    /// What was written, where something was.
    #[must_use]
    pub fn message(self) -> Option<&'a Message> {
        self.event.fact.message()
    }

    /// What is between the platform and the provider of a payment, if that may be known.
    #[must_use]
    pub fn of_provider<T>(self, said: Option<T>) -> Option<T> {
        said.filter(|_| knows_provider(self.to))
    }

    /// Why a notice could not be sent, if that may be known: gateways name whom they could not reach.
    #[must_use]
    pub fn of_gateway<T>(self, said: Option<T>) -> Option<T> {
        said.filter(|_| knows_references(self.to))
    }

    /// What the platform calls the refund, if that may be known.
    #[must_use]
    pub fn external_reference(self, whose: &Whose) -> Option<&ExternalReference> {
        whose.external_reference.as_ref().filter(|_| knows_references(self.to))
    }

    /// What the platform keeps with the refund, if that may be known.
    #[must_use]
    pub fn references(self, references: &'a References) -> Option<&'a References> {
        references.disclosed_to(self.to)
    }

    /// Who did it.
    #[must_use]
    pub fn actor(self) -> DisclosedActor<'a> {
        self.event.actor.disclosed_to(self.to)
    }

    /// Terms of it. Where the goods would go is the seller's own until it is agreed or offered.
    #[must_use]
    pub fn terms(self, terms: &'a Terms) -> DisclosedTerms<'a> {
        DisclosedTerms { terms, with_address: self.has_happened || self.to != Role::Buyer }
    }
}

impl<'a> DisclosedTerms<'a> {
    /// Terms that are agreed, or of an offer that was made: both sides know them.
    #[must_use]
    pub fn given_out(terms: &'a Terms) -> Self {
        Self { terms, with_address: true }
    }

    /// Refund only, or a return.
    #[must_use]
    pub fn kind(self) -> RefundType {
        self.terms.kind()
    }

    /// How much.
    #[must_use]
    pub fn amount(self) -> Money {
        self.terms.amount()
    }

    /// Where the goods go, if they do and it may be known.
    #[must_use]
    pub fn return_address(self) -> Option<&'a Address> {
        self.terms.return_address().filter(|_| self.with_address)
    }
}

impl Actor {
    /// As somebody of that role may know them.
    #[must_use]
    pub fn disclosed_to(&self, role: Role) -> DisclosedActor<'_> {
        DisclosedActor { actor: self, to: role }
    }
}

impl<'a> DisclosedActor<'a> {
    /// In what capacity.
    #[must_use]
    pub fn role(self) -> Role {
        self.actor.role
    }

    /// Which one. A buyer is told of an operator and of the platform that it was them, and not which of their people
    /// or keys.
    #[must_use]
    pub fn id(self) -> &'a str {
        match self.actor.role {
            Role::Operator | Role::Platform if self.to == Role::Buyer => self.actor.role.as_str(),
            Role::Buyer | Role::Seller | Role::Operator | Role::Platform | Role::System => &self.actor.id,
        }
    }

    /// Through what. Which key or person it was is asked for by [`Self::via_id`].
    #[must_use]
    pub fn via(self) -> &'a Via {
        &self.actor.via
    }

    /// Through which key or person. A buyer has neither, so whichever it was is somebody else's.
    #[must_use]
    pub fn via_id(self) -> Option<&'a str> {
        match &self.actor.via {
            Via::Key(id) | Via::User(id) if self.to != Role::Buyer => Some(id),
            Via::Key(_) | Via::User(_) | Via::Link | Via::Clock => None,
        }
    }
}
