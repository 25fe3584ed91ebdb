//! How the mail server fares, as this process sees it: that it is away is so for all that is mailed, and what it says of one
//! mail is so for none of the others.

use refund_core::Timestamp;
use refund_store::EventPosition;

use super::by_mail::Carriage;
use super::schedule;

/// A mail under way: in which lane, and at which event.
type Mail = (String, EventPosition);

#[derive(Default)]
pub(super) struct Relay {
    /// How many attempts in a row did not reach it.
    failures: u32,
    left_alone_until: Option<Timestamp>,
    /// While it is away, the mail that tries whether it is there again.
    trial: Option<Mail>,
}

impl Relay {
    /// Whether one more mail may go to it: while it is away one tries.
    pub(super) fn may_be_asked(&self) -> bool {
        self.failures == 0 || self.trial.is_none()
    }

    /// Until when it is not asked, if it is left alone.
    pub(super) fn left_alone_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.left_alone_until.filter(|until| now < *until)
    }

    /// That a mail is on its way to it.
    pub(super) fn is_asked(&mut self, lane: &str, event: EventPosition) {
        if self.failures > 0 {
            self.trial = Some((lane.to_owned(), event));
        }
    }

    /// That it took a connection, whatever becomes of the mail for which that was made.
    pub(super) fn is_there(&mut self) {
        if schedule::spared(self.failures).is_some() {
            tracing::info!("the mail server takes mail again");
        }
        *self = Self::default();
    }

    /// Counts what came of a mail, if it was sent, and says once when too many failed. Those that were under way when it
    /// went are one failure, and then each that tries.
    pub(super) fn count(&mut self, lane: &str, event: EventPosition, came: Option<&Carriage>) {
        let tried = self.trial.take_if(|trial| trial.0 == lane && trial.1 == event).is_some();
        let Some(Carriage { attempt, was_there, .. }) = came else { return };
        if *was_there {
            self.is_there();
            return;
        }
        if self.failures > 0 && !tried {
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

    /// That a mail was lost within the server, nobody knows which.
    pub(super) fn forget_who_tries(&mut self) {
        self.trial = None;
    }
}
