//! One message sent once, within limits of time and size, to addresses that were checked.
//!
//! Each has a connection of its own.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::outgoing::{Connector, NotReached, USER_AGENT, asked_for};

const ATTEMPT_MAX: Duration = Duration::from_secs(15);
/// How much of an answer is read, and how much of it is shown.
const READ_MAX: usize = 64 << 10;
const SHOWN_MAX: usize = 1 << 10;
const HEADERS_MAX: usize = 100;

/// What is sent, and where to.
pub(super) struct Message<'m> {
    pub(super) url: &'m Url,
    pub(super) id: &'m str,
    /// Seconds since 1970.
    pub(super) sent_at: i64,
    pub(super) signatures: String,
    pub(super) body: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReceiverAnswer {
    pub(super) status: u16,
    pub(super) retry_after: Option<String>,
    /// The beginning of what it said.
    pub(super) excerpt: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    #[error(transparent)]
    NotReached(#[from] NotReached),
    #[error("no answer within {} seconds", ATTEMPT_MAX.as_secs())]
    SlowToAnswer,
    #[error("no answer by HTTP: {0}")]
    NotHttp(#[from] hyper::Error),
    #[error("a request that can't be made: {0}")]
    NotARequest(#[from] hyper::http::Error),
}

/// Sends messages.
pub(super) struct Post(Arc<Connector>);

impl Post {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        Self(connector)
    }

    pub(super) fn connector(&self) -> Arc<Connector> {
        self.0.clone()
    }

    /// The address that is meant by what was typed, or why nothing is sent there.
    pub(super) fn url(&self, typed: &str) -> Result<String, String> {
        self.0.url(typed).map(String::from).map_err(|forbidden| forbidden.to_string())
    }

    /// Sends a message; what came back. Whatever its status: that there is one is an answer.
    pub(super) async fn send(&self, message: Message<'_>) -> Result<ReceiverAnswer, NoAnswer> {
        let until = Instant::now() + ATTEMPT_MAX;
        let exchange = async { answer(self.0.connect(message.url).await?, message, until).await };
        timeout_at(until, exchange).await.unwrap_or(Err(NoAnswer::SlowToAnswer))
    }
}

/// Asks on a connection, which ends with it.
async fn answer<S>(stream: S, message: Message<'_>, until: Instant) -> Result<ReceiverAnswer, NoAnswer>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut client = http1::Builder::new();
    client.max_headers(HEADERS_MAX).max_buf_size(READ_MAX);
    let (mut sender, connection) = client.handshake(TokioIo::new(stream)).await?;
    let asking = async {
        let response = sender.send_request(request(message)?).await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut read = Vec::new();
        // The status is the answer; of what else comes, only what comes in time is shown.
        let _ = timeout_at(until - LEFT_OVER, read_some(response.into_body(), &mut read)).await;
        Ok(ReceiverAnswer { status, retry_after, excerpt: excerpt(&read) })
    };
    tokio::pin!(asking);
    tokio::select! {
        answer = &mut asking => answer,
        // It drives the exchange. Once it has ended, what was received is left to read.
        ended = connection => {
            if let Err(error) = ended { tracing::debug!(%error, "a receiver ended the connection"); }
            asking.await
        }
    }
}

/// What is left of an attempt's time when reading an answer's body has to stop.
const LEFT_OVER: Duration = Duration::from_secs(1);

fn request(message: Message<'_>) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let (path, host) = asked_for(message.url);
    Request::post(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.sent_at)
        .header("webhook-signature", message.signatures)
        .body(Full::new(message.body.into()))
}

/// Reads a body until it ends or is longer than anybody wants to know.
async fn read_some(mut body: Incoming, read: &mut Vec<u8>) {
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(data) = frame.data_ref() {
            read.extend_from_slice(data);
        }
        if read.len() >= READ_MAX {
            return;
        }
    }
}

/// The beginning of an answer as text that can be shown anywhere.
fn excerpt(read: &[u8]) -> String {
    let beginning = read.get(..SHOWN_MAX).unwrap_or(read);
    let text = String::from_utf8_lossy(beginning);
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::outgoing::Reach;

    async fn sent(url: &str, reach: Reach) -> Result<ReceiverAnswer, NoAnswer> {
        let url = Url::parse(url).unwrap();
        let message =
            Message { url: &url, id: "msg_1", sent_at: 7, signatures: "v1,x".to_owned(), body: "{}".to_owned() };
        Post::new(Connector::new(reach)).send(message).await
    }

    /// What comes back where a receiver answers with those bytes, and what it was sent.
    async fn exchanged(answered: Vec<u8>) -> (Result<ReceiverAnswer, NoAnswer>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let receiver = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut received = vec![0; 4096];
            let length = stream.read(&mut received).await.unwrap();
            // The other end may have read enough.
            let _ = stream.write_all(&answered).await;
            String::from_utf8(received[..length].to_vec()).unwrap()
        });
        let answer = sent(&format!("http://{address}/hook?a=b"), Reach::Anywhere).await;
        (answer, receiver.await.unwrap())
    }

    #[tokio::test]
    async fn a_message_arrives_with_its_headers_and_the_answer_is_kept() {
        let (answer, received) =
            exchanged(b"HTTP/1.1 429 Slow Down\r\nRetry-After: 7\r\nContent-Length: 6\r\n\r\nwa\x1bit!".to_vec()).await;
        let kept = ReceiverAnswer { status: 429, retry_after: Some("7".to_owned()), excerpt: "wa it!".to_owned() };
        assert_eq!(answer.unwrap(), kept);
        assert!(received.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{received}");
        for line in ["webhook-id: msg_1", "webhook-timestamp: 7", "webhook-signature: v1,x", "content-length: 2"] {
            assert!(received.contains(line), "{received}");
        }
    }

    #[tokio::test]
    async fn of_a_long_answer_the_beginning_is_kept() {
        let mut long = b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n".to_vec();
        long.resize(5_000_000, b'x');
        let answer = exchanged(long).await.0.unwrap();
        assert_eq!((answer.status, answer.excerpt.len()), (200, SHOWN_MAX));
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let redirect = b"HTTP/1.1 301 Moved\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(exchanged(redirect.to_vec()).await.0.unwrap().status, 301);
    }

    #[tokio::test]
    async fn what_is_no_http_is_no_answer() {
        let mut headers = b"HTTP/1.1 200 OK\r\n".to_vec();
        headers.resize(100_000, b'x');
        for answered in [b"SSH-2.0\r\n\r\n".to_vec(), Vec::new(), headers] {
            let answer = exchanged(answered).await.0;
            assert!(matches!(answer, Err(NoAnswer::NotHttp(_))), "{answer:?}");
        }
    }

    #[tokio::test]
    async fn a_receiver_that_speaks_no_tls_gets_nothing_by_https() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let receiver = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        });
        let answer = sent(&format!("https://127.0.0.1:{port}/"), Reach::Anywhere).await;
        assert!(matches!(answer, Err(NoAnswer::NotReached(NotReached::NotConnected(_)))), "{answer:?}");
        receiver.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_receiver_that_never_answers_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let answer = sent(&format!("http://{}/", listener.local_addr().unwrap()), Reach::Anywhere).await;
        assert!(matches!(answer, Err(NoAnswer::SlowToAnswer | NoAnswer::NotReached(NotReached::Slow))), "{answer:?}");
    }

    /// What comes of an answer whose first part comes at once and whose rest byte by byte, one a second; and when.
    async fn dripping(at_once: &'static str, rest: &'static str) -> (Result<ReceiverAnswer, NoAnswer>, Duration) {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move {
            theirs.read_buf(&mut Vec::with_capacity(4096)).await.unwrap();
            theirs.write_all(at_once.as_bytes()).await.unwrap();
            for byte in rest.bytes().cycle() {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if theirs.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        });
        let url = Url::parse("http://127.0.0.1/").unwrap();
        let message = Message { url: &url, id: "msg_1", sent_at: 7, signatures: String::new(), body: "{}".to_owned() };
        let begun = Instant::now();
        let answer = timeout_at(begun + ATTEMPT_MAX, answer(ours, message, begun + ATTEMPT_MAX)).await;
        (answer.unwrap_or(Err(NoAnswer::SlowToAnswer)), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_comes_byte_by_byte_is_waited_for_as_long_as_any_and_its_status_counts() {
        let (answer, waited) = dripping("", "HTTP/1.1 200 OK and so on and so on").await;
        assert!(matches!(answer, Err(NoAnswer::SlowToAnswer)), "{answer:?}");
        assert_eq!(waited.as_secs(), ATTEMPT_MAX.as_secs());
        let (answer, waited) = dripping("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n", "x").await;
        let answer = answer.unwrap();
        assert_eq!(answer.status, 200);
        assert!((13..=14).contains(&answer.excerpt.len()), "{}", answer.excerpt);
        assert_eq!(waited, ATTEMPT_MAX - LEFT_OVER);
    }

    #[tokio::test]
    async fn nothing_is_sent_to_a_name_or_address_within() {
        for url in ["https://localhost/", "https://127.0.0.1/", "http://localhost/"] {
            let answer = sent(url, Reach::Public).await;
            assert!(matches!(answer, Err(NoAnswer::NotReached(NotReached::Forbidden(_)))), "{answer:?}");
        }
    }
}
