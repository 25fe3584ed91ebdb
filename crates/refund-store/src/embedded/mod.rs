//! The store on one machine: a journal that is the truth, and sled as a view of it.
//!
//! In its folder are `journal`, `lock`, and the view: the folder `view` and beside it
//! `view.in-use` while it is open. The view can be removed whenever the store is closed; the next
//! opening builds it anew.

mod answers;
mod apply;
mod asides;
mod at_hand;
mod audit;
mod deliveries;
mod error;
mod finding;
mod folder;
mod gists;
mod index;
mod keys;
mod lately;
mod lists;
mod marks;
mod numbers;
mod of_sellers;
mod opening;
mod past;
mod rows;
mod sellers_feed;
mod shelf;
mod stable_hash;
mod view;
mod writer;
mod young;

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;

use refund_core::{DeadlineKind, Event, LineKey, Refund, RefundId, SellerId, Timestamp};
use tokio::sync::watch;

pub(crate) use self::audit::{Audit, AuditLine};
pub use self::deliveries::EmbeddedDeliveries;
pub use self::error::OpenError;
use self::folder::SledFolder;
pub(crate) use self::of_sellers::{OfSellers, told};
pub(crate) use self::view::SledView;
pub use self::writer::KEPT_FREE_BYTES;
use self::writer::{Waiting, Writer};
use crate::care::MANIFEST;
use crate::door::{Case, answered_before};
use crate::files::Files;
use crate::files::disk::Disk;
use crate::journal::{COPY, PART, Torn};
use crate::soon::{apart, at_once};
use crate::store::Overdue;
use crate::{
    Answer, Around, Aside, AuditQuery, Audited, EventPosition, Feed, Fingerprint, Found, Health, IdempotencyKey, Page,
    Query, Recorded, Refused, Reply, Request, Search, Settings, Soon, Store, StoreError, Surroundings,
};

/// How many requests wait at the most; beyond that the answer is [`StoreError::Busy`].
pub const WAITING_MAX: usize = 4096;

/// A store in a folder of its own.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// use refund_store::{Clock, EmbeddedStore, Store, Surroundings};
/// use std::sync::Arc;
///
/// // A server gives a running clock and real randomness.
/// let surroundings = Surroundings { clock: Clock::Test, entropy: Arc::new(|_| {}), hold_settling: false };
/// let opened = EmbeddedStore::open(folder.path(), surroundings)?;
/// assert_eq!(opened.torn, None);
/// opened.store.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct EmbeddedStore {
    view: Arc<SledView>,
    surroundings: Surroundings,
    /// Where requests wait; gone once the store is closed.
    queue: RwLock<Option<SyncSender<Box<Waiting>>>>,
    writer: Mutex<Option<JoinHandle<Result<(), StoreError>>>>,
    /// Why the writer records nothing more, once that is so.
    stopped: Arc<OnceLock<String>>,
}

/// What opening a store gives.
pub struct OpenedStore {
    /// The store, ready for requests.
    pub store: EmbeddedStore,
    /// What a crash had left at the end of the journal, and was cut off. Nothing of it was
    /// acknowledged.
    pub torn: Option<Torn>,
    /// How many records of the journal were read to bring the view up to date.
    pub replayed: u64,
    /// Whether the view was thrown away and built anew from the whole journal.
    pub rebuilt: bool,
}

impl EmbeddedStore {
    /// Opens the store in `folder`, or begins one. The folder is this process's alone until the
    /// store is dropped.
    ///
    /// # Errors
    /// [`OpenError`]. Nothing that was recorded has been changed.
    pub fn open(folder: &Path, surroundings: Surroundings) -> Result<OpenedStore, OpenError> {
        Self::open_on(&Disk::open(folder)?, folder, surroundings)
    }

    /// Opens a store whose journal is in `files` and whose view is in `folder`: for a disk that is
    /// [simulated](crate::files::simulated), or that somebody measures. Who calls it sees to it that
    /// nobody else does.
    ///
    /// # Errors
    /// [`OpenError`]. Nothing that was recorded has been changed.
    pub fn open_on(files: &dyn Files, folder: &Path, surroundings: Surroundings) -> Result<OpenedStore, OpenError> {
        if folder.join(PART).exists() {
            return Err(OpenError::HalfRestored { folder: folder.to_owned() });
        }
        if folder.join(COPY).exists() {
            return Err(OpenError::HalfCopied { folder: folder.to_owned() });
        }
        if folder.join(MANIFEST).exists() {
            return Err(OpenError::IsABackup { folder: folder.to_owned() });
        }
        Self::open_unguarded(files, folder, surroundings)
    }

    /// Opens a store also where a backup is being restored into the folder, or a store copied.
    pub(crate) fn open_unguarded(
        files: &dyn Files,
        folder: &Path,
        surroundings: Surroundings,
    ) -> Result<OpenedStore, OpenError> {
        let parts = opening::open(files, folder, &surroundings)?;
        let view = Arc::new(parts.view);
        let (sender, queue) = sync_channel(WAITING_MAX);
        let stopped = Arc::new(OnceLock::new());
        let folder_of_view = SledFolder::of_view(folder);
        let writer =
            Writer::new(parts.journal, Arc::clone(&view), folder_of_view, surroundings.clone(), Arc::clone(&stopped));
        let store = Self {
            view,
            surroundings,
            queue: RwLock::new(Some(sender)),
            writer: Mutex::new(Some(start(writer, queue, folder)?)),
            stopped,
        };
        Ok(OpenedStore { store, torn: parts.torn, replayed: parts.replayed, rebuilt: parts.rebuilt })
    }
}

fn start(
    writer: Writer,
    queue: Receiver<Box<Waiting>>,
    folder: &Path,
) -> Result<JoinHandle<Result<(), StoreError>>, OpenError> {
    let thread = std::thread::Builder::new().name("refund-store-writer".to_owned());
    let started = thread.spawn(move || writer.run(&queue));
    started.map_err(|source| OpenError::Thread { folder: folder.to_owned(), source })
}

impl EmbeddedStore {
    /// Reads much, on a thread that nobody else waits for.
    fn reading<'a, T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        read: impl FnOnce(&SledView) -> Result<T, E> + Send + 'static,
    ) -> Soon<'a, T, E> {
        let view = Arc::clone(&self.view);
        apart(move || read(&view))
    }

    /// What it reads from, for who checks it.
    pub(crate) fn view(&self) -> &SledView {
        &self.view
    }

    /// Why it takes no requests until it is opened again, if it takes none.
    fn stopped(&self) -> Option<StoreError> {
        if let Some(why) = self.stopped.get() {
            return Some(StoreError::Stopped(why.clone()));
        }
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        if queue.is_none() { Some(StoreError::Closed) } else { None }
    }
}

impl Store for EmbeddedStore {
    fn submit(&self, request: Request) -> Reply {
        let (answer, reply) = Reply::pending();
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        let waiting = Box::new(Waiting { request, answer });
        let refused = match queue.as_ref().map(|queue| queue.try_send(waiting)) {
            Some(Ok(())) => return reply,
            Some(Err(TrySendError::Full(_))) => StoreError::Busy { waiting: WAITING_MAX },
            Some(Err(TrySendError::Disconnected(_))) => {
                StoreError::Stopped("the writer has failed, and the log says where: restart".to_owned())
            }
            None => StoreError::Closed,
        };
        Reply::ready(Err(refused.into()))
    }

    fn settings(&self) -> Arc<Settings> {
        self.view.settings()
    }

    fn now(&self) -> Timestamp {
        self.surroundings.clock.now(self.view.latest())
    }

    fn latest(&self) -> Timestamp {
        self.view.latest()
    }

    fn news(&self) -> watch::Receiver<Option<EventPosition>> {
        self.view.news.subscribe()
    }

    fn recorded_here(&self, at: EventPosition) -> bool {
        at.epoch == self.view.past.epoch
    }

    fn health(&self) -> Health {
        Health {
            stopped: self.stopped(),
            space_left: self.view.past.reader.space_left().ok(),
            clock_behind: self.surroundings.clock.behind(self.view.latest()),
            held: self.surroundings.hold_settling,
            ..Health::default()
        }
    }

    fn refund<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Around>> {
        at_once(self.view.refund(id))
    }

    fn by_itself<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Arc<Refund>>> {
        at_once(self.view.by_itself(id))
    }

    fn on_line<'a>(&'a self, line: &'a LineKey) -> Soon<'a, Vec<Refund>> {
        at_once(self.view.on_line(line))
    }

    fn list<'a>(&'a self, query: &'a Query) -> Soon<'a, Page> {
        let query = query.clone();
        self.reading(move |view| view.list(&query))
    }

    fn find<'a>(&'a self, search: &'a Search) -> Soon<'a, Found> {
        let search = search.clone();
        self.reading(move |view| view.find(&search))
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Soon<'_, Feed> {
        match after.and_then(|after| self.view.young(after, limit)) {
            Some(feed) => at_once(Ok(feed)),
            None => self.reading(move |view| view.feed(after, limit)),
        }
    }

    fn feed_of<'a>(&'a self, seller_id: &'a SellerId, after: Option<EventPosition>, limit: usize) -> Soon<'a, Feed> {
        if let Some(feed) = after.and_then(|after| self.view.young_of(seller_id, after)) {
            return at_once(Ok(feed.cut(limit)));
        }
        let seller_id = seller_id.clone();
        self.reading(move |view| Ok(view.feed_of(&seller_id, after, limit)?.cut(limit)))
    }

    fn end_of<'a>(&'a self, seller_id: &'a SellerId) -> Soon<'a, Option<EventPosition>> {
        let seller_id = seller_id.clone();
        self.reading(move |view| view.end_of(&seller_id))
    }

    fn event(&self, at: EventPosition) -> Soon<'_, Option<Event>> {
        self.reading(move |view| view.past.event(at, view.current()))
    }

    fn counted(&self, place: u64, entry: u32) -> Soon<'_, EventPosition> {
        self.reading(move |view| view.past.counted(place, entry, view.current()))
    }

    fn history<'a>(&'a self, id: &'a RefundId, after: u64, limit: usize) -> Soon<'a, Vec<Recorded>> {
        let id = id.clone();
        self.reading(move |view| view.history(&id, after, limit))
    }

    fn audit<'a>(&'a self, query: &'a AuditQuery) -> Soon<'a, Vec<Audited>> {
        let query = query.clone();
        self.reading(move |view| view.audit(&query))
    }

    fn answered<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: Fingerprint) -> Soon<'a, Option<Answer>, Refused> {
        if !self.view.may_remember(key) {
            return at_once(Ok(None));
        }
        let (key, now) = (key.clone(), self.now());
        self.reading(move |view| {
            let mut case = Case::new(view.settings(), view.latest());
            answered_before(view, &mut case, &key, fingerprint, now)
        })
    }

    fn due(&self, until: Timestamp, limit: usize) -> Soon<'_, Vec<(Timestamp, RefundId)>> {
        at_once(self.view.due(until, limit).map(|(due, _)| due))
    }

    fn overdue(&self, kind: DeadlineKind) -> Soon<'_, Overdue> {
        at_once(self.view.overdue(kind))
    }

    fn next_due(&self) -> Soon<'_, Option<Timestamp>> {
        at_once(self.view.next_due())
    }

    fn keep(&self, aside: Aside, body: Vec<u8>) -> Soon<'_, ()> {
        let now = self.now();
        self.reading(move |view| view.keep(aside, &body, now))
    }

    fn kept(&self, aside: Aside) -> Soon<'_, Option<Vec<u8>>> {
        let now = self.now();
        self.reading(move |view| view.kept(aside, now))
    }

    fn close(&self) -> Result<(), StoreError> {
        // Without a sender the writer finishes what waits, and ends.
        drop(self.queue.write().unwrap_or_else(PoisonError::into_inner).take());
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        match writer.map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(closed)) => closed,
            Some(Err(_)) => Err(StoreError::NotRecorded("the writer has failed, and the log says where".to_owned())),
        }
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(%error, "the store was not closed as it should be");
        }
    }
}
