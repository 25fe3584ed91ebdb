//! What happened, as each caller may know it: how events are named, how far somebody has read, and what became of notices.

mod event_ids;
mod look;
mod notices;

pub(crate) use self::event_ids::{EventIds, ReadUpTo};
pub(crate) use self::look::{at, find, named_by, one, own_end, sellers_end, told, told_up_to};
pub(crate) use self::notices::notice_by_now;
