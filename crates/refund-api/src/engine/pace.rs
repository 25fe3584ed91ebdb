//! How often the parties may change the same thing: what is recorded stays for ever, and nobody fills the disk for all.

use std::time::Duration;

use refund_core::{Actor, CommandKind, RefundId, Role};
use refund_store::{Request, SetUp, UserChange, Work};

use crate::machine::clock::Stopwatch;
use crate::machine::rate::Rate;

/// What a party could change again and again. Each has its own count: nobody uses up another's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Changed {
    /// A refund, in one of the ways that lead back to where it was, by one side.
    Refund(RefundId, Role, CommandKind),
    /// What belongs to a seller: its name, keys, people, endpoints.
    SettingsOf(String),
}

impl Changed {
    fn by(request: &Request) -> Option<Self> {
        let Actor { role, id, .. } = &request.actor;
        match (&request.work, role) {
            (Work::Command { refund_id, command }, Role::Buyer | Role::Seller) => {
                let kind = command.kind();
                let goes_on = matches!(kind, CommandKind::Modify | CommandKind::Ship | CommandKind::Extend);
                goes_on.then(|| Self::Refund(refund_id.clone(), *role, kind))
            }
            (Work::SetUp(set_up), Role::Seller) => (!keeps_others_out(set_up)).then(|| Self::SettingsOf(id.clone())),
            _ => None,
        }
    }
}

/// What is done against others who have got in is possible at any time.
fn keeps_others_out(set_up: &SetUp) -> bool {
    if let SetUp::ChangeUser { change, .. } = set_up {
        return matches!(change, UserChange::Password { .. } | UserChange::Disabled);
    }
    matches!(set_up, SetUp::RevokeKey { .. })
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

#[cfg(test)]
mod tests {
    use refund_core::{Command, DeadlineKind, Timestamp, Via};

    use super::*;
    use crate::trial::id;

    fn by(role: Role, work: impl Into<Work>) -> Request {
        Request::new(Actor::new(role, "one", Via::Link), work)
    }

    #[test]
    fn each_side_has_its_own_count_and_what_keeps_others_out_has_none() {
        let pace = Pace::new(1);
        let command = |command: Command| Work::Command { refund_id: id("rfd_1"), command };
        let extend = || command(Command::Extend { kind: DeadlineKind::BuyerShip, to: Timestamp::MAX });
        let ship = || command(Command::Ship { carrier: id("SF"), tracking_number: id("1") });
        assert!(pace.count(&by(Role::Seller, extend())).is_ok() && pace.count(&by(Role::Seller, extend())).is_err());
        assert!(pace.count(&by(Role::Buyer, ship())).is_ok(), "the other side ships in time");
        assert!((0..9).all(|_| pace.count(&by(Role::Operator, extend())).is_ok()), "nor is an operator counted");
        let change = |change| SetUp::ChangeUser { user_id: "usr_1".to_owned(), change };
        assert!(pace.count(&by(Role::Seller, change(UserChange::Enabled))).is_ok());
        assert!(pace.count(&by(Role::Seller, change(UserChange::Enabled))).is_err());
        let shut_out = || [UserChange::Disabled, UserChange::Password { hash: String::new() }].map(change);
        assert!((0..9).flat_map(|_| shut_out()).all(|shut| pace.count(&by(Role::Seller, shut)).is_ok()));
        assert!(pace.count(&by(Role::Seller, SetUp::RevokeKey { key_id: "key_1".to_owned() })).is_ok());
    }
}
