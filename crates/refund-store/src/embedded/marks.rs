//! Where to begin to read back in a long history.
//!
//! The journal leads from each record of a refund to the one before it. So that a page out of the
//! middle costs a page, and not all that came behind it, some records of a long history are marked.

/// How many events lie between two marks, where not more were recorded at once.
const EVENTS_PER_MARK: u64 = 64;

/// The marks of one history in its order: the number of an event, and the record in which it stands.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Marks(Vec<(u64, u64)>);

impl Marks {
    /// Whether a history that has grown so far is marked there.
    pub(super) fn is_one_due(before: u64, after: u64) -> bool {
        before / EVENTS_PER_MARK < after / EVENTS_PER_MARK
    }

    pub(super) fn add(&mut self, event: u64, record: u64) {
        self.0.push((event, record));
    }

    /// The first marked record that stands behind that event or has it.
    pub(super) fn from(&self, event: u64) -> Option<u64> {
        let first = self.0.partition_point(|(marked, _)| *marked < event);
        self.0.get(first).map(|(_, record)| *record)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(event, record)| [event.to_be_bytes(), record.to_be_bytes()]).flatten().collect()
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (marks, []) = bytes.as_chunks::<16>() else { return None };
        let number = |bytes: &[u8; 8]| u64::from_be_bytes(*bytes);
        let marks = marks.iter().map(|mark| Some((number(mark.first_chunk()?), number(mark.last_chunk()?))));
        Some(Self(marks.collect::<Option<_>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_begins_at_the_next_mark_and_behind_the_last_at_the_end() {
        let mut marks = Marks::default();
        marks.add(64, 1000);
        marks.add(130, 2000);
        for (event, record) in [(1, Some(1000)), (64, Some(1000)), (65, Some(2000)), (130, Some(2000)), (131, None)] {
            assert_eq!(marks.from(event), record, "{event}");
        }
        assert_eq!(Marks::parse(&marks.to_bytes()), Some(marks));
        assert_eq!(Marks::parse(&[0; 15]), None);
    }

    #[test]
    fn a_mark_is_due_each_time_so_many_events_are_full() {
        assert!(!Marks::is_one_due(0, 63) && Marks::is_one_due(63, 64) && !Marks::is_one_due(64, 127));
        assert!(Marks::is_one_due(1, 300));
    }
}
