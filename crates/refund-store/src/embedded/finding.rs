//! Looking through refunds by what is in memory of each, pile by pile. The rows that are shown alone are read.

use super::view::SledView;
use crate::model::search::Finding;
use crate::{Found, Search, StoreError};

impl SledView {
    pub(super) fn find(&self, search: &Search) -> Result<Found, StoreError> {
        self.whole()?;
        let mut finding = Finding::new(search);
        for pile in search.piles() {
            let mut after = None;
            loop {
                let at_hand = self.at_hand();
                let seller = search.seller_id.as_ref().map(|seller_id| at_hand.index.seller(seller_id));
                after = at_hand.index.gists.look((*pile, seller), after, &mut finding);
                if after.is_none() {
                    break;
                }
            }
        }
        let (found, numbers) = finding.page();
        // Rows are read one by one: a refund may have moved since it was looked at.
        let items = numbers.into_iter().map(|number| self.numbered(number, |refund| search.asks_for(refund)));
        Ok(Found { items: items.filter_map(Result::transpose).collect::<Result<_, _>>()?, ..found })
    }
}
