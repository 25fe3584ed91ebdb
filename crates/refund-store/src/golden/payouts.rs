//! What the golden files hold of payouts and of what is waited for.

use refund_core::*;

use super::samples::{at, id, money, refund, text, timer};
use crate::record::{Entry, Record};

/// What there is since payouts have attempts and nothing waits unseen, on one refund after the other.
pub(super) fn attempts() -> Record {
    let (amount, provider_reference) = (money(2000), Some(text("pay/1")));
    let facts = vec![
        Fact::Escalated { reason: None, rule: Some(timer()) },
        Fact::LineShipped,
        Fact::PayoutStarted { amount, attempt: Some(1), report: Some(timer()) },
        Fact::PayoutFailed {
            reason: Some(text("no account")),
            attempt: Some(1),
            provider_reference: provider_reference.clone(),
            report: Some(timer()),
        },
        Fact::PayoutStarted { amount, attempt: Some(2), report: None },
        Fact::Overdue { kind: DeadlineKind::PayoutReport, by: at(129_600) },
        Fact::Succeeded { amount, attempt: Some(1), provider_reference: provider_reference.clone() },
        Fact::PaidTwice { amount, attempt: 2, provider_reference: None, report: timer() },
        Fact::PayoutReversed { amount, attempt: 2, reason: Some(text("closed")), provider_reference, report: None },
        Fact::DeadlineExtended { kind: DeadlineKind::OperatorRule, timer: timer(), because: None },
    ];
    let event = |(sequence, fact)| {
        let actor = Actor::new(Role::Platform, "key_1", Via::Key("key_1".to_owned()));
        Entry::Refund(Event { refund_id: id("rf_1"), sequence, at: at(10), recorded_at: at(20), actor, fact })
    };
    Record { at: at(20), entries: (2..).zip(facts).map(event).collect(), from: None }
}

/// A refund whose money came back and is being paid again.
pub(super) fn paid_again() -> Refund {
    let happened = |fact| Event {
        refund_id: id("rf_1"),
        sequence: 5,
        at: at(7300),
        recorded_at: at(7300),
        actor: Actor::system(),
        fact,
    };
    let amount = money(2000);
    let facts = [
        Fact::ReceiptConfirmed,
        Fact::PayoutStarted { amount, attempt: Some(1), report: Some(timer()) },
        Fact::Succeeded { amount, attempt: Some(1), provider_reference: Some(text("pay/1")) },
        Fact::PayoutReversed { amount, attempt: 1, reason: None, provider_reference: None, report: Some(timer()) },
        Fact::PayoutStarted { amount, attempt: Some(2), report: Some(timer()) },
    ];
    facts.into_iter().map(happened).fold(refund(), |refund, event| evolve(refund, &event))
}
