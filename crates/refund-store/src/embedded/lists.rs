//! Lists of refunds from the view.

use std::collections::VecDeque;

use refund_core::Refund;

use super::index::Group;
use super::view::SledView;
use crate::model::list::LOOKED_AT_MAX;
use crate::{Around, Listing, Number, Page, Place, Query, StoreError};

/// How many places are taken from the index at once, while nothing can change it.
const PLACES_AT_ONCE: usize = 128;

impl SledView {
    pub(crate) fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let reference = query.external_reference.as_ref().map(Group::Reference);
        let order = query.order_id.as_ref().map(Group::Order);
        let buyer = query.buyer_id.as_ref().map(Group::Buyer);
        let metadata = query.metadata.as_ref().map(Group::Metadata);
        for group in [reference, order, buyer, metadata].into_iter().flatten() {
            if let Some(few) = self.few(group, query)? {
                return Ok(Listing::of(query, few));
            }
        }
        let mut listing = Listing::new(query);
        let mut places = self.places(query).peekable();
        while let Some(place) = places.next() {
            // Rows are read one by one: the refund may have moved since its place was read.
            let is_asked_for =
                |refund: &Refund| query.sort.place(place.number.0, refund) == place && query.matches(refund);
            let refund = self.numbered(place.number.0, is_asked_for)?;
            if let Some(page) = listing.look(place, refund, places.peek().is_some()) {
                return Ok(page);
            }
        }
        Ok(Page::default())
    }

    /// All refunds of a group, unless they are too many to be looked at at once.
    fn few(&self, group: Group<'_>, query: &Query) -> Result<Option<Vec<(Number, Around)>>, StoreError> {
        let numbers: Vec<_> = self.at_hand().index.group(group).take(LOOKED_AT_MAX.saturating_add(1)).collect();
        if numbers.len() > LOOKED_AT_MAX {
            return Ok(None);
        }
        let found =
            |number| Some(self.numbered(number, |refund| query.matches(refund)).transpose()?.map(|row| (number, row)));
        numbers.into_iter().filter_map(found).collect::<Result<_, _>>().map(Some)
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
