//! A caller who wants an answer: where a server gives none, or none that counts, the next one is asked the same with the
//! same key.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::servers::Servers;
use crate::crash::client::{Ask, Call, Client, Keys, Lost, Reply, text};
use crate::failover::progress::Progress;

/// How long one server is waited for.
const ONE_MAX: Duration = Duration::from_secs(5);
/// How long all of them together are.
const ALL_MAX: Duration = Duration::from_secs(120);

/// What all callers share.
pub(super) struct Callers {
    pub(super) servers: Servers,
    pub(super) keys: Keys,
    pub(super) progress: Progress,
    /// Whether they are to stop.
    pub(super) ended: AtomicBool,
    /// How often a server was asked what another had not answered.
    pub(super) asked_again: AtomicU64,
}

pub(super) struct Caller<'c> {
    all: &'c Callers,
    /// The server that is asked first: callers who stayed where they were last answered would all be at the same one.
    home: usize,
    /// The server that is asked, and the connections to it.
    asks: RefCell<(usize, String, Client)>,
}

impl<'c> Caller<'c> {
    pub(super) fn new(all: &'c Callers, home: usize) -> Self {
        let url = all.servers.url(home);
        let client = Client::with_patience(&url, &all.keys, ONE_MAX);
        Self { all, home, asks: RefCell::new((home, url, client)) }
    }

    fn ask_one(&self, call: &Call) -> Result<Reply, Lost> {
        let mut asks = self.asks.borrow_mut();
        let (server, known, client) = &mut *asks;
        let url = self.all.servers.url(*server);
        if *known != url {
            *client = Client::with_patience(&url, &self.all.keys, ONE_MAX);
            *known = url;
        }
        client.send(call)
    }

    fn turn_to_the_next(&self) {
        self.all.asked_again.fetch_add(1, Ordering::SeqCst);
        let mut asks = self.asks.borrow_mut();
        asks.0 = asks.0.saturating_add(1);
    }
}

impl Ask for Caller<'_> {
    fn send(&self, call: &Call) -> Result<Reply, Lost> {
        let began = Instant::now();
        self.asks.borrow_mut().0 = self.home;
        let (changes, mut unheard) = (call.method != "GET", false);
        while began.elapsed() < ALL_MAX {
            if self.all.ended.load(Ordering::SeqCst) {
                return Err(Lost::Whole("no more is asked".to_owned()));
            }
            match self.ask_one(call) {
                Ok(reply) if reply.status == 503 => unheard |= text(&reply.body, "/code") == "unsure",
                Ok(reply) if reply.is_done() => {
                    if changes {
                        self.all.progress.answered();
                    }
                    // Whoever asked again is told so, and rightly.
                    return Ok(Reply { replayed: reply.replayed && !unheard, ..reply });
                }
                Ok(reply) if changes && unheard => return Err(Lost::Refused(reply)),
                Ok(reply) => return Ok(reply),
                Err(_) => unheard = true,
            }
            self.turn_to_the_next();
        }
        Err(Lost::Rest(format!("no server answered {} {} within {ALL_MAX:?}", call.method, call.path)))
    }
}
