//! Whether a reason may stand (R44).

use crate::{Policy, ReasonFor, Refusal, Why};

/// Where the policy lists reasons for that purpose, one of them is chosen; where it lists none, none can be.
pub(crate) fn listed(policy: &Policy, purpose: ReasonFor, why: &Why) -> Result<(), Refusal> {
    let is_listed = match &why.code {
        Some(code) => policy.reasons.of(purpose).any(|reason| reason.code == *code),
        None => policy.reasons.of(purpose).next().is_none(),
    };
    if is_listed {
        return Ok(());
    }
    let codes = policy.reasons.of(purpose).map(|reason| reason.code.clone()).collect();
    Err(Refusal::ReasonUnknown { purpose, given: why.code.clone(), codes })
}
