//! Whether what callers were told is so.

use std::collections::BTreeMap;

use refund_core::{RefundId, Role};
use refund_store::{PostgresStore, Refused, Request, Store, Work, wait};

use super::cluster::Cluster;
use super::load::Told;

/// How many events are read at once.
const PAGE: usize = 1_000;
/// How long an answer is given again: 31 days.
const REMEMBERED_FOR_MILLIS: i64 = 31 * 86_400_000;

/// What is not as it should be, of all that was answered and recorded.
pub(super) fn violations(cluster: &Cluster, store: &PostgresStore, told: &Told) -> Result<Vec<String>, String> {
    let mut found = told.lies.clone();
    let remembered = store.now().as_millis().saturating_sub(REMEMBERED_FOR_MILLIS);
    for (_, key, answer) in told.answers.iter().filter(|(at, _, _)| at.as_millis() > remembered) {
        match wait(store.answered(key, [7; 32])) {
            Ok(Some(again)) if format!("{again:?}") == *answer => {}
            Ok(Some(again)) => found.push(format!("{key:?} was answered {answer}, and now {again:?}")),
            Ok(None) => found.push(format!("what was answered under {key:?} is lost: {answer}")),
            Err(refused) => found.push(format!("{key:?} can't be answered again: {refused:?}")),
        }
    }
    found.extend(recorded(cluster, store, &told.opened)?);
    Ok(found)
}

/// What is not as it should be of all that was recorded, of these refunds among others.
pub(super) fn recorded(cluster: &Cluster, store: &PostgresStore, opened: &[RefundId]) -> Result<Vec<String>, String> {
    settle(store)?;
    let mut found = events(store, opened)?;
    found.extend(constraints(cluster)?);
    Ok(found)
}

/// Lets happen whatever is due.
fn settle(store: &PostgresStore) -> Result<(), String> {
    loop {
        match store.submit(Request::by_system(Work::SettleDue)).wait() {
            Ok(_) => return Ok(()),
            Err(Refused::MoreIsDue { .. }) => {}
            Err(refused) => return Err(format!("what is due can't be settled: {refused:?}")),
        }
    }
}

fn events(store: &PostgresStore, opened: &[RefundId]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut sequences: BTreeMap<RefundId, u64> = BTreeMap::new();
    let (mut after, mut latest) = (None, refund_core::Timestamp::MIN);
    loop {
        let feed = wait(store.feed(after, PAGE)).map_err(|error| error.to_string())?;
        for told in &feed.events {
            let (event, position) = (&told.event, told.position);
            if after.is_some_and(|after| position <= after) {
                found.push(format!("the feed goes back at {position:?}"));
            }
            after = Some(position);
            let sequence = sequences.entry(event.refund_id.clone()).or_default();
            *sequence = sequence.saturating_add(1);
            if event.sequence != *sequence {
                found.push(format!("event {} of {} comes as {sequence}", event.sequence, event.refund_id));
            }
            if event.recorded_at < latest {
                found.push(format!("time goes back at {position:?}"));
            }
            latest = latest.max(event.recorded_at);
            if event.actor.role == Role::System && event.at > event.recorded_at {
                found.push(format!("{} happened to {} before its instant", event.fact.event_type(), event.refund_id));
            }
        }
        after = feed.looked_at.max(after);
        if !feed.more {
            break;
        }
    }
    for id in opened {
        let refund = wait(store.refund(id)).map_err(|error| error.to_string())?;
        match (refund.map(|around| around.refund.sequence), sequences.get(id)) {
            (Some(is), Some(told)) if is == *told => {}
            (is, told) => found.push(format!("refund {id} is at event {is:?}, and the feed has {told:?}")),
        }
    }
    let next = wait(store.next_due()).map_err(|error| error.to_string())?;
    if next.is_some_and(|next| next <= store.now()) {
        found.push(format!("something was due at {next:?} and did not happen"));
    }
    Ok(found)
}

/// What statements find that may never be.
fn constraints(cluster: &Cluster) -> Result<Vec<String>, String> {
    let never = [
        (
            "a command was recorded twice",
            "SELECT count(*) FROM (SELECT hash FROM answers GROUP BY hash HAVING count(*) > 1) x",
        ),
        ("records have a gap", "SELECT (max(number) <> count(*))::int FROM records"),
        ("batches and records differ", "SELECT (sum(records) <> (SELECT count(*) FROM records))::int FROM batches"),
        (
            "two refunds are in progress on a line",
            "SELECT count(*) FROM (SELECT line FROM waits WHERE in_progress GROUP BY line HAVING count(*) > 1) x",
        ),
        ("more was refunded than was paid", "SELECT count(*) FROM lines WHERE refunded > paid"),
    ];
    let mut found = Vec::new();
    for (what, statement) in never {
        let count = cluster.ask(statement)?;
        if count != "0" {
            found.push(format!("{what}: {count}"));
        }
    }
    Ok(found)
}
