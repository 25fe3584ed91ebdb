//! Which records this server wrote, so that of several servers one counts them.

use std::collections::VecDeque;

/// How many runs of records are kept. Whoever counts reads them a moment after they were written.
const RUNS_MAX: usize = 4096;

/// Runs of records that follow each other, each by its first and its last number; the latest of all.
#[derive(Debug, Default)]
pub(super) struct OwnRecords(VecDeque<(u64, u64)>);

impl OwnRecords {
    /// These are written now. Whatever was to be written there before was not.
    pub(super) fn write(&mut self, first: u64, last: u64) {
        while self.0.back().is_some_and(|(begin, _)| *begin >= first) {
            self.0.pop_back();
        }
        match self.0.back_mut().filter(|(_, end)| end.saturating_add(1) >= first) {
            Some((_, end)) => *end = last,
            None => self.0.push_back((first, last)),
        }
        if self.0.len() > RUNS_MAX {
            self.0.pop_front();
        }
    }

    /// Whether this server wrote that record.
    pub(super) fn has(&self, record: u64) -> bool {
        let behind = self.0.partition_point(|(first, _)| *first <= record);
        let run = behind.checked_sub(1).and_then(|at| self.0.get(at));
        run.is_some_and(|(_, last)| record <= *last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_known_and_what_was_not_is_written_by_others() {
        let mut own = OwnRecords::default();
        own.write(3, 5);
        own.write(6, 6);
        own.write(9, 12);
        let known: Vec<_> = (1..=13).filter(|record| own.has(*record)).collect();
        assert_eq!(known, [3, 4, 5, 6, 9, 10, 11, 12]);
        assert_eq!(own.0.len(), 2, "what follows is one run");
        // The turn came to nothing, and another server was faster.
        own.write(10, 10);
        own.write(8, 8);
        let known: Vec<_> = (1..=13).filter(|record| own.has(*record)).collect();
        assert_eq!(known, [3, 4, 5, 6, 8]);
        for first in (20..).step_by(2).take(2 * RUNS_MAX) {
            own.write(first, first);
        }
        assert!(own.0.len() == RUNS_MAX && !own.has(3) && own.has(18 + 4 * RUNS_MAX as u64));
    }
}
