//! Whether the view says what the journal says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use refund_core::{BuyerId, OrderId, Refund, RefundId, SellerId, Timestamp};

use super::replayed::Replayed;
use super::source::bytes_below;
use super::{CareError, Findings, Watcher};
use crate::codec::decode;
use crate::embedded::SledView;
use crate::files::{AppendFile, Files};
use crate::journal::{Checkpoint, RecordAt, inspect};
use crate::model::remembered::REMEMBERED_FOR_MILLIS;
use crate::record::Entry;
use crate::stored::{Payload, parse_last, parse_refund};
use crate::{Clock, EmbeddedStore, IdempotencyKey, OpenError, Query, Remembered, Sort, StoreError, Surroundings};

/// Something that the view says otherwise than the journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{of}: {how}")]
pub struct Difference {
    /// Of what: a refund, a list, a setting.
    pub of: String,
    /// How it differs.
    pub how: String,
}

/// What became of comparing the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewFound {
    /// It was not compared, and why.
    NotCompared(&'static str),
    /// There is none; the next start builds it.
    Missing,
    /// It can't be opened at all, and why; the next start would say the same.
    Unusable(String),
    /// The journal lacks its end: so many bytes had been acknowledged.
    Ahead {
        /// How long the journal was at least, in bytes.
        expected: u64,
    },
    /// It was compared.
    Compared {
        /// Whether it is not to be believed as it lies there, and the next start builds it anew
        /// (what was compared was built anew too).
        rebuilt: bool,
        /// Where it differs.
        differences: Findings<Difference>,
    },
}

/// Compares the view in `folder` with what the journal makes. It is copied below `scratch` first,
/// because sled changes what it opens.
pub(super) fn compare(
    folder: &Path,
    scratch: &Path,
    journal: Arc<dyn AppendFile>,
    length: u64,
    model: &Replayed,
    watcher: &Watcher,
) -> Result<ViewFound, CareError> {
    if !folder.join("view").is_dir() {
        return Ok(ViewFound::Missing);
    }
    copy_view(folder, scratch, watcher)?;
    let prefix = Prefix { file: Arc::clone(&journal), length };
    let surroundings = Surroundings { clock: Clock::Test, entropy: Arc::new(|_| {}), hold_settling: true };
    let opened = match catch_unwind(AssertUnwindSafe(|| EmbeddedStore::open_on(&prefix, scratch, surroundings))) {
        Ok(Ok(opened)) => opened,
        Ok(Err(OpenError::JournalShortened { expected, .. })) => return Ok(ViewFound::Ahead { expected }),
        Ok(Err(error)) => return Ok(ViewFound::Unusable(error.to_string())),
        Err(_) => return Ok(ViewFound::Unusable("sled failed while it was opened".to_owned())),
    };
    let mut comparison = Comparison { view: opened.store.view(), model, differences: Findings::default() };
    let records = |comparison: &mut Comparison<'_>| comparison.records(&journal, length, watcher);
    // sled may panic on what a disk has changed.
    let compared =
        catch_unwind(AssertUnwindSafe(|| comparison.everything(watcher).and_then(|()| records(&mut comparison))));
    let failed = match compared {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("sled failed while it was read".to_owned()),
    };
    let mut differences = comparison.differences;
    if let Some(how) = failed {
        differences.add(Difference { of: "the view".to_owned(), how });
    }
    Ok(ViewFound::Compared { rebuilt: opened.rebuilt, differences })
}

fn copy_view(folder: &Path, scratch: &Path, watcher: &Watcher) -> Result<(), CareError> {
    let copied = |source| CareError::File { doing: "copy the view to", path: scratch.to_owned(), source };
    let mark = folder.join("view.in-use");
    if mark.exists() {
        std::fs::copy(&mark, scratch.join("view.in-use")).map_err(copied)?;
    }
    let of = bytes_below(&folder.join("view"))?;
    let mut done = 0;
    copy_folder(&folder.join("view"), &scratch.join("view"), &mut |bytes| {
        done += bytes;
        watcher.bytes("copying the view", done, of);
    })
    .map_err(copied)
}

fn copy_folder(from: &Path, to: &Path, copied: &mut dyn FnMut(u64)) -> io::Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target, copied)?;
        } else {
            copied(std::fs::copy(entry.path(), target)?);
        }
    }
    Ok(())
}

/// The good part of a journal, as a folder that nothing can be written to.
struct Prefix {
    file: Arc<dyn AppendFile>,
    length: u64,
}

impl Files for Prefix {
    fn open(&self, _: &str) -> io::Result<Box<dyn AppendFile>> {
        Ok(Box::new(Self { file: Arc::clone(&self.file), length: self.length }))
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }
}

impl AppendFile for Prefix {
    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_at(buffer, offset)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn truncate(&self, _: u64) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn space_left(&self) -> io::Result<u64> {
        self.file.space_left()
    }
}

/// How many refunds a page of a list has.
const PAGE: usize = 1_000;

/// How many records lie between two of which it is asked where they stand.
const NUMBERS_APART: u64 = 256;

struct Comparison<'a> {
    view: &'a SledView,
    model: &'a Replayed,
    differences: Findings<Difference>,
}

/// How many refunds a list should have, for each of its kind.
#[derive(Default)]
struct Expected {
    due: Vec<(Timestamp, RefundId)>,
    sellers: BTreeMap<SellerId, u64>,
    buyers: BTreeMap<BuyerId, u64>,
    orders: BTreeMap<OrderId, u64>,
}

impl Comparison<'_> {
    fn everything(&mut self, watcher: &Watcher) -> Result<(), StoreError> {
        let of = self.model.refunds.len() as u64;
        let mut expected = Expected::default();
        for (done, (id, row)) in (1_u64..).zip(&self.model.refunds) {
            let refund = parse_refund(row)?;
            self.refund(id, &refund, parse_last(row).unwrap_or(0));
            expected.add(refund);
            watcher.counted("comparing the view", done, of);
        }
        for key in self.model.lines.keys() {
            let found = self.view.on_line(key);
            let expected = self.model.on_line(key)?;
            self.same(|| format!("order line {} of order {}", key.line_id, key.order_id), found, &expected);
        }
        self.settings();
        self.lists(expected, watcher);
        Ok(())
    }

    /// Where records stand, by their numbers; and the answers that may still be asked for again, of those under one
    /// key the latest.
    fn records(&mut self, journal: &Arc<dyn AppendFile>, length: u64, watcher: &Watcher) -> Result<(), StoreError> {
        let oldest = self.model.latest().as_millis().saturating_sub(REMEMBERED_FOR_MILLIS);
        let mut number: u64 = 0;
        let found = inspect(journal, length, Checkpoint::START, |frame| {
            watcher.bytes("comparing the records", frame.after.length(), length);
            for RecordAt { position, payload, .. } in frame.records() {
                number = number.saturating_add(1);
                // To find each would take as long as so many records.
                if number.is_multiple_of(NUMBERS_APART) {
                    let found = self.view.place_of(number);
                    self.same(|| format!("where record {number} stands"), found, &position.into());
                }
                let record = decode::<Payload>(payload)?.into_record();
                for entry in record.entries {
                    if let Entry::Answer { key, remembered } = entry
                        && remembered.at.as_millis() >= oldest
                    {
                        self.answer(&key, &remembered);
                    }
                }
            }
            Ok::<_, StoreError>(())
        });
        found.map(drop)
    }

    fn answer(&mut self, key: &IdempotencyKey, remembered: &Remembered) {
        let of = || format!("the answer of {} under key {}", remembered.at, key.key);
        match self.view.remembered(key) {
            Ok(Some(found)) if found == *remembered || found.at > remembered.at => {}
            Ok(_) => self.differs(of(), "the view does not remember it"),
            Err(error) => self.differs(of(), error.to_string()),
        }
    }

    fn differs(&mut self, of: String, how: impl Into<String>) {
        self.differences.add(Difference { of, how: how.into() });
    }

    /// What was found is what should be.
    fn same<T: PartialEq>(&mut self, of: impl Fn() -> String, found: Result<T, StoreError>, expected: &T) {
        match found {
            Ok(found) if found == *expected => {}
            Ok(_) => self.differs(of(), "the view says otherwise than the journal"),
            Err(error) => self.differs(of(), error.to_string()),
        }
    }

    fn refund(&mut self, id: &RefundId, refund: &Refund, last: u64) {
        let of = || format!("refund {id}");
        let found = self.view.refund(id).map(|found| found.map(|around| around.refund));
        self.same(of, found, &Some(Arc::new(refund.clone())));
        match self.view.history(id, 0, usize::MAX) {
            Ok(history) => {
                let ends = history
                    .last()
                    .and_then(|(position, event)| Some((self.view.place_of(position.record).ok()?, event.sequence)));
                if ends != Some((last, refund.sequence)) || history.len() as u64 != refund.sequence {
                    self.differs(of(), "its history in the view is not the one in the journal");
                }
            }
            Err(error) => self.differs(of(), error.to_string()),
        }
    }

    fn settings(&mut self) {
        let (view, model) = (self.view, self.model);
        self.same(|| "the latest instant".to_owned(), Ok(view.latest()), &model.latest());
        self.same(|| "the settings".to_owned(), Ok(&*view.settings()), &&*model.settings);
        self.same(|| "what is for the audit".to_owned(), Ok(view.has_audit(&model.audit)), &true);
        let has_of_sellers = view.has_of_sellers(&model.of_sellers);
        self.same(|| "which records tell which seller something".to_owned(), Ok(has_of_sellers), &true);
        let rows = view.setting_rows().unwrap_or_default();
        let all: BTreeSet<_> = rows.keys().chain(model.setting_rows.keys()).collect();
        for which in all {
            self.same(|| format!("the setting {which}"), Ok(rows.get(which)), &model.setting_rows.get(which));
        }
    }

    fn lists(&mut self, mut expected: Expected, watcher: &Watcher) {
        expected.due.sort_unstable();
        let mut due = self.view.due(Timestamp::MAX, usize::MAX).map(|(due, _)| due);
        if let Ok(due) = &mut due {
            due.sort_unstable();
        }
        self.same(|| "what is due".to_owned(), due, &expected.due);
        let all = self.model.refunds.len() as u64;
        for sort in [Sort::Deadline, Sort::OpenedAt] {
            let query = || Query { sort, limit: PAGE, ..Query::default() };
            self.list(query(), all, || format!("the list of all refunds by {sort:?}"));
            for (id, count) in &expected.sellers {
                let query = Query { seller_id: Some(id.clone()), ..query() };
                self.list(query, *count, || format!("the list of seller {id} by {sort:?}"));
            }
            for (done, (id, count)) in (1_u64..).zip(&expected.buyers) {
                let query = Query { buyer_id: Some(id.clone()), ..query() };
                self.list(query, *count, || format!("the list of buyer {id} by {sort:?}"));
                watcher.counted("comparing the lists", done, expected.buyers.len() as u64);
            }
        }
        for (id, count) in &expected.orders {
            let query = Query { order_id: Some(id.clone()), limit: PAGE, ..Query::default() };
            self.list(query, *count, || format!("the list of order {id}"));
        }
    }

    /// A list has each refund that belongs in it once: the store shows none twice, none of others.
    fn list(&mut self, mut query: Query, expected: u64, of: impl Fn() -> String) {
        let mut found: u64 = 0;
        loop {
            match self.view.list(&query) {
                Ok(page) => {
                    found = found.saturating_add(page.items.len() as u64);
                    let Some(next) = page.next else { break };
                    query.after = Some(next);
                }
                Err(error) => return self.differs(of(), error.to_string()),
            }
        }
        if found != expected {
            self.differs(of(), format!("it shows {found} refunds, and {expected} belong in it"));
        }
    }
}

impl Expected {
    fn add(&mut self, refund: Refund) {
        fn one<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
            let count = counts.entry(key).or_default();
            *count = count.saturating_add(1);
        }
        self.due.extend(refund.next_due().map(|at| (at, refund.id)));
        one(&mut self.sellers, refund.seller_id);
        one(&mut self.buyers, refund.buyer_id);
        one(&mut self.orders, refund.line.order_id);
    }
}
