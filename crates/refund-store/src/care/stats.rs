//! How much there is of everything.

use std::collections::BTreeMap;
use std::path::Path;

use refund_core::{NegotiationStatus, Refund, StatusKind, Timestamp};
use serde::Serialize;

use super::by_seller::SellersShare;
use super::error::{refused, senseless};
use super::laws::RecordPlace;
use super::replay::Replay;
use super::review::Contents;
use super::source::{Source, bytes_below};
use super::{CareError, Watcher};
use crate::Settings;
use crate::files::read_only::Use;
use crate::journal::{Ending, JournalError};
use crate::stored::{parse_last, parse_refund};

/// How many there are of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// How many refunds there are.
    pub refunds: u64,
    /// How many there are in each status.
    pub by_status: BTreeMap<StatusKind, u64>,
    /// How many negotiations stand where.
    pub by_negotiation: BTreeMap<NegotiationStatus, u64>,
    /// How many refunds have a deadline that has passed; the server settles them when it runs.
    pub unsettled: u64,
    /// How many order lines have had a refund.
    pub order_lines: u64,
    /// How many sellers are set up.
    pub sellers: u64,
    /// How many keys are valid.
    pub keys: u64,
    /// The sellers that most of what was recorded is about, the first of them first.
    pub largest_sellers: Vec<SellersShare>,
}

impl Counts {
    /// With how many sellers and keys there are.
    pub(super) fn of_settings(settings: &Settings) -> Self {
        Self {
            sellers: settings.sellers(None, usize::MAX).len() as u64,
            keys: settings.keys().iter().filter(|key| key.revoked_at.is_none()).count() as u64,
            ..Self::default()
        }
    }

    /// Counts a refund in; `now` says what is due.
    pub(super) fn add(&mut self, refund: &Refund, now: Timestamp) {
        self.refunds = self.refunds.saturating_add(1);
        one(&mut self.by_status, refund.status.kind());
        if let Some(negotiation) = &refund.negotiation {
            one(&mut self.by_negotiation, negotiation.status());
        }
        let unsettled = refund.next_due().is_some_and(|at| at <= now);
        self.unsettled = self.unsettled.saturating_add(u64::from(unsettled));
    }
}

/// How much there is of everything in a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Whether a process used the folder.
    pub in_use: bool,
    /// The journal's length in bytes.
    pub journal_bytes: u64,
    /// Bytes of files of the view; while a server runs it is as large as it was at that moment.
    pub view_bytes: u64,
    /// How many bytes can still be written to the disk.
    pub disk_left_bytes: u64,
    /// What the journal holds.
    #[serde(flatten)]
    pub contents: Contents,
    /// What the store has of everything.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Counts what is in the store in `folder`; `now` says what is due. It changes nothing.
///
/// # Errors
/// [`CareError`], also where the journal is damaged.
pub fn stats(folder: &Path, now: Timestamp, watcher: &Watcher) -> Result<Stats, CareError> {
    let source = Source::in_folder(folder)?;
    let in_use = matches!(Use::of(folder).map_err(refused("ask for the lock of", folder))?, Use::Somebody);
    let (replay, inspected) = Replay::of(&source, watcher)?;
    if let Ending::Damaged { at, what } = inspected.ending {
        return Err(JournalError::Damaged { at, what }.into());
    }
    if let Some((at, what)) = replay.senseless {
        return Err(CareError::Record { at, what });
    }
    let model = replay.model;
    let mut counts = Counts::of_settings(&model.settings);
    for row in model.refunds.values() {
        let at = RecordPlace::Byte(parse_last(row).unwrap_or(0));
        counts.add(&parse_refund(row).map_err(|error| senseless(at, &error.into()))?, now);
    }
    counts.order_lines = model.lines.len() as u64;
    counts.largest_sellers = replay.review.by_seller.largest();
    Ok(Stats {
        in_use,
        journal_bytes: inspected.good.length(),
        view_bytes: bytes_below(&folder.join("view"))?,
        disk_left_bytes: source.file.space_left().map_err(refused("ask for the space left on the disk of", folder))?,
        contents: replay.review.contents,
        counts,
    })
}

fn one<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}
