//! What the server counts and measures of itself, for Prometheus.
//!
//! Nobody is asked for a key, so that a label is only ever a word of the program's own: a command, a
//! code, a kind of deadline. No id, name, address or amount is in any, and there can't be more series
//! than the program has words.

mod call_kind;
mod files;
mod lateness;
mod outcome;
mod turns;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use refund_core::{Fact, NoticeChannel, NoticeResult};
use refund_store::{Answered, Refused, Store, Told, Turned, Work};
use tokio::sync::Semaphore;

pub(crate) use self::call_kind::{CHECK, CallKind, FIXED, PROBES};
pub(crate) use self::files::TimedSyncs;
use self::outcome::{command, outcome};
use self::turns::Turns;
use crate::machine::clock::Stopwatch;
use crate::wire::code::Code;

/// Which version runs.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The media type of what is shown.
pub(crate) const MEDIA_TYPE: &str = prometheus_text::CONTENT_TYPE;

type Labels<const N: usize> = [(&'static str, &'static str); N];
type Counters<const N: usize> = Family<Labels<N>, Counter>;
type Histograms = Family<Labels<1>, Histogram, fn() -> Histogram>;

/// What is told of a replay that was found before its body was read.
const UNREAD: &str = "unread";
/// The classes of answers. Streams and replies of a proxy's are not among them.
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// In seconds, for what people wait for.
const WAITS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// In seconds, for a disk or a database.
const SYNCS: [f64; 14] = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
/// In seconds, for the time between an instant and what had to happen then: the timer looks every
/// five, and after 300 it counts as an outage (R36).
const LATENESS: [f64; 11] = [0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0, 21_600.0, 86_400.0];

/// What is counted while the server runs. What is so at one moment is measured when it is asked for.
pub(crate) struct Metrics {
    registry: Registry,
    commands: Counters<2>,
    command_seconds: Histogram,
    settled_late: Histograms,
    notices: Counters<2>,
    responses: Counters<1>,
    call_seconds: Histograms,
    problems: Counters<1>,
    connections: Gauge,
    /// One reads at a time: nobody is asked for a key, and to read costs.
    pub(crate) turn: Semaphore,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Registry::default(),
            commands: Family::default(),
            command_seconds: Histogram::new(WAITS),
            settled_late: Family::new_with_constructor(|| Histogram::new(LATENESS)),
            notices: Family::default(),
            responses: Family::default(),
            call_seconds: Family::new_with_constructor(|| Histogram::new(WAITS)),
            problems: Family::default(),
            connections: Gauge::default(),
            turn: Semaphore::new(1),
        };
        // What has not been seen yet is 0, so that its first time is an increase.
        for channel in NoticeChannel::ALL {
            NoticeResult::ALL.iter().for_each(|result| drop(metrics.notices(*channel, *result)));
        }
        CLASSES.iter().for_each(|class| drop(metrics.responses.get_or_create(&[("class", class)])));
        CallKind::ALL.iter().for_each(|kind| drop(metrics.call_seconds.get_or_create(&[("kind", kind.as_str())])));
        Code::all().for_each(|code| drop(metrics.problems.get_or_create(&[("code", code.as_str())])));
        lateness::all().for_each(|kind| drop(metrics.settled_late.get_or_create(&[("deadline", kind)])));
        metrics.registered()
    }
}

impl Metrics {
    fn registered(mut self) -> Self {
        let all = &mut self.registry;
        let version = Info::new([("version", VERSION)]);
        all.register("refund_build", "Which version runs", version);
        all.register(
            "refund_commands",
            "Commands, by what became of each: done, replayed, caller_gone, or the code of why not",
            self.commands.clone(),
        );
        all.register(
            "refund_command_duration_seconds",
            "How long a command took from being handed in until it was durable or refused",
            self.command_seconds.clone(),
        );
        all.register(
            "refund_settled_late_seconds",
            "How long after its instant each deadline or reminder was settled by itself",
            self.settled_late.clone(),
        );
        all.register("refund_notices", "Notices, by who sent them and what came of it", self.notices.clone());
        all.register("refund_http_responses", "Answers, by the class of their status", self.responses.clone());
        all.register(
            "refund_http_duration_seconds",
            "How long calls took until their answer began, by the kind of call",
            self.call_seconds.clone(),
        );
        all.register("refund_http_problems", "Answers that were a no, by their code", self.problems.clone());
        all.register("refund_http_connections", "Connections that are open", self.connections.clone());
        self
    }

    /// Where it is measured how long syncs of a journal take: there may be none.
    pub(crate) fn syncs(&mut self) -> Histogram {
        let syncs = Histogram::new(SYNCS);
        let help = "How long the disk took to make a batch of the journal durable (fdatasync)";
        self.registry.register("refund_journal_sync_seconds", help, syncs.clone());
        syncs
    }

    /// Where turns at a database are measured: there may be none.
    pub(crate) fn turns(&mut self) -> impl Fn(Turned) + Send + Sync + 'static {
        let turns = Turns::registered(&mut self.registry);
        move |turned| turns.count(turned)
    }

    /// A request is handed in: it is counted when it ends, however that is.
    pub(crate) fn handed_in(&self, work: &Work) -> Watched {
        Watched {
            commands: self.commands.clone(),
            seconds: self.command_seconds.clone(),
            command: command(work),
            stopwatch: Stopwatch::start(),
        }
    }

    /// A call was answered as it had been before, without asking the door.
    pub(crate) fn replayed(&self) {
        self.commands.get_or_create(&[("command", UNREAD), ("outcome", outcome::REPLAYED)]).inc();
    }

    /// A call was answered, and its answer begins after that time.
    pub(crate) fn answered(&self, kind: CallKind, status: StatusCode, problem: Option<Code>, after: Duration) {
        self.call_seconds.get_or_create(&[("kind", kind.as_str())]).observe(after.as_secs_f64());
        let class = match status.as_u16() / 100 {
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.responses.get_or_create(&[("class", class)]).inc();
        if let Some(code) = problem {
            self.problems.get_or_create(&[("code", code.as_str())]).inc();
        }
    }

    /// A connection that is open, until what is given is dropped.
    pub(crate) fn connection(&self) -> Connected {
        self.connections.inc();
        Connected(self.connections.clone())
    }

    /// These events are in that store's feed. What was recorded before this start, or by another server, is not counted.
    pub(crate) fn happened(&self, store: &dyn Store, events: &[Arc<Told>]) {
        for event in events.iter().filter(|told| store.recorded_here(told.position)).map(|told| &told.event) {
            if let Some(kind) = lateness::settles(event) {
                let late = event.recorded_at.as_millis().saturating_sub(event.at.as_millis());
                let late = Duration::from_millis(u64::try_from(late).unwrap_or(0));
                self.settled_late.get_or_create(&[("deadline", kind)]).observe(late.as_secs_f64());
            }
            if let Fact::NoticeAccepted { channel, .. } = &event.fact {
                self.notices(*channel, NoticeResult::Accepted).inc();
            } else if let Fact::NoticeFailed { channel, .. } = &event.fact {
                self.notices(*channel, NoticeResult::Failed).inc();
            }
        }
    }

    /// How often a channel said that of a notice.
    fn notices(&self, channel: NoticeChannel, result: NoticeResult) -> Counter {
        self.notices.get_or_create_owned(&[("channel", channel.as_str()), ("outcome", result.as_str())])
    }

    /// All of it, with what is so now.
    pub(crate) fn text(&self, now: &Registry) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry)?;
        prometheus_text::encode(&mut text, now)?;
        Ok(text)
    }
}

/// One connection.
pub(crate) struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A request on its way.
pub(crate) struct Watched {
    commands: Counters<2>,
    seconds: Histogram,
    /// Nothing where it is none of anybody's, or was counted.
    command: Option<&'static str>,
    stopwatch: Stopwatch,
}

impl Watched {
    /// It was answered so.
    pub(crate) fn ended(mut self, result: &Result<Answered, Refused>) {
        let command = self.command.take();
        // Where more is due than one step settles, the command goes on.
        let (Some(command), Some(outcome)) = (command, outcome(result)) else { return };
        self.count(command, outcome);
    }

    fn count(&self, command: &'static str, outcome: &'static str) {
        self.commands.get_or_create(&[("command", command), ("outcome", outcome)]).inc();
        self.seconds.observe(self.stopwatch.elapsed().as_secs_f64());
    }
}

impl Drop for Watched {
    /// Whoever asked did not wait for the answer.
    fn drop(&mut self) {
        if let Some(command) = self.command.take() {
            self.count(command, outcome::CALLER_GONE);
        }
    }
}
