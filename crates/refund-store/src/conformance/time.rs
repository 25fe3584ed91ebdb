//! What is due happens, at its instant and before anything else.

use refund_core::{
    Command, DeadlineKind, Fact, PayoutMode, PayoutReport, PayoutResult, Policy, Refund, Refusal, Span, StatusKind,
    Timestamp,
};

use super::desk::{
    AGREE, Desk, HOUR, accept, buyer, holds, offer, on, opening, operator, platform, put_seller, same, seller,
};
use super::{Broken, Make};
use crate::{Advance, Overdue, Refused, Request, SetUp, Work, wait};

const DECIDE: Span = Span::hours(36);

pub(super) fn settled_first(make: &mut Make<'_>) -> Result<(), Broken> {
    let (desk, hand) = Desk::running(make)?;
    let opened = desk.open(opening("r")?)?;
    hand.forward(HOUR);
    desk.command("r", seller("shop"), offer("r")?)?;
    // At the deadline exactly is too late, whether or not anything has settled it.
    hand.set(opened.opened_at.plus(DECIDE));
    let refused = desk.refused(on("r", buyer("kim"), accept("r")?)?)?;
    holds("an accept at the deadline is too late", matches!(refused, Refused::Rule { .. }))?;
    let refund = desk.refund("r")?;
    same("the status", &refund.status.kind(), &StatusKind::Success)?;
    same("when it was agreed", &refund.updated_at, &opened.opened_at.plus(DECIDE))?;

    // A millisecond before it is in time; and one that is only read is settled first too.
    let second = desk.open(opening("s")?)?;
    desk.command("s", seller("shop"), offer("s")?)?;
    hand.set(before(second.opened_at.plus(DECIDE))?);
    same("the status", &desk.command("s", buyer("kim"), accept("s")?)?.status.kind(), &StatusKind::Success)?;
    let third = desk.open(opening("t")?)?;
    hand.set(third.opened_at.plus(DECIDE));
    let read = super::desk::refund_of(desk.done(Request::by_system(Work::Settle { refund_id: third.id.clone() }))?)?;
    same("the status of one that is read", &read.status.kind(), &StatusKind::Success)
}

fn before(at: Timestamp) -> Result<Timestamp, Broken> {
    Ok(Timestamp::from_millis(at.as_millis().saturating_sub(1))?)
}

pub(super) fn in_order(make: &mut Make<'_>) -> Result<(), Broken> {
    let (desk, hand) = Desk::running(make)?;
    for id in ["c", "a", "b"] {
        desk.open(opening(id)?)?;
        hand.forward(HOUR);
    }
    let begun = desk.feed(100)?.len();
    hand.forward(40 * HOUR);
    let due = wait(desk.store.due(desk.store.now(), 10))?;
    let ids: Vec<_> = due.iter().map(|(_, id)| id.as_str()).collect();
    same("the order of what is due", &ids, &vec!["c", "a", "b"])?;
    same("the first of it", &wait(desk.store.due(desk.store.now(), 1))?, &due.iter().take(1).cloned().collect())?;
    desk.done(Request::by_system(Work::SettleDue))?;
    let events = desk.feed(100)?.split_off(begun);
    let instants: Vec<_> = events.iter().map(|(_, event)| event.at).collect();
    holds("instants that don't go back", instants.is_sorted())?;
    holds("a reminder of one between the events of others", mixed(&events))?;
    holds("nothing later than now", instants.iter().all(|at| *at <= desk.store.now()))?;
    same("what is due now", &wait(desk.store.due(desk.store.now(), 10))?, &Vec::new())?;
    for id in ["a", "b", "c"] {
        same("the status", &desk.refund(id)?.status.kind(), &StatusKind::Success)?;
    }
    Ok(())
}

/// Whether the events of some refund are not in one piece.
fn mixed(events: &[crate::Recorded]) -> bool {
    let mut ids: Vec<_> = events.iter().map(|(_, event)| &event.refund_id).collect();
    ids.dedup();
    let pieces = ids.len();
    ids.sort_unstable();
    ids.dedup();
    pieces > ids.len()
}

pub(super) fn step_by_step(make: &mut Make<'_>) -> Result<(), Broken> {
    let (desk, hand) = Desk::running(make)?;
    for number in 0..100 {
        desk.open(opening(&format!("r{number}"))?)?;
    }
    // Each has two reminders and a deadline: 300 instants.
    hand.forward(36 * HOUR);
    let refused = desk.refused(Request::by_system(Work::SettleDue))?;
    holds("there is more than one step's worth", matches!(refused, Refused::MoreIsDue { .. }))?;
    let left = wait(desk.store.due(desk.store.now(), 1000))?.len();
    holds("the step has settled some", left > 0 && left <= 100)?;
    let policy = || Request::new(operator(), SetUp::PutPolicy(Box::default()));
    desk.done(policy())?;
    same("what is due now", &wait(desk.store.due(desk.store.now(), 10))?, &Vec::new())
}

pub(super) fn settings_after(make: &mut Make<'_>) -> Result<(), Broken> {
    let (desk, hand) = Desk::running(make)?;
    desk.open(opening("before")?)?;
    hand.forward(36 * HOUR);
    desk.open(opening("after")?)?;
    let policy = Box::new(Policy { payout: PayoutMode::Confirmed, ..Policy::default() });
    desk.done(Request::new(operator(), SetUp::PutPolicy(policy)))?;
    same("one that was due before", &desk.refund("before")?.status.kind(), &StatusKind::Success)?;
    hand.forward(36 * HOUR);
    desk.done(Request::by_system(Work::SettleDue))?;
    same("one that was due after", &desk.refund("after")?.status.kind(), &StatusKind::Refunding)
}

pub(super) fn overdue(make: &mut Make<'_>) -> Result<(), Broken> {
    let (desk, hand) = Desk::running(make)?;
    let policy = Box::new(Policy { payout: PayoutMode::Confirmed, ..Policy::default() });
    desk.done(Request::new(operator(), SetUp::PutPolicy(policy)))?;
    let none = Overdue::default();
    let mut began = Vec::new();
    for id in ["a", "b"] {
        desk.open(opening(id)?)?;
        began.push(desk.command(id, seller("shop"), AGREE)?.updated_at);
        hand.forward(HOUR);
    }
    let payouts = || wait(desk.store.overdue(DeadlineKind::PayoutReport));
    same("what is overdue before it is due", &payouts()?, &none)?;
    hand.forward(24 * HOUR);
    desk.done(Request::by_system(Work::SettleDue))?;
    let oldest = began.first().map(|at| at.plus(Span::hours(24)));
    same("what is overdue", &payouts()?, &Overdue { count: 2, oldest })?;
    same("what is overdue of another kind", &wait(desk.store.overdue(DeadlineKind::OperatorRule))?, &none)?;
    same("what is due then", &wait(desk.store.next_due())?, &None)?;
    let paid = Command::ReportPayout(PayoutReport::of(PayoutResult::Succeeded));
    desk.command("a", platform(), paid)?;
    let oldest = began.last().map(|at| at.plus(Span::hours(24)));
    same("what is overdue when one is paid", &payouts()?, &Overdue { count: 1, oldest })
}

pub(super) fn test_clock(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let opened = desk.open(opening("r")?)?;
    desk.advance(HOUR)?;
    let other = desk.open(opening("s")?)?;
    let begun = desk.feed(100)?.len();
    let now = desk.store.now();
    let answered = desk.done(Request::by_system(Work::AdvanceTestClock { advance: Advance::Seconds(48 * HOUR) }))?;
    let to = now.plus(Span::hours(48));
    same("the answer", &answered.answer, &crate::Answer::Clock(to))?;
    same("the time", &desk.store.now(), &to)?;
    same("the latest instant", &desk.store.latest(), &to)?;
    for (_, event) in desk.feed(100)?.split_off(begun) {
        same("when it was written down", &event.recorded_at, &event.at)?;
    }
    let agreed = |refund: &Refund| Ok::<_, Broken>(desk.refund(refund.id.as_str())?.updated_at);
    same("when one was agreed", &agreed(&opened)?, &opened.opened_at.plus(DECIDE))?;
    same("when the other was agreed", &agreed(&other)?, &other.opened_at.plus(DECIDE))?;
    let refused = desk.refused(Request::by_system(Work::AdvanceTestClock { advance: Advance::To(now) }))?;
    let Refused::ClockGoesBack { now } = refused else {
        return Err(format!("a test clock that goes back was refused as {refused:?}").into());
    };
    same("where it stands", &now, &to)?;
    let (running, _) = Desk::running(make)?;
    let refused = running.refused(Request::by_system(Work::AdvanceTestClock { advance: Advance::Seconds(1) }))?;
    holds("a running clock is not moved by hand", matches!(refused, Refused::NoTestClock))
}

pub(super) fn held(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::held(make)?;
    let refused = desk.refused(put_seller("shop")?)?;
    holds("settings don't change", matches!(refused, Refused::Rule { refusal: Refusal::SettlingHeld, .. }))?;
    let refused = desk.refused(Request::by_system(Work::SettleDue))?;
    holds("nothing settles", matches!(refused, Refused::Rule { refusal: Refusal::SettlingHeld, .. }))?;
    same("the sellers", &desk.store.settings().sellers(None, 10).len(), &0)
}

pub(super) fn never_back(make: &mut Make<'_>) -> Result<(), Broken> {
    let (desk, hand) = Desk::running(make)?;
    hand.forward(HOUR);
    let opened = desk.open(opening("r")?)?;
    hand.set(super::desk::START.parse()?);
    same("the time", &desk.store.now(), &opened.opened_at)?;
    same("a clock that is too far behind", &desk.store.health().clock_behind, &Some(super::desk::START.parse()?))?;
    let refund = desk.command("r", seller("shop"), AGREE)?;
    same("when it was agreed", &refund.updated_at, &opened.opened_at)?;
    let timers = wait(desk.store.history(&refund.id, 0, 100))?;
    let recorded: Vec<_> = timers.iter().map(|(_, event)| event.recorded_at).collect();
    holds("instants that don't go back", recorded.is_sorted())?;
    let ends = timers.iter().any(|(_, event)| matches!(event.fact, Fact::Succeeded { .. }));
    holds("it was paid", ends)?;
    let extend = Command::Extend { kind: DeadlineKind::SellerDecide, to: opened.opened_at };
    desk.refused(on("r", operator(), extend)?).map(drop)
}
