//! Where a refund stands, with exactly what is true there.

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::policy::PayoutMode;
use crate::{Actor, Label, Terms, Timer, Timestamp, Watch, Why};

names! {
    /// The names of the statuses, as the Taobao open platform spells them.
    StatusKind {
        /// The seller has to decide; the first status.
        WaitSellerAgree = "WAIT_SELLER_AGREE",
        /// The seller refused; the buyer may change the request or call the operator in.
        SellerRefuseBuyer = "SELLER_REFUSE_BUYER",
        /// A return is agreed; the buyer has to ship.
        WaitBuyerReturnGoods = "WAIT_BUYER_RETURN_GOODS",
        /// The goods are on their way; the seller has to confirm their receipt.
        WaitSellerConfirmGoods = "WAIT_SELLER_CONFIRM_GOODS",
        /// The seller refused the returned goods.
        SellerRefuseReceipt = "SELLER_REFUSE_RECEIPT",
        /// The money is on its way.
        Refunding = "REFUNDING",
        /// The payment adapter reported a failure.
        RefundFailed = "REFUND_FAILED",
        /// Paid; final.
        Success = "SUCCESS",
        /// Ended without payment; final.
        Closed = "CLOSED",
    }
}

names! {
    /// Why a refund ended without payment.
    ClosedReason {
        /// The buyer cancelled it (R20).
        Cancelled = "cancelled",
        /// The buyer did nothing after the seller's refusal (R22).
        BuyerDidNotRespond = "buyer_did_not_respond",
        /// The buyer did not ship in time (R24).
        BuyerDidNotShip = "buyer_did_not_ship",
        /// The operator ruled so (R25).
        OperatorRuled = "operator_ruled",
    }
}

/// Where a refund stands. Each status carries what is true in it and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// The seller has to decide; an offer may be made and be open here alone (R8).
    WaitSellerAgree {
        /// The seller's clock.
        decide: Timer,
    },
    /// The seller refused.
    SellerRefuseBuyer {
        /// Who is to act.
        dispute: Dispute,
    },
    /// A return is agreed; nothing has been shipped.
    WaitBuyerReturnGoods {
        /// What will be carried out.
        agreed: Agreed,
        /// The buyer's clock.
        ship: Timer,
    },
    /// The goods are on their way back.
    WaitSellerConfirmGoods {
        /// What will be carried out.
        agreed: Agreed,
        /// The seller's clock, from shipping.
        confirm: Timer,
    },
    /// The seller refused the parcel.
    SellerRefuseReceipt {
        /// What was to be carried out.
        agreed: Agreed,
        /// Who is to act.
        dispute: Dispute,
    },
    /// The payment adapter has been asked to pay.
    Refunding {
        /// What is being carried out.
        agreed: Agreed,
    },
    /// The payment adapter could not pay.
    RefundFailed {
        /// What is to be carried out.
        agreed: Agreed,
    },
    /// Paid.
    Success {
        /// What was carried out.
        agreed: Agreed,
    },
    /// Ended without payment.
    Closed {
        /// Why.
        reason: ClosedReason,
        /// What had been agreed before, if anything.
        agreed: Option<Agreed>,
    },
}

/// Terms that are carried out, and how they are paid. Both are fixed when they are agreed (R26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The effective terms.
    pub terms: Terms,
    /// At once, or once the payment adapter has reported.
    pub payout: PayoutMode,
}

/// A parcel on its way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// Who carries it.
    pub carrier: Label,
    /// By what it is traced; freight insurance can't pay without it (R24).
    pub tracking_number: Label,
    /// When the buyer said so. Correcting the number leaves it.
    pub shipped_at: Timestamp,
}

/// Who is to act after a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dispute {
    /// The buyer, until the timer's instant.
    BuyerResponds(Timer),
    /// The operator; no party's deadline runs (R25).
    Escalated(Escalation),
}

/// The operator was called in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// When.
    pub at: Timestamp,
    /// By whom: the buyer, or the clock after the buyer's silence about a refused parcel.
    pub by: Actor,
    /// Why, where somebody said so.
    pub reason: Option<Why>,
    /// By when the operator should have ruled (R38).
    pub rule: Watch,
}

impl Status {
    /// Its name.
    #[must_use]
    pub fn kind(&self) -> StatusKind {
        match self {
            Self::WaitSellerAgree { .. } => StatusKind::WaitSellerAgree,
            Self::SellerRefuseBuyer { .. } => StatusKind::SellerRefuseBuyer,
            Self::WaitBuyerReturnGoods { .. } => StatusKind::WaitBuyerReturnGoods,
            Self::WaitSellerConfirmGoods { .. } => StatusKind::WaitSellerConfirmGoods,
            Self::SellerRefuseReceipt { .. } => StatusKind::SellerRefuseReceipt,
            Self::Refunding { .. } => StatusKind::Refunding,
            Self::RefundFailed { .. } => StatusKind::RefundFailed,
            Self::Success { .. } => StatusKind::Success,
            Self::Closed { .. } => StatusKind::Closed,
        }
    }

    /// What is or was carried out, from the moment it is agreed.
    #[must_use]
    pub fn agreed(&self) -> Option<&Agreed> {
        match self {
            Self::WaitSellerAgree { .. } | Self::SellerRefuseBuyer { .. } => None,
            Self::WaitBuyerReturnGoods { agreed, .. }
            | Self::WaitSellerConfirmGoods { agreed, .. }
            | Self::SellerRefuseReceipt { agreed, .. }
            | Self::Refunding { agreed }
            | Self::RefundFailed { agreed }
            | Self::Success { agreed } => Some(agreed),
            Self::Closed { agreed, .. } => agreed.as_ref(),
        }
    }

    /// The clock of the party that has to act, where one has to: by its silence it can lose.
    #[must_use]
    pub fn clock(&self) -> Option<&Timer> {
        match self {
            Self::WaitSellerAgree { decide: timer }
            | Self::SellerRefuseBuyer { dispute: Dispute::BuyerResponds(timer) }
            | Self::WaitBuyerReturnGoods { ship: timer, .. }
            | Self::WaitSellerConfirmGoods { confirm: timer, .. }
            | Self::SellerRefuseReceipt { dispute: Dispute::BuyerResponds(timer), .. } => Some(timer),
            Self::SellerRefuseBuyer { dispute: Dispute::Escalated(_) }
            | Self::SellerRefuseReceipt { dispute: Dispute::Escalated(_), .. }
            | Self::Refunding { .. }
            | Self::RefundFailed { .. }
            | Self::Success { .. }
            | Self::Closed { .. } => None,
        }
    }

    /// Who is to act after a refusal, in the two statuses that follow one.
    #[must_use]
    pub fn dispute(&self) -> Option<&Dispute> {
        match self {
            Self::SellerRefuseBuyer { dispute, .. } | Self::SellerRefuseReceipt { dispute, .. } => Some(dispute),
            Self::WaitSellerAgree { .. }
            | Self::WaitBuyerReturnGoods { .. }
            | Self::WaitSellerConfirmGoods { .. }
            | Self::Refunding { .. }
            | Self::RefundFailed { .. }
            | Self::Success { .. }
            | Self::Closed { .. } => None,
        }
    }

    /// Why it ended without payment, where it did.
    #[must_use]
    pub fn closed_reason(&self) -> Option<ClosedReason> {
        if let Self::Closed { reason, .. } = self { Some(*reason) } else { None }
    }
}

impl StatusKind {
    /// Whether nothing can happen to the refund any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Success | Self::Closed => true,
            Self::WaitSellerAgree
            | Self::SellerRefuseBuyer
            | Self::WaitBuyerReturnGoods
            | Self::WaitSellerConfirmGoods
            | Self::SellerRefuseReceipt
            | Self::Refunding
            | Self::RefundFailed => false,
        }
    }

    /// Whether money has been reserved or paid (R27).
    #[must_use]
    pub fn takes_money(self) -> bool {
        match self {
            Self::Refunding | Self::RefundFailed | Self::Success => true,
            Self::WaitSellerAgree
            | Self::SellerRefuseBuyer
            | Self::WaitBuyerReturnGoods
            | Self::WaitSellerConfirmGoods
            | Self::SellerRefuseReceipt
            | Self::Closed => false,
        }
    }
}
