//! What changed between two looks at a refund, and what the clock did between them.

use refund_core::{Currency, EventType, PayoutStatus, Role, StatusKind, Timestamp};

use super::instant::show;
use super::stages::{Happened, Look};
use super::words;

/// What changed, as the end of a line; the whole stand where there was nothing before.
pub(super) fn changed(before: Option<&Look>, after: &Look, line: Currency) -> String {
    let mut parts = Vec::new();
    let is_new = |same: bool| before.is_none() || !same;
    let negotiated = after.negotiation.as_ref();
    if before.and_then(|look| look.negotiation.as_ref()) != negotiated
        && let Some(now) = negotiated
    {
        let withdrawn = now.withdrawn_reason.map(|reason| reason.as_str());
        parts.push(words::negotiation(now.status, now.expires_at, withdrawn));
    }
    if before.is_some_and(|look| look.requested != after.requested) {
        let (kind, amount) = after.requested;
        parts.push(format!("asked for: {} {}", words::kind(kind), words::money(amount, line)));
    }
    if let Some(terms) = &after.effective
        && is_new(before.is_some_and(|look| look.effective == after.effective))
    {
        parts.push(format!("effective: {}", words::terms(terms, line)));
    }
    if before.is_some_and(|look| look.shipped != after.shipped) {
        parts.push("the goods are shipped".to_owned());
    }
    if after.escalated && !before.is_some_and(|look| look.escalated) {
        parts.push("the operator is called in".to_owned());
    }
    parts.extend(payout(before, after, line));
    parts.extend(deadlines(before, after));
    let status = standing(before, after, !parts.is_empty());
    parts.insert(0, status);
    parts.join(", ")
}

fn standing(before: Option<&Look>, after: &Look, else_changed: bool) -> String {
    let reason = after.closed_reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    match before.map(|look| look.status) {
        None => format!("{}{reason}", after.status),
        Some(from) if from != after.status => format!("{from} ⇒ {}{reason}", after.status),
        Some(from) if else_changed || before.is_some_and(|look| look.version != after.version) => {
            format!("{from} ⇒ same")
        }
        Some(_) => "unchanged".to_owned(),
    }
}

fn payout(before: Option<&Look>, after: &Look, line: Currency) -> Option<String> {
    let payout = after.payout.as_ref().filter(|_| before.is_none_or(|look| look.payout != after.payout))?;
    let amount = words::money(payout.amount, line);
    let told = match payout.status {
        PayoutStatus::Started => format!("{amount} on its way"),
        PayoutStatus::Failed => format!("{amount} could not be paid"),
        PayoutStatus::Succeeded if payout.paid_twice => format!("{amount} paid more than once"),
        PayoutStatus::Succeeded => format!("{amount} paid"),
        PayoutStatus::Reversed => format!("{amount} came back"),
    };
    let which = if payout.attempts > 1 {
        format!(", by attempt {} of {}", payout.attempt, payout.attempts)
    } else {
        String::new()
    };
    Some(format!("{told}{which}"))
}

/// Deadlines that are new or have moved. An offer's end is told with the negotiation.
fn deadlines(before: Option<&Look>, after: &Look) -> Vec<String> {
    let known = before.map_or(&[][..], |look| look.deadlines.as_slice());
    let new = after.deadlines.iter().filter(|deadline| !known.contains(deadline));
    new.filter(|deadline| deadline.kind != refund_core::DeadlineKind::BuyerAnswer)
        .map(|deadline| format!("{} by {}", words::due(deadline.kind), show(deadline.at)))
        .collect()
}

/// How a refund stands when the story ends.
pub(super) fn outcome(look: &Look, line: Currency) -> String {
    let nothing_before = Look { events: Vec::new(), ..look.clone() };
    let told = changed(None, &nothing_before, line);
    let open = look.status != StatusKind::Success && look.status != StatusKind::Closed;
    let waits = look.deadlines.is_empty() && open;
    if waits { format!("{told}, no deadline runs") } else { told }
}

/// What the clock did at one instant, in words; nothing where it did nothing that is told.
pub(super) fn by_the_clock(events: &[&Happened], after: &Look, line: Currency) -> Option<String> {
    let happened = |kind| events.iter().any(|event| event.kind == kind);
    let mut told = Vec::new();
    if happened(EventType::NegotiationExpired) {
        told.push("nobody answered: the offer expired".to_owned());
    }
    if happened(EventType::RefundAgreed) {
        let (kind, amount) = after.requested;
        let asked = format!("agreed as asked ({} {})", words::kind(kind), words::money(amount, line));
        let seller = "the seller did not decide: the refund is";
        told.push(format!("{} {asked}", if told.is_empty() { seller } else { "the refund is" }));
    }
    if happened(EventType::RefundReceiptConfirmed) {
        told.push("the seller did not confirm: the receipt counts as confirmed".to_owned());
    }
    if happened(EventType::RefundEscalated) {
        told.push("the buyer did not respond: the operator is called in".to_owned());
    }
    if happened(EventType::DeadlineChanged) {
        told.push("no notice of it was accepted in time: the deadline moves, once".to_owned());
    }
    if happened(EventType::DeadlineOverdue) {
        told.push("nothing came of it: it is overdue".to_owned());
    }
    if happened(EventType::RefundClosed) {
        told.push("the buyer did nothing: the refund is closed".to_owned());
    }
    (!told.is_empty()).then(|| told.join(", "))
}

/// Of which deadlines the clock reminded, and when.
pub(super) fn reminders(events: &[&Happened]) -> Vec<(Timestamp, String)> {
    let of = |event: &&Happened| Some((event.at, format!("reminder: {}", words::due(event.reminds?))));
    events.iter().filter_map(of).collect()
}

/// What the clock has done since that look.
pub(super) fn new_events<'a>(before: Option<&Look>, after: &'a Look) -> Vec<&'a Happened> {
    let last = before.and_then(|look| look.events.last()).map_or(0, |event| event.sequence);
    after.events.iter().filter(|event| event.sequence > last && event.by == Role::System).collect()
}
