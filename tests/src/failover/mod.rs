//! Servers on PostgreSQL under load while whatever is between and behind them fails: connections that are cut at any
//! byte, silence, sessions that end, a primary that is killed and comes back or gives way to its standby, servers that
//! are closed and opened again. Then every answer is held against what was recorded.

mod check;
mod cluster;
mod load;
mod requests;

use std::time::Duration;

use refund_store::{PostgresAddress, Store};
use refund_test_postgres::{Proxy, Way};

use self::check::violations;
use self::cluster::{Cluster, Dial, open};
use self::load::Load;
use crate::crash::Rng;

/// How many servers share the database.
const SERVERS: usize = 3;
/// How many answers there are between two failures.
const ANSWERS_BETWEEN: usize = 60;
/// How many violations are told; the rest are mostly more of the same.
const TOLD: usize = 20;

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
    failures: std::collections::BTreeMap<&'static str, u64>,
    answered: usize,
    refused: u64,
    asked_again: u64,
    refunds: usize,
    /// The longest time in which nobody was told that something was done.
    pub longest: Duration,
    /// What should not have been; empty where all is well.
    pub violations: Vec<String>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, failures, answered, refused, asked_again, refunds, longest, violations } = self;
        let failures: Vec<_> = failures.iter().map(|(what, times)| format!("{times} × {what}")).collect();
        writeln!(f, "seed {seed}: {}", failures.join(", "))?;
        writeln!(f, "{answered} requests carried out, {refused} refused by rules, {refunds} refunds")?;
        writeln!(f, "{asked_again} asked again; the longest time without an accepted write was {longest:.1?}")?;
        write!(f, "{} violations", violations.len())?;
        violations.iter().take(TOLD).try_for_each(|violation| write!(f, "\n  {violation}"))
    }
}

/// One way to fail.
#[derive(Debug, Clone, Copy)]
enum Failure {
    Cut(Way),
    Closed,
    Silent,
    SessionsEnd,
    PrimaryRestarts,
    PrimaryGivesWay,
    ServerReopens,
}

impl Failure {
    fn any(rng: &mut Rng) -> Self {
        match rng.below(16) {
            0..4 => Self::Cut(Way::There),
            4..8 => Self::Cut(Way::Back),
            8 | 9 => Self::Closed,
            10 => Self::Silent,
            11 | 12 => Self::SessionsEnd,
            13 => Self::PrimaryRestarts,
            14 => Self::PrimaryGivesWay,
            _ => Self::ServerReopens,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cut(Way::There) => "a turn cut on its way there",
            Self::Cut(Way::Back) => "a turn cut on its way back",
            Self::Closed => "a server cut off",
            Self::Silent => "a connection silent",
            Self::SessionsEnd => "all sessions ended",
            Self::PrimaryRestarts => "the primary killed and restarted",
            Self::PrimaryGivesWay => "the primary killed and its standby promoted",
            Self::ServerReopens => "a server closed and opened",
        }
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
    let Plan { times, callers, seed } = plan;
    let mut rng = Rng::new(seed);
    let mut cluster = Cluster::start()?;
    let dial = Dial::new();
    let passages = (0..SERVERS).map(|_| cluster.passage()).collect::<Result<Vec<_>, _>>()?;
    let passages: Vec<_> = passages.into_iter().map(|(proxy, address)| Passage { proxy, address }).collect();
    let servers = passages.iter().map(|passage| open(&passage.address, &dial)).collect::<Result<Vec<_>, _>>()?;
    let first = servers.first().ok_or("no server")?;
    first.submit(requests::seller()?).wait().map_err(|refused| format!("{refused:?}"))?;
    let load = Load::new(servers, dial.clone());
    let mut report = Report { seed, ..Report::default() };
    std::thread::scope(|scope| {
        for (place, caller) in (0..callers).enumerate() {
            let (load, own) = (&load, rng.fork());
            scope.spawn(move || {
                if let Err(why) = load.run(&format!("caller {caller}"), place, own) {
                    load.told().lies.push(why);
                }
            });
        }
        let failed = fail(times, &mut rng, &mut cluster, &passages, &load, &mut report, &began);
        load.stop.store(true, std::sync::atomic::Ordering::SeqCst);
        failed
    })?;
    let (_, address) = cluster.passage()?;
    let told = load.told();
    let store = open(&address, &dial)?;
    report.violations = violations(&cluster, &store, &told)?;
    report.answered = told.answers.len();
    (report.refused, report.asked_again, report.refunds) = (told.refused, told.asked_again, told.opened.len());
    report.longest = told.longest;
    Ok(report)
}

fn fail(
    times: u64,
    rng: &mut Rng,
    cluster: &mut Cluster,
    passages: &[Passage],
    load: &Load,
    report: &mut Report,
    began: &impl Fn(u64, &'static str),
) -> Result<(), String> {
    for number in 1..=times {
        until(load, ANSWERS_BETWEEN);
        let failure = Failure::any(rng);
        began(number, failure.name());
        let count = report.failures.entry(failure.name()).or_default();
        *count = count.saturating_add(1);
        let Some(passage) = rng.pick(passages) else { return Ok(()) };
        let proxies: Vec<_> = passages.iter().map(|passage| &passage.proxy).collect();
        match failure {
            Failure::Cut(way) => {
                passage.proxy.cut_after(way, usize::try_from(rng.below(4_000)).unwrap_or(0));
                until(load, 10);
                passage.proxy.spare();
            }
            Failure::Closed => {
                passage.proxy.close(true);
                until(load, 10);
                passage.proxy.close(false);
            }
            Failure::Silent => {
                passage.proxy.hold(true);
                // Whoever had the turn behind it loses it, and the others go on.
                until(load, 10);
                passage.proxy.hold(false);
            }
            Failure::SessionsEnd => cluster.end_sessions()?,
            Failure::PrimaryRestarts => cluster.restart()?,
            Failure::PrimaryGivesWay => cluster.fail_over(&proxies)?,
            Failure::ServerReopens => reopen(rng, passages, load)?,
        }
    }
    until(load, ANSWERS_BETWEEN);
    Ok(())
}

/// Waits until so many more were answered.
fn until(load: &Load, answers: usize) {
    let enough = load.answered().saturating_add(answers);
    while load.answered() < enough {
        std::thread::yield_now();
    }
}

fn reopen(rng: &mut Rng, passages: &[Passage], load: &Load) -> Result<(), String> {
    let places: Vec<_> = passages.iter().zip(&load.servers).collect();
    let Some((passage, place)) = rng.pick(&places) else { return Ok(()) };
    let mut place = place.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(server) = place.take() {
        server.close().map_err(|error| error.to_string())?;
    }
    *place = Some(std::sync::Arc::new(open(&passage.address, &load.dial)?));
    Ok(())
}
