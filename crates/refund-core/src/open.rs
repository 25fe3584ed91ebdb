//! Opening a refund (R27–R29).

use crate::decide::evidence::added;
use crate::decide::reason::may_stand;
use crate::objections::{Objections, amount_objections};
use crate::refusal::LineField;
use crate::telling::with_notices;
use crate::{
    Actor, Event, Evidence, EvidenceFile, Fact, LineLedger, Opening, Policy, ReasonFor, Refund, RefundId, RefundType,
    Refusal, Role, Timer, Timestamp, replay,
};

/// What opening a refund came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A new refund: what happens, the opening first.
    New(Vec<Event>),
    /// The line's refund in progress already asks for the same terms (R27). All that may be new is that the line has been
    /// shipped meanwhile (R40), and files that go with it (R43).
    Already(RefundId, Vec<Event>),
}

/// What is known of an order line before a refund is opened on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Line<'a> {
    /// Its account, once it has had a refund.
    pub ledger: Option<&'a LineLedger>,
    /// The refund in progress that the account names.
    pub in_progress: Option<&'a Refund>,
}

/// Decides whether a buyer may open a refund. `files` are those that go with it, for which the caller vouches: they become
/// the refund's, as the buyer's (R43), and its reason may name them.
///
/// # Errors
/// The first [`Refusal`] in the order of R32: not the buyer, another buyer, category or price than
/// the line's first refund had, another refund in progress, too many refunds, or an amount, a
/// return, a reason or files that can't be.
pub fn open(
    opening: &Opening,
    files: &[EvidenceFile],
    policy: &Policy,
    line: Line<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Opened, Refusal> {
    let mut objections = Objections::default();
    if actor.role != Role::Buyer || actor.id != opening.buyer_id.as_str() {
        objections.add(Refusal::NotYourRole { role: actor.role, allowed: vec![Role::Buyer] });
    }
    if let Some(ledger) = line.ledger {
        if let Some(field) = differs(opening, ledger) {
            objections.add(Refusal::OrderLineDiffers { field });
        }
        if ledger.refunds >= policy.refunds_per_line_max.into() {
            objections.add(Refusal::TooManyRefundsOnLine { max: policy.refunds_per_line_max.into() });
        }
    }
    if let Some(other) = line.in_progress {
        let asked = &other.requested;
        let same = asked.kind == opening.request.kind && asked.amount == opening.request.amount;
        if same && objections.first().is_none_or(|refusal| refusal.code() > crate::RefusalCode::RefundInProgress) {
            let is_news = opening.line.shipped && !other.line.shipped;
            let shipped = is_news.then_some(Fact::LineShipped);
            let shown = added(&other.evidence, actor.role, files, now)?;
            let news = shipped.into_iter().chain(shown);
            return Ok(Opened::Already(other.id.clone(), other.next_events(news, actor, now, now)));
        }
        objections.add(Refusal::RefundInProgress { refund_id: other.id.clone() });
    }
    let mut opening = opening.clone();
    opening.line.shipped |= line.ledger.is_some_and(|ledger| ledger.shipped);
    let refundable = line.ledger.map_or(opening.line.paid, LineLedger::refundable);
    if !opening.line.paid.is_positive() {
        objections.add(Refusal::AmountNotPositive { amount: opening.line.paid });
    }
    amount_objections(&mut objections, opening.request.amount, refundable, None);
    if opening.request.kind == RefundType::ReturnAndRefund && !opening.line.shipped {
        objections.add(Refusal::ReturnNeedsShippedGoods);
    }
    let shown = added(&Evidence::default(), actor.role, files, now).map_err(|refusal| objections.add(refusal));
    let mut evidence = Evidence::default();
    files.iter().for_each(|file| evidence.add(file.clone(), actor.role, now));
    let stated = may_stand(policy, &evidence, actor.role, ReasonFor::Request, &opening.request.reason);
    objections.add_err(stated);
    objections.into_result()?;
    let opened = Event {
        refund_id: opening.refund_id.clone(),
        sequence: 1,
        at: now,
        recorded_at: now,
        actor: actor.clone(),
        fact: Fact::Opened {
            opening: Box::new(opening),
            decide: Timer::of_party(now, policy.seller_decide_seconds, policy),
        },
    };
    let after = replay([&opened]).map(|refund| refund.next_events(shown.unwrap_or_default(), actor, now, now));
    let happened = std::iter::once(opened).chain(after.into_iter().flatten()).collect();
    // Its id was never given before, and so no name of a notice of its own.
    Ok(Opened::New(with_notices(None, policy, 0, happened)))
}

fn differs(opening: &Opening, ledger: &LineLedger) -> Option<LineField> {
    if opening.buyer_id != ledger.buyer_id {
        Some(LineField::BuyerId)
    } else if opening.line.category != ledger.category {
        Some(LineField::Category)
    } else if opening.line.paid != ledger.paid {
        Some(LineField::Paid)
    } else {
        None
    }
}
