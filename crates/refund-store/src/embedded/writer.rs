//! The one thread that writes.
//!
//! Requests queue while the last batch becomes durable; then it takes what has gathered, decides
//! one request after the other, records all of it with one sync, applies it to the view, and
//! answers everybody.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, OnceLock};

use tokio::sync::oneshot;

use super::apply::{Gathered, Rows};
use super::folder::SledFolder;
use super::view::SledView;
use crate::door::{BYTES_MAX, Moment, REQUESTS_MAX, carry_out};
use crate::journal::{Batch, Journal, JournalError, NewRecord, NewStandIn};
use crate::stored::Payload;
use crate::{Answered, Refused, Request, StoreError, Surroundings};

/// How much of the disk is kept free: below that nothing is recorded. The view is on the same disk, and has to have
/// room to write what has been recorded.
pub const KEPT_FREE_BYTES: u64 = 64 << 20;
/// After how many batches sled hands what it has to the system, so that a kill costs few records' replay.
const BATCHES_PER_FLUSH: u32 = 1024;

/// A request and where its answer goes.
pub(super) struct Waiting {
    pub(super) request: Request,
    pub(super) answer: oneshot::Sender<Result<Answered, Refused>>,
}

impl Waiting {
    fn refuse(self, error: &Arc<StoreError>) {
        // Who has gone away needs no answer, here and below.
        let _ = self.answer.send(Err(Refused::Store(Arc::clone(error))));
    }
}

pub(super) struct Writer {
    pub(super) journal: Journal,
    pub(super) view: Arc<SledView>,
    pub(super) folder: SledFolder,
    pub(super) surroundings: Surroundings,
    /// Why nothing more can be recorded, once that is so.
    stopped: Arc<OnceLock<String>>,
    since_flush: u32,
    /// Whether the view has to be built anew by the next start: sled keeps what was erased until it writes over it.
    has_erased: bool,
}

/// What became of a request within a batch.
enum Decided {
    /// To be answered so once the batch is durable.
    Answer(Result<Answered, Refused>),
    /// The batch has no room for it: it is decided again in the next one.
    NoRoom,
}

impl Writer {
    pub(super) fn new(
        journal: Journal,
        view: Arc<SledView>,
        folder: SledFolder,
        surroundings: Surroundings,
        stopped: Arc<OnceLock<String>>,
    ) -> Self {
        Self { journal, view, folder, surroundings, stopped, since_flush: 0, has_erased: false }
    }

    /// From now on nothing more is recorded; the first reason stands.
    fn stop(&self, why: String) {
        let _ = self.stopped.set(why);
    }

    /// Works until nobody can ask any more, and leaves everything durable.
    pub(super) fn run(mut self, queue: &Receiver<Box<Waiting>>) -> Result<(), StoreError> {
        let mut left_over = None;
        while let Some(first) = left_over.take().or_else(|| queue.recv().ok()) {
            left_over = match self.stopped.get() {
                Some(why) => {
                    first.refuse(&Arc::new(StoreError::Stopped(why.clone())));
                    None
                }
                None => self.batch(first, queue),
            };
        }
        self.close()
    }

    /// Carries out what has gathered; one request may be left over for the next batch.
    fn batch(&mut self, first: Box<Waiting>, queue: &Receiver<Box<Waiting>>) -> Option<Box<Waiting>> {
        let mut gathered = Gathered::new(&self.view);
        let low = self.low_on_space();
        let mut batch = self.journal.batch();
        let mut decided = Vec::new();
        let mut left_over = None;
        let mut next = Some(first);
        while let Some(waiting) = next.take() {
            match decide(&self.view, &self.surroundings, &waiting.request, &mut gathered, &mut batch) {
                Decided::Answer(answer) => decided.push((waiting, answer)),
                Decided::NoRoom => {
                    left_over = Some(waiting);
                    break;
                }
            }
            if decided.len() < REQUESTS_MAX && batch.bytes() < BYTES_MAX && !batch.erases() {
                next = queue.try_recv().ok();
            }
        }
        let (nothing_new, erases) = (batch.is_empty(), batch.erases());
        let refused = match low.filter(|_| !nothing_new) {
            // Before it is recorded, so that no start ever goes on with a view that has what was erased.
            None if erases => self.folder.give_up().err().map(|error| not_outdated(&error)),
            low => low,
        };
        self.has_erased |= erases;
        let committed = match refused {
            Some(why) => {
                drop(batch);
                Err(why)
            }
            None => batch.commit().map_err(|error| self.not_recorded(&error)),
        };
        match committed {
            Ok(()) => {
                if !nothing_new {
                    self.apply(gathered);
                }
                if erases {
                    self.view.forget_young();
                }
                for (waiting, answer) in decided {
                    let _ = waiting.answer.send(answer);
                }
            }
            Err(error) => {
                decided.into_iter().for_each(|(waiting, _)| waiting.refuse(&error));
            }
        }
        left_over
    }

    /// Why nothing can be recorded now, where the disk is nearly full.
    fn low_on_space(&self) -> Option<Arc<StoreError>> {
        // If the disk can't be asked, the write itself will tell.
        let left = self.journal.space_left().ok().filter(|left| *left < KEPT_FREE_BYTES)?;
        let why = format!("only {left} bytes of space are left on the disk, and {KEPT_FREE_BYTES} are kept free");
        tracing::error!(why, "a batch was not recorded");
        Some(Arc::new(StoreError::NotRecorded(why)))
    }

    /// What everybody in a batch is told that was not recorded.
    fn not_recorded(&mut self, error: &JournalError) -> Arc<StoreError> {
        if let JournalError::Unsure { .. } | JournalError::Stopped = error {
            tracing::error!(%error, "the journal takes nothing more until the next start");
            self.stop(JournalError::Stopped.to_string());
            return Arc::new(StoreError::Unsure(error.to_string()));
        }
        tracing::warn!(%error, "a batch was not recorded");
        Arc::new(StoreError::NotRecorded(error.to_string()))
    }

    /// Brings the view up to date with what has just been recorded.
    fn apply(&mut self, gathered: Gathered) {
        let current = self.journal.checkpoint();
        let applied = catch_unwind(AssertUnwindSafe(|| {
            self.view.apply(gathered, Some(current))?;
            self.since_flush = self.since_flush.saturating_add(1);
            if self.since_flush >= BATCHES_PER_FLUSH {
                self.since_flush = 0;
                self.view.flush()?;
            }
            Ok(())
        }));
        let failure: StoreError = match applied {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error,
            Err(_) => StoreError::Unreadable("sled failed while it was written".to_owned()),
        };
        // What was recorded stands and is answered. But nothing can be decided or shown any more.
        let why = format!("{failure}; check the disk, then restart: the view is built anew");
        tracing::error!(why, "the view can't be written");
        self.view.break_off(&why);
        self.stop(why);
        if let Err(error) = self.folder.give_up() {
            tracing::error!(%error, "the view could not be marked: remove its folder before the next start");
        }
    }

    /// Leaves a view that the next start can take as it is.
    fn close(self) -> Result<(), StoreError> {
        if let Some(why) = self.stopped.get() {
            return Err(StoreError::Stopped(why.clone()));
        }
        self.view.flush()?;
        if self.has_erased {
            return Ok(());
        }
        self.folder.end_use().map_err(|error| StoreError::NotRecorded(format!("the view could not be synced: {error}")))
    }
}

fn not_outdated(error: &std::io::Error) -> Arc<StoreError> {
    Arc::new(StoreError::NotRecorded(format!("the view could not be marked as one that is to be built anew: {error}")))
}

/// Decides one request on top of the batch so far, and adds what it writes.
fn decide(
    view: &SledView,
    surroundings: &Surroundings,
    request: &Request,
    gathered: &mut Gathered,
    batch: &mut Batch<'_>,
) -> Decided {
    if request.erases() && !batch.is_empty() {
        // What it is about to erase is recorded first.
        return Decided::NoRoom;
    }
    let moment = |latest| Moment::now(surroundings, latest);
    let (result, written) = carry_out(view, &mut gathered.case, request, moment);
    let Some((record, changed)) = written else { return Decided::Answer(result) };
    let refused = |error: StoreError| Decided::Answer(Err(error.into()));
    // Whatever can go wrong goes wrong before the record is one of the batch.
    let prepared = catch_unwind(AssertUnwindSafe(|| {
        let payload = Payload::bytes(&record, |id| gathered.last(view, id))?;
        let stand_ins = changed.redacted.iter().map(|(number, without)| view.past.stand_in(*number, without));
        let stand_ins = stand_ins.collect::<Result<Vec<_>, StoreError>>()?;
        Ok((payload, Rows::of_settings(&record, &changed)?, stand_ins))
    }));
    let (payload, settings, stand_ins) = match prepared {
        Ok(Ok(prepared)) => prepared,
        Ok(Err(error)) => return refused(error),
        Err(_) => return refused(StoreError::Unreadable("the view failed while it was read".to_owned())),
    };
    let salt = || {
        let mut salt = [0; 16];
        (surroundings.entropy)(&mut salt);
        salt
    };
    let record_of = NewRecord { epoch: view.past.epoch, salt: salt(), payload: &payload };
    let stand_ins =
        stand_ins.iter().map(|(of, stamp, payload)| NewStandIn { of: *of, stamp: *stamp, salt: salt(), payload });
    match batch.push_erasing(record_of, &stand_ins.collect::<Vec<_>>()) {
        Ok(position) => {
            gathered.add(position, &record, changed, settings);
            gathered.tell(record, view.past.epoch);
            Decided::Answer(result)
        }
        Err(JournalError::BatchTooLarge { .. }) if !batch.is_empty() => Decided::NoRoom,
        Err(error) => refused(StoreError::NotRecorded(error.to_string())),
    }
}
