//! Opening refunds and reading them.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use refund_core::{
    BuyerId, ExternalReference, LineId, MetadataEntry, NamedFiles, NegotiationStatus, Opening, OrderId, RefundId,
    RefundType, Role, SellerId, StatusKind, Timestamp,
};
use refund_store::{Answer, Answered, Precondition, Query, Refused, Request, Sort, Work};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lists::{Limit, Several};
use crate::app::{App, Settled, to_the_end};
use crate::call::Call;
use crate::callers::Caller;
use crate::machine::entropy;
use crate::problem::Problem;
use crate::wire::code::{ApiCode, Code};
use crate::wire::{Items, OfferCheckIn, OfferCheckOut, OpenIn, OptionsOut, RefundOut, SavedOptionOut};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A refund with its version as `ETag`, and whether it is an answer that was given before.
pub(super) fn answer(status: StatusCode, refund: RefundOut, replayed: bool) -> Response {
    let response = (status, written(&refund, REFUND_BYTES)).into_response();
    marked(tagged(response, &refund.tag()), replayed)
}

/// How long a refund's JSON is where it is long.
const REFUND_BYTES: usize = 1536;

/// An answer of about so many bytes, for which there is room at once: to let it grow from little costs more than to
/// write it.
fn written(answer: &impl Serialize, bytes: usize) -> Response {
    let mut json = Vec::with_capacity(bytes);
    match serde_json::to_writer(&mut json, answer) {
        Ok(()) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => Problem::new(ApiCode::Internal, error.to_string()).into_response(),
    }
}

/// An answer with that `ETag`.
pub(super) fn tagged(mut response: Response, tag: &str) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{tag}\""));
    response.headers_mut().extend(tag.ok().map(|tag| (header::ETAG, tag)));
    response
}

/// An answer, with a mark if it was given before.
pub(super) fn marked(mut response: Response, replayed: bool) -> Response {
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// Opens a refund for a buyer.
///
/// The answer brings the buyer's link: its `url` to be opened as a page, its `token` as a bearer token for this refund.
#[utoipa::path(
    post, path = "/v1/refunds", tag = "refunds", operation_id = "open_refund",
    request_body = OpenIn,
    responses((status = CREATED, body = RefundOut),
        (status = OK, body = RefundOut, description = "The one that is in progress on the order line already, with the same terms.")),
    security(("key" = ["platform"])),
)]
pub(super) async fn open(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Platform])?;
    let idempotency = call.idempotency()?;
    if let Some(before) = call.app.engine.answered_before(idempotency.clone()).await? {
        return opened(&call.app, before);
    }
    let body: OpenIn = call.body()?;
    let actor = call.caller.buyer(&body.buyer_id);
    let viewers = vec![actor.clone(), call.caller.itself()];
    let refund_id = entropy::refund_id(call.app.engine.store().now()).map_err(|_| Problem::not_found())?;
    let named = body.files.clone().unwrap_or_default();
    let opening = body.read(refund_id)?;
    if let Some(Err(why)) = opening.line.image_url.as_ref().map(|url| call.app.goods.may_fetch(url)) {
        return Err(Problem::at(ApiCode::UrlNotAllowed, "/order_line/image_url", why));
    }
    let request = |work| Request { viewers, idempotency, ..Request::new(actor, work) };
    if named.is_empty() {
        return opened(&call.app, call.change(request(Work::open(opening))).await?);
    }
    to_the_end(open_with_files(call, opening, named, request)).await?
}

fn opened(app: &App, answered: Answered) -> Result<Response, Problem> {
    let Answered { answer: Answer::Refund { seen, created }, replayed, .. } = answered else {
        return Err(unexpected());
    };
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let link = app.buyer_link(&seen.refund.id);
    Ok(answer(status, RefundOut::new(*seen, Role::Platform).with_link(link), replayed))
}

/// Opens a refund with the files that were handed in for it (R43), which are kept for it first.
async fn open_with_files(
    call: Call,
    opening: Opening,
    named: NamedFiles,
    request: impl FnOnce(Work) -> Request,
) -> Result<Response, Problem> {
    let (app, refund_id) = (call.app.clone(), opening.refund_id.clone());
    let answered = match app.evidence.hand_over(call.caller.tenant(), &refund_id, &named).await {
        Ok(files) => {
            let work = Work::Open { opening: Box::new(opening), files };
            call.change(request(work)).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    forget_unless_opened(&app, &refund_id, &named, &answered).await?;
    opened(&app, answered?)
}

/// Where it was not opened, or another was in progress already, nothing is kept for it.
async fn forget_unless_opened(
    app: &App,
    refund_id: &RefundId,
    files: &NamedFiles,
    answered: &Result<Answered, Problem>,
) -> Result<(), Problem> {
    // Whether it was opened may not be known: then it is asked.
    if app.engine.store().by_itself(refund_id).await?.is_some() {
        return Ok(());
    }
    let is_unsure = answered.as_ref().is_err_and(|problem| problem.code() == Code::Api(ApiCode::Unsure));
    for sha256 in files.as_slice().iter().filter(|_| !is_unsure) {
        app.evidence.forget(refund_id, sha256).await?;
    }
    Ok(())
}

/// An answer of a kind that this request has not: a mistake in the server.
pub(super) fn unexpected() -> Problem {
    Problem::new(ApiCode::Internal, "the store answered another question")
}

/// Shows a refund, with what this caller may do now.
///
/// What is due on it happens first.
#[utoipa::path(
    get, path = "/v1/refunds/{id}", tag = "refunds", operation_id = "get_refund",
    responses((status = OK, body = RefundOut)), security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn show(call: Call) -> Result<Response, Problem> {
    let seen = call.app.settled(&call.caller, &call.id()?).await?;
    Ok(answer(StatusCode::OK, RefundOut::new(seen, call.caller.role()), false))
}

/// Says what the seller may offer, and what stands against it, before anything is tried.
#[utoipa::path(
    get, path = "/v1/refunds/{id}/negotiation/options", tag = "negotiation", operation_id = "get_offer_options",
    responses((status = OK, body = OptionsOut)), security(("key" = ["seller"])),
)]
pub(super) async fn options(call: Call) -> Result<Json<OptionsOut>, Problem> {
    let app = &call.app;
    let refund_id = call.id()?;
    app.known(&call.caller, &refund_id).await?;
    call.caller.only(&[Role::Seller])?;
    let Settled { around, now } = app.settled_now(&call.caller, &refund_id).await?;
    let seller = call.caller.itself();
    let negotiation_id = entropy::negotiation_id().map_err(|_| Problem::not_found())?;
    let saved = app.engine.settings().saved_offers(&around.refund.seller_id);
    let saved = saved.iter().map(|saved| {
        let terms = around.saved_offer(saved, negotiation_id.clone(), None);
        let against = around.check_offer(&seller, &terms, now).err().unwrap_or_default();
        SavedOptionOut::new(saved, terms, &against)
    });
    Ok(Json(OptionsOut::new(around.offer_options(&seller, now), saved.collect())))
}

/// Says what would come of an offer: everything that stands against its terms, or what the buyer would be shown.
///
/// It changes nothing: the one offer is still to be made. Of an offer that the seller has prepared the exact terms are
/// computed here, a share of an amount rounded down to the currency's smallest unit; `terms` is what is then sent.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/negotiation/check", tag = "negotiation", operation_id = "check_offer",
    request_body = OfferCheckIn,
    responses((status = OK, body = OfferCheckOut), (status = UNPROCESSABLE_ENTITY)),
    security(("key" = ["seller"])),
)]
pub(super) async fn check_offer(call: Call) -> Result<Json<OfferCheckOut>, Problem> {
    let refund_id = call.id()?;
    let refund = call.app.known(&call.caller, &refund_id).await?;
    call.caller.only(&[Role::Seller])?;
    let find = |id: &str| call.app.engine.settings().saved_offer(&refund.seller_id, id).cloned();
    let asked = call.body::<OfferCheckIn>()?.read(find)?;
    let version = call.named_version()?;
    let Settled { around, now } = call.app.settled_now(&call.caller, &refund_id).await?;
    if let Precondition::Version(version) = version
        && version != around.refund.version
    {
        let seen = Box::new(around.seen(&[call.caller.itself()], now));
        return Err(Refused::VersionMoved { seen }.into());
    }
    let terms = asked.on(&around);
    let checked = around.check_offer(&call.caller.itself(), &terms, now);
    Ok(Json(OfferCheckOut::new(terms, checked)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Those that stand there, or in one of several, with commas between.
    #[param(value_type = Option<Vec<StatusKind>>, style = Form, explode = false)]
    status: Option<Several<StatusKind>>,
    /// Those in which that is asked for.
    r#type: Option<RefundType>,
    /// Those whose negotiation stands there.
    negotiation: Option<NegotiationStatus>,
    /// Whether the operator has been called in and has not ruled yet.
    escalated: Option<bool>,
    /// Those of one seller.
    seller_id: Option<SellerId>,
    /// Those of one buyer.
    buyer_id: Option<BuyerId>,
    /// Those on one order.
    order_id: Option<OrderId>,
    /// Those on one line of an order.
    line_id: Option<LineId>,
    /// The one that the platform calls so. For the platform and the operator alone, as is `metadata`.
    external_reference: Option<ExternalReference>,
    /// Those in whose metadata this stands: a name, a colon and the whole text.
    #[param(inline)]
    metadata: Option<MetadataEntry>,
    /// Those that changed at that instant or later. What changes while the list is read may be missed or come twice:
    /// to follow everything read the feed of events.
    updated_since: Option<Timestamp>,
    /// Those on which something is due before that instant.
    due_before: Option<Timestamp>,
    /// `deadline` where a seller asks and says nothing else, `opened_at` for all others.
    #[param(inline)]
    sort: Option<SortIn>,
    /// How many at the most; 50 where nothing is said.
    #[param(inline)]
    limit: Option<Limit>,
    /// Where to go on: `next_cursor` of the page before, with the same filters.
    cursor: Option<String>,
}

/// What is first: what is due soonest, or what was opened last.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SortIn {
    Deadline,
    OpenedAt,
}

/// Lists refunds: a seller's own, a buyer's one, all for the others.
///
/// A refund may lag behind its deadlines by the time that settling takes; shown by itself it doesn't.
#[utoipa::path(
    get, path = "/v1/refunds", tag = "refunds", operation_id = "list_refunds",
    params(ListParams),
    responses((status = OK, body = Items<RefundOut>), (status = FORBIDDEN)),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    let (app, caller) = (&call.app, &call.caller);
    let params: ListParams = call.query()?;
    if params.external_reference.is_some() || params.metadata.is_some() {
        caller.only(&[Role::Operator, Role::Platform])?;
    }
    let limit = params.limit.unwrap_or_default().get();
    let sort = match (params.sort, caller.role()) {
        (Some(SortIn::Deadline), _) | (None, Role::Seller) => Sort::Deadline,
        (Some(SortIn::OpenedAt), _) | (None, _) => Sort::OpenedAt,
    };
    let own = if let Caller::Seller { seller_id, .. } = caller { Some(seller_id.clone()) } else { None };
    if own.is_some() && params.seller_id.is_some() && own != params.seller_id {
        // Somebody else's refunds: there are none to see.
        return Ok(page(Vec::new(), None));
    }
    let mut query = Query {
        seller_id: own.or(params.seller_id),
        buyer_id: params.buyer_id,
        order_id: params.order_id,
        line_id: params.line_id,
        external_reference: params.external_reference,
        metadata: params.metadata,
        kind: params.r#type,
        statuses: params.status.map_or_else(Vec::new, |Several(statuses)| statuses),
        updated_since: params.updated_since,
        negotiation: params.negotiation,
        escalated: params.escalated,
        due_before: params.due_before,
        sort,
        after: None,
        limit,
    };
    if let Caller::Buyer { refund_id, .. } = caller {
        let seen = app.settled(caller, refund_id).await?;
        let items =
            if query.matches(&seen.refund) { vec![RefundOut::new(seen, Role::Buyer).in_list()] } else { Vec::new() };
        return Ok(page(items, None));
    }
    // A cursor goes on in the list that it came from: the same caller, filters and order.
    let list = format!("{} {:?}", caller.id(), Query { limit: 0, ..query.clone() });
    query.after = params.cursor.map(|cursor| app.cursors.read(&cursor, &list)).transpose()?;
    let found = app.engine.store().list(&query).await?;
    let items = found.items.into_iter().map(|refund| app.shown(caller, refund)).collect();
    Ok(page(items, found.next.map(|place| app.cursors.write(&place, &list))))
}

fn page(items: Vec<RefundOut>, next_cursor: Option<String>) -> Response {
    let bytes = items.len().saturating_add(1).saturating_mul(REFUND_BYTES);
    written(&Items { items, next_cursor }, bytes)
}
