//! How events are named, and how far somebody has read of them.
//!
//! An event is named by its place in the whole history. Two of these say how much lies between them, which is for
//! operators and the platform alone. A seller is given the place sealed; a buyer the event's number within the one
//! refund that they see, with a keyed mark of its place, which tells one of another history.

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use refund_core::{Event, RefundId, Role};
use refund_store::{EventPosition, Recorded, Store, StoreError};
use sha2::Sha256;

use crate::callers::Caller;
use crate::secrets::keyed;
use crate::secrets::sealed_place::SealedPlaces;
use crate::wire::{EventOut, is_hex};

/// How far somebody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadUpTo {
    /// In what happened to all refunds.
    All(Option<EventPosition>),
    /// In what happened to a seller's.
    OfSeller {
        /// The last event that was told, if any was: what others do moves nothing that a seller is given.
        told: Option<EventPosition>,
        /// Up to where it was looked.
        looked: Option<EventPosition>,
    },
    /// In what happened to one.
    One {
        /// The last event that was told, if any was.
        told: Option<Numbered>,
        /// The number of the last that was looked at.
        looked: u64,
    },
}

/// Where a seller reads on who was told nothing yet, so that there is a place to give also then.
pub(super) const START: EventPosition = EventPosition { record: 0, epoch: 0, entry: 0 };

impl ReadUpTo {
    /// Up to that event of a seller's, or from the start.
    pub(crate) fn of_seller(told: Option<EventPosition>) -> Self {
        let told = told.filter(|told| *told != START);
        Self::OfSeller { told, looked: told }
    }

    /// Up to that event of one refund, or from its start.
    pub(crate) fn up_to(told: Option<Numbered>) -> Self {
        Self::One { told, looked: told.map_or(0, |event| event.number) }
    }
}

/// An event by its number within its refund, and where it stands in all that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbered {
    number: u64,
    position: EventPosition,
}

impl Numbered {
    pub(crate) fn position(self) -> EventPosition {
        self.position
    }
}

impl From<&Recorded> for Numbered {
    fn from((position, event): &Recorded) -> Self {
        Self { number: event.sequence, position: *position }
    }
}

/// What a buyer's ids have behind `evt_`, so that none is taken for a place.
const OF_BUYERS: &str = "r";
/// How many digits the number has. More events than that no refund can have.
const NUMBER: usize = 13;
/// How many bytes of its mark an id has.
const MARK: usize = 8;

/// Names events.
pub(crate) struct EventIds {
    marks: Hmac<Sha256>,
    sealed: SealedPlaces,
}

impl EventIds {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self { marks: keyed(secret, b"event"), sealed: SealedPlaces::new(secret) }
    }

    /// The id of an event for whoever calls.
    pub(crate) fn of(&self, caller: &Caller, position: EventPosition, event: &Event) -> String {
        self.named(caller, &event.refund_id, Numbered { number: event.sequence, position })
    }

    fn named(&self, caller: &Caller, refund_id: &RefundId, event: Numbered) -> String {
        let is_buyer = matches!(caller, Caller::Buyer { .. });
        if is_buyer { self.of_buyers(refund_id, event) } else { self.at(caller.role(), event.position) }
    }

    /// What a place in the whole history is called for somebody of that role: the id of the event that stands there.
    pub(crate) fn at(&self, role: Role, place: EventPosition) -> String {
        match role {
            Role::Operator | Role::Platform | Role::System => EventOut::id(place),
            // A buyer is given no place, but an event's number.
            Role::Seller | Role::Buyer => format!("evt_{}", self.sealed.seal(place)),
        }
    }

    /// What something in the audit is called for somebody of that role, by its place.
    pub(crate) fn of_audit(&self, role: Role, place: EventPosition) -> String {
        self.at(role, place).replacen("evt_", "aud_", 1)
    }

    /// The place that a sealed id names; nothing where it is none.
    pub(crate) fn unsealed(&self, id: &str) -> Option<EventPosition> {
        self.sealed.open(id.strip_prefix("evt_")?)
    }

    fn of_buyers(&self, refund_id: &RefundId, event: Numbered) -> String {
        let mark = self.mark(refund_id, event).finalize().into_bytes();
        let mark = HEXLOWER.encode(mark.get(..MARK).unwrap_or_default());
        format!("evt_{OF_BUYERS}{:0NUMBER$x}{mark}", event.number)
    }

    /// The number within its refund that a buyer's id names, if it is one.
    pub(crate) fn number(id: &str) -> Option<u64> {
        let digits = id.strip_prefix("evt_")?.strip_prefix(OF_BUYERS)?;
        let (number, _) = digits.split_at_checked(NUMBER).filter(|_| is_hex(digits, NUMBER + 2 * MARK))?;
        u64::from_str_radix(number, 16).ok().filter(|number| *number > 0)
    }

    /// The refund's event of that number, where the caller knows it by that id.
    /// Fails with [`StoreError::OtherHistory`] where another has the number now, or none.
    pub(crate) async fn known(
        &self,
        store: &dyn Store,
        caller: &Caller,
        refund_id: &RefundId,
        (number, id): (u64, &str),
    ) -> Result<Numbered, StoreError> {
        let there = store.history(refund_id, number.saturating_sub(1), 1).await?;
        let there = there.first().map(Numbered::from).ok_or(StoreError::OtherHistory)?;
        // Nobody gains anything from an id that they make up: it opens only what is theirs.
        if self.named(caller, refund_id, there) == id { Ok(there) } else { Err(StoreError::OtherHistory) }
    }

    /// The id of where somebody has read to; none at the start.
    pub(crate) fn reached(&self, caller: &Caller, reach: ReadUpTo) -> Option<String> {
        match (reach, caller) {
            (ReadUpTo::One { told, .. }, Caller::Buyer { refund_id, .. }) => Some(self.of_buyers(refund_id, told?)),
            (ReadUpTo::All(place), Caller::Operator { .. } | Caller::Platform { .. }) => place.map(EventOut::id),
            (ReadUpTo::OfSeller { told, .. }, Caller::Seller { .. }) => {
                Some(self.at(caller.role(), told.unwrap_or(START)))
            }
            _ => None,
        }
    }

    fn mark(&self, refund_id: &RefundId, Numbered { number, position }: Numbered) -> Hmac<Sha256> {
        let EventPosition { record, epoch, entry } = position;
        let mut mac = self.marks.clone();
        mac.update(refund_id.as_str().as_bytes());
        mac.update(&[0]);
        for part in [&number.to_be_bytes()[..], &record.to_be_bytes(), &epoch.to_be_bytes(), &entry.to_be_bytes()] {
            mac.update(part);
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::{self, Machine, id};

    #[tokio::test(start_paused = true)]
    async fn a_buyers_ids_say_nothing_of_what_others_did_and_sort_as_the_events_do() {
        let app = trial::with_one_refund(&Machine::start()).await;
        let refund_id = id("rfd_1");
        let recorded = app.engine.store().history(&refund_id, 0, 1).await.unwrap().remove(0);
        let position = recorded.0;
        let (ids, others) = (EventIds::new(&[7; 32]), EventIds::new(&[8; 32]));
        let at = |record, number| Numbered { number, position: EventPosition { record, ..position } };
        let named = |record, number| ids.of_buyers(&refund_id, at(record, number));
        let first = named(5, 1);
        assert_eq!((EventIds::number(&first), first.len()), (Some(1), 4 + 30));
        assert!(first < named(9_000, 2) && named(9_000, 15) < named(9_000, 16));
        // Of the place only the mark knows, and who has no secret can't make it.
        assert!(first[..18] == named(6, 1)[..18] && first != named(6, 1));
        assert_ne!(first, others.of_buyers(&refund_id, at(5, 1)));
        // It opens the event that it was given for, and no other of that number.
        let token = app.links.link(&refund_id, 1, "").token;
        let (buyer, _) = app.caller_with(&token).await.unwrap();
        let own = ids.named(&buyer, &refund_id, (&recorded).into());
        let known = |id: &str| {
            let (ids, app, buyer, refund_id, id) = (&ids, &app, &buyer, &refund_id, id.to_owned());
            async move { ids.known(app.engine.store(), buyer, refund_id, (1, &id)).await }
        };
        assert_eq!(known(&own).await.unwrap(), (&recorded).into());
        assert!(matches!(known(&first).await, Err(StoreError::OtherHistory)));
        for wrong in
            ["", "evt_", "evt_r", &first[..33], &first.to_uppercase(), &first.replace('r', "0"), &format!("{first}0")]
        {
            assert_eq!(EventIds::number(wrong), None, "{wrong}");
        }
    }
}
