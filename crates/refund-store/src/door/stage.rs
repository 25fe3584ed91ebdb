//! What a request is about to write, and everything as it will be then.

use std::net::IpAddr;
use std::sync::Arc;

use refund_core::{Event, LineKey, LineLedger, Refund, RefundId, Refusal, Timestamp, opened};
use sha2::{Digest, Sha256};

use super::case::{Case, Loaded, Need};
use super::changed::{Changed, RefundChange};
use crate::codec::encode;
use crate::model::audit::audit_type;
use crate::model::restoration::evolve_in;
use crate::record::{Entry, Record};
use crate::{Answer, IdempotencyKey, Outcome, Refused, Remembered, Settings, StoreError, Surroundings};

/// Why a step stops before its end.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The request is refused.
    Refused(Refused),
    /// This has to be known first.
    Needs(Need),
}

/// What a request comes to: its answer, and what is remembered of it.
pub(super) type Done = Result<(Answer, Outcome), Halt>;

impl From<Refused> for Halt {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Need> for Halt {
    fn from(need: Need) -> Self {
        Self::Needs(need)
    }
}

/// When a request is decided, and what is so then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// The instant of the decision (R2).
    pub(crate) now: Timestamp,
    /// Whether settling is held (R36).
    pub(crate) held: bool,
    /// Whether time stands still until somebody moves it.
    pub(crate) test_clock: bool,
}

impl Moment {
    /// The present one, where that instant was recorded latest.
    pub(crate) fn now(surroundings: &Surroundings, latest: Timestamp) -> Self {
        let Surroundings { clock, hold_settling, .. } = surroundings;
        Self { now: clock.now(latest), held: *hold_settling, test_clock: clock.is_test() }
    }
}

/// One request's changes while they are being made, over what the case knows.
pub(crate) struct Stage<'a> {
    case: &'a Case,
    /// The instant of the decision, which a test clock moves on.
    pub(crate) now: Timestamp,
    held: bool,
    pub(crate) has_test_clock: bool,
    pub(crate) changed: Changed,
    entries: Vec<Entry>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(case: &'a Case, moment: Moment) -> Self {
        let Moment { now, held, test_clock: has_test_clock } = moment;
        Self { case, now, held, has_test_clock, changed: Changed::default(), entries: Vec::new() }
    }

    /// A stage at that instant on which nothing is decided.
    pub(crate) fn at(case: &'a Case, now: Timestamp) -> Self {
        Self::new(case, Moment { now, held: false, test_clock: false })
    }

    /// What is to be recorded, and what it changes; nothing where nothing happened. Addresses are people's: the one
    /// that it comes from is kept for the audit alone.
    pub(crate) fn finish(mut self, from: Option<IpAddr>) -> Option<(Record, Changed)> {
        if self.entries.is_empty() && self.changed.latest.is_none() {
            return None;
        }
        self.changed.latest = Some(self.now);
        let from = from.filter(|_| self.entries.iter().any(|entry| audit_type(entry, &self.case.settings).is_some()));
        Some((Record { at: self.now, entries: self.entries, from }, self.changed))
    }

    /// All settings, with what this request changed.
    pub(crate) fn settings(&self) -> &Settings {
        self.changed.settings.as_ref().unwrap_or(&self.case.settings)
    }

    /// Whether settling is held while something is due on the refund (R36).
    pub(crate) fn is_held(&self, refund: &Refund) -> bool {
        self.held && refund.next_due().is_some_and(|at| at <= self.now)
    }

    /// Nothing that is due happens while settling is held (R36).
    pub(crate) fn may_settle(&self) -> Result<(), Refused> {
        if self.held { Err(Refusal::SettlingHeld.into()) } else { Ok(()) }
    }

    pub(crate) fn found(&self, id: &RefundId) -> Result<Option<&Arc<Refund>>, Halt> {
        if let Some(change) = self.changed.refunds.get(id) {
            return Ok(Some(&change.after));
        }
        match self.case.refund(id)? {
            Loaded::There(refund) => Ok(Some(refund)),
            Loaded::Nothing => Ok(None),
            Loaded::Senseless(what) => Err(StoreError::Unreadable(format!("refund {id}: {what}")).into()),
        }
    }

    /// The refund of that id, which somebody named.
    pub(crate) fn refund(&self, id: &RefundId) -> Result<Arc<Refund>, Halt> {
        Ok(Arc::clone(self.found(id)?.ok_or(Refused::NotFound)?))
    }

    /// The account of an order line, if it has had a refund.
    pub(crate) fn ledger(&self, key: &LineKey) -> Result<Option<LineLedger>, Halt> {
        let opened = self.changed.opened.get(key).into_iter().flatten();
        let ids = self.case.line(key)?.iter().chain(opened);
        let refunds = ids.filter_map(|id| self.found(id).transpose()).collect::<Result<Vec<_>, _>>()?;
        Ok(LineLedger::of(refunds.into_iter().map(|refund| &**refund)))
    }

    /// What is remembered under a key, however old.
    pub(crate) fn answer(&self, key: &IdempotencyKey) -> Result<Option<&Remembered>, Halt> {
        match self.changed.answers.get(key) {
            Some(remembered) => Ok(Some(remembered)),
            None => Ok(self.case.answer(key)?),
        }
    }

    /// A refund's whole history, before this request.
    pub(crate) fn history(&self, id: &RefundId) -> Result<&[Event], Halt> {
        Ok(self.case.history(id)?)
    }

    /// The records that tell of a refund, before this request.
    pub(crate) fn records(&self, id: &RefundId) -> Result<&[(u64, Record)], Halt> {
        Ok(self.case.records(id)?)
    }

    /// Has an earlier record say something else from now on (R46).
    pub(crate) fn redact(&mut self, number: u64, record: Record) -> Result<(), Halt> {
        let sha256 = Sha256::digest(encode(&record).map_err(StoreError::from)?).into();
        self.changed.redacted.insert(number, record);
        self.push(Entry::Redacted { record: number, sha256 })
    }

    /// On which refunds something is due by then, the earliest first, before this request.
    pub(crate) fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, Halt> {
        Ok(self.case.due(until, limit)?)
    }

    /// Puts a setting down where it is new: whoever says again what holds already makes the journal no longer.
    pub(crate) fn push_new(&mut self, is_new: bool, entry: Entry) -> Result<(), Halt> {
        if is_new { self.push(entry) } else { Ok(()) }
    }

    /// Puts down what is to be recorded, and what follows from it.
    pub(crate) fn push(&mut self, entry: Entry) -> Result<(), Halt> {
        if let Entry::Refund(event) = &entry {
            self.happened(event)?;
        } else if let Entry::Answer { key, remembered } = &entry {
            self.changed.answers.insert(key.clone(), remembered.clone());
        } else if !matches!(entry, Entry::Redacted { .. }) {
            let settings = self.changed.settings.get_or_insert_with(|| Arc::clone(&self.case.settings));
            Arc::make_mut(settings).take_in(&entry);
        }
        self.entries.push(entry);
        Ok(())
    }

    /// A refund's event, and with it the refund's new state.
    fn happened(&mut self, event: &Event) -> Result<(), Halt> {
        let id = &event.refund_id;
        let settings = self.changed.settings.as_ref().unwrap_or(&self.case.settings);
        if let Some(change) = self.changed.refunds.get_mut(id) {
            let before = (*change.after).clone();
            change.after = Arc::new(evolve_in(&settings.restorations, before, event));
            change.events.push(event.clone());
            return Ok(());
        }
        let before = self.found(id)?.cloned();
        let after = match &before {
            Some(before) => evolve_in(&self.settings().restorations, (**before).clone(), event),
            None => {
                let early = || StoreError::Unreadable(format!("an event comes before the opening of refund {id}"));
                let after = opened(event).ok_or_else(early)?;
                self.changed.opened.entry(after.line_key()).or_default().push(after.id.clone());
                after
            }
        };
        let change = RefundChange { before, after: Arc::new(after), events: vec![event.clone()] };
        self.changed.refunds.insert(id.clone(), change);
        Ok(())
    }
}
