//! The refusals' stable names, in the order of R32, each with its rule and what can be done about it.

use super::Refusal;
use crate::Rule;

/// What a refusal stands against.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Against {
    /// The command, whatever it says.
    Command,
    /// What it says: with other values it might be carried out.
    Values,
}

/// Writes the codes from one table: variant, code, rule, what it stands against, what it means, what to do.
macro_rules! codes {
    ($($variant:ident = $code:literal, $rule:ident, $against:ident, $meaning:literal, $remedy:literal;)+) => {
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

            fn against(self) -> Against {
                match self { $(Self::$variant => Against::$against),+ }
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
    NotYourRole = "not_your_role", R30, Command,
        "This is for another role to do.",
        "Use a key or link of the role that may do it; `allowed` lists them.";
    SettlingHeld = "settling_held", R36, Command,
        "Settling is held after an outage, and this needs something to happen that is due.",
        "Extend what fell due, then start the server without `--hold-settling`, or where servers share a database run \
         `refund-api settling release`.";
    SellerUnknown = "seller_unknown", R29, Command,
        "No seller of this id has been set up.",
        "Set the seller up with at least one address, the default one, and open the refund again.";
    OrderLineDiffers = "order_line_differs", R27, Command,
        "The order line's first refund fixed the buyer, the category and what was paid; this one says otherwise.",
        "Send the same buyer, category, amount paid and currency as with the line's first refund.";
    RefundInProgress = "refund_in_progress", R27, Command,
        "Another refund on this order line is still in progress, with other terms.",
        "Change that refund's request, or wait for its end. `refund_id` names it.";
    TooManyRefundsOnLine = "too_many_refunds_on_line", R27, Command,
        "The order line has had as many refunds as the policy lets it have.",
        "Nothing opens another one, unless the operator raises `refunds_per_line_max`.";
    TooManyMessages = "too_many_messages", R30, Command,
        "This side has posted as many messages on the refund as it may.",
        "Nothing makes room for more; the other side's are counted by themselves.";
    TooManyFiles = "too_many_files", R43, Command,
        "This side has added as many files to the refund as it may.",
        "Nothing makes room for more; the other sides' are counted by themselves. What is there can be named again.";
    RefundNotFinal = "refund_not_final", R46, Command,
        "The refund is not over, and what is to be erased of it may still be needed.",
        "Wait until it is, or say `because: law`; the address to which goods go back is only erased when it is over.";
    NegotiationAlreadyUsed = "negotiation_already_used", R9, Command,
        "A refund has one negotiation, ever, and it was spent when the offer was made.",
        "Agree to the refund or refuse it. A later refund on the same line has a chance of its own.";
    OfferIsAnother = "offer_is_another", R15, Command,
        "The answer names an offer that isn't this refund's.",
        "Load the refund, show the buyer the offer that it has, and answer that one by its id.";
    OfferNotPending = "offer_not_pending", R15, Command,
        "There is no offer that could be answered or withdrawn: none was made, or it has ended.",
        "Load the refund: it shows how the offer ended and what can be done now.";
    DeadlinePassed = "deadline_passed", R2, Command,
        "The answer came when the offer had expired; an answer counts before the instant, not at it.",
        "The seller decides on the refund as asked. If that has happened by silence, the refund shows it.";
    WrongStatus = "wrong_status", R8, Command,
        "The refund stands where this can't be done.",
        "Load the refund: `actions` lists what the caller can do now.";
    PayoutAlreadySucceeded = "payout_already_succeeded", R26, Command,
        "The attempt was reported as paid; a failure after that can't be.",
        "Where the money came back, report it as `reversed`. Else look for the mistake in the payment adapter.";
    PayoutAttemptUnknown = "payout_attempt_unknown", R39, Values,
        "The payout has had no attempt of this number.",
        "Load the refund: `payout.attempts` lists those that there were. A new one begins by a retry.";
    PayoutNotReversible = "payout_not_reversible", R39, Command,
        "The attempt has not been reported as paid, so its money can't have come back.",
        "Report its success first, where that report is still on its way; then this one again.";
    TooManyPayoutAttempts = "too_many_payout_attempts", R39, Command,
        "The payout has been tried as often as it may be.",
        "Pay in another way and report the latest attempt as succeeded; a success wins over a failure.";
    AlreadyShipped = "already_shipped", R40, Command,
        "That the order line was shipped is known already, from the opening or since.",
        "Nothing is left to do.";
    DeadlineNotRunning = "deadline_not_running", R6, Command,
        "No deadline of this kind is running on the refund.",
        "Load the refund: `deadlines` lists those that run; one that is overdue runs no more.";
    WithdrawNotAllowed = "withdraw_not_allowed", R16, Command,
        "The policy does not let a seller withdraw an offer by hand.",
        "Agree to the refund or refuse it, which withdraws the offer; or let it expire.";
    NegotiateBeforeRefuse = "negotiate_before_refuse", R17, Command,
        "The policy asks the seller to make an offer before refusing, and to wait for its end.",
        "Make an offer, or wait until the open one has been answered or has expired.";
    NegotiationNotOpenToSeller = "negotiation_not_open_to_seller", S13, Command,
        "Negotiation is opened to sellers batch by batch, and this one isn't in yet.",
        "Agree to the refund or refuse it. `possible_at` says when the seller's batch opens, where that is known.";
    FreshGoodsNotNegotiable = "fresh_goods_not_negotiable", R14, Command,
        "Negotiation is for goods outside the fresh-food category.",
        "Agree to the refund or refuse it; where the policy allows it, offer a refund without a return.";
    CurrencyMismatch = "currency_mismatch", R28, Values,
        "The amount isn't in the currency in which the order line was paid.",
        "Send the amount in the line's own currency; nothing is converted.";
    AmountNotPositive = "amount_not_positive", R10, Values,
        "The amount is zero or less.",
        "Send an amount of at least the currency's smallest unit.";
    AmountOverRefundable = "amount_over_refundable", R10, Values,
        "The amount is more than what can still be refunded on the order line.",
        "Send at most `max`: what was paid, less what earlier refunds took.";
    AmountOverRequested = "amount_over_requested", R10, Values,
        "The amount is more than the buyer asked for, and the policy caps offers there.",
        "Send at most `max`.";
    ReturnNeedsShippedGoods = "return_needs_shipped_goods", R12, Values,
        "The goods have not been shipped, so there is nothing to return.",
        "Ask for or offer a refund without a return, or wait until the platform says that they were shipped.";
    ReturnNeedsFreightInsurance = "return_needs_freight_insurance", R12, Values,
        "The policy asks for freight insurance on the order before a seller offers a return.",
        "Offer a refund without a return, or agree to the refund or refuse it.";
    ReturnAddressRequired = "return_address_required", R12, Values,
        "An offer to return goods says where they go.",
        "Name one of the seller's addresses in `return_address_id`.";
    ReturnAddressUnknown = "return_address_unknown", R12, Values,
        "The seller has no address of this id.",
        "Name one of the addresses that `options` lists, or add it to the seller first.";
    DefaultAddressRequired = "default_address_required", R29, Values,
        "A seller has exactly one default return address, because silence may agree to a return.",
        "Mark exactly one address as the default.";
    ReasonUnknown = "reason_unknown", R44, Values,
        "The policy lists reasons for this and the one that is named is none of them, or none is named; or it lists none.",
        "Name one of `codes` in `reason_code`, beside the reason in words; leave it out where there are none.";
    EvidenceUnknown = "evidence_unknown", R43, Values,
        "A file is named that its sender has not added to this refund, or that was erased.",
        "Add it first by `POST /v1/refunds/{id}/files`; with an opening by `POST /v1/files`. `sha256` says which.";
    EvidenceRequired = "evidence_required", R44, Values,
        "The policy asks for files that show this reason, and none is named.",
        "Add a file to the refund and name it in `files`, or choose another reason.";
    EvidenceErased = "evidence_erased", R43, Values,
        "The operator erased this file from the refund; it can't be added to it again.",
        "Ask the operator. Another file can be added.";
    NoteNamesFiles = "note_names_files", R43, Values,
        "A note that is kept from a party names files, which both parties see.",
        "Leave `files` out of the note, or write a message that all may read.";
    OfferChangesNothing = "offer_changes_nothing", R11, Values,
        "The offer has the type and the amount that the buyer asked for.",
        "Offer another type or another amount, or simply agree to the refund.";
    RequestChangesNothing = "request_changes_nothing", R19, Values,
        "The new request is the same as the present one.",
        "Change the type, the amount or the reason.";
    ExtensionNotLater = "extension_not_later", R6, Values,
        "A deadline can only be moved to a later instant.",
        "Send an instant behind the one that stands.";
    ExtensionTooFar = "extension_too_far", R6, Values,
        "The new instant lies behind what the deadline may move to.",
        "Send `limit` at the latest: the seller's own deadline for an offer, 90 days from now for all others.";
}

impl RefusalCode {
    /// Whether other values in the same command might be accepted: then the command as such is possible.
    #[must_use]
    pub fn is_about_values(self) -> bool {
        self.against() == Against::Values
    }
}
