//! How far callers are, and where they had to wait.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// After how long without an answer there will be none any more.
const PATIENCE: Duration = Duration::from_secs(120);

/// What callers were told to be done, and the longest time in which nobody was, for each failure.
pub(super) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    answers: usize,
    last: Instant,
    /// What failed last: a pause is put down to it until something else fails.
    failure: &'static str,
    failures: BTreeMap<&'static str, Failed>,
}

/// How often something failed, and the longest pause that it made.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Failed {
    times: u64,
    longest: Duration,
}

/// Each failure by its name.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(BTreeMap<&'static str, Failed>);

impl Progress {
    pub(super) fn new() -> Self {
        let failures = BTreeMap::new();
        let state = State { answers: 0, last: Instant::now(), failure: "nothing", failures };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was done, and its caller told.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        let pause = state.last.elapsed();
        let failure = state.failure;
        let failed = state.failures.entry(failure).or_default();
        failed.longest = failed.longest.max(pause);
        state.answers = state.answers.saturating_add(1);
        state.last = Instant::now();
        drop(state);
        self.changed.notify_all();
    }

    /// That fails now.
    pub(super) fn fails(&self, failure: &'static str) {
        let mut state = self.state();
        state.failure = failure;
        let failed = state.failures.entry(failure).or_default();
        failed.times = failed.times.saturating_add(1);
    }

    /// Nothing has failed, and nobody has called: what follows is no pause.
    pub(super) fn begins(&self) {
        let mut state = self.state();
        state.last = Instant::now();
        state.failure = "nothing";
    }

    /// Waits until so much more was done.
    pub(super) fn until(&self, more: usize) -> Result<(), String> {
        let state = self.state();
        let enough = state.answers.saturating_add(more);
        let is_less = |state: &mut State| state.answers < enough;
        let waited = self.changed.wait_timeout_while(state, PATIENCE, is_less).unwrap_or_else(PoisonError::into_inner);
        let (state, timeout) = waited;
        if timeout.timed_out() {
            return Err(format!("after {} nothing was done for {PATIENCE:?}", state.failure));
        }
        Ok(())
    }

    pub(super) fn failures(&self) -> Failures {
        Failures(self.state().failures.clone())
    }
}

impl std::fmt::Display for Failures {
    /// A line for each, the one with the longest pause first.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut failures: Vec<_> = self.0.iter().collect();
        failures.sort_by_key(|(_, failed)| std::cmp::Reverse(failed.longest));
        let longest = failures.first().map_or(Duration::ZERO, |(_, failed)| failed.longest);
        writeln!(f, "the longest time without an accepted write was {longest:.2?}:")?;
        let mut lines = failures.iter();
        lines.try_for_each(|(name, Failed { times, longest })| writeln!(f, "  {longest:>8.2?}  {times:>4} × {name}"))
    }
}
