//! Tells open pages that something changed, so that each looks again at what it shows.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use refund_core::{Fact, RefundId};
use refund_store::{Secret, Told};

use super::person::in_session;
use super::visit::Visit;
use crate::app::App;
use crate::callers::Caller;
use crate::callers::admission::StreamPlace;
use crate::engine::follow::{Follower, Found, is_known};
use crate::feed::{EventIds, ReadUpTo, find, named_by, own_end};
use crate::problem::Problem;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How often an idle stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many events are read at once; all that is told is that there is one.
const AT_ONCE: usize = 100;
/// After that long a page asks anew.
const LIVES: Duration = Duration::from_secs(300);

type Changes =
    Sse<axum::response::sse::KeepAliveStream<std::pin::Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>>>;

/// The changes of all refunds in somebody's queue.
pub(super) async fn queue(headers: HeaderMap, visit: Visit) -> Result<Changes, Problem> {
    let reader = Listener::signed_in(&visit)?;
    changes(&visit, &headers, reader, None).await
}

/// The changes of one refund, for whoever works with it.
pub(super) async fn refund(headers: HeaderMap, visit: Visit) -> Result<Changes, Problem> {
    let reader = Listener::signed_in(&visit)?;
    let id = visit.refund_id()?;
    visit.app.known(&reader.caller, &id).await?;
    changes(&visit, &headers, reader, Some(id)).await
}

/// The changes of one refund, for its buyer.
pub(super) async fn buyer(headers: HeaderMap, visit: Visit) -> Result<Changes, Problem> {
    let (caller, id) = visit.buyer().await?;
    let by = By::Link(visit.param("token").into());
    changes(&visit, &headers, Listener { caller, by }, Some(id)).await
}

/// Who listens, and what they were let in by.
#[derive(Clone)]
struct Listener {
    caller: Caller,
    by: By,
}

#[derive(Clone)]
enum By {
    Session(Secret),
    Link(Arc<str>),
}

impl Listener {
    fn signed_in(visit: &Visit) -> Result<Self, Problem> {
        let person = visit.person()?;
        Ok(Self { caller: person.caller.clone(), by: By::Session(person.session) })
    }

    /// What they may see of the feed, as long as it still lets them in: that somebody was signed out is news too.
    async fn find(&self, app: &App, after: ReadUpTo) -> Result<Found<ReadUpTo>, Problem> {
        if !self.is_still_there(app).await {
            return Err(Problem::not_found());
        }
        Ok(find(app.engine.store(), &self.caller, after, AT_ONCE).await?)
    }

    /// Whether it still lets them in.
    async fn is_still_there(&self, app: &App) -> bool {
        match &self.by {
            By::Session(secret) => in_session(app, secret).await.is_some(),
            By::Link(token) => app.caller_with(token).await.is_ok_and(|(caller, _)| caller == self.caller),
        }
    }
}

struct Watching {
    app: Arc<App>,
    follower: Follower<ReadUpTo>,
    listener: Listener,
    only: Option<RefundId>,
    /// Nobody can say what the page has missed: it has to look again at once.
    is_lost: bool,
    _place: StreamPlace,
}

/// What the browser knows already: what it was told last, or what its page was made from. Between the page and
/// its stream, and between one stream and the next, something may have changed. Nothing, where it names a place that
/// this store does not have, as after a restore.
async fn known(visit: &Visit, headers: &HeaderMap, caller: &Caller) -> Option<ReadUpTo> {
    let told = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).unwrap_or(visit.query.get("after"));
    let app = &visit.app;
    if let Caller::Buyer { refund_id, .. } = caller {
        let number = EventIds::number(told)?;
        let known = app.event_ids.known(app.engine.store(), caller, refund_id, (number, told)).await;
        return known.ok().map(|known| ReadUpTo::up_to(Some(known)));
    }
    if told.is_empty() {
        return Some(visit.knows);
    }
    let place = named_by(app.engine.store(), &app.event_ids, caller, told).await.ok()??;
    let is_seller = matches!(caller, Caller::Seller { .. });
    let known = if is_seller { ReadUpTo::of_seller(Some(place)) } else { ReadUpTo::All(Some(place)) };
    // A seller's page that was told nothing yet stands at the start, which is always there.
    let is_there = known == ReadUpTo::of_seller(None) || is_known(app.engine.store(), place).await;
    is_there.then_some(known)
}

/// What there is to know now.
async fn present(visit: &Visit, caller: &Caller) -> Result<ReadUpTo, Problem> {
    if let Caller::Buyer { refund_id, .. } = caller {
        Ok(own_end(visit.app.engine.store(), refund_id).await?)
    } else {
        Ok(visit.knows)
    }
}

async fn changes(
    visit: &Visit,
    headers: &HeaderMap,
    listener: Listener,
    only: Option<RefundId>,
) -> Result<Changes, Problem> {
    let app = &visit.app;
    let _place = app.admission.stream(&listener.caller)?;
    let known = known(visit, headers, &listener.caller).await;
    let (is_lost, after) = match known {
        Some(known) => (false, known),
        None => (true, present(visit, &listener.caller).await?),
    };
    let follower = Follower::for_a_caller(app.engine.clone(), after);
    let watching = Watching { app: app.clone(), follower, listener, only, is_lost, _place };
    let until = Box::pin(tokio::time::sleep(LIVES));
    let changes = stream::unfold(Some((watching, until)), |open| async move {
        let (mut watching, mut until) = open?;
        tokio::select! {
            event = watching.next() => match event {
                Some(event) => Some((Ok(event), Some((watching, until)))),
                None => Some((Ok(watching.last_word().await?), None)),
            },
            // The last event says only how far it was: the next stream goes on from there.
            () = &mut until => Some((Ok(watching.mark(Event::default())), None)),
        }
    });
    let changes: std::pin::Pin<Box<dyn Stream<Item = _> + Send>> = Box::pin(changes);
    Ok(Sse::new(changes).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

impl Watching {
    async fn next(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.is_lost) {
            return Some(self.changed());
        }
        loop {
            let (app, listener) = (&self.app, &self.listener);
            let feed = self.follower.next(|after| Box::pin(listener.find(app, after))).await?;
            let is_wanted = |id: &RefundId| self.only.as_ref().is_none_or(|only| only == id);
            let is_new = |told: &&Arc<Told>| matches!(told.event.fact, Fact::Opened { .. });
            let opened = feed.events.iter().filter(is_new).count();
            if feed.events.iter().any(|told| is_wanted(&told.event.refund_id)) {
                return Some(self.happened("changed", opened));
            }
            // Whoever looks at one refund is told that others have come.
            if opened > 0 {
                return Some(self.happened("opened", opened));
            }
        }
    }

    /// Whoever may not look any more is told to look again, and sees that; that the server stops is no reason to.
    async fn last_word(&self) -> Option<Event> {
        (!self.listener.is_still_there(&self.app).await).then(|| self.changed())
    }

    fn changed(&self) -> Event {
        self.happened("changed", 0)
    }

    /// What has happened, and how many refunds were opened meanwhile.
    fn happened(&self, what: &str, opened: usize) -> Event {
        self.mark(Event::default().event(what).data(opened.to_string()))
    }

    /// An event with how far the page has read, which the browser gives back when it asks anew.
    fn mark(&self, event: Event) -> Event {
        match self.app.event_ids.reached(&self.listener.caller, self.follower.place()) {
            Some(id) => event.id(id),
            None => event,
        }
    }
}
