//! A file becomes a refund's (R43), once it is kept.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use refund_core::{Actor, AddedFile, EVIDENCE_MAX, EvidenceFile, FileHash, FileName, Refund, RefundId, Refusal};
use refund_store::{Answered, Refused, Request, Work};

use super::{App, to_the_end};
use crate::callers::Caller;
use crate::evidence::{Parts, Taken, passed_over};
use crate::problem::Problem;

impl App {
    /// Takes a file in and adds it to a refund. `ask` makes the request as whoever sends the file may make it once the
    /// file is there, which may take a while; it is told what the file hashed to as it came. What was refused, or added
    /// by an earlier call and erased since, is kept no longer.
    pub(crate) async fn add_evidence(
        self: &Arc<Self>,
        caller: &Caller,
        refund: &Refund,
        actor: &Actor,
        name: FileName,
        parts: Parts<'_>,
        ask: impl AsyncFnOnce(Request, [u8; 32]) -> Result<Request, Problem>,
    ) -> Result<Result<(EvidenceFile, Answered), Refused>, Problem> {
        let own = refund.evidence.iter().filter(|added| added.by == actor.role).count();
        if u32::try_from(own).is_ok_and(|own| own >= EVIDENCE_MAX) {
            // What would be refused anyway is not taken in first.
            passed_over(parts).await;
            let refusal = Refusal::TooManyFiles { role: actor.role, max: EVIDENCE_MAX };
            return Ok(Err(Refused::Rule { refusal, seen: None }));
        }
        let taken = self.evidence.take(caller.tenant(), name, parts).await?;
        let work = Work::AddEvidence { refund_id: refund.id.clone(), file: Box::new(taken.file.clone()) };
        let request = ask(Request::new(actor.clone(), work), taken.sent).await?;
        to_the_end(self.clone().added(refund.id.clone(), taken, request)).await?
    }

    /// Keeps a file and makes it a refund's, or keeps it no longer.
    async fn added(
        self: Arc<Self>,
        refund_id: RefundId,
        taken: Taken,
        request: Request,
    ) -> Result<Result<(EvidenceFile, Answered), Refused>, Problem> {
        let _decided_alone = self.evidence.deciding(&refund_id).await;
        let sha256 = taken.file.sha256;
        let file = match self.evidence.keep(&refund_id, taken).await {
            Ok(file) => file,
            Err(problem) => {
                self.forget_unless_added(&refund_id, sha256).await?;
                return Err(problem);
            }
        };
        match self.engine.change(request).await {
            Ok(answered) => {
                if answered.replayed {
                    self.forget_unless_added(&refund_id, sha256).await?;
                }
                Ok(Ok((file, answered)))
            }
            // It may be stored all the same.
            Err(refused @ Refused::Store(_)) => Ok(Err(refused)),
            Err(refused) => {
                self.forget_unless_added(&refund_id, sha256).await?;
                Ok(Err(refused))
            }
        }
    }

    /// Destroys the files of a refund that are recorded as erased.
    pub(crate) async fn erase_files(&self, refund: &Refund) -> Result<(), Problem> {
        self.erasures.fetch_add(1, Ordering::Relaxed);
        for added in refund.evidence.iter().filter(|added| added.erased.is_some()) {
            self.evidence.erase(&refund.id, &added.file.sha256).await?;
        }
        Ok(())
    }

    /// Forgets a file, unless the refund has it: others may have added the same meanwhile.
    async fn forget_unless_added(&self, refund_id: &RefundId, sha256: FileHash) -> Result<(), Problem> {
        let now = self.engine.store().by_itself(refund_id).await?;
        let has_it = |added: &AddedFile| added.file.sha256 == sha256 && added.erased.is_none();
        if now.is_some_and(|now| now.evidence.iter().any(has_it)) {
            return Ok(());
        }
        self.evidence.forget(refund_id, &sha256).await
    }
}
