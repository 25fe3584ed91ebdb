//! Whether the files that are evidence (R43) are there, and what they were.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use refund_core::{AddedFile, Evidence, FileHash, RefundId};

use super::error::refused;
use super::evidence::{ERASED, EVIDENCE, REFUNDS, hash_of, is_evidence_here};
use super::replayed::Replayed;
use super::{CareError, Findings, Watcher};
use crate::{Query, Sort, Store, StoreError, wait};

/// What was found of the files of all refunds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceFound {
    /// How many files refunds have that were not erased.
    pub files: u64,
    /// Whether evidence is kept in the folder, or was: else it is kept elsewhere, and nothing was looked at.
    pub is_here: bool,
    /// What is not as it should be.
    pub faults: Findings<EvidenceFault>,
}

/// A file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFault {
    /// Of which refund.
    pub refund_id: RefundId,
    /// Which file.
    pub sha256: FileHash,
    /// What is wrong with it.
    pub what: &'static str,
}

/// The refunds that have files, and which.
pub(super) type OfRefunds = Vec<(RefundId, Evidence)>;

/// Those of a journal that was gone through.
pub(super) fn of_journal(model: &Replayed) -> OfRefunds {
    // The rows were made a moment ago, of records that were understood.
    let refunds = model.refunds.keys().filter_map(|id| model.refund(id).ok().flatten());
    refunds.filter(|refund| !refund.evidence.is_empty()).map(|refund| (refund.id, refund.evidence)).collect()
}

/// Those of a store that is open.
pub(super) fn of_store(store: &dyn Store) -> Result<OfRefunds, StoreError> {
    let mut query = Query { sort: Sort::OpenedAt, limit: 1_000, ..Query::default() };
    let mut all = Vec::new();
    loop {
        let page = wait(store.list(&query))?;
        let shown = page.items.iter().map(|around| &around.refund).filter(|refund| !refund.evidence.is_empty());
        all.extend(shown.map(|refund| (refund.id.clone(), refund.evidence.clone())));
        query.after = page.next;
        if query.after.is_none() {
            return Ok(all);
        }
    }
}

/// Looks at every file of these refunds, in that data folder.
pub(super) fn look(folder: &Path, refunds: &OfRefunds, watcher: &Watcher) -> Result<EvidenceFound, CareError> {
    let mut found = EvidenceFound { is_here: is_evidence_here(folder), ..EvidenceFound::default() };
    let folder = folder.join(EVIDENCE).join(REFUNDS);
    for (done, (id, evidence)) in (1..).zip(refunds) {
        watcher.counted("looking at evidence", done, refunds.len() as u64);
        for added in evidence.iter() {
            found.files = found.files.saturating_add(u64::from(added.erased.is_none()));
            if let Some(what) = found.is_here.then(|| fault(&folder, id, added)).transpose()?.flatten() {
                found.faults.add(EvidenceFault { refund_id: id.clone(), sha256: added.file.sha256, what });
            }
        }
    }
    Ok(found)
}

fn fault(folder: &Path, id: &RefundId, added: &AddedFile) -> Result<Option<&'static str>, CareError> {
    let (folder, name) = (folder.join(id.as_str()), added.file.sha256.to_string());
    let path = folder.join(&name);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        bytes => Some(bytes.map_err(refused("read", &path))?),
    };
    Ok(match (bytes, &added.erased) {
        (None, Some(_)) => None,
        // Erased since the journal was read.
        (None, None) if folder.join(name + ERASED).exists() => None,
        (None, None) => Some("is missing"),
        (Some(_), Some(_)) => Some("was erased and is still there: erase it again"),
        (Some(bytes), None) => (hash_of(&bytes) != added.file.sha256).then_some("is not what it was"),
    })
}
