//! The rows of the book. Ids hold no slash, and sort as what they name happened.

use refund_core::Timestamp;
use refund_store::EventPosition;

use crate::wire::EventOut;

/// The one row that says how far the feed was read.
pub(super) const READ_TO: &str = "read-to";

/// What the rows of endpoints begin with; the endpoint's id follows.
pub(super) const OF_ENDPOINTS: [&str; 4] = ["delivery/", "queue/", "failing/", "left-alone/"];

/// An endpoint's deliveries, in the order of their events.
pub(super) fn deliveries(endpoint_id: &str) -> String {
    format!("delivery/{endpoint_id}/")
}

pub(super) fn delivery(endpoint_id: &str, event: EventPosition) -> String {
    format!("{}{}", deliveries(endpoint_id), EventOut::id(event))
}

/// When each of an endpoint's pending deliveries is tried next, in that order.
pub(super) fn queue(endpoint_id: &str) -> String {
    format!("queue/{endpoint_id}/")
}

pub(super) fn queued(endpoint_id: &str, at: Timestamp, event: EventPosition) -> String {
    format!("{}{:016x}/{}", queue(endpoint_id), at.as_millis(), EventOut::id(event))
}

/// What a row of a queue names.
pub(super) fn read_queued(endpoint_id: &str, row: &[u8]) -> Option<(Timestamp, EventPosition)> {
    let rest = std::str::from_utf8(row).ok()?.strip_prefix(&queue(endpoint_id))?;
    let (at, event) = rest.split_once('/')?;
    let at = Timestamp::from_millis(i64::from_str_radix(at, 16).ok()?).ok()?;
    Some((at, EventOut::position(event)?))
}

/// When an endpoint's receiver last asked to be left alone, and until when.
pub(super) fn left_alone(endpoint_id: &str) -> String {
    format!("left-alone/{endpoint_id}")
}

/// Since when an endpoint has failed.
pub(super) fn failing(endpoint_id: &str) -> String {
    format!("failing/{endpoint_id}")
}
