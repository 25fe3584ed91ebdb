//! What was sent to whom, and what became of it (R41).

use axum::Json;
use axum::response::{IntoResponse, Response};
use refund_core::{Actor, Event, Fact, Notice, RefundId, Role};
use refund_store::{Answered, Request, StoreError, Work};
use serde::Deserialize;
use utoipa::IntoParams;

use super::lists::Limit;
use super::refunds::marked;
use crate::call::Call;
use crate::feed::told_up_to;
use crate::problem::Problem;
use crate::secrets::cursor::another_lists;
use crate::wire::Items;
use crate::wire::notice::{NoticeId, NoticeOut, NoticeReportIn};

/// Out of how many of the latest events about its notices the notices of a refund are told.
const LATEST: usize = 1000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct NoticesParams {
    /// Of which refund.
    refund_id: RefundId,
    /// How many notices at the most; 50 where nothing is said.
    #[param(inline)]
    limit: Option<Limit>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the latest notices of a refund, in the order in which they were asked for, and what became of each.
#[utoipa::path(
    get, path = "/v1/notices", tag = "notices", operation_id = "list_notices",
    params(NoticesParams), responses((status = OK, body = Items<NoticeOut>), (status = NOT_FOUND), (status = GONE)),
    security(("key" = ["operator", "platform"])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<NoticeOut>>, Problem> {
    call.caller.only(&[Role::Operator, Role::Platform])?;
    let NoticesParams { refund_id, limit, cursor } = call.query()?;
    let limit = limit.unwrap_or_default();
    let list = format!("{} {refund_id} notices", call.caller.id());
    let behind = match cursor {
        Some(cursor) => Some(known(&call, &call.app.cursors.read_id(&cursor, &list)?).await?),
        None => None,
    };
    // Read after what is due has happened, like the refund itself (R3).
    let last = call.app.settled(&call.caller, &refund_id).await?.refund.sequence;
    let all = NoticeOut::all(&latest(&call, &refund_id, last).await?).into_iter();
    let behind = all.filter(|(number, _)| behind.is_none_or(|behind| *number > behind)).map(|(_, notice)| notice);
    let mut items: Vec<_> = behind.take(limit.and_one_more()).collect();
    let goes_on = limit.cut(&mut items);
    let last = items.last().filter(|_| goes_on).map(NoticeOut::id);
    let next_cursor = last.map(|last| call.app.cursors.write_id(last, &list));
    Ok(Json(Items { items, next_cursor }))
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
    // It may have been asked for before all that is listed.
    let last = call.app.known(&call.caller, &id.refund_id).await?.sequence;
    let mut events = latest(&call, &id.refund_id, last).await?;
    if events.first().is_none_or(|first| first.sequence > asked.sequence) {
        events.insert(0, asked);
    }
    let notice = NoticeOut::all(&events).remove(&id.number).ok_or_else(Problem::not_found)?;
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
