//! Opening a store: the journal is read from where the view is current, or the view built anew.

use std::path::Path;

use super::apply::{Gathered, Rows};
use super::error::OpenError;
use super::folder::{LastUse, SledFolder};
use super::keys;
use super::past::Past;
use super::rows::{LAYOUT, Meta};
use super::view::SledView;
use crate::Surroundings;
use crate::codec::{CodecError, decode};
use crate::door::replay;
use crate::files::Files;
use crate::journal::{Checkpoint, Journal, JournalError, OpenedJournal, Position, Torn};
use crate::stored::Payload;

/// The parts of an opened store.
pub(super) struct Parts {
    pub(super) journal: Journal,
    pub(super) view: SledView,
    pub(super) torn: Option<Torn>,
    pub(super) replayed: u64,
    pub(super) rebuilt: bool,
}

/// Opens the journal in `files` and the view in `folder`.
pub(super) fn open(files: &dyn Files, folder: &Path, surroundings: &Surroundings) -> Result<Parts, OpenError> {
    let opening = Opening { files, folder, view: SledFolder::of_view(folder), epoch: surroundings.epoch() };
    let parts = match opening.with_the_view_there_is()? {
        Ok(parts) => parts,
        Err(unusable) => opening.with_a_new_view(unusable)?,
    };
    let latest = parts.view.latest();
    match surroundings.clock.behind(latest) {
        Some(clock) => Err(OpenError::ClockBehind { clock, latest }),
        None => Ok(parts),
    }
}

/// What was read is applied to the view once so many refunds have changed or so many records were read.
const REFUNDS_AT_ONCE: usize = 1024;
const RECORDS_AT_ONCE: u64 = 1024;

/// Why the view that lies there can't be used, and what opening the journal with it cut off.
struct Unusable {
    why: String,
    torn: Option<Torn>,
}

struct Opening<'a> {
    files: &'a dyn Files,
    folder: &'a Path,
    view: SledFolder,
    epoch: u32,
}

impl Opening<'_> {
    /// Opens with the view that lies there; or says why it can't be used.
    fn with_the_view_there_is(&self) -> Result<Result<Parts, Unusable>, OpenError> {
        let unusable = |why: String| Ok(Err(Unusable { why, torn: None }));
        if !self.view.path().exists() {
            return unusable("there is none".to_owned());
        }
        let last_use = self.view.last_use().map_err(|error| self.view_error(&error))?;
        if last_use == LastUse::Closed {
            self.view.begin_use().map_err(|error| self.view_error(&error))?;
        }
        let read = self.view.open().and_then(|db| {
            let meta = db.get(keys::META).map_err(|error| error.to_string())?;
            Ok((db, meta.as_deref().and_then(Meta::parse)))
        });
        let (db, meta) = match read {
            Ok((db, Some(meta))) if meta.layout == LAYOUT => (db, meta),
            Ok((_, Some(meta))) => return unusable(format!("it has layout {}, and this is {LAYOUT}", meta.layout)),
            Ok((_, None)) => return unusable("it was never finished".to_owned()),
            Err(why) => return unusable(why),
        };
        // Whatever becomes of the view: a journal that is shorter than this has lost its end.
        let OpenedJournal { journal, torn } = match Journal::open(self.files, meta.current) {
            Ok(opened) => opened,
            Err(JournalError::WrongCheckpoint { end, length }) if length < end => {
                return Err(OpenError::JournalShortened { folder: self.folder.to_owned(), length, expected: end });
            }
            Err(JournalError::WrongCheckpoint { .. }) => return unusable("it is of another journal".to_owned()),
            Err(source) => return Err(self.journal_error(source)),
        };
        if last_use == LastUse::Lost {
            let why = "the machine stopped, or the view failed, while it was in use".to_owned();
            return Ok(Err(Unusable { why, torn }));
        }
        let view = match SledView::new(db, self.past(&journal), Some(meta)) {
            Ok(view) => view,
            Err(error) => return Ok(Err(Unusable { why: error.to_string(), torn })),
        };
        let replayed = self.replay(&view, meta.current.next(), journal.checkpoint())?;
        Ok(Ok(Parts { journal, view, torn, replayed, rebuilt: false }))
    }

    /// Throws the view away, and makes one of the whole journal, which is checked on the way.
    fn with_a_new_view(&self, unusable: Unusable) -> Result<Parts, OpenError> {
        let opened = Journal::open(self.files, Checkpoint::START).map_err(|source| self.journal_error(source))?;
        let journal = opened.journal;
        let rebuilt = journal.checkpoint() != Checkpoint::START;
        if rebuilt {
            let bytes = journal.checkpoint().length();
            tracing::warn!(why = unusable.why, bytes, "the view is built anew from the journal");
        }
        self.view.discard().map_err(|error| self.view_error(&error))?;
        self.view.begin_use().map_err(|error| self.view_error(&error))?;
        let db = self.view.open().map_err(|error| self.view_error(&error))?;
        let view = SledView::new(db, self.past(&journal), None);
        let view = view.map_err(|error| self.view_error(&error))?;
        let replayed = self.replay(&view, Position::FIRST, journal.checkpoint())?;
        Ok(Parts { journal, view, torn: unusable.torn.or(opened.torn), replayed, rebuilt })
    }

    /// Brings the view from `start` to the end of the journal; how many records that took.
    ///
    /// Only the last piece carries a checkpoint. If this stops half way it leaves a view without
    /// one, which is built anew: no record is ever applied twice.
    fn replay(&self, view: &SledView, start: Position, end: Checkpoint) -> Result<u64, OpenError> {
        let mut records = view.past.reader.read_from(start);
        let mut gathered = Gathered::new(view);
        let mut replayed: u64 = 0;
        while let Some(found) = records.read_next().map_err(|source| self.journal_error(source))? {
            let position = found.position;
            let payload: Payload = decode(found.payload).map_err(|error| self.record_error(position, &error))?;
            let record = payload.into_record();
            let understood = replay(view, &mut gathered.case, &record)
                .and_then(|changed| Ok((Rows::of_settings(&record, &changed)?, changed)));
            let (settings, changed) =
                understood.map_err(|error| self.record_error(position, &CodecError::Invalid(error.to_string())))?;
            gathered.add(position, &record, changed, settings);
            replayed = replayed.saturating_add(1);
            if replayed.is_multiple_of(RECORDS_AT_ONCE) || gathered.case.changed.refunds.len() >= REFUNDS_AT_ONCE {
                view.apply(gathered, None).map_err(|error| self.view_error(&error))?;
                gathered = Gathered::new(view);
            }
        }
        view.apply(gathered, Some(end)).map_err(|error| self.view_error(&error))?;
        view.flush().map_err(|error| self.view_error(&error))?;
        Ok(replayed)
    }

    fn past(&self, journal: &Journal) -> Past {
        Past::new(journal.reader(), self.epoch)
    }

    fn record_error(&self, position: Position, error: &CodecError) -> OpenError {
        let (folder, at) = (self.folder.to_owned(), position.into());
        match error {
            CodecError::Newer { found } => OpenError::NewerFormat { folder, at, found: *found },
            CodecError::Invalid(what) => OpenError::Record { folder, at, what: what.clone() },
        }
    }

    fn journal_error(&self, source: JournalError) -> OpenError {
        OpenError::Journal { folder: self.folder.to_owned(), source }
    }

    fn view_error(&self, what: &dyn std::fmt::Display) -> OpenError {
        OpenError::View { path: self.view.path(), what: what.to_string() }
    }
}
