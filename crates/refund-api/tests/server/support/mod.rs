//! A real server on loopback, and a client that speaks to it as any other would.

pub(crate) mod browser;
pub(crate) mod clerk;
pub(crate) mod postgres;

use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use refund_api::{Config, Demo, Limits, MailSettings, Place, Reach, Running, StartError, demo, start};
use refund_core::{Actor, Timestamp};
use refund_store::{Clock, KeyRole, Request, Secret, SetUp, SignInLink, TeamRole, User};
use refund_tests::contract::{Exchange, check};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

/// A server and the runtime that it lives on.
pub(crate) struct Server {
    runtime: Runtime,
    running: Option<Running>,
    pub(crate) base_url: String,
    pub(crate) operator: String,
    pub(crate) platform: String,
    pub(crate) seller: String,
    /// What the demo wrote down, where this is one.
    pub(crate) demo_file: Value,
    agent: ureq::Agent,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) etag: Option<String>,
    pub(crate) replayed: bool,
    pub(crate) media_type: String,
    pub(crate) date: Option<String>,
    pub(crate) retry_after: Option<String>,
}

pub(crate) const ANY_PORT: &str = "127.0.0.1:0";
pub(crate) const SELLER: &str = "seller-homeware";

pub(crate) fn money(value: &str) -> Value {
    json!({ "currency": "CNY", "value": value })
}

pub(crate) fn opening(order: &str) -> Value {
    json!({
        "seller_id": SELLER, "buyer_id": "buyer-1",
        "order_line": {
            "order_id": order, "line_id": "1", "title": "Steel waste bin", "category": "general",
            "paid": money("20.00"), "shipped": true, "freight_insurance": true
        },
        "type": "RETURN_AND_REFUND", "amount": money("20.00"), "reason": "a dent"
    })
}

pub(crate) fn small_refund(value: &str) -> Value {
    json!({ "type": "REFUND_ONLY", "amount": money(value) })
}

/// A clock that a test moves by hand, while the server takes it for the machine's.
#[derive(Clone)]
pub(crate) struct Hands(Arc<AtomicI64>);

impl Hands {
    pub(crate) fn at(instant: &str) -> Self {
        Self(Arc::new(AtomicI64::new(instant.parse::<Timestamp>().unwrap().as_millis())))
    }

    pub(crate) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) fn set(&self, instant: &str) {
        self.0.store(instant.parse::<Timestamp>().unwrap().as_millis(), Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let hands = self.0.clone();
        Clock::Running(Arc::new(move || Timestamp::from_millis(hands.load(Ordering::SeqCst)).unwrap()))
    }
}

impl Server {
    /// A demo in that folder, with its test clock.
    pub(crate) fn demo(folder: &Path) -> Self {
        Self::demo_in(folder, Place::default())
    }

    /// The same with its store in another place.
    pub(crate) fn demo_in(folder: &Path, place: Place) -> Self {
        let runtime = Runtime::new().unwrap();
        let (running, demo) = runtime
            .block_on(demo(folder.to_owned(), place, ANY_PORT.parse().unwrap(), MailSettings::default()))
            .unwrap();
        let Demo { base_url, operator, platform, seller, file, .. } = demo;
        let demo_file = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        Self { runtime, running: Some(running), base_url, operator, platform, seller, demo_file, agent: agent() }
    }

    /// A server as it is run for real, but for its clock. The first start sets a seller up.
    pub(crate) fn serve(folder: &Path, hands: &Hands, hold_settling: bool) -> Result<Self, StartError> {
        Self::start(folder, Config { clock: hands.clock(), hold_settling, ..config(folder) })
    }

    /// The same by the machine's clock, with limits.
    pub(crate) fn limited(folder: &Path, limits: Limits) -> Self {
        Self::start(folder, Config { limits, ..config(folder) }).unwrap()
    }

    /// The same, that sends webhooks to public addresses alone.
    pub(crate) fn public(folder: &Path) -> Self {
        Self::start(folder, Config { reach: refund_api::Reach::Public, ..config(folder) }).unwrap()
    }

    /// The same with a link for one of the operator's people.
    pub(crate) fn with_link_for(folder: &Path, name: &str) -> Result<Self, StartError> {
        Self::start(folder, Config { sign_in_link: Some(name.parse().unwrap()), ..config(folder) })
    }

    /// The same, that others reach by that address.
    pub(crate) fn reached_by(folder: &Path, url: &str) -> Result<Self, StartError> {
        Self::start(folder, Config { public_url: Some(url.to_owned()), ..config(folder) })
    }

    /// The same, that pages from there may call.
    pub(crate) fn open_to(folder: &Path, origin: &str) -> Self {
        Self::start(folder, Config { cors_origins: vec![origin.parse().unwrap()], ..config(folder) }).unwrap()
    }

    /// The link that this start made for somebody of the operator's.
    pub(crate) fn printed_link(&self) -> Option<&str> {
        self.running.as_ref()?.sign_in.as_deref()
    }

    /// A server in an empty folder, in which nobody has set anything up yet.
    pub(crate) fn empty(folder: &Path) -> Self {
        Self::begun(folder, config(folder)).unwrap()
    }

    fn begun(folder: &Path, config: Config) -> Result<Self, StartError> {
        let runtime = Runtime::new().unwrap();
        let running = runtime.block_on(start(config))?;
        let operator = std::fs::read_to_string(folder.join("operator.key")).unwrap().trim().to_owned();
        let base_url = format!("http://{}", running.address);
        let (platform, seller) = (String::new(), String::new());
        let demo_file = Value::Null;
        let running = Some(running);
        Ok(Self { runtime, running, base_url, operator, platform, seller, demo_file, agent: agent() })
    }

    fn start(folder: &Path, config: Config) -> Result<Self, StartError> {
        let hold_settling = config.hold_settling;
        let mut server = Self::begun(folder, config)?;
        if server.running.as_ref().is_some_and(|running| running.operator_key.is_some()) {
            let address = json!({ "id": "main", "recipient": "r", "phone": "1", "address": "a", "default": true });
            let path = format!("/v1/sellers/{SELLER}");
            let set_up = server.put(&path, &server.operator, &json!({ "name": "n", "addresses": [address] }));
            assert_eq!(set_up.status, 201);
        }
        if !hold_settling {
            server.platform = server.key(&json!({ "name": "p", "role": "platform" }));
            server.seller = server.key(&json!({ "name": "s", "role": "seller", "seller_id": SELLER }));
        }
        Ok(server)
    }

    /// A link by which somebody signs in who is called that, and may do all.
    pub(crate) fn sign_in_link(&self, name: &str, role: KeyRole) -> String {
        self.sign_in_link_as(name, role, TeamRole::Owner)
    }

    pub(crate) fn sign_in_link_as(&self, name: &str, role: KeyRole, team_role: TeamRole) -> String {
        let (id, token) = (format!("usr_{name}"), format!("link-of-{name}"));
        let link = SignInLink { secret: Secret(Sha256::digest(&token).into()), expires_at: Timestamp::MAX };
        let user = User { link: Some(link), team_role, ..User::new(id, name.parse().unwrap(), role) };
        let request = Request::new(Actor::system(), SetUp::MakeUser(Box::new(user)));
        self.runtime.block_on(self.running.as_ref().unwrap().submit(request)).unwrap();
        format!("{}/sign-in/{token}", self.base_url)
    }

    fn key(&self, body: &Value) -> String {
        self.post("/v1/keys", &self.operator, &[], body).body["secret"].as_str().unwrap().to_owned()
    }

    pub(crate) fn stop(mut self) {
        let running = self.running.take().unwrap();
        self.runtime.block_on(running.stop()).unwrap();
    }

    pub(crate) fn send(&self, method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = self.agent.run(request.body(body).unwrap()).unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (etag, replayed) = (header("etag"), header("idempotency-replayed").is_some());
        let media_type = header("content-type").unwrap_or_default();
        let (date, retry_after) = (header("date"), header("retry-after"));
        let text = response.body_mut().read_to_string().unwrap();
        let status = response.status().as_u16();
        let exchange = Exchange { method, path, sent: body, status, media_type: &media_type, answered: &text };
        check(&exchange).unwrap_or_else(|wrong| panic!("the contract says otherwise: {wrong}"));
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status, body, etag, replayed, media_type, date, retry_after }
    }

    /// A file as it is given out, with the head of the answer.
    pub(crate) fn file(&self, path: &str, token: &str) -> (u16, ureq::http::HeaderMap, Vec<u8>) {
        let request = ureq::http::Request::builder().uri(format!("{}{path}", self.base_url));
        let request = request.header("Authorization", format!("Bearer {token}"));
        let mut response = self.agent.run(request.body(()).unwrap()).unwrap();
        let bytes = response.body_mut().with_config().limit(16 * 1024 * 1024).read_to_vec().unwrap();
        (response.status().as_u16(), response.headers().clone(), bytes)
    }

    /// The body of a stream of events, as it comes.
    pub(crate) fn stream(&self, path: &str, token: &str, last_event_id: &str) -> BufReader<ureq::BodyReader<'static>> {
        let request = ureq::http::Request::builder().uri(format!("{}{path}", self.base_url));
        let mut request = request.header("Authorization", format!("Bearer {token}"));
        if !last_event_id.is_empty() {
            request = request.header("Last-Event-ID", last_event_id);
        }
        let response = self.agent.run(request.body(()).unwrap()).unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        BufReader::new(response.into_body().into_reader())
    }

    /// A connection of its own.
    pub(crate) fn connect(&self) -> TcpStream {
        let address: SocketAddr = self.base_url.strip_prefix("http://").unwrap().parse().unwrap();
        TcpStream::connect(address).unwrap()
    }

    /// What comes back on a connection of its own until its end, where these bytes are sent.
    pub(crate) fn raw(&self, sent: &[u8]) -> String {
        let mut stream = self.connect();
        // The server may have answered and gone before it has read all.
        let _ = stream.write_all(sent);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Reply {
        self.send("GET", path, token, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, token: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        self.send("POST", path, token, headers, body.to_string().as_bytes())
    }

    pub(crate) fn put(&self, path: &str, token: &str, body: &Value) -> Reply {
        self.send("PUT", path, token, &[], body.to_string().as_bytes())
    }

    /// A new refund on an order.
    pub(crate) fn open(&self, order: &str) -> Value {
        let reply = self.post("/v1/refunds", &self.platform, &[], &opening(order));
        assert_eq!(reply.status, 201, "{:?}", reply.body);
        reply.body
    }

    /// A command of the seller's on the refund as it stands.
    pub(crate) fn as_seller(&self, refund: &Value, what: &str, body: &Value) -> Reply {
        let version = format!("\"{}\"", refund["version"]);
        self.post(&path(refund, what), &self.seller, &[("If-Match", &version)], body)
    }

    /// Writes another address under the id of one of the demo's seller.
    pub(crate) fn move_address(&self, id: &str, to: &str) {
        let path = format!("/v1/sellers/{SELLER}");
        let mut seller = self.get(&path, &self.operator).body;
        seller.as_object_mut().unwrap().remove("id");
        for address in seller["addresses"].as_array_mut().unwrap().iter_mut().filter(|own| own["id"] == id) {
            address["address"] = json!(to);
        }
        let moved = self.put(&path, &self.operator, &seller);
        assert_eq!(moved.status, 200, "{}", moved.body);
    }

    pub(crate) fn show(&self, refund: &Value) -> Value {
        self.get(&path(refund, ""), &self.operator).body
    }

    pub(crate) fn advance(&self, seconds: u64) {
        let reply = self.post("/v1/test-clock/advance", &self.operator, &[], &json!({ "seconds": seconds }));
        assert_eq!(reply.status, 200, "{:?}", reply.body);
    }
}

fn config(folder: &Path) -> Config {
    // Receivers of tests are on loopback.
    Config { reach: Reach::Anywhere, ..Config::new(folder.to_owned(), ANY_PORT.parse().unwrap()) }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build().into()
}

/// The path of a refund, or of something on it.
pub(crate) fn path(refund: &Value, what: &str) -> String {
    let id = refund["id"].as_str().unwrap();
    if what.is_empty() { format!("/v1/refunds/{id}") } else { format!("/v1/refunds/{id}/{what}") }
}
