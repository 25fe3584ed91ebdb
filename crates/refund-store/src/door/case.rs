//! What a request is decided from: loaded at one moment, and nothing else is known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use refund_core::{Event, LineKey, LineLedger, Refund, RefundId, Timestamp};

use super::changed::Changed;
use crate::record::Record;
use crate::{IdempotencyKey, Remembered, Settings, StoreError};

/// One thing that a decision depends on and a store has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// A refund, and the others that its order line has had.
    Refund(RefundId),
    /// All refunds that an order line has had.
    Line(LineKey),
    /// What is remembered under a key.
    Answer(IdempotencyKey),
    /// A refund's whole history.
    History(RefundId),
    /// The records that tell of a refund, each with its number.
    Records(RefundId),
    /// The refunds on which something is due by that instant, the earliest first: at least this many, or all there
    /// are. Each of them is loaded too.
    Due(Timestamp, usize),
}

impl Need {
    /// What has to be known to say whether a request under that key was answered before.
    pub(crate) fn answers(key: &IdempotencyKey) -> Vec<Self> {
        [Some(key.clone()), key.of_whole_call()].into_iter().flatten().map(Self::Answer).collect()
    }
}

/// What a store has of one refund.
#[derive(Debug, Clone)]
pub(crate) enum Loaded {
    /// There is none of that id.
    Nothing,
    /// It is there.
    There(Arc<Refund>),
    /// It is there, and what is written of it makes no sense; asking again would not help.
    Senseless(String),
}

impl From<Option<Refund>> for Loaded {
    fn from(refund: Option<Refund>) -> Self {
        refund.map_or(Self::Nothing, |refund| Self::There(Arc::new(refund)))
    }
}

impl Loaded {
    /// A refund that is there, under its id.
    pub(crate) fn by_id(refund: Arc<Refund>) -> (RefundId, Self) {
        (refund.id.clone(), Self::There(refund))
    }
}

/// What is due, as far as it was loaded.
#[derive(Debug, Clone)]
struct Due {
    /// Everything that is due before this instant is known; what is due exactly then only if `is_all`.
    until: Timestamp,
    /// Whether everything that is due at `until` is known too.
    is_all: bool,
    refunds: BTreeSet<(Timestamp, RefundId)>,
}

/// Everything that is known while requests are decided. It sees what earlier requests of its batch
/// changed. What was not loaded is not known to be absent: whoever asks for it gets the [`Need`] back.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) settings: Arc<Settings>,
    /// The latest instant recorded (R35).
    pub(crate) latest: Timestamp,
    refunds: BTreeMap<RefundId, Loaded>,
    lines: BTreeMap<LineKey, Vec<RefundId>>,
    answers: BTreeMap<IdempotencyKey, Option<Remembered>>,
    histories: BTreeMap<RefundId, Vec<Event>>,
    records: BTreeMap<RefundId, Vec<(u64, Record)>>,
    due: Option<Due>,
    /// What the batch has changed so far.
    pub(crate) changed: Changed,
}

impl Case {
    /// A case in which nothing is known yet but the settings and the latest instant.
    pub(crate) fn new(settings: Arc<Settings>, latest: Timestamp) -> Self {
        Self {
            settings,
            latest,
            refunds: BTreeMap::new(),
            lines: BTreeMap::new(),
            answers: BTreeMap::new(),
            histories: BTreeMap::new(),
            records: BTreeMap::new(),
            due: None,
            changed: Changed::default(),
        }
    }

    /// Whether that is known.
    pub(crate) fn knows(&self, need: &Need) -> bool {
        match need {
            Need::Refund(id) => match self.refunds.get(id) {
                Some(Loaded::There(refund)) => self.lines.contains_key(&refund.line_key()),
                Some(Loaded::Nothing | Loaded::Senseless(_)) => true,
                None => false,
            },
            Need::Line(key) => self.lines.contains_key(key),
            Need::Answer(key) => self.answers.contains_key(key),
            Need::History(id) => self.histories.contains_key(id),
            Need::Records(id) => self.records.contains_key(id),
            Need::Due(until, limit) => self.due(*until, *limit).is_ok(),
        }
    }

    /// Takes in a refund from the store. What the batch has made of it since stands.
    pub(crate) fn put_refund(&mut self, id: RefundId, found: Loaded) {
        self.refunds.entry(id).or_insert(found);
    }

    /// Takes in which refunds an order line has had, in the order in which they were opened.
    pub(crate) fn put_line(&mut self, key: LineKey, refunds: impl IntoIterator<Item = (RefundId, Loaded)>) {
        let mut ids = Vec::new();
        for (id, found) in refunds {
            ids.push(id.clone());
            self.put_refund(id, found);
        }
        self.lines.entry(key).or_insert(ids);
    }

    /// Takes in what is remembered under a key.
    pub(crate) fn put_answer(&mut self, key: IdempotencyKey, remembered: Option<Remembered>) {
        self.answers.entry(key).or_insert(remembered);
    }

    /// Takes in a refund's history, as the store has it.
    pub(crate) fn put_history(&mut self, id: RefundId, mut events: Vec<Event>) {
        events.extend(self.changed.refunds.get(&id).into_iter().flat_map(|change| change.events.iter().cloned()));
        self.histories.entry(id).or_insert(events);
    }

    /// Takes in the records that tell of a refund, as the store has them, in order.
    pub(crate) fn put_records(&mut self, id: RefundId, records: Vec<(u64, Record)>) {
        self.records.entry(id).or_insert(records);
    }

    /// Takes in what is due by `until`, of which `is_all` says whether it is everything.
    pub(crate) fn put_due(
        &mut self,
        until: Timestamp,
        is_all: bool,
        due: impl IntoIterator<Item = (Timestamp, RefundId)>,
    ) {
        let mut refunds: BTreeSet<_> = due.into_iter().collect();
        let last = refunds.last().map_or(until, |(at, _)| *at);
        let until = if is_all { until } else { last };
        refunds.retain(|(_, id)| !self.changed.refunds.contains_key(id));
        self.due = Some(Due { until, is_all, refunds });
        let changed: Vec<_> = self.changed.refunds.values().map(|change| Arc::clone(&change.after)).collect();
        changed.iter().for_each(|refund| self.now_due(refund));
    }

    /// How many to ask the store for, so that `limit` are left without those that the batch has changed: what the
    /// store says of these is outdated.
    pub(crate) fn due_limit(&self, limit: usize) -> usize {
        limit.saturating_add(self.changed.refunds.len())
    }

    pub(crate) fn refund(&self, id: &RefundId) -> Result<&Loaded, Need> {
        self.refunds.get(id).ok_or_else(|| Need::Refund(id.clone()))
    }

    /// Which refunds an order line has had, in the order in which they were opened.
    pub(crate) fn line(&self, key: &LineKey) -> Result<&[RefundId], Need> {
        self.lines.get(key).map(Vec::as_slice).ok_or_else(|| Need::Line(key.clone()))
    }

    /// An order line's account after the batch so far; nothing where it has had no refund, or is not known whole.
    pub(crate) fn account(&self, key: &LineKey) -> Option<LineLedger> {
        let refunds = self.lines.get(key)?.iter().map(|id| match self.refunds.get(id)? {
            Loaded::There(refund) => Some(&**refund),
            Loaded::Nothing | Loaded::Senseless(_) => None,
        });
        LineLedger::of(refunds.collect::<Option<Vec<_>>>()?)
    }

    /// What is remembered under a key, however old.
    pub(crate) fn answer(&self, key: &IdempotencyKey) -> Result<Option<&Remembered>, Need> {
        self.answers.get(key).map(Option::as_ref).ok_or_else(|| Need::Answer(key.clone()))
    }

    /// Whether the need is for a remembered answer, and it is known that there is none.
    pub(crate) fn has_no_answer(&self, need: &Need) -> bool {
        if let Need::Answer(key) = need { matches!(self.answers.get(key), Some(None)) } else { false }
    }

    /// A refund's whole history.
    pub(crate) fn history(&self, id: &RefundId) -> Result<&[Event], Need> {
        self.histories.get(id).map(Vec::as_slice).ok_or_else(|| Need::History(id.clone()))
    }

    /// The records that tell of a refund, which the batch has not changed.
    pub(crate) fn records(&self, id: &RefundId) -> Result<&[(u64, Record)], Need> {
        self.records.get(id).map(Vec::as_slice).ok_or_else(|| Need::Records(id.clone()))
    }

    /// On which refunds something is due by then, the earliest first.
    pub(crate) fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, Need> {
        let need = Need::Due(until, limit);
        let Some(due) = &self.due else { return Err(need) };
        let wanted: Vec<_> = due.refunds.iter().take_while(|(at, _)| *at <= until).take(limit).cloned().collect();
        let covered = until < due.until || (until == due.until && due.is_all);
        if covered || wanted.len() >= limit { Ok(wanted) } else { Err(need) }
    }

    /// What a request changed is so from now on.
    pub(crate) fn take_in(&mut self, changed: Changed) {
        for (id, change) in &changed.refunds {
            if let Some(before) = &change.before
                && let (Some(due), Some(at)) = (&mut self.due, before.next_due())
            {
                due.refunds.remove(&(at, id.clone()));
            }
            self.now_due(&change.after);
            self.refunds.insert(id.clone(), Loaded::There(Arc::clone(&change.after)));
            if let Some(history) = self.histories.get_mut(id) {
                history.extend(change.events.iter().cloned());
            }
        }
        for (line, ids) in &changed.opened {
            self.lines.entry(line.clone()).or_default().extend(ids.iter().cloned());
        }
        for (key, remembered) in &changed.answers {
            self.answers.insert(key.clone(), Some(remembered.clone()));
        }
        if let Some(settings) = &changed.settings {
            self.settings = Arc::clone(settings);
        }
        self.latest = self.latest.max(changed.latest.unwrap_or(Timestamp::MIN));
        self.changed.merge(changed);
    }

    fn now_due(&mut self, refund: &Refund) {
        let (Some(due), Some(at)) = (&mut self.due, refund.next_due()) else { return };
        if at < due.until || (at == due.until && due.is_all) {
            due.refunds.insert((at, refund.id.clone()));
        }
    }
}

/// What a store has, for a case to be loaded from.
pub(crate) trait Shelf {
    /// Puts into the case what the need names, as the store has it.
    fn load(&self, need: &Need, case: &mut Case) -> Result<(), StoreError>;
}

/// Asks with what is known, and again with what turned out to be missing.
pub(super) fn finding<T>(
    shelf: &impl Shelf,
    case: &mut Case,
    needs: Vec<Need>,
    ask: impl Fn(&Case) -> Result<T, Need>,
) -> Result<T, StoreError> {
    for need in needs {
        if !case.knows(&need) {
            shelf.load(&need, case)?;
        }
    }
    loop {
        let need = match ask(case) {
            Ok(found) => return Ok(found),
            Err(need) => need,
        };
        shelf.load(&need, case)?;
        if !case.knows(&need) {
            return Err(StoreError::Unreadable(format!("a store that was asked for {need:?} gave something else")));
        }
    }
}
