//! How the mail server fares, as this process sees it: that it is away is so for all that is mailed, and what it says of one
//! mail is so for none of the others.

use refund_core::Timestamp;

use super::by_mail::Carriage;
use super::schedule;

/// How many mails are under way at once, in all; one while the mail server is away.
const AT_ONCE: usize = 16;
const AT_ONCE_WHILE_AWAY: usize = 1;

#[derive(Default)]
pub(super) struct Relay {
    /// How many attempts in a row did not reach it.
    failures: u32,
    left_alone_until: Option<Timestamp>,
}

impl Relay {
    /// How many mails may be under way at once.
    pub(super) fn at_once(&self) -> usize {
        if self.failures == 0 { AT_ONCE } else { AT_ONCE_WHILE_AWAY }
    }

    /// Until when it is not asked, if it is left alone.
    pub(super) fn left_alone_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.left_alone_until.filter(|until| now < *until)
    }

    /// Counts an attempt, and says once when too many failed and once when that is over.
    pub(super) fn count(&mut self, Carriage { attempt, was_there }: &Carriage) {
        let was_spared = schedule::spared(self.failures).is_some();
        if *was_there {
            *self = Self::default();
            if was_spared {
                tracing::info!("the mail server takes mail again");
            }
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let wait = schedule::spared(self.failures);
        self.left_alone_until = wait.map(|millis| schedule::later(schedule::ended_at(attempt), millis));
        if schedule::begins_to_be_spared(self.failures) {
            let error = attempt.error.as_deref();
            tracing::warn!(error, "the mail server is away, and is tried now and then");
        }
    }
}
