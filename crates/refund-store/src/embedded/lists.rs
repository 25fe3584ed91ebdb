//! Lists of refunds from the view.

use std::collections::VecDeque;

use refund_core::Refund;

use super::index::Group;
use super::view::SledView;
use crate::list::LOOKED_AT_MAX;
use crate::{Listing, Number, Page, Place, Query, StoreError};

/// How many places are taken from the index at once, while nothing can change it.
const PLACES_AT_ONCE: usize = 128;

impl SledView {
    pub(super) fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let order = query.order_id.as_ref().map(Group::Order);
        let buyer = query.buyer_id.as_ref().map(Group::Buyer);
        for group in [order, buyer].into_iter().flatten() {
            if let Some(few) = self.few(group)? {
                return Ok(Listing::of(query, few));
            }
        }
        let mut listing = Listing::new(query);
        let mut places = self.places(query).peekable();
        while let Some(place) = places.next() {
            // Rows are read one by one: the refund may have moved since its place was read.
            let refund =
                self.numbered(place.number.0)?.filter(|refund| query.sort.place(place.number.0, refund) == place);
            if let Some(page) = listing.look(place, refund, places.peek().is_some()) {
                return Ok(page);
            }
        }
        Ok(Page::default())
    }

    /// All refunds of a group, unless they are too many to be looked at at once.
    fn few(&self, group: Group<'_>) -> Result<Option<Vec<(Number, Refund)>>, StoreError> {
        let numbers: Vec<_> = self.at_hand().index.group(group).take(LOOKED_AT_MAX.saturating_add(1)).collect();
        if numbers.len() > LOOKED_AT_MAX {
            return Ok(None);
        }
        let rows =
            numbers.into_iter().filter_map(|number| Some(self.numbered(number).transpose()?.map(|row| (number, row))));
        rows.collect::<Result<_, _>>().map(Some)
    }

    /// The places that a query goes through, in order, until it ends.
    fn places(&self, query: &Query) -> impl Iterator<Item = Place> {
        let group = query.seller_id.as_ref().map_or(Group::All, Group::Seller);
        let (sort, end) = (query.sort, query.ends_at());
        let mut after = query.after;
        let mut taken = VecDeque::new();
        let places = std::iter::from_fn(move || {
            if taken.is_empty() {
                taken.extend(self.at_hand().index.places(sort, group, after, PLACES_AT_ONCE));
            }
            after = taken.front().copied().or(after);
            taken.pop_front()
        });
        places.take_while(move |place| end.is_none_or(|end| place.rank < end))
    }
}
