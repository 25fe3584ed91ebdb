//! A shop with one order line: settings, the line's refunds and their histories, driven as an engine would.

#![allow(dead_code, reason = "each test program uses a part of it")]

use refund_core::{
    Actor, Address, AddressBook, Attachment, Category, Command, Currency, Erasing, Event, EvidenceFile, EvidenceType,
    FileHash, FileSize, Grounds, Line, LineLedger, MakeOffer, Message, Money, NamedFiles, Opened, Opening, OrderLine,
    PayoutReport, PayoutResult, Policy, ReasonFor, References, Refund, RefundType, Refusal, Request, Role, Rollout,
    Timestamp, Via, Why, add_evidence, decide, erase, erase_evidence, erased_by, evolve, open, post, replay, settle,
};

pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const DAY: i64 = 24 * HOUR;

pub(crate) struct Shop {
    pub(crate) policy: Policy,
    pub(crate) addresses: AddressBook,
    pub(crate) rollout: Rollout,
    pub(crate) line: OrderLine,
    /// All refunds of the line, each with its events; only the last can be in progress.
    pub(crate) refunds: Vec<(Refund, Vec<Event>)>,
    pub(crate) now: Timestamp,
    pub(crate) notice_leap: u64,
    /// What goes with the next opening, and is named by it (R43).
    pub(crate) files: Vec<EvidenceFile>,
}

/// What one step did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) settled: Vec<Event>,
    pub(crate) outcome: Result<Vec<Event>, Refusal>,
}

impl Shop {
    /// Default settings, a line of 20.00 that was shipped, at 2026-03-01T08:00.
    pub(crate) fn new() -> Self {
        Self {
            policy: Policy::default(),
            addresses: book(&["home", "depot"]),
            rollout: Rollout::everyone(),
            line: OrderLine {
                order_id: text("o-1"),
                line_id: text("1"),
                title: text("Bin"),
                category: Category::General,
                paid: cny(2000),
                shipped: true,
                freight_insurance: false,
                image_url: None,
            },
            refunds: Vec::new(),
            now: text("2026-03-01T08:00:00Z"),
            notice_leap: 0,
            files: Vec::new(),
        }
    }

    /// A shop in which a return and refund of 20.00 has just been opened.
    pub(crate) fn with_refund(change: impl FnOnce(&mut Self)) -> Self {
        let mut shop = Self::new();
        change(&mut shop);
        shop.open(RefundType::ReturnAndRefund, shop.line.paid).expect("it can be opened");
        shop
    }

    pub(crate) fn refund(&self) -> &Refund {
        &self.refunds.last().expect("a refund").0
    }

    pub(crate) fn history(&self) -> &[Event] {
        &self.refunds.last().expect("a refund").1
    }

    /// The line's account.
    pub(crate) fn ledger(&self) -> Option<LineLedger> {
        LineLedger::of(self.refunds.iter().map(|(refund, _)| refund))
    }

    pub(crate) fn grounds(&self) -> Grounds<'_> {
        Grounds {
            policy: &self.policy,
            addresses: &self.addresses,
            rollout: self.rollout.check(&text("seller"), self.now),
            refundable: self.ledger().map_or(self.line.paid, |ledger| ledger.refundable()),
            is_held: false,
            notice_leap: self.notice_leap,
        }
    }

    pub(crate) fn opening(&self, kind: RefundType, amount: Money) -> Opening {
        Opening {
            refund_id: text(&format!("r-{}", self.refunds.len() + 1)),
            seller_id: text("seller"),
            buyer_id: text("buyer"),
            line: self.line.clone(),
            request: Request {
                kind,
                amount,
                reason: Why { files: named(&self.files), ..because(&self.policy, ReasonFor::Request, "It has a dent") },
            },
            references: References::default(),
            buyer_contact: None,
        }
    }

    pub(crate) fn open(&mut self, kind: RefundType, amount: Money) -> Result<Opened, Refusal> {
        self.settle();
        let in_progress =
            self.refunds.last().map(|(refund, _)| refund).filter(|refund| !refund.status.kind().is_final());
        let ledger = self.ledger();
        let line = Line { ledger: ledger.as_ref(), in_progress };
        let answer = open(&self.opening(kind, amount), &self.files, &self.policy, line, &actor(Role::Buyer), self.now)?;
        match &answer {
            Opened::New(events) => {
                let refund = replay(events).expect("an opening");
                self.refunds.push((refund, events.clone()));
            }
            Opened::Already(_, shipped) => self.record(shipped),
        }
        Ok(answer)
    }

    /// Lets that many milliseconds pass; nothing looks at the refund meanwhile.
    pub(crate) fn wait(&mut self, millis: i64) -> &mut Self {
        self.now = at(self.now.as_millis() + millis);
        self
    }

    /// Carries out what is due.
    pub(crate) fn settle(&mut self) -> Vec<Event> {
        let Some((refund, _)) = self.refunds.last() else { return Vec::new() };
        let events = settle(refund, &self.grounds(), self.now);
        self.record(&events);
        events
    }

    /// Settles, decides, and records what came of it.
    pub(crate) fn step(&mut self, who: &Actor, command: &Command) -> Step {
        let settled = self.settle();
        let outcome = decide(self.refund(), &self.grounds(), who, command, self.now);
        if let Ok(events) = &outcome {
            self.record(events);
        }
        Step { settled, outcome }
    }

    /// What comes of a command by the one who has that role.
    pub(crate) fn run(&mut self, role: Role, command: &Command) -> Result<Vec<Event>, Refusal> {
        self.step(&actor(role), command).outcome
    }

    /// A command that has to succeed.
    pub(crate) fn must(&mut self, role: Role, command: &Command) -> &mut Self {
        self.run(role, command).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        self
    }

    /// Settles, and posts a message.
    pub(crate) fn post(&mut self, who: &Actor, message: Message) -> Result<Event, Refusal> {
        self.settle();
        let events = post(self.refund(), &self.policy, self.notice_leap, who, message, self.now)?;
        self.record(&events);
        Ok(events.into_iter().next().expect("the message"))
    }

    /// Settles, and adds a file.
    pub(crate) fn add(&mut self, who: &Actor, file: &EvidenceFile) -> Result<Vec<Event>, Refusal> {
        self.settle();
        let events = add_evidence(self.refund(), who, file, self.now)?;
        self.record(&events);
        Ok(events)
    }

    /// Settles, and erases a file.
    pub(crate) fn erase(&mut self, who: &Actor, file: &EvidenceFile) -> Result<Vec<Event>, Refusal> {
        self.settle();
        let events = erase_evidence(self.refund(), who, file.sha256, self.now)?;
        self.record(&events);
        Ok(events)
    }

    /// Settles, and erases what is known of people, from the history too, as whoever keeps one does.
    pub(crate) fn forget(&mut self, who: &Actor, erasing: &Erasing) -> Result<Vec<Event>, Refusal> {
        self.settle();
        let events = erase(self.refund(), self.history(), who, erasing, self.now)?;
        let (_, history) = self.refunds.last_mut().expect("a refund");
        if !events.is_empty() {
            history.iter_mut().for_each(|event| *event = event.without(&erased_by(&events)));
        }
        self.record(&events);
        Ok(events)
    }

    pub(crate) fn record(&mut self, events: &[Event]) {
        let (refund, history) = self.refunds.last_mut().expect("a refund");
        *refund = events.iter().fold(refund.clone(), evolve);
        history.extend_from_slice(events);
    }
}

/// The one of that role to whom the refunds belong.
pub(crate) fn actor(role: Role) -> Actor {
    Actor::new(role, role.as_str(), Via::User("someone".into()))
}

pub(crate) fn stranger(role: Role) -> Actor {
    Actor::new(role, "another", Via::Link)
}

/// An address book of these names, the first the default one.
pub(crate) fn book(names: &[&str]) -> AddressBook {
    let address =
        |name: &&str| Address { id: text(name), recipient: text("Lin"), phone: text("1"), address: text(name) };
    AddressBook::new(names.iter().map(address).zip(std::iter::once(true).chain(std::iter::repeat(false))).collect())
        .expect("an address book")
}

pub(crate) fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(literal: &str) -> T {
    literal.parse().expect("a literal that fits")
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).expect("an instant")
}

pub(crate) fn money(code: &str, minor: i64) -> Money {
    Money::new(minor, Currency::from_code(code).expect("a currency")).expect("an amount")
}

pub(crate) fn cny(minor: i64) -> Money {
    money("CNY", minor)
}

pub(crate) fn message(internal: bool) -> Message {
    let attachment = Attachment {
        url: text("https://files.example/dent.jpg"),
        sha256: text(&"0a".repeat(32)),
        media_type: text("image/jpeg"),
        size: 81_920,
    };
    let attachments = vec![attachment].try_into().expect("one");
    Message {
        text: text("Here is the dent"),
        attachments,
        internal,
        for_operators: false,
        files: NamedFiles::default(),
    }
}

/// A picture that is like no other of another number.
pub(crate) fn file(number: u8) -> EvidenceFile {
    EvidenceFile {
        sha256: FileHash::new([number; 32]),
        media_type: EvidenceType::Jpeg,
        bytes: FileSize::try_from(81_920).expect("a size"),
        name: text("dent.jpg"),
    }
}

/// These files, as a command names them.
pub(crate) fn named(files: &[EvidenceFile]) -> NamedFiles {
    files.iter().map(|file| file.sha256).collect::<Vec<_>>().try_into().expect("few, each once")
}

pub(crate) fn reason<T: std::str::FromStr<Err: std::fmt::Debug>>() -> T {
    text("Because")
}

/// Words, with the first reason that the policy lists for that, where it lists some.
pub(crate) fn because(policy: &Policy, purpose: ReasonFor, words: &str) -> Why {
    Why { code: policy.reasons.of(purpose).next().map(|reason| reason.code.clone()), ..text(words) }
}

/// An offer of that type and amount; a return goes to the default address.
pub(crate) fn offer(kind: RefundType, amount: Money) -> Command {
    offer_to(kind, amount, Some("home"))
}

pub(crate) fn offer_to(kind: RefundType, amount: Money, address: Option<&str>) -> Command {
    Command::MakeOffer(MakeOffer {
        negotiation_id: text("n-1"),
        kind,
        amount,
        return_address_id: address.map(text),
        message: Some(text("Would this do?")),
        agreed_offline: false,
        files: NamedFiles::default(),
    })
}

pub(crate) fn accept() -> Command {
    Command::AcceptOffer { negotiation_id: text("n-1") }
}

pub(crate) fn reject() -> Command {
    Command::RejectOffer { negotiation_id: text("n-1") }
}

pub(crate) fn agree() -> Command {
    Command::Agree { return_address_id: None }
}

pub(crate) fn refuse() -> Command {
    Command::Refuse { reason: reason() }
}

pub(crate) fn cancel() -> Command {
    Command::Cancel { reason: None }
}

pub(crate) fn ship(tracking_number: &str) -> Command {
    Command::Ship { carrier: text("Post"), tracking_number: text(tracking_number) }
}

pub(crate) fn modify(kind: RefundType, amount: Money) -> Command {
    Command::Modify { request: Request { kind, amount, reason: text("On second thoughts") } }
}

pub(crate) fn escalate() -> Command {
    Command::Escalate { reason: reason() }
}

pub(crate) fn ruling(amount: Option<Money>) -> Command {
    let ruling = amount.map_or(refund_core::Ruling::Close, |amount| refund_core::Ruling::Refund { amount });
    Command::Rule { ruling, reason: reason(), files: NamedFiles::default() }
}

pub(crate) fn report(failed: bool) -> Command {
    Command::ReportPayout(PayoutReport::of(if failed { PayoutResult::Failed } else { PayoutResult::Succeeded }))
}

pub(crate) fn report_on(attempt: u32, result: PayoutResult) -> Command {
    Command::ReportPayout(PayoutReport { attempt: Some(attempt), ..PayoutReport::of(result) })
}

pub(crate) fn extend(kind: refund_core::DeadlineKind, to: Timestamp) -> Command {
    Command::Extend { kind, to }
}
