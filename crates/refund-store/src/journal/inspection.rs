//! Looking at a journal without opening it: nothing is cut off, mended or synced.

use std::sync::Arc;

use super::erasing::StandsFor;
use super::frame::RecordHeader;
use super::opening::{check_file_header, check_trusted, is_new};
use super::scan::{StandIns, all_of, scan_each, stand_ins_of};
use super::{Checkpoint, JournalError, Position, RecordAt, Torn};
use crate::files::AppendFile;

/// A frame in which everything matched.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The state of the journal after it.
    pub after: Checkpoint,
    /// All of its bytes, as they were checked.
    pub bytes: &'a [u8],
    stand_ins: &'a StandIns,
}

impl<'a> Frame<'a> {
    /// Its records, as they stand there, or as what stands in their place.
    pub fn records(&self) -> impl Iterator<Item = RecordAt<'a>> + use<'a> {
        let stand_ins = self.stand_ins;
        let all = all_of(self.after, self.bytes).filter(|(_, header, _)| header.kind.counts());
        all.map(move |(at, RecordHeader { stamp, salt, .. }, payload)| {
            let there = stand_ins.get(&at).map_or((salt, payload), |stands| (stands.salt, &stands.payload[..]));
            RecordAt { position: Position::at(at), stamp, salt: there.0, payload: there.1 }
        })
    }

    /// Which of its records stand in the place of others.
    pub(crate) fn stand_ins(&self) -> impl Iterator<Item = StandsFor> + use<'a> {
        stand_ins_of(self.after, self.bytes, self.stand_ins)
    }
}

/// What was found in a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspected {
    /// The state after the last good frame.
    pub good: Checkpoint,
    /// What stands behind it.
    pub ending: Ending,
    /// Where that ends, in bytes from the start of the file: zeros that were put there ahead are not counted.
    pub end: u64,
}

/// What stands behind the last good frame of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing, or zeros that were put there ahead.
    Whole,
    /// What a crash leaves of a write that was never acknowledged, or a write that is under way.
    /// Opening the journal cuts it off.
    Torn(Torn),
    /// Something that was acknowledged and is not what it was. The journal does not open.
    Damaged {
        /// The offset in bytes of the frame or the record concerned.
        at: u64,
        /// What does not match.
        what: &'static str,
    },
}

/// Checks the first `length` bytes of a journal after `from` and gives every good frame to `each`,
/// in order: for [`Checkpoint::START`], all of it. It changes nothing, and may look while another
/// process appends or erases: it goes on behind `length` until what stands in the place of each record that it found
/// erased.
///
/// # Errors
/// [`JournalError::NotAJournal`], [`JournalError::NewerVersion`], [`JournalError::Damaged`] for the
/// file's header alone, [`JournalError::WrongCheckpoint`] where `from` is no place in it,
/// [`JournalError::Io`], and whatever `each` gives.
pub fn inspect<E: From<JournalError>>(
    file: &Arc<dyn AppendFile>,
    length: u64,
    from: Checkpoint,
    mut each: impl FnMut(Frame<'_>) -> Result<(), E>,
) -> Result<Inspected, E> {
    if is_new(&**file, length)? && from == Checkpoint::START {
        let torn = Ending::Torn(Torn { at: 0, bytes: length });
        return Ok(Inspected { good: from, ending: if length == 0 { Ending::Whole } else { torn }, end: length });
    }
    check_file_header(&**file)?;
    check_trusted(file, length, &from)?;
    let found = scan_each(file, length, from, |after, bytes, stand_ins| each(Frame { after, bytes, stand_ins }))?;
    let (ending, end) = match found.bad {
        None => (Ending::Whole, found.good.end),
        Some(bad) if bad.torn => {
            let at = found.good.end;
            (Ending::Torn(Torn { at, bytes: found.end.saturating_sub(at) }), found.end)
        }
        Some(bad) => (Ending::Damaged { at: bad.at, what: bad.what }, found.end),
    };
    Ok(Inspected { good: found.good, ending, end })
}
