//! What a store says where it could not do as it was asked.

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
    /// It did not answer in time; nothing was changed by asking.
    #[error("the store did not answer within {seconds} seconds")]
    TooSlow {
        /// How long it was waited for.
        seconds: u64,
    },
    /// It could not be written; nothing of this request was done.
    #[error("nothing was recorded: {0}")]
    NotRecorded(String),
    /// Whether it was written is not known until the next start; the idempotency key tells then.
    #[error("it is not known whether it was recorded: {0}")]
    Unsure(String),
    /// The store has stopped and does nothing until it is opened again; nothing of this request was done.
    #[error("the store has stopped: {0}")]
    Stopped(String),
    /// What was recorded, and this server was told, is there no more: it goes by what nobody has. Only to be opened again
    /// helps; nothing of this request was done.
    #[error("the database has lost what had been recorded in it: {0}")]
    Lost(String),
    /// There never was such a position.
    #[error("there is nothing at record {0}: name a position that this store's feed gave")]
    NoSuchPosition(u64),
    /// The position is of a history that this store does not have, or has no more.
    #[error("the position is of another history: this store was restored since, or is another one")]
    OtherHistory,
    /// Where it is kept can't be reached at present, or has no room for one more; nothing of this request was done.
    #[error("what is stored can't be reached: {0}")]
    Away(String),
    /// It could not be read, or what was read makes no sense.
    #[error("the store could not be read: {0}")]
    Unreadable(String),
}
