//! The same with servers as processes that are called over HTTP, and that die, are held still and roll themselves.
//!
//! Callers ask again with the same key, at the next server, until they are answered. Streams and webhooks tell all along
//! what happens. What of all that must hold is what a server that is killed alone is held to ([`crate::crash`]), and
//! what a database is ([`super`]).

mod caller;
mod failures;
mod servers;
mod streams;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use refund_core::RefundId;
use refund_store::{Clock, Surroundings};
use serde_json::{Value, json};
use tokio::time::Instant;

use self::caller::{Caller, Callers};
use self::failures::Failure;
use self::servers::{Servers, tool};
use self::streams::{End, follow as follow_streams};
use super::check::recorded;
use super::cluster::{Cluster, address, open};
use super::progress::{Failures, Progress};
use super::{ANSWERS_BETWEEN, SERVERS, TOLD};
use crate::crash::check::{Checked, check};
use crate::crash::client::{Ask, Client, Keys, text};
use crate::crash::hooks::receiver::Receiver;
use crate::crash::hooks::wrong;
use crate::crash::load::{Load, Notes, follow, locked};
use crate::crash::memory::{Memory, Tally};
use crate::crash::server::build;
use crate::crash::{Rng, key_for_lights, said};

/// After so many failures all answers are held against what was recorded.
const FAILURES_PER_ROUND: u64 = 8;
/// Or after that time.
const ROUND: Duration = Duration::from_secs(60);

/// What fails.
#[derive(Debug, Clone)]
pub enum What {
    /// Anything, so often.
    Anything(u64),
    /// Two of the three servers, in turn, for so long; the third stays.
    TwoServers(Duration),
    /// Nothing: servers of that program, of the release before, are replaced one after the other.
    Upgrade(PathBuf),
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What fails.
    pub what: What,
    /// How many call at once.
    pub callers: u64,
    /// What the choices are made by.
    pub seed: u64,
}

/// How it went.
#[derive(Debug, Clone, Default)]
pub struct Report {
    seed: u64,
    failures: Failures,
    tally: Tally,
    asked_again: u64,
    events: usize,
    messages: usize,
    /// What should not have been; empty where all is well.
    pub violations: Vec<String>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, failures, tally, asked_again, events, messages, violations } = self;
        let Tally { answered, refused, lost, replayed, .. } = tally;
        writeln!(f, "seed {seed}\n{failures}")?;
        writeln!(f, "{answered} commands carried out, {refused} refused by rules, {events} events")?;
        writeln!(f, "{asked_again} asked again, {lost} of them refused then or never answered")?;
        writeln!(f, "{replayed} answers asked for once more, {messages} messages of webhooks")?;
        write!(f, "{} violations", violations.len())?;
        violations.iter().take(TOLD).try_for_each(|violation| write!(f, "\n  {violation}"))
    }
}

/// What fails by it, and how often it has.
struct Failing<'f> {
    plan: Plan,
    /// Of the present release.
    program: PathBuf,
    rng: Rng,
    cluster: Cluster,
    began: Instant,
    times: u64,
    tell: &'f dyn Fn(u64, &'static str),
}

/// Lets things fail under load, and tells what came of it; `began` is told of each failure.
///
/// # Errors
/// Where the databases or the servers can't be had, or one fails in a way that nothing explains.
pub fn run(plan: Plan, began: impl Fn(u64, &'static str)) -> Result<Report, String> {
    let folder = tempfile::tempdir().map_err(said)?;
    let program = build()?;
    let first = if let What::Upgrade(before) = &plan.what { before.clone() } else { program.clone() };
    let cluster = Cluster::migrated_by(|url| tool(&first, &["migrate", "--store", url]))?;
    let servers = Servers::start(SERVERS, &first, folder.path(), &cluster)?;
    let mut keys = Keys::written(&servers.written()?);
    let client = Client::new(&servers.url(0), &keys);
    keys.lights = key_for_lights(&client)?;
    let receivers = [Receiver::start()?, Receiver::start()?];
    let mut from = Vec::new();
    follow(&client, &mut from)?;
    let endpoint = |receiver: &Receiver| client.done("POST", "/v1/webhooks", json!({ "url": receiver.url }));
    let endpoints = receivers.iter().map(endpoint).collect::<Result<Vec<_>, _>>()?;
    let (ended, asked_again) = (AtomicBool::new(false), AtomicU64::new(0));
    let callers = Callers { servers, keys, progress: Progress::new(), ended, asked_again };
    let (seed, rng) = (plan.seed, Rng::new(plan.seed));
    let has_newer_program = matches!(plan.what, What::Upgrade(_));
    let mut failing = Failing { plan, program, rng, cluster, began: Instant::now(), times: 0, tell: &began };
    let (mut memory, mut violations) = (Memory { has_newer_program, ..Memory::default() }, Vec::new());

    let last = from.last().map(|event| text(event, "/id").to_owned()).unwrap_or_default();
    let end = End::default();
    let streamed = std::thread::scope(|scope| {
        let reading = |server| {
            let (callers, last, end) = (&callers, &last, &end);
            scope.spawn(move || follow_streams(&callers.servers, &callers.keys.operator, last, end, server))
        };
        let readers: Vec<_> = (0..SERVERS).map(reading).collect();
        let rounds = failing.rounds(&callers, &mut memory, &mut violations);
        // What was not brought to its end has none that could be waited for.
        end.is(locked(&memory.feed).last().filter(|_| rounds.is_ok()).map_or("", |event| text(event, "/id")));
        rounds?;
        let joined = readers.into_iter().map(|reader| reader.join().map_err(|_| "a stream's reader failed".to_owned()));
        joined.collect::<Result<Vec<_>, _>>()
    })?;
    let feed = std::mem::take(&mut *locked(&memory.feed));
    let behind = feed.get(from.len()..).unwrap_or_default();
    violations.extend(streamed.iter().filter_map(|events| otherwise(events, behind)));
    let mut messages = 0_usize;
    for (receiver, endpoint) in receivers.iter().zip(&endpoints) {
        let has_all = |events: &std::collections::BTreeSet<String>| {
            behind.iter().all(|event| events.contains(text(event, "/id")))
        };
        let came = receiver.wait("every event", |state| has_all(&state.events));
        violations.extend(came.err());
        let state = receiver.state();
        messages = messages.saturating_add(state.messages.len());
        violations.extend(wrong(behind, &state.messages, text(endpoint, "/secret")));
    }
    callers.servers.end()?;
    violations.extend(failing.stored(&callers.servers, &feed)?);
    Ok(Report {
        seed,
        failures: callers.progress.failures(),
        tally: memory.tally,
        asked_again: callers.asked_again.load(Ordering::SeqCst),
        events: feed.len(),
        messages,
        violations,
    })
}

impl Failing<'_> {
    /// Load and failures in turn with a look at what was answered.
    fn rounds(&mut self, callers: &Callers, memory: &mut Memory, violations: &mut Vec<String>) -> Result<(), String> {
        for round in 0.. {
            callers.ended.store(false, Ordering::SeqCst);
            callers.progress.begins();
            let asking = |number| {
                let server = usize::try_from(number).unwrap_or(0);
                Box::new(Caller::new(callers, server)) as Box<dyn Ask>
            };
            let load = Load::new([round, self.plan.callers, 0], &asking, &memory.pool, &memory.feed);
            let mut own = self.rng.fork();
            let notes = load.until_it_ends().run(&mut own, || {
                let failed = self.round(callers);
                callers.ended.store(true, Ordering::SeqCst);
                failed
            })?;
            callers.servers.finish(&callers.keys)?;
            violations.extend(winners(&notes));
            let is_last = self.is_over();
            let client = Client::new(&callers.servers.url(0), &callers.keys);
            let life = Checked { notes, graceful: false, everything: is_last };
            let found = check(&client, memory, life, &mut own)?;
            violations.extend(found.into_iter().map(|what| format!("round {round}: {what}")));
            if is_last || !violations.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        match &self.plan.what {
            What::Anything(times) => self.times >= *times,
            What::TwoServers(time) => self.began.elapsed() >= *time,
            What::Upgrade(_) => self.times > 0,
        }
    }

    /// Failures, until it is time to look.
    fn round(&mut self, callers: &Callers) -> Result<(), String> {
        let began = Instant::now();
        callers.progress.until(ANSWERS_BETWEEN)?;
        loop {
            self.times = self.times.saturating_add(1);
            let is_time = match &self.plan.what {
                What::Anything(_) => {
                    let failure = Failure::any(&mut self.rng);
                    self.fails(callers, failure.name());
                    failure.happen(&mut self.rng, &mut self.cluster, &callers.servers, &callers.progress)?;
                    self.times.is_multiple_of(FAILURES_PER_ROUND)
                }
                What::TwoServers(_) => {
                    self.fails(callers, Failure::Killed.name());
                    callers.servers.kill(usize::try_from(self.times % 2).unwrap_or(0).saturating_add(1))?;
                    began.elapsed() >= ROUND
                }
                What::Upgrade(_) => self.upgrade(callers).map(|()| true)?,
            };
            callers.progress.until(ANSWERS_BETWEEN)?;
            if is_time || self.is_over() {
                return Ok(());
            }
        }
    }

    fn fails(&self, callers: &Callers, what: &'static str) {
        (self.tell)(self.times, what);
        callers.progress.fails(what);
    }

    /// As docs/postgresql.md has it: first the database, then server by server.
    fn upgrade(&self, callers: &Callers) -> Result<(), String> {
        self.fails(callers, "the database migrated and the first server replaced");
        tool(&self.program, &["migrate", "--store", &self.cluster.url()])?;
        callers.servers.replace(0, &self.program)?;
        callers.progress.until(ANSWERS_BETWEEN)?;
        for number in 1..callers.servers.count() {
            self.fails(callers, "one more server replaced");
            callers.servers.replace(number, &self.program)?;
            callers.progress.until(ANSWERS_BETWEEN)?;
        }
        Ok(())
    }

    /// What of the database is not as it should be, once no server uses it.
    fn stored(&self, servers: &Servers, feed: &[Value]) -> Result<Vec<String>, String> {
        let url = self.cluster.url();
        let verified = servers.verify(&url)?;
        let entropy = std::sync::Arc::new(|bytes: &mut [u8]| bytes.fill(7));
        let surroundings = Surroundings { clock: Clock::Test, entropy, hold_settling: false };
        let store = open(&address(&url)?, surroundings)?;
        let ids: std::collections::BTreeSet<_> = feed.iter().map(|event| text(event, "/refund_id")).collect();
        let ids = ids.into_iter().map(RefundId::new).collect::<Result<Vec<_>, _>>().map_err(said)?;
        let mut found = recorded(&self.cluster, &store, &ids)?;
        found.extend(verified);
        Ok(found)
    }
}

/// Of those who wanted to change a refund as it stood one may.
fn winners(notes: &Notes) -> Vec<String> {
    let mut done = BTreeMap::<_, Vec<&str>>::new();
    for (command, _) in notes.answered.iter().filter(|(_, reply)| reply.is_done()) {
        if let Some(as_it_stood) = command.refund_id.as_deref().zip(command.call.version) {
            done.entry(as_it_stood).or_default().push(&command.mark);
        }
    }
    let many = done.into_iter().filter(|(_, marks)| marks.len() > 1);
    many.map(|((id, version), marks)| format!("{marks:?} all changed {id} as it stood at {version}")).collect()
}

/// How a stream differs from the feed, if it does.
fn otherwise(streamed: &[Value], feed: &[Value]) -> Option<String> {
    let ids = |events: &[Value]| events.iter().map(|event| text(event, "/id").to_owned()).collect::<Vec<_>>();
    let (told, is) = (ids(streamed), ids(feed));
    let first = told.iter().zip(&is).position(|(told, is)| told != is);
    (told != is).then(|| format!("a stream told {} events of {}; the first other is {first:?}", told.len(), is.len()))
}
