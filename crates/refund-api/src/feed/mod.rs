//! What happened, as each caller may know it: how events are named, and how far somebody has read.

mod event_ids;
mod look;

pub(crate) use self::event_ids::{EventIds, ReadUpTo};
pub(crate) use self::look::{at, find, named_by, one, own_end, sellers_end, told, told_up_to};
