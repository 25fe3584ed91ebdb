//! R26, R38 and R39: paying, the attempts at it, and what waits.

use refund_core::{
    Command, DeadlineKind, EventType, Fact, PAYOUT_ATTEMPTS_MAX, Payout, PayoutMode, PayoutReport, PayoutResult,
    PayoutStatus, RefundType, RefusalCode, Role, Span, StatusKind,
};

use crate::support::{HOUR, Shop, agree, cny, escalate, extend, refuse, report, report_on, ruling, ship, text};
use crate::{code, types};

fn paying() -> Shop {
    let mut shop = Shop::new();
    shop.policy.payout = PayoutMode::Confirmed;
    shop.open(RefundType::RefundOnly, cny(700)).unwrap();
    shop.must(Role::Seller, &agree());
    shop
}

#[test]
fn r26_agreed_means_paid_or_on_its_way_as_the_policy_says() {
    assert_eq!(refund_core::Policy::default().payout, PayoutMode::Immediate);
    let mut shop = paying();
    assert_eq!(shop.refund().status.kind(), StatusKind::Refunding);
    assert_eq!(shop.refund().payout.as_ref().unwrap().status(), PayoutStatus::Started);
    assert_eq!(types(&shop.run(Role::Platform, &report(false)).unwrap()), [EventType::RefundSucceeded]);
}

#[test]
fn r26_the_mode_is_fixed_when_the_refund_is_agreed() {
    for (agreed, later, end) in [
        (PayoutMode::Confirmed, PayoutMode::Immediate, StatusKind::Refunding),
        (PayoutMode::Immediate, PayoutMode::Confirmed, StatusKind::Success),
    ] {
        let mut shop = Shop::with_refund(|shop| shop.policy.payout = agreed);
        shop.must(Role::Seller, &agree());
        shop.policy.payout = later;
        shop.must(Role::Buyer, &ship("1")).must(Role::Seller, &Command::ConfirmReceipt);
        assert_eq!(shop.refund().status.kind(), end);
    }
    // A ruling about goods that are back keeps the mode of the agreement.
    let mut shop = Shop::with_refund(|shop| shop.policy.payout = PayoutMode::Confirmed);
    shop.must(Role::Seller, &agree()).must(Role::Buyer, &ship("1"));
    shop.must(Role::Seller, &Command::RefuseReceipt { reason: text("Broken") }).must(Role::Buyer, &escalate());
    shop.policy.payout = PayoutMode::Immediate;
    shop.must(Role::Operator, &ruling(Some(cny(500))));
    assert_eq!(shop.refund().status.kind(), StatusKind::Refunding);
    // A refund that was never agreed is agreed by the ruling.
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse()).must(Role::Buyer, &escalate());
    shop.policy.payout = PayoutMode::Confirmed;
    shop.must(Role::Operator, &ruling(Some(cny(500))));
    assert_eq!(shop.refund().status.kind(), StatusKind::Refunding);
}

#[test]
fn r26_a_failed_payout_is_retried_by_platform_or_operator() {
    for role in [Role::Platform, Role::Operator] {
        let mut shop = paying();
        assert_eq!(code(shop.run(role, &Command::RetryPayout)), RefusalCode::WrongStatus, "nothing failed");
        shop.must(Role::Platform, &report(true));
        assert_eq!(shop.refund().status.kind(), StatusKind::RefundFailed);
        let events = shop.run(role, &Command::RetryPayout).unwrap();
        assert_eq!(types(&events), [EventType::RefundPayoutStarted]);
        assert_eq!(shop.refund().payout.as_ref().unwrap().amount, cny(700));
    }
}

#[test]
fn r26_a_success_wins_over_an_earlier_failure_and_a_failure_after_success_is_refused() {
    let mut shop = paying();
    shop.must(Role::Platform, &report(true));
    assert_eq!(shop.run(Role::Platform, &report(true)), Ok(vec![]), "the same report again");
    shop.must(Role::Platform, &report(false));
    assert_eq!(shop.refund().status.kind(), StatusKind::Success);
    assert_eq!(shop.run(Role::Platform, &report(false)), Ok(vec![]), "the same report again");
    assert_eq!(code(shop.run(Role::Platform, &report(true))), RefusalCode::PayoutAlreadySucceeded);
}

#[test]
fn r26_money_stays_reserved_while_a_failed_payout_waits() {
    let mut shop = paying();
    assert_eq!(shop.ledger().unwrap().refundable(), cny(1300));
    shop.must(Role::Platform, &report(true)).must(Role::Operator, &Command::RetryPayout);
    shop.must(Role::Platform, &report(false));
    assert_eq!(shop.ledger().unwrap().refundable(), cny(1300), "R27: counted once");
}

fn payout(shop: &Shop) -> &Payout {
    shop.refund().payout.as_ref().expect("a payout")
}

/// Where the attempts stand, in order.
fn attempts(shop: &Shop) -> Vec<PayoutStatus> {
    payout(shop).attempts().map(|attempt| attempt.status).collect()
}

/// A payout whose first attempt failed, and whose second is out.
fn tried_again() -> Shop {
    let mut shop = paying();
    shop.must(Role::Platform, &report(true)).must(Role::Platform, &Command::RetryPayout);
    shop
}

#[test]
fn r39_each_attempt_has_a_number_and_a_key_of_its_own() {
    let mut shop = tried_again();
    let keys: Vec<_> = payout(&shop).attempts().map(|attempt| attempt.key(&shop.refund().id)).collect();
    assert_eq!(keys, ["r-1-1", "r-1-2"]);
    assert_eq!(attempts(&shop), [PayoutStatus::Failed, PayoutStatus::Started]);
    assert_eq!(code(shop.run(Role::Operator, &Command::RetryPayout)), RefusalCode::WrongStatus, "one is open");
    for attempt in [0, 3, 7] {
        let unknown = code(shop.run(Role::Platform, &report_on(attempt, PayoutResult::Succeeded)));
        assert_eq!(unknown, RefusalCode::PayoutAttemptUnknown);
    }
}

#[test]
fn r39_a_late_failure_of_an_earlier_attempt_changes_nothing() {
    let mut shop = tried_again();
    let before = shop.refund().clone();
    assert_eq!(shop.run(Role::Platform, &report_on(1, PayoutResult::Failed)), Ok(vec![]));
    assert_eq!(*shop.refund(), before);
    // One that names no attempt is about the present one.
    shop.must(Role::Platform, &report(true));
    assert_eq!(attempts(&shop), [PayoutStatus::Failed, PayoutStatus::Failed]);
}

#[test]
fn r39_the_success_of_any_attempt_wins_and_a_second_one_is_seen() {
    let mut shop = tried_again();
    let late = shop.run(Role::Platform, &report_on(1, PayoutResult::Succeeded)).unwrap();
    assert_eq!(types(&late), [EventType::RefundSucceeded]);
    assert_eq!(shop.refund().status.kind(), StatusKind::Success);
    assert_eq!(payout(&shop).deciding().number, 1);
    let kinds: Vec<_> = shop.refund().deadlines().iter().map(|deadline| deadline.kind).collect();
    assert_eq!(kinds, [DeadlineKind::PayoutReport], "R38: the other attempt is out, and may pay too");
    assert_eq!(shop.run(Role::Platform, &report(false)), Ok(vec![]), "a report without a number is of the one shown");
    let twice = shop.run(Role::Platform, &report_on(2, PayoutResult::Succeeded)).unwrap();
    assert_eq!(types(&twice), [EventType::RefundPaidTwice]);
    assert!(payout(&shop).is_paid_twice());
    assert_eq!(shop.refund().next_deadline().unwrap().kind, DeadlineKind::PayoutReport, "R38: it waits to be seen");
    assert_eq!(shop.run(Role::Platform, &report_on(2, PayoutResult::Succeeded)), Ok(vec![]), "the same report again");
    assert_eq!(shop.ledger().unwrap().refunded, cny(700), "R27: the decision is to pay once");
    // The money of either comes back: then it has been paid once, and nothing waits.
    shop.must(Role::Platform, &report_on(1, PayoutResult::Reversed));
    assert_eq!(payout(&shop).status(), PayoutStatus::Succeeded);
    assert_eq!((payout(&shop).is_paid_twice(), shop.refund().deadlines()), (false, vec![]));
}

#[test]
fn r39_an_attempt_that_fails_after_another_has_paid_is_over() {
    let mut shop = tried_again();
    shop.must(Role::Platform, &report_on(1, PayoutResult::Succeeded));
    let failed = shop.run(Role::Platform, &report_on(2, PayoutResult::Failed)).unwrap();
    assert_eq!(types(&failed), [EventType::RefundPayoutFailed]);
    assert_eq!((shop.refund().status.kind(), payout(&shop).status()), (StatusKind::Success, PayoutStatus::Succeeded));
    assert_eq!(shop.refund().deadlines(), vec![]);
}

#[test]
fn r39_a_failure_of_a_third_attempt_hides_no_money_that_went_out_twice() {
    let mut shop = tried_again();
    shop.must(Role::Platform, &report(true)).must(Role::Platform, &Command::RetryPayout);
    shop.must(Role::Platform, &report_on(1, PayoutResult::Succeeded));
    shop.must(Role::Platform, &report_on(2, PayoutResult::Succeeded));
    let waits = shop.refund().deadlines();
    shop.must(Role::Platform, &report_on(3, PayoutResult::Failed));
    assert!(payout(&shop).is_paid_twice() && !waits.is_empty());
    assert_eq!(shop.refund().deadlines(), waits, "R38: it waits to be seen");
}

#[test]
fn r39_money_that_came_back_leaves_the_decision_and_can_be_paid_again() {
    let mut shop = paying();
    let reversed = report_on(1, PayoutResult::Reversed);
    assert_eq!(code(shop.run(Role::Platform, &reversed)), RefusalCode::PayoutNotReversible, "not paid yet");
    shop.must(Role::Platform, &report(false));
    assert_eq!(types(&shop.run(Role::Platform, &reversed).unwrap()), [EventType::RefundPayoutReversed]);
    assert_eq!(shop.run(Role::Platform, &reversed), Ok(vec![]), "the same report again");
    assert_eq!((shop.refund().status.kind(), payout(&shop).status()), (StatusKind::Success, PayoutStatus::Reversed));
    assert_eq!(shop.refund().next_deadline().unwrap().kind, DeadlineKind::PayoutReport);
    assert_eq!(shop.run(Role::Platform, &report(false)), Ok(vec![]), "an old notice of the success pays nothing");
    shop.must(Role::Operator, &Command::RetryPayout);
    assert_eq!((shop.refund().status.kind(), payout(&shop).status()), (StatusKind::Success, PayoutStatus::Started));
    shop.must(Role::Platform, &report(true));
    assert_eq!((shop.refund().status.kind(), payout(&shop).status()), (StatusKind::Success, PayoutStatus::Failed));
    shop.must(Role::Operator, &Command::RetryPayout).must(Role::Platform, &report(false));
    assert_eq!(attempts(&shop), [PayoutStatus::Reversed, PayoutStatus::Failed, PayoutStatus::Succeeded]);
    assert_eq!(shop.refund().deadlines(), vec![]);
}

#[test]
fn r39_what_was_paid_at_once_can_come_back_too() {
    let mut shop = Shop::with_refund(|shop| shop.policy.payout = PayoutMode::Immediate);
    shop.must(Role::Seller, &agree()).must(Role::Buyer, &ship("1")).must(Role::Seller, &Command::ConfirmReceipt);
    shop.must(Role::Platform, &report_on(1, PayoutResult::Reversed)).must(Role::Platform, &Command::RetryPayout);
    assert_eq!(attempts(&shop), [PayoutStatus::Reversed, PayoutStatus::Started]);
}

#[test]
fn r39_what_the_provider_said_is_kept_and_told_to_all_but_the_buyer() {
    let mut shop = paying();
    let said = |reference: Option<&str>, reason: Option<&str>, result| {
        let (provider_reference, reason) = (reference.map(text), reason.map(text));
        Command::ReportPayout(PayoutReport { provider_reference, reason, ..PayoutReport::of(result) })
    };
    shop.must(Role::Platform, &said(Some("pay/1"), Some("No account"), PayoutResult::Failed));
    let failed = payout(&shop).deciding().clone();
    assert_eq!((failed.provider_reference, failed.failure_reason), (Some(text("pay/1")), Some(text("No account"))));
    shop.must(Role::Platform, &said(None, None, PayoutResult::Succeeded));
    let paid = payout(&shop).deciding();
    assert_eq!((paid.provider_reference.clone(), paid.failure_reason.clone()), (Some(text("pay/1")), None));
    for role in Role::ALL {
        let disclosed = payout(&shop).disclosed_to(*role);
        let told = disclosed.of_provider(disclosed.deciding().provider_reference.as_ref()).is_some();
        assert_eq!((told, disclosed.attempts().is_some()), (*role != Role::Buyer, *role != Role::Buyer), "{role}");
    }
}

#[test]
fn r39_a_payout_is_not_tried_for_ever() {
    let mut shop = paying();
    for _ in 1..PAYOUT_ATTEMPTS_MAX {
        shop.must(Role::Platform, &report(true)).must(Role::Platform, &Command::RetryPayout);
    }
    shop.must(Role::Platform, &report(true));
    assert_eq!(code(shop.run(Role::Platform, &Command::RetryPayout)), RefusalCode::TooManyPayoutAttempts);
    shop.must(Role::Platform, &report(false));
    assert_eq!(payout(&shop).status(), PayoutStatus::Succeeded, "what was paid in another way can be told");
}

#[test]
fn r38_a_payout_that_nobody_reports_becomes_overdue_and_goes_on_waiting() {
    let mut shop = paying();
    let due = shop.refund().next_deadline().unwrap();
    assert_eq!(
        (due.kind, due.kind.who(), due.at),
        (DeadlineKind::PayoutReport, Role::Platform, shop.now.plus(Span::hours(24)))
    );
    shop.wait(24 * HOUR - 1);
    assert_eq!(types(&shop.settle()), [EventType::DeadlineReminder, EventType::DeadlineReminder]);
    let version = shop.refund().version;
    shop.wait(1);
    assert_eq!(types(&shop.settle()), [EventType::DeadlineOverdue]);
    assert_eq!((shop.refund().version, shop.refund().next_due()), (version, None), "told once, and nothing decided");
    assert_eq!(shop.refund().deadlines(), [due], "listed, in the past");
    assert_eq!(shop.refund().overdue(), Some(due));
    let to = shop.now.plus(Span::hours(1));
    let late = code(shop.run(Role::Operator, &extend(DeadlineKind::PayoutReport, to)));
    assert_eq!(late, RefusalCode::DeadlineNotRunning, "R6: before it is due");
    shop.must(Role::Platform, &report(true));
    assert_eq!(shop.refund().next_deadline().unwrap().at, shop.now.plus(Span::hours(24)), "anew from the failure");
    shop.must(Role::Operator, &extend(DeadlineKind::PayoutReport, shop.now.plus(Span::hours(48))));
    shop.must(Role::Platform, &report(false));
    assert_eq!(shop.refund().deadlines(), vec![]);
}

#[test]
fn r38_a_call_of_the_operator_becomes_overdue_and_goes_on_waiting() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse()).must(Role::Buyer, &escalate());
    let due = shop.refund().next_deadline().unwrap();
    assert_eq!((due.kind, due.kind.who()), (DeadlineKind::OperatorRule, Role::Operator));
    assert_eq!(due.at, shop.now.plus(Span::hours(7 * 24)));
    shop.wait(40 * 24 * HOUR);
    let told = shop.settle();
    assert_eq!(
        told.last().map(|event| (event.fact.clone(), event.at)),
        Some((Fact::Overdue { kind: due.kind, by: due.at }, due.at))
    );
    shop.must(Role::Operator, &ruling(Some(cny(500))));
    assert_eq!(shop.refund().status.kind(), StatusKind::Success);
}

#[test]
fn r38_what_was_recorded_before_there_were_such_deadlines_has_the_usual_ones() {
    let mut shop = tried_again();
    shop.must(Role::Platform, &report(true));
    let mut old = shop.history().to_vec();
    for fact in old.iter_mut().map(|event| &mut event.fact) {
        if let Fact::PayoutStarted { attempt, report, .. } = fact {
            (*attempt, *report) = (None, None);
        } else if let Fact::PayoutFailed { attempt, report, .. } = fact {
            (*attempt, *report) = (None, None);
        }
    }
    let refund = refund_core::replay(&old).unwrap();
    let payout = refund.payout.as_ref().unwrap();
    let keys: Vec<_> = payout.attempts().map(|attempt| attempt.key(&refund.id)).collect();
    assert_eq!(keys, ["r-1", "r-1"], "the provider knows them by the refund's id");
    assert_eq!(refund.next_deadline(), shop.refund().next_deadline());
}
