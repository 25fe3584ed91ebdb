//! Reads that don't take for ever: whatever is behind the store, callers are answered in time.

use std::time::Duration;

use futures_util::FutureExt;
use refund_store::{Soon, StoreError};

use super::reading::Passage;

/// How long a read may take, and a call that only reads, however many reads it takes.
const READING_MAX: Duration = Duration::from_secs(10);

/// A read that takes too long is an error. What is handed in waits as long as it takes: whoever waits
/// for it says how long.
pub(crate) struct InTime;

/// What reads, however often, unless it takes too long.
pub(crate) async fn within<T>(reading: impl Future<Output = T>) -> Result<T, StoreError> {
    tokio::time::timeout(READING_MAX, reading).await.map_err(|_| late())
}

fn late() -> StoreError {
    StoreError::TooSlow { seconds: READING_MAX.as_secs() }
}

impl Passage for InTime {
    fn pass<'a, T: Send + 'a, E: From<StoreError> + Send + 'a>(&self, mut soon: Soon<'a, T, E>) -> Soon<'a, T, E> {
        // Mostly it is at hand.
        if let Some(result) = soon.as_mut().now_or_never() {
            return Box::pin(std::future::ready(result));
        }
        Box::pin(async move { tokio::time::timeout(READING_MAX, soon).await.unwrap_or_else(|_| Err(late().into())) })
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
    use refund_core::RefundId;

    use super::*;
    use crate::server::router;
    use crate::trial::{self, Machine};

    #[tokio::test(start_paused = true)]
    async fn what_never_comes_is_an_error_after_ten_seconds_and_what_is_at_hand_is_given_at_once() {
        let never: Soon<'_, ()> = Box::pin(std::future::pending());
        let mut waiting = pin!(InTime.pass(never));
        let almost = READING_MAX.saturating_sub(Duration::from_millis(1));
        assert!(tokio::time::timeout(almost, &mut waiting).await.is_err(), "it waits");
        let late = waiting.await;
        assert!(matches!(late, Err(StoreError::TooSlow { seconds: 10 })), "{late:?}");
        let at_hand: Soon<'_, u8> = Box::pin(std::future::ready(Ok(7)));
        assert_eq!(InTime.pass(at_hand).now_or_never().unwrap().unwrap(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_of_a_store_that_does_not_answer_gets_a_503_in_time() {
        // One read that never ends, and several of which none takes too long.
        for (takes, paths) in
            [(86_400, &["/v1/refunds", "/v1/refunds/rfd_1", "/v1/events"][..]), (4, &["/v1/refunds/rfd_1/explanation"])]
        {
            let app = trial::on_a_lazy_store(&Machine::start(), move || Duration::from_secs(takes)).await;
            trial::set_up_a_seller(&app).await;
            trial::open(&app).await;
            for path in paths {
                let bearer = format!("Bearer {}", trial::KEY);
                let request = HttpRequest::get(*path).header(header::AUTHORIZATION, bearer);
                let server = TowerToHyperService::new(router(app.clone()));
                let answer = server.call(request.body(Body::empty()).unwrap());
                let answer = tokio::time::timeout(READING_MAX + Duration::from_secs(1), answer).await;
                assert_eq!(answer.unwrap().unwrap().status(), StatusCode::SERVICE_UNAVAILABLE, "{path}, {takes} s");
            }
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
                app.engine.store().refund(&id).await.unwrap().unwrap().refund.id.clone()
            })
        };
        let asked: Vec<_> = ids.map(|number| (number, read(number))).collect();
        for (number, found) in asked {
            assert_eq!(found.await.unwrap().as_str(), format!("rfd_{number}"));
        }
        let feed = app.engine.store().feed(None, 100).await.unwrap();
        assert_eq!(feed.events.len(), 40);
        assert!(feed.events.is_sorted_by_key(|told| told.position));
    }
}
