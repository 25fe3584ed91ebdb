//! Servers on PostgreSQL under load while whatever is between and behind them fails: connections that are cut at any
//! byte, silence, sessions that end, a primary that is killed and comes back or gives way to its standby, servers that
//! are closed and opened again. Then every answer is held against what was recorded.
//!
//! The servers are stores in this process, or ([`over_http`]) processes that are called over HTTP.

mod check;
mod cluster;
mod failures;
mod load;
pub mod over_http;
mod progress;
mod requests;

use refund_store::{PostgresAddress, Store};
use refund_test_postgres::Proxy;

use self::check::violations;
use self::cluster::{Cluster, Dial, address, open};
use self::failures::Failure;
use self::load::Load;
use self::progress::Failures;
use crate::crash::Rng;

/// How many servers share the database.
const SERVERS: usize = 3;
/// How many answers there are between two failures.
const ANSWERS_BETWEEN: usize = 60;
/// How many violations are told; the rest are mostly more of the same.
const TOLD: usize = 20;
/// Of how many failures one is that a server is closed and opened.
const FAILURES_PER_REOPENING: u64 = 16;

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How often something fails.
    pub times: u64,
    /// How many call at once.
    pub callers: u64,
    /// What the choices are made by. Threads run as they like: a seed repeats a run's choices, not its races.
    pub seed: u64,
}

/// How it went.
#[derive(Debug, Clone, Default)]
pub struct Report {
    seed: u64,
    failures: Failures,
    answered: usize,
    refused: u64,
    asked_again: u64,
    refunds: usize,
    /// What should not have been; empty where all is well.
    pub violations: Vec<String>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, failures, answered, refused, asked_again, refunds, violations } = self;
        writeln!(f, "seed {seed}\n{failures}")?;
        writeln!(f, "{answered} requests carried out, {refused} refused by rules, {refunds} refunds")?;
        writeln!(f, "{asked_again} asked again")?;
        write!(f, "{} violations", violations.len())?;
        violations.iter().take(TOLD).try_for_each(|violation| write!(f, "\n  {violation}"))
    }
}

/// A server's way to the primary.
struct Passage {
    proxy: Proxy,
    address: PostgresAddress,
}

/// Lets things fail under load, and tells what came of it; `began` is told of each failure.
///
/// # Errors
/// Where the databases can't be had, or a server fails in a way that nothing explains.
pub fn run(plan: Plan, began: impl Fn(u64, &'static str)) -> Result<Report, String> {
    let Plan { callers, seed, .. } = plan;
    let mut rng = Rng::new(seed);
    let mut cluster = Cluster::start()?;
    let dial = Dial::new();
    let passage = |_| {
        let (proxy, url) = cluster.passage()?;
        Ok::<_, String>(Passage { proxy, address: address(&url)? })
    };
    let passages = (0..SERVERS).map(passage).collect::<Result<Vec<_>, _>>()?;
    let servers = passages.iter().map(|passage| open(&passage.address, dial.surroundings()));
    let servers = servers.collect::<Result<Vec<_>, _>>()?;
    let first = servers.first().ok_or("no server")?;
    first.submit(requests::seller()?).wait().map_err(|refused| format!("{refused:?}"))?;
    let load = Load::new(servers, dial.clone());
    std::thread::scope(|scope| {
        for (place, caller) in (0..callers).enumerate() {
            let (load, own) = (&load, rng.fork());
            scope.spawn(move || {
                if let Err(why) = load.run(&format!("caller {caller}"), place, own) {
                    load.told().lies.push(why);
                }
            });
        }
        let failed = fail(plan, &mut rng, &mut cluster, &passages, &load, &began);
        load.stop.store(true, std::sync::atomic::Ordering::SeqCst);
        failed
    })?;
    let store = open(&address(&cluster.url())?, dial.surroundings())?;
    let told = load.told();
    Ok(Report {
        seed,
        failures: load.progress.failures(),
        answered: told.answers.len(),
        refused: told.refused,
        asked_again: told.asked_again,
        refunds: told.opened.len(),
        violations: violations(&cluster, &store, &told)?,
    })
}

fn fail(
    plan: Plan,
    rng: &mut Rng,
    cluster: &mut Cluster,
    passages: &[Passage],
    load: &Load,
    began: &impl Fn(u64, &'static str),
) -> Result<(), String> {
    let proxies: Vec<_> = passages.iter().map(|passage| &passage.proxy).collect();
    let progress = &load.progress;
    progress.begins();
    for number in 1..=plan.times {
        progress.until(ANSWERS_BETWEEN)?;
        let failure = if rng.one_in(FAILURES_PER_REOPENING) { None } else { Some(Failure::any(rng)) };
        let name = failure.map_or("a server closed and opened", Failure::name);
        began(number, name);
        progress.fails(name);
        match failure {
            Some(failure) => failure.happen(rng, cluster, &proxies, progress)?,
            None => reopen(rng, passages, load)?,
        }
    }
    progress.until(ANSWERS_BETWEEN)
}

fn reopen(rng: &mut Rng, passages: &[Passage], load: &Load) -> Result<(), String> {
    let places: Vec<_> = passages.iter().zip(&load.servers).collect();
    let Some((passage, place)) = rng.pick(&places) else { return Ok(()) };
    let mut place = place.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(server) = place.take() {
        server.close().map_err(|error| error.to_string())?;
    }
    *place = Some(std::sync::Arc::new(open(&passage.address, load.dial.surroundings())?));
    Ok(())
}
