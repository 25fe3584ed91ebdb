//! The rows as a document: two diagrams and a table.

use std::collections::{BTreeMap, BTreeSet};

use refund_core::{CommandKind, NegotiationStatus, StatusKind};

use super::{Instant, Row, grid, payouts, rows};

/// What moves a refund: a command, or that nobody gave one in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Command(CommandKind),
    Silence,
}

impl Cause {
    fn name(self) -> &'static str {
        match self {
            Self::Command(kind) => kind.as_str(),
            Self::Silence => "silence",
        }
    }
}

/// The state machine as a document, made from the rows and from nothing else.
#[must_use]
pub fn state_machine_md() -> String {
    let all: Vec<Row> = StatusKind::ALL.iter().flat_map(|status| rows(*status)).collect();
    format!(
        "# The state machine\n\n\
         Made by `cargo xtask docs` from the core itself, where every command was tried by every actor in every state, paying at once and through an adapter, withdrawing allowed.\n\
         A label is the command that was carried out, or `silence`: a deadline came; what leaves the status as it is has no arrow.\n\
         Every row behind this, with its instants and refusals, is in `tests/tests/snapshots/`.\n\n\
         ## The refund\n\n{}\n\
         ## The negotiation\n\n{}\n\
         ## The payout\n\n\
         Where the money is, whichever attempt it is that says so. A label is the event.\n\n{}\n\
         ## Status and command\n\n\
         A command that isn't listed for a status is refused there. `silence` is what the deadline does.\n\n{}",
        refund_diagram(&all),
        negotiation_diagram(&all),
        payouts::diagram(),
        commands(&all),
    )
}

/// The moves of the refund from one row: by time at the deadline, by the command before it.
fn moves(row: &Row) -> Vec<(Cause, StatusKind)> {
    let silence = (row.instant == Instant::At && !row.settled.events.is_empty())
        .then_some((Cause::Silence, row.settled.to.status));
    let command = row.outcome.as_ref().ok().filter(|to| row.instant == Instant::Before && !to.events.is_empty());
    silence.into_iter().chain(command.map(|to| (Cause::Command(row.command), to.to.status))).collect()
}

fn refund_diagram(rows: &[Row]) -> String {
    let mut edges: BTreeMap<(StatusKind, StatusKind), BTreeSet<Cause>> = BTreeMap::new();
    for row in rows {
        for (cause, to) in moves(row) {
            edges.entry((row.place.status, to)).or_default().insert(cause);
        }
    }
    edges.retain(|(from, to), _| from != to);
    let mut text = format!("```mermaid\nstateDiagram-v2\n    [*] --> {}: open\n", StatusKind::WaitSellerAgree);
    for ((from, to), causes) in edges {
        text.push_str(&format!("    {from} --> {to}: {}\n", names(&causes)));
    }
    for status in StatusKind::ALL.iter().filter(|status| status.is_final()) {
        text.push_str(&format!("    {status} --> [*]\n"));
    }
    text + "```\n"
}

fn negotiation_diagram(rows: &[Row]) -> String {
    let mut edges: BTreeMap<(Option<NegotiationStatus>, Option<NegotiationStatus>), BTreeSet<Cause>> = BTreeMap::new();
    for row in rows {
        let from = row.place.negotiation.status();
        if row.instant == Instant::At {
            edges.entry((from, row.settled.to.negotiation)).or_default().insert(Cause::Silence);
        }
        if let (Instant::Before, Ok(to)) = (row.instant, &row.outcome) {
            edges.entry((from, to.to.negotiation)).or_default().insert(Cause::Command(row.command));
        }
    }
    edges.retain(|(from, to), _| from != to);
    let name = |status: Option<NegotiationStatus>| status.map_or("[*]", NegotiationStatus::as_str);
    let mut text = "```mermaid\nstateDiagram-v2\n".to_owned();
    for ((from, to), causes) in &edges {
        text.push_str(&format!("    {} --> {}: {}\n", name(*from), name(*to), names(causes)));
    }
    let left: BTreeSet<_> = edges.keys().map(|(from, _)| *from).collect();
    for status in NegotiationStatus::ALL.iter().filter(|status| !left.contains(&Some(**status))) {
        text.push_str(&format!("    {status} --> [*]\n"));
    }
    text + "```\n"
}

/// Who can cause a move, and to where.
#[derive(Default)]
struct Next {
    by: BTreeSet<&'static str>,
    to: BTreeSet<StatusKind>,
}

fn commands(rows: &[Row]) -> String {
    let mut next: BTreeMap<(StatusKind, Cause), Next> = BTreeMap::new();
    for row in rows {
        for (cause, to) in moves(row) {
            let next = next.entry((row.place.status, cause)).or_default();
            next.to.insert(to);
            next.by.insert(if cause == Cause::Silence { "the clock" } else { row.actor });
        }
    }
    let head = ["status", "command", "by", "next status"].map(str::to_owned).to_vec();
    let body = StatusKind::ALL.iter().flat_map(|status| {
        let own: Vec<_> = next.iter().filter(|((from, _), _)| from == status).collect();
        let row = |((from, cause), next): (&(StatusKind, Cause), &Next)| {
            let by: Vec<_> = next.by.iter().copied().collect();
            let to: Vec<_> = next.to.iter().map(|status| status.as_str()).collect();
            vec![from.to_string(), format!("`{}`", cause.name()), by.join(", "), to.join(", ")]
        };
        let nothing = vec![status.to_string(), "none".to_owned(), String::new(), String::new()];
        if own.is_empty() { vec![nothing] } else { own.into_iter().map(row).collect() }
    });
    grid::markdown(std::iter::once(head).chain(body).collect())
}

fn names(causes: &BTreeSet<Cause>) -> String {
    causes.iter().map(|cause| cause.name()).collect::<Vec<_>>().join(", ")
}
