//! Whether a command is carried out, and what happens then. One table, one leaf per rule.

mod answer;
pub(crate) mod case;
mod dispute;
mod erasure;
pub(crate) mod evidence;
mod extend;
pub(crate) mod offer;
mod payout;
mod post;
pub(crate) mod reason;
mod report_notice;
mod request;
mod respond;
mod return_leg;
mod shipped;

use self::case::{Case, Decision, permitted, possible_while_held, wrong_status};
pub use self::erasure::{erase, erased_by};
pub use self::evidence::{add_evidence, erase_evidence};
pub use self::post::post;
pub use self::report_notice::report_notice;
use crate::telling::with_notices;
use crate::{Actor, Command, Dispute, Event, Grounds, Refund, Refusal, Status, Timestamp};

/// Decides a command on a refund that has been settled up to `now`, or on which settling is held.
///
/// The events are to be recorded together, or not at all. None means that the command had been
/// carried out before and there is nothing left to do.
///
/// # Errors
/// The first [`Refusal`] in the order of R32. A refused command changes nothing (R33).
pub fn decide(
    refund: &Refund,
    grounds: &Grounds<'_>,
    actor: &Actor,
    command: &Command,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let facts = facts(&Case { refund, grounds, actor, command, now })?;
    let events = refund.next_events(facts, actor, now, now);
    Ok(with_notices(Some(refund), grounds.policy, grounds.notice_leap, events))
}

/// What a command brings about, or what stands against it: a decision before it is put down as events.
pub(crate) fn facts(case: &Case<'_>) -> Decision {
    permitted(case.refund, case.actor, case.command.roles())?;
    possible_while_held(case.grounds, case.actor, case.command.kind())?;
    table(case)
}

/// The one table of status and command. Commands about the negotiation, the deadlines, the payout and
/// the order line look at those and not at the status; they come first.
fn table(case: &Case<'_>) -> Decision {
    use Command as C;
    match case.command {
        C::MakeOffer(offer) => return offer::make(case, offer),
        C::AcceptOffer { negotiation_id } => return answer::accept(case, negotiation_id),
        C::RejectOffer { negotiation_id } => return answer::reject(case, negotiation_id),
        C::WithdrawOffer => return answer::withdraw(case),
        C::Extend { kind, to } => return extend::extend(case, *kind, *to),
        C::ReportPayout(report) => return payout::report(case, report),
        C::RetryPayout => return payout::retry(case),
        C::MarkShipped => return shipped::mark(case),
        C::Agree { .. }
        | C::Refuse { .. }
        | C::Modify { .. }
        | C::Cancel { .. }
        | C::Escalate { .. }
        | C::Ship { .. }
        | C::ConfirmReceipt
        | C::RefuseReceipt { .. }
        | C::WaiveReturn
        | C::Rule { .. } => {}
    }
    match (&case.refund.status, case.command) {
        (Status::WaitSellerAgree { .. }, C::Agree { return_address_id }) => respond::agree(case, return_address_id),
        (Status::WaitSellerAgree { .. }, C::Refuse { reason }) => respond::refuse(case, reason),
        (Status::WaitSellerAgree { .. }, C::Modify { request }) => request::modify(case, request),
        (Status::WaitSellerAgree { .. }, C::Cancel { reason }) => request::cancel(case, reason),

        (Status::SellerRefuseBuyer { .. }, C::Agree { return_address_id }) => respond::agree(case, return_address_id),
        (Status::SellerRefuseBuyer { dispute: Dispute::BuyerResponds(_) }, C::Modify { request }) => {
            request::modify(case, request)
        }

        (Status::WaitBuyerReturnGoods { .. }, C::Ship { carrier, tracking_number }) => {
            return_leg::ship(case, carrier, tracking_number)
        }
        (Status::WaitBuyerReturnGoods { agreed, .. }, C::WaiveReturn) => return_leg::waive(case, agreed),

        (Status::WaitSellerConfirmGoods { .. }, C::Ship { carrier, tracking_number }) => {
            return_leg::correct(case, carrier, tracking_number)
        }
        (Status::WaitSellerConfirmGoods { .. }, C::RefuseReceipt { reason }) => return_leg::refuse(case, reason),
        (
            Status::WaitSellerConfirmGoods { agreed, .. } | Status::SellerRefuseReceipt { agreed, .. },
            C::ConfirmReceipt,
        ) => return_leg::confirm(case, agreed),

        (
            Status::SellerRefuseBuyer { dispute: Dispute::BuyerResponds(_) }
            | Status::SellerRefuseReceipt { dispute: Dispute::BuyerResponds(_), .. },
            C::Escalate { reason },
        ) => dispute::escalate(case, reason),
        (
            Status::SellerRefuseBuyer { dispute: Dispute::Escalated(_) }
            | Status::SellerRefuseReceipt { dispute: Dispute::Escalated(_), .. },
            C::Rule { ruling, reason, files },
        ) => dispute::rule(case, *ruling, reason, files),
        (
            Status::SellerRefuseBuyer { .. }
            | Status::WaitBuyerReturnGoods { .. }
            | Status::WaitSellerConfirmGoods { .. }
            | Status::SellerRefuseReceipt { .. },
            C::Cancel { reason },
        ) => request::cancel(case, reason),

        // Everything else is refused. The snapshots of every transition hold this line to account:
        // they enumerate all statuses and commands.
        _ => Err(wrong_status(case.command.kind(), case.refund)),
    }
}
