//! What a buyer is told first: what is asked of them or who else acts, by when, and what comes of it if nobody does.

use refund_core::{Deadline, Dispute, Refund, Role, Status};

use crate::pages::reader::Reader;
use crate::pages::view::{DeadlineView, RefundView};

/// The first thing on the page.
pub(crate) struct Lead {
    pub(crate) situation: Situation,
    pub(crate) title: String,
    /// What it means for the buyer.
    pub(crate) meaning: String,
    pub(crate) clock: Option<ClockView>,
}

/// How long whose turn is, and what silence leads to.
pub(crate) struct ClockView {
    pub(crate) until: String,
    pub(crate) clock: DeadlineView,
    pub(crate) silence: String,
}

/// Where a refund stands for its buyer. Each has a title of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Situation {
    SellerDecides,
    Offered,
    Refused,
    ToShip,
    Shipped,
    ParcelRefused,
    CalledIn,
    Paying,
    NotPaid,
    Paid,
    Closed,
}

impl Situation {
    fn of(refund: &Refund) -> Self {
        match &refund.status {
            Status::WaitSellerAgree { .. } if refund.pending().is_some() => Self::Offered,
            Status::WaitSellerAgree { .. } => Self::SellerDecides,
            Status::SellerRefuseBuyer { dispute: Dispute::Escalated(_) }
            | Status::SellerRefuseReceipt { dispute: Dispute::Escalated(_), .. } => Self::CalledIn,
            Status::SellerRefuseBuyer { dispute: Dispute::BuyerResponds(_) } => Self::Refused,
            Status::SellerRefuseReceipt { dispute: Dispute::BuyerResponds(_), .. } => Self::ParcelRefused,
            Status::WaitBuyerReturnGoods { .. } => Self::ToShip,
            Status::WaitSellerConfirmGoods { .. } => Self::Shipped,
            Status::Refunding { .. } => Self::Paying,
            Status::RefundFailed { .. } => Self::NotPaid,
            Status::Success { .. } => Self::Paid,
            Status::Closed { .. } => Self::Closed,
        }
    }

    /// What its texts are called by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SellerDecides => "seller-decides",
            Self::Offered => "offered",
            Self::Refused => "refused",
            Self::ToShip => "to-ship",
            Self::Shipped => "shipped",
            Self::ParcelRefused => "parcel-refused",
            Self::CalledIn => "called-in",
            Self::Paying => "paying",
            Self::NotPaid => "not-paid",
            Self::Paid => "paid",
            Self::Closed => "closed",
        }
    }

    /// What it is drawn as: what is asked of the buyer stands out.
    const fn tone(self) -> &'static str {
        match self {
            Self::Offered | Self::Refused | Self::ToShip | Self::ParcelRefused => "ask",
            Self::SellerDecides | Self::Shipped | Self::CalledIn | Self::Paying | Self::NotPaid => "wait",
            Self::Paid => "good",
            Self::Closed => "over",
        }
    }
}

impl Lead {
    pub(crate) fn new(reader: &Reader, refund: &Refund, shown: &RefundView) -> Self {
        let situation = Situation::of(refund);
        let terms = shown.offer.as_ref().filter(|offer| offer.is_pending).map(|offer| &offer.terms);
        let amount = terms.or(shown.effective.as_ref()).map_or("", |terms| terms.amount.as_str());
        let told = |text: &str| reader.say_with(text, "amount", amount);
        let name = situation.name();
        let is_offered_for_a_return = situation == Situation::Offered && terms.is_some_and(|terms| terms.is_return);
        let meaning = match refund.status.closed_reason() {
            Some(reason) => reader.term("buyer-closed", reason.as_str()),
            None => told(&format!("buyer-meaning-{name}")),
        };
        Self {
            situation,
            title: if is_offered_for_a_return {
                told("buyer-lead-offered-return")
            } else {
                told(&format!("buyer-lead-{name}"))
            },
            meaning,
            clock: refund.deadlines().iter().find_map(|deadline| ClockView::new(reader, deadline, refund)),
        }
    }

    pub(crate) fn tone(&self) -> &'static str {
        self.situation.tone()
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.situation.name() == name
    }
}

impl ClockView {
    /// How long the operator and the payment may take is for them to know.
    fn new(reader: &Reader, deadline: &Deadline, refund: &Refund) -> Option<Self> {
        let (until, silence) = match deadline.kind.who() {
            Role::Buyer => ("buyer-until-you", "buyer-silence-you"),
            Role::Seller => ("buyer-until-seller", "buyer-silence-seller"),
            Role::Operator | Role::Platform | Role::System => return None,
        };
        let clock = DeadlineView::new(reader, deadline, refund);
        Some(Self { until: reader.say(until), silence: reader.say_with(silence, "what", &clock.silence), clock })
    }
}
