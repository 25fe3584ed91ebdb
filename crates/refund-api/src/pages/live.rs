//! That something changed, to the pages that show it: each looks again at what it shows.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use refund_core::RefundId;

use super::visit::Visit;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Problem;
use crate::follow::Follower;
use crate::routes::find;
use crate::streams::StreamPlace;

/// How often an idle stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many events are read at once; that there is one is all that is told.
const AT_ONCE: usize = 100;
/// After that long a page asks anew: whether its reader is still signed in is asked with it.
const LIVES: Duration = Duration::from_secs(300);

type Changes =
    Sse<axum::response::sse::KeepAliveStream<std::pin::Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>>>;

/// The changes of all refunds in somebody's queue.
pub(super) async fn queue(visit: Visit) -> Result<Changes, Problem> {
    let caller = visit.person()?.caller.clone();
    changes(&visit.app, caller, None)
}

/// Those of one refund, for whoever works with it.
pub(super) async fn refund(visit: Visit) -> Result<Changes, Problem> {
    let caller = visit.person()?.caller.clone();
    let id = visit.refund_id()?;
    visit.app.known(&caller, &id)?;
    changes(&visit.app, caller, Some(id))
}

/// Those of one refund, for its buyer.
pub(super) async fn buyer(visit: Visit) -> Result<Changes, Problem> {
    let (caller, id) = visit.buyer()?;
    changes(&visit.app, caller, Some(id))
}

struct Watching {
    follower: Follower,
    caller: Caller,
    only: Option<RefundId>,
    _place: StreamPlace,
}

fn changes(app: &Arc<App>, caller: Caller, only: Option<RefundId>) -> Result<Changes, Problem> {
    let _place = app.admission.stream(&caller)?;
    let follower = Follower::new(app.clone(), app.store().feed_end()?);
    let watching = Watching { follower, caller, only, _place };
    let until = Box::pin(tokio::time::sleep(LIVES));
    let changes = stream::unfold((watching, until), |(mut watching, mut until)| async move {
        tokio::select! {
            event = watching.next() => Some((Ok(event?), (watching, until))),
            () = &mut until => None,
        }
    });
    let changes: std::pin::Pin<Box<dyn Stream<Item = _> + Send>> = Box::pin(changes);
    Ok(Sse::new(changes).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

impl Watching {
    async fn next(&mut self) -> Option<Event> {
        loop {
            let caller = self.caller.clone();
            let feed = self.follower.next(move |store, after| find(store, &caller, after, AT_ONCE)).await?;
            let is_wanted = |id: &RefundId| self.only.as_ref().is_none_or(|only| only == id);
            if let Some((_, event)) = feed.events.iter().rev().find(|(_, event)| is_wanted(&event.refund_id)) {
                return Some(Event::default().event("changed").data(event.refund_id.to_string()));
            }
        }
    }
}
