//! What one request wrote: recorded in one piece.

use std::net::IpAddr;

use refund_core::{Actor, ErasedKind, Event, Policy, RefundId, Rollout, SavedOffer, SellerId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::journal::Stamp;
use crate::{
    FailedSignIns, IdempotencyKey, Key, Remembered, Restoration, Secret, Seller, Session, StoreError, User, Webhook,
};

/// Everything that one request wrote, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When it was decided.
    pub at: Timestamp,
    /// What happened.
    pub entries: Vec<Entry>,
    /// From which address it was asked for, where something in it is for the audit and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
}

/// One thing that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// Something happened to a refund.
    Refund(Event),
    /// A seller was set up or changed.
    Seller {
        /// Which.
        seller_id: SellerId,
        /// As it is from then on.
        seller: Box<Seller>,
        /// Who did it.
        actor: Actor,
    },
    /// The platform's policy was changed.
    Policy {
        /// As it is from then on.
        #[serde(with = "crate::codec::named")]
        policy: Box<Policy>,
        /// Who did it.
        actor: Actor,
    },
    /// The roll-out was changed.
    Rollout {
        /// As it is from then on.
        #[serde(with = "crate::codec::named")]
        rollout: Box<Rollout>,
        /// Who did it.
        actor: Actor,
    },
    /// A key was made, or changed.
    Key {
        /// As it is from then on.
        key: Box<Key>,
        /// Who did it.
        actor: Actor,
    },
    /// An answer is to be given again to the same request.
    Answer {
        /// Under which key.
        key: IdempotencyKey,
        /// What is remembered of it.
        remembered: Remembered,
    },
    /// A buyer's link was replaced: those before it open nothing any more.
    BuyerLink {
        /// Of which refund.
        refund_id: RefundId,
        /// Which of the refund's links is the present one, counted from 1.
        generation: u32,
        /// Who did it.
        actor: Actor,
    },
    /// An endpoint of webhooks was made, or changed.
    Webhook {
        /// As it is from then on.
        webhook: Box<Webhook>,
        /// Who did it.
        actor: Actor,
    },
    /// An endpoint of webhooks was removed.
    WebhookRemoved {
        /// Which.
        webhook_id: String,
        /// Who did it.
        actor: Actor,
    },
    /// A person was set up, or changed.
    User {
        /// As they are from then on.
        user: Box<User>,
        /// Who did it.
        actor: Actor,
    },
    /// Somebody signed in.
    Session(Box<Session>),
    /// Somebody signed out, or was signed out.
    SessionEnded {
        /// In which browser.
        secret: Secret,
    },
    /// A seller prepared an offer, or changed one.
    SavedOffer {
        /// Which seller.
        seller_id: SellerId,
        /// The offer as it is from then on.
        offer: Box<SavedOffer>,
        /// Who did it.
        actor: Actor,
    },
    /// A seller removed a prepared offer.
    SavedOfferRemoved {
        /// Which seller.
        seller_id: SellerId,
        /// Which of their prepared offers.
        offer_id: String,
        /// Who did it.
        actor: Actor,
    },
    /// The store was made from a backup: what had been recorded after that was lost.
    Restored(Restoration),
    /// Somebody tried to sign in and was not let in.
    SignInsFailed(FailedSignIns),
    /// Something was erased from an earlier record (R46).
    Redacted {
        /// From which, by its number.
        record: u64,
        /// The SHA-256 of what it says from then on, as it is stored where it can be replaced.
        sha256: [u8; 32],
    },
}

impl Record {
    /// The record without what is erased of a refund.
    pub(crate) fn without(&self, refund_id: &RefundId, what: &[ErasedKind]) -> Self {
        let mut record = self.clone();
        for entry in &mut record.entries {
            if let Entry::Refund(event) = entry
                && event.refund_id == *refund_id
            {
                *event = event.without(what);
            }
        }
        record
    }

    /// The events of a refund in it, in order.
    pub(crate) fn events_of(&self, refund_id: &RefundId) -> impl Iterator<Item = &Event> {
        let events =
            self.entries.iter().filter_map(|entry| if let Entry::Refund(event) = entry { Some(event) } else { None });
        events.filter(move |event| event.refund_id == *refund_id)
    }
}

/// Where an event stands in everything that was ever recorded. Later events stand behind earlier ones.
///
/// It is the same in every store that the event is copied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventPosition {
    /// The record, counted from 1. The top byte is kept for a shard.
    pub record: u64,
    /// The epoch in which the record was written: a store that lost records gives their numbers to
    /// others, and those have another epoch.
    pub epoch: u32,
    /// The entry within the record.
    pub entry: u32,
}

impl EventPosition {
    /// That entry of a record.
    pub(crate) fn of(stamp: Stamp, entry: u32) -> Self {
        Self { record: stamp.number, epoch: stamp.epoch, entry }
    }

    /// Refuses a position that names this record and is not in it.
    pub(crate) fn must_be_in(self, stamp: Stamp, entries: usize) -> Result<(), StoreError> {
        if self.epoch != stamp.epoch {
            return Err(StoreError::OtherHistory);
        }
        let last = Self::last_of(stamp, entries);
        if self > last { Err(StoreError::NoSuchPosition(self.record)) } else { Ok(()) }
    }

    /// What is said of a position that names no record of a store with that present epoch: what is yet to come
    /// has that epoch, if it comes.
    pub(crate) fn nowhere(self, present_epoch: u32) -> StoreError {
        if self.epoch == present_epoch { StoreError::NoSuchPosition(self.record) } else { StoreError::OtherHistory }
    }

    /// The last entry of a record that has so many.
    pub(crate) fn last_of(stamp: Stamp, entries: usize) -> Self {
        Self::of(stamp, u32::try_from(entries).unwrap_or(u32::MAX).saturating_sub(1))
    }
}

/// An event and where it stands.
pub type Recorded = (EventPosition, Event);
