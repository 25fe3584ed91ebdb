//! Buckets of a storage that speaks as Amazon's does. What it takes to reach one beside its name stands in the environment,
//! under the names that every tool for buckets knows (`AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT_URL` and the like).

use std::iter::successors;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use futures_util::stream::unfold;
use http_body::Body;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect};
use hyper_util::rt::TokioExecutor;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody,
    HttpService,
};
use object_store::{ClientConfigKey, ClientOptions, Error, RetryConfig};
use tokio::time::timeout;

use crate::machine::tls;

const CONNECTING_MAX: Duration = Duration::from_secs(2);
/// How long the storage may take until it begins to answer, and between the parts of what it says then. Asked again too, it
/// is waited for less than a read may take, so that whoever reads hears where it failed.
const ANSWERING_MAX: Duration = Duration::from_millis(4_500);
/// How often it is asked again, and until when: somebody waits for it.
const ASKED_AGAIN: usize = 1;
const ASKING_MAX: Duration = Duration::from_secs(10);

/// The bucket of that name. It is asked nothing yet.
///
/// # Errors
/// Where what stands in the environment can't be used.
pub(super) fn open(name: &str) -> Result<AmazonS3, Error> {
    let retry = RetryConfig { max_retries: ASKED_AGAIN, retry_timeout: ASKING_MAX, ..RetryConfig::default() };
    let bucket = AmazonS3Builder::from_env().with_bucket_name(name);
    bucket.with_retry(retry).with_http_connector(Connector).build()
}

/// Connects as all else here does: by the machine's own trust, without a second library for HTTP.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> Result<HttpClient, Error> {
        let config = tls::config().map_err(|error| Error::Generic { store: "bucket", source: error.into() })?;
        let mut plain = connect::HttpConnector::new();
        plain.enforce_http(false);
        plain.set_connect_timeout(Some(CONNECTING_MAX));
        let may_be_plain = options.get_config_value(&ClientConfigKey::AllowHttp).is_some_and(|may| may == "true");
        let encrypted = HttpsConnectorBuilder::new().with_tls_config(config);
        let encrypted = if may_be_plain { encrypted.https_or_http() } else { encrypted.https_only() };
        let connector = encrypted.enable_http1().wrap_connector(plain);
        Ok(HttpClient::new(Asking(Client::builder(TokioExecutor::new()).build(connector))))
    }
}

#[derive(Debug)]
struct Asking(Client<HttpsConnector<connect::HttpConnector>, HttpRequestBody>);

#[async_trait]
impl HttpService for Asking {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = timeout(ANSWERING_MAX, self.0.request(request)).await;
        let answer = answer.map_err(|slow| HttpError::new(HttpErrorKind::Timeout, slow))?;
        let answer = answer.map_err(|error| {
            let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
            HttpError::new(kind, in_full(&error))
        })?;
        Ok(answer.map(|body| HttpResponseBody::new(in_time(body))))
    }
}

/// What the storage says, as long as it goes on saying it.
fn in_time(body: Incoming) -> impl Body<Data = Bytes, Error = HttpError> + Send + Sync {
    StreamBody::new(unfold(body, |mut body| async move {
        let frame = match timeout(ANSWERING_MAX, body.frame()).await {
            Ok(frame) => frame?.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error)),
            Err(slow) => Err(HttpError::new(HttpErrorKind::Timeout, slow)),
        };
        Some((frame, body))
    }))
}

/// With what an error comes from: by itself it says no more than that there was no connection.
fn in_full(error: &dyn std::error::Error) -> std::io::Error {
    let all = successors(Some(error), |error| error.source()).map(ToString::to_string);
    std::io::Error::other(all.collect::<Vec<_>>().join(": "))
}
