//! What happened, line by line.

use serde_json::Value;

use crate::model::Event;
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column};
use crate::output::time::{absolute, minute};
use crate::view::awaited;

const COLUMNS: &[Column] = &[
    column("AT (UTC)", 0),
    column("WHAT", 0),
    column("REFUND", 0),
    column("BY", 1),
    column("EVENT", 2),
    column("DETAIL", 3),
];
const TIMELINE: &[Column] = &[column("AT (UTC)", 0), column("WHAT", 0), column("BY", 0), column("DETAIL", 1)];

/// The columns of events in CSV.
pub(crate) const FIELDS: &[&str] =
    &["id", "refund_id", "sequence", "type", "at", "recorded_at", "actor.role", "actor.id", "actor.via", "data"];

/// Events of many refunds.
pub(crate) fn list(events: &[Event], out: &Output) -> String {
    let row = |event: &Event| {
        vec![
            minute(&event.at).into(),
            Cell::new(&*event.event_type, Tone::Strong),
            Cell::from(&*event.refund_id),
            event.actor.told().into(),
            Cell::new(&*event.id, Tone::Faint),
            gist(event).into(),
        ]
    };
    if events.is_empty() { "no events\n".to_owned() } else { out.draw(&table(COLUMNS, events.iter().map(row))) }
}

/// One refund's events.
pub(crate) fn timeline(events: &[Event], out: &Output) -> String {
    out.draw(&table(TIMELINE, events.iter().map(step)))
}

/// One event in a line, for a stream that has no columns yet.
pub(crate) fn line(event: &Event, out: &Output) -> String {
    let what = out.paint(Tone::Strong, &event.event_type);
    let line = format!("{}  {what}  {}  {}  {}", absolute(&event.at), event.refund_id, event.actor.told(), gist(event));
    format!("{}\n", line.trim_end().replace('\n', " "))
}

fn table(columns: &'static [Column], rows: impl Iterator<Item = Vec<Cell>>) -> Table {
    Table { columns, rows: rows.collect(), last_wraps: true }
}

/// Of one refund, whose parties stand above.
fn step(event: &Event) -> Vec<Cell> {
    let by = if event.actor.via == "clock" { "the clock" } else { &event.actor.role };
    vec![minute(&event.at).into(), Cell::new(&*event.event_type, Tone::Strong), by.into(), gist(event).into()]
}

/// What an event says beside its name.
pub(crate) fn gist(event: &Event) -> String {
    let data = &event.data;
    let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
    let terms = |of: &Value| {
        let kind = of.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let amount = of.get("amount")?;
        let part = |name: &str| amount.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(format!("{kind} {} {}", part("value"), part("currency")).trim().to_owned())
    };
    let parcel = text("carrier").zip(text("tracking_number")).map(|(carrier, number)| format!("{carrier} {number}"));
    let parts = [
        text("decision"),
        data.get("offer").and_then(terms),
        data.get("effective").and_then(terms),
        terms(data),
        parcel,
        text("closed_reason"),
        text("withdrawn_reason"),
        text("kind").or_else(|| text("deadline")).map(|kind| awaited(&kind).to_owned()),
        text("to").map(|to| format!("until {}", absolute(&to))),
        text("deadline_at").map(|at| format!("until {}", absolute(&at))),
        data.get("internal").and_then(Value::as_bool).filter(|internal| *internal).map(|_| "internal".to_owned()),
        text("text").map(|text| format!("\u{201c}{text}\u{201d}")),
        text("reason").map(|reason| format!("\u{201c}{reason}\u{201d}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
