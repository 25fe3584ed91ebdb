//! Endpoints of webhooks, and each attempt to reach them.

use crate::model::{Attempt, Delivery, Webhook};
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::table::{Card, Cell, Column, Table, column, wrap, wrap_hanging};
use crate::output::time::{Instant, absolute, both, distance, instant, minute};

const COLUMNS: &[Column] =
    &[column("ENDPOINT", 0), column("OWNER", 1), column("STATE", 0), column("TOLD OF", 2), column("URL", 0)];

/// The columns of endpoints in CSV.
pub(crate) const FIELDS: &[&str] = &[
    "id",
    "role",
    "seller_id",
    "url",
    "description",
    "types",
    "created_at",
    "enabled_at",
    "disabled.at",
    "disabled.because",
    "both_secrets_until",
];
/// The columns of endpoints in CSV where a secret is shown: what is asked for as CSV is kept as CSV.
pub(crate) const FIELDS_WITH_SECRET: &[&str] = &["id", "role", "seller_id", "url", "description", "types", "secret"];
/// The columns of deliveries in CSV.
pub(crate) const DELIVERY_FIELDS: &[&str] =
    &["event_id", "event_type", "refund_id", "sequence", "state", "asked_at", "next_attempt_at", "attempts"];
/// The columns of a test message in CSV.
pub(crate) const ATTEMPT_FIELDS: &[&str] = &["at", "status", "error", "duration_ms", "response"];

/// Endpoints in the order in which they were made.
pub(crate) fn list(webhooks: &[Webhook], out: &Output) -> String {
    if webhooks.is_empty() {
        return "no endpoints\n".to_owned();
    }
    let row = |webhook: &Webhook| {
        let told_of = match webhook.types.len() {
            0 => "everything".to_owned(),
            1 => webhook.types.join(""),
            more => format!("{more} types"),
        };
        let state = match &webhook.disabled {
            None => Cell::new("on", Tone::Good),
            Some(disabled) => Cell::new(format!("off: {}", because(&disabled.because)), Tone::Bad),
        };
        vec![
            Cell::new(&*webhook.id, Tone::Strong),
            webhook.owner().into(),
            state,
            told_of.into(),
            Cell::from(&*webhook.url),
        ]
    };
    out.draw(&Table { columns: COLUMNS, rows: webhooks.iter().map(row).collect(), last_wraps: true })
}

/// One endpoint.
pub(crate) fn card(webhook: &Webhook, now: Instant, out: &Output) -> Card {
    let mut card = out.card();
    card.line("endpoint", &webhook.id, Tone::Strong);
    card.plain("url", &webhook.url);
    card.maybe("for", webhook.description.as_ref());
    card.plain("owner", &webhook.owner());
    let told_of = if webhook.types.is_empty() { "everything".to_owned() } else { webhook.types.join(", ") };
    card.plain("told of", &told_of);
    match &webhook.disabled {
        None => card.line("on", &format!("since {}", absolute(&webhook.enabled_at)), Tone::Good),
        Some(disabled) => {
            let text = format!("{}, {}", because(&disabled.because), both(&disabled.at, now));
            card.line("off", &text, Tone::Bad);
        }
    }
    if let Some(until) = webhook.both_secrets_until.as_ref().filter(|until| is_ahead(until, now)) {
        card.line("signed", &format!("with two secrets, the older one until {}", absolute(until)), Tone::Due);
    }
    if let Some(waiting) = &webhook.waiting {
        let since = waiting.oldest_at.as_ref().map(|at| format!(", the oldest since {}", both(at, now)));
        let tone = if waiting.count == 0 { Tone::Plain } else { Tone::Due };
        card.line("waiting", &format!("{}{}", waiting.count, since.unwrap_or_default()), tone);
    }
    card
}

/// Whether that instant is still to come.
pub(crate) fn is_ahead(at: &str, now: Instant) -> bool {
    instant(at).is_some_and(|at| at > now)
}

/// Why nothing is sent, in words.
fn because(because: &str) -> &str {
    match because {
        "asked" => "switched off",
        "gone" => "it answered that it is gone (410)",
        "failing" => "nothing got through",
        other => other,
    }
}

/// Deliveries, each with its attempts.
pub(crate) fn deliveries(deliveries: &[Delivery], now: Instant, out: &Output) -> String {
    if deliveries.is_empty() {
        return "no deliveries\n".to_owned();
    }
    deliveries.iter().map(|delivery| block(delivery, now, out)).collect::<Vec<_>>().join("\n")
}

fn block(delivery: &Delivery, now: Instant, out: &Output) -> String {
    let Delivery { event_id, refund_id, event_type, state, next_attempt_at, attempts, .. } = delivery;
    let ids = wrap(&format!("{refund_id}  {event_id}"), out.width.saturating_sub(2));
    let ids: String = ids.iter().map(|line| format!("  {}\n", out.paint(Tone::Faint, line))).collect();
    let mut card = out.card();
    for attempt in attempts {
        card.line(&minute(&attempt.at), &in_words(attempt), tone(attempt));
    }
    if attempts.is_empty() {
        card.line("not tried yet", &format!("asked for {}", both(&delivery.asked_at, now)), Tone::Due);
    } else if let Some(at) = next_attempt_at {
        card.line("next attempt", &both(at, now), Tone::Due);
    }
    let state = out.paint(state_tone(state), state);
    format!("{}  {state}\n{ids}{}", out.paint(Tone::Strong, event_type), card.text())
}

/// What came of an attempt, in words, with what the receiver said.
pub(crate) fn in_words(attempt: &Attempt) -> String {
    let came = came(attempt);
    said(attempt).map_or_else(|| came.clone(), |said| format!("{came}: {said}"))
}

fn came(attempt: &Attempt) -> String {
    let took = duration(attempt.duration_ms);
    match (attempt.status, &attempt.error) {
        (Some(status), _) => format!("{status} after {took}"),
        (None, Some(error)) => format!("no answer after {took}: {error}"),
        (None, None) => format!("no answer after {took}"),
    }
}

/// What a receiver said that did not take the message.
fn said(attempt: &Attempt) -> Option<String> {
    let said = attempt.response.split_whitespace().collect::<Vec<_>>().join(" ");
    (!attempt.has_succeeded() && !said.is_empty()).then(|| format!("\u{201c}{said}\u{201d}"))
}

/// A delivery with its last attempt, for a stream that has no columns: a line, or as many as a terminal needs.
pub(crate) fn line(delivery: &Delivery, attempt: &Attempt, out: &Output) -> String {
    let next = delivery.next_attempt_at.as_ref().zip(instant(&attempt.at));
    let then = match (next, delivery.state.as_str()) {
        (Some((next, at)), _) => format!(", again {}", distance(next, at)),
        (None, "failed") => ", and not again".to_owned(),
        (None, _) => String::new(),
    };
    let came = out.paint(tone(attempt), &format!("{}{then}", came(attempt)));
    let what = out.paint(Tone::Strong, &delivery.event_type);
    let said = said(attempt).map(|said| format!("  {said}")).unwrap_or_default();
    let line = format!("{}  {came}  {what}  {}{said}", minute(&attempt.at), delivery.refund_id);
    let lines = if out.width == usize::MAX { vec![line] } else { wrap_hanging(&line, out.width, 0, 2) };
    format!("{}\n", lines.join("\n"))
}

fn duration(millis: u64) -> String {
    if millis < 1000 { format!("{millis} ms") } else { format!("{}.{} s", millis / 1000, millis % 1000 / 100) }
}

/// How an attempt looks.
pub(crate) fn tone(attempt: &Attempt) -> Tone {
    if attempt.has_succeeded() { Tone::Good } else { Tone::Bad }
}

fn state_tone(state: &str) -> Tone {
    match state {
        "succeeded" => Tone::Good,
        "failed" => Tone::Bad,
        _ => Tone::Due,
    }
}
