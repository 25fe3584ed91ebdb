//! Several rules may refuse at once: all are collected, and the first in order is the answer (R32).

use crate::{Money, Refusal};

/// Everything that stands against a command.
#[derive(Debug, Default)]
pub(crate) struct Objections(Vec<Refusal>);

impl Objections {
    pub(crate) fn add(&mut self, refusal: Refusal) {
        self.0.push(refusal);
    }

    pub(crate) fn add_if(&mut self, refused: bool, refusal: Refusal) {
        if refused {
            self.add(refusal);
        }
    }

    pub(crate) fn add_err(&mut self, asked: Result<(), Refusal>) {
        self.0.extend(asked.err());
    }

    /// These and those.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn first(&self) -> Option<&Refusal> {
        self.0.iter().min_by_key(|refusal| refusal.code())
    }

    /// All of them, in the order of precedence.
    pub(crate) fn into_sorted(mut self) -> Vec<Refusal> {
        self.0.sort_by_key(Refusal::code);
        self.0
    }

    pub(crate) fn into_result(self) -> Result<(), Refusal> {
        self.into_sorted().into_iter().next().map_or(Ok(()), Err)
    }
}

/// The rules about an amount, the same for a request, an offer and a ruling (R10, R28).
pub(crate) fn amount_objections(
    objections: &mut Objections,
    amount: Money,
    refundable: Money,
    requested_cap: Option<Money>,
) {
    objections.add_if(!amount.is_positive(), Refusal::AmountNotPositive { amount });
    match amount.is_over(refundable) {
        Ok(over) => objections.add_if(over, Refusal::AmountOverRefundable { amount, max: refundable }),
        Err(_) => {
            objections.add(Refusal::CurrencyMismatch { expected: refundable.currency(), given: amount.currency() })
        }
    }
    if let Some(max) = requested_cap {
        objections.add_if(amount.is_over(max).unwrap_or(false), Refusal::AmountOverRequested { amount, max });
    }
}
