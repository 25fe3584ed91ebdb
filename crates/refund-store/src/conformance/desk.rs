//! A store with somebody in front of it: short words for what the checks do.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use refund_core::{
    Actor, Address, AddressBook, AddressId, Attachments, BuyerId, Category, Command, Currency, Event, Label, LineId,
    LineKey, LineLedger, MailContacts, MakeOffer, Message, MessageText, Money, NamedFiles, NegotiationId, Opening,
    OrderId, OrderLine, PolicyOverrides, Reason, References, Refund, RefundId, RefundType, Role, SellerId, Timestamp,
    Via,
};

use super::{Broken, Make};
use crate::{
    Advance, Answer, Answered, Clock, EventPosition, Feed, IdempotencyKey, Recorded, Refused, Request, Seller, SetUp,
    Store, Surroundings, Work, wait,
};

/// The instant at which every story begins.
pub(crate) const START: &str = "2026-03-01T00:00:00.000Z";
pub(super) const HOUR: u32 = 3600;

/// Fails with `what` unless both are the same.
pub(super) fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), Broken> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: found {found:?}, expected {expected:?}").into())
}

/// Fails with `what` unless it is so.
pub(super) fn holds(what: &str, so: bool) -> Result<(), Broken> {
    if so { Ok(()) } else { Err(what.into()) }
}

/// A clock that somebody else moves.
#[derive(Clone)]
pub(super) struct Hand(Arc<AtomicI64>);

impl Hand {
    pub(super) fn at(instant: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(instant.as_millis())))
    }

    pub(super) fn set(&self, to: Timestamp) {
        self.0.store(to.as_millis(), Ordering::SeqCst);
    }

    pub(super) fn forward(&self, seconds: u32) {
        self.0.fetch_add(i64::from(seconds).saturating_mul(1000), Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let hand = self.clone();
        Clock::Running(Arc::new(move || {
            Timestamp::from_millis(hand.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MIN)
        }))
    }
}

fn surroundings(clock: Clock, hold_settling: bool) -> Surroundings {
    let count = AtomicU8::new(0);
    let entropy = move |bytes: &mut [u8]| bytes.fill(count.fetch_add(1, Ordering::Relaxed));
    Surroundings { clock, entropy: Arc::new(entropy), hold_settling }
}

/// A store, and who stands in front of it.
pub(super) struct Desk {
    pub(super) store: Box<dyn Store>,
}

impl Desk {
    /// With a test clock at [`START`], and the seller `shop`.
    pub(super) fn new(make: &mut Make<'_>) -> Result<Self, Broken> {
        let desk = Self::empty(make);
        desk.done(Request::by_system(Work::AdvanceTestClock { advance: Advance::To(START.parse()?) }))?;
        desk.put_seller("shop")?;
        Ok(desk)
    }

    pub(super) fn empty(make: &mut Make<'_>) -> Self {
        Self { store: make(surroundings(Clock::Test, false)) }
    }

    /// With a clock that goes by, and the seller `shop`.
    pub(super) fn running(make: &mut Make<'_>) -> Result<(Self, Hand), Broken> {
        let hand = Hand::at(START.parse()?);
        let desk = Self { store: make(surroundings(hand.clock(), false)) };
        desk.put_seller("shop")?;
        Ok((desk, hand))
    }

    /// With a clock that goes by, where nothing is settled.
    pub(super) fn held(make: &mut Make<'_>) -> Result<Self, Broken> {
        let hand = Hand::at(START.parse()?);
        Ok(Self { store: make(surroundings(hand.clock(), true)) })
    }

    pub(super) fn submit(&self, request: Request) -> Result<Answered, Refused> {
        self.store.submit(request).wait()
    }

    /// Does what must succeed.
    pub(super) fn done(&self, request: Request) -> Result<Answered, Broken> {
        let what = format!("{request:?}");
        self.submit(request).map_err(|refused| format!("{what} was refused: {refused:?}").into())
    }

    /// Does what must be refused.
    pub(super) fn refused(&self, request: Request) -> Result<Refused, Broken> {
        let what = format!("{request:?}");
        match self.submit(request) {
            Ok(answered) => Err(format!("{what} was carried out: {answered:?}").into()),
            Err(refused) => Ok(refused),
        }
    }

    pub(super) fn put_seller(&self, id: &str) -> Result<(), Broken> {
        self.done(put_seller(id)?).map(drop)
    }

    pub(super) fn open(&self, opening: Opening) -> Result<Arc<Refund>, Broken> {
        refund_of(self.done(open(opening))?)
    }

    pub(super) fn command(&self, id: &str, actor: Actor, command: Command) -> Result<Arc<Refund>, Broken> {
        refund_of(self.done(on(id, actor, command)?)?)
    }

    pub(super) fn advance(&self, seconds: u32) -> Result<(), Broken> {
        self.done(Request::by_system(Work::AdvanceTestClock { advance: Advance::Seconds(seconds) })).map(drop)
    }

    pub(super) fn refund(&self, id: &str) -> Result<Arc<Refund>, Broken> {
        let found = wait(self.store.refund(&RefundId::new(id)?))?;
        found.map(|around| around.refund).ok_or_else(|| format!("no refund {id}").into())
    }

    /// A refund's whole history.
    pub(super) fn events(&self, id: &RefundId) -> Result<Vec<Event>, Broken> {
        let history = wait(self.store.history(id, 0, usize::MAX))?;
        Ok(history.into_iter().map(|(_, event)| event).collect())
    }

    /// The account of an order line, if it has had a refund.
    pub(super) fn ledger(&self, line: &LineKey) -> Result<Option<LineLedger>, Broken> {
        Ok(LineLedger::of(&wait(self.store.on_line(line))?))
    }

    /// The whole feed, in pages of `limit`.
    pub(super) fn feed(&self, limit: usize) -> Result<Vec<Recorded>, Broken> {
        feed_behind(&*self.store, None, limit).map(|(events, _)| events)
    }
}

/// Everything in the feed behind a position, in pages of `limit`; and where it ends.
pub(super) fn feed_behind(
    store: &dyn Store,
    mut after: Option<EventPosition>,
    limit: usize,
) -> Result<(Vec<Recorded>, Option<EventPosition>), Broken> {
    let mut events = Vec::new();
    loop {
        let Feed { events: page, looked_at, more } = wait(store.feed(after, limit))?;
        let moved = looked_at > after;
        after = looked_at;
        events.extend(page.iter().map(|told| (told.position, told.event.clone())));
        if !more {
            return Ok((events, after));
        }
        holds("a page of the feed with more behind it goes on", moved)?;
    }
}

pub(super) fn refund_of(answered: Answered) -> Result<Arc<Refund>, Broken> {
    match answered.answer {
        Answer::Refund { seen, .. } => Ok(seen.refund),
        Answer::Seller { .. }
        | Answer::Key(_)
        | Answer::Webhook(_)
        | Answer::User(_)
        | Answer::Message(_)
        | Answer::Clock(_)
        | Answer::Done => Err("the answer is no refund".into()),
    }
}

pub(super) fn seller(id: &str) -> Actor {
    Actor::new(Role::Seller, id, Via::Key("key".to_owned()))
}

pub(crate) fn buyer(id: &str) -> Actor {
    Actor::new(Role::Buyer, id, Via::Link)
}

pub(super) fn platform() -> Actor {
    Actor::new(Role::Platform, "platform", Via::Key("key".to_owned()))
}

pub(super) fn operator() -> Actor {
    Actor::new(Role::Operator, "operator", Via::User("ann".to_owned()))
}

pub(crate) fn put_seller(id: &str) -> Result<Request, Broken> {
    let address = Address {
        id: AddressId::new("warehouse")?,
        recipient: Label::new("Returns")?,
        phone: Label::new("+86 10 0000 0000")?,
        address: Reason::new("1 Harbour Road")?,
    };
    let addresses = AddressBook::new(vec![(address, true)])?;
    let (policy, contacts) = (PolicyOverrides::default(), MailContacts::default());
    let seller = Box::new(Seller { name: Label::new(id)?, addresses, policy, contacts });
    Ok(Request::new(operator(), SetUp::PutSeller { seller_id: SellerId::new(id)?, seller }))
}

pub(super) fn money(minor: i64) -> Result<Money, Broken> {
    Ok(Money::new(minor, Currency::from_code("CNY")?)?)
}

/// Asks `shop` for 20.00 back and no return, on line `id` of the order `order`, as `kim`.
pub(crate) fn opening(id: &str) -> Result<Opening, Broken> {
    Ok(Opening {
        refund_id: RefundId::new(id)?,
        seller_id: SellerId::new("shop")?,
        buyer_id: BuyerId::new("kim")?,
        line: OrderLine {
            order_id: OrderId::new("order")?,
            line_id: LineId::new(id)?,
            title: Label::new("Bin")?,
            category: Category::General,
            paid: money(2000)?,
            shipped: true,
            freight_insurance: false,
            image_url: None,
        },
        request: refund_core::Request {
            kind: RefundType::RefundOnly,
            amount: money(2000)?,
            reason: Reason::new("dented")?.into(),
        },
        references: References::default(),
        buyer_contact: None,
    })
}

/// Has the opening's buyer open it.
pub(crate) fn open(opening: Opening) -> Request {
    let actor = buyer(opening.buyer_id.as_str());
    Request::new(actor, Work::open(opening))
}

pub(crate) fn on(id: &str, actor: Actor, command: Command) -> Result<Request, Broken> {
    Ok(Request::new(actor, Work::Command { refund_id: RefundId::new(id)?, command }))
}

/// Something written on a refund.
pub(super) fn message(refund: &str, actor: Actor, internal: bool) -> Result<Request, Broken> {
    let (text, attachments) = (MessageText::new("Here is the dent")?, Attachments::default());
    let message = Box::new(Message { text, attachments, internal, for_operators: false, files: NamedFiles::default() });
    Ok(Request::new(actor, Work::PostMessage { refund_id: RefundId::new(refund)?, message }))
}

/// An offer of 2.00 without a return.
pub(super) fn offer(refund: &str) -> Result<Command, Broken> {
    Ok(Command::MakeOffer(MakeOffer {
        negotiation_id: negotiation(refund)?,
        kind: RefundType::RefundOnly,
        amount: money(200)?,
        return_address_id: None,
        message: None,
        agreed_offline: false,
        files: NamedFiles::default(),
    }))
}

/// Asks for so much instead.
pub(super) fn ask_for(minor: i64) -> Result<Command, Broken> {
    let (amount, reason) = (money(minor)?, Reason::new("less")?);
    Ok(Command::Modify {
        request: refund_core::Request { kind: RefundType::RefundOnly, amount, reason: reason.into() },
    })
}

pub(super) fn accept(refund: &str) -> Result<Command, Broken> {
    Ok(Command::AcceptOffer { negotiation_id: negotiation(refund)? })
}

fn negotiation(refund: &str) -> Result<NegotiationId, Broken> {
    Ok(NegotiationId::new(format!("offer-{refund}"))?)
}

pub(super) const AGREE: Command = Command::Agree { return_address_id: None };
pub(crate) const CANCEL: Command = Command::Cancel { reason: None };

/// The request under a key, with a fingerprint that is the same for the same number.
pub(super) fn under(key: &str, fingerprint: u8, request: Request) -> Request {
    let key = IdempotencyKey { caller: "key_1".to_owned(), key: key.to_owned() };
    Request { idempotency: Some((key, [fingerprint; 32])), viewers: vec![buyer("kim"), seller("shop")], ..request }
}
