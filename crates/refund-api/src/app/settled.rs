//! A refund as a caller may see it, after what is due on it has happened (R3).

use std::sync::Arc;

use refund_core::{Actor, Refund, RefundId, Refusal, Timestamp};
use refund_store::{Answered, Around, Refused, Request, Seen, Work};

use super::App;
use crate::callers::Caller;
use crate::problem::Problem;
use crate::wire::RefundOut;

/// A refund on which everything due by an instant has happened, or waits because settling is held (R36).
pub(crate) struct Settled {
    pub(crate) around: Around,
    pub(crate) now: Timestamp,
}

impl Settled {
    /// The refund as a caller sees it.
    pub(crate) fn seen(self, caller: &Caller) -> Seen {
        let viewers = caller.actors(&self.around.refund);
        self.around.seen(&viewers, self.now)
    }
}

impl App {
    /// A refund that the caller may know of, as it stands in the store.
    pub(crate) async fn known(&self, caller: &Caller, id: &RefundId) -> Result<Arc<Refund>, Problem> {
        let refund = self.engine.store().by_itself(id).await?.ok_or_else(Problem::not_found)?;
        if caller.may_see(&refund) { Ok(refund) } else { Err(Problem::not_found()) }
    }

    /// A refund that the caller may know of, with what stands around it.
    async fn around(&self, caller: &Caller, id: &RefundId) -> Result<Around, Problem> {
        let around = self.engine.store().refund(id).await?.ok_or_else(Problem::not_found)?;
        if caller.may_see(&around.refund) { Ok(around) } else { Err(Problem::not_found()) }
    }

    /// A refund that the caller may know of, after what is due on it has happened (R3).
    pub(crate) async fn settled(&self, caller: &Caller, id: &RefundId) -> Result<Seen, Problem> {
        Ok(self.settled_now(caller, id).await?.seen(caller))
    }

    /// That refund with the instant up to which it is settled.
    pub(crate) async fn settled_now(&self, caller: &Caller, id: &RefundId) -> Result<Settled, Problem> {
        let around = self.around(caller, id).await?;
        let now = self.engine.store().now();
        if around.refund.next_due().is_none_or(|at| at > now) {
            return Ok(Settled { around, now });
        }
        match self.engine.submit(Request::by_system(Work::Settle { refund_id: id.clone() })).await {
            Ok(Answered { now, .. }) => Ok(Settled { around: self.around(caller, id).await?, now }),
            Err(Refused::Rule { refusal: Refusal::SettlingHeld, .. }) => Ok(Settled { around: around.held(), now }),
            Err(refused) => Err(refused.into()),
        }
    }

    /// A refund as a caller sees it in a list: it may lag by the time that settling takes (R3).
    pub(crate) fn shown(&self, caller: &Caller, around: Around) -> RefundOut {
        let viewers: Vec<Actor> = caller.actors(&around.refund);
        RefundOut::new(around.seen(&viewers, self.engine.store().now()), caller.role()).in_list()
    }
}
