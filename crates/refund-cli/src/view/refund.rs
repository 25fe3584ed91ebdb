//! Refunds as a list, and one with all that it is.

use crate::model::{Deadline, Event, File, Negotiation, Payout, Refund};
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::table::{Card, Cell, Column, Table, column};
use crate::output::time::{Instant, absolute, both, distance, instant};
use crate::view::{awaited, events, next, silence};

const COLUMNS: &[Column] = &[
    column("REFUND", 0),
    column("DUE", 1),
    column("STATUS", 0),
    column("AMOUNT", 2),
    column("OFFER", 3),
    column("IF SILENT", 5),
    column("TITLE", 4),
    column("SELLER", 6),
    column("TYPE", 7),
    column("DUE AT", 8),
];

/// The columns of refunds in CSV.
pub(crate) const FIELDS: &[&str] = &[
    "id",
    "version",
    "status",
    "closed_reason",
    "seller_id",
    "buyer_id",
    "order_line.order_id",
    "order_line.line_id",
    "order_line.title",
    "order_line.category",
    "order_line.paid.value",
    "order_line.paid.currency",
    "order_line.shipped",
    "order_line.freight_insurance",
    "requested.type",
    "requested.amount.value",
    "requested.amount.currency",
    "requested.reason",
    "requested.reason_code",
    "effective.type",
    "effective.amount.value",
    "effective.amount.currency",
    "negotiation.id",
    "negotiation.status",
    "negotiation.offer.type",
    "negotiation.offer.amount.value",
    "negotiation.offer.amount.currency",
    "negotiation.expires_at",
    "deadlines.0.kind",
    "deadlines.0.at",
    "deadlines.0.on_silence",
    "payout.status",
    "escalated.at",
    "opened_at",
    "updated_at",
    "external_reference",
];

/// Refunds, one a row.
pub(crate) fn list(refunds: &[Refund], now: Instant, out: &Output) -> String {
    if refunds.is_empty() {
        return "no refunds\n".to_owned();
    }
    out.draw(&Table {
        columns: COLUMNS,
        rows: refunds.iter().map(|refund| row(refund, now)).collect(),
        last_wraps: false,
    })
}

fn row(refund: &Refund, now: Instant) -> Vec<Cell> {
    let deadline = refund.next_deadline();
    let due = deadline.map_or_else(|| "-".to_owned(), |deadline| left(&deadline.at, now));
    let terms = refund.effective.as_ref().unwrap_or(&refund.requested);
    vec![
        Cell::new(&*refund.id, Tone::Strong),
        Cell::new(due, deadline.map_or(Tone::Faint, |deadline| urgency(&deadline.at, now))),
        Cell::new(&*refund.status, standing(&refund.status)),
        terms.amount.to_string().into(),
        refund.negotiation.as_ref().map_or("-", |negotiation| &negotiation.status).into(),
        deadline.map_or("-", |deadline| &deadline.on_silence).into(),
        Cell::from(&*refund.order_line.title),
        Cell::from(&*refund.seller_id),
        Cell::from(&*terms.kind),
        deadline.map_or_else(|| "-".to_owned(), |deadline| absolute(&deadline.at)).into(),
    ]
}

/// How long it still is, under a heading that says until what.
fn left(at: &str, now: Instant) -> String {
    let distance = distance(at, now);
    distance.strip_prefix("in ").map_or(distance.clone(), str::to_owned)
}

fn urgency(at: &str, now: Instant) -> Tone {
    match instant(at).map(|at| at.signed_duration_since(now).num_hours()) {
        Some(..1) => Tone::Bad,
        Some(1..6) => Tone::Due,
        Some(_) | None => Tone::Plain,
    }
}

fn standing(status: &str) -> Tone {
    match status {
        "SUCCESS" => Tone::Good,
        "REFUND_FAILED" => Tone::Bad,
        "CLOSED" => Tone::Faint,
        _ => Tone::Plain,
    }
}

/// One refund, with its timeline where that was read.
pub(crate) fn one(refund: &Refund, history: Option<&[Event]>, now: Instant, out: &Output) -> String {
    let status = out.paint(standing(&refund.status), &refund.status);
    let closed = refund.closed_reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let id = out.paint(Tone::Strong, &refund.id);
    let fits = refund.id.len() + refund.status.len() + closed.len() + 14 <= out.width;
    let between = if fits { "  " } else { "\n  " };
    let mut text = format!("{id}{between}{status}{closed}  version {}\n", refund.version);
    let mut card = out.card();
    about(refund, &mut card);
    so_far(refund, now, &mut card);
    text += &card.text();
    text += &clocks(refund, now, out);
    if let Some(history) = history {
        text += &format!("\nTimeline\n{}", events::timeline(history, out));
    }
    let may = next::commands(refund);
    if !may.is_empty() {
        text += "\nYou may\n";
        text.extend(may.iter().map(|command| format!("  {command}\n")));
    }
    text
}

fn about(refund: &Refund, card: &mut Card) {
    let line = &refund.order_line;
    let shipped = if line.shipped { "shipped" } else { "not shipped" };
    let insured = if line.freight_insurance { ", freight insurance" } else { "" };
    card.plain("goods", &line.title);
    card.plain("", &format!("{} paid, {}, {shipped}{insured}", line.paid, line.category));
    card.maybe("picture", line.image_url.as_ref());
    card.plain("order", &format!("{}, line {}", line.order_id, line.line_id));
    card.maybe("reference", refund.external_reference.as_ref());
    for (name, text) in &refund.metadata {
        card.plain(
            if Some(name) == refund.metadata.keys().next() { "metadata" } else { "" },
            &format!("{name}: {text}"),
        );
    }
    card.plain("seller", &refund.seller_id);
    card.plain("buyer", &refund.buyer_id);
    card.plain("asked", &refund.requested.in_words());
    card.maybe("reason", why(refund.requested.reason_code.as_ref(), refund.requested.reason.as_ref()).as_ref());
}

/// The words, and before them the reason that was chosen.
fn why(code: Option<&String>, words: Option<&String>) -> Option<String> {
    Some(match code {
        Some(code) => format!("{code}: {}", words?),
        None => words?.clone(),
    })
}

fn so_far(refund: &Refund, now: Instant, card: &mut Card) {
    if let Some(negotiation) = &refund.negotiation {
        offer(negotiation, now, card);
    }
    card.maybe("refused", why(refund.seller_refusal_code.as_ref(), refund.seller_refusal.as_ref()).as_ref());
    if let Some(escalated) = &refund.escalated {
        card.line(
            "operator",
            &format!("called in by {}, {}", escalated.by.in_words(), both(&escalated.at, now)),
            Tone::Due,
        );
        card.maybe("", why(escalated.reason_code.as_ref(), escalated.reason.as_ref()).as_ref());
    }
    if let Some(effective) = &refund.effective {
        card.line("effective", &effective.in_words(), Tone::Strong);
        card.maybe("goes to", effective.return_address.as_ref().map(|address| address.in_words()));
    }
    if let Some(shipment) = &refund.shipment {
        let shipped = both(&shipment.shipped_at, now);
        card.plain("parcel", &format!("{} {}, shipped {shipped}", shipment.carrier, shipment.tracking_number));
    }
    if let Some(payout) = &refund.payout {
        self::payout(payout, now, card);
    }
    for (place, file) in refund.files.iter().enumerate() {
        card.plain(if place == 0 { "files" } else { "" }, &shown(file, now));
    }
    card.plain("opened", &both(&refund.opened_at, now));
    card.maybe("link", refund.buyer_link.as_ref().map(|link| &link.url));
}

/// A file by what its sender calls it, or else by its kind; what it is known by stands behind.
fn shown(file: &File, now: Instant) -> String {
    let called = if file.name.is_empty() { &file.media_type } else { &file.name };
    let erased = file.erased_at.as_ref().map(|at| format!(", erased {}", both(at, now))).unwrap_or_default();
    format!("{called}, by the {}, {}{erased}, {}", file.by, both(&file.added_at, now), file.sha256)
}

/// Where the money is; each attempt, where there is more to say than that.
fn payout(payout: &Payout, now: Instant, card: &mut Card) {
    let (twice, tone) = if payout.paid_twice { (", paid more than once", Tone::Bad) } else { ("", Tone::Plain) };
    card.line("payout", &format!("{} {}{twice}", payout.amount, payout.status), tone);
    for attempt in &payout.attempts {
        let reference = attempt.provider_reference.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
        let began = both(&attempt.started_at, now);
        card.plain("", &format!("{} {}{reference}, began {began}", attempt.attempt_key, attempt.status));
        card.maybe("", attempt.failure_reason.as_ref());
    }
}

/// The offer, as one who answers it should see it.
pub(crate) fn offer(negotiation: &Negotiation, now: Instant, card: &mut Card) {
    let Negotiation { id, status, withdrawn_reason, offer, offered_at, expires_at } = negotiation;
    card.line("offered", &offer.terms.in_words(), Tone::Strong);
    let why = withdrawn_reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let offline = if offer.agreed_offline { ", agreed offline" } else { "" };
    card.plain("", &format!("{status}{why}{offline}, {id}"));
    card.plain("", &format!("made {}", both(offered_at, now)));
    if status == "PENDING" {
        card.line("", &format!("expires {}", both(expires_at, now)), Tone::Due);
    }
    card.maybe("goes to", offer.terms.return_address.as_ref().map(|address| address.in_words()));
    card.maybe("message", offer.message.as_ref());
}

fn clocks(refund: &Refund, now: Instant, out: &Output) -> String {
    if refund.deadlines.is_empty() {
        return "\nNo clock runs: nothing more happens by itself.\n".to_owned();
    }
    let mut card = out.card();
    for Deadline { kind, at, on_silence, .. } in &refund.deadlines {
        let is_overdue = on_silence == "overdue" && instant(at).is_some_and(|at| at <= now);
        let then = if is_overdue { ", overdue".to_owned() } else { format!(", else {}", silence(on_silence)) };
        let text = format!("{}{then}", both(at, now));
        card.line(awaited(kind), &text, urgency(at, now));
    }
    format!("\nClocks\n{}", card.text())
}
