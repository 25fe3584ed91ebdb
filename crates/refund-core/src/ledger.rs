//! What has been refunded on an order line, over all its refunds, ever (R27).

use serde::{Deserialize, Serialize};

use crate::{BuyerId, Category, Money, Refund, RefundId};

/// An order line's account. The line's first refund fixes what was paid, the category and the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineLedger {
    /// Who bought it.
    pub buyer_id: BuyerId,
    /// What kind of goods.
    pub category: Category,
    /// What was paid for it; the currency of everything on the line.
    pub paid: Money,
    /// What has been reserved or paid out so far.
    pub refunded: Money,
    /// How many refunds it has had.
    pub refunds: u32,
    /// The one in progress, if any.
    pub in_progress: Option<RefundId>,
}

impl LineLedger {
    /// The account after a refund was opened on the line.
    #[must_use]
    pub fn opened(before: Option<Self>, refund: &Refund) -> Self {
        let ledger = before.unwrap_or_else(|| Self {
            buyer_id: refund.buyer_id.clone(),
            category: refund.line.category,
            paid: refund.line.paid,
            refunded: Money::zero(refund.line.paid.currency()),
            refunds: 0,
            in_progress: None,
        });
        Self { refunds: ledger.refunds.saturating_add(1), in_progress: Some(refund.id.clone()), ..ledger }
    }

    /// The account after that refund moved from one state to another.
    #[must_use]
    pub fn moved(mut self, before: &Refund, after: &Refund) -> Self {
        if !before.status.kind().takes_money() && after.status.kind().takes_money() {
            let amount = after.effective().map_or(Money::zero(self.paid.currency()), crate::Terms::amount);
            // An amount that was decided fits; were the journal forged, the account stays full rather than wrap.
            self.refunded = self.refunded.plus(amount).unwrap_or(self.paid);
        }
        if after.status.kind().is_final() {
            self.in_progress = None;
        }
        self
    }

    /// What can still be refunded on the line.
    #[must_use]
    pub fn refundable(&self) -> Money {
        self.paid.minus(self.refunded).unwrap_or(Money::zero(self.paid.currency()))
    }
}
