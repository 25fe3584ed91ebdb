//! Buckets of a storage that speaks as Amazon's does. What it takes to reach one beside its name stands in the environment,
//! under the names that every tool for buckets knows (`AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT_URL` and the like).

use std::time::Duration;

use async_trait::async_trait;
use http_body_util::BodyExt;
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
/// How long the storage may take until it begins to answer.
const ANSWERING_MAX: Duration = Duration::from_secs(5);
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
            HttpError::new(kind, error)
        })?;
        let cut_off = |error| HttpError::new(HttpErrorKind::Interrupted, error);
        Ok(answer.map(|body| HttpResponseBody::new(body.map_err(cut_off))))
    }
}
