//! `refund webhooks tail`: each attempt to reach an endpoint, as it is made.

use std::collections::BTreeMap;

use super::path;
use crate::cli::webhooks::Tail;
use crate::client::{Query, seen};
use crate::commands::Desk;
use crate::commands::follow::follow;
use crate::failure::Failure;
use crate::model::{Attempt, Delivery, Webhook};
use crate::output::Said;
use crate::view::webhooks as view;

/// How many of the latest deliveries are looked at for what was tried while nobody listened.
const LOOKED_AT: usize = 100;
/// How many events are remembered as shown: more than are looked at.
const REMEMBERED: usize = 2 * LOOKED_AT;

pub(super) fn run(desk: &Desk, tail: &Tail) -> Result<(), Failure> {
    desk.out.takes_a_stream("tail")?;
    let client = desk.client()?;
    let webhook: Webhook = client.get(&path(&tail.id, ""), &Query::new())?.seen()?;
    if webhook.disabled.is_some() {
        desk.out.note(&format!("Nothing is sent to it, it is off: refund webhooks enable {}", tail.id));
    }
    let mut shown = Shown::default();
    let mut begun = false;
    follow(desk, || {
        let stream = client.stream(&path(&tail.id, "/deliveries/stream"), None)?;
        // Once the stream is open: what was tried before is in the list, and nothing falls between the two.
        earlier(desk, tail, &mut shown, begun)?;
        if !begun {
            desk.out.note("Each attempt is shown from now on; times are UTC.");
            begun = true;
        }
        for sent in stream {
            let Ok(sent) = sent else { break };
            shown.show(desk, tail, &sent.json)?;
        }
        Ok(())
    })
}

/// What was tried before the stream was open: the last few, or all since it was lost.
fn earlier(desk: &Desk, tail: &Tail, shown: &mut Shown, begun: bool) -> Result<(), Failure> {
    let page = desk.client()?.pages(&path(&tail.id, "/deliveries"), &Query::new(), Some(LOOKED_AT))?;
    let read = |json: String| -> Option<(String, String, String)> {
        let delivery: Delivery = seen(&json).ok()?;
        let fits = tail.fits(&delivery);
        Some((delivery.attempts.last().filter(|_| fits)?.at.clone(), delivery.event_id, json))
    };
    let mut tried: Vec<_> = page.items.into_iter().filter_map(read).collect();
    tried.sort();
    if begun {
        tried.retain(|(at, ..)| *at >= shown.until);
    } else {
        tried.drain(..tried.len().saturating_sub(usize::from(tail.last)));
    }
    tried.iter().try_for_each(|(_, _, json)| shown.show(desk, tail, json))
}

/// What was shown, so that it is not shown again where a connection was lost.
#[derive(Default)]
struct Shown {
    attempts: BTreeMap<String, Attempt>,
    /// When the latest of them was made.
    until: String,
}

impl Shown {
    fn show(&mut self, desk: &Desk, tail: &Tail, json: &str) -> Result<(), Failure> {
        let delivery: Delivery = seen(json).map_err(|error| Failure::Broken(format!("a delivery: {error}")))?;
        let Some(attempt) = delivery.attempts.last() else { return Ok(()) };
        if self.attempts.insert(delivery.event_id.clone(), attempt.clone()).as_ref() == Some(attempt) {
            return Ok(());
        }
        if self.attempts.len() > REMEMBERED {
            // Ids of events sort as the events do.
            self.attempts.pop_first();
        }
        self.until = attempt.at.clone().max(std::mem::take(&mut self.until));
        if !tail.fits(&delivery) {
            return Ok(());
        }
        desk.out.say(&Said::One(json), &[], || Ok(view::line(&delivery, attempt, &desk.out)))
    }
}

impl Tail {
    fn fits(&self, delivery: &Delivery) -> bool {
        !self.failures || !delivery.attempts.last().is_some_and(Attempt::has_succeeded)
    }
}
