//! What the desk shows.

use crate::client::{Event, Refund, Terms};

/// A line for each refund, in columns as wide as what stands in them.
pub(crate) fn list(refunds: &[Refund]) -> String {
    if refunds.is_empty() {
        return "no refunds\n".to_owned();
    }
    let heading = ["REFUND", "STATUS", "OFFER", "ASKED", "NEXT DEADLINE", "ON SILENCE"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(heading).chain(refunds.iter().map(row)).collect();
    let widths: [usize; 6] =
        std::array::from_fn(|column| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0));
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn row(refund: &Refund) -> [String; 6] {
    let deadline = refund.deadlines.first();
    [
        refund.id.clone(),
        refund.status.clone(),
        refund.negotiation.as_ref().map_or("-".to_owned(), |negotiation| negotiation.status.clone()),
        terms(&refund.requested),
        deadline.map_or("-".to_owned(), |deadline| deadline.at.clone()),
        deadline.map_or("-".to_owned(), |deadline| deadline.on_silence.clone()),
    ]
}

/// One refund: what it is about, what runs, and what has happened.
pub(crate) fn one(refund: &Refund, events: &[Event]) -> String {
    let mut text = format!(
        "{}  {}\n{}\nseller {}, buyer {}\nasked for  {}\n",
        refund.id,
        refund.status,
        refund.order_line.title,
        refund.seller_id,
        refund.buyer_id,
        terms(&refund.requested)
    );
    if let Some(negotiation) = &refund.negotiation {
        text += &format!("offered    {}  {}\n", terms(&negotiation.offer), negotiation.status);
    }
    if let Some(effective) = &refund.effective {
        text += &format!("effective  {}\n", terms(effective));
    }
    for deadline in &refund.deadlines {
        text += &format!("{} until {}, else {}\n", deadline.who, deadline.at, deadline.on_silence);
    }
    text.push('\n');
    for event in events {
        text += &format!("{}  {:<26} {}\n", event.at, event.event_type, event.actor.role);
    }
    text
}

fn terms(terms: &Terms) -> String {
    format!("{} {} {}", terms.kind, terms.amount.value, terms.amount.currency)
}
