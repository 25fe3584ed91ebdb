//! Whether a reason may stand (R44), with the files that show it (R43).

use super::case::Case;
use super::evidence::named;
use crate::{Evidence, Policy, ReasonFor, Refusal, Role, Why};

/// Whether whoever gives the command may give that reason for it.
pub(super) fn stated(case: &Case<'_>, purpose: ReasonFor, why: &Why) -> Result<(), Refusal> {
    may_stand(case.grounds.policy, &case.refund.evidence, case.actor.role, purpose, why)
}

/// A reason out of the policy's list, where there is one; shown by files that are that side's own, where it has to be.
pub(crate) fn may_stand(
    policy: &Policy,
    evidence: &Evidence,
    by: Role,
    purpose: ReasonFor,
    why: &Why,
) -> Result<(), Refusal> {
    listed(policy, purpose, why)?;
    named(evidence, by, &why.files)?;
    let chosen = policy.reasons.of(purpose).find(|reason| Some(&reason.code) == why.code.as_ref());
    match chosen.filter(|reason| reason.evidence && why.files.is_empty()) {
        Some(reason) => Err(Refusal::EvidenceRequired { purpose, code: reason.code.clone() }),
        None => Ok(()),
    }
}

/// Where the policy lists reasons for that purpose, one of them is chosen; where it lists none, none can be.
fn listed(policy: &Policy, purpose: ReasonFor, why: &Why) -> Result<(), Refusal> {
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
