//! What an actor may do now, and what stands against the rest. Found by asking [`decide`]: nothing is
//! written twice.

use crate::decide::case::{Case, wrong_status};
use crate::decide::{decide, facts, offer};
use crate::objections::Objections;
use crate::{
    Actor, Command, CommandKind, Deadline, DeadlineKind, Event, Grounds, Label, MakeOffer, Money, NamedFiles,
    NegotiationId, PayoutAttempt, PayoutReport, PayoutResult, PayoutStatus, Reason, Refund, RefundType, Refusal,
    Ruling, Timestamp,
};

/// A command, and what stands against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What would be done.
    pub kind: CommandKind,
    /// Why it can't be done now, as [`decide`] says when it is tried; nothing where it can be.
    pub against: Option<Refusal>,
}

/// What this actor may do now on a refund that has been settled up to `now`, in declared order.
///
/// A command is possible when [`decide`] carries it out, or refuses nothing but its values.
#[must_use]
pub fn actions(refund: &Refund, grounds: &Grounds<'_>, actor: &Actor, now: Timestamp) -> Vec<CommandKind> {
    let has_ended = refund.status.kind().is_final();
    let kinds = kinds_of(actor).filter(|kind| !has_ended || may_follow_the_end(*kind));
    kinds.filter(|kind| against(*kind, refund, grounds, actor, now).is_none()).collect()
}

/// The kinds of commands that are for this actor's role, in declared order.
fn kinds_of(actor: &Actor) -> impl Iterator<Item = CommandKind> {
    CommandKind::ALL.iter().copied().filter(|kind| kind.roles().contains(&actor.role))
}

/// Whether it is about the payout, which alone goes on once a refund has ended: nothing else has to be tried then.
fn may_follow_the_end(kind: CommandKind) -> bool {
    matches!(kind, CommandKind::ReportPayout | CommandKind::RetryPayout | CommandKind::Extend)
}

/// Every command that is for this actor's role on a refund that has been settled up to `now`, in
/// declared order: possible, or with the refusal that stands against it.
#[must_use]
pub fn all_actions(refund: &Refund, grounds: &Grounds<'_>, actor: &Actor, now: Timestamp) -> Vec<Action> {
    kinds_of(actor).map(|kind| Action { kind, against: against(kind, refund, grounds, actor, now) }).collect()
}

/// What a command would bring about on a refund that has been settled up to `now`, as [`decide`] says when it is tried.
///
/// # Errors
/// The [`Refusal`] that it would get.
pub fn outcome(
    refund: &Refund,
    grounds: &Grounds<'_>,
    actor: &Actor,
    command: &Command,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    decide(refund, grounds, actor, command, now)
}

/// What stands against a command of that kind: of all that are probed, the refusal of the one that
/// got furthest in the order of R32; nothing where one is possible.
fn against(
    kind: CommandKind,
    refund: &Refund,
    grounds: &Grounds<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Option<Refusal> {
    let mut against: Option<Refusal> = None;
    for command in probes(kind, refund, grounds, now) {
        match facts(&Case { refund, grounds, actor, command: &command, now }) {
            Ok(facts) if !facts.is_empty() => return None,
            // It has been done before, and there is nothing left to do.
            Ok(_) => {}
            Err(refusal) if refusal.code().is_about_values() && !probes_are_all(kind) => return None,
            Err(refusal) => {
                if against.as_ref().is_none_or(|other| other.code() < refusal.code()) {
                    against = Some(refusal);
                }
            }
        }
    }
    against.or_else(|| Some(wrong_status(kind, refund)))
}

/// Whether, where each probe of the kind is refused, all commands of the kind are, whatever their values.
fn probes_are_all(kind: CommandKind) -> bool {
    match kind {
        // The least and the most of each type, to an address that is there.
        CommandKind::MakeOffer => true,
        // The least extension of each deadline.
        CommandKind::Extend => true,
        CommandKind::AcceptOffer
        | CommandKind::RejectOffer
        | CommandKind::WithdrawOffer
        | CommandKind::Agree
        | CommandKind::Refuse
        | CommandKind::Modify
        | CommandKind::Cancel
        | CommandKind::Escalate
        | CommandKind::Ship
        | CommandKind::ConfirmReceipt
        | CommandKind::RefuseReceipt
        | CommandKind::WaiveReturn
        | CommandKind::Rule
        | CommandKind::ReportPayout
        | CommandKind::RetryPayout
        | CommandKind::MarkShipped => false,
    }
}

/// Commands of that kind, of which one is possible wherever any is.
fn probes(kind: CommandKind, refund: &Refund, grounds: &Grounds<'_>, now: Timestamp) -> Vec<Command> {
    let reason = || refund.requested.reason.clone();
    let amount = refund.requested.amount;
    match kind {
        CommandKind::MakeOffer => offers(refund, grounds),
        CommandKind::AcceptOffer => {
            answered(refund).map(|negotiation_id| Command::AcceptOffer { negotiation_id }).into_iter().collect()
        }
        CommandKind::RejectOffer => {
            answered(refund).map(|negotiation_id| Command::RejectOffer { negotiation_id }).into_iter().collect()
        }
        CommandKind::WithdrawOffer => vec![Command::WithdrawOffer],
        CommandKind::Agree => vec![Command::Agree { return_address_id: None }],
        CommandKind::Refuse => vec![Command::Refuse { reason: reason() }],
        CommandKind::Modify => vec![Command::Modify { request: refund.requested.clone() }],
        CommandKind::Cancel => vec![Command::Cancel { reason: None }],
        CommandKind::Escalate => vec![Command::Escalate { reason: reason() }],
        // Two, because the one that was sent before is no correction.
        CommandKind::Ship => ["1", "2"].into_iter().filter_map(|number| Label::new(number).ok()).map(ship).collect(),
        CommandKind::ConfirmReceipt => vec![Command::ConfirmReceipt],
        CommandKind::RefuseReceipt => vec![Command::RefuseReceipt { reason: reason() }],
        CommandKind::WaiveReturn => vec![Command::WaiveReturn],
        CommandKind::Rule => vec![rule(amount, reason().text)],
        CommandKind::Extend => {
            let running = refund.deadlines();
            // Those that the refund has, and the one that is a seller's to extend: all others don't run.
            let others = running.iter().map(|deadline| deadline.kind).filter(|kind| *kind != DeadlineKind::BuyerShip);
            others.chain([DeadlineKind::BuyerShip]).map(|kind| least_extension(kind, &running, now)).collect()
        }
        CommandKind::ReportPayout => reports(refund),
        CommandKind::RetryPayout => vec![Command::RetryPayout],
        CommandKind::MarkShipped => vec![Command::MarkShipped],
    }
}

/// Every report of the present attempt, and of one attempt of each status: all others of that status are answered alike,
/// so that a payout with many attempts costs no more.
fn reports(refund: &Refund) -> Vec<Command> {
    let Some(payout) = &refund.payout else {
        return vec![Command::ReportPayout(PayoutReport::of(PayoutResult::Succeeded))];
    };
    let of_status = |status: &PayoutStatus| payout.attempts().find(|attempt| attempt.status == *status);
    let others =
        PayoutStatus::ALL.iter().filter_map(of_status).filter(|attempt| attempt.number != payout.present().number);
    let reports = |attempt: &PayoutAttempt| {
        let attempt = Some(attempt.number);
        PayoutResult::ALL.iter().map(move |result| PayoutReport { attempt, ..PayoutReport::of(*result) })
    };
    others.chain([payout.present()]).flat_map(reports).map(Command::ReportPayout).collect()
}

/// The offer that an answer would name. Where there is none, any id gets the same answer.
fn answered(refund: &Refund) -> Option<NegotiationId> {
    refund.negotiation.as_ref().map(|own| own.id.clone()).or_else(any_offer)
}

fn any_offer() -> Option<NegotiationId> {
    NegotiationId::new("any").ok()
}

/// The least and the most of each type. Only one amount can be the one that was asked for (R11), so
/// where both are refused, all between are. What stands against any offer at all is told to the first as to all.
fn offers(refund: &Refund, grounds: &Grounds<'_>) -> Vec<Command> {
    let most = offer::amount_max(refund, grounds);
    let least = Money::new(1, most.currency()).unwrap_or(most);
    let Some(negotiation_id) = any_offer() else { return Vec::new() };
    let of = |kind: RefundType, amount: Money| {
        Command::MakeOffer(MakeOffer {
            negotiation_id: negotiation_id.clone(),
            kind,
            amount,
            return_address_id: Some(grounds.addresses.default_address().id.clone()),
            message: None,
            agreed_offline: false,
            files: NamedFiles::default(),
        })
    };
    let mut standing = Objections::default();
    offer::standing(&mut standing, refund, grounds);
    if standing.first().is_some() {
        return vec![of(RefundType::RefundOnly, least)];
    }
    RefundType::ALL.iter().flat_map(|kind| [of(*kind, least), of(*kind, most)]).collect()
}

/// A deadline may be overdue where settling is held (R36): then the least is after now.
fn least_extension(kind: DeadlineKind, running: &[Deadline], now: Timestamp) -> Command {
    let running = running.iter().find(|deadline| deadline.kind == kind);
    let from = running.map_or(now, |deadline| deadline.at.max(now));
    Command::Extend { kind, to: Timestamp::from_millis(from.as_millis().saturating_add(1)).unwrap_or(from) }
}

fn rule(amount: Money, reason: Reason) -> Command {
    Command::Rule { ruling: Ruling::Refund { amount }, reason, files: NamedFiles::default() }
}

fn ship(text: Label) -> Command {
    Command::Ship { carrier: text.clone(), tracking_number: text }
}
