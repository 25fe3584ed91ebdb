//! The store on PostgreSQL, which any number of servers share.
//!
//! They take turns at one door, a row that is locked and never updated. Whoever has the turn carries out all that has
//! gathered at its server: loads what that needs, decides by the same steps as every other store, writes records and
//! what follows from them, and commits. So the order of decisions is that of commits and of the feed, time never goes
//! back, and no two servers ever decide at once. Replication and its consensus are PostgreSQL's work.
//!
//! Which statement does what stands in `sql.rs`, the tables in `schema/`.

mod address;
mod asides;
mod care;
mod catching_up;
mod connection;
mod deliveries;
mod derived;
mod error;
mod feeds;
mod finding;
mod gists;
mod hashes;
mod head;
mod holding;
mod known;
mod lane;
mod lists;
mod loading;
mod looking;
mod migrating;
mod own;
#[cfg(test)]
mod plans;
mod puts;
mod reading;
mod refund_rows;
mod rows;
mod servers;
mod sql;
mod turn;
mod turned;
mod waiting;
mod writing;

use std::num::NonZeroU32;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use refund_core::{DeadlineKind, Event, LineKey, Refund, RefundId, SellerId, Timestamp};
use tokio::runtime::Runtime;
use tokio::sync::watch;

pub use self::address::PostgresAddress;
pub(crate) use self::care::{
    About, Database, Differing, Ends, Filling, Log, LogError, Making, Moment, Read, Step, differences, make_shadows,
};
use self::catching_up::all_settings;
use self::connection::{Connector, Purpose};
pub use self::deliveries::PostgresDeliveries;
pub use self::error::PostgresError;
use self::head::Head;
use self::holding::HOLD;
pub use self::holding::hold_settling;
use self::known::Known;
use self::lane::Lane;
use self::looking::Looks;
pub use self::migrating::{Level, Migrated, migrate};
use self::migrating::{check_layout, check_server};
use self::reading::{READING_MAX, Reading};
use self::servers::Servers;
pub use self::turned::Turned;
use self::waiting::Waiting;
use crate::soon::at_once;
use crate::store::Overdue;
use crate::surroundings::too_far_behind;
use crate::{
    Answer, Around, Aside, AuditQuery, Audited, EventPosition, Feed, Fingerprint, Found, Health, IdempotencyKey, Page,
    Query, Recorded, Refused, Reply, Request, Search, Settings, Soon, Store, StoreError, Surroundings, WAITING_MAX,
};

/// How many threads read.
const READING_THREADS: usize = 2;
/// How long whoever closes the store waits until the others know.
const LEAVING_MAX: Duration = Duration::from_secs(1);

/// A store in a database, beside any number of others in the same one.
pub struct PostgresStore {
    known: Arc<Known>,
    reading: Reading,
    servers: Arc<Servers>,
    /// Where requests wait; gone once the store is closed.
    queue: RwLock<Option<SyncSender<Waiting>>>,
    lane: Mutex<Option<JoinHandle<()>>>,
    /// What reads live on, so that they can be waited for from anywhere.
    runtime: Mutex<Option<Runtime>>,
}

impl PostgresStore {
    /// Opens the store in that database, which has been [migrated](migrate). `secret` is what the servers' secret is
    /// known by: the first that opens the store says it, and all others must have the same.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn open(
        address: &PostgresAddress,
        secret: Option<&[u8; 32]>,
        surroundings: Surroundings,
    ) -> Result<Self, PostgresError> {
        let connector = Connector::new(address.clone())?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(READING_THREADS)
            .thread_name("refund-store-reader")
            .enable_all()
            .build()
            .map_err(PostgresError::Threads)?;
        // Whoever opens it may be within another runtime, in which nothing may be waited for.
        let opening = runtime.spawn(opened(connector.clone(), secret.copied(), surroundings.clone()));
        let opened = waited_for(opening);
        let (head, settings, servers) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                runtime.shutdown_background();
                return Err(error);
            }
        };
        let known = Arc::new(Known::new(&surroundings, &head, settings));
        let looks = Looks::begin(runtime.handle(), connector.clone(), known.clone());
        let reading =
            Reading { pool: connector.readers()?, known: known.clone(), looks, runtime: runtime.handle().clone() };
        let servers = Arc::new(servers);
        runtime.spawn(servers.clone().stay(reading.pool.clone()));
        let own = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(PostgresError::Threads)?;
        let lane = Lane::new(connector, known.clone(), surroundings, own);
        let (sender, queue) = sync_channel(WAITING_MAX);
        let thread = std::thread::Builder::new().name("refund-store-lane".to_owned());
        let lane = thread.spawn(move || lane.run(&queue)).map_err(PostgresError::Threads)?;
        Ok(Self {
            known,
            reading,
            servers,
            queue: RwLock::new(Some(sender)),
            lane: Mutex::new(Some(lane)),
            runtime: Mutex::new(Some(runtime)),
        })
    }

    /// The delivery book that this server shares with all others of the store, as long as this one is open.
    #[must_use]
    pub fn deliveries(&self) -> PostgresDeliveries {
        PostgresDeliveries::new(self.reading.clone(), self.servers.clone())
    }

    /// Has each turn at the database told, as soon as it is over, on the thread that takes turns.
    pub fn on_turns(&self, tell: impl Fn(Turned) + Send + Sync + 'static) {
        self.known.turns().begin(Box::new(tell));
    }

    /// Reads on the store's own threads, whoever waits for it.
    fn read<'a, T, E, F>(&self, read: impl Fn(Reading) -> F + Send + Sync + 'static) -> Soon<'a, T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        self.reading.apart(READING_MAX, read)
    }
}

/// Waits for something that is done on other threads, from any thread.
fn waited_for<T: Send + 'static>(task: tokio::task::JoinHandle<Result<T, PostgresError>>) -> Result<T, PostgresError> {
    let (sender, answer) = std::sync::mpsc::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(PostgresError::Threads)?;
    // A thread of its own: nobody may block within a runtime.
    let waiting = std::thread::spawn(move || {
        let done = runtime.block_on(task).unwrap_or_else(|_| Err(StoreError::Closed.into()));
        // Who asks waits.
        let _ = sender.send(done);
    });
    let done = answer.recv().unwrap_or_else(|_| Err(StoreError::Closed.into()));
    // It has said its last word.
    let _ = waiting.join();
    done
}

/// Looks whether the database is what it should be, and reads what is kept at hand of it, as of one moment.
async fn opened(
    connector: Connector,
    secret: Option<[u8; 32]>,
    surroundings: Surroundings,
) -> Result<(Head, Arc<Settings>, Servers), PostgresError> {
    let mut client = connector.connect(Purpose::Write).await?;
    check_server(&client).await?;
    check_layout(&*client, &connector.address).await?;
    let test_clock = surroundings.clock.is_test();
    // Whoever opens it first says how it is used.
    let first = "UPDATE meta SET test_clock = coalesce(test_clock, $1), secret = coalesce(secret, $2) \
        WHERE (test_clock IS NULL OR secret IS NULL) AND NOT copying";
    let print = secret.map(|secret| secret.to_vec());
    client.execute(first, &[&test_clock, &print]).await?;
    // A start holds what is due for all servers, and none lets it go: others may be at work (R36).
    if surroundings.hold_settling {
        client.execute(HOLD, &[&true]).await?;
    }
    let moment = client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::RepeatableRead);
    let moment = moment.start().await?;
    let head = Head::of(&moment.query_one(sql::HEAD, &[]).await?)?;
    head.check()?;
    let said = moment.query_one("SELECT secret FROM meta", &[]).await?;
    if print.is_some() && said.try_get::<_, Option<Vec<u8>>>(0)? != print {
        return Err(PostgresError::OtherSecret);
    }
    if let Some(others) = head.test_clock.filter(|others| *others != test_clock) {
        return Err(PostgresError::OtherClock { test_clock: others });
    }
    let settings = all_settings(&*moment).await.map_err(StoreError::from)?;
    moment.commit().await?;
    let clock = Known::new(&surroundings, &head, settings.clone()).now_by_clock();
    if let Some(clock) = clock.and_then(|clock| too_far_behind(clock, head.latest())) {
        return Err(PostgresError::ClockBehind { clock, latest: head.latest() });
    }
    let servers = Servers::join(&client).await?;
    Ok((head, settings, servers))
}

impl Store for PostgresStore {
    fn submit(&self, request: Request) -> Reply {
        let (answer, reply) = Reply::pending();
        let queue = self.queue.read().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = &*queue else { return Reply::ready(Err(StoreError::Closed.into())) };
        let refused = match queue.try_send(Waiting { request, answer }) {
            Ok(()) => return reply,
            Err(TrySendError::Full(_)) => StoreError::Busy { waiting: WAITING_MAX },
            Err(TrySendError::Disconnected(_)) => {
                StoreError::Stopped("what decides has failed, and the log says where: restart".to_owned())
            }
        };
        Reply::ready(Err(refused.into()))
    }

    fn look(&self) -> Soon<'_, ()> {
        Box::pin(self.reading.looks.look())
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn is_read_for_good(&self) -> bool {
        !self.known.waits_for_standby()
    }

    fn servers(&self) -> NonZeroU32 {
        let live = u32::try_from(self.servers.live().len()).ok();
        live.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN)
    }

    fn recorded_here(&self, at: EventPosition) -> bool {
        self.known.own().has(at.record)
    }

    fn settings(&self) -> Arc<Settings> {
        self.known.settings().1
    }

    fn now(&self) -> Timestamp {
        self.known.now()
    }

    fn latest(&self) -> Timestamp {
        self.known.latest()
    }

    fn news(&self) -> watch::Receiver<Option<EventPosition>> {
        self.known.news()
    }

    fn health(&self) -> Health {
        let is_closed = self.queue.read().unwrap_or_else(PoisonError::into_inner).is_none();
        let stopped = if is_closed { Some(StoreError::Closed) } else { self.known.stopped() };
        let known = &self.known;
        let (clock_behind, held, refuses_writes) = (known.clock_behind(), known.is_held(), known.refuses_writes());
        let readers = Some(self.reading.readers());
        Health { stopped, space_left: None, clock_behind, held, refuses_writes, readers }
    }

    fn refund<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Around>> {
        let id = id.clone();
        self.read(move |reading| reading.refund(id.clone()))
    }

    fn on_line<'a>(&'a self, line: &'a LineKey) -> Soon<'a, Vec<Refund>> {
        let line = line.clone();
        self.read(move |reading| reading.on_line(line.clone()))
    }

    fn list<'a>(&'a self, query: &'a Query) -> Soon<'a, Page> {
        let query = query.clone();
        self.read(move |reading| reading.list(query.clone()))
    }

    fn find<'a>(&'a self, search: &'a Search) -> Soon<'a, Found> {
        let search = search.clone();
        self.read(move |reading| reading.find(search.clone()))
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Soon<'_, Feed> {
        self.read(move |reading| reading.feed(after, limit))
    }

    fn feed_of<'a>(&'a self, seller_id: &'a SellerId, after: Option<EventPosition>, limit: usize) -> Soon<'a, Feed> {
        let seller_id = seller_id.clone();
        self.read(move |reading| reading.feed_of(seller_id.clone(), after, limit))
    }

    fn end_of<'a>(&'a self, seller_id: &'a SellerId) -> Soon<'a, Option<EventPosition>> {
        let seller_id = seller_id.clone();
        self.read(move |reading| reading.end_of(seller_id.clone()))
    }

    fn event(&self, at: EventPosition) -> Soon<'_, Option<Event>> {
        self.read(move |reading| async move { reading.event(at).await })
    }

    fn counted(&self, _: u64, _: u32) -> Soon<'_, EventPosition> {
        // The database never had places in bytes.
        at_once(Err(StoreError::OtherHistory))
    }

    fn history<'a>(&'a self, id: &'a RefundId, after: u64, limit: usize) -> Soon<'a, Vec<Recorded>> {
        let id = id.clone();
        self.read(move |reading| reading.history(id.clone(), after, limit))
    }

    fn audit<'a>(&'a self, query: &'a AuditQuery) -> Soon<'a, Vec<Audited>> {
        let query = query.clone();
        self.read(move |reading| reading.audit(query.clone()))
    }

    fn answered<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: Fingerprint) -> Soon<'a, Option<Answer>, Refused> {
        let key = key.clone();
        self.read(move |reading| reading.answered(key.clone(), fingerprint))
    }

    fn due(&self, until: Timestamp, limit: usize) -> Soon<'_, Vec<(Timestamp, RefundId)>> {
        self.read(move |reading| reading.due(until, limit))
    }

    fn next_due(&self) -> Soon<'_, Option<Timestamp>> {
        self.read(move |reading| reading.next_due())
    }

    fn overdue(&self, kind: DeadlineKind) -> Soon<'_, Overdue> {
        self.read(move |reading| reading.overdue(kind))
    }

    fn keep(&self, aside: Aside, body: Vec<u8>) -> Soon<'_, ()> {
        self.read(move |reading| reading.keep(aside, body.clone()))
    }

    fn kept(&self, aside: Aside) -> Soon<'_, Option<Vec<u8>>> {
        self.read(move |reading| reading.kept(aside))
    }

    fn close(&self) -> Result<(), StoreError> {
        // Without a sender the lane finishes what waits, and ends.
        drop(self.queue.write().unwrap_or_else(PoisonError::into_inner).take());
        let lane = self.lane.lock().unwrap_or_else(PoisonError::into_inner).take();
        let failed = || StoreError::NotRecorded("what decides has failed, and the log says where".to_owned());
        let closed = lane.map_or(Ok(()), |lane| lane.join().map_err(|_| failed()));
        if let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let (servers, pool) = (self.servers.clone(), self.reading.pool.clone());
            let leaving = async move { tokio::time::timeout(LEAVING_MAX, servers.leave(&pool)).await };
            let left =
                waited_for(runtime.spawn(async { leaving.await.unwrap_or(Ok(())).map_err(PostgresError::from) }));
            if let Err(error) = left {
                tracing::debug!(%error, "the other servers find out by themselves that this one is gone");
            }
            // Whoever still reads is told that it is closed.
            runtime.shutdown_background();
        }
        closed
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(%error, "the store was not closed as it should be");
        }
    }
}
