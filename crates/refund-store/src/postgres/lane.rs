//! The one thread of a server that decides. It takes its turn at the database among the other servers' lanes, and then
//! carries out all that has gathered.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::connection::{Connector, Purpose};
use super::error::Failure;
use super::known::Known;
use super::turn::{Came, Turn, TurnResult};
use super::turned::Turned;
use super::waiting::{Decision, TurnError, Unheard, Waiting};
use crate::door::REQUESTS_MAX;
use crate::{EventPosition, Refused, StoreError, Surroundings};

/// How long a turn is tried for while the database is away, or changes its place.
const TRYING_MAX: Duration = Duration::from_secs(30);
/// How long it is left alone between two tries.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);
/// The same where nobody waits for anything, to find out that it is back.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

pub(super) struct Lane {
    connector: Connector,
    known: Arc<Known>,
    surroundings: Surroundings,
    /// What the connection lives on: nothing of it happens while nobody waits for it.
    runtime: Runtime,
    connection: Option<ClientWrapper>,
    /// Up to where all is recorded for good, as a commit of this server's said.
    confirmed: Option<EventPosition>,
}

impl Lane {
    pub(super) fn new(connector: Connector, known: Arc<Known>, surroundings: Surroundings, runtime: Runtime) -> Self {
        Self { connector, known, surroundings, runtime, connection: None, confirmed: None }
    }

    /// Works until nobody can ask any more.
    pub(super) fn run(mut self, queue: &Receiver<Waiting>) {
        let mut left_over = Vec::new();
        loop {
            if left_over.is_empty() {
                match self.next(queue) {
                    Ok(first) => left_over.push(first),
                    Err(RecvTimeoutError::Timeout) => self.look_for_the_turn(),
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
            if !left_over.is_empty() {
                left_over = self.carry(left_over, queue);
            }
        }
    }

    /// The next request; where nothing can be recorded, none after a while.
    fn next(&self, queue: &Receiver<Waiting>) -> Result<Waiting, RecvTimeoutError> {
        match self.known.stopped() {
            None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(_) => queue.recv_timeout(BETWEEN_LOOKS),
        }
    }

    /// Whether something can be recorded again: who is told that nothing can sends nothing by which that would be seen.
    fn look_for_the_turn(&mut self) {
        match self.turn(&mut Vec::new(), &mut None, |_| {}).and_then(|_| self.commit_something()) {
            Ok(()) => self.known.stop(None),
            Err(_) => self.connection = None,
        }
    }

    /// To take the turn needs no standby, and to record something does.
    fn commit_something(&self) -> Result<(), TurnError> {
        let Some(connection) = &self.connection else { return Ok(()) };
        Turn::new(connection, &self.known, &self.surroundings, &self.runtime).commit_something()
    }

    /// Carries out these and what gathers meanwhile; those that had no room are left over.
    fn carry(&mut self, mut waiting: Vec<Waiting>, queue: &Receiver<Waiting>) -> Vec<Waiting> {
        let began = Instant::now();
        let mut unheard = None;
        loop {
            let gather = |waiting: &mut Vec<Waiting>| {
                while waiting.len() < REQUESTS_MAX
                    && let Ok(next) = queue.try_recv()
                {
                    waiting.push(next);
                }
            };
            let why = match self.turn(&mut waiting, &mut unheard, gather) {
                Ok(decisions) => {
                    let rest = waiting.split_off(decisions.len().min(waiting.len()));
                    for (waiting, decision) in waiting.into_iter().zip(decisions) {
                        // Who has gone away needs no answer.
                        let _ = waiting.answer.send(decision);
                    }
                    return rest;
                }
                Err(failed) => failed,
            };
            tracing::warn!(why = why.why, requests = waiting.len(), "a turn at the database came to nothing");
            match why.failure {
                Failure::Connection => self.connection = None,
                Failure::Passing => {}
                Failure::Constraint if waiting.len() > 1 => return self.one_by_one(waiting),
                Failure::Constraint | Failure::Refusal | Failure::Scarcity => {
                    self.known.has_room(why.failure != Failure::Scarcity);
                    refuse(waiting, not_done(why.why, unheard.as_ref()));
                    return Vec::new();
                }
            }
            if began.elapsed() >= TRYING_MAX {
                self.known.stop(Some(why.why.clone()));
                refuse(waiting, not_done(why.why, unheard.as_ref()));
                return Vec::new();
            }
            self.runtime.block_on(async { tokio::time::sleep(BETWEEN_TRIES).await });
        }
    }

    /// Each in a turn of its own, so that the one that breaks a constraint is refused alone.
    fn one_by_one(&mut self, waiting: Vec<Waiting>) -> Vec<Waiting> {
        tracing::error!("a constraint of the database was broken, which the rules should have seen");
        let (sender, nobody) = std::sync::mpsc::channel();
        drop(sender);
        let left = waiting.into_iter().flat_map(|one| self.carry(vec![one], &nobody));
        left.collect()
    }

    fn turn(
        &mut self,
        waiting: &mut Vec<Waiting>,
        unheard: &mut Option<Unheard>,
        gather: impl FnOnce(&mut Vec<Waiting>),
    ) -> Result<Vec<Decision>, TurnError> {
        let was_heard = unheard.is_none();
        let result = self.try_turn(waiting, unheard, gather);
        if result.is_err() {
            let is_sent = was_heard && unheard.is_some();
            self.known.turns().tell(if is_sent { Turned::Unheard } else { Turned::Failed });
        }
        result
    }

    fn try_turn(
        &mut self,
        waiting: &mut Vec<Waiting>,
        unheard: &mut Option<Unheard>,
        gather: impl FnOnce(&mut Vec<Waiting>),
    ) -> Result<Vec<Decision>, TurnError> {
        let began = Instant::now();
        let connection = match self.connection.take() {
            Some(connection) if !connection.is_closed() => connection,
            Some(_) | None => self.connect()?,
        };
        let Self { known, surroundings, runtime, .. } = &*self;
        let mut turn = Turn::new(&connection, known, surroundings, runtime);
        let came = turn.take(unheard)?;
        let taken = Instant::now();
        let outcome = match came {
            Came::Heard(decisions, end) => TurnResult { decisions, recorded: None, confirmed: Some(end) },
            Came::Ready(head) => {
                if unheard.is_none() {
                    gather(waiting);
                }
                turn.carry_out(head, waiting, unheard, self.confirmed)?
            }
        };
        let (waited, had) = (taken.duration_since(began), taken.elapsed());
        known.turns().tell(Turned::Done { waited, had, requests: outcome.decisions.len() });
        *unheard = None;
        if outcome.confirmed.is_some() {
            // That a command is refused says nothing of whether one can be recorded.
            known.stop(None);
        }
        let confirmed = outcome.confirmed.or(self.confirmed);
        if let Some((last, settings)) = outcome.recorded {
            known.learn(&last, settings);
            known.has_room(true);
        }
        self.confirmed = confirmed;
        self.connection = Some(connection);
        Ok(outcome.decisions)
    }

    fn connect(&self) -> Result<ClientWrapper, TurnError> {
        let connected = self.runtime.block_on(self.connector.connect(Purpose::Write));
        connected.map_err(|error| TurnError { failure: Failure::Connection, why: error.to_string() })
    }
}

fn refuse(waiting: Vec<Waiting>, error: StoreError) {
    let error = Arc::new(error);
    for waiting in waiting {
        let _ = waiting.answer.send(Err(Refused::Store(Arc::clone(&error))));
    }
}

fn not_done(why: String, unheard: Option<&Unheard>) -> StoreError {
    if unheard.is_some() { StoreError::Unsure(why) } else { StoreError::NotRecorded(why) }
}
