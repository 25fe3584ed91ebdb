//! A refund's one payout and the attempts at it (R26, R39).

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::policy::PAYOUT_REPORT;
use crate::{Event, Fact, Label, Money, Reason, RefundId, Timer, Timestamp, Watch};

/// How many attempts there may be at one payout. What has failed so often is for people to look at.
pub const PAYOUT_ATTEMPTS_MAX: u32 = 100;

names! {
    /// Where the money is.
    PayoutStatus {
        /// The payment adapter has been asked.
        Started = "started",
        /// The payment adapter reported a failure.
        Failed = "failed",
        /// Paid.
        Succeeded = "succeeded",
        /// It was paid, and the money came back.
        Reversed = "reversed",
    }
}

/// A refund's one payout. Its name is the refund's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// How much.
    pub amount: Money,
    first: PayoutAttempt,
    later: Vec<PayoutAttempt>,
    /// By when the money should be where it belongs, while it is not (R38).
    pub report: Option<Watch>,
}

/// One attempt at a payout, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutAttempt {
    /// Counted from 1.
    pub number: u32,
    /// What came of it.
    pub status: PayoutStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// What the provider calls it.
    pub provider_reference: Option<Label>,
    /// Why it failed, or why the money came back, in the provider's words.
    pub failure_reason: Option<Reason>,
    has_own_key: bool,
}

impl PayoutAttempt {
    /// The key by which the provider knows the attempt, so that asking twice pays once (R39): the refund's id, a hyphen
    /// and the attempt's number. An attempt begun before attempts were counted has the refund's id alone.
    #[must_use]
    pub fn key(&self, refund_id: &RefundId) -> String {
        attempt_key(refund_id, Some(self.number).filter(|_| self.has_own_key))
    }
}

/// The key of an attempt of that number (R39); of one that was begun before attempts were counted, without.
#[must_use]
pub fn attempt_key(refund_id: &RefundId, number: Option<u32>) -> String {
    number.map_or_else(|| refund_id.to_string(), |number| format!("{refund_id}-{number}"))
}

impl Payout {
    /// The payout after one more fact about it; before its first there is none.
    pub(crate) fn after(before: Option<Self>, event: &Event) -> Option<Self> {
        use PayoutStatus as S;
        let anew = |timer: Option<&Timer>| Some(Watch::of(timer, event.at, PAYOUT_REPORT));
        let running = before.as_ref().and_then(|payout| payout.report.clone());
        let (mut payout, report) = match (&event.fact, before) {
            (Fact::PayoutStarted { attempt, report, .. }, Some(payout)) => {
                (payout.started_again(event.at, attempt.is_some()), anew(report.as_ref()))
            }
            (Fact::PayoutStarted { amount, attempt, report }, None) => {
                (Self::started(*amount, event.at, attempt.is_some()), anew(report.as_ref()))
            }
            (Fact::Succeeded { amount, attempt, provider_reference }, before) => {
                let payout = before.unwrap_or_else(|| Self::started(*amount, event.at, true));
                (payout.ended(*attempt, S::Succeeded, provider_reference, &None), running)
            }
            (Fact::PayoutFailed { reason, attempt, provider_reference, report }, Some(payout)) => {
                let payout = payout.ended(*attempt, S::Failed, provider_reference, reason);
                let is_paid = payout.status() == S::Succeeded;
                (payout, if is_paid { running } else { anew(report.as_ref()) })
            }
            (Fact::PayoutReversed { attempt, reason, provider_reference, report, .. }, Some(payout)) => {
                let payout = payout.ended(Some(*attempt), S::Reversed, provider_reference, reason);
                (payout, report.as_ref().map_or(running, |report| anew(Some(report))))
            }
            (Fact::PaidTwice { attempt, provider_reference, report, .. }, Some(payout)) => {
                (payout.ended(Some(*attempt), S::Succeeded, provider_reference, &None), anew(Some(report)))
            }
            (_, before) => return before,
        };
        payout.report = report.filter(|_| !payout.is_settled());
        Some(payout)
    }

    /// Whether nothing is waited for: it was paid once, and no attempt is out that might pay it again.
    fn is_settled(&self) -> bool {
        let is_out = self.attempts().any(|attempt| attempt.status == PayoutStatus::Started);
        self.times_paid() == 1 && !is_out
    }

    fn started(amount: Money, at: Timestamp, has_own_key: bool) -> Self {
        let first = PayoutAttempt::started(1, at, has_own_key);
        Self { amount, first, later: Vec::new(), report: None }
    }

    fn started_again(mut self, at: Timestamp, has_own_key: bool) -> Self {
        let next = self.present().number.saturating_add(1);
        self.later.push(PayoutAttempt::started(next, at, has_own_key));
        self
    }

    /// What came of an attempt, of the present one where none is named. What the provider called it stays where it has
    /// no other name for it now.
    fn ended(
        mut self,
        attempt: Option<u32>,
        status: PayoutStatus,
        reference: &Option<Label>,
        reason: &Option<Reason>,
    ) -> Self {
        let number = attempt.unwrap_or(self.present().number);
        if let Some(attempt) = self.attempts_mut().find(|attempt| attempt.number == number) {
            attempt.status = status;
            attempt.failure_reason = reason.clone();
            attempt.provider_reference = reference.clone().or(attempt.provider_reference.take());
        }
        self
    }

    pub(crate) fn attempts_mut(&mut self) -> impl Iterator<Item = &mut PayoutAttempt> {
        std::iter::once(&mut self.first).chain(&mut self.later)
    }

    /// All attempts, in order.
    pub fn attempts(&self) -> impl DoubleEndedIterator<Item = &PayoutAttempt> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// The attempt of that number, if there was one.
    #[must_use]
    pub fn attempt(&self, number: u32) -> Option<&PayoutAttempt> {
        self.attempts().find(|attempt| attempt.number == number)
    }

    /// The attempt that was begun last.
    #[must_use]
    pub fn present(&self) -> &PayoutAttempt {
        self.later.last().unwrap_or(&self.first)
    }

    /// The attempt that says where the money is: the one that succeeded, else the present one.
    #[must_use]
    pub fn deciding(&self) -> &PayoutAttempt {
        self.succeeded().next_back().unwrap_or(self.present())
    }

    /// Where the money is: the success of any attempt wins (R39).
    #[must_use]
    pub fn status(&self) -> PayoutStatus {
        self.deciding().status
    }

    /// Whether the money went out more than once and has not come back (R39).
    #[must_use]
    pub fn is_paid_twice(&self) -> bool {
        self.times_paid() > 1
    }

    /// How many attempts have paid, and their money has not come back.
    pub(crate) fn times_paid(&self) -> usize {
        self.succeeded().count()
    }

    /// Whether another attempt may begin: none is open, and none has paid.
    #[must_use]
    pub fn may_be_retried(&self) -> bool {
        match self.status() {
            PayoutStatus::Failed | PayoutStatus::Reversed => true,
            PayoutStatus::Started | PayoutStatus::Succeeded => false,
        }
    }

    fn succeeded(&self) -> impl DoubleEndedIterator<Item = &PayoutAttempt> {
        self.attempts().filter(|attempt| attempt.status == PayoutStatus::Succeeded)
    }
}

impl PayoutAttempt {
    fn started(number: u32, at: Timestamp, has_own_key: bool) -> Self {
        let status = PayoutStatus::Started;
        Self { number, status, started_at: at, provider_reference: None, failure_reason: None, has_own_key }
    }
}
