//! Why the book can't be used, and what is written into its rows.

use serde::Serialize;

use crate::StoreError;

/// Why the book can't be used.
#[derive(Debug)]
pub(super) struct BookError(pub(super) String);

// This is possible because `BookError` itself is no `Error`.
impl<E: std::error::Error> From<E> for BookError {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl From<BookError> for StoreError {
    fn from(BookError(why): BookError) -> Self {
        Self::Unreadable(format!("the delivery book: {why}"))
    }
}

/// Why a row can't be read.
pub(super) fn strange(row: &[u8]) -> BookError {
    BookError(format!("a row that says nothing: {}", String::from_utf8_lossy(row)))
}

/// What a row holds.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, BookError> {
    Ok(serde_json::to_vec(value)?)
}
