//! The least server: the yardstick that does what a durable command can't do without, and nothing else.
//!
//! On axum and tokio it parses the same JSON on the same paths, recognises the key by one look into a
//! map, decides by `refund-core` on refunds in memory, appends the events to a file, makes them
//! durable together with whatever else has gathered (one thread, one write, one `fdatasync`), and
//! answers the refund as the server does. A read is a look into memory, a queue a sorted set.
//!
//! What it leaves out, and the server's cost beyond it is for: the log, the metrics, the limits, the
//! call's id and the headers; refusals that say what would help; idempotency and versions; what each
//! viewer may do (`actions`) and the buyer's link; settings that can be changed; deadlines that
//! settle; the feed, with statistics, webhooks and streams; cursors; a journal that can be checked,
//! and a store that can be opened again.

mod book;
#[cfg(test)]
mod tests;
mod wire;
mod writer;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use axum::extract::{FromRequestParts, Path as PathOf, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use refund_bench::Fault;
use refund_bench::calls::{Keys, seller_id};
use refund_core::{Command, Opening, Refund, RefundId, SellerId};

use self::wire::{AnswerIn, Items, Nothing, OfferIn, OpenIn, RefundOut};
use self::writer::{Asked, Door};

/// What its folder has before it starts: who may call.
pub(super) const KEYS: &str = "keys.json";

/// Serves until it is killed.
pub(crate) fn serve(folder: &Path) -> Result<(), Fault> {
    let router = router(folder)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("Listening on http://{}", listener.local_addr()?);
        Ok(axum::serve(listener, router).await?)
    })
}

fn router(folder: &Path) -> Result<Router, Fault> {
    let keys: Keys = serde_json::from_slice(&std::fs::read(folder.join(KEYS))?)?;
    let door = writer::open(&folder.join("events"), keys.sellers.len())?;
    let server = Arc::new(Server { callers: callers(keys)?, door });
    Ok(Router::new()
        .route("/v1/refunds", post(open).get(list))
        .route("/v1/refunds/{id}", get(show))
        .route("/v1/refunds/{id}/negotiation", post(offer))
        .route("/v1/refunds/{id}/negotiation/accept", post(accept))
        .route("/v1/refunds/{id}/negotiation/reject", post(reject))
        .route("/v1/refunds/{id}/agree", post(agree))
        .route("/v1/refunds/{id}/cancel", post(cancel))
        .with_state(server))
}

struct Server {
    callers: HashMap<String, Caller>,
    door: Door,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Caller {
    Platform,
    Seller(SellerId),
}

fn callers(keys: Keys) -> Result<HashMap<String, Caller>, Fault> {
    let seller = |(number, key)| -> Result<_, Fault> { Ok((key, Caller::Seller(SellerId::new(seller_id(number))?))) };
    let sellers = keys.sellers.into_iter().enumerate().map(seller);
    sellers.chain([Ok((keys.platform, Caller::Platform))]).collect()
}

type App = State<Arc<Server>>;
type OrStatus<T> = Result<T, StatusCode>;

impl FromRequestParts<Arc<Server>> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> OrStatus<Self> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = value.and_then(|value| value.strip_prefix("Bearer "));
        key.and_then(|key| server.callers.get(key)).cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}

impl Server {
    async fn decided(&self, asked: Asked) -> OrStatus<Json<RefundOut>> {
        let refund = self.door.ask(asked).await.ok_or(StatusCode::CONFLICT)?;
        Ok(Json(RefundOut::of(&refund)))
    }

    async fn carried_out(&self, id: RefundId, caller: Caller, command: Command) -> OrStatus<Json<RefundOut>> {
        self.decided(Asked::Command { id, caller, command }).await
    }

    fn read<T>(&self, read: impl FnOnce(&book::Book) -> T) -> T {
        read(&self.door.book.read().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn open(State(server): App, caller: Caller, Json(body): Json<OpenIn>) -> OrStatus<Json<RefundOut>> {
    if caller != Caller::Platform {
        return Err(StatusCode::FORBIDDEN);
    }
    let opening: Opening = body.read(new_id()?).ok_or(StatusCode::BAD_REQUEST)?;
    server.decided(Asked::Open(Box::new(opening))).await
}

fn new_id() -> OrStatus<RefundId> {
    RefundId::new(format!("rfd_{:024x}", fastrand::u128(..) >> 32)).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn offer(
    State(server): App,
    PathOf(id): PathOf<RefundId>,
    caller: Caller,
    Json(body): Json<OfferIn>,
) -> OrStatus<Json<RefundOut>> {
    let command = body.read(&id).ok_or(StatusCode::BAD_REQUEST)?;
    server.carried_out(id, caller, command).await
}

async fn accept(
    State(server): App,
    PathOf(id): PathOf<RefundId>,
    caller: Caller,
    Json(body): Json<AnswerIn>,
) -> OrStatus<Json<RefundOut>> {
    server.carried_out(id, caller, Command::AcceptOffer { negotiation_id: body.negotiation_id }).await
}

async fn reject(
    State(server): App,
    PathOf(id): PathOf<RefundId>,
    caller: Caller,
    Json(body): Json<AnswerIn>,
) -> OrStatus<Json<RefundOut>> {
    server.carried_out(id, caller, Command::RejectOffer { negotiation_id: body.negotiation_id }).await
}

async fn agree(
    State(server): App,
    PathOf(id): PathOf<RefundId>,
    caller: Caller,
    Json(Nothing {}): Json<Nothing>,
) -> OrStatus<Json<RefundOut>> {
    server.carried_out(id, caller, Command::Agree { return_address_id: None }).await
}

async fn cancel(
    State(server): App,
    PathOf(id): PathOf<RefundId>,
    caller: Caller,
    Json(Nothing {}): Json<Nothing>,
) -> OrStatus<Json<RefundOut>> {
    server.carried_out(id, caller, Command::Cancel { reason: None }).await
}

async fn show(State(server): App, PathOf(id): PathOf<RefundId>, caller: Caller) -> OrStatus<Json<RefundOut>> {
    let may_see = |refund: &Arc<Refund>| match &caller {
        Caller::Platform => true,
        Caller::Seller(seller_id) => *seller_id == refund.seller_id,
    };
    let refund = server.read(|book| book.refund(&id).filter(may_see)).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(RefundOut::of(&refund)))
}

async fn list(State(server): App, caller: Caller, RawQuery(query): RawQuery) -> OrStatus<Json<Items>> {
    let Caller::Seller(seller_id) = &caller else { return Err(StatusCode::FORBIDDEN) };
    let limit = query.and_then(|query| query.strip_prefix("limit=")?.parse().ok()).ok_or(StatusCode::BAD_REQUEST)?;
    let (refunds, more) = server.read(|book| book.queue(seller_id, limit));
    // The server's cursor is as long.
    let next_cursor = more.then(|| "0".repeat(64));
    Ok(Json(Items { items: refunds.iter().map(|refund| RefundOut::of(refund)).collect(), next_cursor }))
}
