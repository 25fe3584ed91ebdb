//! Pictures that were asked for lately, in memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use refund_core::ImageUrl;

use crate::machine::clock::Stopwatch;

/// How many are kept: some 8 KB each.
const KEPT_MAX: usize = 2_000;
/// For how long one is what lies there, and for how long it is believed that there is none.
const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
const NONE_FOR: Duration = Duration::from_secs(10 * 60);

/// What came of an address, and until when that is believed.
struct Found {
    picture: Option<Bytes>,
    until: Duration,
}

#[derive(Default)]
struct Pictures {
    by_url: HashMap<String, Found>,
    /// The oldest goes first.
    order: VecDeque<String>,
}

pub(super) struct Kept {
    pictures: Mutex<Pictures>,
    watch: Stopwatch,
}

impl Kept {
    pub(super) fn new(watch: Stopwatch) -> Self {
        Self { pictures: Mutex::default(), watch }
    }

    fn pictures(&self) -> MutexGuard<'_, Pictures> {
        self.pictures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What came of that address, where it is known: a picture, or none.
    pub(super) fn get(&self, url: &ImageUrl) -> Option<Option<Bytes>> {
        let now = self.watch.elapsed();
        self.pictures().by_url.get(url.as_str()).filter(|found| now < found.until).map(|found| found.picture.clone())
    }

    pub(super) fn put(&self, url: &ImageUrl, picture: Option<Bytes>) {
        let kept_for = if picture.is_some() { KEPT_FOR } else { NONE_FOR };
        let found = Found { picture, until: self.watch.elapsed().saturating_add(kept_for) };
        let mut pictures = self.pictures();
        if pictures.by_url.insert(url.as_str().to_owned(), found).is_none() {
            pictures.order.push_back(url.as_str().to_owned());
        }
        if pictures.order.len() > KEPT_MAX
            && let Some(oldest) = pictures.order.pop_front()
        {
            pictures.by_url.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_one_is_counted_once() {
        let kept = Kept::new(Stopwatch::start());
        let url = |number: usize| format!("https://cdn.example/{number}").parse::<ImageUrl>().unwrap();
        for number in 0..KEPT_MAX {
            kept.put(&url(number), None);
        }
        kept.put(&url(7), Some(Bytes::from_static(b"7")));
        assert_eq!((kept.get(&url(0)), kept.get(&url(7))), (Some(None), Some(Some(Bytes::from_static(b"7")))));
        kept.put(&url(KEPT_MAX), None);
        assert_eq!((kept.get(&url(0)), kept.get(&url(1))), (None, Some(None)));
    }
}
