//! What a seller may be told, read from the records that tell it something.

use std::sync::PoisonError;

use refund_core::SellerId;

use super::of_sellers::OfSellers;
use super::view::SledView;
use crate::{EventPosition, Feed, StoreError};

impl SledView {
    /// What that seller may be told behind that position, if all that is behind it is young and in memory.
    pub(super) fn young_of(&self, seller_id: &SellerId, after: EventPosition) -> Option<Feed> {
        let young = self.young.read().unwrap_or_else(PoisonError::into_inner);
        young.behind(after, usize::MAX, |told| told.is_for_seller(seller_id))
    }

    /// What that seller may be told behind that position. It is found in memory, and only what is shown is read from
    /// the journal.
    pub(super) fn feed_of(
        &self,
        seller_id: &SellerId,
        after: Option<EventPosition>,
        limit: usize,
    ) -> Result<Feed, StoreError> {
        self.whole()?;
        // Before `current`, so that the end that is named is never ahead of what was looked through.
        let end = *self.news.borrow();
        let current = self.current();
        let from = after.map_or(Ok(0), |after| self.past.place_of(after, current))?;
        // Two more than are asked for: the record that was named, which may hold more events, and one that tells
        // whether there are more records.
        let places: Vec<_> = {
            let at_hand = self.at_hand();
            let all = at_hand.of_sellers.places(seller_id, from, current);
            all.iter().take(limit.max(1).saturating_add(2)).copied().collect()
        };
        let more = places.len() > limit.max(1).saturating_add(1);
        let read = places.len().saturating_sub(usize::from(more));
        let events = self.past.told(places.get(..read).unwrap_or_default(), after)?;
        let last = events.last().map(|(position, _)| *position);
        let mut events = self.told(events)?;
        events.retain(|told| told.is_for_seller(seller_id));
        let looked_at = if more { last.max(after) } else { last.max(after).max(end) };
        Ok(Feed { events, looked_at, more })
    }

    /// The last event that seller may be told of.
    pub(super) fn end_of(&self, seller_id: &SellerId) -> Result<Option<EventPosition>, StoreError> {
        self.whole()?;
        let mut until = self.current();
        loop {
            let place = self.at_hand().of_sellers.places(seller_id, 0, until).last().copied();
            let Some(place) = place else { return Ok(None) };
            let told = self.told(self.past.told(&[place], None)?)?;
            if let Some(last) = told.iter().rfind(|told| told.is_for_seller(seller_id)) {
                return Ok(Some(last.position));
            }
            until = place;
        }
    }

    /// Whether this is exactly what the view knows of which records tell which seller something.
    pub(crate) fn has_of_sellers(&self, of_sellers: &OfSellers) -> bool {
        self.at_hand().of_sellers == *of_sellers
    }
}
