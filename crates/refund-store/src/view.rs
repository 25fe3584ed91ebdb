//! What a step reads.

use std::sync::Arc;

use refund_core::{Event, LineKey, LineLedger, Policy, Refund, RefundId, Rollout, SellerId, Timestamp};

use crate::{IdempotencyKey, Key, Remembered, Secret, Seller, Session, User, Webhook};

/// Something that could not be read or recorded.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Too many requests wait; nothing of this one was done.
    #[error("the store has {waiting} requests waiting and takes no more; try again")]
    Busy {
        /// How many wait.
        waiting: usize,
    },
    /// The store is being closed; nothing of this request was done.
    #[error("the store is being closed")]
    Closed,
    /// It could not be written; nothing of this request was done.
    #[error("nothing was recorded: {0}")]
    NotRecorded(String),
    /// Whether it was written is not known until the next start; the idempotency key tells then.
    #[error("it is not known whether it was recorded: {0}")]
    Unsure(String),
    /// The store has stopped and does nothing until it is opened again; nothing of this request was done.
    #[error("the store has stopped: {0}")]
    Stopped(String),
    /// No record stands at the position that was named.
    #[error("no record stands at {0}: name a position that this store's feed gave")]
    NoSuchPosition(u64),
    /// It could not be read, or what was read makes no sense.
    #[error("the store could not be read: {0}")]
    Unreadable(String),
}

/// What is known, at one moment.
pub trait View {
    /// The refund of that id.
    fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError>;
    /// A refund's whole history, from its opening.
    fn events(&self, id: &RefundId) -> Result<Vec<Event>, StoreError>;
    /// All refunds that an order line has had, in the order in which they were opened.
    fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError>;
    /// The other refunds that the order line of one has had, in the order in which they were opened.
    fn beside(&self, refund: &Refund) -> Result<Vec<Refund>, StoreError> {
        let mut others = self.on_line(&refund.line_key())?;
        others.retain(|other| other.id != refund.id);
        Ok(others)
    }
    /// The account of an order line that has had a refund.
    fn line(&self, key: &LineKey) -> Result<Option<LineLedger>, StoreError> {
        Ok(LineLedger::of(&self.on_line(key)?))
    }
    /// The seller of that id.
    fn seller(&self, id: &SellerId) -> Result<Option<Arc<Seller>>, StoreError>;
    /// All sellers after that id, in the order of their ids, at most `limit`.
    fn sellers(&self, after: Option<&SellerId>, limit: usize) -> Result<Vec<(SellerId, Arc<Seller>)>, StoreError>;
    /// The platform's policy.
    fn policy(&self) -> Result<Arc<Policy>, StoreError>;
    /// The roll-out.
    fn rollout(&self) -> Result<Arc<Rollout>, StoreError>;
    /// The key whose secret has that hash.
    fn key_by_secret(&self, secret: &Secret) -> Result<Option<Arc<Key>>, StoreError>;
    /// All keys, in the order in which they were made.
    fn keys(&self) -> Result<Vec<Arc<Key>>, StoreError>;
    /// Which of a refund's links for the buyer is the present one, counted from 1.
    fn link(&self, id: &RefundId) -> Result<u32, StoreError>;
    /// All endpoints of webhooks, in the order in which they were made.
    fn webhooks(&self) -> Result<Vec<Arc<Webhook>>, StoreError>;
    /// The endpoint of webhooks of that id.
    fn webhook(&self, id: &str) -> Result<Option<Arc<Webhook>>, StoreError> {
        Ok(self.webhooks()?.into_iter().find(|webhook| webhook.id == id))
    }
    /// Everybody who can sign in, in the order in which they were set up.
    fn users(&self) -> Result<Vec<Arc<User>>, StoreError>;
    /// The person of that id.
    fn user(&self, id: &str) -> Result<Option<Arc<User>>, StoreError>;
    /// The session whose secret has that hash.
    fn session(&self, secret: &Secret) -> Result<Option<Arc<Session>>, StoreError>;
    /// Where that person is signed in, the latest session last.
    fn sessions_of(&self, user_id: &str) -> Result<Vec<Arc<Session>>, StoreError>;
    /// The answer that was given under that key.
    fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Remembered>, StoreError>;
    /// Refunds on which something is due by `until`, earliest first, at most `limit`. Those that are
    /// due at the same instant come in any order.
    fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError>;
    /// The latest instant recorded: the engine's time never goes before it (R35).
    fn latest(&self) -> Timestamp;
}
