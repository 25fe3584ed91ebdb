//! What the test clock can't tell: clocks that go back, and clocks that run on while nobody settles (R35, R36).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use refund_core::{
    Command, DeadlineKind, EventType, MailContacts, Opening, Refund, RefundId, Refusal, Role, Span, Timestamp,
};
use refund_store::{
    Clock, EmbeddedStore, MemoryStore, OpenError, Refused, Request, Seller, SetUp, Store, Surroundings, Work, wait,
};
use refund_tests::scenario::{Deed, Place, Scenario, Setting, Who};

/// T, and T some hours on.
fn t(hours: u16) -> Timestamp {
    let opening: Timestamp = "2100-01-01T00:00:00Z".parse().expect("an instant");
    if hours == 0 { opening } else { opening.plus(Span::hours(hours)) }
}

/// A clock that shows what it is set to.
#[derive(Clone)]
struct Dial(Arc<AtomicI64>);

impl Dial {
    fn at(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.as_millis())))
    }

    fn set(&self, at: Timestamp) {
        self.0.store(at.as_millis(), Ordering::SeqCst);
    }

    fn surroundings(&self, hold_settling: bool) -> Surroundings {
        let dial = self.clone();
        let read = move || Timestamp::from_millis(dial.0.load(Ordering::SeqCst)).expect("an instant");
        Surroundings { clock: Clock::Running(Arc::new(read)), entropy: Arc::new(|bytes| bytes.fill(1)), hold_settling }
    }
}

fn plain_opening() -> (Box<Opening>, Vec<Setting>) {
    let story = Scenario::read("plain.toml", "title = \"A plain one\"\nrules = [\"R36\"]").expect("a story");
    let Some(Deed::Open(opening)) = story.steps.into_iter().next().map(|step| step.deed) else {
        panic!("a story begins with an opening");
    };
    (opening, story.before)
}

/// A refund that was opened now, on a store with its seller.
fn opened(store: &dyn Store) -> RefundId {
    let (opening, before) = plain_opening();
    for setting in before {
        let Setting::Seller(plan) = setting else { continue };
        let addresses = plan.address_book().expect("an address book");
        let contacts = MailContacts::default();
        let seller = Box::new(Seller { name: plan.name, addresses, policy: plan.policy, contacts });
        let put = SetUp::PutSeller { seller_id: plan.id, seller };
        store.submit(Request::new(Who::Operator.actor(), put)).wait().expect("a seller");
    }
    let refund_id = opening.refund_id.clone();
    store.submit(Request::new(Who::Buyer.actor(), Work::Open { opening, files: Vec::new() })).wait().expect("a refund");
    refund_id
}

fn read(store: &dyn Store, refund_id: &RefundId) -> Arc<Refund> {
    let settle = Request::by_system(Work::Settle { refund_id: refund_id.clone() });
    store.submit(settle).wait().expect("a refund that is read");
    wait(store.refund(refund_id)).expect("a readable store").expect("the refund").refund
}

fn command(store: &dyn Store, refund_id: &RefundId, who: Who, command: Command) -> Result<(), Refused> {
    let command = Work::Command { refund_id: refund_id.clone(), command };
    store.submit(Request::new(who.actor(), command)).wait().map(drop)
}

/// When the buyer has to have shipped, after the seller's silence was noticed that late.
fn ship_by_when_settled_at(noticed: Timestamp) -> Timestamp {
    let dial = Dial::at(t(0));
    let store = MemoryStore::new(dial.surroundings(false));
    let id = opened(&store);
    dial.set(noticed);
    let refund = read(&store, &id);
    let mut events = wait(store.history(&id, 0, usize::MAX)).expect("events").into_iter().map(|(_, event)| event);
    let agreed = events.find(|e| e.fact.event_type() == EventType::RefundAgreed);
    let agreed = agreed.expect("the refund is agreed by silence");
    assert_eq!((agreed.at, agreed.recorded_at, agreed.actor.role), (t(36), noticed, Role::System));
    refund.deadlines().first().expect("the buyer's deadline").at
}

#[test]
fn r35_a_clock_that_goes_back_stands_still_for_the_engine() {
    let dial = Dial::at(t(10));
    let store = MemoryStore::new(dial.surroundings(false));
    let id = opened(&store);
    dial.set(t(9));
    command(&store, &id, Who::Seller, Command::Agree { return_address_id: None }).expect("an agreement");
    assert_eq!(read(&store, &id).updated_at, t(10));
}

#[test]
fn r35_a_clock_more_than_five_minutes_behind_what_is_recorded_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let dial = Dial::at(t(10));
    let store = EmbeddedStore::open(folder.path(), dial.surroundings(false)).expect("a store").store;
    opened(&store);
    store.close().expect("a store that closes");
    drop(store);

    let minutes_behind = |minutes: u32| t(10).minus(Span::seconds(minutes * 60).expect("minutes"));
    dial.set(Timestamp::from_millis(minutes_behind(5).as_millis() - 1).expect("an instant"));
    let refused = EmbeddedStore::open(folder.path(), dial.surroundings(false)).err().expect("a clock too far behind");
    assert!(matches!(refused, OpenError::ClockBehind { .. }), "{refused}");
    dial.set(minutes_behind(5));
    EmbeddedStore::open(folder.path(), dial.surroundings(false)).map(drop).expect("a clock five minutes behind");
}

#[test]
fn r36_what_is_settled_more_than_five_minutes_late_runs_from_when_it_was_settled() {
    assert_eq!(ship_by_when_settled_at(t(100)), t(100 + 7 * 24));
}

#[test]
fn r36_what_is_settled_within_five_minutes_runs_from_when_it_was_due() {
    let five_minutes = Span::seconds(300).expect("five minutes");
    assert_eq!(ship_by_when_settled_at(t(36).plus(five_minutes)), t(36 + 7 * 24));
    let late = Timestamp::from_millis(t(36).plus(five_minutes).as_millis() + 1).expect("an instant");
    assert_eq!(ship_by_when_settled_at(late), late.plus(Span::hours(7 * 24)));
}

#[test]
fn r36_while_settling_is_held_the_operator_extends_what_fell_due_and_nobody_loses_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let dial = Dial::at(t(0));
    let store = EmbeddedStore::open(folder.path(), dial.surroundings(false)).expect("a store").store;
    let id = opened(&store);
    store.close().expect("a store that closes");
    drop(store);

    // An outage over the seller's deadline; then a start with settling held.
    dial.set(t(50));
    let store = EmbeddedStore::open(folder.path(), dial.surroundings(true)).expect("a store").store;
    let agree = || Command::Agree { return_address_id: None };
    assert!(matches!(
        command(&store, &id, Who::Seller, agree()),
        Err(Refused::Rule { refusal: Refusal::SettlingHeld, .. })
    ));
    let extend = Command::Extend { kind: DeadlineKind::SellerDecide, to: t(72) };
    command(&store, &id, Who::Operator, extend).expect("an extension of what fell due");
    store.close().expect("a store that closes");
    drop(store);

    let store = EmbeddedStore::open(folder.path(), dial.surroundings(false)).expect("a store").store;
    command(&store, &id, Who::Seller, agree()).expect("the seller decides in the time that was given back");
    assert_eq!(read(&store, &id).updated_at, t(50));
}

#[test]
fn r3_one_long_silence_and_many_short_looks_come_to_the_same() {
    let events_of = |hops: &[u16]| {
        let mut stage = Place::Memory.stage().expect("a stage");
        stage.advance(t(0)).expect("T");
        let (opening, before) = plain_opening();
        before.iter().for_each(|setting| stage.put(Who::Operator, setting).expect("a setting"));
        let (id, _) = stage.open(Who::Buyer, &opening).expect("a refund");
        hops.iter().for_each(|hours| stage.advance(t(*hours)).expect("time"));
        stage.look(&id).expect("a look").events
    };
    let short: Vec<u16> = (1..=1000).collect();
    assert_eq!(events_of(&[1000]), events_of(&short));
}
