//! What follows from an agreement, whoever or whatever agreed: a return waits for the goods,
//! anything else is paid (R21, R23, R26).

use crate::policy::PayoutMode;
use crate::{Agreed, Fact, Policy, Terms, Timer, Timestamp};

/// The facts of agreeing to these terms, with clocks that run from that instant.
pub(crate) fn agreement(terms: Terms, from: Timestamp, policy: &Policy) -> Vec<Fact> {
    let agreed = Agreed { terms, payout: policy.payout };
    match agreed.terms {
        Terms::RefundOnly { .. } => {
            let payment = payment(&agreed, from, policy);
            vec![Fact::Agreed { agreed, ship: None }, payment]
        }
        Terms::ReturnAndRefund { .. } => {
            let ship = Timer::of_party(from, policy.buyer_ship_seconds, policy);
            vec![Fact::Agreed { agreed, ship: Some(ship) }]
        }
    }
}

/// The fact of paying, in the way that was fixed when the terms were agreed.
pub(crate) fn payment(agreed: &Agreed, from: Timestamp, policy: &Policy) -> Fact {
    let amount = agreed.terms.amount();
    match agreed.payout {
        PayoutMode::Immediate => Fact::Succeeded { amount, attempt: Some(1), provider_reference: None },
        PayoutMode::Confirmed => {
            let report = Some(reported_by(from, policy));
            Fact::PayoutStarted { amount, attempt: Some(1), report }
        }
    }
}

/// The clock of a payout that is out, or waits (R38).
pub(crate) fn reported_by(from: Timestamp, policy: &Policy) -> Timer {
    Timer::running(from, policy.payout_report_seconds, &policy.reminders_seconds)
}

/// The clock of an operator who is called in (R38).
pub(crate) fn ruled_by(from: Timestamp, policy: &Policy) -> Timer {
    Timer::running(from, policy.operator_rule_seconds, &policy.reminders_seconds)
}
