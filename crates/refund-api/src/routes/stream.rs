//! The feed as it grows: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use serde::Deserialize;

use super::events::{find, position};
use crate::call::Call;
use crate::caller::Caller;
use crate::error::Problem;
use crate::follow::Follower;
use crate::wire::EventOut;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How often an idle stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many events are read at once.
const AT_ONCE: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StreamParams {
    after: Option<String>,
}

/// Every event behind `Last-Event-ID` or `after`, or from the start, and then each as it happens.
#[utoipa::path(get, path = "/v1/events/stream", tag = "events")]
pub(super) async fn stream(call: Call) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let params: StreamParams = call.query()?;
    let last = call.header(&LAST_EVENT_ID)?;
    let after = last.or(params.after).map(|id| position(&id)).transpose()?;
    // A place that never was is refused now, and not by a stream that ends at once.
    let (app, caller) = (call.app.clone(), call.caller.clone());
    app.reading(move |store| Ok(store.feed(after, 1)?)).await?;
    let follower = Follower::new(app, after);
    let events = stream::unfold((follower, caller), next).flat_map(stream::iter);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// The next events that the caller may see, and the reader to go on with.
async fn next(
    (mut follower, caller): (Follower, Caller),
) -> Option<(Vec<Result<Event, Infallible>>, (Follower, Caller))> {
    let reader = caller.clone();
    let feed = follower.next(move |store, after| find(store, &reader, after, AT_ONCE)).await?;
    let events = feed.events.iter().map(|(position, event)| Ok(written(&EventOut::new(*position, event))));
    Some((events.collect(), (follower, caller)))
}

fn written(event: &EventOut) -> Event {
    let out = Event::default().id(event.id_text()).event(event.event_type().as_str());
    // The data is of our own making and can always be written.
    out.json_data(event).unwrap_or_default()
}
