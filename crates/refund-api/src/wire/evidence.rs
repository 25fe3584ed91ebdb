//! Files that show something, in JSON (R43).

use refund_core::{AddedFile, EvidenceFile, EvidenceType, FileHash, FileName, FileSize, Role, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A file of a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RefundFile)]
pub(crate) struct FileOut {
    sha256: FileHash,
    media_type: EvidenceType,
    bytes: FileSize,
    /// What its sender calls it; empty where they don't.
    name: FileName,
    /// Which side added it: `buyer`, `seller` or `operator`. What the platform adds for the buyer is the buyer's.
    by: Role,
    added_at: Timestamp,
    /// When the operator erased it. Its hash stays, and nothing else that could be had of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<Timestamp>,
}

impl FileOut {
    /// How often something has come of it: it was added, and perhaps erased.
    pub(super) fn changes(&self) -> u32 {
        if self.erased_at.is_some() { 2 } else { 1 }
    }
}

impl From<&AddedFile> for FileOut {
    fn from(added: &AddedFile) -> Self {
        let EvidenceFile { sha256, media_type, bytes, name } = added.file.clone();
        let erased_at = added.erased.as_ref().map(|erasure| erasure.at);
        Self { sha256, media_type, bytes, name, by: added.by, added_at: added.added_at, erased_at }
    }
}

/// Which file was added; by whom says the event's actor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceAddedData {
    sha256: FileHash,
    media_type: EvidenceType,
    bytes: FileSize,
    /// What its sender calls it; empty where they don't.
    name: FileName,
}

impl From<&EvidenceFile> for EvidenceAddedData {
    fn from(file: &EvidenceFile) -> Self {
        let EvidenceFile { sha256, media_type, bytes, name } = file.clone();
        Self { sha256, media_type, bytes, name }
    }
}

/// Which file was erased.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceErasedData {
    pub(super) sha256: FileHash,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use refund_core::Actor;
    use refund_store::{Answer, Request, Work};
    use serde_json::{Value, json};

    use super::*;
    use crate::app::App;
    use crate::trial::{self, Machine, id};
    use crate::wire::{EventOut, RefundOut};

    fn file(number: u8, name: &str) -> EvidenceFile {
        let (sha256, bytes) = (FileHash::new([number; 32]), FileSize::try_from(4711).unwrap());
        EvidenceFile { sha256, media_type: EvidenceType::Pdf, bytes, name: id(name) }
    }

    async fn done(app: &App, actor: Actor, work: Work, to: Role) -> RefundOut {
        let answered = app.engine.submit(Request::new(actor, work)).await.unwrap();
        let Answer::Refund { seen, .. } = answered.answer else { panic!("a refund is answered") };
        RefundOut::new(*seen, to)
    }

    async fn history(app: &App) -> Vec<Value> {
        let store = app.engine.store();
        let whose = store.refund(&id("rfd_1")).await.unwrap().unwrap().refund.whose();
        let events = store.history(&id("rfd_1"), 0, 100).await.unwrap();
        let disclosed = events.iter().map(|(_, event)| event.disclosed_to(Role::Buyer).unwrap());
        let told = disclosed.map(|event| EventOut::new("evt_1".to_owned(), event, &whose));
        told.map(|event| serde_json::to_value(event).unwrap()["data"].take()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_refund_shows_its_files_and_its_tag_counts_them() {
        let app: Arc<App> = trial::with_one_refund(&Machine::start()).await;
        let (refund_id, named) = (id("rfd_1"), Box::new(file(7, "invoice.pdf")));
        let add = Work::AddEvidence { refund_id, file: named };
        let added = done(&app, trial::its_seller(), add, Role::Seller).await;
        assert_eq!(added.tag(), "1.1");
        let nameless = Work::AddEvidence { refund_id: id("rfd_1"), file: Box::new(file(8, "")) };
        done(&app, trial::operator(), nameless, Role::Operator).await;
        let erase = Work::EraseEvidence { refund_id: id("rfd_1"), sha256: file(7, "").sha256 };
        let erased = done(&app, trial::operator(), erase, Role::Buyer).await;
        assert_eq!(erased.tag(), "1.3");
        let at = "2026-03-01T00:00:00.000Z";
        let (seven, eight) = ("07".repeat(32), "08".repeat(32));
        let shown = serde_json::to_value(&erased).unwrap();
        let expected = json!([
            { "sha256": seven, "media_type": "application/pdf", "bytes": 4711, "name": "invoice.pdf", "by": "seller",
              "added_at": at, "erased_at": at },
            { "sha256": eight, "media_type": "application/pdf", "bytes": 4711, "name": "", "by": "operator",
              "added_at": at },
        ]);
        assert_eq!((&shown["files"], &shown["version"]), (&expected, &json!(1)));
        let listed = serde_json::to_value(erased.in_list()).unwrap();
        assert_eq!(listed.get("files"), None);
        let told = history(&app).await;
        let data = json!({ "sha256": eight, "media_type": "application/pdf", "bytes": 4711, "name": "" });
        assert_eq!(told[2..], [data, json!({ "sha256": seven })]);
    }
}
