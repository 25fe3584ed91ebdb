//! Where the book is, and where it is missing while it can't be written.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::book::Book;
use super::error::BookError;

/// The book, and the data folder in which it is. After a write that failed there is none until it is opened anew: sled
/// goes on to show what it could not write, and takes nothing more.
pub(super) struct Shelf {
    data: PathBuf,
    book: RwLock<Option<Arc<Book>>>,
}

impl Shelf {
    pub(super) fn with(data: &Path, book: Book) -> Self {
        Self { data: data.to_owned(), book: RwLock::new(Some(Arc::new(book))) }
    }

    pub(super) fn book(&self) -> Result<Arc<Book>, BookError> {
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner).clone();
        book.ok_or_else(|| BookError("a write failed, and it has to be opened anew first".to_owned()))
    }

    /// Nobody begins anything with it any more.
    pub(super) fn let_go(&self) {
        *self.book.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Opens it anew where it was let go, once nobody uses what was.
    pub(super) fn open_anew(&self) -> Result<(), BookError> {
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        if book.is_none() {
            *book = Some(Arc::new(Book::open_anew(&self.data)?));
            tracing::info!("the delivery book was opened anew after a write that failed");
        }
        Ok(())
    }
}
