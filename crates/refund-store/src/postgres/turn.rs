//! One turn at the database: taken, decided, recorded.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use futures_util::future::try_join3;
use tokio::runtime::Runtime;

use super::catching_up::{goes_on, settings_at};
use super::error::Failure;
use super::head::{Head, Last};
use super::known::Known;
use super::loading::{Places, load};
use super::rows::column;
use super::sql;
use super::waiting::{Decision, TurnError, Unheard, Waiting};
use super::writing::Written;
use crate::door::{self, BYTES_MAX, Case, Need, Shelf, carry_out};
use crate::{EventPosition, Settings, StoreError, Surroundings};

/// How long the database may say nothing at all before the connection is given up. A statement that takes longer than
/// 10 s it ends by itself.
const SILENT_MAX: Duration = Duration::from_secs(12);

/// What is found once the turn is had.
pub(super) enum Came {
    /// The batch whose end was not heard of is recorded, as far as that: this was to be answered.
    Heard(Vec<Decision>, EventPosition),
    /// It can be decided from there.
    Ready(Head),
}

/// What a turn comes to.
pub(super) struct TurnResult {
    /// What to answer, for as many of those who waited as had room.
    pub(super) decisions: Vec<Decision>,
    /// What was recorded last and the settings then, if anything was recorded.
    pub(super) recorded: Option<(Last, Arc<Settings>)>,
    /// Up to where all is recorded for good, where a commit of this turn's said so.
    pub(super) confirmed: Option<EventPosition>,
}

pub(super) struct Turn<'t> {
    client: &'t ClientWrapper,
    known: &'t Known,
    surroundings: &'t Surroundings,
    runtime: &'t Runtime,
    places: RefCell<Places>,
    /// Why something that a decision needed could not be loaded. Once it is set, nothing of the turn stands.
    failed: RefCell<Option<TurnError>>,
}

impl<'t> Turn<'t> {
    pub(super) fn new(
        client: &'t ClientWrapper,
        known: &'t Known,
        surroundings: &'t Surroundings,
        runtime: &'t Runtime,
    ) -> Self {
        let (places, failed) = (RefCell::default(), RefCell::new(None));
        Self { client, known, surroundings, runtime, places, failed }
    }

    /// Waits for what the database says. Where it says nothing the connection leads nowhere.
    fn wait<T>(&self, what: impl Future<Output = Result<T, TurnError>>) -> Result<T, TurnError> {
        let why = || format!("the database said nothing for {} seconds", SILENT_MAX.as_secs());
        let silent = |_| Err(TurnError { failure: Failure::Connection, why: why() });
        self.runtime.block_on(async { tokio::time::timeout(SILENT_MAX, what).await.unwrap_or_else(silent) })
    }

    /// Takes the turn, which waits for whoever has it. What became of a batch that was not heard of is known then: its
    /// transaction had the turn from beginning to end, so it has ended.
    pub(super) fn take(&mut self, unheard: &mut Option<Unheard>) -> Result<Came, TurnError> {
        let client = self.client;
        self.wait(async {
            let take = client.prepare_cached(sql::TAKE_TURN).await?;
            let look = client.prepare_cached(sql::HEAD).await?;
            let begun =
                try_join3(client.batch_execute("BEGIN"), client.execute(&take, &[]), client.query_one(&look, &[]));
            let ((), turns, row) = begun.await?;
            if turns != 1 {
                let missing = "the row of the table `turn` is missing, by which servers take turns: restore it whole, or \
                    insert it (`INSERT INTO turn DEFAULT VALUES`)";
                return Err(StoreError::Stopped(missing.to_owned()).into());
            }
            let head = Head::of(&row)?;
            head.check().map_err(|error| StoreError::Stopped(error.to_string()))?;
            goes_on(client, self.known, &head).await?;
            let Some(last) = unheard else { return Ok(Came::Ready(head)) };
            let batch = &last.batch;
            let chain = &batch.last.chain[..];
            if client.query_opt(sql::HAS_BATCH, &[&column(batch.first), &chain]).await?.is_none() {
                *unheard = None;
                return Ok(Came::Ready(head));
            }
            // It is there. That it will stay is known only once something after it is committed too.
            client.execute(sql::SAY_SOMETHING, &[]).await?;
            client.batch_execute("COMMIT").await?;
            let (decisions, end) = (std::mem::take(&mut last.decisions), last.batch.last.end);
            *unheard = None;
            Ok(Came::Heard(decisions, end))
        })
    }

    /// Commits something by which nothing is recorded.
    pub(super) fn commit_something(&self) -> Result<(), TurnError> {
        self.wait(async { Ok(self.client.execute(sql::SAY_SOMETHING, &[]).await.map(drop)?) })
    }

    /// Decides what waits, as far as there is room, and records it.
    pub(super) fn carry_out(
        &mut self,
        head: Head,
        waiting: &[Waiting],
        unheard: &mut Option<Unheard>,
        confirmed: Option<EventPosition>,
    ) -> Result<TurnResult, TurnError> {
        let client = self.client;
        let settings = self.wait(async { Ok(settings_at(client, &head, self.known.settings()).await?) })?;
        self.known.hear(&head);
        let mut case = Case::new(settings, head.latest());
        let now = self.known.decides_at(&head, head.latest());
        let needs: Vec<_> = waiting.iter().flat_map(|waiting| waiting.request.needs(now)).collect();
        self.load_all(&needs, &mut case)?;
        let mut written = Written::behind(head.last.as_ref());
        let mut decisions = Vec::with_capacity(waiting.len());
        for waiting in waiting {
            if waiting.request.erases() && !written.is_empty() {
                // What it is about to erase is recorded first.
                break;
            }
            decisions.push(self.decide(&head, waiting, &mut case, &mut written));
            if let Some(failed) = self.failed.take() {
                return Err(failed);
            }
            if written.bytes() >= BYTES_MAX || written.erases() {
                break;
            }
        }
        if written.is_empty() {
            let confirmed = self.end_without_records(&head, confirmed)?;
            return Ok(TurnResult { decisions, recorded: None, confirmed });
        }
        let batch = written.batch(&case);
        // Before anybody can read it.
        self.known.own().write(batch.first, batch.last.end.record);
        let places = self.places.borrow();
        match self.wait(async { Ok(written.send(client, &case, &places, &batch).await?) }) {
            Ok(()) => {
                let confirmed = Some(batch.last.end);
                Ok(TurnResult { decisions, recorded: Some((batch.last, case.settings)), confirmed })
            }
            Err(failed) => {
                if failed.failure == Failure::Connection {
                    *unheard = Some(Unheard { batch, decisions });
                }
                Err(failed)
            }
        }
    }

    /// Ends a turn in which nothing is recorded. What is answered was read: where no standby may have it yet, a commit of
    /// one's own says that one does.
    fn end_without_records(
        &self,
        head: &Head,
        confirmed: Option<EventPosition>,
    ) -> Result<Option<EventPosition>, TurnError> {
        let client = self.client;
        let end = head.last.as_ref().map(|last| last.end);
        if !head.waits_for_standby || end <= confirmed {
            self.wait(async { Ok(client.batch_execute("ROLLBACK").await?) })?;
            return Ok(None);
        }
        self.wait(async {
            client.execute(sql::SAY_SOMETHING, &[]).await?;
            Ok(client.batch_execute("COMMIT").await?)
        })?;
        Ok(end)
    }

    fn load_all(&self, needs: &[Need], case: &mut Case) -> Result<(), TurnError> {
        let mut places = self.places.take();
        let loaded = self.wait(async { Ok(load(self.client, needs, case, &mut places).await?) });
        self.places.replace(places);
        loaded
    }

    fn decide(&self, head: &Head, waiting: &Waiting, case: &mut Case, written: &mut Written) -> Decision {
        let test_clock = self.surroundings.clock.is_test();
        let moment = |latest| door::Moment { now: self.known.decides_at(head, latest), held: head.held, test_clock };
        let (result, record) = carry_out(self, case, &waiting.request, moment);
        let Some((record, changed)) = record else { return result };
        let mut salt = [0; 16];
        (self.surroundings.entropy)(&mut salt);
        let mark = (head.epoch, salt);
        written.add(&record, mark, &changed, &case.settings, &mut self.places.borrow_mut())?;
        case.take_in(changed);
        result
    }
}

impl Shelf for Turn<'_> {
    fn load(&self, need: &Need, case: &mut Case) -> Result<(), StoreError> {
        self.load_all(std::slice::from_ref(need), case).map_err(|failed| {
            let why = StoreError::Unreadable(failed.why.clone());
            if failed.failure != Failure::Refusal {
                *self.failed.borrow_mut() = Some(failed);
            }
            why
        })
    }
}
