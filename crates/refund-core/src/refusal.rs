//! Every reason for no: which rule, with its data, and when the thing becomes possible (R33).

mod code;

use serde::{Deserialize, Serialize};

pub use self::code::RefusalCode;
use crate::rollout::Because;
use crate::{
    AddressId, CommandKind, Currency, DeadlineKind, FileHash, Money, NegotiationId, NegotiationStatus, PayoutStatus,
    ReasonCode, ReasonFor, RefundId, Role, Rule, SellerId, StatusKind, Timestamp,
};

/// Why a command was not carried out. It changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// Somebody else's to do (R30).
    #[error("this is for the {}, not for the {role}", list(allowed))]
    NotYourRole {
        /// Who asked.
        role: Role,
        /// Who may.
        allowed: Vec<Role>,
    },
    /// Something is due and has to happen first, and settling is held (R36).
    #[error("settling is held, and something is due that has to happen first")]
    SettlingHeld,
    /// No seller of that id has been set up (R29).
    #[error("no seller {seller_id} has been set up")]
    SellerUnknown {
        /// The id that was given.
        seller_id: SellerId,
    },
    /// The line's first refund says otherwise (R27).
    #[error("the order line's first refund fixed another {field}")]
    OrderLineDiffers {
        /// What differs.
        field: LineField,
    },
    /// Another refund of the line isn't final yet (R27).
    #[error("refund {refund_id} is in progress on this order line, with other terms")]
    RefundInProgress {
        /// The one in progress.
        refund_id: RefundId,
    },
    /// The line has had all the refunds that it may have (R27).
    #[error("the order line has had {max} refunds, the most it may have")]
    TooManyRefundsOnLine {
        /// How many it may have.
        max: u32,
    },
    /// That side has posted as many messages on the refund as it may (R30).
    #[error("the {role} has posted {max} messages on this refund, the most there can be")]
    TooManyMessages {
        /// Which side.
        role: Role,
        /// How many it may post.
        max: u32,
    },
    /// That side has added as many files to the refund as it may (R43).
    #[error("the {role} has added {max} files to this refund, the most there can be")]
    TooManyFiles {
        /// Which side.
        role: Role,
        /// How many it may add.
        max: u32,
    },
    /// The one chance is spent (S5, R9).
    #[error("this refund's one negotiation has been used: {negotiation_id} is {status}")]
    NegotiationAlreadyUsed {
        /// The one there was.
        negotiation_id: NegotiationId,
        /// Where it stands.
        status: NegotiationStatus,
    },
    /// The answer names an offer that isn't this refund's (R15).
    #[error("the answer is to {named}, which is not this refund's offer")]
    OfferIsAnother {
        /// What the answer names.
        named: NegotiationId,
        /// This refund's, if it has one.
        current: Option<NegotiationId>,
    },
    /// The offer has been answered or withdrawn, or there is none.
    #[error("{}", match status {
        Some(status) => format!("the offer is not open any more, it is {status}"),
        None => "there is no offer".to_owned(),
    })]
    OfferNotPending {
        /// Where it stands, if there is one.
        status: Option<NegotiationStatus>,
    },
    /// The answer came at the offer's end or after it (R2).
    #[error("the offer ended at {expired_at}; an answer counts before that instant")]
    DeadlinePassed {
        /// When it ended.
        expired_at: Timestamp,
    },
    /// The refund stands where this can't be done.
    #[error("{command} can't be done while the refund is {status}{}", if *escalated { " and the operator has been called in" } else { "" })]
    WrongStatus {
        /// What was asked for.
        command: CommandKind,
        /// Where the refund stands.
        status: StatusKind,
        /// Whether the operator has been called in.
        escalated: bool,
    },
    /// The money has been paid; no report can take it back (R26).
    #[error("the payout has succeeded; a failure can't be reported after that")]
    PayoutAlreadySucceeded,
    /// No attempt of that number was made (R39).
    #[error("there is no attempt {attempt}; there have been {attempts}")]
    PayoutAttemptUnknown {
        /// What was named.
        attempt: u32,
        /// How many there have been.
        attempts: u32,
    },
    /// That attempt's money has not been paid, so it can't have come back (R39).
    #[error("attempt {attempt} is {status}; only what was paid can come back")]
    PayoutNotReversible {
        /// Which attempt.
        attempt: u32,
        /// Where its money is.
        status: PayoutStatus,
    },
    /// The payout has been tried as often as it may be (R39).
    #[error("the payout has been tried {max} times, the most it may be")]
    TooManyPayoutAttempts {
        /// How often it may be tried.
        max: u32,
    },
    /// It has been told before that the line was shipped (R40).
    #[error("that the order line was shipped is known already")]
    AlreadyShipped,
    /// There is no such deadline to extend (R6).
    #[error("no {kind} deadline is running: there is none, or it is overdue already")]
    DeadlineNotRunning {
        /// The one that was named.
        kind: DeadlineKind,
    },
    /// The policy has no withdrawing by hand (R16).
    #[error("the policy does not let a seller withdraw an offer by hand")]
    WithdrawNotAllowed,
    /// The policy asks for an offer before a refusal (R17).
    #[error("the policy asks the seller to make an offer, and to wait for its end, before refusing")]
    NegotiateBeforeRefuse {
        /// When the open offer ends, where that comes before the seller's own deadline.
        possible_at: Option<Timestamp>,
    },
    /// The tool has not been opened to this seller (S13, R37).
    #[error("negotiation is not open to this seller ({because})")]
    NegotiationNotOpenToSeller {
        /// What decided.
        because: Because,
        /// When the seller's batch opens by itself.
        opens_at: Option<Timestamp>,
    },
    /// Fresh food, and the policy says no (S1, R14).
    #[error("{}", if *refund_only_allowed {
        "for fresh goods the policy allows only offers in which nothing goes back"
    } else {
        "fresh goods are not open to negotiation"
    })]
    FreshGoodsNotNegotiable {
        /// Whether an offer in which nothing goes back would be allowed.
        refund_only_allowed: bool,
    },
    /// Not the currency that the line was paid in (R28).
    #[error("the order line was paid in {expected}, the amount is in {given}")]
    CurrencyMismatch {
        /// The line's.
        expected: Currency,
        /// The amount's.
        given: Currency,
    },
    /// Zero or less (R10).
    #[error("{amount} is not more than zero")]
    AmountNotPositive {
        /// What was given.
        amount: Money,
    },
    /// More than can still be refunded on the line (R10, R27).
    #[error("{amount} is more than the {max} that can still be refunded on the order line")]
    AmountOverRefundable {
        /// What was given.
        amount: Money,
        /// The most there can be.
        max: Money,
    },
    /// More than the buyer asked for, and the policy caps it there (R10).
    #[error("{amount} is more than the {max} that the buyer asked for")]
    AmountOverRequested {
        /// What was given.
        amount: Money,
        /// The most there can be.
        max: Money,
    },
    /// Nothing was shipped, so nothing can come back (R12).
    #[error("the goods were not shipped, so they can't be returned")]
    ReturnNeedsShippedGoods,
    /// The policy wants freight insurance for an offered return (R12).
    #[error("the policy asks for freight insurance on an order before a return is offered")]
    ReturnNeedsFreightInsurance,
    /// An offered return says where to (S4, R12).
    #[error("an offer to return goods names one of the seller's addresses")]
    ReturnAddressRequired,
    /// The seller has no such address (R12).
    #[error("the seller has no address {address_id}")]
    ReturnAddressUnknown {
        /// What was given.
        address_id: AddressId,
    },
    /// A seller has exactly one default return address (R29).
    #[error("exactly one address is the default, and {given} are marked so")]
    DefaultAddressRequired {
        /// How many were marked as the default.
        given: usize,
    },
    /// The policy lists reasons for it, and this is none of them; or it lists none, and one is named (R44).
    #[error("{}", unknown_reason(*purpose, given.as_ref(), codes))]
    ReasonUnknown {
        /// For what it was to be a reason.
        purpose: ReasonFor,
        /// What was named, if something was.
        given: Option<ReasonCode>,
        /// All that there are for it.
        codes: Vec<ReasonCode>,
    },
    /// That file isn't there for whoever names it (R43).
    #[error("file {sha256} is none that its sender has added to this refund and that is still there")]
    EvidenceUnknown {
        /// What was named.
        sha256: FileHash,
    },
    /// The policy asks for files that show that reason (R44).
    #[error("the policy asks for files that show {code} as a reason for {purpose}, and none is named")]
    EvidenceRequired {
        /// For what it was to be a reason.
        purpose: ReasonFor,
        /// The reason that was named.
        code: ReasonCode,
    },
    /// That file was taken off this refund (R43).
    #[error("file {sha256} was erased from this refund")]
    EvidenceErased {
        /// Which.
        sha256: FileHash,
    },
    /// Somebody's data is still needed (R46).
    #[error(
        "the refund is {status}, and only the law can ask for what is erased of it before it is over; an address stays"
    )]
    RefundNotFinal {
        /// Where it stands.
        status: StatusKind,
    },
    /// A note that a party never sees names what it does see (R43).
    #[error("a note that is kept from a party can't name files, which both parties see")]
    NoteNamesFiles,
    /// The offer is what the buyer asked for (R11).
    #[error("the offer has the type and the amount that the buyer asked for")]
    OfferChangesNothing,
    /// The new request is the present one (R19).
    #[error("the request is the same as the present one")]
    RequestChangesNothing,
    /// A deadline moves to a later instant only (R6).
    #[error("a {kind} deadline can only move to after {after}")]
    ExtensionNotLater {
        /// Which.
        kind: DeadlineKind,
        /// What the new instant has to lie behind.
        after: Timestamp,
    },
    /// Beyond what the deadline may move to (R5, R6).
    #[error("a {kind} deadline can move to {limit} at the latest")]
    ExtensionTooFar {
        /// Which.
        kind: DeadlineKind,
        /// The latest instant.
        limit: Timestamp,
    },
}

crate::names::names! {
    /// What an order line's first refund fixes for all later ones (R27).
    LineField {
        /// Who bought it.
        BuyerId = "buyer_id",
        /// What kind of goods.
        Category = "category",
        /// What was paid, and in which currency.
        Paid = "paid",
    }
}

fn unknown_reason(purpose: ReasonFor, given: Option<&ReasonCode>, codes: &[ReasonCode]) -> String {
    let known = codes.iter().map(ReasonCode::as_str).collect::<Vec<_>>().join(", ");
    match given {
        Some(code) if codes.is_empty() => {
            format!("reason_code is {code}, and the policy lists no reasons for {purpose}: leave it out")
        }
        Some(code) => format!("reason_code is {code}, and the policy's reasons for {purpose} are {known}"),
        None => format!("reason_code is missing; the policy's reasons for {purpose} are {known}"),
    }
}

fn list(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" or the ")
}

impl Refusal {
    /// The rule of `docs/rules.md` that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        if let Self::WrongStatus { command, .. } = self { command.rule() } else { self.code().rule() }
    }

    /// When the same command becomes possible by time alone, if it ever does (R33).
    #[must_use]
    pub fn possible_at(&self) -> Option<Timestamp> {
        if let Self::NegotiateBeforeRefuse { possible_at: at } | Self::NegotiationNotOpenToSeller { opens_at: at, .. } =
            self
        {
            *at
        } else {
            None
        }
    }
}
