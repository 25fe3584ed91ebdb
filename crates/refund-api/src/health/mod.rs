//! What stands against carrying commands out, each by a name: a probe and an alert say which.

mod now;

use refund_store::{Health, KEPT_FREE_BYTES, Store, StoreError, WritesRefused};
use serde::Serialize;

pub(crate) use self::now::{Awaited, UNSETTLED_COUNTED_MAX, Unsettled, measured_now, unsent};
use crate::problem::{AWAY, Problem};
use crate::wire::code::ApiCode;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Check {
    /// The store can be read, and takes requests.
    Store,
    /// The machine's clock is not too far behind what was recorded (R35).
    Clock,
    /// The disk has more space left than is kept free.
    Disk,
    /// What comes of webhooks and mails can be written into the delivery book.
    Deliveries,
}

/// A check that failed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failing {
    pub(crate) check: Check,
    pub(crate) detail: String,
}

impl Check {
    const ALL: [Self; 4] = [Self::Store, Self::Clock, Self::Disk, Self::Deliveries];

    /// What is looked at of that store: the disk of one that servers share is not theirs.
    pub(crate) fn of(store: &dyn Store) -> impl Iterator<Item = Self> + use<> {
        let is_shared = store.is_shared();
        Self::ALL.into_iter().filter(move |check| *check != Self::Disk || !is_shared)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Clock => "clock",
            Self::Disk => "disk",
            Self::Deliveries => "deliveries",
        }
    }

    /// What is wrong with it; nothing where all is well.
    async fn fails(self, store: &dyn Store, health: &Health, book_fails: bool) -> Option<String> {
        match self {
            Self::Store => {
                if let Some(refused) = health.refuses_writes {
                    return Some(told_of(refused).to_owned());
                }
                // Every call begins with a look.
                let unreadable = match store.look().await {
                    Ok(()) => store.next_due().await.err(),
                    Err(away) => Some(away),
                };
                let error = health.stopped.as_ref().or(unreadable.as_ref())?;
                tracing::warn!(%error, "not ready");
                // The reason may name the machine's folders, or other machines: it is for the log.
                let told = if let StoreError::Away(_) = error { AWAY } else { ApiCode::from(error).meaning() };
                Some(told.to_owned())
            }
            Self::Clock => {
                let (clock, latest) = (health.clock_behind?, store.latest());
                Some(format!("the clock says {clock}, and something was recorded at {latest}"))
            }
            Self::Disk => {
                // Where the disk can't be asked, writing will tell.
                let left = health.space_left.filter(|left| *left < KEPT_FREE_BYTES)?;
                Some(format!("{left} bytes are left on the disk, and {KEPT_FREE_BYTES} are kept free"))
            }
            Self::Deliveries => book_fails.then(|| BOOK_FAILS.to_owned()),
        }
    }
}

const BOOK_FAILS: &str = "the delivery book can't be written: no webhook and no mail is sent until it can";

fn told_of(refused: WritesRefused) -> &'static str {
    match refused {
        WritesRefused::ReadOnly => "the database takes no writes: it is a standby, or is set to read only",
        WritesRefused::NoRoom => "the database has no room for what is to be written: its disk or its memory is full",
    }
}

/// Every check that fails; whether the delivery book does, whoever sends knows.
pub(crate) async fn failing(store: &dyn Store, book_fails: bool) -> Vec<Failing> {
    let health = store.health();
    let mut failing = Vec::new();
    for check in Check::of(store) {
        failing.extend(check.fails(store, &health, book_fails).await.map(|detail| Failing { check, detail }));
    }
    failing
}

/// Nothing, where all is well.
pub(crate) async fn look(store: &dyn Store, book_fails: bool) -> Result<(), Problem> {
    let failing = failing(store, book_fails).await;
    if failing.is_empty() {
        return Ok(());
    }
    let told: Vec<_> =
        failing.iter().map(|failing| format!("{}: {}", failing.check.as_str(), failing.detail)).collect();
    let problem = Problem::new(ApiCode::NotReady, told.join("; "));
    Err(problem.with("failing", serde_json::to_value(failing)?))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use refund_core::Label;
    use refund_store::files::simulated::SimulatedDisk;
    use refund_store::{EmbeddedStore, KeyRole, Request, SetUp};
    use serde_json::{Value, json};

    use super::*;
    use crate::server;
    use crate::trial::{self, Machine};
    use crate::wire::code::Code;

    /// A store on a disk that does what it is told, with something recorded in it.
    struct Trial {
        machine: Machine,
        disk: SimulatedDisk,
        store: EmbeddedStore,
        _folder: tempfile::TempDir,
    }

    async fn trial() -> Trial {
        let (machine, disk, folder) = (Machine::start(), SimulatedDisk::new(), tempfile::tempdir().unwrap());
        let store = EmbeddedStore::open_on(&disk, folder.path(), machine.surroundings()).unwrap().store;
        let trial = Trial { machine, disk, store, _folder: folder };
        assert_eq!(issue(&trial.store).await, Ok(()));
        assert_eq!(failing(&trial.store, false).await, []);
        trial
    }

    async fn issue(store: &dyn Store) -> Result<(), String> {
        let issued = server::issue(store, Label::new("key").unwrap(), KeyRole::Platform, trial::KEY).await;
        issued.map_err(|refused| format!("{refused:?}"))
    }

    /// The problem that a probe is answered with.
    async fn told(store: &dyn Store) -> Value {
        let problem = look(store, false).await.unwrap_err();
        assert_eq!(problem.code().status().as_u16(), 503);
        serde_json::to_value(problem.into_out("", "req_1")).unwrap()
    }

    async fn names(store: &dyn Store) -> Vec<&'static str> {
        failing(store, false).await.into_iter().map(|failing| failing.check.as_str()).collect()
    }

    #[tokio::test]
    async fn a_store_that_has_stopped_is_named_and_its_reason_stays_in_the_log() {
        let trial = trial().await;
        trial.disk.fail_sync(1);
        let lost = trial.store.submit(Request::new(trial::operator(), SetUp::RevokeKey { key_id: "x".into() }));
        assert!(lost.await.is_err(), "there is no such key, and nothing was to be written");
        assert_eq!(failing(&trial.store, false).await, [], "a refusal stops nothing");
        assert!(issue(&trial.store).await.is_err());
        assert_eq!(names(&trial.store).await, ["store"]);
        let told = told(&trial.store).await;
        assert_eq!((&told["code"], &told["failing"][0]["check"]), (&json!("not_ready"), &json!("store")));
        assert_eq!(told["failing"][0]["detail"], Code::Api(ApiCode::Stopped).meaning());
    }

    #[tokio::test]
    async fn a_store_that_is_closed_is_named() {
        let trial = trial().await;
        trial.store.close().unwrap();
        assert_eq!(names(&trial.store).await, ["store"]);
    }

    #[tokio::test]
    async fn a_disk_with_less_space_than_is_kept_free_is_named_until_there_is_more() {
        let trial = trial().await;
        trial.disk.set_space_left(Some(KEPT_FREE_BYTES - 1));
        assert!(issue(&trial.store).await.is_err(), "that is where writing stops too");
        assert_eq!(names(&trial.store).await, ["disk"]);
        assert!(told(&trial.store).await["detail"].as_str().unwrap().contains("67108863 bytes are left"));
        trial.disk.set_space_left(Some(KEPT_FREE_BYTES));
        assert_eq!(failing(&trial.store, false).await, []);
        assert_eq!(issue(&trial.store).await, Ok(()));
    }

    #[tokio::test]
    async fn a_clock_more_than_five_minutes_behind_is_named_and_beside_it_whatever_else_fails() {
        let trial = trial().await;
        trial.machine.put_forward(-1);
        assert_eq!(names(&trial.store).await, ["clock"]);
        trial.disk.set_space_left(Some(0));
        assert_eq!(names(&trial.store).await, ["clock", "disk"]);
        let told = told(&trial.store).await;
        let checks: Vec<_> = told["failing"].as_array().unwrap().iter().map(|failing| &failing["check"]).collect();
        assert_eq!(checks, [&json!("clock"), &json!("disk")]);
        assert!(told["detail"].as_str().unwrap().starts_with("clock: the clock says 2026-02-28T23:"), "{told}");
        trial.machine.put_forward(1);
        trial.disk.set_space_left(None);
        assert_eq!(failing(&trial.store, false).await, []);
    }

    #[tokio::test]
    async fn a_delivery_book_that_cannot_be_written_is_named() {
        let trial = trial().await;
        let failing = failing(&trial.store, true).await;
        assert_eq!(failing, [Failing { check: Check::Deliveries, detail: BOOK_FAILS.to_owned() }]);
    }

    #[tokio::test]
    async fn a_probe_is_answered_so() {
        let machine = Machine::start();
        let app = trial::with_a_seller(&machine).await;
        let state = || axum::extract::State(Arc::clone(&app));
        assert_eq!(crate::routes::ready(state()).await.unwrap().as_u16(), 204);
        machine.put_forward(-1);
        assert_eq!(crate::routes::ready(state()).await.unwrap_err().code(), Code::Api(ApiCode::NotReady));
    }
}
