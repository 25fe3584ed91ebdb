//! What every route has in its hand.

use std::sync::Arc;

use refund_core::{Actor, Refund, RefundId};
use refund_store::{Answer, Answered, Refused, Request, Seen, Store, Work, seen};
use tokio::sync::Notify;

use crate::buyer_link::Links;
use crate::caller::Caller;
use crate::cursor::Cursors;
use crate::error::Problem;
use crate::wire::RefundOut;

/// The server's one door to the store, and its secrets.
pub struct App {
    store: Arc<dyn Store>,
    pub(crate) links: Links,
    pub(crate) cursors: Cursors,
    /// Where the server's own pages are, without a slash at the end.
    pub(crate) public_url: String,
    pub(crate) test_clock: bool,
    /// Told after every change, because something may be due earlier than the timer knows.
    pub(crate) changed: Notify,
}

impl App {
    /// An application on a store; `secret` makes links and cursors that nobody else can make.
    pub fn new(store: Arc<dyn Store>, secret: &[u8; 32], public_url: String, test_clock: bool) -> Self {
        Self {
            store,
            links: Links::new(secret),
            cursors: Cursors::new(secret),
            public_url,
            test_clock,
            changed: Notify::new(),
        }
    }

    /// The store, to read from.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Carries out a request. The work goes on even where whoever asked is gone before the answer.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn submit(&self, request: Request) -> Result<Answered, Refused> {
        let result = self.store.submit(request).await;
        self.changed.notify_one();
        result
    }

    /// Changes settings, after what is due has happened in steps that leave others their turn. The
    /// door itself makes sure that none is left (R34).
    pub(crate) async fn change(&self, request: Request) -> Result<Answered, Problem> {
        if let Err(error) = crate::timer::settle(self.store()).await {
            tracing::warn!(error, "settings are about to change and what is due could not be settled");
        }
        self.submit(request).await.map_err(|refused| Problem::from_refused(refused, RefundOut::new))
    }

    /// A refund that the caller may know of, as it stands in the store.
    pub(crate) fn known(&self, caller: &Caller, id: &RefundId) -> Result<Refund, Problem> {
        let refund = self.store.refund(id)?.ok_or_else(Problem::not_found)?;
        if caller.may_see(&refund) { Ok(refund) } else { Err(Problem::not_found()) }
    }

    /// The same after what is due on it has happened (R3).
    pub(crate) async fn settled(&self, caller: &Caller, id: &RefundId) -> Result<Seen, Problem> {
        let refund = self.known(caller, id)?;
        let viewers = caller.actors(&refund);
        let now = self.store.now();
        if refund.next_due().is_none_or(|at| at > now) {
            return Ok(seen(&*self.store, refund, &viewers, now)?);
        }
        let work = Work::Settle { refund_id: id.clone() };
        match self.submit(Request { viewers: viewers.clone(), ..Request::new(work) }).await {
            Ok(Answered { answer: Answer::Refund { seen, .. }, .. }) => Ok(*seen),
            // While settling is held a refund is shown as it stands (R36).
            Ok(_) | Err(Refused::SettlingHeld) => Ok(seen(&*self.store, refund, &viewers, now)?),
            Err(refused) => Err(Problem::from_refused(refused, RefundOut::new)),
        }
    }

    /// A refund as a caller sees it in a list: it may lag by the time that settling takes (R3).
    pub(crate) fn shown(&self, caller: &Caller, refund: Refund) -> Result<RefundOut, Problem> {
        let viewers: Vec<Actor> = caller.actors(&refund);
        Ok(RefundOut::new(seen(&*self.store, refund, &viewers, self.store.now())?))
    }
}
