//! The laws by their numbers, each as a check on what a history has led to.

use refund_core::{
    Actor, Command, Deadline, Event, EventType, Fact, ListedReason, NegotiationStatus, NoticeReport, Payout,
    PayoutStatus, Policy, ReasonFor, Refund, Refusal, Role, Status, Timestamp, evolve, opened, replay, report_notice,
    settle, status_after,
};

use crate::support::{Shop, Step, actor, message};
use crate::{erasure, evidence};

/// What one step may have done, and what it may not.
pub(crate) fn step(shop: &Shop, before: &Refund, who: &Actor, command: &Command, step: &Step) {
    settled_in_time(before, &step.settled, shop.now);
    let settled = step.settled.iter().fold(before.clone(), evolve);
    match &step.outcome {
        // Law 8: nothing was added, and the refund is what settling made of it.
        Err(refusal) => {
            assert_eq!(*shop.refund(), settled, "law 8: {command:?} was refused and changed something");
            assert!(!refusal.to_string().is_empty());
        }
        Ok(events) => {
            for event in events {
                assert_eq!((event.at, event.recorded_at), (shop.now, shop.now), "law 10: {event:?}");
                let by = if event.fact.is_about_notice() { &Actor::system() } else { who };
                assert_eq!(event.actor, *by);
                of_the_list(&shop.policy, &event.fact);
            }
        }
    }
    // Law 9: the wrong role is refused, and so is the right role of another refund.
    let theirs = match who.role {
        Role::Buyer => who.id == before.buyer_id.as_str(),
        Role::Seller => who.id == before.seller_id.as_str(),
        Role::Platform | Role::Operator => true,
        Role::System => false,
    };
    if !theirs || !command.kind().roles().contains(&who.role) {
        assert!(matches!(step.outcome, Err(Refusal::NotYourRole { .. })), "law 9: {who:?} {command:?}");
    }
}

/// R44: a reason is named exactly where some are listed for it, and is one of these.
fn of_the_list(policy: &Policy, fact: &Fact) {
    let of_events = [
        (EventType::RefundModified, ReasonFor::Request),
        (EventType::RefundRefused, ReasonFor::Refuse),
        (EventType::RefundReceiptRefused, ReasonFor::RefuseReceipt),
        (EventType::RefundEscalated, ReasonFor::Dispute),
    ];
    let Some((_, purpose)) = of_events.into_iter().find(|(kind, _)| *kind == fact.event_type()) else {
        return assert_eq!(fact.chosen_reason(), None, "R44: {fact:?}");
    };
    let mut listed = policy.reasons.of(purpose).map(|reason| Some((purpose, &reason.code))).peekable();
    let nothing_to_choose = listed.peek().is_none() && fact.chosen_reason().is_none();
    assert!(nothing_to_choose || listed.any(|one| one == fact.chosen_reason()), "R44: {fact:?}");
    let asks = |reason: &ListedReason| reason.evidence && Some((purpose, &reason.code)) == fact.chosen_reason();
    let has_to_be_shown = policy.reasons.of(purpose).any(asks);
    assert!(!has_to_be_shown || !fact.named_files().is_empty(), "R44: {fact:?}");
}

/// Law 10: each event happens at the instant that it was due, and nothing that was due is left.
fn settled_in_time(before: &Refund, settled: &[Event], now: Timestamp) {
    let mut refund = before.clone();
    let mut previous = None;
    for event in settled {
        assert!(event.at <= now && event.recorded_at == now, "law 10: before its instant: {event:?}");
        assert_eq!(event.actor, Actor::system());
        // Of several events at one instant, the first is the one that was due.
        assert!(refund.next_due() == Some(event.at) || previous == Some(event.at), "law 10: not due: {event:?}");
        previous = Some(event.at);
        refund = evolve(refund, event);
    }
    assert!(refund.next_due().is_none_or(|due| due > now), "law 10: something due was left");
}

/// What holds of every refund of the line at any time.
pub(crate) fn state(shop: &Shop) {
    for (refund, history) in &shop.refunds {
        history_makes_the_refund(refund, history);
        negotiation(refund, history);
        deadlines(refund);
        effective_terms(refund, history);
    }
    money(shop);
}

/// Laws 3, 7, 9 and 10, event by event.
fn history_makes_the_refund(refund: &Refund, history: &[Event]) {
    assert_eq!(replay(history).as_ref(), Some(refund), "law 7: replaying");
    let mut state = opened(&history[0]).expect("an opening");
    assert_eq!((state.sequence, state.version), (1, 1));
    for pair in history.windows(2) {
        assert!(pair[0].at <= pair[1].at && pair[0].recorded_at <= pair[1].recorded_at, "law 10: the order of time");
    }
    for event in &history[1..] {
        let before = state.clone();
        state = evolve(state, event);
        let status = status_after(before.status.kind(), &event.fact);
        assert_eq!(status, state.status.kind(), "a status is told without its refund: {event:?}");
        assert_eq!(state.sequence, before.sequence + 1, "events are numbered without gaps");
        assert_eq!(state.version, before.version + u64::from(event.fact.changes_state()));
        let negotiates = matches!(
            event.fact,
            Fact::OfferMade { .. } | Fact::OfferRejected | Fact::OfferExpired | Fact::OfferWithdrawn { .. }
        );
        assert!(!negotiates || state.status == before.status, "law 3: {event:?} changed the refund");
        if matches!(event.fact, Fact::OfferAccepted | Fact::OfferRejected) {
            assert_eq!((event.actor.role, event.actor.id.as_str()), (Role::Buyer, refund.buyer_id.as_str()), "law 9");
        }
        if event.fact.message().is_some() {
            says_and_changes_nothing(&before, &state);
            continue;
        }
        if event.fact.is_about_file() {
            evidence::leaves_all_else(&before, &state);
            continue;
        }
        if event.fact.is_about_notice() {
            assert_eq!((&before.status.kind(), before.deadlines()), (&state.status.kind(), state.deadlines()));
            continue;
        }
        if let Fact::Erased { .. } = event.fact {
            erasure::leaves_all_else(&before, &state);
            continue;
        }
        silence_was_told_of(&before, event);
        let may_follow = !before.status.kind().is_final() || event.fact.is_about_payout();
        assert!(may_follow, "nothing else happens to a final refund: {event:?}");
        payout(&before, &state, event);
    }
}

/// Law 11: by a silence that needed a notice nobody lost without one in time, but after one extension.
fn silence_was_told_of(before: &Refund, event: &Event) {
    let was_told = before.status.clock().is_none_or(|clock| clock.lacks().is_none());
    let moved = matches!(event.fact, Fact::DeadlineExtended { because: Some(_), .. });
    let loses = event.fact.ends_a_clock();
    if event.actor.role == Role::System {
        assert!(!loses || was_told, "law 11: {event:?}");
        assert!(!moved || !was_told, "law 11: moved though it was told: {event:?}");
    } else {
        assert!(!moved, "nobody moves a deadline for a notice: {event:?}");
    }
}

/// Law 12: attempts are counted, one open at a time; money that went out twice is told.
fn payout(before: &Refund, after: &Refund, event: &Event) {
    let Some(payout) = &after.payout else { return };
    let numbers: Vec<_> = payout.attempts().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, (1..=payout.present().number).collect::<Vec<_>>());
    let open = payout.attempts().filter(|attempt| attempt.status == PayoutStatus::Started).count();
    assert!(open <= 1, "law 12: two attempts are open");
    let paid = |refund: &Refund| {
        let attempts = refund.payout.iter().flat_map(|payout| payout.attempts());
        attempts.filter(|attempt| attempt.status == PayoutStatus::Succeeded).count()
    };
    let told = matches!(event.fact, Fact::PaidTwice { .. });
    assert_eq!(paid(after) > paid(before) && paid(before) > 0, told, "law 12: paid twice unseen, or told and untrue");
    let started = matches!(event.fact, Fact::PayoutStarted { .. });
    assert!(!started || paid(before) == 0, "law 12: tried again although it was paid");
}

/// A message leaves the refund as it was, but for its place in the history and its count.
fn says_and_changes_nothing(before: &Refund, after: &Refund) {
    assert_ne!(after.messages, before.messages);
    let as_it_was = Refund { sequence: before.sequence, messages: before.messages, ..after.clone() };
    assert_eq!(as_it_was, *before, "a message changed the refund");
}

/// What everybody may do is the same after a message as before it.
pub(crate) fn posting(shop: &mut Shop, role: Role, internal: bool) {
    shop.settle();
    let possible = |shop: &Shop| {
        let of = |role: &Role| refund_core::all_actions(shop.refund(), &shop.grounds(), &actor(*role), shop.now);
        Role::ALL.iter().map(of).collect::<Vec<_>>()
    };
    let before = (possible(shop), shop.refund().deadlines());
    let is_theirs = message(internal).roles().contains(&role);
    assert_eq!(shop.post(&actor(role), message(internal)).is_ok(), is_theirs, "{role}, internal: {internal}");
    assert_eq!((possible(shop), shop.refund().deadlines()), before, "a message changed what can be done");
}

/// What a channel says of a notice is taken down once, and changes nothing that anybody sees of the refund.
pub(crate) fn reporting(shop: &mut Shop, report: &NoticeReport) {
    shop.settle();
    let (before, is_queued) = (shop.refund().clone(), shop.refund().notices.get(report.number).is_some());
    let events = report_notice(shop.refund(), &Actor::system(), report, shop.now).unwrap();
    assert_eq!(events.len(), usize::from(is_queued), "{report:?}");
    shop.record(&events);
    let after = shop.refund();
    assert_eq!((after.version, after.deadlines()), (before.version, before.deadlines()));
    assert_eq!(report_notice(after, &Actor::system(), report, shop.now), Ok(Vec::new()), "once");
}

/// Laws 1, 2 and 4.
fn negotiation(refund: &Refund, history: &[Event]) {
    let made = history.iter().filter(|event| matches!(event.fact, Fact::OfferMade { .. })).count();
    assert_eq!(made, usize::from(refund.negotiation.is_some()), "law 1");
    let ended = refund.negotiation.as_ref().filter(|own| !own.is_pending());
    assert!(ended.is_none_or(|own| own.answer.reminders.is_empty()), "nobody is reminded of an offer that ended");
    if let Some(pending) = refund.pending() {
        let Status::WaitSellerAgree { decide } = &refund.status else {
            panic!("law 2: an open offer in {}", refund.status.kind())
        };
        assert!(pending.answer.by <= decide.by, "law 2: the offer outlives the seller's clock");
        assert!(pending.offered_at < pending.answer.by);
    }
}

/// Law 4, and R38: whatever is waited for has a deadline.
fn deadlines(refund: &Refund) {
    let kind = refund.status.kind();
    let of_party = |deadline: &Deadline| matches!(deadline.kind.who(), Role::Seller | Role::Buyer);
    let watched = refund.escalated().is_some() || refund.payout.is_some();
    if kind.is_final() || watched {
        assert!(!refund.deadlines().iter().any(of_party), "law 4: {kind} has a party's deadline");
    } else {
        assert!(refund.next_deadline().is_some_and(|first| of_party(&first)), "law 4: {kind} waits for nobody");
    }
    let is_out = |payout: &Payout| payout.attempts().any(|attempt| attempt.status == PayoutStatus::Started);
    let unpaid =
        |payout: &Payout| payout.status() != PayoutStatus::Succeeded || payout.is_paid_twice() || is_out(payout);
    let waits = !kind.is_final() || refund.payout.as_ref().is_some_and(unpaid);
    assert_eq!(refund.next_deadline().is_some(), waits, "R38: {kind}");
    assert_eq!(refund.overdue().is_some(), waits && refund.next_due().is_none(), "R38: overdue, or something is due");
    let ordered = refund.deadlines().windows(2).all(|pair| pair[0].at <= pair[1].at);
    assert!(ordered, "deadlines are listed the earliest first");
}

/// Law 5.
fn effective_terms(refund: &Refund, history: &[Event]) {
    let Some(terms) = refund.effective() else { return };
    let ruled = history
        .iter()
        .find_map(|event| if let Fact::Ruled { agreed, .. } = &event.fact { agreed.as_ref() } else { None });
    let offered = refund.negotiation.as_ref().filter(|own| own.status() == NegotiationStatus::Accepted);
    if let Some(agreed) = ruled {
        assert_eq!(*terms, agreed.terms, "law 5: the ruling");
    } else if let Some(offered) = offered {
        assert_eq!(*terms, offered.offer.terms, "law 5: the offer");
    } else {
        let asked = (refund.requested.kind, refund.requested.amount);
        assert_eq!((terms.kind(), terms.amount()), asked, "law 5: the request");
    }
    if let Some(payout) = &refund.payout {
        assert_eq!(payout.amount, terms.amount(), "what is paid is what was agreed");
        assert!(payout.amount.is_positive());
    }
}

/// Law 6.
fn money(shop: &Shop) {
    let ledger = shop.ledger().expect("an account, as there is a refund");
    let paid = shop.refunds.iter().filter_map(|(refund, _)| refund.payout.as_ref()).map(|payout| payout.amount.minor());
    let sum: i64 = paid.sum();
    assert_eq!(ledger.refunded.minor(), sum, "the account is the sum of the payouts");
    assert!(sum <= shop.line.paid.minor(), "law 6: {sum} was paid of {}", shop.line.paid);
    let open: Vec<_> =
        shop.refunds.iter().map(|(refund, _)| refund).filter(|refund| !refund.status.kind().is_final()).collect();
    assert!(open.len() <= 1, "R27: one refund in progress");
    assert_eq!(ledger.in_progress.as_ref(), open.first().map(|refund| &refund.id));
    assert_eq!(ledger.refunds as usize, shop.refunds.len());
}

/// Settling at every due instant comes to the same as settling once, as long as once isn't late (R36).
pub(crate) fn one_settling_is_many(shop: &Shop) {
    let Some((refund, _)) = shop.refunds.last() else { return };
    let grounds = shop.grounds();
    let once = settle(refund, &grounds, shop.now);
    assert_eq!(once, settle(refund, &grounds, shop.now), "law 7: settling is a function");
    let late = |event: &Event| event.recorded_at.as_millis() - event.at.as_millis() > 5 * 60 * 1000;
    if once.iter().any(late) {
        return;
    }
    let (mut state, mut many) = (refund.clone(), Vec::new());
    while let Some(due) = state.next_due().filter(|due| *due <= shop.now) {
        let events = settle(&state, &grounds, due);
        state = events.iter().fold(state, evolve);
        many.extend(events);
    }
    let timeless = |events: &[Event]| events.iter().map(|event| (event.at, event.fact.clone())).collect::<Vec<_>>();
    assert_eq!(timeless(&once), timeless(&many));
}
