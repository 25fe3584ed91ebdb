//! The platform tells that the goods have been shipped to the buyer meanwhile (R40).

use super::case::{Case, Decision, wrong_status};
use crate::{Fact, Refusal};

pub(super) fn mark(case: &Case<'_>) -> Decision {
    if case.refund.status.kind().is_final() {
        return Err(wrong_status(case.command.kind(), case.refund));
    }
    if case.refund.line.shipped {
        return Err(Refusal::AlreadyShipped);
    }
    Ok(vec![Fact::LineShipped])
}
