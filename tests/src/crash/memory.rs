//! What the harness knows of the server over all its lives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde_json::Value;

use super::client::{Reply, text};
use super::commands::Command;
use super::load::{Pool, locked};

/// An answer that must be given again.
#[derive(Clone)]
pub(crate) struct Kept {
    /// Where the clock stood after the life in which it was given, in milliseconds.
    pub(crate) at: i64,
    pub(crate) command: Command,
    pub(crate) reply: Reply,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Commands that were carried out and answered.
    pub(crate) answered: u64,
    /// Commands that a rule refused.
    pub(crate) refused: u64,
    /// Commands whose answer never came.
    pub(crate) lost: u64,
    /// Those of them that had been carried out.
    pub(crate) lost_done: u64,
    /// Those of them that were carried out when they were sent again.
    pub(crate) lost_done_now: u64,
    /// Answers that were asked for again.
    pub(crate) replayed: u64,
    /// Histories that were read and compared.
    pub(crate) histories: u64,
}

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) pool: Mutex<Pool>,
    /// The feed as far as it was read.
    pub(crate) feed: Mutex<Vec<Value>>,
    /// Each command's mark, and the type of the one event that carries it.
    pub(crate) marks: BTreeMap<String, Option<&'static str>>,
    pub(crate) kept: Vec<Kept>,
    /// Each setting's path, and what it was set to.
    pub(crate) settings: BTreeMap<String, Value>,
    /// Where the test clock stood when it was last looked at.
    pub(crate) clock: i64,
    /// Whether a newer program may answer now, which has fields that the one before had not.
    pub(crate) has_newer_program: bool,
    pub(crate) tally: Tally,
}

impl Memory {
    /// Whether something is as it was told then.
    pub(crate) fn is_as_it_was(&self, then: &Value, now: &Value) -> bool {
        if self.has_newer_program { says_all_of(then, now) } else { then == now }
    }

    /// Whether an event carries the command's mark.
    pub(crate) fn has_mark(&self, command: &Command) -> bool {
        locked(&self.feed).iter().any(|event| mark_of(event) == Some(&command.mark))
    }

    /// Every event with a mark is that of a command that was carried out, and there is one for each.
    pub(crate) fn check_marks(&self, found: &mut Vec<String>) {
        let feed = locked(&self.feed);
        let mut seen = BTreeSet::new();
        for event in feed.iter() {
            let Some(mark) = mark_of(event) else { continue };
            let expected = self.marks.get(mark).copied().flatten();
            if expected != Some(text(event, "/type")) {
                found.push(format!("{event} is the work of a command that should have left {expected:?}"));
            }
            if !seen.insert(mark) {
                found.push(format!("{event} happened twice"));
            }
        }
        for (mark, kind) in &self.marks {
            if let Some(kind) = kind
                && !seen.contains(mark.as_str())
            {
                found.push(format!("{mark} was carried out, and no {kind} is there"));
            }
        }
    }
}

/// Whether all fields of what was told then are there and say the same; there may be more.
fn says_all_of(then: &Value, now: &Value) -> bool {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            then.iter().all(|(name, then)| now.get(name).is_some_and(|now| says_all_of(then, now)))
        }
        (Value::Array(then), Value::Array(now)) => {
            then.len() == now.len() && then.iter().zip(now).all(|(then, now)| says_all_of(then, now))
        }
        _ => then == now,
    }
}

/// The mark that an event carries, where it carries one.
fn mark_of(event: &Value) -> Option<&str> {
    let data = event.get("data")?;
    let texts = ["reason", "message", "tracking_number"].into_iter().filter_map(|name| data.get(name)?.as_str());
    texts.into_iter().find(|text| text.starts_with("k-"))
}
