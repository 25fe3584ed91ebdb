//! Every transition of a payout with up to two attempts, taken from the core by trying every report of every attempt, and
//! another attempt, wherever that leads.

use std::collections::{BTreeMap, BTreeSet};

use refund_core::{
    Command, NegotiationStatus, PayoutMode, PayoutReport, PayoutResult, PayoutStatus, Refund, RefundType, Role, Span,
    StatusKind,
};

use super::world::{World, actor};
use super::{Negotiated, Place, grid, sample};

/// How many attempts are tried: what a third brings is what a second does.
const ATTEMPTS: usize = 2;

/// Where each attempt stands, in order.
type Attempts = Vec<PayoutStatus>;

/// One try.
struct Try {
    from: Attempts,
    before: PayoutStatus,
    tried: String,
    came_of_it: String,
    after: PayoutStatus,
    to: Attempts,
}

fn attempts(refund: &Refund) -> Attempts {
    refund.payout.iter().flat_map(|payout| payout.attempts()).map(|attempt| attempt.status).collect()
}

fn status(refund: &Refund) -> PayoutStatus {
    refund.payout.as_ref().expect("a payout").status()
}

fn tries() -> Vec<Try> {
    let place = Place {
        status: StatusKind::Refunding,
        negotiation: Negotiated::Is(NegotiationStatus::Rejected),
        escalated: false,
        kind: RefundType::RefundOnly,
        payout: PayoutMode::Confirmed,
    };
    let world = World::of(place);
    let (first, start) = sample::reach(&world, place);
    let (mut known, mut waiting, mut all) = (BTreeMap::new(), vec![first], Vec::new());
    while let Some(refund) = waiting.pop() {
        let from = attempts(&refund);
        if known.insert(from.clone(), ()).is_some() {
            continue;
        }
        for (tried, who, command) in commands(from.len()) {
            let now = start.plus(Span::hours(1));
            let (came_of_it, after) = match world.decide(&refund, &actor(who), &command, now) {
                Ok((events, after)) if !events.is_empty() => {
                    (events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(", "), after)
                }
                Ok(_) => ("nothing".to_owned(), refund.clone()),
                Err(refusal) => (format!("refused: {}", refusal.code()), refund.clone()),
            };
            let to = attempts(&after);
            if to.len() <= ATTEMPTS {
                let (before, then) = (status(&refund), status(&after));
                all.push(Try { from: from.clone(), before, tried, came_of_it, after: then, to });
                waiting.push(after);
            }
        }
    }
    all.sort_by(|one, other| (&one.from, &one.tried).cmp(&(&other.from, &other.tried)));
    all
}

/// What can be tried where there have been so many attempts; of one that was never made, once.
fn commands(made: usize) -> Vec<(String, Role, Command)> {
    let numbers = (1..=made.saturating_add(1)).filter_map(|number| u32::try_from(number).ok());
    let reports = numbers.flat_map(|number| {
        PayoutResult::ALL.iter().map(move |result| {
            let report = PayoutReport { attempt: Some(number), ..PayoutReport::of(*result) };
            (format!("report {number} {result}"), Role::Platform, Command::ReportPayout(report))
        })
    });
    reports.chain([("retry".to_owned(), Role::Operator, Command::RetryPayout)]).collect()
}

/// All of them, as a table.
#[must_use]
pub fn payout_table() -> String {
    let head = ["attempts", "tried", "came of it", "attempts then", "the money"].map(str::to_owned).to_vec();
    let names = |attempts: &Attempts| attempts.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
    let row = |one: &Try| {
        vec![names(&one.from), one.tried.clone(), one.came_of_it.clone(), names(&one.to), one.after.to_string()]
    };
    grid::markdown(std::iter::once(head).chain(tries().iter().map(row)).collect())
}

/// Where the money is, and what moves it.
pub(super) fn diagram() -> String {
    let mut edges: BTreeMap<(PayoutStatus, PayoutStatus), BTreeSet<&str>> = BTreeMap::new();
    let all = tries();
    for one in all.iter().filter(|one| one.before != one.after) {
        let event = one.came_of_it.as_str();
        edges.entry((one.before, one.after)).or_default().insert(event);
    }
    let mut text = format!("```mermaid\nstateDiagram-v2\n    [*] --> {}: agreed\n", PayoutStatus::Started);
    for ((from, to), events) in edges {
        let events = events.into_iter().collect::<Vec<_>>().join(", ");
        text.push_str(&format!("    {from} --> {to}: {events}\n"));
    }
    text + "```\n"
}
