//! The feed as it grows: server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use refund_store::EventPosition;
use serde::Deserialize;
use tokio::sync::watch;

use super::events::{Found, find, position};
use crate::app::App;
use crate::call::Call;
use crate::caller::Caller;
use crate::error::Problem;
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

/// One reader of the stream, and how far it is.
struct Reading {
    app: Arc<App>,
    caller: Caller,
    after: Option<EventPosition>,
    news: watch::Receiver<()>,
    stopping: watch::Receiver<bool>,
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
    let (news, stopping) = (app.store().news(), app.stopping());
    let reading = Reading { app, caller, after, news, stopping };
    let events = stream::unfold(reading, next).flat_map(stream::iter);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// The next events, as soon as there are any; the end when the server stops or can't read on.
async fn next(mut reading: Reading) -> Option<(Vec<Result<Event, Infallible>>, Reading)> {
    loop {
        // Before reading, so that what is recorded meanwhile is news again.
        reading.news.borrow_and_update();
        let (caller, after) = (reading.caller.clone(), reading.after);
        let found = reading.app.reading(move |store| find(store, &caller, after, AT_ONCE)).await;
        let Found { events, reached, more } = found.ok()?;
        reading.after = reached;
        if !events.is_empty() {
            let events = events.iter().map(|(position, event)| Ok(written(&EventOut::new(*position, event))));
            return Some((events.collect(), reading));
        }
        if more {
            continue;
        }
        tokio::select! {
            news = reading.news.changed() => news.ok()?,
            _ = reading.stopping.wait_for(|stop| *stop) => return None,
        }
    }
}

fn written(event: &EventOut) -> Event {
    let out = Event::default().id(event.id_text()).event(event.event_type().as_str());
    // The data is of our own making and can always be written.
    out.json_data(event).unwrap_or_default()
}
