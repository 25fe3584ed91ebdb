//! Files that came before the refund that they are to open (R43): held for a while, until an opening names them.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use refund_core::{EvidenceFile, FileHash, FileName, NamedFiles, RefundId};
use refund_store::care::SMALL;
use sha2::{Digest, Sha256};

use super::{Evidence, Kept, Parts, Size, Taken, is_picture, place};
use crate::callers::Tenant;
use crate::engine::Engine;
use crate::machine::clock::system_now;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// Where they are held, and what follows the name of a file in that of what is known of it.
const HELD: &str = "held";
const KNOWN: &str = ".json";
/// How long, at least.
const HELD_FOR: TimeDelta = TimeDelta::hours(24);
/// How often it is looked whether something is held longer.
const SWEPT_EVERY: Duration = Duration::from_secs(60 * 60);

impl Evidence {
    /// Takes a file in that no refund has yet.
    ///
    /// # Errors
    /// As for [`Evidence::take`].
    pub(crate) async fn hold(
        &self,
        who: Tenant<'_>,
        name: FileName,
        parts: Parts<'_>,
    ) -> Result<EvidenceFile, Problem> {
        let whose = held_of(who);
        let Taken { file, kept: Kept { bytes, small, .. }, _place, .. } = self.take(who, name, parts).await?;
        if let Some(small) = small {
            self.keeping()?.keep(&held(&whose, file.sha256, SMALL), small.into()).await?;
        }
        self.keeping()?.keep(&held(&whose, file.sha256, ""), bytes.into()).await?;
        let known = serde_json::to_vec(&file).map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))?;
        self.keeping()?.keep(&held(&whose, file.sha256, KNOWN), known.into()).await?;
        Ok(file)
    }

    /// Those of these files that are held for whoever handed them in, kept for the refund that they open.
    ///
    /// # Errors
    /// Where they can't be reached.
    pub(crate) async fn hand_over(
        &self,
        who: Tenant<'_>,
        id: &RefundId,
        files: &NamedFiles,
    ) -> Result<Vec<EvidenceFile>, Problem> {
        let (whose, mut handed) = (held_of(who), Vec::new());
        for sha256 in files.as_slice() {
            // Whether it is missed says the rule, behind a remembered answer.
            let known = self.keeping()?.read(&held(&whose, *sha256, KNOWN)).await?;
            let Some(file) = known.and_then(|known| serde_json::from_slice::<EvidenceFile>(&known).ok()) else {
                continue;
            };
            if is_picture(file.media_type) {
                self.keeping()?.copy(&held(&whose, *sha256, SMALL), &place(id, sha256, Size::Small)).await?;
            }
            self.keeping()?.copy(&held(&whose, *sha256, ""), &place(id, sha256, Size::Whole)).await?;
            handed.push(file);
        }
        Ok(handed)
    }

    /// Destroys a file wherever it is held.
    pub(super) async fn let_go(&self, sha256: FileHash) -> Result<(), Problem> {
        self.keeping()?.erase_named(HELD, &sha256.to_string()).await
    }

    /// Lets go what has been held for so long that nobody will name it any more.
    async fn sweep(&self, now: DateTime<Utc>) -> Result<(), Problem> {
        let Some(keeping) = &self.keeping else { return Ok(()) };
        keeping.erase_older(HELD, now.checked_sub_signed(HELD_FOR).unwrap_or(now)).await
    }
}

/// Sweeps now and then, until the server stops.
pub(crate) async fn sweeping(engine: Arc<Engine>, evidence: Arc<Evidence>) {
    let mut stopping = engine.stopping();
    loop {
        let now = DateTime::from_timestamp_millis(system_now().as_millis()).unwrap_or_default();
        // What was not reached is said where it was not, and is swept the next time.
        let _ = evidence.sweep(now).await;
        if tokio::time::timeout(SWEPT_EVERY, stopping.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

/// Each key has its own: what a file is called is nobody else's to know, or to change.
fn held_of(who: Tenant<'_>) -> String {
    HEXLOWER.encode(&Sha256::digest(who.name()))
}

fn held(whose: &str, sha256: FileHash, what: &str) -> [String; 3] {
    [HELD.to_owned(), whose.to_owned(), format!("{sha256}{what}")]
}
