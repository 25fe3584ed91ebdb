//! The store on one machine: a journal that is the truth, and sled as a view of it.
//!
//! In its folder are `journal`, `lock`, and the view: the folder `view` and beside it
//! `view.in-use` while it is open. The view can be removed whenever the store is closed; the next
//! opening builds it anew.

mod answers;
mod apply;
mod at_hand;
mod error;
mod folder;
mod index;
mod keys;
mod lists;
mod marks;
mod opening;
mod past;
mod rows;
mod view;
mod writer;

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;

use refund_core::{Event, LineKey, Policy, Refund, RefundId, Rollout, SellerId, Timestamp};

use tokio::sync::watch;

pub use self::error::OpenError;
pub use self::folder::{LastUse, SledFolder};
use self::view::SledView;
pub use self::writer::KEPT_FREE_BYTES;
use self::writer::{Waiting, Writer};
use crate::files::Files;
use crate::files::disk::Disk;
use crate::journal::Torn;
use crate::{
    EventPosition, Feed, IdempotencyKey, Key, Page, Query, Recorded, Remembered, Reply, Request, Secret, Seller,
    Session, Store, StoreError, Surroundings, User, View, Webhook,
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
pub struct Opened {
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
    pub fn open(folder: &Path, surroundings: Surroundings) -> Result<Opened, OpenError> {
        Self::open_on(&Disk::open(folder)?, folder, surroundings)
    }

    /// Opens a store whose journal is in `files` and whose view is in `folder`: for a disk that is
    /// [simulated](crate::files::simulated), or that somebody measures. Who calls it sees to it that
    /// nobody else does.
    ///
    /// # Errors
    /// [`OpenError`]. Nothing that was recorded has been changed.
    pub fn open_on(files: &dyn Files, folder: &Path, surroundings: Surroundings) -> Result<Opened, OpenError> {
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
        Ok(Opened { store, torn: parts.torn, replayed: parts.replayed, rebuilt: parts.rebuilt })
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

    fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.view.list(query)
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Result<Feed, StoreError> {
        self.view.past.feed(after, limit, self.view.current())
    }

    fn feed_end(&self) -> Result<Option<EventPosition>, StoreError> {
        self.view.feed_end()
    }

    fn history(&self, id: &RefundId, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        self.view.history(id, after, limit)
    }

    fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.view.next_due()
    }

    fn news(&self) -> watch::Receiver<()> {
        self.view.news.subscribe()
    }

    fn is_writable(&self) -> Result<(), StoreError> {
        if let Some(why) = self.stopped.get() {
            return Err(StoreError::Stopped(why.clone()));
        }
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        queue.as_ref().map(|_| ()).ok_or(StoreError::Closed)
    }

    fn space_left(&self) -> Option<u64> {
        self.view.past.reader.space_left().ok()
    }

    fn clock_behind(&self) -> Option<Timestamp> {
        self.surroundings.clock.behind(self.view.latest())
    }

    fn now(&self) -> Timestamp {
        self.surroundings.clock.now(self.view.latest())
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

/// Reads each thing on its own, as it is at that moment.
impl View for EmbeddedStore {
    fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        self.view.refund(id)
    }

    fn events(&self, id: &RefundId) -> Result<Vec<Event>, StoreError> {
        self.view.events(id)
    }

    fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError> {
        self.view.on_line(key)
    }

    fn beside(&self, refund: &Refund) -> Result<Vec<Refund>, StoreError> {
        self.view.beside(refund)
    }

    fn seller(&self, id: &SellerId) -> Result<Option<Arc<Seller>>, StoreError> {
        self.view.seller(id)
    }

    fn sellers(&self, after: Option<&SellerId>, limit: usize) -> Result<Vec<(SellerId, Arc<Seller>)>, StoreError> {
        self.view.sellers(after, limit)
    }

    fn policy(&self) -> Result<Arc<Policy>, StoreError> {
        self.view.policy()
    }

    fn rollout(&self) -> Result<Arc<Rollout>, StoreError> {
        self.view.rollout()
    }

    fn key_by_secret(&self, secret: &Secret) -> Result<Option<Arc<Key>>, StoreError> {
        self.view.key_by_secret(secret)
    }

    fn keys(&self) -> Result<Vec<Arc<Key>>, StoreError> {
        self.view.keys()
    }

    fn link(&self, id: &RefundId) -> Result<u32, StoreError> {
        self.view.link(id)
    }

    fn webhooks(&self) -> Result<Vec<Arc<Webhook>>, StoreError> {
        self.view.webhooks()
    }

    fn users(&self) -> Result<Vec<Arc<User>>, StoreError> {
        self.view.users()
    }

    fn user(&self, id: &str) -> Result<Option<Arc<User>>, StoreError> {
        self.view.user(id)
    }

    fn session(&self, secret: &Secret) -> Result<Option<Arc<Session>>, StoreError> {
        self.view.session(secret)
    }

    fn sessions_of(&self, user_id: &str) -> Result<Vec<Arc<Session>>, StoreError> {
        self.view.sessions_of(user_id)
    }

    fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Remembered>, StoreError> {
        self.view.remembered(key)
    }

    fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError> {
        self.view.due(until, limit)
    }

    fn latest(&self) -> Timestamp {
        self.view.latest()
    }
}
