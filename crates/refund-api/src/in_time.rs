//! A store whose answers don't take for ever: whatever is behind it, callers are answered in time.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use refund_core::{LineKey, Refund, RefundId, Timestamp};
use refund_store::{
    Answer, Around, EventPosition, Feed, Fingerprint, Health, IdempotencyKey, Page, Query, Recorded, Refused, Reply,
    Request, Settings, Soon, Store, StoreError,
};
use tokio::sync::watch;

/// How long a read may take.
const READING_MAX: Duration = Duration::from_secs(10);

/// The store that is given, but that a read that takes too long is an error. What is handed in waits
/// as long as it takes: whoever waits for it says how long.
pub(crate) struct InTime(pub(crate) Arc<dyn Store>);

fn in_time<'a, T: Send + 'a, E: From<StoreError> + Send + 'a>(mut soon: Soon<'a, T, E>) -> Soon<'a, T, E> {
    // Mostly it is at hand.
    if let Some(result) = soon.as_mut().now_or_never() {
        return Box::pin(std::future::ready(result));
    }
    Box::pin(async move {
        let late = || Err(StoreError::TooSlow { seconds: READING_MAX.as_secs() }.into());
        tokio::time::timeout(READING_MAX, soon).await.unwrap_or_else(|_| late())
    })
}

impl Store for InTime {
    fn submit(&self, request: Request) -> Reply {
        self.0.submit(request)
    }

    fn settings(&self) -> Arc<Settings> {
        self.0.settings()
    }

    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn latest(&self) -> Timestamp {
        self.0.latest()
    }

    fn news(&self) -> watch::Receiver<Option<EventPosition>> {
        self.0.news()
    }

    fn health(&self) -> Health {
        self.0.health()
    }

    fn refund<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Around>> {
        in_time(self.0.refund(id))
    }

    fn on_line<'a>(&'a self, line: &'a LineKey) -> Soon<'a, Vec<Refund>> {
        in_time(self.0.on_line(line))
    }

    fn list<'a>(&'a self, query: &'a Query) -> Soon<'a, Page> {
        in_time(self.0.list(query))
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Soon<'_, Feed> {
        in_time(self.0.feed(after, limit))
    }

    fn counted(&self, place: u64, entry: u32) -> Soon<'_, EventPosition> {
        in_time(self.0.counted(place, entry))
    }

    fn history<'a>(&'a self, id: &'a RefundId, after: u64, limit: usize) -> Soon<'a, Vec<Recorded>> {
        in_time(self.0.history(id, after, limit))
    }

    fn answered<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: Fingerprint) -> Soon<'a, Option<Answer>, Refused> {
        in_time(self.0.answered(key, fingerprint))
    }

    fn due(&self, until: Timestamp, limit: usize) -> Soon<'_, Vec<(Timestamp, RefundId)>> {
        in_time(self.0.due(until, limit))
    }

    fn next_due(&self) -> Soon<'_, Option<Timestamp>> {
        in_time(self.0.next_due())
    }

    fn close(&self) -> Result<(), StoreError> {
        self.0.close()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicU64, Ordering};

    use axum::body::Body;
    use axum::http::{Request as HttpRequest, StatusCode, header};
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;

    use super::*;
    use crate::routes::router;
    use crate::trial::{self, Machine};

    #[tokio::test(start_paused = true)]
    async fn what_never_comes_is_an_error_after_ten_seconds_and_what_is_at_hand_is_given_at_once() {
        let never: Soon<'_, ()> = Box::pin(std::future::pending());
        let mut waiting = pin!(in_time(never));
        let almost = READING_MAX.saturating_sub(Duration::from_millis(1));
        assert!(tokio::time::timeout(almost, &mut waiting).await.is_err(), "it waits");
        let late = waiting.await;
        assert!(matches!(late, Err(StoreError::TooSlow { seconds: 10 })), "{late:?}");
        let at_hand: Soon<'_, u8> = Box::pin(std::future::ready(Ok(7)));
        assert_eq!(in_time(at_hand).now_or_never().unwrap().unwrap(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_of_a_store_that_does_not_answer_gets_a_503_in_time() {
        let app = trial::on_a_lazy_store(&Machine::start(), || Duration::from_secs(86_400)).await;
        for path in ["/v1/refunds", "/v1/refunds/rfd_1", "/v1/events"] {
            let bearer = format!("Bearer {}", trial::KEY);
            let request = HttpRequest::get(path).header(header::AUTHORIZATION, bearer);
            let server = TowerToHyperService::new(router(app.clone()));
            let answer = server.call(request.body(Body::empty()).unwrap());
            let answer = tokio::time::timeout(READING_MAX * 2, answer).await.unwrap().unwrap();
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_late_and_in_another_order_is_answered_right() {
        // Each read takes less than the one before, so that of some that are asked at once the last is answered first.
        let left = AtomicU64::new(5_000);
        let takes = move || Duration::from_millis(left.fetch_sub(7, Ordering::SeqCst));
        let app = trial::on_a_lazy_store(&Machine::start(), takes).await;
        trial::set_up_a_seller(&app).await;
        let ids = 1..=40_u32;
        for number in ids.clone() {
            trial::open_nth(&app, number).await;
        }
        let read = |number| {
            let app = app.clone();
            tokio::spawn(async move {
                let id: RefundId = trial::id(&format!("rfd_{number}"));
                app.store().refund(&id).await.unwrap().unwrap().refund.id
            })
        };
        let asked: Vec<_> = ids.map(|number| (number, read(number))).collect();
        for (number, found) in asked {
            assert_eq!(found.await.unwrap().as_str(), format!("rfd_{number}"));
        }
        let feed = app.store().feed(None, 100).await.unwrap();
        assert_eq!(feed.events.len(), 40);
        assert!(feed.events.is_sorted_by_key(|told| told.position));
    }
}
