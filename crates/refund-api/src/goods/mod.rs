//! Pictures of goods, which lie where the platform says: fetched by the server, so that whoever looks at a page is seen by
//! nobody else, and shown small. Nothing is decided by them, and nothing of them is stored.

mod kept;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use refund_core::{ImageUrl, SellerId};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;

use self::kept::Kept;
use crate::evidence::{Evidence, OneAtATime};
use crate::machine::clock::Stopwatch;
use crate::outgoing::{Connection, Connector, NotReached, USER_AGENT, asked_for};
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// How long a picture may take to come, and how many bytes it may have.
const FETCHING_MAX: Duration = Duration::from_secs(10);
const BYTES_MAX: usize = 5 << 20;
const HEADERS_MAX: usize = 100;
/// How many are fetched at once, and how many of one seller's goods.
const FETCHED_MAX: usize = 32;
const FETCHED_MAX_EACH: u32 = 4;
/// The longer side of what is shown, in pixels: sharp on a phone at half of it.
const SIDE: u32 = 160;

/// Fetches pictures of goods, and keeps those that were asked for lately.
pub(crate) struct GoodsPictures {
    connector: Arc<Connector>,
    evidence: Arc<Evidence>,
    kept: Kept,
    /// Of one seller's goods a few are fetched at a time, and each once.
    fetching: OneAtATime,
    room: Semaphore,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
enum NoPicture {
    #[error(transparent)]
    NotReached(#[from] NotReached),
    #[error("no answer by HTTP: {0}")]
    NotHttp(#[from] hyper::Error),
    #[error("a request that can't be made: {0}")]
    NotARequest(#[from] hyper::http::Error),
    #[error("it was answered with {0}")]
    NotFound(StatusCode),
    #[error("longer than {BYTES_MAX} bytes, or broken off: {0}")]
    NotWhole(Box<dyn std::error::Error + Send + Sync>),
    #[error("it did not come within {} seconds", FETCHING_MAX.as_secs())]
    Slow,
}

impl GoodsPictures {
    /// Pictures from as far as the connector goes; they are made small as evidence is.
    pub(crate) fn new(connector: Arc<Connector>, evidence: Arc<Evidence>) -> Self {
        Self {
            connector,
            evidence,
            kept: Kept::new(Stopwatch::start()),
            fetching: OneAtATime::default(),
            room: Semaphore::new(FETCHED_MAX),
        }
    }

    /// Whether a picture may be fetched from there, or why not.
    pub(crate) fn may_fetch(&self, url: &ImageUrl) -> Result<(), String> {
        self.connector.url(url.as_str()).map(drop).map_err(|forbidden| forbidden.to_string())
    }

    /// The picture that lies there, of that seller's goods: a small JPEG.
    ///
    /// # Errors
    /// Where there is none, or as many are fetched as can be at once.
    pub(crate) async fn small(&self, seller_id: &SellerId, url: &ImageUrl) -> Result<Bytes, Problem> {
        if let Some(known) = self.kept.get(url) {
            return known.ok_or_else(Problem::not_found);
        }
        let place = url.as_str().bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let _turn = self.fetching.turn(&format!("{} {seller_id}", place % FETCHED_MAX_EACH)).await;
        if let Some(known) = self.kept.get(url) {
            return known.ok_or_else(Problem::not_found);
        }
        let busy = |_| Problem::new(ApiCode::Busy, "as many pictures are fetched as can be at once");
        let place = self.room.try_acquire().map_err(busy)?;
        let fetched = timeout(FETCHING_MAX, self.fetched(url)).await.unwrap_or(Err(NoPicture::Slow));
        drop(place);
        let small = match fetched {
            Ok(picture) => self.evidence.thumbnail(seller_id.as_str(), picture, SIDE).await?,
            Err(why) => Err(why.to_string()),
        };
        if let Err(why) = &small {
            // Its address may be a secret of the platform's.
            tracing::info!(%seller_id, why, "a picture of goods can't be shown");
        }
        let small = small.ok().map(Bytes::from);
        self.kept.put(url, small.clone());
        small.ok_or_else(Problem::not_found)
    }

    async fn fetched(&self, url: &ImageUrl) -> Result<Bytes, NoPicture> {
        let url = self.connector.url(url.as_str()).map_err(NotReached::from)?;
        received(self.connector.connect(&url).await?, &url).await
    }
}

/// What is answered on a connection, which ends with it.
async fn received(stream: Box<dyn Connection>, url: &Url) -> Result<Bytes, NoPicture> {
    let (path, host) = asked_for(url);
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "image/jpeg, image/png, image/webp")
        .body(Empty::<Bytes>::new())?;
    let mut client = http1::Builder::new();
    client.max_headers(HEADERS_MAX);
    let (mut sender, connection) = client.handshake(TokioIo::new(stream)).await?;
    let asking = async {
        let response = sender.send_request(request).await?;
        if response.status() != StatusCode::OK {
            return Err(NoPicture::NotFound(response.status()));
        }
        let body = Limited::new(response.into_body(), BYTES_MAX).collect().await;
        Ok(body.map_err(NoPicture::NotWhole)?.to_bytes())
    };
    tokio::pin!(asking);
    tokio::select! {
        received = &mut asking => received,
        // It drives the exchange. Once it has ended, what was received is left to read.
        ended = connection => {
            if let Err(error) = ended { tracing::debug!(%error, "who keeps a picture ended the connection"); }
            asking.await
        }
    }
}
