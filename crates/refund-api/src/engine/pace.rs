//! How often the parties may change the same thing: what is recorded stays for ever, and nobody fills the disk for all.

use std::time::Duration;

use refund_core::{CommandKind, RefundId, Role};
use refund_store::{Request, Work};

use crate::machine::clock::Stopwatch;
use crate::machine::rate::Rate;

/// What a party could change again and again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Changed {
    /// A refund, in one of the ways that lead back to where it was.
    Refund(RefundId),
    /// What belongs to a seller: its name, keys, people, endpoints.
    SettingsOf(String),
}

impl Changed {
    fn by(request: &Request) -> Option<Self> {
        match (&request.work, request.actor.role) {
            (Work::Command { refund_id, command }, Role::Buyer | Role::Seller) => {
                let goes_on = matches!(command.kind(), CommandKind::Modify | CommandKind::Ship | CommandKind::Extend);
                goes_on.then(|| Self::Refund(refund_id.clone()))
            }
            (Work::SetUp(_), Role::Seller) => Some(Self::SettingsOf(request.actor.id.clone())),
            _ => None,
        }
    }
}

/// Counts what the parties change.
pub(super) struct Pace(Option<Rate<Changed, Stopwatch>>);

impl Pace {
    /// So many changes of the same thing an hour, and as many at once after a silence; 0 for no limit.
    pub(super) fn new(an_hour: u32) -> Self {
        Self(Rate::per_hour(an_hour, Stopwatch::start()))
    }

    /// Counts that request, where it is of a kind that could go on without end.
    ///
    /// # Errors
    /// How long to wait, where it is one too many.
    pub(super) fn count(&self, request: &Request) -> Result<(), Duration> {
        match (&self.0, Changed::by(request)) {
            (Some(rate), Some(changed)) => rate.count(&changed),
            _ => Ok(()),
        }
    }
}
