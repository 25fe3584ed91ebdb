//! The feed. Numbers are given while the turn is had and seen once it is given on, so that none ever appears before one
//! that was already read.

use std::collections::BTreeMap;
use std::sync::Arc;

use deadpool_postgres::Object;
use refund_core::{Event, Refund, RefundId, SellerId, Whose};

use super::reading::Reading;
use super::rows::{column, events, record, stamp, strange};
use super::sql;
use crate::codec::decode;
use crate::journal::Stamp;
use crate::record::Record;
use crate::store::{Feed, Told};
use crate::{EventPosition, Recorded, StoreError};

impl Reading {
    pub(super) async fn feed(self, after: Option<EventPosition>, limit: usize) -> Result<Feed, StoreError> {
        let limit = limit.max(1);
        let client = self.client().await?;
        // The record that was named may have more behind it, and one behind them all says that there is more.
        let rest = usize::from(after.is_some());
        let wanted = column(limit.saturating_add(rest).saturating_add(1) as u64);
        let from = column(after.map_or(1, |after| after.record));
        let rows = client.query(&client.prepare_cached(sql::RECORDS).await?, &[&from, &wanted]).await?;
        let records = rows.iter().map(|row| record(row, 0)).collect::<Result<Vec<_>, _>>()?;
        if let Some(after) = after {
            self.must_be_known(after, records.first())?;
        }
        let more = records.len() > limit.saturating_add(rest);
        let looked_at = records.into_iter().take(limit.saturating_add(rest)).collect();
        self.told(&client, looked_at, after, more).await
    }

    pub(super) async fn feed_of(
        self,
        seller_id: SellerId,
        after: Option<EventPosition>,
        limit: usize,
    ) -> Result<Feed, StoreError> {
        let limit = limit.max(1);
        // Before the records are asked for: what comes meanwhile is found, and looked at again.
        let end = *self.known.news().borrow();
        if let Some(after) = after {
            self.event(after).await?;
        }
        let client = self.client().await?;
        let wanted = column(limit.saturating_add(2) as u64);
        let from = column(after.map_or(0, |after| after.record));
        let statement = client.prepare_cached(sql::RECORDS_FOR_SELLER).await?;
        let rows = client.query(&statement, &[&seller_id.as_str(), &from, &wanted]).await?;
        let mut records = rows.iter().map(|row| record(row, 0)).collect::<Result<Vec<_>, _>>()?;
        let more = records.len() > limit.saturating_add(1);
        records.truncate(limit.saturating_add(1));
        let mut feed = self.told(&client, records, after, more).await?;
        if feed.more {
            feed.looked_at = feed.events.last().map(|last| last.position).max(after);
        } else {
            feed.looked_at = feed.looked_at.max(end);
        }
        feed.events.retain(|told| told.is_for_seller(&seller_id));
        Ok(feed.cut(limit))
    }

    pub(super) async fn end_of(self, seller_id: SellerId) -> Result<Option<EventPosition>, StoreError> {
        let client = self.client().await?;
        let statement = client.prepare_cached(sql::LAST_RECORD_FOR_SELLER).await?;
        let Some(row) = client.query_opt(&statement, &[&seller_id.as_str()]).await? else { return Ok(None) };
        let feed = self.told(&client, vec![record(&row, 0)?], None, false).await?;
        Ok(feed.events.iter().rfind(|told| told.is_for_seller(&seller_id)).map(|last| last.position))
    }

    pub(super) async fn event(&self, at: EventPosition) -> Result<Option<Event>, StoreError> {
        let client = self.client().await?;
        let row = client.query_opt(&client.prepare_cached(sql::RECORD).await?, &[&column(at.record)]).await?;
        let found = row.map(|row| {
            let stamp = stamp(column(at.record), row.try_get(0)?)?;
            Ok::<_, StoreError>((stamp, decode::<Record>(row.try_get(1)?)?))
        });
        let found = found.transpose()?;
        self.must_be_known(at, found.as_ref())?;
        let Some((stamp, record)) = found else { return Ok(None) };
        Ok(events(stamp, record).find(|(position, _)| *position == at).map(|(_, event)| event))
    }

    /// Refuses a position that nobody gave; `found` is the record that stands there, if one does.
    fn must_be_known(&self, named: EventPosition, found: Option<&(Stamp, Record)>) -> Result<(), StoreError> {
        match found.filter(|(stamp, _)| stamp.number == named.record) {
            Some((stamp, record)) => named.must_be_in(*stamp, record.entries.len()),
            None => Err(named.nowhere(self.known.epoch())),
        }
    }

    /// The events of these records behind a position, with whose they are.
    async fn told(
        &self,
        client: &Object,
        records: Vec<(Stamp, Record)>,
        after: Option<EventPosition>,
        more: bool,
    ) -> Result<Feed, StoreError> {
        let last = records.last().map(|(stamp, record)| EventPosition::last_of(*stamp, record.entries.len()));
        let all = records.into_iter().flat_map(|(stamp, record)| events(stamp, record));
        let recorded: Vec<_> = all.filter(|(position, _)| after.is_none_or(|after| *position > after)).collect();
        let whose = whose(client, &recorded).await?;
        let told = recorded.into_iter().map(|(position, event)| {
            let whose = whose.get(&event.refund_id).cloned();
            let whose = whose.ok_or_else(|| strange("an event of a refund that is not there"))?;
            Ok(Arc::new(Told { position, event, whose }))
        });
        Ok(Feed { events: told.collect::<Result<_, StoreError>>()?, looked_at: last.max(after), more })
    }
}

/// Whose the refunds are that these events happened to.
async fn whose(client: &Object, recorded: &[Recorded]) -> Result<BTreeMap<RefundId, Whose>, StoreError> {
    let ids: std::collections::BTreeSet<_> = recorded.iter().map(|(_, event)| event.refund_id.as_str()).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<_> = ids.into_iter().collect();
    let rows = client.query(&client.prepare_cached(sql::STATES).await?, &[&ids]).await?;
    let whose = rows.iter().map(|row| {
        let refund: Refund = decode(row.try_get(0)?)?;
        Ok((refund.id.clone(), refund.whose()))
    });
    whose.collect()
}
