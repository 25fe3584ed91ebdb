//! What comes of deliveries while somebody looks: server-sent events.

use std::convert::Infallible;

use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream};
use refund_core::Role;
use refund_store::Delivery;
use tokio::sync::watch;
use tokio::time::{Interval, interval};

use super::stream::{HEARTBEAT, Listener, living};
use super::webhooks::webhook;
use crate::call::Call;
use crate::callers::admission::StreamPlace;
use crate::problem::Problem;
use crate::webhooks::Listening;
use crate::wire::DeliveryOut;

/// Gives each delivery to an endpoint as it is tried, from now on: with the attempt that was just made.
///
/// Where several servers share the store it gives what any of them tries, within a second; of two attempts at one
/// delivery within a moment the later one. What was tried while nobody listened is in the list of deliveries. It ends
/// when the server stops, the caller's key does or the endpoint is removed, and where the caller is too slow for what is
/// sent.
#[utoipa::path(
    get, path = "/v1/webhooks/{id}/deliveries/stream", tag = "webhooks", operation_id = "stream_deliveries",
    responses((status = OK, body = String, content_type = "text/event-stream",
        description = "Server-sent events: `event` is the state of the delivery, `data` is the delivery as JSON.")),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn stream(call: Call) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let webhook = webhook(&call)?;
    let _place = call.app.admission.stream(&call.caller)?;
    let looking = Looking {
        webhook_id: webhook.id.clone(),
        owners_role: webhook.owner.role(),
        listening: call.app.webhooks.listen(&webhook.id, call.app.engine.store().now()),
        stopping: call.app.engine.stopping(),
        heartbeat: interval(HEARTBEAT),
        listener: Listener::new(&call)?,
        _place,
    };
    Ok(living(stream::unfold(looking, next)))
}

/// A stream that is open.
struct Looking {
    webhook_id: String,
    owners_role: Role,
    listening: Listening,
    stopping: watch::Receiver<bool>,
    heartbeat: Interval,
    listener: Listener,
    _place: StreamPlace,
}

impl Looking {
    /// The next delivery to that endpoint that was tried; none where the stream is over.
    async fn next(&mut self) -> Option<Delivery> {
        loop {
            let tried = tokio::select! {
                tried = self.listening.next() => Some(tried?),
                _ = self.heartbeat.tick() => None,
                _ = self.stopping.wait_for(|stop| *stop) => return None,
            };
            if !self.is_there().await {
                return None;
            }
            if tried.is_some() {
                return tried;
            }
        }
    }

    async fn is_there(&self) -> bool {
        let is_there = self.listener.app.engine.settings().webhook(&self.webhook_id).is_some();
        is_there && self.listener.is_still_there().await
    }
}

async fn next(mut looking: Looking) -> Option<(Result<Event, Infallible>, Looking)> {
    let delivery = looking.next().await?;
    let ids = &looking.listener.app.event_ids;
    let delivery = DeliveryOut::new(ids.at(looking.owners_role, delivery.event), delivery);
    let event = Event::default().event(delivery.state_name());
    // The data is of our own making and can always be written.
    Some((Ok(event.json_data(&delivery).unwrap_or_default()), looking))
}
