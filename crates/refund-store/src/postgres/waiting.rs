//! What waits for a turn, and what may become of one.

use tokio::sync::oneshot;

use super::error::{Failure, said};
use super::loading::LoadError;
use super::writing::{Batch, SendError};
use crate::{Answered, Refused, Request, StoreError};

/// A request and where its answer goes.
pub(super) struct Waiting {
    pub(super) request: Request,
    pub(super) answer: oneshot::Sender<Result<Answered, Refused>>,
}

pub(super) type Decision = Result<Answered, Refused>;

/// A batch whose end was sent and never heard of, and what was to be answered.
pub(super) struct Unheard {
    pub(super) batch: Batch,
    pub(super) decisions: Vec<Decision>,
}

/// Why a turn came to nothing.
pub(super) struct TurnError {
    pub(super) failure: Failure,
    pub(super) why: String,
}

impl From<tokio_postgres::Error> for TurnError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self { failure: Failure::of(&error), why: said(&error) }
    }
}

impl From<LoadError> for TurnError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Asked(error) => error.into(),
            LoadError::Read(error) => error.into(),
        }
    }
}

impl From<StoreError> for TurnError {
    fn from(error: StoreError) -> Self {
        Self { failure: Failure::Refusal, why: error.to_string() }
    }
}

impl From<SendError> for TurnError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Sent(error) => error.into(),
            SendError::Made(error) => error.into(),
        }
    }
}
