//! A step needs what it names, and nothing else.

use std::cell::RefCell;

use refund_core::{Actor, DeadlineKind, Role, SellerId, Via};

use super::*;
use crate::conformance::{Make, check_all};
use crate::{Advance, Clock, KeyRole, Overdue, PEOPLE_MAX, Precondition, SetUp, User, UserChange, Work};

/// The model as a shelf that forgets everything whenever it is asked once more: only what was named comes back.
struct Forgetful<'m> {
    model: &'m Model,
    named: RefCell<Vec<Need>>,
}

impl Shelf for Forgetful<'_> {
    fn load(&self, need: &Need, case: &mut Case) -> Result<(), StoreError> {
        *case = self.model.case();
        self.named.borrow_mut().push(need.clone());
        self.named.borrow().iter().try_for_each(|need| self.model.load(need, case))
    }
}

/// A memory store that decides on a [`Forgetful`] shelf.
struct ForgetfulStore(MemoryStore);

impl Store for ForgetfulStore {
    fn submit(&self, request: Request) -> Reply {
        let mut model = self.0.model();
        let shelf = Forgetful { model: &model, named: RefCell::default() };
        let moment = |latest| Moment::now(&self.0.surroundings, latest);
        let (result, written) = carry_out(&shelf, &mut model.case(), &request, moment);
        self.0.record(&mut model, written);
        Reply::ready(result)
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

    fn recorded_here(&self, at: EventPosition) -> bool {
        self.0.recorded_here(at)
    }

    fn health(&self) -> Health {
        self.0.health()
    }

    fn refund<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Around>> {
        self.0.refund(id)
    }

    fn on_line<'a>(&'a self, line: &'a LineKey) -> Soon<'a, Vec<Refund>> {
        self.0.on_line(line)
    }

    fn list<'a>(&'a self, query: &'a Query) -> Soon<'a, Page> {
        self.0.list(query)
    }

    fn find<'a>(&'a self, search: &'a Search) -> Soon<'a, Found> {
        self.0.find(search)
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Soon<'_, Feed> {
        self.0.feed(after, limit)
    }

    fn feed_of<'a>(&'a self, seller_id: &'a SellerId, after: Option<EventPosition>, limit: usize) -> Soon<'a, Feed> {
        self.0.feed_of(seller_id, after, limit)
    }

    fn end_of<'a>(&'a self, seller_id: &'a SellerId) -> Soon<'a, Option<EventPosition>> {
        self.0.end_of(seller_id)
    }

    fn event(&self, at: EventPosition) -> Soon<'_, Option<Event>> {
        self.0.event(at)
    }

    fn counted(&self, place: u64, entry: u32) -> Soon<'_, EventPosition> {
        self.0.counted(place, entry)
    }

    fn history<'a>(&'a self, id: &'a RefundId, after: u64, limit: usize) -> Soon<'a, Vec<Recorded>> {
        self.0.history(id, after, limit)
    }

    fn audit<'a>(&'a self, query: &'a AuditQuery) -> Soon<'a, Vec<Audited>> {
        self.0.audit(query)
    }

    fn answered<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: Fingerprint) -> Soon<'a, Option<Answer>, Refused> {
        self.0.answered(key, fingerprint)
    }

    fn due(&self, until: Timestamp, limit: usize) -> Soon<'_, Vec<(Timestamp, RefundId)>> {
        self.0.due(until, limit)
    }

    fn overdue(&self, kind: DeadlineKind) -> Soon<'_, Overdue> {
        self.0.overdue(kind)
    }

    fn next_due(&self) -> Soon<'_, Option<Timestamp>> {
        self.0.next_due()
    }

    fn keep(&self, aside: Aside, body: Vec<u8>) -> Soon<'_, ()> {
        self.0.keep(aside, body)
    }

    fn kept(&self, aside: Aside) -> Soon<'_, Option<Vec<u8>>> {
        self.0.kept(aside)
    }

    fn close(&self) -> Result<(), StoreError> {
        self.0.close()
    }
}

#[test]
fn a_store_that_forgets_everything_between_two_rounds_keeps_every_promise() {
    let mut make: Box<Make> = Box::new(|surroundings| Box::new(ForgetfulStore(MemoryStore::new(surroundings))));
    check_all(&mut *make).unwrap();
}

fn moment(latest: Timestamp) -> Moment {
    Moment { now: latest, held: false, test_clock: true }
}

/// A shelf that says that it has loaded what it has not.
struct Empty;

impl Shelf for Empty {
    fn load(&self, _: &Need, _: &mut Case) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A shelf that can't be read.
struct Unreadable;

impl Shelf for Unreadable {
    fn load(&self, need: &Need, _: &mut Case) -> Result<(), StoreError> {
        Err(StoreError::Unreadable(format!("{need:?}: the line is cut")))
    }
}

fn requests() -> [Request; 4] {
    let id: RefundId = "rfd_1".parse().unwrap();
    let seller = Actor::new(Role::Seller, "shop", Via::Key("key".to_owned()));
    let agree = refund_core::Command::Agree { return_address_id: None };
    let key = IdempotencyKey { caller: "key".to_owned(), key: "1".to_owned() };
    let policy = SetUp::PutPolicy(Box::default());
    [
        Request::new(seller.clone(), Work::Command { refund_id: id.clone(), command: agree }),
        Request { precondition: Precondition::Version(1), ..Request::new(seller, Work::Settle { refund_id: id }) },
        Request { idempotency: Some((key, [7; 32])), ..Request::by_system(policy) },
        Request::by_system(Work::AdvanceTestClock { advance: Advance::Seconds(60) }),
    ]
}

#[test]
fn nothing_is_decided_on_a_case_that_lacks_something() {
    let model = Model::default();
    for request in requests() {
        let (result, written) = carry_out(&Empty, &mut model.case(), &request, moment);
        let Err(Refused::Store(error)) = result else { panic!("{:?} was decided: {result:?}", request.work) };
        assert!(error.to_string().contains("gave something else"), "{error}");
        assert!(written.is_none(), "{:?} left something", request.work);
    }
}

#[test]
fn what_cannot_be_read_now_stops_the_step_and_is_passed_over_by_none() {
    let model = Model::default();
    for request in requests().into_iter().chain([Request::by_system(Work::SettleDue)]) {
        let (result, written) = carry_out(&Unreadable, &mut model.case(), &request, moment);
        let Err(Refused::Store(error)) = result else { panic!("{:?} was decided: {result:?}", request.work) };
        assert!(error.to_string().contains("the line is cut"), "{error}");
        assert!(written.is_none(), "{:?} left something", request.work);
    }
}

/// A shelf on which one refund can't be read.
struct WithoutOne<'m> {
    model: &'m Model,
    id: RefundId,
    /// Whether what is there makes no sense, or it could only not be read now.
    is_senseless: bool,
}

impl Shelf for WithoutOne<'_> {
    fn load(&self, need: &Need, case: &mut Case) -> Result<(), StoreError> {
        if self.is_senseless {
            case.put_refund(self.id.clone(), Loaded::Senseless("no refund at all".to_owned()));
        } else if matches!(need, Need::Due(..)) {
            return Err(StoreError::Unreadable("the line is cut".to_owned()));
        }
        self.model.load(need, case)
    }
}

#[test]
fn a_refund_that_makes_no_sense_is_passed_over_and_one_that_cannot_be_read_now_is_not() {
    let entropy: crate::Entropy = Arc::new(|_| {});
    let store = MemoryStore::new(Surroundings { clock: Clock::Test, entropy, hold_settling: false });
    crate::conformance::two_refunds(&store).unwrap();
    let model = store.model();
    let later = |latest: Timestamp| Moment { now: latest.plus(refund_core::Span::hours(36)), ..moment(latest) };
    let settle = Request::by_system(Work::SettleDue);
    let id: RefundId = "one".parse().unwrap();
    let shelf = |is_senseless| WithoutOne { model: &model, id: id.clone(), is_senseless };
    let (result, written) = carry_out(&shelf(false), &mut model.case(), &settle, later);
    assert!(matches!(result, Err(Refused::Store(_))), "{result:?}");
    assert!(written.is_none());
    let (result, written) = carry_out(&shelf(true), &mut model.case(), &settle, later);
    assert!(result.is_ok(), "{result:?}");
    let (record, changed) = written.unwrap();
    assert!(changed.refunds.keys().all(|changed| *changed != id) && !record.entries.is_empty());
}

#[test]
fn a_seller_has_so_many_people_who_can_sign_in_and_whoever_cannot_leaves_a_place() {
    let entropy: crate::Entropy = Arc::new(|_| {});
    let store = MemoryStore::new(Surroundings { clock: Clock::Test, entropy, hold_settling: false });
    let submit = |work: SetUp| store.submit(Request::by_system(work)).wait();
    let make = |seller: &str, number: usize| {
        let name = format!("{number}@{seller}").parse().unwrap();
        submit(SetUp::MakeUser(Box::new(User::new(name_of(seller, number), name, KeyRole::Seller(id(seller))))))
    };
    let change = |number, change| submit(SetUp::ChangeUser { user_id: name_of("shop", number), change });
    (0..PEOPLE_MAX).for_each(|number| drop(make("shop", number).unwrap()));
    assert!(matches!(make("shop", PEOPLE_MAX), Err(Refused::TooManyPeople)));
    make("another", 0).unwrap();
    change(0, UserChange::Disabled).unwrap();
    make("shop", PEOPLE_MAX).unwrap();
    assert!(matches!(change(0, UserChange::Enabled), Err(Refused::TooManyPeople)));
    change(1, UserChange::Disabled).unwrap();
    change(0, UserChange::Enabled).unwrap();
    assert_eq!(store.settings().users_of(&id("shop")).len(), PEOPLE_MAX + 1);
}

fn name_of(seller: &str, number: usize) -> String {
    format!("usr_{seller}_{number}")
}

fn id(text: &str) -> SellerId {
    text.parse().unwrap()
}
