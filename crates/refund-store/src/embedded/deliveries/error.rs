//! Why the book can't be used, and what is written into its rows.

use serde::Serialize;

use crate::StoreError;

/// Why the book can't be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum BookError {
    #[error("the delivery book: {0}")]
    Unreadable(String),
}

impl From<sled::Error> for BookError {
    fn from(error: sled::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<std::io::Error> for BookError {
    fn from(error: std::io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<serde_json::Error> for BookError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<BookError> for StoreError {
    fn from(error: BookError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// Why a row can't be read.
pub(super) fn strange(row: &[u8]) -> BookError {
    BookError::Unreadable(format!("a row that says nothing: {}", String::from_utf8_lossy(row)))
}

/// What a row holds.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, BookError> {
    Ok(serde_json::to_vec(value)?)
}
