//! Whether what is stored can be true.

use std::path::Path;

use super::compare::{ViewFound, compare};
use super::error::refused;
use super::laws::RecordPlace;
use super::replay::Replay;
use super::review::Contents;
use super::source::Source;
use super::{CareError, EvidenceFound, Findings, Violation, Watcher, evidence_found};
use crate::files::read_only::Use;
use crate::journal::{Checkpoint, Ending};

/// What was found in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whether a process used the folder meanwhile.
    pub in_use: bool,
    /// How many bytes the journal had.
    pub length: u64,
    /// The state after the last good frame.
    pub good: Checkpoint,
    /// What stands behind it.
    pub ending: Ending,
    /// How much there is in it.
    pub contents: Contents,
    /// How many refunds there are.
    pub refunds: u64,
    /// The first record that can't be understood, if there is one, and why. Nothing behind it was checked.
    pub senseless: Option<(RecordPlace, String)>,
    /// Which laws are broken.
    pub violations: Findings<Violation>,
    /// What became of comparing the view.
    pub view: ViewFound,
    /// What was found of the files that are evidence.
    pub evidence: EvidenceFound,
}

impl Verified {
    /// Whether something that was stored is not what it was, or can't be true.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        let view = match &self.view {
            ViewFound::NotCompared(_) | ViewFound::Missing => false,
            ViewFound::Unusable(_) | ViewFound::Ahead { .. } => true,
            ViewFound::Compared { differences, .. } => differences.count > 0,
        };
        let journal = matches!(self.ending, Ending::Damaged { .. }) || self.senseless.is_some();
        journal || view || self.violations.count > 0 || self.evidence.faults.count > 0
    }
}

/// Checks the store in `folder`: every byte of the journal, that each record can be understood,
/// that the laws hold, and, where nobody uses the folder and `scratch` is given, that the view says
/// the same. `scratch` is an empty folder with space for a copy of the view.
///
/// Nothing in `folder` is changed. While the view is compared, no server can start on it.
///
/// # Errors
/// [`CareError`] where it can't be looked at. What is wrong with it is no error but in the answer.
pub fn verify(folder: &Path, scratch: Option<&Path>, watcher: &Watcher) -> Result<Verified, CareError> {
    let source = Source::in_folder(folder)?;
    let found = Use::of(folder).map_err(refused("ask for the lock of", folder))?;
    let in_use = matches!(found, Use::Somebody);
    let kept = scratch.map(|_| found);
    let (replay, inspected) = Replay::of(&source, watcher)?;
    let view = match scratch {
        _ if in_use => ViewFound::NotCompared("a server uses the folder"),
        _ if !replay.is_complete(&inspected) => ViewFound::NotCompared("the journal has to be whole first"),
        None => ViewFound::NotCompared("only the journal was to be checked"),
        Some(scratch) => compare(folder, scratch, source.file, inspected.good.length(), &replay.model, watcher)?,
    };
    drop(kept);
    let evidence = evidence_found::look(folder, &evidence_found::of_journal(&replay.model), watcher)?;
    Ok(Verified {
        evidence,
        in_use,
        length: inspected.end,
        good: inspected.good,
        ending: inspected.ending,
        contents: replay.review.contents,
        refunds: replay.model.refunds.len() as u64,
        senseless: replay.senseless,
        violations: replay.review.violations,
        view,
    })
}
