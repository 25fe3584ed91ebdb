//! A server in memory, for tests beside the code.

mod lazy;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use refund_core::{
    Actor, Address, AddressBook, BuyerId, Category, Contact, Currency, Label, LineId, MailContacts, Money, Opening,
    OrderId, OrderLine, Policy, PolicyOverrides, References, RefundType, Role, Timestamp, Via, Why,
};
use refund_store::{Clock, KeyRole, MemoryDeliveries, MemoryStore, Request, Seller, SetUp, Store, Surroundings, Work};
use tokio::time::Instant;

use self::lazy::Lazy;
use crate::app::App;
use crate::callers::Limits;
use crate::engine::Engine;
use crate::engine::reading::Reading;
use crate::evidence::Evidence;
use crate::metrics::Metrics;
use crate::outgoing::{Connector, Reach};
use crate::server;
use crate::webhooks::Webhooks;

const SECRET: [u8; 32] = [0; 32];
/// The key of the platform.
pub(crate) const KEY: &str = "rfk_of_the_platform";

/// What that text names.
pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn opening(number: u32) -> Opening {
    let paid = Money::new(2000, Currency::from_code("CNY").unwrap()).unwrap();
    let (order_id, line_id): (OrderId, LineId) = (id(&format!("o-{number}")), id("1"));
    let line = OrderLine {
        order_id,
        line_id,
        title: id("bin"),
        category: Category::General,
        paid,
        shipped: true,
        freight_insurance: false,
        image_url: None,
    };
    let reason: Why = id("a dent");
    Opening {
        refund_id: id(&format!("rfd_{number}")),
        seller_id: id("s-1"),
        buyer_id: id("b-1"),
        line,
        request: refund_core::Request { kind: RefundType::RefundOnly, amount: paid, reason },
        references: References::default(),
        buyer_contact: None,
    }
}

fn seller() -> Seller {
    let address = Address { id: id("main"), recipient: id("desk"), phone: id("1"), address: id("1 Canal Road") };
    let addresses = AddressBook::new(vec![(address, true)]).unwrap();
    Seller { name: id("one"), addresses, policy: PolicyOverrides::default(), contacts: MailContacts::default() }
}

/// A clock that runs by tokio's own time, which moves on by itself whenever every task waits,
/// and that can be put forward and back.
#[derive(Clone)]
pub(crate) struct Machine {
    started: Instant,
    put_forward: Arc<AtomicI64>,
    pub(crate) looked_at: Arc<AtomicU64>,
}

impl Machine {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), put_forward: Arc::default(), looked_at: Arc::default() }
    }

    pub(crate) fn put_forward(&self, hours: i64) {
        self.put_forward.fetch_add(hours * 3_600_000, Ordering::SeqCst);
    }

    /// What a store is opened with.
    pub(crate) fn surroundings(&self) -> Surroundings {
        Surroundings { clock: self.clock(), entropy: Arc::new(|_| {}), hold_settling: false }
    }

    fn clock(&self) -> Clock {
        let epoch: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let machine = self.clone();
        Clock::Running(Arc::new(move || {
            machine.looked_at.fetch_add(1, Ordering::SeqCst);
            let millis = i64::try_from(machine.started.elapsed().as_millis()).unwrap();
            let put_forward = machine.put_forward.load(Ordering::SeqCst);
            Timestamp::from_millis(epoch.as_millis() + millis + put_forward).unwrap()
        }))
    }
}

/// A server of which nothing runs yet, with a key for the platform.
pub(crate) async fn app(machine: &Machine) -> Arc<App> {
    on(Arc::new(MemoryStore::new(machine.surroundings()))).await
}

/// A server on a store that takes that long for each read.
pub(crate) async fn on_a_lazy_store(
    machine: &Machine,
    takes: impl Fn() -> Duration + Send + Sync + 'static,
) -> Arc<App> {
    let store = Arc::new(MemoryStore::new(machine.surroundings()));
    on(Arc::new(Reading { store, passage: Lazy(Box::new(takes)) })).await
}

async fn on(store: Arc<dyn Store>) -> Arc<App> {
    server::issue(&*store, Label::new("platform").unwrap(), KeyRole::Platform, KEY).await.unwrap();
    on_as_it_is(store)
}

/// A server on a store that may have been set up already, through another one.
pub(crate) fn on_as_it_is(store: Arc<dyn Store>) -> Arc<App> {
    let engine = Arc::new(Engine::new(store, Metrics::default(), 0));
    let webhooks =
        Arc::new(Webhooks::new(Arc::new(MemoryDeliveries::default()), Connector::new(Reach::Anywhere), &SECRET));
    Arc::new(App::new(
        engine,
        webhooks,
        Arc::new(Evidence::nowhere()),
        &SECRET,
        String::new(),
        false,
        Limits::without_rates(),
    ))
}

/// A server with the refund `rfd_1` in it.
pub(crate) async fn with_one_refund(machine: &Machine) -> Arc<App> {
    let app = with_a_seller(machine).await;
    open(&app).await;
    app
}

/// A server with a seller.
pub(crate) async fn with_a_seller(machine: &Machine) -> Arc<App> {
    let app = app(machine).await;
    set_up_a_seller(&app).await;
    app
}

/// Sets the seller `s-1` up.
pub(crate) async fn set_up_a_seller(app: &App) {
    put_seller(app, "s-1", seller()).await;
}

/// Changes the seller's name: to the same as it had before changes nothing.
pub(crate) async fn rename_the_seller(app: &App, name: &str) {
    let present = app.engine.settings().seller(&id("s-1")).cloned().unwrap();
    put_seller(app, "s-1", Seller { name: Label::new(name).unwrap(), ..(*present).clone() }).await;
}

/// Has these told by mail what concerns the seller `s-1`.
pub(crate) async fn put_contacts(app: &App, contacts: MailContacts) {
    put_seller(app, "s-1", Seller { contacts, ..seller() }).await;
}

pub(crate) async fn put_seller(app: &App, seller_id: &str, seller: Seller) {
    let request = Request::new(operator(), SetUp::PutSeller { seller_id: id(seller_id), seller: Box::new(seller) });
    app.engine.submit(request).await.unwrap();
}

pub(crate) fn operator() -> Actor {
    Actor::new(Role::Operator, "op", Via::User("op".to_owned()))
}

/// Opens the refund `rfd_1`.
pub(crate) async fn open(app: &App) {
    open_nth(app, 1).await;
}

/// Opens the refund of that number, on an order of its own.
pub(crate) async fn open_nth(app: &App, number: u32) {
    opened(app, opening(number)).await;
}

/// Opens the refund `rfd_1` of a buyer who gets mail, in their language, under a policy by which they are told.
pub(crate) async fn open_for_mail(app: &App, policy: Policy, language: &str) {
    app.engine.submit(Request::new(operator(), SetUp::PutPolicy(Box::new(policy)))).await.unwrap();
    open_nth_for_mail(app, "s-1", 1, language).await;
}

/// Opens the refund of that number, of a buyer who gets mail, with a seller who is set up by this.
pub(crate) async fn open_nth_for_mail(app: &App, seller_id: &str, number: u32, language: &str) {
    put_seller(app, seller_id, seller()).await;
    let email = Some(id("kim@example.com"));
    let contact = Contact { email, language: Some(id(language)), ..Contact::default() };
    let buyer_contact = Some(Box::new(contact));
    opened(app, Opening { seller_id: id(seller_id), buyer_contact, ..opening(number) }).await;
}

async fn opened(app: &App, opening: Opening) {
    let actor = Actor::new(Role::Buyer, id::<BuyerId>("b-1").as_str(), Via::Link);
    app.engine.submit(Request::new(actor, Work::open(opening))).await.unwrap();
}

/// The seller of `rfd_1`.
pub(crate) fn its_seller() -> Actor {
    Actor::new(Role::Seller, "s-1", Via::User("s".to_owned()))
}
