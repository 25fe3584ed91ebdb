//! Lists of refunds: filtered, sorted, a page at a time.

use std::cmp::Reverse;

use refund_core::{
    BuyerId, ExternalReference, LineId, MetadataEntry, NegotiationStatus, OrderId, Refund, RefundType, SellerId,
    StatusKind, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::Around;

/// Which refunds are asked for, in which order, from where on.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Only those of this seller.
    pub seller_id: Option<SellerId>,
    /// Only those of this buyer.
    pub buyer_id: Option<BuyerId>,
    /// Only those on this order.
    pub order_id: Option<OrderId>,
    /// Only those on this line of an order.
    pub line_id: Option<LineId>,
    /// Only the one that the platform calls so, or those.
    pub external_reference: Option<ExternalReference>,
    /// Only those in whose metadata this stands.
    pub metadata: Option<MetadataEntry>,
    /// Only those in which this is asked for.
    pub kind: Option<RefundType>,
    /// Only those in one of these statuses; in any where none is named.
    pub statuses: Vec<StatusKind>,
    /// Only those that changed at this instant or later.
    pub updated_since: Option<Timestamp>,
    /// Only those whose negotiation stands there.
    pub negotiation: Option<NegotiationStatus>,
    /// Only those that wait for the operator, or only those that don't.
    pub escalated: Option<bool>,
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
    /// By the next deadline, the most urgent first; then those without one. Of those alike the latest opened first.
    #[default]
    Deadline,
    /// The latest opened first.
    OpenedAt,
}

/// A place in a sorted list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// What the list is sorted by, as a number that grows down the list.
    pub rank: u64,
    /// The number of the refund that stands there: of two of the same rank the later opened comes first.
    pub number: Reverse<Number>,
}

/// Refunds in the order in which they were opened: a later one has a larger number. It is that of the record in which it
/// was opened, in every store that the record is copied to.
pub type Number = u64;

/// One page of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// What it shows. It may be less than was asked for, even nothing, where only a few of many match.
    pub items: Vec<Around>,
    /// Behind where the list goes on, if it does.
    pub next: Option<Place>,
}

/// The rank of refunds without a deadline: behind every instant there is.
const WITHOUT_DEADLINE: u64 = u64::MAX;

impl Sort {
    /// Where a refund stands in a list that is sorted so.
    #[must_use]
    pub fn place(self, number: Number, refund: &Refund) -> Place {
        let rank = match self {
            Self::OpenedAt => 0,
            Self::Deadline => refund.next_deadline().map_or(WITHOUT_DEADLINE, |deadline| millis(deadline.at)),
        };
        Place { rank, number: Reverse(number) }
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
            && asked(self.line_id.as_ref(), Some(&refund.line.line_id))
            && asked(self.external_reference.as_ref(), refund.references.external_reference.as_ref())
            && self.metadata.as_ref().is_none_or(|entry| refund.references.metadata.has(entry))
            && asked(self.kind.as_ref(), Some(&refund.requested.kind))
            && (self.statuses.is_empty() || self.statuses.contains(&refund.status.kind()))
            && self.updated_since.is_none_or(|since| refund.updated_at >= since)
            && asked(self.negotiation.as_ref(), negotiation.as_ref())
            && asked(self.escalated.as_ref(), Some(&refund.escalated().is_some()))
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
    items: Vec<Around>,
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
    pub fn look(&mut self, place: Place, refund: Option<Around>, more: bool) -> Option<Page> {
        self.items.extend(refund.filter(|found| self.query.matches(&found.refund)));
        self.looked_at = self.looked_at.saturating_add(1);
        let full = self.items.len() >= self.query.limit || self.looked_at >= LOOKED_AT_MAX;
        (full || !more).then(|| Page { items: std::mem::take(&mut self.items), next: more.then_some(place) })
    }

    /// The page of refunds that are all at hand, in any order.
    #[must_use]
    pub fn of(query: &'q Query, refunds: impl IntoIterator<Item = (Number, Around)>) -> Page {
        let place = |(number, found): (_, Around)| (query.sort.place(number, &found.refund), found);
        let mut placed: Vec<_> = refunds.into_iter().map(place).collect();
        placed.retain(|(place, _)| query.after.is_none_or(|after| *place > after));
        placed.retain(|(place, _)| query.ends_at().is_none_or(|end| place.rank < end));
        placed.sort_unstable_by_key(|(place, _)| *place);
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
