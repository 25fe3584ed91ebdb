//! After a restart: everything that was said is still so, and the laws hold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::again::Again;
use super::client::{Client, Who, items, text};
use super::load::{Notes, follow, locked};
use super::memory::Memory;
use super::rng::Rng;
use super::story::{Stand, stands};

/// What the checks of one life go by.
pub(crate) struct Checked {
    pub(crate) notes: Notes,
    /// Whether the server had been asked to end.
    pub(crate) graceful: bool,
    /// Whether every history is read, or only those that were touched.
    pub(crate) everything: bool,
}

/// All checks; what they found. An error is something that the server should have answered.
pub(crate) fn check(client: &Client, memory: &mut Memory, life: Checked, rng: &mut Rng) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let Checked { notes, graceful, everything } = life;
    found.extend(notes.broken);
    same_feed(client, memory, &mut found)?;
    shown_before(memory, &notes.shown, &mut found);
    let touched: BTreeSet<String> = notes.shown.iter().map(|(id, _)| id.clone()).collect();

    let mut again = Again { client, memory, found: &mut found };
    again.time(&notes.answered)?;
    again.settings(notes.settings)?;
    again.replays(notes.answered, rng)?;
    again.unanswered(notes.lost, graceful)?;

    follow(client, &mut locked(&memory.feed))?;
    memory.check_marks(&mut found);
    let read = whole(client, memory, &mut found)?;
    histories(client, memory, &mut found, |id| everything || touched.contains(id))?;
    lines(&read, &mut found);
    Ok(found)
}

/// The feed begins with all that was ever read of it, and its ids ascend.
fn same_feed(client: &Client, memory: &Memory, found: &mut Vec<String>) -> Result<(), String> {
    let mut feed = Vec::new();
    follow(client, &mut feed)?;
    let mut known = locked(&memory.feed);
    let differs = known.iter().zip(feed.iter()).find(|(known, now)| !memory.is_as_it_was(known, now));
    if differs.is_some() || feed.len() < known.len() {
        found.push(format!("the feed had {} events and has {}; first other: {differs:?}", known.len(), feed.len()));
    }
    if !feed.is_sorted_by(|one, next| text(one, "/id") < text(next, "/id")) {
        found.push("the feed's ids do not ascend".to_owned());
    }
    *known = feed;
    Ok(())
}

/// The feed, refund by refund.
fn by_refund(feed: &[Value]) -> BTreeMap<&str, Vec<&Value>> {
    let mut refunds = BTreeMap::<_, Vec<_>>::new();
    for event in feed {
        refunds.entry(text(event, "/refund_id")).or_default().push(event);
    }
    refunds
}

/// What anybody was shown of a refund is a place in its history.
fn shown_before(memory: &Memory, shown: &[(String, Stand)], found: &mut Vec<String>) {
    let feed = locked(&memory.feed);
    let refunds = by_refund(&feed);
    let mut told = BTreeMap::new();
    for (id, stand) in shown {
        let all = told.entry(id).or_insert_with(|| stands(refunds.get(id.as_str()).map_or(&[], Vec::as_slice)));
        match all {
            Ok(all) if all.contains(stand) => {}
            Ok(all) => found.push(format!("{id} was shown as {stand:?}; its history ends with {:?}", all.last())),
            Err(wrong) => found.push(format!("{id} was shown as {stand:?}: {wrong}")),
        }
    }
}

/// Every refund that the lists have, each as the feed tells it.
fn whole(client: &Client, memory: &Memory, found: &mut Vec<String>) -> Result<Vec<Value>, String> {
    let mut listed = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client.read(Who::Operator, &format!("/v1/refunds?limit=100&sort=opened_at{cursor}"))?;
        listed.extend_from_slice(items(&page));
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let feed = locked(&memory.feed);
    let refunds = by_refund(&feed);
    let ids: BTreeSet<&str> = listed.iter().map(|refund| text(refund, "/id")).collect();
    if ids.len() != listed.len() || !refunds.keys().eq(ids.iter()) {
        found.push(format!(
            "{} refunds are listed, {} of them different, and the feed has {}",
            listed.len(),
            ids.len(),
            refunds.len()
        ));
    }
    for refund in &listed {
        let id = text(refund, "/id");
        match stands(refunds.get(id).map_or(&[], Vec::as_slice)) {
            Ok(all) if all.last() == Some(&Stand::of(refund)) => {}
            other => found.push(format!("{id} is {:?}, and its history says {other:?}", Stand::of(refund))),
        }
    }
    Ok(listed)
}

/// A refund's own history is what the feed has of it.
fn histories(
    client: &Client,
    memory: &mut Memory,
    found: &mut Vec<String>,
    wanted: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let feed = locked(&memory.feed);
    for (id, events) in by_refund(&feed).into_iter().filter(|(id, _)| wanted(id)) {
        let history = client.read(Who::Operator, &format!("/v1/refunds/{id}/events"))?;
        memory.tally.histories = memory.tally.histories.saturating_add(1);
        if !items(&history).iter().eq(events.iter().copied()) {
            found.push(format!("the history of {id} is not what the feed has of it: {history}"));
        }
    }
    Ok(())
}

/// On each order line: never more paid out than was paid, and one refund in progress (R27, law 6).
fn lines(refunds: &[Value], found: &mut Vec<String>) {
    let mut lines = BTreeMap::<_, (u64, u64)>::new();
    for refund in refunds {
        let line =
            [text(refund, "/seller_id"), text(refund, "/order_line/order_id"), text(refund, "/order_line/line_id")];
        let (paid_out, in_progress) = lines.entry(line).or_default();
        if text(refund, "/payout/status") == "succeeded" {
            *paid_out = paid_out.saturating_add(minor(text(refund, "/payout/amount/value")));
        }
        let is_final = ["SUCCESS", "CLOSED"].contains(&text(refund, "/status"));
        *in_progress = in_progress.saturating_add(u64::from(!is_final));
        if *paid_out > minor(text(refund, "/order_line/paid/value")) || *in_progress > 1 {
            found.push(format!("order line {line:?}: {paid_out} paid out, {in_progress} refunds in progress"));
        }
    }
}

/// `20.00` as 2000.
fn minor(value: &str) -> u64 {
    value.replace('.', "").parse().unwrap_or(u64::MAX)
}
