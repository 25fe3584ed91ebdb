//! A status's rows as tables: what can't be, what time does, what is done, what is refused.

use refund_core::{PayoutMode, RefundType, RefusalCode, StatusKind};

use super::grid::{self, Axis, Cell};
use super::{Instant, Move, Negotiated, Place, Row, Stand, excluded, places, rows};

/// Everything that can happen in a status, as the snapshots keep it.
#[must_use]
pub fn table(status: StatusKind) -> String {
    let rows = rows(status);
    let (done, refused): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.outcome.is_ok());
    let (not_theirs, refused): (Vec<&Row>, Vec<&Row>) =
        refused.into_iter().partition(|row| matches!(row.outcome, Err(RefusalCode::NotYourRole)));
    format!(
        "# {status}\n\n\
         Instants are one millisecond before the next deadline, at it, and one after; PENDING* ends before the seller's deadline.\n\n\
         ## What can't be\n\n{}\n\
         ## What time does\n\n{}\n\
         ## What is done\n\n{}\n\
         ## What is refused to those who may ask\n\n{}\n\
         ## What is refused as not_your_role\n\n{}",
        impossible(status),
        time(status, &rows),
        accomplished(status, &done),
        refusals(status, &refused),
        strangers(status, &not_theirs),
    )
}

fn impossible(status: StatusKind) -> String {
    let cells = places(status)
        .into_iter()
        .filter_map(|place| excluded(place).map(|rule| Cell { on: on_place(place), result: vec![rule.to_owned()] }));
    grid::table(&axes(&places(status)), &["because"], cells.collect())
}

/// What settling does, before any command is looked at.
fn time(status: StatusKind, rows: &[Row]) -> String {
    let mut axes = axes(&possible(status));
    axes.push(instants());
    let cells = rows.iter().map(|row| {
        let on = on_row([], row);
        let result = if row.settled.events.is_empty() {
            vec!["nothing".to_owned(), status.to_string(), "stays".to_owned()]
        } else {
            moved(row.place, &row.settled)
        };
        Cell { on, result }
    });
    grid::table(&axes, &["is due", "status then", "negotiation then"], cells.collect())
}

fn accomplished(status: StatusKind, done: &[&Row]) -> String {
    let mut axes = axes(&possible(status));
    axes.insert(0, listing("command", done.iter().map(|row| row.variant.clone())));
    axes.insert(1, listing("by", done.iter().map(|row| row.actor.to_owned())));
    axes.push(instants());
    let cells = done.iter().map(|row| {
        let on = on_row([row.variant.clone(), row.actor.to_owned()], row);
        Cell { on, result: row.outcome.as_ref().map(|to| moved(row.place, to)).unwrap_or_default() }
    });
    grid::table(&axes, &["events", "status then", "negotiation then"], cells.collect())
}

fn refusals(status: StatusKind, refused: &[&Row]) -> String {
    let mut axes = axes(&possible(status));
    axes.insert(0, listing("refused as", refused.iter().map(|row| code(row))));
    axes.push(instants());
    axes.push(listing("command", refused.iter().map(|row| row.variant.clone())));
    let cells = refused.iter().map(|row| {
        let mut on = on_row([code(row)], row);
        on.push(row.variant.clone());
        Cell { on, result: Vec::new() }
    });
    grid::table(&axes, &[], cells.collect())
}

fn strangers(status: StatusKind, refused: &[&Row]) -> String {
    let mut axes = axes(&possible(status));
    axes.insert(0, listing("command", refused.iter().map(|row| row.variant.clone())));
    axes.insert(1, listing("refused to", refused.iter().map(|row| row.actor.to_owned())));
    axes.push(instants());
    let by = |row: &&Row| on_row([row.variant.clone(), row.actor.to_owned()], row);
    let cells = refused.iter().map(|row| Cell { on: by(row), result: Vec::new() });
    grid::table(&axes, &[], cells.collect())
}

fn code(row: &Row) -> String {
    row.outcome.as_ref().map_or_else(ToString::to_string, |_| "done".to_owned())
}

fn possible(status: StatusKind) -> Vec<Place> {
    places(status).into_iter().filter(|place| excluded(*place).is_none()).collect()
}

/// The axes of a place, with the values that occur in these places.
fn axes(places: &[Place]) -> Vec<Axis> {
    let titles = ["negotiation", "operator", "terms", "payout"];
    let axis = |(column, title): (usize, &'static str)| {
        let given = places.iter().map(|place| on_place(*place)[column].clone());
        Axis { all: Some("any"), ..listing(title, given) }
    };
    titles.into_iter().enumerate().map(axis).collect()
}

/// An axis with the values that occur, each once, in the order of their first occurrence.
fn listing(title: &'static str, given: impl Iterator<Item = String>) -> Axis {
    let mut values: Vec<String> = Vec::new();
    for value in given {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Axis { title, values, all: None }
}

fn instants() -> Axis {
    let values = Instant::ALL.map(|value| instant(value).to_owned()).to_vec();
    Axis { title: "instant", values, all: Some("any") }
}

fn instant(instant: Instant) -> &'static str {
    match instant {
        Instant::Before => "before",
        Instant::At => "at",
        Instant::After => "after",
    }
}

/// Where a row lies: what is given first, then its place and its instant.
fn on_row<const N: usize>(first: [String; N], row: &Row) -> Vec<String> {
    let rest = on_place(row.place).into_iter().chain([instant(row.instant).to_owned()]);
    first.into_iter().chain(rest).collect()
}

fn on_place(place: Place) -> Vec<String> {
    let Place { status: _, negotiation, escalated, kind, payout } = place;
    vec![negotiated(negotiation), operator(escalated).to_owned(), terms(kind).to_owned(), paid(payout).to_owned()]
}

fn negotiated(negotiation: Negotiated) -> String {
    match negotiation {
        Negotiated::No => "none".to_owned(),
        Negotiated::EndsFirst => "PENDING*".to_owned(),
        Negotiated::Is(status) => status.to_string(),
    }
}

fn operator(escalated: bool) -> &'static str {
    if escalated { "called in" } else { "not called" }
}

fn terms(kind: RefundType) -> &'static str {
    match kind {
        RefundType::RefundOnly => "refund only",
        RefundType::ReturnAndRefund => "return",
    }
}

fn paid(payout: PayoutMode) -> &'static str {
    match payout {
        PayoutMode::Immediate => "immediate",
        PayoutMode::Confirmed => "confirmed",
    }
}

/// The events of a move, and where it leads.
fn moved(from: Place, to: &Move) -> Vec<String> {
    let events: Vec<_> = to.events.iter().map(|event| event.as_str()).collect();
    let events = if events.is_empty() { "none: done before".to_owned() } else { events.join(", ") };
    let Stand { status, negotiation, escalated } = to.to;
    let operator = if escalated { ", operator called in" } else { "" };
    let stays = negotiation == from.negotiation.status();
    let negotiation = negotiation.filter(|_| !stays).map_or("stays", |status| status.as_str());
    vec![events, format!("{status}{operator}"), negotiation.to_owned()]
}
