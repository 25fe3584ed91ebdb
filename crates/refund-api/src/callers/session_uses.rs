//! When each session was used last: one that idles is over before its end, whichever servers it was used on.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use refund_core::{Span, Timestamp};
use refund_store::{Aside, Secret, Session, Store};

/// How long a session may idle: a night between two days of work ends it.
const IDLE_MAX: Span = Span::hours(12);
/// How often a use is told to the other servers, so that not each call writes. By so much a session may end early.
const TOLD_EVERY: Span = Span::MIN;
/// From how many on those are forgotten that have idled too long.
const MANY: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Use {
    last: Timestamp,
    told: Timestamp,
}

/// What this server knows of it; after a start every session counts as used then.
pub(crate) struct SessionUses {
    began: Timestamp,
    uses: Mutex<HashMap<Secret, Use>>,
}

impl SessionUses {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { began: now, uses: Mutex::default() }
    }

    fn uses(&self) -> MutexGuard<'_, HashMap<Secret, Use>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that somebody does something in that session, and tells it to the other servers now and then.
    pub(crate) async fn used(&self, store: &dyn Store, session: &Secret, now: Timestamp) {
        if !self.note(session, now) {
            return;
        }
        let told = store.keep(Aside::SessionUsed(*session), now.as_millis().to_be_bytes().to_vec()).await;
        if let Err(error) = told {
            tracing::warn!(%error, "the other servers could not be told that a session is used");
        }
    }

    /// Whether it is to be told.
    fn note(&self, session: &Secret, now: Timestamp) -> bool {
        let mut uses = self.uses();
        if uses.len() >= MANY && !uses.contains_key(session) {
            uses.retain(|_, each| now < each.last.plus(IDLE_MAX));
        }
        let told = uses.get(session).map(|each| each.told).filter(|told| now < told.plus(TOLD_EVERY));
        uses.insert(*session, Use { last: now, told: told.unwrap_or(now) });
        told.is_none()
    }

    /// Whether nobody has done anything in it for too long, on any server. What can't be read is not taken for a use.
    pub(crate) async fn idles(&self, store: &dyn Store, session: &Session, now: Timestamp) -> bool {
        if !self.idles_here(session, now) {
            return false;
        }
        let elsewhere = store.kept(Aside::SessionUsed(session.secret)).await.ok().flatten();
        let elsewhere = elsewhere.and_then(|at| Timestamp::from_millis(i64::from_be_bytes(at.try_into().ok()?)).ok());
        if let Some(told) = elsewhere {
            let mut uses = self.uses();
            let known = uses.entry(session.secret).or_insert(Use { last: told, told });
            known.last = known.last.max(told);
        }
        self.idles_here(session, now)
    }

    fn idles_here(&self, session: &Session, now: Timestamp) -> bool {
        let last = self.uses().get(&session.secret).map(|each| each.last);
        now >= last.unwrap_or(self.began).max(session.began_at).plus(IDLE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use refund_store::MemoryStore;

    use super::*;
    use crate::trial::Machine;

    fn minutes(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000).unwrap()
    }

    fn at(hours: i64) -> Timestamp {
        minutes(hours * 60)
    }

    fn store() -> MemoryStore {
        MemoryStore::new(Machine::start().surroundings())
    }

    #[tokio::test]
    async fn a_session_idles_for_twelve_hours_at_the_most() {
        let (store, uses) = (store(), SessionUses::new(at(100)));
        let idles = async |session: &Session, now| uses.idles(&store, session, now).await;
        let secret = Secret([1; 32]);
        let session = Session { secret, user_id: "usr_1".to_owned(), began_at: at(90), ends_at: at(258) };
        assert!(!idles(&session, at(111)).await && idles(&session, at(112)).await, "a start counts as a use");
        uses.used(&store, &secret, at(111)).await;
        assert!(!idles(&session, at(122)).await && idles(&session, at(123)).await);
        let later = Session { secret: Secret([2; 32]), began_at: at(115), ..session };
        assert!(!idles(&later, at(126)).await && idles(&later, at(127)).await);
    }

    #[tokio::test]
    async fn a_session_that_is_used_on_one_server_idles_on_no_other() {
        let (store, one, other) = (store(), SessionUses::new(at(0)), SessionUses::new(at(0)));
        let secret = Secret([1; 32]);
        let session = Session { secret, user_id: "usr_1".to_owned(), began_at: at(0), ends_at: at(168) };
        for hour in 1..20 {
            one.used(&store, &secret, at(hour)).await;
        }
        assert!(!other.idles(&store, &session, at(20)).await, "the other was never called");
        one.used(&store, &secret, at(25)).await;
        let a_moment_later = Timestamp::from_millis(at(25).as_millis() + 30_000).unwrap();
        one.used(&store, &secret, a_moment_later).await;
        assert!(!other.idles(&store, &session, minutes(37 * 60 - 1)).await);
        assert!(other.idles(&store, &session, at(37)).await, "what was not told for a minute is known to one alone");
        assert!(!one.idles(&store, &session, at(37)).await);
        assert!(one.idles(&store, &session, minutes(37 * 60 + 1)).await, "nobody used it on any server");
    }
}
