//! Lists of refunds: the same walk as in every other store, by the database's indexes. What is filtered is filtered
//! here, so that a rare status costs no walk through a whole table in one statement.

use std::cmp::Reverse;
use std::collections::VecDeque;

use deadpool_postgres::Object;
use tokio_postgres::types::ToSql;

use super::hashes;
use super::reading::Reading;
use super::rows::{Placed, column};
use super::sql;
use crate::model::list::LOOKED_AT_MAX;
use crate::{Listing, Page, Place, Query, Sort, StoreError};

/// How many places are read at once, behind the first.
const PLACES_AT_ONCE: usize = 128;

type Parameters<'p> = &'p [&'p (dyn ToSql + Sync)];

impl Reading {
    pub(super) async fn list(self, query: Query) -> Result<Page, StoreError> {
        if let Some(few) = self.few(&query).await? {
            let mut all = Vec::new();
            for placed in few {
                all.push((placed.number, self.around(placed).await?));
            }
            return Ok(Listing::of(&query, all));
        }
        let mut listing = Listing::new(&query);
        let mut walk = Walk::new(&query);
        while let Some((place, placed)) = walk.next(&self).await? {
            let more = walk.has_more(&self).await?;
            let refund = if query.matches(&placed.refund) { Some(self.around(placed).await?) } else { None };
            if let Some(page) = listing.look(place, refund, more) {
                return Ok(page);
            }
        }
        Ok(Page::default())
    }

    /// All refunds of a group that is asked for, unless they are too many to be looked at at once.
    async fn few(&self, query: &Query) -> Result<Option<Vec<Placed>>, StoreError> {
        let reference = query.external_reference.as_ref().map(ToString::to_string);
        let texts = [
            (sql::OF_REFERENCE, reference),
            (sql::OF_ORDER, query.order_id.as_ref().map(ToString::to_string)),
            (sql::OF_BUYER, query.buyer_id.as_ref().map(ToString::to_string)),
        ];
        for (sql, text) in texts {
            let Some(text) = text else { continue };
            if let Some(few) = self.group(sql, &text).await? {
                return Ok(Some(few));
            }
        }
        match &query.metadata {
            Some(entry) => self.group(sql::WITH_METADATA, &hashes::of_metadata(entry)).await,
            None => Ok(None),
        }
    }

    async fn group(&self, sql: &'static str, which: &(dyn ToSql + Sync)) -> Result<Option<Vec<Placed>>, StoreError> {
        let limit = column(LOOKED_AT_MAX.saturating_add(1) as u64);
        let found = places(&self.client().await?, sql, &[&i64::MAX, &limit, which]).await?;
        Ok((found.len() <= LOOKED_AT_MAX).then_some(found))
    }
}

async fn places(client: &Object, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Placed>, StoreError> {
    let rows = client.query(&client.prepare_cached(sql).await?, parameters).await?;
    rows.iter().map(Placed::of).collect()
}

/// The places that a query goes through, in order, until it ends.
struct Walk<'q> {
    query: &'q Query,
    after: Option<Place>,
    taken: VecDeque<(Place, Placed)>,
    /// How many are read next: at first no more than a page needs.
    next: usize,
    is_over: bool,
}

impl<'q> Walk<'q> {
    fn new(query: &'q Query) -> Self {
        let next = query.limit.saturating_add(1).min(PLACES_AT_ONCE);
        Self { query, after: query.after, taken: VecDeque::new(), next, is_over: false }
    }

    async fn next(&mut self, reading: &Reading) -> Result<Option<(Place, Placed)>, StoreError> {
        self.fill(reading).await?;
        Ok(self.taken.pop_front())
    }

    async fn has_more(&mut self, reading: &Reading) -> Result<bool, StoreError> {
        self.fill(reading).await?;
        Ok(!self.taken.is_empty())
    }

    async fn fill(&mut self, reading: &Reading) -> Result<(), StoreError> {
        while self.taken.is_empty() && !self.is_over {
            let is_last_part = self.is_in_last_part();
            let found = self.read(&reading.client().await?).await?;
            let (is_short, end, many) = (found.len() < self.next, self.query.ends_at(), found.len());
            let placed = found.into_iter().map(|placed| (self.place(&placed), placed));
            let before_end: Vec<_> = placed.take_while(|(place, _)| end.is_none_or(|end| place.rank < end)).collect();
            self.next = PLACES_AT_ONCE;
            self.is_over = before_end.len() < many || (is_short && (is_last_part || end.is_some()));
            // What has no deadline stands behind all that has one.
            let passed = (is_short && !is_last_part).then_some(FIRST_WITHOUT);
            self.after = passed.or(before_end.last().map(|(place, _)| *place)).or(self.after);
            self.taken.extend(before_end);
        }
        Ok(())
    }

    fn place(&self, placed: &Placed) -> Place {
        match self.query.sort {
            Sort::OpenedAt => Place { rank: 0, number: Reverse(placed.number) },
            Sort::Deadline => Place { rank: placed.rank.unwrap_or(u64::MAX), number: Reverse(placed.number) },
        }
    }

    /// Whether nothing of another kind stands behind what is read now.
    fn is_in_last_part(&self) -> bool {
        match self.query.sort {
            Sort::OpenedAt => true,
            Sort::Deadline => self.after.is_some_and(|after| after.rank == u64::MAX),
        }
    }

    async fn read(&self, client: &Object) -> Result<Vec<Placed>, StoreError> {
        let seller = self.query.seller_id.as_ref().map(|id| id.as_str());
        let limit = column(self.next as u64);
        let number = self.after.map_or(i64::MAX, |after| column(after.number.0));
        if self.query.sort == Sort::Deadline && !self.is_in_last_part() {
            let rank = self.after.map_or(-1, |after| column(after.rank));
            return match &seller {
                None => places(client, sql::BY_DEADLINE, &[&rank, &number, &limit]).await,
                Some(seller) => places(client, sql::BY_DEADLINE_OF_SELLER, &[&rank, &number, &limit, seller]).await,
            };
        }
        let (all, of_seller) = match self.query.sort {
            Sort::Deadline => (sql::WITHOUT_DEADLINE, sql::WITHOUT_DEADLINE_OF_SELLER),
            Sort::OpenedAt => (sql::BY_OPENING, sql::BY_OPENING_OF_SELLER),
        };
        match &seller {
            None => places(client, all, &[&number, &limit]).await,
            Some(seller) => places(client, of_seller, &[&number, &limit, seller]).await,
        }
    }
}

/// Before all that has no deadline.
const FIRST_WITHOUT: Place = Place { rank: u64::MAX, number: Reverse(u64::MAX) };
