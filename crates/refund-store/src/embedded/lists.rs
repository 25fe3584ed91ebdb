//! Lists of refunds from the view.

use refund_core::{OrderId, Refund};

use super::keys::{self, Scope};
use super::rows::LineRow;
use super::view::{SledView, strange};
use crate::codec::decode;
use crate::list::LOOKED_AT_MAX;
use crate::{Listing, Page, Query, StoreError, View};

impl SledView {
    pub(super) fn list(&self, query: &Query) -> Result<Page, StoreError> {
        if let Some(order_id) = &query.order_id
            && let Some(refunds) = self.on_order(order_id)?
        {
            return Ok(Listing::of(query, refunds));
        }
        let list = keys::list(query.sort, Scope::of(query));
        let start = match &query.after {
            // A zero behind a place makes the first key that is behind it.
            Some(after) => [&keys::place(&list, after)[..], b"\0"].concat(),
            None => list.clone(),
        };
        let end = query.ends_at().map_or_else(|| keys::behind(&list), |end| keys::rank(&list, end));
        if start >= end {
            return Ok(Page::default());
        }
        let mut listing = Listing::new(query);
        let mut rows = self.rows(start, end)?.peekable();
        while let Some(row) = rows.next() {
            let (key, _) = row?;
            let place = keys::parse_place(&list, &key).ok_or_else(|| strange("a place in a list without a refund"))?;
            // Rows are read one by one: the refund may have moved since its place was read.
            let refund = self.refund(&place.refund_id)?.filter(|refund| query.sort.place(refund) == place);
            if let Some(page) = listing.look(place, refund, rows.peek().is_some()) {
                return Ok(page);
            }
        }
        Ok(Page::default())
    }

    /// All refunds on an order, over all sellers, unless they are too many to be looked at at once.
    fn on_order(&self, order_id: &OrderId) -> Result<Option<Vec<Refund>>, StoreError> {
        let lines = keys::order(order_id);
        let mut refunds = Vec::new();
        for row in self.rows(lines.clone(), keys::behind(&lines))? {
            let line: LineRow = decode(&row?.1)?;
            if refunds.len().saturating_add(line.refunds.len()) > LOOKED_AT_MAX {
                return Ok(None);
            }
            for id in &line.refunds {
                refunds.extend(self.refund(id)?);
            }
        }
        Ok(Some(refunds))
    }
}
