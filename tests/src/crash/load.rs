//! Many callers at once, until the server is ended under them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::client::{Ask, Call, Client, Lost, Reply, Who, items, text};
use super::commands::{self, Command};
use super::rng::Rng;
use super::said;
use super::story::Stand;

/// The most calls that one caller makes in one life.
const CALLS_MAX: u64 = 2000;
/// How many of the latest refunds the callers share: few, so that they get into each other's way.
const HOT: usize = 48;
/// By how many seconds one life moves the clock at the most: answers are remembered for 31 days.
const ADVANCED_MAX: u64 = 10 * 86_400;

/// A setting that one caller alone changes, so that it is known what it must be.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) call: Call,
    /// What the server answered; nothing where it did not.
    pub(crate) answer: Option<Value>,
}

/// What one life left to be checked.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) answered: Vec<(Command, Reply)>,
    pub(crate) lost: Vec<Command>,
    /// Refunds as they were shown: id and stand.
    pub(crate) shown: Vec<(String, Stand)>,
    pub(crate) settings: Vec<Setting>,
    /// Calls that failed although nobody had ended the server, or broke off half way.
    pub(crate) broken: Vec<String>,
}

impl Notes {
    fn add(&mut self, other: Self) {
        self.answered.extend(other.answered);
        self.lost.extend(other.lost);
        self.shown.extend(other.shown);
        self.settings.extend(other.settings);
        self.broken.extend(other.broken);
    }

    fn show(&mut self, refund: &Value) {
        if !text(refund, "/id").is_empty() {
            self.shown.push((text(refund, "/id").to_owned(), Stand::of(refund)));
        }
    }
}

/// Refunds as somebody last saw them, in the order in which they were first seen.
#[derive(Default)]
pub(crate) struct Pool {
    refunds: Vec<Value>,
    places: BTreeMap<String, usize>,
}

impl Pool {
    fn learn(&mut self, refund: &Value) {
        let id = text(refund, "/id");
        if id.is_empty() {
            return;
        }
        match self.places.get(id).and_then(|place| self.refunds.get_mut(*place)) {
            Some(known) if Stand::of(known).version > Stand::of(refund).version => {}
            Some(known) => *known = refund.clone(),
            None => {
                self.places.insert(id.to_owned(), self.refunds.len());
                self.refunds.push(refund.clone());
            }
        }
    }
}

/// Makes the one whom a caller asks.
type Asking<'a> = dyn Fn(u64) -> Box<dyn Ask + 'a> + Sync + 'a;

/// One life under load.
pub(crate) struct Load<'a> {
    life: u64,
    callers: u64,
    /// After how many answers the server is ended.
    target: u64,
    /// The most calls that one caller makes.
    calls_max: u64,
    /// Whether callers change settings, which is done without a key: who is not answered can't ask again.
    changes_settings: bool,
    /// Whom each caller asks.
    asking: &'a Asking<'a>,
    pool: &'a Mutex<Pool>,
    /// The feed as far as it was read, by all of them together.
    feed: &'a Mutex<Vec<Value>>,
    answered: AtomicU64,
    /// By how many seconds the clock was moved.
    advanced: AtomicU64,
    ending: AtomicBool,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a caller does next.
enum Turn {
    Do(Command),
    Look(String),
    Follow,
    Set(Call),
}

impl<'a> Load<'a> {
    pub(crate) fn new(
        [life, callers, target]: [u64; 3],
        asking: &'a Asking<'a>,
        pool: &'a Mutex<Pool>,
        feed: &'a Mutex<Vec<Value>>,
    ) -> Self {
        let (answered, advanced, ending) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        let (calls_max, changes_settings) = (CALLS_MAX, true);
        Self { life, callers, target, calls_max, changes_settings, asking, pool, feed, answered, advanced, ending }
    }

    /// One whose callers go on until nobody answers them, with what can be asked for again.
    pub(crate) fn until_it_ends(self) -> Self {
        Self { target: 0, calls_max: u64::MAX, changes_settings: false, ..self }
    }

    /// Lets the callers call, ends the server with `end` once enough was answered, and waits for
    /// the callers, who end when nobody answers any more.
    pub(crate) fn run(&self, rng: &mut Rng, end: impl FnOnce() -> Result<(), String>) -> Result<Notes, String> {
        let (enough, wait) = channel();
        std::thread::scope(|scope| {
            let start = |number| {
                let (rng, enough) = (rng.fork(), enough.clone());
                scope.spawn(move || self.caller(number, rng, &enough))
            };
            let callers: Vec<_> = (0..self.callers).map(start).collect();
            drop(enough);
            if self.target > 0 {
                // Where all callers have ended there is nothing more to wait for.
                let _ = wait.recv();
            }
            self.ending.store(true, Ordering::SeqCst);
            let ended = end();
            let mut notes = Notes::default();
            for caller in callers {
                notes.add(caller.join().map_err(|_| "a caller panicked".to_owned())?);
            }
            ended.map(|()| notes)
        })
    }

    fn caller(&self, number: u64, mut rng: Rng, enough: &Sender<()>) -> Notes {
        let asked = (self.asking)(number);
        let mut notes = Notes::default();
        for call in 0..self.calls_max {
            let mark = format!("k-{}-{number}-{call}", self.life);
            let turn = self.turn(&mut rng, number, mark);
            let taken = self.take(&*asked, turn, &mut notes);
            if let Err(lost) = taken
                && !matches!(lost, Lost::Refused(_))
            {
                let early = !self.ending.load(Ordering::SeqCst);
                if early || matches!(lost, Lost::Rest(_)) {
                    notes.broken.push(format!("{}{lost}", if early { "before the server was ended: " } else { "" }));
                }
                break;
            }
            if self.answered.fetch_add(1, Ordering::SeqCst).saturating_add(1) == self.target {
                // The receiver outlives the callers.
                let _ = enough.send(());
            }
        }
        notes
    }

    fn turn(&self, rng: &mut Rng, number: u64, mark: String) -> Turn {
        let pool = locked(self.pool);
        let some = rng.recent(&pool.refunds, HOT);
        match (rng.below(100), some) {
            (0..5, Some(refund)) => Turn::Look(text(refund, "/id").to_owned()),
            (5..8, _) => Turn::Follow,
            (8..9, _) => Turn::Do(self.advance(rng, mark)),
            (9..11, _) if self.changes_settings => Turn::Set(setting(number, &mark, rng)),
            (11..30, _) | (_, None) => Turn::Do(commands::open(rng, mark)),
            (_, Some(refund)) => Turn::Do(commands::on(rng, refund, mark)),
        }
    }

    /// Moves the clock, as long as it has not moved so far that answers of this life would be forgotten before it is over.
    fn advance(&self, rng: &mut Rng, mark: String) -> Command {
        let command = commands::advance(rng, mark.clone());
        let seconds = command.call.body.get("seconds").and_then(Value::as_u64).unwrap_or(0);
        let before = self.advanced.fetch_add(seconds, Ordering::SeqCst);
        if before < ADVANCED_MAX { command } else { commands::open(rng, mark) }
    }

    fn take(&self, asked: &dyn Ask, turn: Turn, notes: &mut Notes) -> Result<(), Lost> {
        match turn {
            Turn::Do(command) => match asked.send(&command.call) {
                Ok(reply) => {
                    let refund = reply.body.get("refund").filter(|_| !reply.is_done()).unwrap_or(&reply.body);
                    if [401, 500].contains(&reply.status) {
                        notes.broken.push(format!("{command}: {reply}"));
                    }
                    notes.show(refund);
                    locked(self.pool).learn(refund);
                    notes.answered.push((command, reply));
                }
                Err(lost) => {
                    notes.lost.push(command);
                    return Err(lost);
                }
            },
            Turn::Look(id) => {
                let reply = asked.send(&Call::get(Who::Operator, format!("/v1/refunds/{id}")))?;
                if reply.status != 200 {
                    notes.broken.push(format!("refund {id} was there, and now: {} {}", reply.status, reply.body));
                }
                notes.show(&reply.body);
                locked(self.pool).learn(&reply.body);
            }
            Turn::Follow => {
                let mut feed = locked(self.feed);
                let page = asked.send(&next_page(&feed))?;
                if page.status != 200 {
                    notes.broken.push(format!("the feed: {} {}", page.status, page.body));
                }
                feed.extend_from_slice(items(&page.body));
            }
            Turn::Set(call) => match asked.send(&call) {
                Ok(reply) if reply.is_done() => notes.settings.push(Setting { call, answer: Some(reply.body) }),
                Ok(reply) => notes.broken.push(format!("{} {}: {}", call.path, reply.status, reply.body)),
                Err(lost) => {
                    notes.settings.push(Setting { call, answer: None });
                    return Err(lost);
                }
            },
        }
        Ok(())
    }
}

/// The feed's page behind what is known of it.
fn next_page(feed: &[Value]) -> Call {
    let after = feed.last().map(|event| format!("&after={}", text(event, "/id")));
    Call::get(Who::Operator, format!("/v1/events?limit=100{}", after.unwrap_or_default()))
}

/// Reads the feed from where it is known to its end.
pub(crate) fn follow(client: &Client, feed: &mut Vec<Value>) -> Result<(), String> {
    loop {
        let page = client.send(&next_page(feed)).map_err(said)?;
        if page.status != 200 {
            return Err(format!("the feed: {} {}", page.status, page.body));
        }
        feed.extend_from_slice(items(&page.body));
        if page.body.get("next_cursor").is_none_or(Value::is_null) {
            return Ok(());
        }
    }
}

/// A setting of the caller's own: the platform's policy is the first caller's, a seller anybody's.
fn setting(number: u64, mark: &str, rng: &mut Rng) -> Call {
    let (path, body) = if number == 0 {
        ("/v1/policy".to_owned(), json!({ "buyer_ship_seconds": 600_000 + rng.below(100_000) }))
    } else {
        let address =
            json!({ "id": "main", "recipient": "desk", "phone": "1", "address": "1 Canal Road", "default": true });
        (format!("/v1/sellers/seller-of-caller-{number}"), json!({ "name": mark, "addresses": [address] }))
    };
    Call { method: "PUT", path, who: Who::Operator, version: None, key: None, body }
}
