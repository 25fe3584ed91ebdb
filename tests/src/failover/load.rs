//! Callers who ask, and ask again with the same key until they are answered, and remember what they were told.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use refund_core::{RefundId, Timestamp};
use refund_store::{Answer, IdempotencyKey, PostgresStore, Refused, Store};

use super::cluster::Dial;
use super::progress::Progress;
use super::requests::any;
use crate::crash::Rng;

/// Of how many requests one comes with time going by.
const REQUESTS_PER_TICK: u64 = 8;
/// By how many minutes at the most it does.
const MINUTES_PER_TICK: u64 = 90;

/// What all callers share.
pub(super) struct Load {
    /// The servers, each gone while it is opened again.
    pub(super) servers: Vec<RwLock<Option<Arc<PostgresStore>>>>,
    pub(super) dial: Dial,
    pub(super) stop: AtomicBool,
    pub(super) progress: Progress,
    opened: AtomicU64,
    told: Mutex<Told>,
}

/// What callers were told.
#[derive(Debug)]
pub(super) struct Told {
    /// When, under which key, and what, as it reads.
    pub(super) answers: Vec<(Timestamp, IdempotencyKey, String)>,
    pub(super) opened: Vec<RefundId>,
    pub(super) refused: u64,
    pub(super) asked_again: u64,
    /// What no caller should ever be told.
    pub(super) lies: Vec<String>,
}

impl Load {
    pub(super) fn new(servers: Vec<PostgresStore>, dial: Dial) -> Self {
        let told = Told { answers: Vec::new(), opened: Vec::new(), refused: 0, asked_again: 0, lies: Vec::new() };
        Self {
            servers: servers.into_iter().map(|server| RwLock::new(Some(Arc::new(server)))).collect(),
            dial,
            stop: AtomicBool::new(false),
            progress: Progress::new(),
            opened: AtomicU64::new(0),
            told: Mutex::new(told),
        }
    }

    pub(super) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server that a caller goes to; nothing while it is opened again.
    fn server(&self, place: usize) -> Option<Arc<PostgresStore>> {
        let place = place.checked_rem(self.servers.len())?;
        self.servers.get(place)?.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks until it is stopped. A caller stays with a server until that answers with an error of its own.
    pub(super) fn run(&self, caller: &str, mut place: usize, mut rng: Rng) -> Result<(), String> {
        for number in 0.. {
            if self.stop.load(Ordering::SeqCst) {
                return Ok(());
            }
            if rng.one_in(REQUESTS_PER_TICK) {
                self.dial.forward(rng.below(MINUTES_PER_TICK));
            }
            let request = any(&mut rng, caller, number, self.opened.load(Ordering::SeqCst))?;
            let Some((key, _)) = request.idempotency.clone() else { continue };
            loop {
                let Some(server) = self.server(place) else {
                    place = place.saturating_add(1);
                    continue;
                };
                match server.submit(request.clone()).wait() {
                    Ok(answered) => {
                        self.note(answered.now, key, &answered.answer);
                        break;
                    }
                    Err(Refused::Store(_)) => {
                        self.told().asked_again += 1;
                        place = place.saturating_add(1);
                    }
                    Err(_) => {
                        self.told().refused += 1;
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    fn note(&self, at: Timestamp, key: IdempotencyKey, answer: &Answer) {
        self.progress.answered();
        let mut told = self.told();
        if let Answer::Refund { seen, created: true } = answer {
            self.opened.fetch_add(1, Ordering::SeqCst);
            told.opened.push(seen.refund.id.clone());
        }
        told.answers.push((at, key, format!("{answer:?}")));
    }
}
