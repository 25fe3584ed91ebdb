//! The server killed under load, again and again.
//!
//! Each life of the real server has many callers, who remember every answer and every request
//! that got none. Then it is killed (or, at times, asked to end), sometimes loses its view, and
//! sometimes is killed again while it starts. The next life is held to what the ones before it
//! said: nothing answered is lost, nothing unanswered is half done or done twice, and the feed
//! goes on where it was.
//!
//! SIGKILL ends the process and not the machine: what the system had taken it keeps. That no sync
//! is missing is for the journal's tests, on a simulated disk.

mod again;
pub(crate) mod check;
pub(crate) mod client;
pub(crate) mod commands;
pub(crate) mod hooks;
pub(crate) mod load;
pub(crate) mod memory;
mod rng;
pub(crate) mod server;
mod story;

use std::path::PathBuf;

use serde_json::json;

use check::{Checked, check};
use client::{Ask, Client, Keys, Who, text};
use load::{Load, Notes, locked};
use memory::{Memory, Tally};
pub(crate) use rng::Rng;
use server::{Place, Server, What};

pub use hooks::{HooksReport, run_hooks};
pub use server::build as server_program;

pub(crate) fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How often the server is ended under load.
    pub times: u64,
    /// How many call at once.
    pub callers: u64,
    /// What the choices are made by. Threads run as they like: a seed repeats a run's choices, not its races.
    pub seed: u64,
}

/// How many violations are told; the rest are mostly more of the same.
const VIOLATIONS_TOLD: usize = 20;

/// How it went.
#[derive(Debug, Clone, Default)]
pub struct Report {
    seed: u64,
    lives: u64,
    killed: u64,
    asked: u64,
    cut_short: u64,
    without_view: u64,
    refunds: usize,
    events: usize,
    tally: Tally,
    /// What should not have been; empty where all is well.
    pub violations: Vec<String>,
    /// Where the server's files are, kept where something should not have been.
    pub kept: Option<PathBuf>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, lives, killed, asked, cut_short, without_view, refunds, events, .. } = self;
        let Tally { answered, refused, lost, lost_done, lost_done_now, replayed, histories } = self.tally;
        let lost_refused = lost.saturating_sub(lost_done).saturating_sub(lost_done_now);
        writeln!(f, "seed {seed}: {lives} lives; {killed} ended by SIGKILL under load, {asked} by SIGTERM;")?;
        writeln!(f, "  {cut_short} more killed while they started; {without_view} started without their view")?;
        writeln!(f, "{answered} commands carried out and {refused} refused; {refunds} refunds, {events} events")?;
        writeln!(f, "{lost} commands without an answer: {lost_done} had been carried out,")?;
        writeln!(f, "  {lost_done_now} were when they were sent again, {lost_refused} were refused then")?;
        writeln!(f, "{replayed} answers asked for again, {histories} histories compared with the feed")?;
        write!(f, "{} violations", self.violations.len())?;
        let mut told = self.violations.iter().take(VIOLATIONS_TOLD);
        told.try_for_each(|violation| write!(f, "\n- {violation}"))?;
        self.kept.iter().try_for_each(|folder| write!(f, "\nthe server's files are in {}", folder.display()))
    }
}

/// Carries the plan out, up to the first life with a violation; `began` hears the number of each life.
///
/// # Errors
/// Where the server can't be built, or there is no place for its files.
pub fn run(plan: Plan, began: impl Fn(u64)) -> Result<Report, String> {
    let program = server::build()?;
    let folder = tempfile::tempdir().map_err(said)?;
    let place = Place { program, folder: folder.path().to_owned(), what: What::Demo, store: None };
    let mut run = Run {
        plan,
        place,
        rng: Rng::new(plan.seed),
        memory: Memory::default(),
        keys: None,
        report: Report { seed: plan.seed, ..Report::default() },
    };
    if let Err(failure) = run.lives(began) {
        run.report.violations.push(failure);
    }
    let mut report = run.report;
    report.tally = run.memory.tally;
    report.events = locked(&run.memory.feed).len();
    report.refunds = locked(&run.memory.feed).iter().filter(|event| text(event, "/type") == "refund.opened").count();
    if !report.violations.is_empty() {
        report.kept = Some(folder.keep());
    }
    Ok(report)
}

struct Run {
    plan: Plan,
    place: Place,
    rng: Rng,
    memory: Memory,
    keys: Option<Keys>,
    report: Report,
}

/// How a life ended.
struct Ended {
    notes: Notes,
    graceful: bool,
}

impl Run {
    fn lives(&mut self, began: impl Fn(u64)) -> Result<(), String> {
        let mut last = None;
        for life in 0..=self.plan.times {
            began(life);
            let server = self.start(life)?;
            let client = self.client(&server)?;
            if let Some(Ended { notes, graceful }) = last.take() {
                let everything = life == self.plan.times;
                let found = check(&client, &mut self.memory, Checked { notes, graceful, everything }, &mut self.rng)?;
                self.report.violations.extend(found.into_iter().map(|what| format!("life {life}: {what}")));
            }
            if life == self.plan.times || !self.report.violations.is_empty() {
                return in_order(server);
            }
            last = Some(self.life(life, server, &client)?);
        }
        Ok(())
    }

    /// Starts the server; in some lives after a start that was cut short, or without its view.
    fn start(&mut self, life: u64) -> Result<Server, String> {
        let count = |number: &mut u64| *number = number.saturating_add(1);
        if life % 4 == 2 {
            self.place.delete_view()?;
            count(&mut self.report.without_view);
            if life % 8 == 2 {
                self.place.cut_short("the view is built anew")?;
                count(&mut self.report.cut_short);
            }
        }
        if life.is_multiple_of(6) {
            self.place.cut_short("the store is open")?;
            count(&mut self.report.cut_short);
        }
        count(&mut self.report.lives);
        self.place.start()
    }

    /// Who speaks to that server: with the keys of the first life, which still have to be good.
    /// So have those that each start makes anew.
    fn client(&mut self, server: &Server) -> Result<Client, String> {
        let written = self.place.written()?;
        let fresh = Keys::written(&written);
        if text(&written, "/base_url") != server.base_url {
            return Err(format!("demo.json says {}, the server {}", text(&written, "/base_url"), server.base_url));
        }
        let client = Client::new(&server.base_url, &fresh);
        for who in [Who::Operator, Who::Platform, Who::Homeware] {
            client.read(who, "/v1/refunds?limit=1")?;
        }
        let keys = match self.keys.take() {
            Some(keys) => keys,
            None => Keys { lights: key_for_lights(&client)?, ..fresh },
        };
        let client = Client::new(&server.base_url, &keys);
        self.keys = Some(keys);
        Ok(client)
    }

    /// One life under load, to its end.
    fn life(&mut self, life: u64, server: Server, client: &Client) -> Result<Ended, String> {
        let graceful = life % 5 == 3;
        let most = if self.rng.one_in(4) { 12 } else { 300 };
        let target = self.rng.below(most);
        let count = if graceful { &mut self.report.asked } else { &mut self.report.killed };
        *count = count.saturating_add(1);
        let Memory { pool, feed, .. } = &self.memory;
        let asking = |_| Box::new(client.another()) as Box<dyn Ask>;
        let load = Load::new([life, self.plan.callers, target], &asking, pool, feed);
        let end = || if graceful { in_order(server) } else { server.kill() };
        Ok(Ended { notes: load.run(&mut self.rng, end)?, graceful })
    }
}

/// Ends a server with SIGTERM; that has to go well.
pub(crate) fn in_order(server: Server) -> Result<(), String> {
    let status = server.terminate()?;
    if status.success() { Ok(()) } else { Err(format!("after SIGTERM the server ended with {status}")) }
}

/// A key for the seller that the demo gives none for.
pub(crate) fn key_for_lights(client: &Client) -> Result<String, String> {
    let body = json!({ "name": "crash", "role": "seller", "seller_id": commands::LIGHTS.0 });
    let made = client.done("POST", "/v1/keys", body)?;
    Ok(text(&made, "/secret").to_owned())
}
