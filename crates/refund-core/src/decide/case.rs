//! What a decision is made from, and what every command is asked first.

use crate::{Actor, Command, CommandKind, Fact, Grounds, Refund, Refusal, Role, Timestamp, WithdrawnReason};

/// One command on one refund, with all that its decision depends on.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) refund: &'a Refund,
    pub(crate) grounds: &'a Grounds<'a>,
    pub(crate) actor: &'a Actor,
    pub(crate) command: &'a Command,
    pub(crate) now: Timestamp,
}

/// What happens, or why nothing does.
pub(crate) type Decision = Result<Vec<Fact>, Refusal>;

/// R30: the role may give the command, and a party acts on its own refunds only (law 9).
pub(crate) fn permitted(refund: &Refund, actor: &Actor, allowed: &[Role]) -> Result<(), Refusal> {
    let own = match actor.role {
        Role::Buyer => actor.id == refund.buyer_id.as_str(),
        Role::Seller => actor.id == refund.seller_id.as_str(),
        Role::Platform | Role::Operator | Role::System => true,
    };
    if own && allowed.contains(&actor.role) {
        Ok(())
    } else {
        Err(Refusal::NotYourRole { role: actor.role, allowed: allowed.to_vec() })
    }
}

/// R36: while settling is held an operator extends what fell due, and nobody does anything else.
pub(crate) fn possible_while_held(grounds: &Grounds<'_>, actor: &Actor, command: CommandKind) -> Result<(), Refusal> {
    let extends = actor.role == Role::Operator && command == CommandKind::Extend;
    if grounds.is_held && !extends { Err(Refusal::SettlingHeld) } else { Ok(()) }
}

/// The refusal for a refund that stands elsewhere.
pub(crate) fn wrong_status(command: CommandKind, refund: &Refund) -> Refusal {
    Refusal::WrongStatus { command, status: refund.status.kind(), escalated: refund.escalated().is_some() }
}

/// The open offer, if there is one, ends with what the command does (S7, R19, R20).
pub(super) fn withdrawn(case: &Case<'_>, reason: WithdrawnReason) -> Vec<Fact> {
    case.refund.pending().map(|_| Fact::OfferWithdrawn { reason }).into_iter().collect()
}
