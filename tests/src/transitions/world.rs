//! What the samples live in: a policy, an address, who acts, and what they try.

use refund_core::policy::Reminders;
use refund_core::{
    Actor, Address, AddressBook, Category, Command, CommandKind, Currency, Deadline, DeadlineKind, Event, EventType,
    Grounds, Line, LineLedger, MakeOffer, Money, NamedFiles, Opened, Opening, OrderLine, PayoutMode, PayoutReport,
    PayoutResult, Policy, Reason, References, Refund, RefundType, Refusal, Request, Role, Rollout, Ruling, Span,
    Timestamp, Via, Why, decide, evolve, open, replay, settle,
};

use super::{Negotiated, Place};

/// The settings under which samples are made. They are the default ones but for three: withdrawing by
/// hand is allowed, so that its rows show; nobody is reminded, so that only deadlines act; and an
/// offer ends before the seller's deadline where the place asks for it.
pub(super) struct World {
    policy: Policy,
    addresses: AddressBook,
}

impl World {
    pub(super) fn of(place: Place) -> Self {
        let ends_first = match place.negotiation {
            Negotiated::EndsFirst | Negotiated::Is(refund_core::NegotiationStatus::Expired) => true,
            Negotiated::No | Negotiated::Is(_) => false,
        };
        let buyer_answer_seconds = Span::hours(if ends_first { 12 } else { 36 });
        let reminders_seconds = Reminders::new(Vec::new()).expect("no reminders are reminders");
        let payout = place.payout;
        let policy =
            Policy { buyer_answer_seconds, reminders_seconds, payout, allow_withdraw: true, ..Policy::default() };
        let address = Address { id: id("home"), recipient: id("Lin"), phone: id("0571"), address: id("1 Lake Road") };
        let addresses = AddressBook::new(vec![(address, true)]).expect("one address, the default one");
        Self { policy, addresses }
    }

    /// A refund that was just opened, with that type asked for.
    pub(super) fn opened(&self, kind: RefundType, now: Timestamp) -> Refund {
        let line = OrderLine {
            order_id: id("o-1"),
            line_id: id("1"),
            title: id("Bin"),
            category: Category::General,
            paid: cny(2000),
            shipped: true,
            freight_insurance: true,
            image_url: None,
        };
        let request = Request { kind, amount: line.paid, reason: id("A dent") };
        let (refund_id, seller_id, buyer_id) = (id("r-1"), id("seller"), id("buyer"));
        let opening = Opening {
            refund_id,
            seller_id,
            buyer_id,
            line,
            request,
            references: References::default(),
            buyer_contact: None,
        };
        let events = match open(&opening, &[], &self.policy, Line::default(), &actor(Role::Buyer), now) {
            Ok(Opened::New(events)) => events,
            other => panic!("a sample can't be opened: {other:?}"),
        };
        replay(&events).expect("an opening")
    }

    /// What is due by then, and the refund after it.
    pub(super) fn settle(&self, refund: &Refund, now: Timestamp) -> (Vec<EventType>, Refund) {
        after(refund, &settle(refund, &self.grounds(refund), now))
    }

    /// What the command does, and the refund after it.
    pub(super) fn decide(
        &self,
        refund: &Refund,
        who: &Actor,
        command: &Command,
        now: Timestamp,
    ) -> Result<(Vec<EventType>, Refund), Refusal> {
        Ok(after(refund, &decide(refund, &self.grounds(refund), who, command, now)?))
    }

    fn grounds(&self, refund: &Refund) -> Grounds<'_> {
        Grounds {
            policy: &self.policy,
            addresses: &self.addresses,
            rollout: Rollout::everyone().check(&refund.seller_id, refund.updated_at),
            refundable: LineLedger::of([refund]).map_or(refund.line.paid, |ledger| ledger.refundable()),
            is_held: false,
            notice_leap: 0,
        }
    }
}

fn after(refund: &Refund, events: &[Event]) -> (Vec<EventType>, Refund) {
    let types = events.iter().map(|event| event.fact.event_type()).collect();
    (types, events.iter().fold(refund.clone(), evolve))
}

/// Whoever acts in that role on the samples.
pub(super) fn actor(role: Role) -> Actor {
    match role {
        Role::Buyer | Role::Seller | Role::Platform | Role::Operator => {
            Actor::new(role, role.as_str(), Via::User("someone".into()))
        }
        Role::System => Actor::system(),
    }
}

/// All who try: one of each role, and strangers to the refund.
pub(super) fn actors() -> Vec<(&'static str, Actor)> {
    let own = Role::ALL.iter().map(|role| (role.as_str(), actor(*role)));
    let stranger = |role| Actor::new(role, "another", Via::Link);
    own.chain([("another buyer", stranger(Role::Buyer)), ("another seller", stranger(Role::Seller))]).collect()
}

/// The commands of a kind that are tried, each with a name where there are several. Their values are
/// right wherever the refund is right for them.
pub(super) fn commands(kind: CommandKind, refund: &Refund, now: Timestamp) -> Vec<(String, Command)> {
    let one = |command: Command| vec![(kind.as_str().to_owned(), command)];
    let named = |name: &str, command: Command| (format!("{kind} {name}"), command);
    let reason = || id::<Reason>("Because");
    let why = || Why::from(reason());
    let ruling = |ruling| Command::Rule { ruling, reason: reason(), files: NamedFiles::default() };
    let negotiation_id = refund.negotiation.as_ref().map_or(id("n-1"), |negotiation| negotiation.id.clone());
    match kind {
        CommandKind::MakeOffer => one(offer(other(refund.requested.kind), "n-2")),
        CommandKind::AcceptOffer => one(Command::AcceptOffer { negotiation_id }),
        CommandKind::RejectOffer => one(Command::RejectOffer { negotiation_id }),
        CommandKind::WithdrawOffer => one(Command::WithdrawOffer),
        CommandKind::Agree => one(Command::Agree { return_address_id: None }),
        CommandKind::Refuse => one(Command::Refuse { reason: why() }),
        CommandKind::Modify => {
            let request = Request { kind: refund.requested.kind, amount: cny(700), reason: why() };
            one(Command::Modify { request })
        }
        CommandKind::Cancel => one(Command::Cancel { reason: None }),
        CommandKind::Escalate => one(Command::Escalate { reason: why() }),
        CommandKind::Ship => one(Command::Ship { carrier: id("Post"), tracking_number: id("2") }),
        CommandKind::ConfirmReceipt => one(Command::ConfirmReceipt),
        CommandKind::RefuseReceipt => one(Command::RefuseReceipt { reason: why() }),
        CommandKind::WaiveReturn => one(Command::WaiveReturn),
        CommandKind::Rule => {
            vec![named("refund", ruling(Ruling::Refund { amount: cny(500) })), named("close", ruling(Ruling::Close))]
        }
        CommandKind::Extend => {
            let running = refund.deadlines();
            let to = |kind: DeadlineKind| running.iter().find(|deadline| deadline.kind == kind).map_or(now, end);
            let extended = |kind: DeadlineKind| Command::Extend { kind, to: to(kind).plus(Span::hours(1)) };
            DeadlineKind::ALL.iter().map(|kind| named(kind.as_str(), extended(*kind))).collect()
        }
        CommandKind::ReportPayout => {
            PayoutResult::ALL.iter().map(|result| named(result.as_str(), report(*result))).collect()
        }
        CommandKind::RetryPayout => one(Command::RetryPayout),
        CommandKind::MarkShipped => one(Command::MarkShipped),
    }
}

fn end(deadline: &Deadline) -> Timestamp {
    deadline.at
}

/// An offer of that type over 2.00.
pub(super) fn offer(kind: RefundType, name: &str) -> Command {
    Command::MakeOffer(MakeOffer {
        negotiation_id: id(name),
        kind,
        amount: cny(200),
        return_address_id: Some(id("home")),
        message: None,
        agreed_offline: true,
        files: NamedFiles::default(),
    })
}

/// A report of the present attempt at the payout.
pub(super) fn report(result: PayoutResult) -> Command {
    Command::ReportPayout(PayoutReport::of(result))
}

/// The type that isn't this one.
pub(super) fn other(kind: RefundType) -> RefundType {
    match kind {
        RefundType::RefundOnly => RefundType::ReturnAndRefund,
        RefundType::ReturnAndRefund => RefundType::RefundOnly,
    }
}

/// An id or a text from a literal.
pub(super) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a literal that fits")
}

fn cny(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("CNY").expect("a currency")).expect("an amount")
}

/// Whether that way of paying leaves a refund waiting for the payment adapter.
pub(super) fn waits(payout: PayoutMode) -> bool {
    match payout {
        PayoutMode::Immediate => false,
        PayoutMode::Confirmed => true,
    }
}
