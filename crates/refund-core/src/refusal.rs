//! Every reason for no: which rule, with its data, and when the thing becomes possible (R33).

use serde::{Deserialize, Serialize};

use crate::rollout::Because;
use crate::{
    AddressId, CommandKind, Currency, DeadlineKind, Money, NegotiationId, NegotiationStatus, RefundId, Role, Rule,
    SellerId, StatusKind, Timestamp,
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
    /// There is no such deadline to extend (R6).
    #[error("no {kind} deadline is running")]
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

fn list(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" or the ")
}

/// Writes the codes from one table: variant, code, rule, what it means, what to do.
macro_rules! codes {
    ($($variant:ident = $code:literal, $rule:ident, $meaning:literal, $remedy:literal;)+) => {
        crate::names::names! {
            /// A refusal's stable name. The order is the precedence: of several rules that
            /// refuse, the first here is the answer (R32).
            RefusalCode { $(#[doc = $meaning] $variant = $code,)+ }
        }

        impl RefusalCode {
            /// The rule of `docs/rules.md` that refuses. For [`RefusalCode::WrongStatus`] each
            /// command has its own: see [`Refusal::rule`].
            #[must_use]
            pub fn rule(self) -> Rule {
                match self { $(Self::$variant => Rule::$rule),+ }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }

            /// What whoever met it can do, in a sentence or two.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy),+ }
            }
        }

        impl Refusal {
            /// Its stable name.
            #[must_use]
            pub fn code(&self) -> RefusalCode {
                match self { $(Self::$variant { .. } => RefusalCode::$variant),+ }
            }
        }
    };
}

codes! {
    NotYourRole = "not_your_role", R30,
        "This is for another role to do.",
        "Use a key or link of the role that may do it; `allowed` lists them.";
    SellerUnknown = "seller_unknown", R29,
        "No seller of this id has been set up.",
        "Set the seller up with at least one address, the default one, and open the refund again.";
    OrderLineDiffers = "order_line_differs", R27,
        "The order line's first refund fixed the buyer, the category and what was paid; this one says otherwise.",
        "Send the same buyer, category, amount paid and currency as with the line's first refund.";
    RefundInProgress = "refund_in_progress", R27,
        "Another refund on this order line is still in progress, with other terms.",
        "Change that refund's request, or wait for its end. `refund_id` names it.";
    TooManyRefundsOnLine = "too_many_refunds_on_line", R27,
        "The order line has had as many refunds as the policy lets it have.",
        "Nothing opens another one, unless the operator raises `refunds_per_line_max`.";
    NegotiationAlreadyUsed = "negotiation_already_used", R9,
        "A refund has one negotiation, ever, and it was spent when the offer was made.",
        "Agree to the refund or refuse it. A later refund on the same line has a chance of its own.";
    OfferIsAnother = "offer_is_another", R15,
        "The answer names an offer that isn't this refund's.",
        "Load the refund, show the buyer the offer that it has, and answer that one by its id.";
    OfferNotPending = "offer_not_pending", R15,
        "There is no offer that could be answered or withdrawn: none was made, or it has ended.",
        "Load the refund: it shows how the offer ended and what can be done now.";
    DeadlinePassed = "deadline_passed", R2,
        "The answer came when the offer had expired; an answer counts before the instant, not at it.",
        "The seller decides on the refund as asked. If that has happened by silence, the refund shows it.";
    WrongStatus = "wrong_status", R8,
        "The refund stands where this can't be done.",
        "Load the refund: `actions` lists what the caller can do now.";
    PayoutAlreadySucceeded = "payout_already_succeeded", R26,
        "The payout was reported as paid; a failure after that can't be.",
        "Look for the mistake in the payment adapter; money that came back is a matter of its own.";
    DeadlineNotRunning = "deadline_not_running", R6,
        "No deadline of this kind is running on the refund.",
        "Load the refund: `deadlines` lists those that run.";
    WithdrawNotAllowed = "withdraw_not_allowed", R16,
        "The policy does not let a seller withdraw an offer by hand.",
        "Agree to the refund or refuse it, which withdraws the offer; or let it expire.";
    NegotiateBeforeRefuse = "negotiate_before_refuse", R17,
        "The policy asks the seller to make an offer before refusing, and to wait for its end.",
        "Make an offer, or wait until the open one has been answered or has expired.";
    NegotiationNotOpenToSeller = "negotiation_not_open_to_seller", S13,
        "Negotiation is opened to sellers batch by batch, and this one isn't in yet.",
        "Agree to the refund or refuse it. `possible_at` says when the seller's batch opens, where that is known.";
    FreshGoodsNotNegotiable = "fresh_goods_not_negotiable", R14,
        "Negotiation is for goods outside the fresh-food category.",
        "Agree to the refund or refuse it; where the policy allows it, offer a refund without a return.";
    CurrencyMismatch = "currency_mismatch", R28,
        "The amount isn't in the currency in which the order line was paid.",
        "Send the amount in the line's own currency; nothing is converted.";
    AmountNotPositive = "amount_not_positive", R10,
        "The amount is zero or less.",
        "Send an amount of at least the currency's smallest unit.";
    AmountOverRefundable = "amount_over_refundable", R10,
        "The amount is more than what can still be refunded on the order line.",
        "Send at most `max`: what was paid, less what earlier refunds took.";
    AmountOverRequested = "amount_over_requested", R10,
        "The amount is more than the buyer asked for, and the policy caps offers there.",
        "Send at most `max`.";
    ReturnNeedsShippedGoods = "return_needs_shipped_goods", R12,
        "The goods had not been shipped when the refund was opened, so there is nothing to return.",
        "Ask for or offer a refund without a return.";
    ReturnNeedsFreightInsurance = "return_needs_freight_insurance", R12,
        "The policy asks for freight insurance on the order before a seller offers a return.",
        "Offer a refund without a return, or agree to the refund or refuse it.";
    ReturnAddressRequired = "return_address_required", R12,
        "An offer to return goods says where they go.",
        "Name one of the seller's addresses in `return_address_id`.";
    ReturnAddressUnknown = "return_address_unknown", R12,
        "The seller has no address of this id.",
        "Name one of the addresses that `options` lists, or add it to the seller first.";
    DefaultAddressRequired = "default_address_required", R29,
        "A seller has exactly one default return address, because silence may agree to a return.",
        "Mark exactly one address as the default.";
    OfferChangesNothing = "offer_changes_nothing", R11,
        "The offer has the type and the amount that the buyer asked for.",
        "Offer another type or another amount, or simply agree to the refund.";
    RequestChangesNothing = "request_changes_nothing", R19,
        "The new request is the same as the present one.",
        "Change the type, the amount or the reason.";
    ExtensionNotLater = "extension_not_later", R6,
        "A deadline can only be moved to a later instant.",
        "Send an instant behind the one that stands.";
    ExtensionTooFar = "extension_too_far", R6,
        "The new instant lies behind what the deadline may move to.",
        "Send `limit` at the latest: the seller's own deadline for an offer, 90 days from now for all others.";
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

impl RefusalCode {
    /// Whether other values in the same command might be accepted: then the command as such is possible.
    #[must_use]
    pub fn is_about_values(self) -> bool {
        self >= Self::CurrencyMismatch
    }
}
