//! Connections: how many there are at once, and how long one may keep the server waiting.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_io_timeout::TimeoutStream;
use tower_http::cors::CorsLayer;

use super::router;
use crate::app::App;
use crate::call::Peer;

/// The most that a call's first line and headers may have, in bytes.
const HEAD_MAX: usize = 32 * 1024;
/// How long a call's head may take to arrive, from the connection or the answer before it.
const HEAD_WAIT: Duration = Duration::from_secs(10);
/// The same of proxies: they send heads as a whole, keep a connection without calls for a minute, and are to be the
/// first to close it.
const PROXY_WAIT: Duration = Duration::from_secs(75);
/// How long nothing at all of an answer may be taken.
const WRITE_WAIT: Duration = Duration::from_secs(30);
/// How many connections beyond the last are told so at once. One more takes the place of the oldest of them, so that
/// whoever watches the server is heard however many others say nothing.
const TURNED_AWAY_MAX: usize = 256;
/// How long one of them may take to say what it wants.
const TURNED_AWAY_WAIT: Duration = Duration::from_secs(5);
/// How long to wait where the system has no more connections to give.
const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Answers whoever connects until the server stops, so many at a time at the most; then answers those that it has.
pub(crate) async fn serve(listener: TcpListener, app: Arc<App>, others: Option<CorsLayer>) {
    let (router, turning_away) = (router::all(app.clone()), router::turning_away(app.clone()));
    let router = if let Some(others) = others { router.layer(others) } else { router };
    let mut turned_away = VecDeque::new();
    let connections = GracefulShutdown::new();
    let mut stopping = app.engine.stopping();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener) => Some(accepted),
            // An error means that whoever could stop the server is gone: that stops it too.
            _ = stopping.wait_for(|stop| *stop) => None,
        };
        let Some((stream, peer)) = accepted else { break };
        let peer = peer.ip();
        // Answers are written as a whole, and events one by one: none has to wait for more.
        let _ = stream.set_nodelay(true);
        let place = app.admission.connection(peer).ok();
        let (router, manners) = match place {
            Some(_) if app.admission.is_proxy(peer) => (router.clone(), Manners::PROXY),
            Some(_) => (router.clone(), Manners::GUEST),
            None => (turning_away.clone(), Manners::TURNED_AWAY),
        };
        let is_turned_away = place.is_none();
        let connected = app.engine.metrics.connection();
        let connection = connections.watch(talk(stream, peer, router, manners));
        let talking = tokio::spawn(async move {
            // However it ended: what is wrong with a call was answered, and what breaks a connection is the caller's.
            let _ = connection.await;
            drop((place, connected));
        });
        if is_turned_away {
            make_room(&mut turned_away, talking.abort_handle());
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// Has one more among those that are turned away; who has been there longest goes.
fn make_room(turned_away: &mut VecDeque<AbortHandle>, one_more: AbortHandle) {
    if turned_away.len() >= TURNED_AWAY_MAX
        && let Some(oldest) = turned_away.pop_front()
    {
        oldest.abort();
    }
    turned_away.push_back(one_more);
}

/// The next connection.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if went_away(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken; trying again");
                tokio::time::sleep(WAIT_AFTER_FAILURE).await;
            }
        }
    }
}

/// Whether it is that connection that is broken, and not the listening.
fn went_away(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::ConnectionRefused | Kind::ConnectionAborted | Kind::ConnectionReset)
}

/// What is granted to a connection.
#[derive(Debug, Clone, Copy)]
struct Manners {
    head_wait: Duration,
    more_calls: bool,
}

impl Manners {
    const GUEST: Self = Self { head_wait: HEAD_WAIT, more_calls: true };
    const PROXY: Self = Self { head_wait: PROXY_WAIT, more_calls: true };
    const TURNED_AWAY: Self = Self { head_wait: TURNED_AWAY_WAIT, more_calls: false };
}

/// One connection, from its first call to its end.
fn talk<S>(stream: S, peer: IpAddr, router: Router, manners: Manners) -> impl GracefulConnection + Send
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_WAIT));
    let router = TowerToHyperService::new(router);
    let answering = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.call(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(manners.head_wait)
        .keep_alive(manners.more_calls)
        .max_buf_size(HEAD_MAX)
        .serve_connection(TokioIo::new(Box::pin(stream)), answering)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::task::JoinHandle;
    use tokio::time::Instant;

    use super::*;
    use crate::trial::{self, KEY, Machine};

    /// A connection of a caller whose end can hold so many bytes that were not read.
    async fn connect(held: usize, manners: Manners) -> (DuplexStream, JoinHandle<()>) {
        let app = trial::app(&Machine::start()).await;
        let (ours, theirs) = duplex(held);
        let connection = talk(theirs, Ipv4Addr::LOCALHOST.into(), router::all(app), manners);
        let ended = tokio::spawn(async move { drop(connection.await) });
        (ours, ended)
    }

    /// Sends that, waits for the end, and says what came back and after how long.
    async fn send(sent: &str, manners: Manners) -> (String, Duration) {
        let (mut stream, _ended) = connect(1 << 20, manners).await;
        let begun = Instant::now();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        (answer, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_or_half_of_it_is_waited_for_so_long_and_no_longer() {
        for (manners, wait) in [(Manners::GUEST, 10), (Manners::PROXY, 75)] {
            for sent in ["", "GET /livez HT", "GET /livez HTTP/1.1\r\nHost: h\r\n"] {
                let (answer, waited) = send(sent, manners).await;
                assert_eq!((answer.as_str(), waited.as_secs()), ("", wait), "{sent}");
            }
            let (answer, waited) = send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n", manners).await;
            assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
            assert_eq!(waited.as_secs(), wait, "and as long for another call");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_answered() {
        let head = format!("POST /v1/refunds HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {KEY}\r\n");
        for body in ["Content-Length: 9\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"] {
            let (answer, waited) = send(&format!("{head}{body}"), Manners::GUEST).await;
            assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body_too_slow"), "{answer}");
            assert_eq!(waited.as_secs(), 30);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_takes_ends_the_connection() {
        let (mut stream, ended) = connect(1024, Manners::GUEST).await;
        let begun = Instant::now();
        stream.write_all(b"GET /problems/busy HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        ended.await.unwrap();
        assert_eq!(begun.elapsed().as_secs(), WRITE_WAIT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_turned_away_has_less_time_and_one_answer() {
        let (_, waited) = send("GET /livez", Manners::TURNED_AWAY).await;
        assert_eq!(waited.as_secs(), TURNED_AWAY_WAIT.as_secs());
        let (answer, waited) = send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n", Manners::TURNED_AWAY).await;
        assert!(answer.starts_with("HTTP/1.1 204 ") && answer.contains("connection: close"), "{answer}");
        assert_eq!(waited.as_secs(), 0);
    }
}
