//! Random settings and acts, and how an act becomes a command that fits the refund more often than not.

use proptest::prelude::*;
use refund_core::policy::{FreshGoods, RefundsPerLine, Reminders};
use refund_core::{
    Actor, Category, Command, CommandKind, DeadlineKind, ErasedBecause, ErasedKind, Erasing, Evidence, ListedReason,
    MailContacts, MakeOffer, Money, NamedFiles, NegotiationId, NoticeChannel, NoticeReport, NoticeResult, Opened,
    PayoutMode, PayoutReport, PayoutResult, Policy, ReasonFor, Reasons, RefundType, Refusal, Request, Role, Rollout,
    Ruling, Span, Timestamp, Why,
};

use crate::support::{DAY, HOUR, Shop, actor, at, because, book, cny, file, money, named, reason, stranger, text};

/// A policy's switches and lengths, the line, and to whom the tool is open.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    policy: Policy,
    category: Category,
    shipped: bool,
    insured: bool,
    open_to_seller: bool,
    paid: i64,
}

/// One random act, as numbers that are read against the state it meets.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    wait: (u8, u32),
    /// A command, a new refund or new settings; and which command.
    what: u8,
    which: u16,
    who: u8,
    value: u32,
    policy: Policy,
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![1 => 60_u32..600, 4 => 3600_u32..=864_000, 1 => Just(7_776_000_u32)]
        .prop_map(|seconds| Span::seconds(seconds).unwrap())
}

fn policy() -> impl Strategy<Value = Policy> {
    let reminders = proptest::collection::btree_set(span(), 0..=5);
    let spans = (span(), span(), span(), span(), span(), span(), span(), reminders);
    let switches = (0..FreshGoods::ALL.len(), any::<[bool; 6]>(), 1_u32..6);
    // Mostly nobody is told, as it is by default.
    let shown = prop::bool::weighted(0.3);
    let notices = (prop::bool::weighted(0.3), prop::bool::weighted(0.3), span(), span(), shown);
    let all = (spans, switches, notices);
    all.prop_map(|((decide, answer, respond, ship, confirm, rule, report, reminders), (fresh, on, refunds), told)| {
        Policy {
            seller_decide_seconds: decide,
            buyer_answer_seconds: answer,
            buyer_respond_seconds: respond,
            buyer_ship_seconds: ship,
            seller_confirm_seconds: confirm,
            operator_rule_seconds: rule,
            payout_report_seconds: report,
            reminders_seconds: Reminders::new(reminders.into_iter().collect()).unwrap(),
            fresh_goods: FreshGoods::ALL[fresh],
            cap_at_requested: on[0],
            return_needs_freight_insurance: on[1],
            allow_withdraw: on[2],
            negotiate_before_refuse: on[3],
            payout: if on[4] { PayoutMode::Immediate } else { PayoutMode::Confirmed },
            refunds_per_line_max: RefundsPerLine::try_from(refunds).unwrap(),
            notices: told.0,
            operator_contacts: MailContacts::default(),
            silence_needs_notice: told.1,
            notice_before_seconds: told.2,
            notice_grace_seconds: told.3,
            reasons: if on[5] { reasons(told.4) } else { Reasons::default() },
        }
    })
}

/// The usual ones; all but a request's, and one of each purpose, have to be shown, where that is so.
fn reasons(have_to_be_shown: bool) -> Reasons {
    let of = |reason: &ListedReason| {
        let is_free = reason.purpose == ReasonFor::Request || reason.code.as_str() == "other";
        let evidence = have_to_be_shown && !is_free;
        ListedReason { evidence, ..reason.clone() }
    };
    Reasons::usual().iter().map(of).collect::<Vec<_>>().try_into().unwrap()
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let mostly = || prop::bool::weighted(0.8);
    let paid = prop_oneof![1 => 1_i64..4, 5 => 100_i64..5_000];
    (policy(), mostly(), mostly(), any::<bool>(), mostly(), paid).prop_map(
        |(policy, general, shipped, insured, open_to_seller, paid)| Settings {
            policy,
            category: if general { Category::General } else { Category::Fresh },
            shipped,
            insured,
            open_to_seller,
            paid,
        },
    )
}

pub(crate) fn act() -> impl Strategy<Value = Act> {
    (any::<(u8, u32)>(), any::<(u8, u16)>(), any::<u8>(), any::<u32>(), policy())
        .prop_map(|(wait, (what, which), who, value, policy)| Act { wait, what, which, who, value, policy })
}

impl Settings {
    pub(crate) fn shop(&self) -> Shop {
        let mut shop = Shop::new();
        shop.policy = self.policy.clone();
        shop.line.category = self.category;
        shop.line.shipped = self.shipped;
        shop.line.freight_insurance = self.insured;
        shop.line.paid = cny(self.paid);
        if !self.open_to_seller {
            shop.rollout = Rollout { percentage: Default::default(), ..Rollout::everyone() };
        }
        shop
    }
}

impl Act {
    /// Mostly once the last refund has ended.
    pub(crate) fn opens(&self, shop: &Shop) -> bool {
        let Some((last, _)) = shop.refunds.last() else { return true };
        // What is paid is reported on for a while before the next one.
        let goes_on = self.what % 8 == 7 || (last.payout.is_some() && self.what % 8 < 5);
        self.what.is_multiple_of(16) || last.status.kind().is_final() && !goes_on
    }

    pub(crate) fn posts(&self, shop: &Shop) -> Option<(Role, bool)> {
        let is_message = self.what % 16 == 2 && !shop.refunds.is_empty();
        is_message.then(|| (Role::ALL[usize::from(self.who) % Role::ALL.len()], self.value.is_multiple_of(2)))
    }

    /// What a channel says of a notice: mostly of one that is queued.
    pub(crate) fn reports(&self, shop: &Shop) -> Option<NoticeReport> {
        let mut queued = shop.refunds.last()?.0.notices.iter();
        let is_asked = self.what % 16 == 3 || self.what % 16 == 11 && queued.len() > 0;
        let which = self.value as usize % (queued.len() + 1);
        let number = queued.nth(which).map_or(u64::from(self.which) % 64, |queued| queued.number);
        let result = NoticeResult::ALL[usize::from(self.who) % NoticeResult::ALL.len()];
        let report = NoticeReport { number, channel: NoticeChannel::Gateway, result, reason: None };
        is_asked.then_some(report)
    }

    /// Who adds a file or erases it, which of a few that meet again, and whether it is added.
    pub(crate) fn shows(&self, shop: &Shop) -> Option<(Role, u8, bool)> {
        let is_asked = self.what % 16 == 4 && !shop.refunds.is_empty();
        let role = Role::ALL[usize::from(self.who) % Role::ALL.len()];
        is_asked.then(|| (role, (self.value % 4) as u8, !self.value.is_multiple_of(3)))
    }

    /// Who erases what is known of people, mostly the operator.
    pub(crate) fn erases(&self, shop: &Shop) -> Option<(Role, Erasing)> {
        let is_asked = self.what % 64 == 21 && !shop.refunds.is_empty();
        let role = if self.who.is_multiple_of(8) { Role::Seller } else { Role::Operator };
        let what = ErasedKind::ALL.iter().enumerate().filter(|(place, _)| self.value >> place & 1 == 1);
        let what: Vec<_> = what.map(|(_, kind)| *kind).collect();
        let because = ErasedBecause::ALL[usize::from(self.which) % ErasedBecause::ALL.len()];
        let what = Some(what).filter(|what| !what.is_empty());
        is_asked.then(|| (role, Erasing { what, because, reason: text("letter 17") }))
    }

    /// Which files that side names: mostly none, or its own, or such as may be there or not.
    pub(crate) fn names(&self, evidence: &Evidence, role: Role) -> NamedFiles {
        let own = evidence.iter().filter(|added| added.by == role && added.erased.is_none());
        match self.which / 64 % 8 {
            0 => named(&[file((self.value % 4) as u8)]),
            1..4 => named(&own.map(|added| added.file.clone()).collect::<Vec<_>>()),
            _ => NamedFiles::default(),
        }
    }

    pub(crate) fn changes_settings(&self) -> bool {
        self.what % 16 == 1
    }

    pub(crate) fn value(&self) -> u32 {
        self.value
    }

    fn kind(&self) -> RefundType {
        RefundType::ALL[usize::from(self.who / 16) % RefundType::ALL.len()]
    }

    /// Mostly an amount that can be; sometimes none, too much, or of another currency.
    fn amount(&self, shop: &Shop) -> Money {
        let refundable = shop.grounds().refundable.minor();
        match self.value % 8 {
            0 => cny(0),
            1 => cny(refundable + 1),
            2 => money("JPY", 1),
            3 => cny(refundable),
            4 => cny(1),
            _ => cny(1 + i64::from(self.value / 8) % refundable.max(1)),
        }
    }
}

/// Lets time pass: often to a deadline or a millisecond beside it, sometimes through an outage.
pub(crate) fn pass(shop: &mut Shop, act: &Act) {
    let (sort, length) = (act.wait.0, i64::from(act.wait.1));
    let refund = shop.refunds.last().map(|(refund, _)| refund);
    let until = |instant: Option<Timestamp>| instant.map_or(0, |at| at.as_millis() - shop.now.as_millis());
    let due = until(refund.and_then(refund_core::Refund::next_due));
    let deadline = until(refund.and_then(|refund| refund.next_deadline()).map(|deadline| deadline.at));
    let late = 5 * 60 * 1000;
    let millis = match sort % 32 {
        0 => due,
        1 => deadline - 1,
        2 => deadline,
        3 => deadline + 1,
        4 => deadline + late,
        5 => deadline + late + 1,
        6 => length % (40 * DAY),
        7 => length % (2 * DAY),
        8..16 => length % (3 * HOUR),
        _ => length % 60_000,
    };
    shop.wait(millis.max(0));
}

pub(crate) fn open(shop: &mut Shop, act: &Act) -> Result<Opened, Refusal> {
    let amount = act.amount(shop);
    shop.files = (0..(act.which % 4) as u8).map(file).collect();
    let answer = shop.open(act.kind(), amount);
    if answer.is_err() && shop.refunds.is_empty() {
        // A history needs a refund to be about, and some of the money left for the next one.
        let kind = if shop.line.shipped { act.kind() } else { RefundType::RefundOnly };
        shop.open(kind, cny(shop.line.paid.minor() / 3 + 1)).expect("a first refund of a part of what was paid");
    }
    answer
}

/// A command of any kind, by one who may give it or by anybody.
pub(crate) fn command(shop: &Shop, act: &Act) -> (Actor, Command) {
    let which = usize::from(act.which);
    let kind = CommandKind::ALL[which % CommandKind::ALL.len()];
    // Mostly something that the state has a use for, so that histories go somewhere; and of those
    // mostly what is about an offer, and seldom the end of everything.
    let weight = |kind: &CommandKind| match kind {
        CommandKind::MakeOffer | CommandKind::ReportPayout | CommandKind::RetryPayout => 6,
        CommandKind::AcceptOffer | CommandKind::RejectOffer | CommandKind::WithdrawOffer => 3,
        CommandKind::Ship | CommandKind::RefuseReceipt => 3,
        CommandKind::Cancel | CommandKind::Extend => 1,
        CommandKind::Agree
        | CommandKind::Refuse
        | CommandKind::Modify
        | CommandKind::Escalate
        | CommandKind::ConfirmReceipt
        | CommandKind::WaiveReturn
        | CommandKind::Rule
        | CommandKind::MarkShipped => 2,
    };
    let useful: Vec<_> = Role::ALL
        .iter()
        .flat_map(|role| refund_core::actions(shop.refund(), &shop.grounds(), &actor(*role), shop.now))
        .chain(shop.refund().pending().map(|_| CommandKind::WithdrawOffer))
        .flat_map(|kind| std::iter::repeat_n(kind, weight(&kind)))
        .collect();
    let kind = if act.what % 4 == 3 || useful.is_empty() { kind } else { useful[which % useful.len()] };
    let who = match act.who % 16 {
        0 => actor(Role::ALL[act.value as usize % Role::ALL.len()]),
        1 => stranger(kind.roles()[0]),
        _ => actor(kind.roles()[act.value as usize % kind.roles().len()]),
    };
    let files = act.names(&shop.refund().evidence, who.role);
    (who, given(shop, act, kind, &files))
}

fn given(shop: &Shop, act: &Act, kind: CommandKind, files: &NamedFiles) -> Command {
    let (refund, amount) = (shop.refund(), act.amount(shop));
    let current = refund.negotiation.as_ref().map(|negotiation| negotiation.id.clone());
    let negotiation_id: NegotiationId = current.filter(|_| act.value % 8 != 7).unwrap_or(text("n-other"));
    let address = [None, Some("home"), Some("depot"), Some("nowhere"), Some("home")][act.value as usize % 5];
    // Mostly a reason that is listed, where some are.
    let why = |purpose| {
        let why = match act.value % 16 {
            5 => Why { code: Some(text("unheard_of")), ..reason() },
            6 => reason(),
            _ => because(&shop.policy, purpose, "Because"),
        };
        Why { files: files.clone(), ..why }
    };
    let tracking_number = text(if act.value.is_multiple_of(2) { "1" } else { "2" });
    match kind {
        CommandKind::MakeOffer => Command::MakeOffer(MakeOffer {
            negotiation_id: text(&format!("n-{}", refund.sequence)),
            kind: act.kind(),
            amount,
            return_address_id: address.map(text),
            message: None,
            agreed_offline: act.value.is_multiple_of(3),
            files: files.clone(),
        }),
        CommandKind::AcceptOffer => Command::AcceptOffer { negotiation_id },
        CommandKind::RejectOffer => Command::RejectOffer { negotiation_id },
        CommandKind::WithdrawOffer => Command::WithdrawOffer,
        CommandKind::Agree => Command::Agree { return_address_id: address.map(text) },
        CommandKind::Refuse => Command::Refuse { reason: why(ReasonFor::Refuse) },
        CommandKind::Modify if act.value % 16 == 9 => Command::Modify { request: refund.requested.clone() },
        CommandKind::Modify => {
            let reason = why(ReasonFor::Request);
            Command::Modify { request: Request { kind: act.kind(), amount, reason } }
        }
        CommandKind::Cancel => Command::Cancel { reason: None },
        CommandKind::Escalate => Command::Escalate { reason: why(ReasonFor::Dispute) },
        CommandKind::Ship => Command::Ship { carrier: text("Post"), tracking_number },
        CommandKind::ConfirmReceipt => Command::ConfirmReceipt,
        CommandKind::RefuseReceipt => Command::RefuseReceipt { reason: why(ReasonFor::RefuseReceipt) },
        CommandKind::WaiveReturn => Command::WaiveReturn,
        CommandKind::Rule if act.value.is_multiple_of(2) => {
            Command::Rule { ruling: Ruling::Close, reason: reason(), files: files.clone() }
        }
        CommandKind::Rule => {
            Command::Rule { ruling: Ruling::Refund { amount }, reason: reason(), files: files.clone() }
        }
        CommandKind::Extend => extension(shop, act),
        CommandKind::ReportPayout => {
            let attempts = refund.payout.as_ref().map_or(1, |payout| payout.present().number);
            // Often the present attempt, else any there was, or one that there was not.
            let attempt = (act.value % 8 < 5).then_some(1 + act.value / 8 % (attempts + 1));
            let result = PayoutResult::ALL[act.value as usize % PayoutResult::ALL.len()];
            Command::ReportPayout(PayoutReport { attempt, ..PayoutReport::of(result) })
        }
        CommandKind::RetryPayout => Command::RetryPayout,
        CommandKind::MarkShipped => Command::MarkShipped,
    }
}

/// Mostly a deadline that runs, to an instant around it, to the latest possible one, or to the seller's.
fn extension(shop: &Shop, act: &Act) -> Command {
    let running = shop.refund().deadlines();
    let wish = act.value as usize;
    let deadline = running.get(wish % running.len().max(1));
    let kind = deadline.map_or(DeadlineKind::ALL[wish % DeadlineKind::ALL.len()], |deadline| deadline.kind);
    let from = deadline.map_or(shop.now, |deadline| deadline.at);
    let to = match act.value / 4 % 6 {
        0 => from,
        1 => at(from.as_millis() + 1),
        2 => shop.now.plus(Span::MAX),
        3 => at(shop.now.plus(Span::MAX).as_millis() + 1),
        4 => running.last().map_or(from, |last| last.at),
        _ => from.plus(Span::hours(5)),
    };
    Command::Extend { kind, to }
}

/// R34: what is due happens under what held until then; nothing that runs or stands is moved.
pub(crate) fn change_settings(shop: &mut Shop, act: &Act) {
    shop.settle();
    let before = shop.refund().clone();
    shop.policy = act.policy.clone();
    shop.addresses = book(if act.value.is_multiple_of(2) { &["depot", "home"] } else { &["home", "depot"] });
    shop.settle();
    assert_eq!(*shop.refund(), before, "R34: a change of settings changed a refund");
}
