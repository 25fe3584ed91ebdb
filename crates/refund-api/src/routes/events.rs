//! What happened: of one refund, and of all that the caller may know of.

use std::collections::BTreeMap;

use axum::Json;
use refund_core::RefundId;
use serde::Deserialize;

use super::refunds::limit;
use crate::call::Call;
use crate::code::ApiCode;
use crate::error::Problem;
use crate::wire::{EventOut, Items};

/// How many records one page of the feed looks at, so that a caller with few events among many
/// of others gets an answer soon.
const LOOKED_AT_MAX: usize = 5_000;

pub(super) async fn history(call: Call) -> Result<Json<Items<EventOut>>, Problem> {
    let refund_id = call.refund_id()?;
    // Read after what is due has happened, like the refund itself (R3).
    call.app.settled(&call.caller, &refund_id).await?;
    let history = call.app.store().history(&refund_id)?;
    let items = history.iter().map(|(position, event)| EventOut::new(*position, event)).collect();
    Ok(Json(Items { items, next_cursor: None }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedParams {
    after: Option<String>,
    limit: Option<usize>,
}

pub(super) async fn feed(call: Call) -> Result<Json<Items<EventOut>>, Problem> {
    let params: FeedParams = call.query()?;
    let limit = limit(params.limit)?;
    let mut after =
        match &params.after {
            None => None,
            Some(id) => Some(EventOut::position(id).ok_or_else(|| {
                Problem::new(ApiCode::MalformedQuery, "after: the id of an event, as the feed gave it")
            })?),
        };
    let mut may_see = BTreeMap::<RefundId, bool>::new();
    let mut items = Vec::new();
    let mut looked_at = 0_usize;
    loop {
        let feed = call.app.store().feed(after, limit)?;
        looked_at = looked_at.saturating_add(limit);
        for (position, event) in &feed.events {
            let seen = match may_see.get(&event.refund_id) {
                Some(seen) => *seen,
                None => {
                    let refund = call.app.store().refund(&event.refund_id)?;
                    let seen = refund.is_some_and(|refund| call.caller.may_see(&refund));
                    may_see.insert(event.refund_id.clone(), seen);
                    seen
                }
            };
            if seen {
                items.push((*position, EventOut::new(*position, event)));
            }
            if items.len() == limit {
                break;
            }
        }
        let full = items.len() == limit;
        // A page that is full goes on behind its last event, any other behind what was looked at.
        let reached = if full { items.last().map(|(position, _)| *position) } else { feed.looked_at };
        let more = feed.more || (full && reached < feed.looked_at);
        if full || !more || looked_at >= LOOKED_AT_MAX {
            let next_cursor = reached.filter(|_| more).map(EventOut::id);
            return Ok(Json(Items { items: items.into_iter().map(|(_, event)| event).collect(), next_cursor }));
        }
        after = reached;
    }
}
