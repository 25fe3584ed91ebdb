//! The feed as it grows: server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive, KeepAliveStream, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use refund_store::Told;
use serde::Deserialize;
use utoipa::IntoParams;

use super::events::{LATEST, Said, place};
use crate::app::App;
use crate::call::Call;
use crate::callers::Caller;
use crate::callers::admission::StreamPlace;
use crate::engine::follow::{Follower, Found};
use crate::feed::{ReadUpTo, find};
use crate::problem::Problem;
use crate::wire::EventOut;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How often an idle stream says that it lives, and looks whether its caller still is who they were.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many events are read at once.
const AT_ONCE: usize = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct StreamParams {
    /// The event to go on behind, or `latest` for what comes from now on; from the start where nothing is said.
    #[param(pattern = "^(latest|evt_[0-9a-fr][0-9a-f]{19,31})$")]
    after: Option<String>,
}

/// Gives every event behind `Last-Event-ID` or `after`, or from the start, and then each as it happens.
///
/// One that begins at `latest` first gives the `id` of that place, with no event. It ends when the server stops or the
/// caller's key does; go on with the last id.
#[utoipa::path(
    get, path = "/v1/events/stream", tag = "events", operation_id = "stream_events",
    params(StreamParams, ("Last-Event-ID" = Option<String>, Header, description = "The last event that was received; goes before `after`.")),
    responses((status = OK, body = String, content_type = "text/event-stream",
        description = "Server-sent events: `id` and `event` are the event's id and type, `data` is the event as JSON."),
        (status = GONE)),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn stream(call: Call) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let params: StreamParams = call.query()?;
    let last = call.header(&LAST_EVENT_ID)?;
    let said = if last.is_some() { Said::LastEventId } else { Said::After };
    let behind = last.or(params.after);
    let after = place(&call, behind.as_deref(), said).await?;
    let app = call.app.clone();
    if let ReadUpTo::All(after) | ReadUpTo::OfSeller { looked: after, .. } = after {
        // A place that never was is refused now, and not by a stream that ends at once.
        app.engine.store().feed(after, 1).await.map_err(|error| said.refused(error))?;
    }
    let listener = Listener::new(&call)?;
    let _place = app.admission.stream(&call.caller)?;
    let listening = Listening { listener, follower: Follower::for_a_caller(app.engine.clone(), after), _place };
    // Where the end was that it begins at nobody knows yet, and a break before the first event would lose what came.
    let begins_at = app.event_ids.reached(&call.caller, after).filter(|_| behind.as_deref() == Some(LATEST));
    let place = begins_at.map(|id| Ok(Event::default().id(id)));
    let events = stream::iter(place).chain(stream::unfold(listening, next).flat_map(stream::iter));
    Ok(living(events))
}

/// Those events, and a comment every now and then where there are none.
pub(super) fn living<S: Stream<Item = Result<Event, Infallible>> + Send + 'static>(
    events: S,
) -> Sse<KeepAliveStream<S>> {
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

/// Who listens to a stream.
#[derive(Clone)]
pub(super) struct Listener {
    pub(super) app: Arc<App>,
    token: Arc<str>,
    caller: Caller,
}

impl Listener {
    pub(super) fn new(call: &Call) -> Result<Self, Problem> {
        Ok(Self { token: call.token()?.into(), caller: call.caller.clone(), app: call.app.clone() })
    }

    /// What they may see of the feed, as long as they are who they were: that a key was revoked is news too.
    async fn find(&self, after: ReadUpTo) -> Result<Found<ReadUpTo>, Problem> {
        if !self.is_still_there().await {
            return Err(Problem::not_found());
        }
        Ok(find(self.app.engine.store(), &self.caller, after, AT_ONCE).await?)
    }

    /// Whether they still are who they were when the stream began.
    pub(super) async fn is_still_there(&self) -> bool {
        self.app.caller_with(&self.token).await.is_ok_and(|(caller, _)| caller == self.caller)
    }
}

/// A stream that is open, and how far it is.
struct Listening {
    listener: Listener,
    follower: Follower<ReadUpTo>,
    _place: StreamPlace,
}

impl Listening {
    /// The next events that the caller may see; none where the key or link is not valid any more,
    /// the server stops, or nothing more can be read.
    async fn next(&mut self) -> Option<Found<ReadUpTo>> {
        let listener = &self.listener;
        let mut news = std::pin::pin!(self.follower.next(|after| Box::pin(listener.find(after))));
        loop {
            tokio::select! {
                feed = &mut news => return feed,
                // That one has expired is not.
                () = tokio::time::sleep(HEARTBEAT) => if !listener.is_still_there().await { return None },
            }
        }
    }
}

/// What the next events look like, and the stream to go on with.
async fn next(mut listening: Listening) -> Option<(Vec<Result<Event, Infallible>>, Listening)> {
    let found = listening.next().await?;
    let Listener { app, caller, .. } = &listening.listener;
    let named = |told: &Told| {
        let id = app.event_ids.of(caller, told.position, &told.event);
        Some(EventOut::new(id, told.event.disclosed_to(caller.role())?, &told.whose))
    };
    let events = found.events.iter().filter_map(|told| Some(Ok(written(&named(told)?)))).collect();
    Some((events, listening))
}

fn written(event: &EventOut) -> Event {
    let out = Event::default().id(event.id_text()).event(event.event_type().as_str());
    // The data is of our own making and can always be written.
    out.json_data(event).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, header};
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;

    use super::*;
    use crate::callers::places::Places;
    use crate::engine::timer;
    use crate::feed::own_end;
    use crate::server::router;
    use crate::trial::{self, Machine, id};

    #[tokio::test(start_paused = true)]
    async fn ten_thousand_streams_have_what_happens_and_give_their_places_back() {
        const MANY: usize = 10_000;
        let app = trial::with_a_seller(&Machine::start()).await;
        let token: Arc<str> = trial::KEY.into();
        let (caller, _) = app.caller_with(&token).await.unwrap();
        let (streams, end) = (Arc::new(Places::new(MANY, MANY)), app.engine.store().feed_end());
        let of_nobody = Arc::new(Places::new(MANY, MANY));
        let begin = |_| {
            let listener = Listener { app: app.clone(), token: token.clone(), caller: caller.clone() };
            let (follower, _place) = (
                Follower::for_a_caller(app.engine.clone(), ReadUpTo::All(end)),
                (streams.enter(Some(caller.id().to_owned())).ok().unwrap(), of_nobody.enter(None).ok().unwrap()),
            );
            let mut listening = Listening { listener, follower, _place };
            tokio::spawn(async move { listening.next().await.map(|feed| feed.events.len()) })
        };
        let open: Vec<_> = (0..MANY).map(begin).collect();
        assert!(streams.enter(None).is_err(), "and no more");
        trial::open(&app).await;
        for stream in open {
            assert_eq!(stream.await.unwrap(), Some(1));
        }
        assert_eq!(streams.count(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_stream_says_that_it_lives() {
        let app = trial::app(&Machine::start()).await;
        let bearer = format!("Bearer {}", trial::KEY);
        let request = Request::get("/v1/events/stream").header(header::AUTHORIZATION, bearer);
        let server = TowerToHyperService::new(router(app));
        let answer = server.call(request.body(Body::empty()).unwrap()).await.unwrap();
        let mut said = answer.into_body().into_data_stream();
        for _ in 0..3 {
            let heartbeat = tokio::time::timeout(HEARTBEAT * 2, said.next()).await.unwrap().unwrap().unwrap();
            assert!(heartbeat.starts_with(b":"), "{heartbeat:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_with_its_link_though_nothing_happens() {
        let machine = Machine::start();
        let app = trial::with_one_refund(&machine).await;
        machine.put_forward(36);
        timer::settle(app.engine.store()).await.unwrap();
        let token: Arc<str> = app.links.link(&id("rfd_1"), 1, "").token.into();
        let (caller, _) = app.caller_with(&token).await.unwrap();
        let _place = app.admission.stream(&caller).unwrap();
        let end = own_end(app.engine.store(), &id("rfd_1")).await.unwrap();
        let follower = Follower::for_a_caller(app.engine.clone(), end);
        let mut listening = Listening { listener: Listener { app, token, caller }, follower, _place };
        assert!(tokio::time::timeout(HEARTBEAT * 4, listening.next()).await.is_err(), "it goes on");
        // The refund is final, and its link ends 30 days after that.
        machine.put_forward(31 * 24);
        assert!(tokio::time::timeout(HEARTBEAT * 2, listening.next()).await.unwrap().is_none());
    }
}
