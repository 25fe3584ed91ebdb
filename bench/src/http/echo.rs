//! The least that a server of the same kind does: it parses JSON and echoes it, or answers bytes
//! that are there already.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use refund_bench::Fault;
use serde_json::Value;

/// The most bytes that are asked for.
const BYTES_MAX: usize = 1 << 20;

/// Serves until it is killed.
pub(crate) fn serve() -> Result<(), Fault> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("Listening on http://{}", listener.local_addr()?);
        let router = Router::new()
            .route("/bytes/{count}", get(bytes))
            .fallback(post(echo))
            .with_state(Arc::new(Bytes::from(vec![b'x'; BYTES_MAX])));
        Ok(axum::serve(listener, router).await?)
    })
}

async fn echo(Json(body): Json<Value>) -> Json<Value> {
    Json(body)
}

async fn bytes(Path(count): Path<usize>, State(all): State<Arc<Bytes>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], all.slice(..count.min(BYTES_MAX)))
}
