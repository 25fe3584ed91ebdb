//! What is so at the moment at which it is asked for. What can't be read then is left out, so that
//! nobody takes an old number for a new one.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use refund_core::{DeadlineKind, StatusKind, Timestamp};
use refund_store::{Backlog, DisabledBecause, Overdue, Readers, Store, StoreError, Webhook};

use super::{Check, failing};
use crate::app::App;
use crate::problem::Problem;
use crate::stats::Stats;

/// How many unsettled refunds are counted: each is looked up.
pub(crate) const UNSETTLED_COUNTED_MAX: usize = 10_000;

pub(crate) async fn measured_now(app: &App) -> Registry {
    let store = app.engine.store();
    let mut now = Registry::default();
    let unsettled = unsettled(&mut now, store).await.map_err(Problem::from);
    let overdue = overdue(&mut now, store).await.map_err(Problem::from);
    let seen = unsettled.and(overdue).and(waiting(&mut now, app).await);
    if let Err(problem) = seen {
        tracing::error!(?problem, "not all can be measured now");
    }
    ready(&mut now, app).await;
    let held = u64::from(store.health().held);
    number(&mut now, "refund_settling_held", "1 where nothing happens that is due, 0 where it does (R36)", Some(held));
    let servers = u64::from(store.servers().get());
    number(&mut now, "refund_servers", "Servers that share the store and are alive", Some(servers));
    readers(&mut now, store);
    in_progress(&mut now, &app.stats);
    let streams = app.admission.open_streams();
    number(&mut now, "refund_event_streams", "Streams of events that are open", u64::try_from(streams).ok());
    process(&mut now);
    now
}

/// What a probe would be told, and the space that is left.
async fn ready(now: &mut Registry, app: &App) {
    let store = app.engine.store();
    let failing = failing(store, app.webhooks.book_fails()).await;
    let ready = Family::<[(&str, &str); 1], Gauge>::default();
    for check in Check::of(store) {
        let is_well = failing.iter().all(|failing| failing.check != check);
        ready.get_or_create(&[("check", check.as_str())]).set(i64::from(is_well));
    }
    now.register("refund_ready", "1 where what /readyz looks at is well, 0 where it is not", ready);
    number(now, "refund_disk_free_bytes", "Space left on the disk of the journal, in bytes", store.health().space_left);
}

/// How the connections to a database are used.
fn readers(now: &mut Registry, store: &dyn Store) {
    let Some(Readers { in_use, idle, waiting }) = store.health().readers else { return };
    let connections = Family::<[(&str, &str); 1], Gauge>::default();
    for (state, count) in [("in_use", in_use), ("idle", idle)] {
        connections.get_or_create(&[("state", state)]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    let help = "Connections to the database for reading and for webhooks: in_use or idle";
    now.register("refund_database_connections", help, connections);
    let help = "Reads and notes that wait for a connection to the database";
    number(now, "refund_database_connections_awaited", help, u64::try_from(waiting).ok());
}

/// How many refunds stand where; nothing until all is counted.
fn in_progress(now: &mut Registry, stats: &Stats) {
    let Some(counted) = stats.in_progress() else { return };
    let refunds = Family::<[(&str, &str); 1], Gauge>::default();
    for status in StatusKind::ALL.iter().filter(|status| !status.is_final()) {
        let count = counted.get(status).copied().unwrap_or(0);
        refunds.get_or_create(&[("status", status.as_str())]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    now.register("refund_refunds_in_progress", "Refunds that have not ended, by their status", refunds);
}

/// Deadlines that have come and of which nothing has come yet: the engine is behind.
pub(crate) struct Unsettled {
    /// On how many refunds; counted up to [`UNSETTLED_COUNTED_MAX`].
    pub(crate) count: usize,
    /// How long ago the first of them came.
    pub(crate) for_how_long: Duration,
}

impl Unsettled {
    pub(crate) async fn look(store: &dyn Store) -> Result<Self, StoreError> {
        let at = store.now();
        let due = store.due(at, UNSETTLED_COUNTED_MAX).await?;
        Ok(Self { count: due.len(), for_how_long: since(due.first().map(|(due, _)| *due), at) })
    }
}

async fn unsettled(now: &mut Registry, store: &dyn Store) -> Result<(), StoreError> {
    let Unsettled { count, for_how_long } = Unsettled::look(store).await?;
    let help = "Refunds on which something is due that has not happened yet, counted up to 10,000";
    number(now, "refund_unsettled_refunds", help, u64::try_from(count).ok());
    let help = "How long ago the first of it was due; 0 where nothing is";
    seconds(now, "refund_unsettled_seconds", help, for_how_long);
    Ok(())
}

/// What people or a payment adapter should have done by now (R38).
pub(crate) struct Awaited {
    pub(crate) kind: DeadlineKind,
    /// On how many refunds.
    pub(crate) count: usize,
    /// How long the first of them has been overdue.
    pub(crate) for_how_long: Duration,
}

impl Awaited {
    /// Each of the deadlines that decide nothing.
    pub(crate) async fn look(store: &dyn Store) -> Result<Vec<Self>, StoreError> {
        let mut all = Vec::new();
        for kind in DeadlineKind::ALL.iter().copied().filter(|kind| kind.is_watched()) {
            let Overdue { count, oldest } = store.overdue(kind).await?;
            all.push(Self { kind, count, for_how_long: since(oldest, store.now()) });
        }
        Ok(all)
    }
}

async fn overdue(now: &mut Registry, store: &dyn Store) -> Result<(), StoreError> {
    let (counts, longest) =
        (Family::<[(&str, &str); 1], Gauge>::default(), Family::<_, Gauge<f64, AtomicU64>>::default());
    for Awaited { kind, count, for_how_long } in Awaited::look(store).await? {
        let label = [("kind", kind.as_str())];
        counts.get_or_create(&label).set(i64::try_from(count).unwrap_or(i64::MAX));
        longest.get_or_create(&label).set(for_how_long.as_secs_f64());
    }
    now.register(
        "refund_deadlines_overdue",
        "Refunds that wait for the operator or the payment beyond their deadline",
        counts,
    );
    let help = "How long the first of them has been overdue; 0 where none is";
    now.register("refund_deadlines_overdue_seconds", help, longest);
    Ok(())
}

/// What webhooks and mail have still to send, and how long the oldest of it has waited. What is kept for an
/// endpoint that is off waits for its owner and not for us.
pub(crate) async fn unsent(app: &App) -> Result<(u64, Duration), Problem> {
    let mut endpoints = app.engine.settings().webhooks();
    endpoints.retain(|endpoint| endpoint.disabled.is_none());
    let Backlog { count, oldest } = app.webhooks.backlog_with_mail(&endpoints).await?;
    Ok((count, since(oldest, app.engine.store().now())))
}

async fn waiting(now: &mut Registry, app: &App) -> Result<(), Problem> {
    let (count, for_how_long) = unsent(app).await?;
    let help = "Messages that wait to be sent, or to be tried again, to endpoints that are on and by mail";
    number(now, "refund_webhook_messages_waiting", help, Some(count));
    let help = "How long the oldest of them has waited; 0 where none does";
    seconds(now, "refund_webhook_oldest_waiting_seconds", help, for_how_long);
    given_up(now, app);
    Ok(())
}

fn given_up(now: &mut Registry, app: &App) {
    let endpoints = app.engine.settings().webhooks();
    let off = Family::<[(&str, &str); 1], Gauge>::default();
    for (because, word) in [(DisabledBecause::Gone, "gone"), (DisabledBecause::Failing, "failing")] {
        let is_off = |endpoint: &&Arc<Webhook>| endpoint.disabled.is_some_and(|off| off.because == because);
        let count = endpoints.iter().filter(is_off).count();
        off.get_or_create(&[("because", word)]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    let help = "Endpoints of webhooks that are off because they are gone or failed for too long, and not by hand";
    now.register("refund_webhook_endpoints_given_up", help, off);
}

fn since(from: Option<Timestamp>, to: Timestamp) -> Duration {
    let millis = from.map_or(0, |from| to.as_millis().saturating_sub(from.as_millis()));
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// What is usual to tell of any process.
fn process(now: &mut Registry) {
    let process = metrics_process::collector::collect();
    if let Some(cpu) = process.cpu_seconds_total {
        let counter = Counter::<f64, AtomicU64>::default();
        counter.inc_by(cpu);
        now.register("process_cpu_seconds", "Time that the processors spent on this process, in seconds", counter);
    }
    let resident = "Memory that the process has in use, in bytes";
    number(now, "process_resident_memory_bytes", resident, process.resident_memory_bytes);
    number(now, "process_virtual_memory_bytes", "Its address space, in bytes", process.virtual_memory_bytes);
    number(now, "process_open_fds", "Files and connections that it has open", process.open_fds);
    number(now, "process_max_fds", "How many it may have open", process.max_fds);
    let started = "When it started, in seconds since 1970";
    number(now, "process_start_time_seconds", started, process.start_time_seconds);
    number(now, "process_threads", "Threads that it has", process.threads);
}

fn number(now: &mut Registry, name: &str, help: &str, value: Option<u64>) {
    if let Some(value) = value {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        now.register(name, help, gauge);
    }
}

fn seconds(now: &mut Registry, name: &str, help: &str, value: Duration) {
    let gauge = Gauge::<f64, AtomicU64>::default();
    gauge.set(value.as_secs_f64());
    now.register(name, help, gauge);
}
