//! What somebody wants to happen: imperatives, which may be refused.

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::{
    AddressId, DeadlineKind, Label, Money, NamedFiles, NegotiationId, OfferMessage, Reason, RefundType, Request, Role,
    Rule, Timestamp, Why,
};

/// What somebody wants to happen to a refund that is there. Opening one is [`open`](crate::open).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// The seller proposes other terms, once (S2–S5).
    MakeOffer(MakeOffer),
    /// The buyer says yes (S8).
    AcceptOffer {
        /// To which offer (R15).
        negotiation_id: NegotiationId,
    },
    /// The buyer says no (S9).
    RejectOffer {
        /// To which offer (R15).
        negotiation_id: NegotiationId,
    },
    /// The seller takes the offer back (R16).
    WithdrawOffer,
    /// The seller agrees to the refund as asked (R21).
    Agree {
        /// Where the goods go, where they do; the seller's default address if left out.
        return_address_id: Option<AddressId>,
    },
    /// The seller refuses the refund (R22).
    Refuse {
        /// Why.
        reason: Why,
    },
    /// The buyer asks for something else (R19).
    Modify {
        /// All of the new request.
        request: Request,
    },
    /// The buyer gives up (R20).
    Cancel {
        /// Why, if the buyer says so.
        reason: Option<Reason>,
    },
    /// The buyer calls the operator in (R25).
    Escalate {
        /// Why.
        reason: Why,
    },
    /// The buyer has shipped the goods, or corrects how they are traced (R24).
    Ship {
        /// Who carries the parcel.
        carrier: Label,
        /// By what it is traced.
        tracking_number: Label,
    },
    /// The seller has the goods (R24).
    ConfirmReceipt,
    /// The seller refuses the parcel (R24).
    RefuseReceipt {
        /// Why.
        reason: Why,
    },
    /// The seller pays without waiting for the goods (R24).
    WaiveReturn,
    /// The operator decides (R25).
    Rule {
        /// What.
        ruling: Ruling,
        /// Why.
        reason: Reason,
        /// The operator's files that show it (R43).
        files: NamedFiles,
    },
    /// A running deadline is moved to a later instant (R6).
    Extend {
        /// Which.
        kind: DeadlineKind,
        /// To when.
        to: Timestamp,
    },
    /// The payment adapter reports what came of an attempt at the payout (R26, R39).
    ReportPayout(PayoutReport),
    /// Another attempt at the payout begins, after a failure or a reversal (R39).
    RetryPayout,
    /// The platform tells that the goods have been shipped to the buyer meanwhile (R40).
    MarkShipped,
}

/// The terms that the seller proposes. Type and amount are never defaulted (R13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeOffer {
    /// The new negotiation's id, made by the caller.
    pub negotiation_id: NegotiationId,
    /// Refund only, or a return.
    pub kind: RefundType,
    /// How much.
    pub amount: Money,
    /// Where the goods go; needed for a return and without meaning otherwise.
    pub return_address_id: Option<AddressId>,
    /// What the buyer is told beside it.
    pub message: Option<OfferMessage>,
    /// Whether buyer and seller agreed on it before (S14).
    pub agreed_offline: bool,
    /// The seller's files that show something about it (R43).
    pub files: NamedFiles,
}

/// What the operator decides (R25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ruling {
    /// That amount is paid; nothing (more) has to come back.
    Refund {
        /// How much.
        amount: Money,
    },
    /// Nothing is paid.
    Close,
}

/// What the payment adapter says of an attempt at a payout (R39).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutReport {
    /// Which attempt; the one that says where the money is where none is named.
    pub attempt: Option<u32>,
    /// What came of it.
    pub result: PayoutResult,
    /// What the provider calls it.
    pub provider_reference: Option<Label>,
    /// Why it failed or came back, in the provider's words.
    pub reason: Option<Reason>,
}

impl PayoutReport {
    /// A report that names no attempt, and says nothing else.
    #[must_use]
    pub fn of(result: PayoutResult) -> Self {
        Self { attempt: None, result, provider_reference: None, reason: None }
    }
}

names! {
    /// What came of an attempt at a payout (R26, R39).
    PayoutResult {
        /// The money has been paid.
        Succeeded = "succeeded",
        /// It has not.
        Failed = "failed",
        /// It had been paid, and came back.
        Reversed = "reversed",
    }
}

names! {
    /// The names of the commands.
    CommandKind {
        /// [`Command::MakeOffer`]
        MakeOffer = "make_offer",
        /// [`Command::AcceptOffer`]
        AcceptOffer = "accept_offer",
        /// [`Command::RejectOffer`]
        RejectOffer = "reject_offer",
        /// [`Command::WithdrawOffer`]
        WithdrawOffer = "withdraw_offer",
        /// [`Command::Agree`]
        Agree = "agree",
        /// [`Command::Refuse`]
        Refuse = "refuse",
        /// [`Command::Modify`]
        Modify = "modify",
        /// [`Command::Cancel`]
        Cancel = "cancel",
        /// [`Command::Escalate`]
        Escalate = "escalate",
        /// [`Command::Ship`]
        Ship = "ship",
        /// [`Command::ConfirmReceipt`]
        ConfirmReceipt = "confirm_receipt",
        /// [`Command::RefuseReceipt`]
        RefuseReceipt = "refuse_receipt",
        /// [`Command::WaiveReturn`]
        WaiveReturn = "waive_return",
        /// [`Command::Rule`]
        Rule = "rule",
        /// [`Command::Extend`]
        Extend = "extend",
        /// [`Command::ReportPayout`]
        ReportPayout = "report_payout",
        /// [`Command::RetryPayout`]
        RetryPayout = "retry_payout",
        /// [`Command::MarkShipped`]
        MarkShipped = "mark_shipped",
    }
}

impl CommandKind {
    /// Who may give it, to some refund (R30). [`Command::roles`] knows a command's own limits.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::MakeOffer
            | Self::WithdrawOffer
            | Self::Agree
            | Self::Refuse
            | Self::ConfirmReceipt
            | Self::RefuseReceipt
            | Self::WaiveReturn => &[Role::Seller],
            Self::AcceptOffer | Self::RejectOffer | Self::Modify | Self::Cancel | Self::Escalate | Self::Ship => {
                &[Role::Buyer]
            }
            Self::Rule => &[Role::Operator],
            Self::Extend => &[Role::Operator, Role::Seller],
            Self::ReportPayout | Self::MarkShipped => &[Role::Platform],
            Self::RetryPayout => &[Role::Platform, Role::Operator],
        }
    }

    /// The rule that says in which statuses it can be given.
    #[must_use]
    pub fn rule(self) -> Rule {
        match self {
            Self::MakeOffer => Rule::R8,
            Self::AcceptOffer | Self::RejectOffer => Rule::R15,
            Self::WithdrawOffer => Rule::R16,
            Self::Agree => Rule::R21,
            Self::Refuse => Rule::R22,
            Self::Modify => Rule::R19,
            Self::Cancel => Rule::R20,
            Self::Escalate | Self::Rule => Rule::R25,
            Self::Ship | Self::ConfirmReceipt | Self::RefuseReceipt | Self::WaiveReturn => Rule::R24,
            Self::Extend => Rule::R6,
            Self::ReportPayout | Self::RetryPayout => Rule::R26,
            Self::MarkShipped => Rule::R40,
        }
    }
}

impl Command {
    /// Who may give it (R30). A seller extends the buyer's time to ship and nothing else (R6).
    #[must_use]
    pub fn roles(&self) -> &'static [Role] {
        if let Self::Extend { kind, .. } = self
            && *kind != DeadlineKind::BuyerShip
        {
            return &[Role::Operator];
        }
        self.kind().roles()
    }

    /// Its name.
    #[must_use]
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::MakeOffer(_) => CommandKind::MakeOffer,
            Self::AcceptOffer { .. } => CommandKind::AcceptOffer,
            Self::RejectOffer { .. } => CommandKind::RejectOffer,
            Self::WithdrawOffer => CommandKind::WithdrawOffer,
            Self::Agree { .. } => CommandKind::Agree,
            Self::Refuse { .. } => CommandKind::Refuse,
            Self::Modify { .. } => CommandKind::Modify,
            Self::Cancel { .. } => CommandKind::Cancel,
            Self::Escalate { .. } => CommandKind::Escalate,
            Self::Ship { .. } => CommandKind::Ship,
            Self::ConfirmReceipt => CommandKind::ConfirmReceipt,
            Self::RefuseReceipt { .. } => CommandKind::RefuseReceipt,
            Self::WaiveReturn => CommandKind::WaiveReturn,
            Self::Rule { .. } => CommandKind::Rule,
            Self::Extend { .. } => CommandKind::Extend,
            Self::ReportPayout(_) => CommandKind::ReportPayout,
            Self::RetryPayout => CommandKind::RetryPayout,
            Self::MarkShipped => CommandKind::MarkShipped,
        }
    }
}
