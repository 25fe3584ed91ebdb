//! What there is a number of, and what is taken of it for a while: so much in all, and so much for each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Places of one kind: for connections, for streams that are open, for the bytes of bodies.
pub(crate) struct Places<K: Ord> {
    max: usize,
    max_each: usize,
    taken: Mutex<Taken<K>>,
}

struct Taken<K> {
    all: usize,
    by: BTreeMap<K, usize>,
}

/// What one has of them, free again once this is dropped.
pub(crate) struct Place<K: Ord> {
    places: Arc<Places<K>>,
    who: Option<K>,
    count: usize,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// All are taken.
    All,
    /// Whoever asks has as many as there are for one.
    Own,
}

impl<K: Ord + Clone> Places<K> {
    pub(crate) fn new(max: usize, max_each: usize) -> Self {
        Self { max, max_each, taken: Mutex::new(Taken { all: 0, by: BTreeMap::new() }) }
    }

    /// How many are taken.
    pub(crate) fn count(&self) -> usize {
        self.taken().all
    }

    /// A place for whoever that is; nobody's are not counted each.
    ///
    /// # Errors
    /// What there is too much of.
    pub(crate) fn enter(self: &Arc<Self>, who: Option<K>) -> Result<Place<K>, Full> {
        let mut place = Place { places: self.clone(), who, count: 0 };
        place.grow_to(1)?;
        Ok(place)
    }
}

impl<K: Ord + Clone> Place<K> {
    /// Takes as many as that in all, where it has fewer.
    ///
    /// # Errors
    /// What there is too much of; it keeps what it has.
    pub(crate) fn grow_to(&mut self, count: usize) -> Result<(), Full> {
        let more = count.saturating_sub(self.count);
        let mut taken = self.places.taken();
        let all = taken.all.saturating_add(more);
        if all > self.places.max {
            return Err(Full::All);
        }
        if let Some(who) = &self.who {
            let own = taken.by.get(who).copied().unwrap_or_default().saturating_add(more);
            if own > self.places.max_each {
                return Err(Full::Own);
            }
            taken.by.insert(who.clone(), own);
        }
        taken.all = all;
        drop(taken);
        self.count = self.count.saturating_add(more);
        Ok(())
    }
}

impl<K: Ord> Places<K> {
    fn taken(&self) -> MutexGuard<'_, Taken<K>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all = taken.all.saturating_sub(self.count);
        let Some(who) = self.who.take() else { return };
        let own = taken.by.remove(&who).unwrap_or_default().saturating_sub(self.count);
        if own > 0 {
            taken.by.insert(who, own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_place_again_once_another_is_free() {
        let places = Arc::new(Places::new(3, 2));
        let enter = |who| places.enter(Some(who));
        let (first, second) = (enter("a").unwrap(), enter("a").unwrap());
        assert_eq!(enter("a").err(), Some(Full::Own));
        let third = enter("b").unwrap();
        assert_eq!(enter("b").err(), Some(Full::All));
        drop(first);
        let again = enter("a").unwrap();
        drop((second, third, again));
        assert!(places.taken().by.is_empty() && places.count() == 0, "nothing is kept of who has gone");
    }

    #[test]
    fn what_grows_has_as_much_as_there_is_and_keeps_what_it_has() {
        let places = Arc::new(Places::new(10, 6));
        let mut first = places.enter(Some("a")).unwrap();
        assert_eq!([first.grow_to(6), first.grow_to(3), first.grow_to(7)], [Ok(()), Ok(()), Err(Full::Own)]);
        let mut other = places.enter(Some("b")).unwrap();
        assert_eq!([other.grow_to(4), other.grow_to(5)], [Ok(()), Err(Full::All)]);
        drop(first);
        assert_eq!((other.grow_to(6), places.count()), (Ok(()), 6));
    }

    #[test]
    fn of_nobody_s_there_are_as_many_as_there_are_places() {
        let places = Arc::new(Places::<&str>::new(3, 1));
        let taken: Vec<_> = (0..3).map(|_| places.enter(None).unwrap()).collect();
        assert_eq!(places.enter(None).err(), Some(Full::All));
        drop(taken);
        assert_eq!(places.count(), 0);
    }
}
