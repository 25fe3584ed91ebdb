//! How events are named, and how far somebody has read of them.
//!
//! Everybody but a buyer is given an event's place in the whole history. Two of these say how much
//! lies between them, which is no buyer's business: a buyer is given the event's number within the
//! one refund that they see, with a keyed mark of its place, which tells one of another history.

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use refund_core::{Event, RefundId};
use refund_store::{EventPosition, Recorded, Store, StoreError};
use sha2::Sha256;

use crate::buyer_link::keyed;
use crate::caller::Caller;
use crate::wire::EventOut;

/// How far somebody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// In what happened to all refunds.
    All(Option<EventPosition>),
    /// In what happened to one, by the numbers of its events: the last that was told, and the last that was looked at.
    One { told: u64, looked: u64 },
}

impl Reach {
    /// Up to that event of one refund.
    pub(crate) fn up_to(number: u64) -> Self {
        Self::One { told: number, looked: number }
    }
}

/// What a buyer's ids have behind `evt_`, so that none is taken for a place.
const OF_BUYERS: &str = "r";
/// How many digits the number has. More events than that no refund can have.
const NUMBER: usize = 13;
/// How many bytes of its mark an id has.
const MARK: usize = 8;

/// Names events.
pub(crate) struct EventIds(Hmac<Sha256>);

impl EventIds {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret, b"event"))
    }

    /// The id of an event for whoever calls. Ids sort as the events do.
    pub(crate) fn of(&self, caller: &Caller, position: EventPosition, event: &Event) -> String {
        if let Caller::Buyer { .. } = caller { self.of_buyers(position, event) } else { EventOut::id(position) }
    }

    fn of_buyers(&self, position: EventPosition, event: &Event) -> String {
        let mark = self.mark(&event.refund_id, event.sequence, position).finalize().into_bytes();
        let mark = HEXLOWER.encode(mark.get(..MARK).unwrap_or_default());
        format!("evt_{OF_BUYERS}{:0NUMBER$x}{mark}", event.sequence)
    }

    /// The number within its refund that a buyer's id names, if it is one.
    pub(crate) fn number(id: &str) -> Option<u64> {
        let digits = id.strip_prefix("evt_")?.strip_prefix(OF_BUYERS)?;
        let (number, _) = digits.split_at_checked(NUMBER).filter(|_| is_hex(digits, NUMBER + 2 * MARK))?;
        u64::from_str_radix(number, 16).ok().filter(|number| *number > 0)
    }

    /// Whether it is the id of that event, which is one of its buyer's own.
    pub(crate) fn is_of(&self, id: &str, (position, event): &Recorded) -> bool {
        // Nobody gains anything from an id that they make up: it opens only what is theirs.
        id == self.of_buyers(*position, event)
    }

    /// The id of where somebody has read to; none at the start.
    pub(crate) async fn reached(
        &self,
        store: &dyn Store,
        caller: &Caller,
        reach: Reach,
    ) -> Result<Option<String>, StoreError> {
        let told = match reach {
            Reach::All(place) => return Ok(place.map(EventOut::id)),
            Reach::One { told, .. } => told,
        };
        let Caller::Buyer { refund_id, .. } = caller else { return Ok(None) };
        let Some(before) = told.checked_sub(1) else { return Ok(None) };
        let last = store.history(refund_id, before, 1).await?;
        Ok(last.first().map(|(position, event)| self.of_buyers(*position, event)))
    }

    fn mark(&self, refund_id: &RefundId, number: u64, position: EventPosition) -> Hmac<Sha256> {
        let EventPosition { record, epoch, entry } = position;
        let mut mac = self.0.clone();
        mac.update(refund_id.as_str().as_bytes());
        mac.update(&[0]);
        for part in [&number.to_be_bytes()[..], &record.to_be_bytes(), &epoch.to_be_bytes(), &entry.to_be_bytes()] {
            mac.update(part);
        }
        mac
    }
}

/// Whether these are so many hexadecimal digits, in the one way in which ids have them.
pub(crate) fn is_hex(digits: &str, length: usize) -> bool {
    digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::{self, Machine, id};

    #[tokio::test(start_paused = true)]
    async fn a_buyers_ids_say_nothing_of_what_others_did_and_sort_as_the_events_do() {
        let app = trial::with_one_refund(&Machine::start()).await;
        let (position, event) = app.store().history(&id("rfd_1"), 0, 1).await.unwrap().remove(0);
        let (ids, others) = (EventIds::new(&[7; 32]), EventIds::new(&[8; 32]));
        let named = |record: u64, sequence: u64| {
            let event = Event { sequence, ..event.clone() };
            ids.of_buyers(EventPosition { record, ..position }, &event)
        };
        let first = named(5, 1);
        assert_eq!((EventIds::number(&first), first.len()), (Some(1), 4 + 30));
        assert!(ids.is_of(&first, &(EventPosition { record: 5, ..position }, event.clone())));
        assert!(first < named(9_000, 2) && named(9_000, 15) < named(9_000, 16));
        // Of the place only the mark knows, and who has no secret can't make it.
        assert!(first[..18] == named(6, 1)[..18] && first != named(6, 1));
        assert_ne!(first, others.of_buyers(EventPosition { record: 5, ..position }, &event));
        for wrong in
            ["", "evt_", "evt_r", &first[..33], &first.to_uppercase(), &first.replace('r', "0"), &format!("{first}0")]
        {
            assert_eq!(EventIds::number(wrong), None, "{wrong}");
        }
    }
}
