//! Messages to receivers on loopback. What was written down is looked at once everything stopped.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use refund_core::{EventType, SellerId};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use url::Url;

use super::delivery::{Delivery, DeliveryState};
use super::endpoint::Owner;
use super::sign::SigningSecrets;
use super::*;
use crate::trial::{self, Machine, id};

/// What a receiver was sent.
type Sent = (HeaderMap, Bytes);

/// A server whose messages are sent, and its clock.
struct Sending {
    app: Arc<App>,
    webhooks: Arc<Webhooks>,
    machine: Machine,
    tasks: Vec<JoinHandle<()>>,
    folder: tempfile::TempDir,
}

impl Sending {
    async fn to(endpoints: Vec<Endpoint>) -> Self {
        let machine = Machine::start();
        let app = trial::with_one_refund(&machine).await;
        Self::on(tempfile::tempdir().unwrap(), app, machine, endpoints)
    }

    fn on(folder: tempfile::TempDir, app: Arc<App>, machine: Machine, endpoints: Vec<Endpoint>) -> Self {
        let webhooks = Webhooks::open(folder.path(), Reach::Anywhere).unwrap();
        *webhooks.endpoints.lock().unwrap() = endpoints.into_iter().map(Arc::new).collect();
        let webhooks = Arc::new(webhooks);
        let tasks = webhooks.begin(&app).into();
        Self { app, webhooks, machine, tasks, folder }
    }

    fn hours_later(&self, hours: i64) {
        self.machine.put_forward(hours);
        self.webhooks.wake.notify_one();
    }

    /// Is cut off wherever it is, and begins again on the same book.
    async fn cut_off(self, endpoints: Vec<Endpoint>) -> Self {
        let Self { app, webhooks, machine, tasks, folder } = self;
        for task in tasks {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        webhooks.book.flush().unwrap();
        drop(webhooks);
        Self::on(folder, app, machine, endpoints)
    }

    /// Ends, and gives the deliveries to an endpoint, the latest first.
    async fn delivered(self, endpoint_id: &str) -> Vec<Delivery> {
        self.app.stop();
        for task in self.tasks {
            task.await.unwrap();
        }
        self.webhooks.book.deliveries(endpoint_id, None).map(Result::unwrap).collect()
    }
}

fn endpoint(name: &str, url: &str) -> Endpoint {
    let id = format!("whk_{name}");
    let secrets = vec![SigningSecrets::new(&[7; 32]).secret(&id, 1)];
    let url = Url::parse(url).unwrap();
    Endpoint { id, owner: Owner::Operator, url, types: Vec::new(), secrets, since: Timestamp::MIN, enabled: true }
}

/// A receiver that answers with these, one after the other and then with the last for ever.
async fn receiver<R>(answers: Vec<R>) -> (String, UnboundedReceiver<Sent>)
where
    R: IntoResponse + Clone + Send + Sync + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, sent) = unbounded_channel();
    let answered = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let handler = move |headers: HeaderMap, body: Bytes| async move {
        let place = answered.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        sender.send((headers, body)).unwrap();
        answers.get(place).or(answers.last()).cloned().unwrap()
    };
    tokio::spawn(async { axum::serve(listener, Router::new().fallback(handler)).await });
    (url, sent)
}

fn message_id((headers, _): &Sent) -> &str {
    headers["webhook-id"].to_str().unwrap()
}

#[tokio::test]
async fn an_event_arrives_signed_as_the_feed_shows_it() {
    let (url, mut sent) = receiver(vec![StatusCode::NO_CONTENT]).await;
    let endpoint = endpoint("a", &url);
    let secret = endpoint.secrets[0].text();
    let sending = Sending::to(vec![endpoint]).await;
    let (headers, body) = sent.recv().await.unwrap();
    Webhook::new(&secret).unwrap().verify(&body, &headers).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&body["type"], &body["timestamp"]), (&json!("refund.opened"), &body["data"]["at"]));
    assert_eq!((&body["data"]["refund_id"], &body["data"]["sequence"]), (&json!("rfd_1"), &json!(1)));
    let event = body["data"]["id"].as_str().unwrap().strip_prefix("evt_").unwrap().to_owned();
    assert_eq!(headers["webhook-id"], format!("msg_{event}_a"));
    let delivered = sending.delivered("whk_a").await;
    assert_eq!((delivered.len(), delivered[0].state), (1, DeliveryState::Succeeded));
    assert_eq!(delivered[0].attempts[0].status, Some(204));
}

#[tokio::test]
async fn what_was_not_taken_is_sent_again_later_under_the_same_id() {
    let (url, mut sent) =
        receiver(vec![StatusCode::INTERNAL_SERVER_ERROR, StatusCode::MOVED_PERMANENTLY, StatusCode::OK]).await;
    let sending = Sending::to(vec![endpoint("a", &url)]).await;
    let first = sent.recv().await.unwrap();
    sending.hours_later(1);
    let second = sent.recv().await.unwrap();
    sending.hours_later(1);
    let third = sent.recv().await.unwrap();
    assert_eq!((message_id(&first), message_id(&first)), (message_id(&second), message_id(&third)));
    let delivered = sending.delivered("whk_a").await;
    let statuses: Vec<_> = delivered[0].attempts.iter().filter_map(|attempt| attempt.status).collect();
    assert_eq!((statuses, delivered[0].state), (vec![500, 301, 200], DeliveryState::Succeeded));
}

#[tokio::test]
async fn a_receiver_is_left_alone_for_as_long_as_it_asks() {
    let busy = (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7200")]);
    let (url, mut sent) = receiver(vec![busy]).await;
    let sending = Sending::to(vec![endpoint("a", &url)]).await;
    sent.recv().await.unwrap();
    let delivered = sending.delivered("whk_a").await;
    let wait = delivered[0].next_at.unwrap().as_millis() - delivered[0].attempts[0].at.as_millis();
    assert!((7_200_000..7_210_000).contains(&wait), "{wait}");
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_switched_off() {
    let (url, mut sent) = receiver(vec![StatusCode::GONE]).await;
    let sending = Sending::to(vec![endpoint("a", &url)]).await;
    sent.recv().await.unwrap();
    let webhooks = sending.webhooks.clone();
    let delivered = sending.delivered("whk_a").await;
    assert_eq!((delivered[0].state, delivered[0].attempts.len()), (DeliveryState::Failed, 1));
    assert!(!webhooks.endpoints.lock().unwrap()[0].enabled);
}

#[tokio::test]
async fn who_never_answers_holds_up_nobody_else() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent_url = format!("http://{}/", silent.local_addr().unwrap());
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let sending = Sending::to(vec![endpoint("a", &silent_url), endpoint("b", &url)]).await;
    let (_connection, _) = silent.accept().await.unwrap();
    sent.recv().await.unwrap();
    assert_eq!(sending.webhooks.book.queue("whk_a", 9).unwrap().len(), 1);
}

#[tokio::test]
async fn an_endpoint_is_told_what_it_asked_for_and_may_know() {
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let seller = |name: &str| Owner::Seller(id::<SellerId>(name));
    let endpoints = vec![
        Endpoint { owner: seller("s-2"), ..endpoint("another", &url) },
        Endpoint { types: vec![EventType::RefundAgreed], ..endpoint("filtered", &url) },
        Endpoint { enabled: false, ..endpoint("off", &url) },
        Endpoint { since: Timestamp::MAX, ..endpoint("late", &url) },
        Endpoint { owner: seller("s-1"), types: vec![EventType::RefundOpened], ..endpoint("theirs", &url) },
    ];
    let sending = Sending::to(endpoints).await;
    assert!(message_id(&sent.recv().await.unwrap()).ends_with("_theirs"));
    let webhooks = sending.webhooks.clone();
    assert_eq!(sending.delivered("whk_theirs").await.len(), 1);
    for name in ["another", "filtered", "off", "late"] {
        assert_eq!(webhooks.book.deliveries(&format!("whk_{name}"), None).count(), 0, "{name}");
    }
}

#[tokio::test]
async fn a_message_that_was_sent_and_not_written_down_is_sent_again_under_the_same_id() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let first = endpoint("a", &format!("http://{}/", silent.local_addr().unwrap()));
    let sending = Sending::to(vec![first]).await;
    let (mut connection, _) = silent.accept().await.unwrap();
    let mut received = String::new();
    while !received.contains("webhook-id: ") || !received.ends_with('}') {
        let mut bytes = [0; 4096];
        let length = tokio::io::AsyncReadExt::read(&mut connection, &mut bytes).await.unwrap();
        received.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
    }
    let sending = sending.cut_off(vec![endpoint("a", &url)]).await;
    let again = sent.recv().await.unwrap();
    assert!(received.contains(&format!("webhook-id: {}\r\n", message_id(&again))), "{received}");
    assert_eq!(sending.delivered("whk_a").await[0].attempts.len(), 1);
}
