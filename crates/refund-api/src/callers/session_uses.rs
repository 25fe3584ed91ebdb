//! When each session was used last: one that idles is over before its end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use refund_core::{Span, Timestamp};
use refund_store::{Secret, Session};

/// How long a session may idle: a night between two days of work ends it.
const IDLE_MAX: Span = Span::hours(12);
/// From how many on those are forgotten that have idled too long.
const MANY: usize = 10_000;

/// Kept in memory: after a start every session counts as used then.
pub(crate) struct SessionUses {
    began: Timestamp,
    last: Mutex<HashMap<Secret, Timestamp>>,
}

impl SessionUses {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { began: now, last: Mutex::default() }
    }

    /// Notes that somebody does something in that session.
    pub(crate) fn used(&self, session: &Secret, now: Timestamp) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= MANY && !last.contains_key(session) {
            last.retain(|_, used| now < used.plus(IDLE_MAX));
        }
        last.insert(*session, now);
    }

    /// Whether nobody has done anything in it for too long.
    pub(crate) fn idles(&self, session: &Session, now: Timestamp) -> bool {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).get(&session.secret).copied();
        now >= last.unwrap_or(self.began).max(session.began_at).plus(IDLE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(hours * 3_600_000).unwrap()
    }

    #[test]
    fn a_session_idles_for_twelve_hours_at_the_most() {
        let uses = SessionUses::new(at(100));
        let secret = Secret([1; 32]);
        let session = Session { secret, user_id: "usr_1".to_owned(), began_at: at(90), ends_at: at(258) };
        assert!(!uses.idles(&session, at(111)) && uses.idles(&session, at(112)), "a start counts as a use");
        uses.used(&secret, at(111));
        assert!(!uses.idles(&session, at(122)) && uses.idles(&session, at(123)));
        let later = Session { secret: Secret([2; 32]), began_at: at(115), ..session };
        assert!(!uses.idles(&later, at(126)) && uses.idles(&later, at(127)));
    }
}
