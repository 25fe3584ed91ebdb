//! What was sent to whom, and what became of it (R41).

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use refund_core::{Actor, Event, Fact, Notice, RefundId, Role};
use refund_store::{Answered, Request, StoreError, Told, Work};
use serde::Deserialize;
use utoipa::IntoParams;

use super::lists::Limit;
use super::refunds::marked;
use crate::call::Call;
use crate::feed::{notice_by_now, told_up_to};
use crate::problem::Problem;
use crate::secrets::cursor::another_lists;
use crate::wire::EventOut;
use crate::wire::Items;
use crate::wire::notice::{NoticeId, NoticeOut, NoticeReportIn};

/// Out of how many of the latest events about its notices the notices of a refund are told.
const LATEST: usize = 1000;
/// How many records of the feed are looked at in one go for the notices of all refunds, and how many for a page.
const LOOKED_AT_ONCE: usize = 500;
const LOOKED_AT_MAX: usize = 2_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct NoticesParams {
    /// Of which refund; of all where none is named.
    refund_id: Option<RefundId>,
    /// How many notices at the most; 50 where nothing is said.
    #[param(inline)]
    limit: Option<Limit>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists notices in the order in which they were asked for, and what became of each: the latest of a refund, or all of all
/// refunds.
///
/// A page of those of all refunds may have fewer than were asked for, or none, and go on: of long times nothing is told.
#[utoipa::path(
    get, path = "/v1/notices", tag = "notices", operation_id = "list_notices",
    params(NoticesParams), responses((status = OK, body = Items<NoticeOut>), (status = NOT_FOUND), (status = GONE)),
    security(("key" = ["operator", "platform"])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<NoticeOut>>, Problem> {
    call.caller.only(&[Role::Operator, Role::Platform])?;
    let NoticesParams { refund_id, limit, cursor } = call.query()?;
    let limit = limit.unwrap_or_default();
    let named = refund_id.as_ref().map_or("all", RefundId::as_str);
    let list = format!("{} {named} notices", call.caller.id());
    let behind = cursor.map(|cursor| call.app.cursors.read_id(&cursor, &list)).transpose()?;
    let (items, last) = match &refund_id {
        Some(refund_id) => of_one(&call, refund_id, limit, behind).await?,
        None => of_all(&call, limit, behind).await?,
    };
    let next_cursor = last.map(|last| call.app.cursors.write_id(&last, &list));
    Ok(Json(Items { items, next_cursor }))
}

/// Those of a refund, and behind which of them there are more.
async fn of_one(
    call: &Call,
    refund_id: &RefundId,
    limit: Limit,
    behind: Option<String>,
) -> Result<(Vec<NoticeOut>, Option<String>), Problem> {
    let behind = match behind {
        Some(id) => Some(known(call, &id).await?),
        None => None,
    };
    // Read after what is due has happened, like the refund itself (R3).
    let last = call.app.settled(&call.caller, refund_id).await?.refund.sequence;
    let all = NoticeOut::all(&latest(call, refund_id, last).await?).into_iter();
    let behind = all.filter(|(number, _)| behind.is_none_or(|behind| *number > behind)).map(|(_, notice)| notice);
    let mut items: Vec<_> = behind.take(limit.and_one_more()).collect();
    let goes_on = limit.cut(&mut items);
    let last = items.last().filter(|_| goes_on).map(|last| last.id().to_owned());
    Ok((items, last))
}

/// Those of all refunds, and up to where the feed was looked through for them, where it goes on.
async fn of_all(
    call: &Call,
    limit: Limit,
    behind: Option<String>,
) -> Result<(Vec<NoticeOut>, Option<String>), Problem> {
    let mut looked_at = behind.as_deref().and_then(EventOut::position);
    let (mut asked, mut more, mut looked) = (Vec::new(), true, 0_usize);
    while more && asked.len() < limit.get() && looked < LOOKED_AT_MAX {
        let feed = call.app.engine.store().feed(looked_at, LOOKED_AT_ONCE).await?;
        looked = looked.saturating_add(LOOKED_AT_ONCE);
        let is_one = |told: &&Arc<Told>| matches!(told.event.fact, Fact::NoticeRequested { .. });
        asked.extend(feed.events.iter().filter(is_one).cloned());
        (looked_at, more) = (feed.looked_at, feed.more);
    }
    if limit.cut(&mut asked) {
        (looked_at, more) = (asked.last().map(|last| last.position), true);
    }
    let mut items = Vec::new();
    for told in asked {
        items.extend(as_it_stands(call, &told.event).await?);
    }
    Ok((items, looked_at.filter(|_| more).map(EventOut::id)))
}

/// A notice that was asked for by that event, with what became of it by now.
async fn as_it_stands(call: &Call, asked: &Event) -> Result<Option<NoticeOut>, Problem> {
    let refund = call.app.known(&call.caller, &asked.refund_id).await?;
    Ok(notice_by_now(call.app.engine.store(), &refund, asked).await?)
}

/// Reports what became of a notice that the platform's own gateway sends.
///
/// The same report again changes nothing, nor does one on a notice for which another one stands, or one that another
/// channel has reported on.
#[utoipa::path(
    post, path = "/v1/notices/{id}/report", tag = "notices", operation_id = "report_notice",
    request_body = NoticeReportIn, responses((status = OK, body = NoticeOut), (status = NOT_FOUND)),
    security(("key" = ["operator", "platform"])),
)]
pub(super) async fn report(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator, Role::Platform])?;
    let id: NoticeId = call.id().map_err(|_| Problem::not_found())?;
    call.app.known(&call.caller, &id.refund_id).await?;
    let asked = asked_for(&call, &id).await?;
    let work = || {
        let report = call.body::<NoticeReportIn>()?.read(id.number);
        let actor: Actor = call.caller.itself();
        Ok(Request::new(actor, Work::ReportNotice { refund_id: id.refund_id.clone(), report }))
    };
    let Some(asked) = asked else { return Err(Problem::not_found()) };
    let Answered { replayed, .. } = call.once(work).await?;
    let notice = as_it_stands(&call, &asked).await?.ok_or_else(Problem::not_found)?;
    Ok(marked(Json(notice).into_response(), replayed))
}

/// The name of the notice with that id, behind which its list goes on.
/// Fails with [`StoreError::OtherHistory`] where it was lost with a restore.
async fn known(call: &Call, id: &str) -> Result<u64, Problem> {
    let id: NoticeId = id.parse().map_err(|()| another_lists())?;
    asked_for(call, &id).await?.ok_or(StoreError::OtherHistory)?;
    Ok(id.number)
}

/// The event that asks for the notice of that name, if there is one.
async fn asked_for(call: &Call, id: &NoticeId) -> Result<Option<Event>, Problem> {
    let before = Notice::asked_by(id.number).saturating_sub(1);
    let found = call.app.engine.store().history(&id.refund_id, before, 1).await?;
    let is_one = |event: &Event| {
        if let Fact::NoticeRequested { notice } = &event.fact {
            notice.number(event.sequence) == id.number
        } else {
            false
        }
    };
    Ok(found.into_iter().map(|(_, event)| event).next().filter(is_one))
}

/// What was told last of a refund's notices up to that event.
async fn latest(call: &Call, refund_id: &RefundId, last: u64) -> Result<Vec<Event>, Problem> {
    let store = call.app.engine.store();
    let history = told_up_to(store, refund_id, last, LATEST, |event| event.fact.is_about_notice()).await?;
    Ok(history.into_iter().map(|(_, event)| event).collect())
}
