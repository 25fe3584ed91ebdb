//! What happened, line by line.

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
            event.actor.in_words().into(),
            Cell::new(&*event.id, Tone::Faint),
            brief(event).into(),
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
    let line =
        format!("{}  {what}  {}  {}  {}", absolute(&event.at), event.refund_id, event.actor.in_words(), gist(event));
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

/// What an event says beside its name, and which attempt at a payout it is about.
pub(crate) fn gist(event: &Event) -> String {
    let attempt = event.data.attempt.map(|number| format!("attempt {number}"));
    let parts = [Some(brief(event)).filter(|brief| !brief.is_empty()), attempt];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The same where there is little room.
fn brief(event: &Event) -> String {
    let data = event.data.clone();
    let asked = data.amount.map(|amount| match &data.requested {
        Some(kind) => format!("{kind} {amount}"),
        None => amount.to_string(),
    });
    let quoted = |text: String| format!("\u{201c}{text}\u{201d}");
    let until = |at: String| format!("until {}", absolute(&at));
    let parts = [
        data.decision,
        data.offer.map(|terms| terms.in_words()),
        data.effective.map(|terms| terms.in_words()),
        asked,
        data.carrier.zip(data.tracking_number).map(|(carrier, number)| format!("{carrier} {number}")),
        data.closed_reason,
        data.withdrawn_reason,
        data.kind.map(|kind| awaited(&kind).to_owned()),
        data.to.map(until),
        data.deadline_at.map(until),
        (data.internal && !data.for_operators).then(|| "internal".to_owned()),
        data.for_operators.then(|| "for operators".to_owned()),
        data.text.map(quoted),
        data.reason_code,
        data.reason.map(quoted),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::gist;
    use crate::model::{Event, EventData};

    #[test]
    fn what_happens_to_a_payout_names_its_attempt() {
        let event = |reason: Option<&str>| {
            let data = EventData { attempt: Some(2), reason: reason.map(str::to_owned), ..EventData::default() };
            gist(&Event { data, ..Event::default() })
        };
        assert_eq!(event(None), "attempt 2");
        assert_eq!(event(Some("No account")), "\u{201c}No account\u{201d}, attempt 2");
    }
}
