//! Where records stand, by their numbers.
//!
//! The journal is read by places, in bytes, and the feed by the numbers of records. So of every so many records one is
//! marked, in memory and in the view's rows: it is known where that one stands, and what lies between two marks is
//! counted in the journal. Marks lead from number to place and back, because records of format 1 don't say their
//! number.

use std::collections::VecDeque;

/// How many records lie from one mark to the next. To count over as many takes less than a millisecond, and a mark
/// takes eight bytes.
const RECORDS_PER_MARK: u64 = 256;

/// How many marks a row has at the most.
const MARKS_PER_ROW: usize = 256;

/// How many of the latest records have their place in memory.
const RECENT_MAX: usize = 512;

/// The record of that number stands at that place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) number: u64,
    pub(super) at: u64,
}

/// How many records there are, the marks among them, of which the first is record 1, and where the
/// latest stand: whoever follows the feed asks for one of these again and again.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Numbers {
    records: u64,
    marks: Vec<u64>,
    recent: VecDeque<u64>,
}

impl Numbers {
    /// How many records there are.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// The numbers of a journal with so many records, from the rows in their order; none where rows are missing.
    pub(super) fn read(records: u64, rows: impl Iterator<Item = impl AsRef<[u8]>>) -> Option<Self> {
        let mut marks = Vec::new();
        for row in rows {
            let (places, []) = row.as_ref().as_chunks() else { return None };
            marks.extend(places.iter().map(|place| u64::from_be_bytes(*place)));
        }
        let whole = marks.len() as u64 == records.div_ceil(RECORDS_PER_MARK) && marks.is_sorted();
        whole.then_some(Self { records, marks, recent: VecDeque::new() })
    }

    /// With one more record behind the last mark: it stands there.
    pub(super) fn with_recent(mut self, at: u64) -> Self {
        self.recent.push_back(at);
        self
    }

    /// Whether every record from the last mark on is among the latest.
    pub(super) fn is_whole(&self) -> bool {
        let (last, latest) = (self.marks.last(), self.recent.len() as u64);
        let behind = last.map_or(0, |_| self.records.saturating_sub(1) % RECORDS_PER_MARK);
        self.recent.front() == last && latest.saturating_sub(1) == behind
    }

    /// Adds the record that stands there, behind all others; the number of the row that it changes, if it is marked.
    pub(super) fn add(&mut self, at: u64) -> Option<u64> {
        let is_marked = self.records.is_multiple_of(RECORDS_PER_MARK);
        self.records = self.records.saturating_add(1);
        self.recent.push_back(at);
        if self.recent.len() > RECENT_MAX {
            self.recent.pop_front();
        }
        is_marked.then(|| {
            let row = self.marks.len() / MARKS_PER_ROW;
            self.marks.push(at);
            row as u64
        })
    }

    /// Where the last record stands; none where there is none.
    pub(super) fn last(&self) -> Option<u64> {
        self.recent.back().copied()
    }

    /// The last known record that is not behind that number; none where there is no such record.
    pub(super) fn before(&self, number: u64) -> Option<Mark> {
        let behind = self.records.checked_sub(number).filter(|_| number > 0)?;
        let recent = usize::try_from(behind).ok().and_then(|behind| self.recent.iter().nth_back(behind));
        match recent {
            Some(at) => Some(Mark { number, at: *at }),
            None => self.mark(usize::try_from(number.saturating_sub(1) / RECORDS_PER_MARK).ok()?),
        }
    }

    /// The last marked record that stands there or before.
    pub(super) fn up_to(&self, at: u64) -> Option<Mark> {
        self.mark(self.marks.partition_point(|mark| *mark <= at).checked_sub(1)?)
    }

    fn mark(&self, index: usize) -> Option<Mark> {
        let number = (index as u64).saturating_mul(RECORDS_PER_MARK).saturating_add(1);
        self.marks.get(index).map(|at| Mark { number, at: *at })
    }

    /// The row of that number.
    pub(super) fn row(&self, row: u64) -> Vec<u8> {
        let marks = usize::try_from(row).ok().and_then(|row| self.marks.chunks(MARKS_PER_ROW).nth(row));
        marks.unwrap_or_default().iter().flat_map(|at| at.to_be_bytes()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// So many records, each a hundred bytes long.
    fn numbers(records: u64) -> (Numbers, BTreeMap<u64, Vec<u8>>) {
        let (mut numbers, mut rows) = (Numbers::default(), BTreeMap::new());
        for number in 1..=records {
            if let Some(row) = numbers.add(number * 100) {
                rows.insert(row, numbers.row(row));
            }
        }
        (numbers, rows)
    }

    /// The numbers as they are read from the rows, with what lies behind the last mark.
    fn read(records: u64, rows: &BTreeMap<u64, Vec<u8>>) -> Numbers {
        let numbers = Numbers::read(records, rows.values()).unwrap();
        let last = numbers.marks.last().map_or(1, |mark| mark / 100);
        (last..=records).fold(numbers, |numbers, number| numbers.with_recent(number * 100))
    }

    #[test]
    fn a_record_is_found_from_the_last_mark_before_it_and_at_once_where_it_is_one_of_the_latest() {
        let (added, rows) = numbers(1000);
        let read = read(1000, &rows);
        for number in 1..=1000 {
            let marked = (number - 1) / RECORDS_PER_MARK * RECORDS_PER_MARK + 1;
            let mark = |number| Some(Mark { number, at: number * 100 });
            assert_eq!(added.up_to(number * 100 + 99), mark(marked));
            assert_eq!(added.before(number), mark(if number > 1000 - 512 { number } else { marked }), "{number}");
            assert_eq!(read.before(number), mark(if number > 768 { number } else { marked }), "{number}");
        }
        assert_eq!((added.before(0), added.before(1001), added.up_to(99)), (None, None, None));
    }

    #[test]
    fn what_is_read_is_whole_and_what_is_missing_is_noticed() {
        for records in [0, 1, 255, 256, 257, 512, 70_000, 140_000] {
            let (_, rows) = numbers(records);
            let whole = read(records, &rows);
            assert!(whole.is_whole(), "{records}");
            assert_eq!(records == 0, Numbers::read(records, rows.values()).unwrap().is_whole());
            assert!(!whole.with_recent(1 << 40).is_whole());
            for missing in rows.keys() {
                let others = rows.iter().filter(|(row, _)| *row != missing).map(|(_, row)| row);
                assert_eq!(Numbers::read(records, others), None, "{records} without {missing}");
            }
        }
        assert_eq!(Numbers::read(1, [[0; 7]].iter()), None);
    }
}
