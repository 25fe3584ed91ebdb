//! An explanation, as one reads it from the top.

use serde_json::Value;

use crate::model::{Action, Event, Explanation, Happened, Prospect, Rule};
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::table::wrap;
use crate::output::time::{Instant, both};
use crate::view::{events, next};

/// The columns of an explanation in CSV.
pub(crate) const FIELDS: &[&str] = &["refund.id", "refund.status", "so_far", "if_nobody_acts", "actions"];

/// All of it.
pub(crate) fn told(explanation: &Explanation, now: Instant, out: &Output) -> String {
    let Explanation { refund, so_far, if_nobody_acts, actions } = explanation;
    let mut text = format!("{}  {}\n", out.paint(Tone::Strong, &refund.id), refund.status);
    text += &format!("{}, {}\n\nSo far\n", refund.order_line.title, refund.requested.told());
    for Happened { event, rules, status_after } in so_far {
        text += &step(event, status_after, rules, now, out);
    }
    text += "\nIf nobody acts\n";
    for Prospect { at, event_type, rules, status_after, data } in if_nobody_acts {
        let event = Event { at: at.clone(), event_type: event_type.clone(), data: data.clone(), ..Event::default() };
        text += &step(&event, status_after, rules, now, out);
    }
    if if_nobody_acts.is_empty() {
        text += "  nothing more happens by itself\n";
    }
    text += "\nWhat may be done now\n";
    for action in actions {
        text += &deed(action, &refund.id, now, out);
    }
    text
}

fn step(event: &Event, status_after: &str, rules: &[Rule], now: Instant, out: &Output) -> String {
    let by = if event.actor.role.is_empty() { String::new() } else { format!(", by {}", event.actor.told()) };
    let gist = events::gist(event);
    let gist = if gist.is_empty() { gist } else { format!(": {gist}") };
    let head = format!("{}{by}{gist}", event.event_type);
    let mut text = indented(&head, 2, Tone::Strong, out);
    text += &indented(&format!("{}, then {status_after}", both(&event.at, now)), 4, Tone::Plain, out);
    for Rule { id, says } in rules {
        text += &indented(&format!("{id}  {says}"), 4, Tone::Faint, out);
    }
    text
}

fn deed(action: &Action, id: &str, now: Instant, out: &Output) -> String {
    let who = match &action.who {
        Value::String(who) => who.clone(),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    };
    if action.possible {
        return indented(&format!("yes  {who}: {}", next::command(&action.action, id)), 2, Tone::Good, out);
    }
    let when = action.possible_at.as_ref().map(|at| format!("; possible {}", both(at, now))).unwrap_or_default();
    let why = format!("no   {who}: {}: {} ({}, rule {}){when}", action.action, action.detail, action.code, action.rule);
    indented(&why, 2, Tone::Faint, out)
}

fn indented(text: &str, by: usize, tone: Tone, out: &Output) -> String {
    let room = out.width.saturating_sub(by).max(12);
    wrap(text, room).iter().map(|line| format!("{}{}\n", " ".repeat(by), out.paint(tone, line))).collect()
}
