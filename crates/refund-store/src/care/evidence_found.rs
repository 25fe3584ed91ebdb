//! Whether the files that are evidence (R43) are there, and what they were.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use refund_core::{AddedFile, FileHash, RefundId};
use sha2::{Digest, Sha256};

use super::error::refused;
use super::evidence::{EVIDENCE, REFUNDS};
use super::replayed::Replayed;
use super::{CareError, Findings, Watcher};

/// What was found of the files of all refunds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceFound {
    /// How many files refunds have that were not erased.
    pub files: u64,
    /// Whether there is a folder with evidence: without one it is kept elsewhere, and nothing was looked at.
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

/// Looks at every file of every refund, in that data folder.
pub(super) fn look(folder: &Path, model: &Replayed, watcher: &Watcher) -> Result<EvidenceFound, CareError> {
    let folder = folder.join(EVIDENCE).join(REFUNDS);
    let mut found = EvidenceFound { is_here: folder.exists(), ..EvidenceFound::default() };
    let all = model.refunds.len() as u64;
    for (done, id) in (1..).zip(model.refunds.keys()) {
        watcher.counted("looking at evidence", done, all);
        // The row was made a moment ago, of records that were understood.
        let Ok(Some(refund)) = model.refund(id) else { continue };
        for added in refund.evidence.iter() {
            found.files = found.files.saturating_add(u64::from(added.erased.is_none()));
            if let Some(what) = found.is_here.then(|| fault(&folder, id, added)).transpose()?.flatten() {
                found.faults.add(EvidenceFault { refund_id: id.clone(), sha256: added.file.sha256, what });
            }
        }
    }
    Ok(found)
}

fn fault(folder: &Path, id: &RefundId, added: &AddedFile) -> Result<Option<&'static str>, CareError> {
    let path = folder.join(id.as_str()).join(added.file.sha256.to_string());
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        bytes => Some(bytes.map_err(refused("read", &path))?),
    };
    Ok(match (bytes, &added.erased) {
        (None, Some(_)) => None,
        (None, None) => Some("is missing"),
        (Some(_), Some(_)) => Some("was erased and is still there: erase it again"),
        (Some(bytes), None) => {
            let is_it = FileHash::new(Sha256::digest(&bytes).into()) == added.file.sha256;
            (!is_it).then_some("is not what it was")
        }
    })
}
