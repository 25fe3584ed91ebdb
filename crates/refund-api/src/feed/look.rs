//! What somebody may see of what happened, behind the place up to which they have read.

use std::collections::VecDeque;
use std::sync::Arc;

use refund_core::{Event, RefundId, Role, SellerId};
use refund_store::{Around, EventPosition, Feed, Recorded, Store, StoreError, Told};

use super::event_ids::{EventIds, Numbered, ReadUpTo, START};
use crate::callers::Caller;
use crate::engine::follow::Found;
use crate::wire::EventOut;

/// How many records of the journal are looked at in one go.
const LOOKED_AT_ONCE: usize = 500;
/// How many at the most for one page, so that a caller with few events among many of others gets
/// an answer soon.
const LOOKED_AT_MAX: usize = 2_000;

/// How many events of one refund are read in one go.
const READ_AT_ONCE: usize = 100;

/// What is wanted of a refund's history behind an event, at most so much of it, read a part at a time and as
/// far as it is needed. How much is wanted says nothing of how much has to be passed over, and so not how much is read.
pub(crate) async fn told(
    store: &dyn Store,
    refund_id: &RefundId,
    mut behind: u64,
    limit: usize,
    is_wanted: impl Fn(&Event) -> bool,
) -> Result<Vec<Recorded>, StoreError> {
    let mut wanted = Vec::new();
    loop {
        let part = store.history(refund_id, behind, READ_AT_ONCE).await?;
        let is_last = part.len() < READ_AT_ONCE;
        behind = part.last().map_or(behind, |(_, event)| event.sequence);
        wanted.extend(part.into_iter().filter(|(_, event)| is_wanted(event)));
        if is_last || wanted.len() >= limit {
            wanted.truncate(limit);
            return Ok(wanted);
        }
    }
}

/// The last that is wanted of a refund's history up to an event, at most so much of it, the oldest first.
pub(crate) async fn told_up_to(
    store: &dyn Store,
    refund_id: &RefundId,
    mut until: u64,
    limit: usize,
    is_wanted: impl Fn(&Event) -> bool,
) -> Result<Vec<Recorded>, StoreError> {
    let mut wanted = VecDeque::new();
    while until > 0 && wanted.len() < limit {
        let behind = until.saturating_sub(READ_AT_ONCE as u64);
        let part = store.history(refund_id, behind, READ_AT_ONCE).await?;
        let up_to = part.into_iter().rev().filter(|(_, event)| event.sequence <= until && is_wanted(event));
        up_to.take(limit.saturating_sub(wanted.len())).for_each(|recorded| wanted.push_front(recorded));
        until = behind;
    }
    Ok(wanted.into())
}

/// The position that an id names, whenever it was given; nothing where it is no id that anybody but a buyer was given.
///
/// Of a seller only their own events' are taken, sealed or as sellers were once given them: any other would tell whether
/// something was recorded there, and before or behind which of theirs.
pub(crate) async fn named_by(
    store: &dyn Store,
    ids: &EventIds,
    caller: &Caller,
    id: &str,
) -> Result<Option<EventPosition>, StoreError> {
    let sealed = ids.unsealed(id);
    let named = match (sealed, EventOut::place_before_counting(id)) {
        (Some(place), _) => Ok(Some(place)),
        (None, Some((place, entry))) => store.counted(place, entry).await.map(Some),
        (None, None) => Ok(EventOut::position(id)),
    };
    if !matches!(caller, Caller::Seller { .. }) || sealed == Some(START) {
        return named;
    }
    let told = match named {
        Ok(Some(position)) => at(store, position).await,
        named => named.map(|_| None),
    };
    let own = match told {
        Err(StoreError::NoSuchPosition(_) | StoreError::OtherHistory) => None,
        told => told?.filter(|told| caller.may_be_told(told)).map(|told| told.position),
    };
    // What is sealed was given out by a server: where it names none of theirs it is of another history, for all they know.
    if own.is_none() && sealed.is_some() { Err(StoreError::OtherHistory) } else { Ok(own) }
}

/// The event that an id names, where it is the caller's to know of.
pub(crate) async fn one(
    store: &dyn Store,
    ids: &EventIds,
    caller: &Caller,
    id: &str,
) -> Result<Option<Told>, StoreError> {
    let position = match (caller, EventIds::number(id)) {
        (Caller::Buyer { refund_id, .. }, Some(number)) => {
            match ids.known(store, caller, refund_id, (number, id)).await {
                // Of another refund, or of another history: a buyer's ids don't say which.
                Err(StoreError::OtherHistory) => None,
                known => Some(known?.position()),
            }
        }
        (Caller::Buyer { .. }, None) => None,
        _ => named_by(store, ids, caller, id).await?,
    };
    let Some(position) = position else { return Ok(None) };
    Ok(at(store, position).await?.filter(|told| caller.may_be_told(told)))
}

/// The event at that position, with whose it is; nothing where something else was recorded there.
pub(crate) async fn at(store: &dyn Store, position: EventPosition) -> Result<Option<Told>, StoreError> {
    let Some(event) = store.event(position).await? else { return Ok(None) };
    let around = store.refund(&event.refund_id).await?;
    Ok(around.map(|Around { refund, .. }| Told { position, event, whose: refund.whose() }))
}

/// Where what a seller may be told ends now.
pub(crate) async fn sellers_end(store: &dyn Store, seller_id: &SellerId) -> Result<ReadUpTo, StoreError> {
    // Before what was told last is asked for: what is recorded in between is looked at again.
    let looked = store.feed_end();
    Ok(ReadUpTo::OfSeller { told: store.end_of(seller_id).await?, looked })
}

/// Where what a buyer may be told of their refund ends now.
pub(crate) async fn own_end(store: &dyn Store, refund_id: &RefundId) -> Result<ReadUpTo, StoreError> {
    let looked = store.refund(refund_id).await?.map_or(0, |around| around.refund.sequence);
    let told = told_up_to(store, refund_id, looked, 1, |event| event.fact.is_for(Role::Buyer)).await?;
    Ok(ReadUpTo::One { told: told.last().map(Numbered::from), looked })
}

/// What a caller may see behind some place.
pub(crate) async fn find(
    store: &dyn Store,
    caller: &Caller,
    after: ReadUpTo,
    limit: usize,
) -> Result<Found<ReadUpTo>, StoreError> {
    match (after, caller) {
        (ReadUpTo::One { told, looked }, Caller::Buyer { refund_id, .. }) => {
            find_own(store, refund_id, told, looked, limit).await
        }
        (ReadUpTo::OfSeller { told, looked }, Caller::Seller { seller_id, .. }) => {
            let Feed { events, looked_at, more } = store.feed_of(seller_id, looked, limit).await?;
            let told = events.last().map(|last| last.position).or(told);
            Ok(Found { events, looked_at: ReadUpTo::OfSeller { told, looked: looked_at }, more })
        }
        // Numbers within a refund are a buyer's alone, and a part of what happened is a seller's.
        (ReadUpTo::One { .. } | ReadUpTo::OfSeller { .. }, _) | (_, Caller::Seller { .. } | Caller::Buyer { .. }) => {
            Err(StoreError::OtherHistory)
        }
        (ReadUpTo::All(after), Caller::Operator { .. } | Caller::Platform { .. }) => {
            let Feed { events, looked_at, more } = find_in_all(store, caller, after, limit).await?;
            Ok(Found { events, looked_at: ReadUpTo::All(looked_at), more })
        }
    }
}

/// What a buyer may see of their refund.
async fn find_own(
    store: &dyn Store,
    refund_id: &RefundId,
    mut told: Option<Numbered>,
    mut looked: u64,
    limit: usize,
) -> Result<Found<ReadUpTo>, StoreError> {
    let found = |events, told, looked, more| Found { events, looked_at: ReadUpTo::One { told, looked }, more };
    // Mostly nothing has happened to it, which is known without reading any history.
    let Some(Around { refund, .. }) = store.refund(refund_id).await? else {
        return Ok(found(Vec::new(), told, looked, false));
    };
    let mut events = Vec::new();
    while looked < refund.sequence {
        let part = store.history(refund_id, looked, READ_AT_ONCE).await?;
        if part.is_empty() {
            break;
        }
        for recorded in part {
            let number = recorded.1.sequence;
            if recorded.1.fact.is_for(Role::Buyer) {
                if events.len() == limit {
                    return Ok(found(events, told, looked, true));
                }
                told = Some((&recorded).into());
                let (position, event) = recorded;
                events.push(Arc::new(Told { position, event, whose: refund.whose() }));
            }
            looked = number;
        }
    }
    Ok(found(events, told, looked, false))
}

/// What a caller may see of the feed.
async fn find_in_all(
    store: &dyn Store,
    caller: &Caller,
    after: Option<EventPosition>,
    limit: usize,
) -> Result<Feed, StoreError> {
    let mut found = Feed { events: Vec::new(), looked_at: after, more: true };
    let mut looked = 0_usize;
    while found.more && looked < LOOKED_AT_MAX {
        let feed = store.feed(found.looked_at, LOOKED_AT_ONCE).await?;
        looked = looked.saturating_add(LOOKED_AT_ONCE);
        for told in feed.events.into_iter().filter(|told| caller.may_be_told(told)) {
            if found.events.len() == limit {
                // The page is full, and here is one more: it goes on behind the last that it has.
                found.looked_at = found.events.last().map(|last| last.position);
                return Ok(found);
            }
            found.events.push(told);
        }
        (found.looked_at, found.more) = (feed.looked_at, feed.more);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use refund_core::{Actor, Attachments, Message, NamedFiles, Via};
    use refund_store::{Request, Work};

    use super::*;
    use crate::trial::{self, Machine, id};

    #[tokio::test(start_paused = true)]
    async fn what_somebody_may_not_see_is_passed_over_in_large_steps_however_little_is_wanted() {
        let reads = Arc::new(AtomicUsize::new(0));
        let counted = reads.clone();
        let one_more = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            Duration::ZERO
        };
        let app = trial::on_a_lazy_store(&Machine::start(), one_more).await;
        trial::set_up_a_seller(&app).await;
        trial::open(&app).await;
        let note = Message {
            text: id("a note"),
            attachments: Attachments::default(),
            internal: true,
            for_operators: false,
            files: NamedFiles::default(),
        };
        for _ in 0..refund_core::MESSAGES_MAX {
            let message = Box::new(note.clone());
            let actor = Actor::new(Role::Seller, "s-1", Via::Key("key".to_owned()));
            app.engine
                .submit(Request::new(actor, Work::PostMessage { refund_id: id("rfd_1"), message }))
                .await
                .unwrap();
        }
        let is_for_buyer = |event: &Event| event.fact.is_for(Role::Buyer);
        let (store, refund_id) = (app.engine.store(), id("rfd_1"));
        for limit in [1, 2, 100] {
            reads.store(0, Ordering::SeqCst);
            let found = told(store, &refund_id, 1, limit, is_for_buyer).await.unwrap();
            assert!(found.iter().all(|(_, event)| is_for_buyer(event)));
            let most = usize::try_from(refund_core::MESSAGES_MAX).unwrap() / READ_AT_ONCE + 2;
            assert!(reads.load(Ordering::SeqCst) <= most, "{} reads for {limit}", reads.load(Ordering::SeqCst));
        }
    }
}
