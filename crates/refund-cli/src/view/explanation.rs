//! An explanation, as one reads it from the top.

use std::collections::BTreeSet;

use crate::model::{Action, Event, Explanation, Happened, Prospect, Rule};
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::table::wrap_hanging;
use crate::output::time::{Instant, both};
use crate::view::{events, next};

/// The columns of an explanation in CSV.
pub(crate) const FIELDS: &[&str] = &["refund.id", "refund.status", "so_far", "if_nobody_acts", "actions"];

/// Reminders change nothing and would hide what does.
const REMINDER: &str = "deadline.reminder";

/// All of it.
pub(crate) fn in_words(explanation: &Explanation, now: Instant, out: &Output) -> String {
    let Explanation { refund, so_far, next_cursor, if_nobody_acts, actions } = explanation;
    let between = if refund.id.len() + refund.status.len() + 2 <= out.width { "  " } else { "\n  " };
    let mut text = format!("{}{between}{}\n", out.paint(Tone::Strong, &refund.id), refund.status);
    let asked = format!("{}, {}", refund.order_line.title, refund.requested.in_words());
    text += &format!("{}\nSo far\n", hanging(0, &asked, 2, Tone::Plain, out));
    for Happened { event, rules, status_after } in so_far.iter().filter(|step| step.event.event_type != REMINDER) {
        text += &step(event, status_after, rules, now, out);
    }
    if next_cursor.is_some() {
        text += &hanging(2, &format!("and more: refund events --refund {}", refund.id), 4, Tone::Faint, out);
    }
    text += "\nIf nobody acts\n";
    let to_come: Vec<&Prospect> = if_nobody_acts.iter().filter(|step| step.event_type != REMINDER).collect();
    if to_come.is_empty() {
        text += "  nothing more happens by itself\n";
    }
    for Prospect { at, event_type, rules, status_after, data } in to_come {
        let event = Event { at: at.clone(), event_type: event_type.clone(), data: data.clone(), ..Event::default() };
        text += &step(&event, status_after, rules, now, out);
    }
    text += "\nWhat may be done now\n";
    text += &deeds(actions, &refund.id, now, out);
    text
}

fn step(event: &Event, status_after: &str, rules: &[Rule], now: Instant, out: &Output) -> String {
    let by = if event.actor.role.is_empty() { String::new() } else { format!(", by {}", event.actor.in_words()) };
    let gist = events::gist(event);
    let gist = if gist.is_empty() { gist } else { format!(": {gist}") };
    let mut text = hanging(2, &format!("{}{by}{gist}", event.event_type), 4, Tone::Strong, out);
    text += &hanging(4, &format!("{}, then {status_after}", both(&event.at, now)), 6, Tone::Plain, out);
    for Rule { id, says } in rules {
        text += &hanging(4, &format!("{id:<3}  {says}"), 9, Tone::Faint, out);
    }
    text
}

/// What is possible, as commands; what another rule forbids, with the reason; the rest by name.
fn deeds(actions: &[Action], id: &str, now: Instant, out: &Output) -> String {
    let mut text = String::new();
    for action in actions.iter().filter(|action| action.possible) {
        let command = out.paint(Tone::Good, &next::command(&action.action, id));
        text += &format!("  {:<8}  {command}\n", action.who);
    }
    if text.is_empty() {
        text += "  nothing, by anybody\n";
    }
    let is_of_status = |action: &&Action| {
        matches!(action.code.as_str(), "wrong_status" | "deadline_not_running" | "offer_not_pending")
    };
    let (elsewhere, forbidden): (Vec<&Action>, Vec<&Action>) =
        actions.iter().filter(|action| !action.possible).partition(is_of_status);
    for Action { action, who, code, rule, detail, possible_at, .. } in forbidden {
        let when = possible_at.as_ref().map(|at| format!("; possible {}", both(at, now))).unwrap_or_default();
        let why = format!("{who:<8}  not {}: {detail} ({code}, rule {rule}){when}", next::words(action));
        text += &hanging(2, &why, 12, Tone::Due, out);
    }
    // What one may and another may not is possible.
    let is_possible = |name: &str| actions.iter().any(|action| action.possible && action.action == name);
    let elsewhere = elsewhere.iter().filter(|action| !is_possible(&action.action));
    let names: BTreeSet<String> = elsewhere.map(|action| next::words(&action.action)).collect();
    if !names.is_empty() {
        let names: Vec<String> = names.into_iter().collect();
        text += &hanging(2, &format!("not as it stands: {}", names.join(", ")), 4, Tone::Faint, out);
    }
    text
}

/// Text from that place on, and each further line from another.
fn hanging(at: usize, text: &str, further: usize, tone: Tone, out: &Output) -> String {
    let lines = wrap_hanging(text, out.width, at, further);
    let lines = lines.iter().map(|line| {
        let text = line.trim_start();
        format!("{}{}\n", " ".repeat(line.len() - text.len()), out.paint(tone, text))
    });
    lines.collect()
}
