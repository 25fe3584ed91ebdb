//! Lists of refunds: filtered, sorted, a page at a time.

use refund_core::{BuyerId, NegotiationStatus, OrderId, Refund, RefundId, SellerId, StatusKind, Timestamp};
use serde::{Deserialize, Serialize};

/// Which refunds are asked for, in which order, from where on.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Only those of this seller.
    pub seller_id: Option<SellerId>,
    /// Only those of this buyer.
    pub buyer_id: Option<BuyerId>,
    /// Only those on this order.
    pub order_id: Option<OrderId>,
    /// Only those in this status.
    pub status: Option<StatusKind>,
    /// Only those whose negotiation stands there.
    pub negotiation: Option<NegotiationStatus>,
    /// Only those with a deadline before this instant.
    pub due_before: Option<Timestamp>,
    /// In which order.
    pub sort: Sort,
    /// Only what comes behind this place.
    pub after: Option<Place>,
    /// How many at the most.
    pub limit: usize,
}

/// In which order refunds are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// By the next deadline, the most urgent first; then those without one, the latest opened first.
    #[default]
    Deadline,
    /// The latest opened first.
    OpenedAt,
}

/// A place in a sorted list: what the list is sorted by, and the refund that stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// What the list is sorted by, as a number that grows down the list.
    pub rank: u64,
    /// The refund.
    pub refund_id: RefundId,
}

/// One page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What it shows. It may be less than was asked for, even nothing, where only a few of many match.
    pub items: Vec<Refund>,
    /// Behind where the list goes on, if it does.
    pub next: Option<Place>,
}

/// Ranks from here on are of refunds without a deadline: behind every instant there is.
const WITHOUT_DEADLINE: u64 = 1 << 62;

impl Sort {
    /// Where a refund stands in a list that is sorted so.
    #[must_use]
    pub fn place(self, refund: &Refund) -> Place {
        let latest_first = millis(Timestamp::MAX).saturating_sub(millis(refund.opened_at));
        let rank = match (self, refund.next_deadline()) {
            (Self::OpenedAt, _) => latest_first,
            (Self::Deadline, Some(deadline)) => millis(deadline.at),
            (Self::Deadline, None) => latest_first.saturating_add(WITHOUT_DEADLINE),
        };
        Place { rank, refund_id: refund.id.clone() }
    }
}

fn millis(at: Timestamp) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(0)
}

impl Query {
    /// Whether a refund is asked for, wherever it stands in the list.
    #[must_use]
    pub fn matches(&self, refund: &Refund) -> bool {
        fn asked<T: PartialEq>(wanted: Option<&T>, actual: Option<&T>) -> bool {
            wanted.is_none() || wanted == actual
        }
        let negotiation = refund.negotiation.as_ref().map(refund_core::Negotiation::status);
        let deadline = refund.next_deadline().map(|deadline| deadline.at);
        asked(self.seller_id.as_ref(), Some(&refund.seller_id))
            && asked(self.buyer_id.as_ref(), Some(&refund.buyer_id))
            && asked(self.order_id.as_ref(), Some(&refund.line.order_id))
            && asked(self.status.as_ref(), Some(&refund.status.kind()))
            && asked(self.negotiation.as_ref(), negotiation.as_ref())
            && self.due_before.is_none_or(|before| deadline.is_some_and(|at| at < before))
    }
}

impl Query {
    /// The first rank from which on nothing is asked for, where that is known.
    #[must_use]
    pub fn ends_at(&self) -> Option<u64> {
        match self.sort {
            Sort::Deadline => self.due_before.map(millis),
            Sort::OpenedAt => None,
        }
    }
}

/// How many refunds a page looks at before it gives what it has found and where to go on.
pub(crate) const LOOKED_AT_MAX: usize = 1_000;

/// Gathers a page from refunds that come in the list's order.
#[derive(Debug)]
pub struct Listing<'q> {
    query: &'q Query,
    items: Vec<Refund>,
    looked_at: usize,
}

impl<'q> Listing<'q> {
    /// An empty page for that query.
    #[must_use]
    pub fn new(query: &'q Query) -> Self {
        Self { query, items: Vec::new(), looked_at: 0 }
    }

    /// Looks at the next place; the page, once it is complete with it. There may be no refund
    /// there, because it moved elsewhere while the list was read. `more` says whether any place
    /// follows behind this one.
    pub fn look(&mut self, place: Place, refund: Option<Refund>, more: bool) -> Option<Page> {
        self.items.extend(refund.filter(|refund| self.query.matches(refund)));
        self.looked_at = self.looked_at.saturating_add(1);
        let full = self.items.len() >= self.query.limit || self.looked_at >= LOOKED_AT_MAX;
        (full || !more).then(|| Page { items: std::mem::take(&mut self.items), next: more.then_some(place) })
    }

    /// The page of refunds that are all at hand, in any order.
    #[must_use]
    pub fn of(query: &'q Query, refunds: impl IntoIterator<Item = Refund>) -> Page {
        let mut placed: Vec<_> = refunds.into_iter().map(|refund| (query.sort.place(&refund), refund)).collect();
        placed.retain(|(place, _)| query.after.as_ref().is_none_or(|after| place > after));
        placed.retain(|(place, _)| query.ends_at().is_none_or(|end| place.rank < end));
        placed.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut listing = Self::new(query);
        let mut rest = placed.into_iter().peekable();
        while let Some((place, refund)) = rest.next() {
            if let Some(page) = listing.look(place, Some(refund), rest.peek().is_some()) {
                return page;
            }
        }
        Page::default()
    }
}
