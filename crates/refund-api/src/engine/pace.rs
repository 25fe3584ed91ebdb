//! How often the parties may change the same thing: what is recorded stays for ever, and nobody fills the disk for all.

use std::time::Duration;

use refund_core::{Actor, CommandKind, RefundId, Role, Via};
use refund_store::{Request, SetUp, UserChange, WebhookChange, Work};

use crate::machine::clock::Stopwatch;
use crate::machine::paced::Paced;
use crate::machine::rate::Sharers;

/// For how many of a side's keys and people there is enough, where each changes as much as one may.
const BUSY_AT_ONCE: u32 = 10;

/// What a party could change again and again. Each side, key and person has a count of its own, so that nobody uses up
/// another's; and all of a side together have one, so that many don't fill the disk where one can't.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Changed {
    /// A refund, by a command that can be given again and again.
    Refund(RefundId, CommandKind, Role, String),
    /// What belongs to a seller: its name, keys, people, endpoints.
    SettingsOf(String, String),
}

impl Changed {
    fn by(request: &Request) -> Option<Self> {
        let Actor { role, id, via } = &request.actor;
        let through = match via {
            Via::Key(id) | Via::User(id) => id.clone(),
            Via::Link | Via::Clock => String::new(),
        };
        match (&request.work, role) {
            (Work::Command { refund_id, command }, Role::Buyer | Role::Seller) => {
                let kind = command.kind();
                let is_repeatable = matches!(kind, CommandKind::Modify | CommandKind::Ship | CommandKind::Extend);
                is_repeatable.then(|| Self::Refund(refund_id.clone(), kind, *role, through))
            }
            (Work::SetUp(set_up), Role::Seller) if !keeps_others_out(set_up) => {
                Some(Self::SettingsOf(id.clone(), through))
            }
            _ => None,
        }
    }

    /// The same, whoever of their side changes it.
    fn by_whomever(&self) -> Self {
        match self {
            Self::Refund(id, kind, role, _) => Self::Refund(id.clone(), *kind, *role, String::new()),
            Self::SettingsOf(id, _) => Self::SettingsOf(id.clone(), String::new()),
        }
    }
}

/// Whoever finds that others have got in can shut them out at once, however much was changed before.
fn keeps_others_out(set_up: &SetUp) -> bool {
    if let SetUp::ChangeUser { change, .. } = set_up {
        return matches!(change, UserChange::Password { .. } | UserChange::SecondFactor { .. } | UserChange::Disabled);
    }
    if let SetUp::ChangeWebhook { change, .. } = set_up {
        return matches!(change, WebhookChange::Disabled(_));
    }
    matches!(set_up, SetUp::RevokeKey { .. } | SetUp::RemoveWebhook { .. })
}

/// Counts what the parties change. What is refused is not counted: it leaves nothing.
pub(super) struct Pace {
    by_each: Option<Paced<Changed>>,
    by_all: Option<Paced<Changed>>,
}

impl Pace {
    /// So many changes of the same thing an hour by one key or person, and as many at once after a silence; 0 for no
    /// limit.
    pub(super) fn new(an_hour: u32, sharers: &Sharers) -> Self {
        let paced = |an_hour| Paced::per_hour(an_hour, Stopwatch::start(), sharers);
        Self { by_each: paced(an_hour), by_all: paced(an_hour.saturating_mul(BUSY_AT_ONCE)) }
    }

    /// What the request would change, to be counted once that is done; nothing where no limit is set for it.
    /// Fails with how long to wait, where the limit is reached.
    pub(super) fn check(&self, request: &Request) -> Result<Option<Changed>, Duration> {
        let (Some(by_each), Some(by_all), Some(changed)) = (&self.by_each, &self.by_all, Changed::by(request)) else {
            return Ok(None);
        };
        by_each.check(&changed)?;
        by_all.check(&changed.by_whomever())?;
        Ok(Some(changed))
    }

    pub(super) fn count(&self, changed: Option<Changed>) {
        if let (Some(by_each), Some(by_all), Some(changed)) = (&self.by_each, &self.by_all, changed) {
            by_all.count(changed.by_whomever());
            by_each.count(changed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use refund_core::{Command, DeadlineKind, Timestamp};

    use super::*;
    use crate::trial::id;

    fn by(role: Role, work: impl Into<Work>) -> Request {
        Request::new(Actor::new(role, "one", Via::Link), work)
    }

    #[test]
    fn each_side_has_its_own_count_and_what_keeps_others_out_has_none() {
        let pace = Pace::new(1, &(Arc::new(|| NonZeroU32::MIN) as Sharers));
        let done = |request: Request| pace.check(&request).map(|changed| pace.count(changed)).is_ok();
        let command = |command: Command| Work::Command { refund_id: id("rfd_1"), command };
        let extend = || command(Command::Extend { kind: DeadlineKind::BuyerShip, to: Timestamp::MAX });
        let ship = || command(Command::Ship { carrier: id("SF"), tracking_number: id("1") });
        assert!((0..9).all(|_| pace.check(&by(Role::Seller, extend())).is_ok()), "what is refused is not counted");
        assert!(done(by(Role::Seller, extend())) && !done(by(Role::Seller, extend())));
        assert!(done(by(Role::Buyer, ship())), "the other side ships in time");
        assert!((0..9).all(|_| done(by(Role::Operator, extend()))), "nor is an operator counted");
        let change = |change| SetUp::ChangeUser { user_id: "usr_1".to_owned(), change };
        assert!(
            done(by(Role::Seller, change(UserChange::Enabled))) && !done(by(Role::Seller, change(UserChange::Enabled)))
        );
        let other_key = Actor::new(Role::Seller, "one", Via::Key("key_2".to_owned()));
        assert!(done(Request::new(other_key, change(UserChange::Enabled))), "another key or person has its own");
        let by_another = |number: u32| {
            let person = Actor::new(Role::Seller, "one", Via::User(format!("usr_{number}")));
            done(Request::new(person, change(UserChange::Enabled)))
        };
        let all = (0..100).filter(|number| by_another(*number)).count();
        assert_eq!(all, 10 - 2, "and all of a seller's together an end");
        let shut_out =
            || [UserChange::Disabled, UserChange::Password { hash: String::new(), session: None }].map(change);
        assert!((0..9).flat_map(|_| shut_out()).all(|shut| done(by(Role::Seller, shut))));
        assert!((0..9).all(|_| done(by(Role::Seller, SetUp::RemoveWebhook { webhook_id: "whk_1".to_owned() }))));
    }
}
