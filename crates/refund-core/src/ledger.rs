//! What has been refunded on an order line, over all its refunds, ever (R27).

use crate::{BuyerId, Category, Money, Refund, RefundId};

/// An order line's account. The line's first refund fixes what was paid, the category and the buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Whether it was ever told that the goods have been shipped; that is never taken back (R40).
    pub shipped: bool,
    /// The one in progress, if any.
    pub in_progress: Option<RefundId>,
}

impl LineLedger {
    /// The account of a line that has had these refunds, in the order in which they were opened;
    /// none where there were none.
    #[must_use]
    pub fn of<'a>(refunds: impl IntoIterator<Item = &'a Refund>) -> Option<Self> {
        refunds.into_iter().fold(None, |ledger: Option<Self>, refund| {
            let mut ledger = ledger.unwrap_or_else(|| Self::empty(refund));
            ledger.refunds = ledger.refunds.saturating_add(1);
            ledger.shipped |= refund.line.shipped;
            if refund.status.kind().takes_money() {
                let amount = refund.effective().map_or(Money::zero(ledger.paid.currency()), crate::Terms::amount);
                // An amount that was decided fits; were the journal forged, the account is full rather than wrong.
                ledger.refunded = ledger.refunded.plus(amount).unwrap_or(ledger.paid);
            }
            if !refund.status.kind().is_final() {
                ledger.in_progress = Some(refund.id.clone());
            }
            Some(ledger)
        })
    }

    fn empty(first: &Refund) -> Self {
        Self {
            buyer_id: first.buyer_id.clone(),
            category: first.line.category,
            paid: first.line.paid,
            refunded: Money::zero(first.line.paid.currency()),
            refunds: 0,
            shipped: false,
            in_progress: None,
        }
    }

    /// What can still be refunded on the line.
    #[must_use]
    pub fn refundable(&self) -> Money {
        self.paid.minus(self.refunded).unwrap_or(Money::zero(self.paid.currency()))
    }
}
