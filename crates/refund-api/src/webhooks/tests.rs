//! Messages to receivers on loopback. What was written down is looked at once everything stopped.

mod giving_up;
mod leaving_alone;
mod losing;
mod nobody_told;
mod sending_again;
mod sharing;
mod sparing;
mod taking_turns;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use refund_core::{Attachments, EventType, Message, NamedFiles, SellerId};
use refund_store::{
    DeliveryState, Disabled, DisabledBecause, KeyRole, MemoryDeliveries, Request, SetUp, Webhook as Stored,
    WebhookChange, WebhookTerms, Work,
};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::sign::SigningSecrets;
use super::*;
use crate::app::App;
use crate::outgoing::Reach;
use crate::trial::{self, Machine, id};

/// What a receiver was sent.
type Sent = (HeaderMap, Bytes);

/// A server whose messages are sent, and its clock.
struct Sending {
    app: Arc<App>,
    webhooks: Arc<Webhooks>,
    machine: Machine,
    tasks: Vec<JoinHandle<()>>,
}

impl Sending {
    /// To these endpoints, of a refund that was opened when they were there.
    async fn to(endpoints: Vec<Stored>) -> Self {
        let sending = Self::nothing_to(endpoints).await;
        trial::open(&sending.app).await;
        sending
    }

    /// To these endpoints, before anything has happened.
    async fn nothing_to(endpoints: Vec<Stored>) -> Self {
        let machine = Machine::start();
        let app = trial::with_a_seller(&machine).await;
        for endpoint in endpoints {
            make(&app, endpoint).await;
        }
        Self::on(Arc::new(MemoryDeliveries::default()), app, machine)
    }

    fn on(book: Arc<dyn Deliveries>, app: Arc<App>, machine: Machine) -> Self {
        let webhooks = Arc::new(Webhooks::new(book, Connector::new(Reach::Anywhere), &SECRET));
        let tasks = webhooks.begin(&app.engine, None);
        Self { app, webhooks, machine, tasks }
    }

    fn hours_later(&self, hours: i64) {
        self.machine.put_forward(hours);
        self.webhooks.wake.notify_one();
    }

    /// Why an endpoint is switched off, once it is.
    async fn switched_off(&self, id: &str) -> DisabledBecause {
        let mut news = self.app.engine.store().news();
        loop {
            news.borrow_and_update();
            if let Some(disabled) = self.app.engine.settings().webhook(id).cloned().unwrap().disabled {
                return disabled.because;
            }
            news.changed().await.unwrap();
        }
    }

    /// Is cut off wherever it is, and begins again on the same book, with the endpoint elsewhere.
    async fn cut_off(self, endpoint: Stored) -> Self {
        let (book, app, machine) = self.ended().await;
        change(&app, &endpoint.id, WebhookChange::Terms(endpoint.terms)).await;
        Self::on(book, app, machine)
    }

    /// Is cut off wherever it is, and begins again with a book that knows nothing.
    async fn lose_the_book(self) -> Self {
        let (_, app, machine) = self.ended().await;
        Self::on(Arc::new(MemoryDeliveries::default()), app, machine)
    }

    async fn ended(self) -> (Arc<dyn Deliveries>, Arc<App>, Machine) {
        let Self { app, webhooks, machine, tasks } = self;
        for task in tasks {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        (webhooks.book.clone(), app, machine)
    }

    /// Ends, and gives the deliveries to an endpoint, the latest first.
    async fn delivered(self, endpoint_id: &str) -> Vec<Delivery> {
        self.app.engine.stop();
        for task in self.tasks {
            task.await.unwrap();
        }
        self.webhooks.book.list(endpoint_id, &Chosen::default(), None, usize::MAX).await.unwrap()
    }
}

const SECRET: [u8; 32] = [7; 32];

fn endpoint(name: &str, url: &str) -> Stored {
    let terms = WebhookTerms { url: url.to_owned(), description: None, types: Vec::new() };
    Stored::new(format!("whk_{name}"), KeyRole::Operator, terms)
}

/// An endpoint's secret of that generation.
fn secret(name: &str, generation: u32) -> String {
    SigningSecrets::new(&SECRET).secret(&format!("whk_{name}"), generation).text()
}

async fn make(app: &App, endpoint: Stored) {
    let request = Request::new(trial::operator(), SetUp::MakeWebhook(Box::new(endpoint)));
    app.engine.submit(request).await.unwrap();
}

async fn change(app: &App, id: &str, change: WebhookChange) {
    let request = Request::new(trial::operator(), SetUp::ChangeWebhook { webhook_id: id.to_owned(), change });
    app.engine.submit(request).await.unwrap();
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
    let sending = Sending::to(vec![endpoint("a", &url)]).await;
    let (headers, body) = sent.recv().await.unwrap();
    Webhook::new(&secret("a", 1)).unwrap().verify(&body, &headers).unwrap();
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
async fn an_endpoint_that_is_gone_is_switched_off() {
    let (url, mut sent) = receiver(vec![StatusCode::GONE]).await;
    let sending = Sending::to(vec![endpoint("a", &url)]).await;
    sent.recv().await.unwrap();
    let app = sending.app.clone();
    let delivered = sending.delivered("whk_a").await;
    assert_eq!((delivered[0].state, delivered[0].attempts.len()), (DeliveryState::Failed, 1));
    let disabled = app.engine.settings().webhook("whk_a").cloned().unwrap().disabled.unwrap();
    assert_eq!(disabled.because, DisabledBecause::Gone);
}

#[tokio::test]
async fn who_never_answers_holds_up_nobody_else() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent_url = format!("http://{}/", silent.local_addr().unwrap());
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let sending = Sending::to(vec![endpoint("a", &silent_url), endpoint("b", &url)]).await;
    let (_connection, _) = silent.accept().await.unwrap();
    sent.recv().await.unwrap();
    assert_eq!(sending.webhooks.book.due(&["whk_a"], 9).await.unwrap()[0].queue.len(), 1);
}

#[tokio::test]
async fn an_endpoint_is_told_what_it_asked_for_and_may_know() {
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let seller = |name: &str| KeyRole::Seller(id::<SellerId>(name));
    let told_of = |types: EventType, endpoint: Stored| {
        let types = vec![types.as_str().to_owned()];
        Stored { terms: WebhookTerms { types, ..endpoint.terms }, ..endpoint }
    };
    let off = Disabled { at: Timestamp::MIN, because: DisabledBecause::Asked };
    let endpoints = vec![
        Stored { owner: seller("s-2"), ..endpoint("another", &url) },
        told_of(EventType::RefundAgreed, endpoint("filtered", &url)),
        Stored { disabled: Some(off), ..endpoint("off", &url) },
        told_of(EventType::RefundOpened, Stored { owner: seller("s-1"), ..endpoint("theirs", &url) }),
    ];
    let sending = Sending::to(endpoints).await;
    assert!(message_id(&sent.recv().await.unwrap()).ends_with("_theirs"));
    let webhooks = sending.webhooks.clone();
    assert_eq!(sending.delivered("whk_theirs").await.len(), 1);
    for name in ["another", "filtered", "off"] {
        let told = webhooks.book.list(&format!("whk_{name}"), &Chosen::default(), None, 9).await.unwrap();
        assert_eq!(told, [], "{name}");
    }
}

#[tokio::test]
async fn no_seller_is_told_of_a_note_for_operators() {
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let owner = KeyRole::Seller(id::<SellerId>("s-1"));
    let sending = Sending::nothing_to(vec![Stored { owner, ..endpoint("theirs", &url) }, endpoint("own", &url)]).await;
    trial::open(&sending.app).await;
    let (text, attachments) = (id("we know them"), Attachments::default());
    let note =
        Box::new(Message { text, attachments, internal: true, for_operators: true, files: NamedFiles::default() });
    let note = Work::PostMessage { refund_id: id("rfd_1"), message: note };
    sending.app.engine.submit(Request::new(trial::operator(), note)).await.unwrap();
    for _ in 0..3 {
        sent.recv().await.unwrap();
    }
    let webhooks = sending.webhooks.clone();
    assert_eq!(sending.delivered("whk_own").await.len(), 2);
    assert_eq!(webhooks.book.list("whk_theirs", &Chosen::default(), None, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn for_a_day_after_a_rotation_both_secrets_are_good() {
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let sending = Sending::to(vec![endpoint("a", &url)]).await;
    sent.recv().await.unwrap();
    change(&sending.app, "whk_a", WebhookChange::Rotated).await;
    let good = async |sending: &Sending, sent: &mut UnboundedReceiver<Sent>| {
        let stored = sending.app.engine.settings().webhook("whk_a").cloned().unwrap();
        sending.webhooks.ping(stored, sending.app.engine.store().now()).await.unwrap();
        let (headers, body) = sent.recv().await.unwrap();
        [1, 2].map(|generation| Webhook::new(&secret("a", generation)).unwrap().verify(&body, &headers).is_ok())
    };
    assert_eq!(good(&sending, &mut sent).await, [true, true]);
    sending.hours_later(24);
    assert_eq!(good(&sending, &mut sent).await, [false, true]);
    sending.delivered("whk_a").await;
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
    let sending = sending.cut_off(endpoint("a", &url)).await;
    let again = sent.recv().await.unwrap();
    assert!(received.contains(&format!("webhook-id: {}\r\n", message_id(&again))), "{received}");
    assert_eq!(sending.delivered("whk_a").await[0].attempts.len(), 1);
}
