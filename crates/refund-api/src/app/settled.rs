//! A refund as a caller may see it, after what is due on it has happened (R3).

use refund_core::{Actor, CommandKind, Refund, RefundId, Role, Timestamp};
use refund_store::{Answered, Around, Refused, Request, Seen, Work};

use super::App;
use crate::callers::Caller;
use crate::problem::Problem;
use crate::wire::RefundOut;

/// A refund on which everything due by an instant has happened.
pub(crate) struct Settled {
    pub(crate) around: Around,
    pub(crate) now: Timestamp,
    /// Whether something is overdue all the same, because settling is held (R36).
    pub(crate) is_held: bool,
}

impl Settled {
    /// The refund as a caller sees it. While settling is held it is shown as it stands, and all that can be
    /// done with what is overdue is that an operator extends it (R36).
    pub(crate) fn seen(self, caller: &Caller) -> Seen {
        let mut viewers = caller.actors(&self.around.refund);
        if !self.is_held {
            return self.around.seen(&viewers, self.now);
        }
        viewers.retain(|actor| actor.role == Role::Operator);
        let mut seen = self.around.seen(&viewers, self.now);
        seen.actions.retain(|action| possible_while_held(Role::Operator, *action));
        seen
    }
}

/// What can be done with a refund on which something is overdue while settling is held (R36).
pub(crate) fn possible_while_held(who: Role, action: CommandKind) -> bool {
    who == Role::Operator && action == CommandKind::Extend
}

impl App {
    /// A refund that the caller may know of, as it stands in the store.
    pub(crate) async fn known(&self, caller: &Caller, id: &RefundId) -> Result<Refund, Problem> {
        Ok(self.around(caller, id).await?.refund)
    }

    /// The same with what stands around it.
    async fn around(&self, caller: &Caller, id: &RefundId) -> Result<Around, Problem> {
        let around = self.engine.store().refund(id).await?.ok_or_else(Problem::not_found)?;
        if caller.may_see(&around.refund) { Ok(around) } else { Err(Problem::not_found()) }
    }

    /// A refund that the caller may know of, after what is due on it has happened (R3).
    pub(crate) async fn settled(&self, caller: &Caller, id: &RefundId) -> Result<Seen, Problem> {
        Ok(self.settled_now(caller, id).await?.seen(caller))
    }

    /// The same, with the instant up to which it is settled.
    pub(crate) async fn settled_now(&self, caller: &Caller, id: &RefundId) -> Result<Settled, Problem> {
        let around = self.around(caller, id).await?;
        let now = self.engine.store().now();
        if around.refund.next_due().is_none_or(|at| at > now) {
            return Ok(Settled { around, now, is_held: false });
        }
        match self.engine.submit(Request::by_system(Work::Settle { refund_id: id.clone() })).await {
            Ok(Answered { now, .. }) => Ok(Settled { around: self.around(caller, id).await?, now, is_held: false }),
            Err(Refused::SettlingHeld) => Ok(Settled { around, now, is_held: true }),
            Err(refused) => Err(refused.into()),
        }
    }

    /// A refund as a caller sees it in a list: it may lag by the time that settling takes (R3).
    pub(crate) fn shown(&self, caller: &Caller, around: Around) -> RefundOut {
        let viewers: Vec<Actor> = caller.actors(&around.refund);
        RefundOut::new(around.seen(&viewers, self.engine.store().now()))
    }
}
