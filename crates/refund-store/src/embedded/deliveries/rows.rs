//! The rows of the book. Ids hold no slash, and the names of events sort in the order in which they happened.

use refund_core::Timestamp;

use crate::{EventPosition, Queued};

/// The one row that says how far the feed was read.
pub(super) const READ_TO: &str = "read-to";

/// What the rows of endpoints begin with; the endpoint's id follows.
pub(super) const OF_ENDPOINTS: [&str; 4] = ["delivery/", QUEUES, "failing/", "left-alone/"];

/// What the rows of all queues begin with.
pub(super) const QUEUES: &str = "queue/";

pub(super) fn whose<'r>(kind: &str, row: &'r [u8]) -> Option<&'r str> {
    std::str::from_utf8(row).ok()?.strip_prefix(kind)?.split('/').next()
}

/// The prefixes of rows that name an event at their end.
pub(super) const OF_EVENTS: [&str; 2] = ["delivery/", QUEUES];

/// An endpoint's deliveries, in the order of their events.
pub(super) fn deliveries(endpoint_id: &str) -> String {
    format!("delivery/{endpoint_id}/")
}

pub(super) fn delivery(endpoint_id: &str, event: EventPosition) -> String {
    format!("{}{}", deliveries(endpoint_id), name(event))
}

/// When each of an endpoint's pending deliveries is tried next, in that order.
pub(super) fn queue(endpoint_id: &str) -> String {
    format!("{QUEUES}{endpoint_id}/")
}

pub(super) fn queued(endpoint_id: &str, Queued { at, event }: Queued) -> String {
    format!("{}{:016x}/{}", queue(endpoint_id), at.as_millis(), name(event))
}

/// What a row of a queue names.
pub(super) fn read_queued(endpoint_id: &str, row: &[u8]) -> Option<Queued> {
    let rest = std::str::from_utf8(row).ok()?.strip_prefix(&queue(endpoint_id))?;
    let (at, event) = rest.split_once('/')?;
    let at = Timestamp::from_millis(i64::from_str_radix(at, 16).ok()?).ok()?;
    Some(Queued { at, event: read_name(event)? })
}

/// Since when an endpoint's receiver was last left alone, and until when.
pub(super) fn left_alone(endpoint_id: &str) -> String {
    format!("left-alone/{endpoint_id}")
}

/// Since when an endpoint has failed.
pub(super) fn failing(endpoint_id: &str) -> String {
    format!("failing/{endpoint_id}")
}

/// What an event is called in the names of rows. It is the stored form, whatever others call the event.
pub(super) fn name(event: EventPosition) -> String {
    format!("evt_{:016x}{:08x}{:06x}", event.record, event.epoch, event.entry)
}

fn read_name(name: &str) -> Option<EventPosition> {
    let digits = name.strip_prefix("evt_").filter(|digits| digits.len() == 30)?;
    let (record, rest) = digits.split_at_checked(16)?;
    let (epoch, entry) = rest.split_at_checked(8)?;
    Some(EventPosition {
        record: u64::from_str_radix(record, 16).ok()?,
        epoch: u32::from_str_radix(epoch, 16).ok()?,
        entry: u32::from_str_radix(entry, 16).ok()?,
    })
}

/// The place in the journal, in bytes, and the entry that a name says which was given before records were counted.
pub(super) fn place_before_counting(name: &str) -> Option<(u64, u32)> {
    let digits = name.strip_prefix("evt_").filter(|digits| digits.len() == 20)?;
    let (place, entry) = digits.split_at_checked(14)?;
    Some((u64::from_str_radix(place, 16).ok()?, u32::from_str_radix(entry, 16).ok()?))
}
