//! The laws, and what can be checked of them on what was recorded.

use refund_core::{
    DeadlineKind, Event, Fact, FileHash, LineLedger, Money, NegotiationStatus, PayoutStatus, Refund, RefundId,
    RefundType, Role, Status, StatusKind, Terms, Timestamp,
};

/// What must hold whatever happens, by number: `docs/rules.md` lists it from here.
pub const LAWS: [(u8, &str); 12] = [
    (1, "A refund has one negotiation at the most, however that ends."),
    (2, "An offer is open only while the seller has to decide, and never for longer than the seller has."),
    (3, "That an offer is made, rejected or runs out moves neither the refund's status nor the seller's deadline."),
    (
        4,
        "A refund that has ended has no open offer and no deadline of a party; one that has not has a deadline: a \
         party's, the operator's or the payment's.",
    ),
    (5, "What is carried out is what was asked for, unless an offer was accepted or the operator ruled otherwise."),
    (6, "No more money comes back on an order line than was paid for it."),
    (
        7,
        "A refund is what its events make of it; a command that comes again under its key is answered as it was before.",
    ),
    (8, "A command that is refused leaves no event of its own."),
    (9, "Nobody accepts an offer of their own; no buyer and no seller sees or changes a refund that is another's."),
    (10, "Nothing happens before its instant, and what is due happens, however long the engine was away."),
    (11, "Where silence needs a notice, nobody loses by it untold, but after the deadline has moved once."),
    (12, "One attempt at a payout is open at the most, and money that went out twice is told of."),
];

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordPlace {
    /// In a journal, in bytes from its start.
    Byte(u64),
    /// In a database, by its number.
    Number(u64),
}

impl std::fmt::Display for RecordPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Byte(byte) => write!(f, "record at byte {byte}"),
            Self::Number(number) => write!(f, "record {number}"),
        }
    }
}

/// A law that what was recorded breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where the record stands that breaks it.
    pub record: RecordPlace,
    /// On which refund, where it is about one.
    pub refund: Option<RefundId>,
    /// Which law, and how.
    pub law: Law,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.record)?;
        if let Some(refund) = &self.refund {
            write!(f, ", refund {refund}")?;
        }
        write!(f, ": {}", self.law)
    }
}

/// A law, and how it is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Law {
    /// A refund has one negotiation at the most.
    #[error("a second offer was made (law 1)")]
    SecondOffer,
    /// An offer is pending only while the seller has to decide.
    #[error("an offer is pending in {0} (law 2)")]
    PendingIn(StatusKind),
    /// An offer never outlives the seller's clock.
    #[error("the offer ends at {offer}, and the seller's deadline is {seller} (law 2)")]
    OfferOutlives {
        /// The offer's end.
        offer: Timestamp,
        /// The seller's deadline.
        seller: Timestamp,
    },
    /// Nothing but messages, and what is about its payout, comes to a refund that has ended.
    #[error("something happened after it had ended (law 4)")]
    AfterTheEnd,
    /// A refund that has ended waits for no party.
    #[error("it has ended, and has a pending offer or a party's deadline (law 4)")]
    EndedAndWaits,
    /// A refund that has not ended waits for something.
    #[error("it has not ended, and has no deadline of a party, the operator or the payment (law 4)")]
    WaitsForNothing,
    /// Only an accepted offer or a ruling changes what is carried out.
    #[error("{carried_out} is carried out, and {due} was asked for or accepted (law 5)")]
    OtherTerms {
        /// What is carried out.
        carried_out: TypeAndAmount,
        /// What it should be.
        due: TypeAndAmount,
    },
    /// What is paid is what was agreed.
    #[error("{paid} is paid, and {agreed} was agreed (law 5)")]
    OtherAmount {
        /// What is paid.
        paid: Money,
        /// What was agreed.
        agreed: Money,
    },
    /// No more comes back on an order line than was paid for it.
    #[error("with {amount} more than {left} would come back that is left on its order line (law 6)")]
    PaidTooMuch {
        /// What is paid now.
        amount: Money,
        /// What is left of what was paid for the line.
        left: Money,
    },
    /// One refund at a time on an order line.
    #[error("it was opened while {0} was in progress on its order line (R27)")]
    TwoInProgress(RefundId),
    /// The first refund of a line says what was bought.
    #[error("buyer, category or price are not those of the first refund on its order line (R27)")]
    AnotherLine,
    /// Events of a refund are numbered from 1 without gaps.
    #[error("event {found} stands where event {expected} should (law 7)")]
    Gap {
        /// The number it has.
        found: u64,
        /// The number it should have.
        expected: u64,
    },
    /// Each record names the one before on the same refund.
    #[error("the record before it on this refund stands at byte {expected}, and it names byte {found} (law 7)")]
    BrokenHistory {
        /// The position that the record names; 0 for none.
        found: u64,
        /// The position it should name.
        expected: u64,
    },
    /// What is remembered or told of cannot be.
    #[error("it can't be replayed: {0} (law 7)")]
    NotReplayed(String),
    /// Each party does what is its own to do.
    #[error("the {0} did what is another's to do (law 9)")]
    WrongRole(Role),
    /// Nothing is written down before it happened.
    #[error("something of {at} was recorded at {recorded_at}, before it happened (law 10)")]
    BeforeItsInstant {
        /// When it is said to have happened.
        at: Timestamp,
        /// When it was recorded.
        recorded_at: Timestamp,
    },
    /// The engine's time never goes back.
    #[error("{now} was recorded after {before} (R35)")]
    TimeWentBack {
        /// The later record's instant.
        now: Timestamp,
        /// The instant before.
        before: Timestamp,
    },
    /// A party loses by silence only where it had been told, or after more time (R42).
    #[error("silence decided at a deadline of which no notice had been accepted in time (law 11)")]
    NobodyTold,
    /// Of a payout's attempts one is open at the most.
    #[error("two attempts at its payout are open (law 12)")]
    TwoAttemptsOpen,
    /// Whoever names a file has added it, and it is there.
    #[error("file {0} is named by one who has not added it, or was erased (R43)")]
    UnknownFile(FileHash),
    /// A refund is against a seller who was set up.
    #[error("its seller was never set up (R29)")]
    NoSeller,
}

/// Terms, without the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeAndAmount(pub RefundType, pub Money);

impl std::fmt::Display for TypeAndAmount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

/// What an event breaks that made one state of a refund of another, on its order line as it was before.
pub(super) fn of_event(before: &Refund, after: &Refund, line: Option<&LineLedger>, event: &Event) -> Vec<Law> {
    let mut broken = Vec::new();
    let expected = before.sequence.saturating_add(1);
    if event.sequence != expected {
        broken.push(Law::Gap { found: event.sequence, expected });
    }
    if before.status.kind().is_final() && event.fact.changes_state() && !event.fact.is_about_payout() {
        broken.push(Law::AfterTheEnd);
    }
    if !is_theirs(before, event) {
        broken.push(Law::WrongRole(event.actor.role));
    }
    if matches!(event.fact, Fact::OfferMade { .. }) && before.negotiation.is_some() {
        broken.push(Law::SecondOffer);
    }
    let by_silence = event.actor.role == Role::System && event.fact.ends_a_clock();
    if by_silence && before.status.clock().is_some_and(|clock| clock.lacks().is_some()) {
        broken.push(Law::NobodyTold);
    }
    broken.extend(other_terms(before, event));
    let is_there = |file: &FileHash| {
        let added = before.evidence.of(event.actor.role, *file);
        added.is_some_and(|added| added.erased.is_none())
    };
    let named = event.fact.named_files().iter();
    broken.extend(named.filter(|file| !is_there(file)).map(|file| Law::UnknownFile(*file)));
    let takes = after.status.kind().takes_money() && !before.status.kind().takes_money();
    if let (true, Some(amount), Some(line)) = (takes, after.effective().map(Terms::amount), line) {
        let left = line.refundable();
        if amount.is_over(left).unwrap_or(true) {
            broken.push(Law::PaidTooMuch { amount, left });
        }
    }
    broken
}

/// Whether it is the actor's own to do; what several may do is anyone's here.
fn is_theirs(before: &Refund, event: &Event) -> bool {
    let (role, id) = (event.actor.role, event.actor.id.as_str());
    if matches!(event.fact, Fact::OfferAccepted | Fact::OfferRejected) {
        role == Role::Buyer && id == before.buyer_id.as_str()
    } else if matches!(event.fact, Fact::OfferMade { .. }) {
        role == Role::Seller
    } else if event.fact.is_about_file() {
        let is_erased = matches!(event.fact, Fact::EvidenceErased { .. });
        role == Role::Operator || !is_erased && matches!(role, Role::Buyer | Role::Seller)
    } else if let Some(message) = event.fact.message() {
        message.roles().contains(&role)
    } else {
        !matches!(event.fact, Fact::Ruled { .. } | Fact::Erased { .. }) || role == Role::Operator
    }
}

/// Where something else is carried out or paid than what it should be.
fn other_terms(before: &Refund, event: &Event) -> Option<Law> {
    if let Fact::Agreed { agreed, .. } = &event.fact {
        let carried_out = TypeAndAmount(agreed.terms.kind(), agreed.terms.amount());
        let due = terms_due(before);
        return (carried_out != due).then_some(Law::OtherTerms { carried_out, due });
    }
    if let Fact::PayoutStarted { amount, .. } | Fact::Succeeded { amount, .. } = &event.fact {
        let agreed = before.effective().map(Terms::amount).filter(|agreed| agreed != amount)?;
        return Some(Law::OtherAmount { paid: *amount, agreed });
    }
    None
}

/// What is to be carried out: the offer where it was accepted, else what was asked for.
fn terms_due(refund: &Refund) -> TypeAndAmount {
    let accepted = refund.negotiation.as_ref().filter(|offer| offer.status() == NegotiationStatus::Accepted);
    match accepted {
        Some(negotiation) => TypeAndAmount(negotiation.offer.terms.kind(), negotiation.offer.terms.amount()),
        None => TypeAndAmount(refund.requested.kind, refund.requested.amount),
    }
}

/// What a refund's opening breaks, on its order line as it was before.
pub(super) fn of_opening(after: &Refund, line: Option<&LineLedger>) -> Vec<Law> {
    let mut broken = Vec::new();
    if after.sequence != 1 {
        broken.push(Law::Gap { found: after.sequence, expected: 1 });
    }
    if let Some(line) = line {
        broken.extend(line.in_progress.clone().map(Law::TwoInProgress));
        if (&line.buyer_id, line.category, line.paid) != (&after.buyer_id, after.line.category, after.line.paid) {
            broken.push(Law::AnotherLine);
        }
    }
    broken
}

/// What a refund breaks as it stands after a whole record.
pub(super) fn of_state(refund: &Refund) -> Vec<Law> {
    let mut broken = Vec::new();
    let kind = refund.status.kind();
    if let Some(pending) = refund.pending() {
        let offer = pending.answer.by;
        if let Status::WaitSellerAgree { decide } = &refund.status {
            let seller = decide.by;
            broken.extend((offer > seller).then_some(Law::OfferOutlives { offer, seller }));
        } else {
            broken.push(Law::PendingIn(kind));
        }
    }
    let deadlines = refund.deadlines();
    if kind.is_final() {
        if refund.pending().is_some() || deadlines.iter().any(|deadline| deadline.kind != DeadlineKind::PayoutReport) {
            broken.push(Law::EndedAndWaits);
        }
    } else if deadlines.iter().all(|deadline| deadline.kind == DeadlineKind::BuyerAnswer) {
        broken.push(Law::WaitsForNothing);
    }
    let asked = refund.requested.reason.files.as_slice().iter();
    let unknown = asked.filter(|file| refund.evidence.of(Role::Buyer, **file).is_none());
    broken.extend(unknown.map(|file| Law::UnknownFile(*file)));
    let attempts = refund.payout.iter().flat_map(|payout| payout.attempts());
    if attempts.filter(|attempt| attempt.status == PayoutStatus::Started).count() > 1 {
        broken.push(Law::TwoAttemptsOpen);
    }
    broken
}
