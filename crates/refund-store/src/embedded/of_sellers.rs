//! Which records tell a seller something: in memory where each of them stands, eight bytes for each, and in sled rows of
//! many such lines, in the order in which they were recorded. Whoever reads what a seller may be told reads these
//! records and no others.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use refund_core::{Role, SellerId};

use super::stable_hash::hash;
use crate::door::Changed;
use crate::record::{Entry, Record};

/// The hash of a seller's id, and where a record stands that tells the seller something.
pub(crate) type SellerAndRecord = (u64, u64);

/// How many lines a row has, but for the last. One that is not full is written again with the next line.
const LINES_PER_ROW: usize = 64;
const BYTES_PER_LINE: usize = 16;

/// All such lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct OfSellers {
    places: HashMap<u64, Vec<u64>>,
    /// How many rows are full.
    full: u64,
    /// What the row behind them has.
    last: Vec<u8>,
}

/// The sellers that a record tells something, each once; `changed` is what it changed.
pub(crate) fn told(record: &Record, changed: &Changed) -> BTreeSet<u64> {
    let told = record.entries.iter().filter_map(|entry| {
        let Entry::Refund(event) = entry else { return None };
        let change = changed.refunds.get(&event.refund_id).filter(|_| event.fact.is_for(Role::Seller))?;
        Some(hash(change.after.seller_id.as_str()))
    });
    told.collect()
}

impl OfSellers {
    /// From the rows, in their order; nothing where one is missing or can't be read.
    pub(super) fn read<E>(rows: impl Iterator<Item = Result<impl AsRef<[u8]>, E>>) -> Result<Option<Self>, E> {
        let mut all = Self::default();
        for row in rows {
            let row = row?;
            let (lines, []) = row.as_ref().as_chunks::<BYTES_PER_LINE>() else { return Ok(None) };
            if !all.last.is_empty() || lines.is_empty() || lines.len() > LINES_PER_ROW {
                return Ok(None);
            }
            for line in lines {
                all.add(parse(line));
            }
        }
        Ok(Some(all))
    }

    /// Adds lines behind all others, and gives the rows that this changes, by number.
    pub(crate) fn add_all(&mut self, lines: impl IntoIterator<Item = SellerAndRecord>) -> BTreeMap<u64, Vec<u8>> {
        let mut changed = BTreeMap::new();
        for line in lines {
            let row = self.full;
            if let Some(full) = self.add(line) {
                changed.insert(row, full);
            }
        }
        if !self.last.is_empty() {
            changed.insert(self.full, self.last.clone());
        }
        changed
    }

    /// Adds a line, and gives the row that this fills, if it fills one.
    fn add(&mut self, (seller, place): SellerAndRecord) -> Option<Vec<u8>> {
        self.places.entry(seller).or_default().push(place);
        self.last.extend(seller.to_be_bytes().into_iter().chain(place.to_be_bytes()));
        if self.last.len() < LINES_PER_ROW * BYTES_PER_LINE {
            return None;
        }
        self.full = self.full.saturating_add(1);
        Some(std::mem::take(&mut self.last))
    }

    /// Where the records stand that tell that seller something, from one place to before another, in order. Where
    /// hashes collide there are others' among them.
    pub(super) fn places(&self, seller_id: &SellerId, from: u64, until: u64) -> &[u64] {
        let all = self.places.get(&hash(seller_id.as_str())).map_or(&[][..], Vec::as_slice);
        let (from, until) = (all.partition_point(|place| *place < from), all.partition_point(|place| *place < until));
        all.get(from..until).unwrap_or_default()
    }
}

fn parse(line: &[u8; BYTES_PER_LINE]) -> SellerAndRecord {
    let [seller @ .., p0, p1, p2, p3, p4, p5, p6, p7] = *line;
    (u64::from_be_bytes(seller), u64::from_be_bytes([p0, p1, p2, p3, p4, p5, p6, p7]))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use refund_core::Opening;

    use super::*;
    use crate::conformance::desk::{open, opening, put_seller};
    use crate::files::AppendFile;
    use crate::files::passage::{Behind, Passage};
    use crate::files::simulated::SimulatedDisk;
    use crate::{Clock, EmbeddedStore, Store, Surroundings, wait};

    /// How many bytes of the journal are read.
    #[derive(Clone, Default)]
    struct Counted(Arc<AtomicU64>);

    impl Passage for Counted {
        fn read_at(&self, file: &dyn AppendFile, buffer: &mut [u8], offset: u64) -> io::Result<()> {
            self.0.fetch_add(buffer.len() as u64, Ordering::SeqCst);
            file.read_at(buffer, offset)
        }
    }

    #[test]
    fn to_read_what_a_seller_is_told_costs_what_it_is_however_much_others_do() {
        let (folder, counted) = (tempfile::tempdir().unwrap(), Counted::default());
        let disk = Behind { inner: SimulatedDisk::new(), passage: counted.clone() };
        let surroundings = || Surroundings { clock: Clock::Test, entropy: Arc::new(|_| {}), hold_settling: false };
        let reopened = || EmbeddedStore::open_on(&disk, folder.path(), surroundings()).unwrap();
        let store = reopened().store;
        for seller in ["shop", "stall"] {
            store.submit(put_seller(seller).unwrap()).wait().unwrap();
        }
        let stall: SellerId = "stall".parse().unwrap();
        for number in 0..3_000 {
            let mut opening = opening(&format!("r-{number}")).unwrap();
            if number % 1_000 == 500 {
                opening = Opening { seller_id: stall.clone(), ..opening };
            }
            store.submit(open(opening)).wait().unwrap();
        }
        store.close().unwrap();
        drop(store);
        let opened = reopened();
        assert!(!opened.rebuilt, "what was written is what is read");
        let read = |after, limit| {
            let before = counted.0.load(Ordering::SeqCst);
            let page = wait(opened.store.feed_of(&stall, after, limit)).unwrap();
            (page, counted.0.load(Ordering::SeqCst) - before)
        };
        let (first, bytes) = read(None, 1);
        assert!(first.events.len() == 1 && first.more && bytes < 16 * 1024, "{bytes} bytes for one event");
        // Where a place is, is counted from the mark before it, of which there is one for every 256 records.
        let (rest, bytes) = read(first.looked_at, 100);
        assert!(rest.events.len() == 2 && !rest.more && bytes < 320 * 1024, "{bytes} bytes for two events and a place");
        let (none, bytes) = read(rest.events.last().map(|last| last.position), 100);
        assert!(none.events.is_empty() && bytes < 320 * 1024, "{bytes} bytes for none");
        let (all, bytes) = {
            let before = counted.0.load(Ordering::SeqCst);
            (wait(opened.store.feed(None, 3_000)).unwrap(), counted.0.load(Ordering::SeqCst) - before)
        };
        assert!(all.events.len() > 2_900 && bytes > 800 * 1024, "{bytes} bytes for all");
    }

    #[test]
    fn what_was_added_is_found_and_read_again_from_the_rows_that_were_written() {
        let sellers = ["one", "other"].map(|id| id.parse::<SellerId>().unwrap());
        let (mut all, mut rows) = (OfSellers::default(), BTreeMap::new());
        for number in 0..200_u64 {
            let seller = &sellers[usize::from(number % 3 == 0)];
            rows.append(&mut all.add_all([(hash(seller.as_str()), number * 100)]));
            let read = OfSellers::read(rows.values().map(Ok::<_, Infallible>)).unwrap();
            assert_eq!(read.as_ref(), Some(&all), "{number}");
        }
        assert_eq!(rows.len(), 200_usize.div_ceil(LINES_PER_ROW));
        assert_eq!(all.places(&sellers[1], 300, 901), [300, 600, 900]);
        assert_eq!(all.places(&sellers[0], 301, 500), [400]);
        assert_eq!(all.places(&"nobody".parse().unwrap(), 0, u64::MAX), [0; 0]);
        let without_one = rows.iter().filter(|(row, _)| **row != 1).map(|(_, row)| Ok::<_, Infallible>(row));
        assert_ne!(OfSellers::read(without_one).unwrap(), Some(all), "a missing row makes another");
        let broken = [Ok::<_, Infallible>(vec![0; 15]), Ok(vec![0; 0])];
        assert!(broken.into_iter().all(|row| OfSellers::read([row].into_iter()).unwrap().is_none()));
    }
}
