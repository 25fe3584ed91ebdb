//! Any requests, to the memory model and to another store side by side: nobody can tell them apart.

use proptest::prelude::*;
use refund_core::{
    Actor, Attachments, BuyerId, Command, ErasedBecause, ErasedKind, Erasing, EvidenceFile, EvidenceType, FileHash,
    FileName, FileSize, Message, NamedFiles, PayoutMode, PayoutReport, PayoutResult, Reason, Role, StatusKind, Via,
    Why,
};
use refund_store::{
    DisabledBecause, MemoryStore, Query, Refused, Request, SetUp, Sort, Store, UserChange, WebhookChange, Work,
};

use super::story::*;

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Ask {
        what: What,
        key: Option<(u8, u8)>,
    },
    Together(Vec<What>),
    /// `older`: a program of format 1 had written all that there is.
    Reopen {
        rebuilt: bool,
        older: bool,
    },
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Open { refund: u8, line: u8, minor: i64 },
    Do { refund: u8, command: u8 },
    Advance(u32),
    Settle(u8),
    SettleDue,
    Seller(u8),
    Key(u8),
    Revoke(u8),
    Used(u8, u8),
    Link(u8),
    NotLetIn(u8),
    Webhook(u8, u8),
    Person(u8, u8),
    Policy(bool),
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        6 => (0..12_u8, 0..4_u8, 1..2500_i64).prop_map(|(refund, line, minor)| What::Open { refund, line, minor }),
        12 => (0..12_u8, 0..18_u8).prop_map(|(refund, command)| What::Do { refund, command }),
        3 => prop_oneof![Just(60), Just(HOUR), Just(20 * HOUR), Just(32 * 24 * HOUR)].prop_map(What::Advance),
        1 => (0..12_u8).prop_map(What::Settle),
        1 => Just(What::SettleDue),
        1 => (0..4_u8).prop_map(What::Seller),
        1 => (1..4_u8).prop_map(What::Key),
        1 => (1..4_u8).prop_map(What::Revoke),
        1 => (1..4_u8, 0..9_u8).prop_map(|(secret, hour)| What::Used(secret, hour)),
        1 => (0..12_u8).prop_map(What::Link),
        1 => (0..3_u8).prop_map(What::NotLetIn),
        1 => (0..3_u8, 0..5_u8).prop_map(|(which, how)| What::Webhook(which, how)),
        1 => (0..3_u8, 0..7_u8).prop_map(|(which, how)| What::Person(which, how)),
        1 => any::<bool>().prop_map(What::Policy),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => (what(), proptest::option::of((0..6_u8, 0..2_u8))).prop_map(|(what, key)| Step::Ask { what, key }),
        2 => proptest::collection::vec(what(), 2..8).prop_map(Step::Together),
        1 => (any::<bool>(), 0..4_u8).prop_map(|(rebuilt, how)| Step::Reopen { rebuilt, older: how == 0 }),
    ]
}

fn request(what: &What) -> Request {
    match what {
        What::Open { refund, line, minor } => {
            open_on_line(&format!("r{refund}"), &format!("l{line}"), if line % 2 == 0 { "kim" } else { "lee" }, *minor)
        }
        What::Do { refund, command } => command_on(&format!("r{refund}"), *command),
        What::Advance(seconds) => advance(*seconds),
        What::Settle(refund) => Request::by_system(Work::Settle { refund_id: format!("r{refund}").parse().unwrap() }),
        What::SettleDue => Request::by_system(Work::SettleDue),
        What::Seller(number) => put_seller(if *number == 0 { "shop" } else { "stall" }),
        What::Key(secret) => issue(&format!("k{secret}"), *secret),
        What::Revoke(secret) => Request::new(operator(), SetUp::RevokeKey { key_id: format!("k{secret}") }),
        What::Used(secret, hour) => {
            let at = refund_core::Timestamp::from_millis(i64::from(*hour) * 3_600_000).unwrap();
            Request::by_system(SetUp::KeysUsed { used: vec![(format!("k{secret}"), at)] })
        }
        What::Link(refund) => {
            Request::new(operator(), Work::ReplaceBuyerLink { refund_id: format!("r{refund}").parse().unwrap() })
        }
        What::NotLetIn(which) => not_let_in(&format!("u{which}")),
        What::Webhook(which, how) => webhook(&format!("w{which}"), *how),
        What::Person(which, how) => person(&format!("u{which}"), *how),
        What::Policy(cap) => {
            let payout = if *cap { PayoutMode::Confirmed } else { PayoutMode::Immediate };
            let policy = refund_core::Policy { cap_at_requested: *cap, payout, ..refund_core::Policy::default() };
            Request::new(operator(), SetUp::PutPolicy(Box::new(policy)))
        }
    }
}

fn webhook(id: &str, how: u8) -> Request {
    let webhook_id = id.to_owned();
    let change = |change| Request::new(operator(), SetUp::ChangeWebhook { webhook_id: webhook_id.clone(), change });
    match how {
        0 => make_webhook(id),
        1 => change(WebhookChange::Rotated),
        2 => change(WebhookChange::Enabled),
        3 => change(WebhookChange::Disabled(DisabledBecause::Failing)),
        _ => Request::new(operator(), SetUp::RemoveWebhook { webhook_id }),
    }
}

fn person(id: &str, how: u8) -> Request {
    let change = |change| Request::new(operator(), SetUp::ChangeUser { user_id: id.to_owned(), change });
    match how {
        0 => make_user(id),
        1 => change(UserChange::Password { hash: "hash".to_owned(), session: None }),
        2 => change(UserChange::Disabled),
        3 => change(UserChange::Enabled),
        4 | 5 => sign_in(id, how),
        _ => Request::by_system(SetUp::SignOut { secret: refund_store::Secret([4; 32]) }),
    }
}

fn command_on(id: &str, command: u8) -> Request {
    let reason = || Why::from(Reason::new("because").unwrap());
    match command {
        0 | 1 => by_seller(id, offer(id)),
        2 => by_buyer(id, accept(id)),
        3 => by_seller(id, AGREE),
        4 => by_seller(id, Command::Refuse { reason: reason() }),
        5 => by_buyer(id, Command::Cancel { reason: None }),
        6 => by_buyer(id, Command::Escalate { reason: reason() }),
        7 => {
            let label = refund_core::Label::new("SF").unwrap();
            by_buyer(id, Command::Ship { carrier: label.clone(), tracking_number: label })
        }
        8 => Request::new(operator(), Work::PostMessage { refund_id: id.parse().unwrap(), message: Box::new(note()) }),
        9 => by_seller(id, Command::ConfirmReceipt),
        10 => by_platform(id, Command::RetryPayout),
        14 | 15 => {
            let (refund_id, file) = (id.parse().unwrap(), Box::new(file(command)));
            let Request { actor, .. } = by_buyer(id, accept(id));
            Request::new(actor, Work::AddEvidence { refund_id, file })
        }
        16 => {
            let (refund_id, sha256) = (id.parse().unwrap(), file(14).sha256);
            Request::new(operator(), Work::EraseEvidence { refund_id, sha256 })
        }
        17 => {
            let (refund_id, what) = (id.parse().unwrap(), Some(vec![ErasedKind::Text, ErasedKind::Files]));
            let erasing = Erasing { what, because: ErasedBecause::Law, reason: Reason::new("letter 17").unwrap() };
            Request::new(operator(), Work::Erase { refund_id, erasing })
        }
        _ => {
            let all = [PayoutResult::Succeeded, PayoutResult::Failed, PayoutResult::Reversed];
            let result = all[usize::from(command) % all.len()];
            by_platform(id, Command::ReportPayout(PayoutReport::of(result)))
        }
    }
}

fn by_platform(id: &str, command: Command) -> Request {
    let platform = Actor::new(Role::Platform, "platform", Via::Key("key".to_owned()));
    Request::new(platform, Work::Command { refund_id: id.parse().unwrap(), command })
}

fn file(number: u8) -> EvidenceFile {
    let (sha256, bytes) = (FileHash::new([number; 32]), FileSize::try_from(1).unwrap());
    EvidenceFile { sha256, media_type: EvidenceType::Pdf, bytes, name: FileName::default() }
}

fn note() -> Message {
    Message {
        text: "seen".parse().unwrap(),
        attachments: Attachments::default(),
        internal: true,
        for_operators: false,
        files: NamedFiles::default(),
    }
}

/// What is told of an answer; the reason of a refusal by its words.
fn told(answer: Result<refund_store::Answered, Refused>) -> String {
    format!("{answer:?}")
}

/// What is held beside the model.
pub(crate) trait Twin {
    fn store(&self) -> &dyn Store;
    /// Closes it, and opens it again: `rebuilt` from its records alone, `older` as if an older program had written them.
    fn reopen(&mut self, rebuilt: bool, older: bool);
}

struct Mirror<T> {
    memory: MemoryStore,
    twin: T,
}

impl<T: Twin> Mirror<T> {
    fn new(twin: T) -> Self {
        let mirror = Self { memory: MemoryStore::new(surroundings()), twin };
        begin(&mirror.memory);
        begin(mirror.twin.store());
        mirror
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Ask { what, key } => {
                let request = Request { from: Some(std::net::Ipv4Addr::LOCALHOST.into()), ..request(what) };
                let request = match key {
                    Some((key, print)) => under(&format!("key-{key}"), *print, request),
                    None => request,
                };
                let asked = |store: &dyn Store| told(store.submit(request.clone()).wait());
                assert_eq!(asked(&self.memory), asked(self.twin.store()), "{what:?}");
            }
            Step::Together(whats) => {
                let asked = |store: &dyn Store| -> Vec<_> {
                    gathered(store, whats.iter().map(request).collect()).into_iter().map(told).collect()
                };
                assert_eq!(asked(&self.memory), asked(self.twin.store()), "{whats:?}");
            }
            Step::Reopen { rebuilt, older } => self.twin.reopen(*rebuilt, *older),
        }
    }

    fn compare(&self) {
        assert_eq!(see(&self.memory), see(self.twin.store()));
        for query in queries() {
            let listed = |store: &dyn Store| all_pages(store, query.clone());
            assert_eq!(listed(&self.memory), listed(self.twin.store()), "{query:?}");
        }
    }
}

fn queries() -> Vec<Query> {
    let all = |sort| Query { sort, limit: 2, ..Query::default() };
    let buyer_id = Some(BuyerId::new("lee").unwrap());
    let mut queries = Vec::new();
    for sort in [Sort::Deadline, Sort::OpenedAt] {
        queries.push(Query { seller_id: Some("shop".parse().unwrap()), ..all(sort) });
        queries.push(Query { statuses: vec![StatusKind::WaitSellerAgree], ..all(sort) });
        queries.push(Query { order_id: Some("order".parse().unwrap()), ..all(sort) });
        queries.push(Query { due_before: Some(start().plus(refund_core::Span::hours(60))), ..all(sort) });
    }
    queries.push(Query { buyer_id, limit: 100, ..Query::default() });
    queries
}

/// Whether nobody can tell the twin from the model after any steps.
pub(crate) fn nobody_can_tell(twin: impl Twin, steps: &[Step]) {
    let mut mirror = Mirror::new(twin);
    for step in steps {
        mirror.take(step);
    }
    mirror.compare();
    mirror.take(&Step::Reopen { rebuilt: true, older: false });
    mirror.compare();
    mirror.take(&Step::Reopen { rebuilt: true, older: true });
    mirror.compare();
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 1..60)
}
