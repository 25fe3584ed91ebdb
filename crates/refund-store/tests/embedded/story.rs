//! What is asked of a store in these tests, and all that one can see of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use refund_core::{
    Actor, Address, AddressBook, AuditType, BuyerId, Category, Command, Currency, DeadlineKind, Event, Label,
    LineLedger, MailContacts, MakeOffer, Money, NamedFiles, Opening, OrderLine, PolicyOverrides, Reason, References,
    Refund, RefundId, RefundType, Role, SellerId, Timestamp, Via,
};
use refund_store::{
    Advance, Answered, Around, AuditQuery, Clock, FailedSignIns, Fingerprint, IdempotencyKey, Key, KeyRole, KeyScope,
    Overdue, Query, Recorded, Refused, Request, Secret, Seller, Session, SetUp, Sort, Store, Surroundings, User,
    Webhook, WebhookTerms, Work, wait,
};

pub(crate) const HOUR: u32 = 3600;

pub(crate) fn surroundings() -> Surroundings {
    let count = AtomicU64::new(0);
    let entropy = move |bytes: &mut [u8]| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        bytes.iter_mut().zip(number.to_le_bytes()).for_each(|(byte, random)| *byte = random);
    };
    Surroundings { clock: Clock::Test, entropy: Arc::new(entropy), hold_settling: false }
}

pub(crate) fn running(at: Timestamp) -> Surroundings {
    Surroundings { clock: Clock::Running(Arc::new(move || at)), ..surroundings() }
}

pub(crate) fn start() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

pub(crate) fn do_it(store: &dyn Store, request: Request) -> Answered {
    store.submit(request).wait().unwrap()
}

/// Sets the clock, and `shop` up.
pub(crate) fn begin(store: &dyn Store) {
    do_it(store, Request::by_system(Work::AdvanceTestClock { advance: Advance::To(start()) }));
    do_it(store, put_seller("shop"));
}

pub(crate) fn advance(seconds: u32) -> Request {
    Request::by_system(Work::AdvanceTestClock { advance: Advance::Seconds(seconds) })
}

pub(crate) fn operator() -> Actor {
    Actor::new(Role::Operator, "ops", Via::User("ann".to_owned()))
}

/// Somebody who can sign in, and is called what their id is.
pub(crate) fn make_user(id: &str) -> Request {
    let user = User::new(id.to_owned(), id.parse().unwrap(), KeyRole::Operator);
    Request::new(operator(), SetUp::MakeUser(Box::new(user)))
}

/// They sign in, in a browser of that number.
pub(crate) fn sign_in(id: &str, browser: u8) -> Request {
    let (began_at, ends_at) = (Timestamp::MIN, Timestamp::MAX);
    let session = Session { secret: Secret([browser; 32]), user_id: id.to_owned(), began_at, ends_at };
    Request::by_system(SetUp::SignIn { session: Box::new(session), link: None, shown: None })
}

/// Somebody tries to sign in as them, and is not let in.
pub(crate) fn not_let_in(id: &str) -> Request {
    let failed = FailedSignIns { user_id: Some(id.to_owned()), from: None, count: 2, since: Timestamp::MIN };
    Request::by_system(SetUp::TellOfFailedSignIns(vec![failed]))
}

/// An endpoint of webhooks.
pub(crate) fn make_webhook(id: &str) -> Request {
    let terms = WebhookTerms { url: "https://example.com/".to_owned(), description: None, types: Vec::new() };
    let webhook = Webhook::new(id.to_owned(), KeyRole::Operator, terms);
    Request::new(operator(), SetUp::MakeWebhook(Box::new(webhook)))
}

pub(crate) fn put_seller(id: &str) -> Request {
    let address = Address {
        id: "wh".parse().unwrap(),
        recipient: Label::new("Returns").unwrap(),
        phone: Label::new("1").unwrap(),
        address: Reason::new("1 Harbour Road").unwrap(),
    };
    let seller = Seller {
        name: Label::new(id).unwrap(),
        addresses: AddressBook::new(vec![(address, true)]).unwrap(),
        policy: PolicyOverrides { allow_withdraw: Some(true), ..PolicyOverrides::default() },
        contacts: MailContacts::default(),
    };
    Request::new(operator(), SetUp::PutSeller { seller_id: SellerId::new(id).unwrap(), seller: Box::new(seller) })
}

pub(crate) fn issue(id: &str, secret: u8) -> Request {
    let key = Key {
        id: id.to_owned(),
        name: Label::new(id).unwrap(),
        role: KeyRole::Operator,
        secret: Secret([secret; 32]),
        created_at: Timestamp::MIN,
        revoked_at: None,
        scope: KeyScope::Full,
        expires_at: None,
        last_used_at: None,
    };
    Request::new(operator(), SetUp::IssueKey(Box::new(key)))
}

/// The refund `id` on a line of its own.
pub(crate) fn open_refund(id: &str) -> Request {
    open_on_line(id, id, "kim", 2000)
}

pub(crate) fn open_on_line(id: &str, line: &str, buyer: &str, minor: i64) -> Request {
    let opening = Opening {
        refund_id: RefundId::new(id).unwrap(),
        seller_id: SellerId::new("shop").unwrap(),
        buyer_id: BuyerId::new(buyer).unwrap(),
        line: OrderLine {
            order_id: "order".parse().unwrap(),
            line_id: line.parse().unwrap(),
            title: Label::new("Bin").unwrap(),
            category: Category::General,
            paid: money(2000),
            shipped: true,
            freight_insurance: false,
            image_url: None,
        },
        request: refund_core::Request {
            kind: RefundType::ReturnAndRefund,
            amount: money(minor),
            reason: "dented".parse().unwrap(),
        },
        references: References::default(),
        buyer_contact: None,
    };
    Request::new(Actor::new(Role::Buyer, buyer, Via::Link), Work::open(opening))
}

pub(crate) fn money(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("CNY").unwrap()).unwrap()
}

pub(crate) fn by_seller(id: &str, command: Command) -> Request {
    by(id, Actor::new(Role::Seller, "shop", Via::Key("k".to_owned())), command)
}

pub(crate) fn by_buyer(id: &str, command: Command) -> Request {
    by(id, Actor::new(Role::Buyer, "kim", Via::Link), command)
}

pub(crate) fn by(id: &str, actor: Actor, command: Command) -> Request {
    Request::new(actor, Work::Command { refund_id: RefundId::new(id).unwrap(), command })
}

pub(crate) fn offer(id: &str) -> Command {
    Command::MakeOffer(MakeOffer {
        negotiation_id: format!("ng-{id}").parse().unwrap(),
        kind: RefundType::RefundOnly,
        amount: money(200),
        return_address_id: None,
        message: None,
        agreed_offline: false,
        files: NamedFiles::default(),
    })
}

pub(crate) const AGREE: Command = Command::Agree { return_address_id: None };

pub(crate) fn accept(id: &str) -> Command {
    Command::AcceptOffer { negotiation_id: format!("ng-{id}").parse().unwrap() }
}

pub(crate) fn under(key: &str, print: u8, request: Request) -> Request {
    let fingerprint: Fingerprint = [print; 32];
    let key = IdempotencyKey { caller: "key_1".to_owned(), key: key.to_owned() };
    let viewers = vec![Actor::new(Role::Seller, "shop", Via::Key("k".to_owned()))];
    Request { idempotency: Some((key, fingerprint)), viewers, ..request }
}

/// A few refunds in several states, with time gone by, and settings of every kind.
pub(crate) fn tell(store: &dyn Store) {
    begin(store);
    do_it(store, issue("k1", 1));
    for id in ["a", "b", "c", "d"] {
        store.submit(under(&format!("open-{id}"), 1, open_refund(id))).wait().unwrap();
        do_it(store, advance(HOUR));
    }
    do_it(store, by_seller("a", offer("a")));
    do_it(store, by_buyer("a", accept("a")));
    do_it(store, by_seller("b", offer("b")));
    do_it(store, advance(34 * HOUR));
    do_it(store, by_seller("d", AGREE));
    let policy = refund_core::Policy { cap_at_requested: true, ..refund_core::Policy::default() };
    do_it(store, Request::new(operator(), SetUp::PutPolicy(Box::new(policy))));
    let rollout =
        refund_core::Rollout { deny: [SellerId::new("x").unwrap()].into(), ..refund_core::Rollout::everyone() };
    do_it(store, Request::new(operator(), SetUp::PutRollout(Box::new(rollout))));
}

/// All that one can see of a store, but for the epochs of positions.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    feed: Vec<(u64, u32, Event)>,
    refunds: Vec<(Arc<Refund>, Vec<Event>)>,
    lines: Vec<(Option<LineLedger>, Vec<RefundId>)>,
    lists: Vec<Vec<String>>,
    due: BTreeSet<(Timestamp, RefundId)>,
    overdue: Vec<Overdue>,
    settings: String,
    audit: Vec<String>,
    now: Timestamp,
}

impl Seen {
    /// What is seen where it was restored from a backup: that was recorded, a moment after all else.
    #[allow(dead_code, reason = "shared with tests that restore nothing")]
    pub(crate) fn restored(self) -> Self {
        Self { now: Timestamp::from_millis(self.now.as_millis() + 1).unwrap(), ..self }
    }
}

/// What stands around a refund, but for how far names leap, which is another in a store that was restored.
fn listed(around: &Around) -> String {
    let Around { refund, seller, refundable, link, .. } = around;
    format!("{} {seller:?} {refundable:?} {link}", refund.id)
}

pub(crate) fn see(store: &dyn Store) -> Seen {
    let (events, settings) = (feed(store), store.settings());
    let lists: Vec<_> = [Sort::Deadline, Sort::OpenedAt].into_iter().map(|sort| list(store, sort)).collect();
    let refunds = lists[1].iter().map(|around| {
        let id = &around.refund.id;
        assert_eq!(wait(store.refund(id)).unwrap().as_ref(), Some(around));
        let history = wait(store.history(id, 0, 1000)).unwrap();
        let own: Vec<_> = events.iter().filter(|(_, event)| event.refund_id == *id).cloned().collect();
        assert_eq!(history, own);
        let history = history.into_iter().map(|(_, event)| event).collect();
        (around.refund.clone(), history)
    });
    let on_lines = lists[1].iter().map(|around| {
        let all = wait(store.on_line(&around.refund.line_key())).unwrap();
        let beside = all.iter().filter(|other| other.id != around.refund.id);
        (LineLedger::of(&all), beside.chain(&all).map(|other| other.id.clone()).collect())
    });
    Seen {
        refunds: refunds.collect(),
        lines: on_lines.collect(),
        lists: lists.iter().map(|list| list.iter().map(listed).collect()).collect(),
        feed: events.into_iter().map(|(position, event)| (position.record, position.entry, event)).collect(),
        due: wait(store.due(Timestamp::MAX, 1000)).unwrap().into_iter().collect(),
        overdue: DeadlineKind::ALL.iter().map(|kind| wait(store.overdue(*kind)).unwrap()).collect(),
        settings: format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            settings.sellers(None, 100),
            settings.keys(),
            settings.webhooks(),
            settings.users(),
            settings.sessions_of("u1"),
            settings.session(&Secret([4; 32])),
            settings.key_by_secret(&Secret([1; 32])),
            settings.policy,
            settings.rollout
        ),
        audit: audit(store),
        now: store.now(),
    }
}

/// What is for the audit, but for what only a restored store has.
fn audit(store: &dyn Store) -> Vec<String> {
    let types = AuditType::ALL.iter().copied().filter(|of| *of != AuditType::Restoration).collect();
    let audited = wait(store.audit(&AuditQuery { types, limit: 1_000_000, ..AuditQuery::default() })).unwrap();
    let told = audited.into_iter().map(|audited| {
        let (record, entry) = (audited.position.record, audited.position.entry);
        format!("{record} {entry} {} {:?} {:?} {:?}", audited.at, audited.from, audited.entry, audited.before)
    });
    told.collect()
}

pub(crate) fn feed(store: &dyn Store) -> Vec<Recorded> {
    let feed = wait(store.feed(None, 1_000_000)).unwrap();
    assert!(!feed.more);
    assert_eq!(store.feed_end(), feed.looked_at);
    feed.events.iter().map(|told| (told.position, told.event.clone())).collect()
}

pub(crate) fn list(store: &dyn Store, sort: Sort) -> Vec<Around> {
    all_pages(store, Query { sort, limit: 3, ..Query::default() })
}

pub(crate) fn all_pages(store: &dyn Store, mut query: Query) -> Vec<Around> {
    let mut refunds = Vec::new();
    loop {
        let page = wait(store.list(&query)).unwrap();
        refunds.extend(page.items);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return refunds,
        }
    }
}

/// Submits requests that gather while the first is carried out; the answers.
pub(crate) fn gathered(store: &dyn Store, requests: Vec<Request>) -> Vec<Result<Answered, Refused>> {
    let replies: Vec<_> = requests.into_iter().map(|request| store.submit(request)).collect();
    replies.into_iter().map(refund_store::Reply::wait).collect()
}
