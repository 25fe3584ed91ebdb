//! A connection to one of a host's addresses, whichever can be reached: those of both versions by turns, the next as
//! soon as one fails or keeps everybody waiting, and the first that is there is it ("happy eyeballs", RFC 8305).

use std::future::Future;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long the next address waits for the one before.
const HEAD_START: Duration = Duration::from_millis(250);
/// How many are tried: whoever names hundreds is not looking for a connection.
const TRIED_MAX: usize = 8;

/// The first connection to any of these addresses.
pub(crate) async fn first<C, F>(addresses: Vec<SocketAddr>, connect: impl Fn(SocketAddr) -> F) -> Result<C>
where
    C: Send + 'static,
    F: Future<Output = Result<C>> + Send + 'static,
{
    let mut rest = by_turns(addresses).into_iter().take(TRIED_MAX).peekable();
    let (mut connecting, mut why) = (JoinSet::new(), Error::from(ErrorKind::AddrNotAvailable));
    loop {
        if let Some(next) = rest.next() {
            connecting.spawn(connect(next));
        }
        tokio::select! {
            ended = connecting.join_next() => match ended {
                Some(Ok(Ok(connection))) => return Ok(connection),
                Some(Ok(Err(error))) => why = error,
                Some(Err(failed)) => why = Error::other(failed),
                None => return Err(why),
            },
            () = sleep(HEAD_START), if rest.peek().is_some() => {}
        }
    }
}

/// Addresses in their order, but those of one version of IP and the other by turns.
fn by_turns(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let begins_with = addresses.first().map(SocketAddr::is_ipv4);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| Some(address.is_ipv4()) == begins_with);
    let (mut first, mut second, mut turns) = (first.into_iter(), second.into_iter(), Vec::new());
    loop {
        match (first.next(), second.next()) {
            (None, None) => return turns,
            (one, other) => turns.extend(one.into_iter().chain(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::time::Instant;

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// What comes of addresses of which some refuse and some are silent, which were tried, and how long that took.
    async fn tried(texts: &[&str]) -> (Result<SocketAddr>, Vec<SocketAddr>, Duration) {
        let (tried, begun) = (Arc::new(Mutex::new(Vec::new())), Instant::now());
        let connect = |address: SocketAddr| {
            tried.lock().unwrap().push(address);
            async move {
                match address.port() {
                    1 => Err(ErrorKind::ConnectionRefused.into()),
                    2 => std::future::pending().await,
                    _ => Ok(address),
                }
            }
        };
        let connected = first(addresses(texts), connect).await;
        let tried = tried.lock().unwrap().clone();
        (connected, tried, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_address_is_tried_at_once_where_one_fails_and_soon_where_one_is_silent() {
        let (connected, _, took) = tried(&["[::1]:1", "1.1.1.1:443"]).await;
        assert_eq!((connected.unwrap().port(), took), (443, Duration::ZERO));
        let (connected, _, took) = tried(&["[::1]:2", "[::2]:2", "1.1.1.1:443"]).await;
        assert_eq!((connected.unwrap().port(), took), (443, HEAD_START));
        let (connected, _, took) = tried(&["1.1.1.1:2", "[::1]:1", "1.1.1.2:443"]).await;
        assert_eq!((connected.unwrap().port(), took), (443, HEAD_START));
    }

    #[tokio::test(start_paused = true)]
    async fn where_none_is_there_it_says_why_and_no_more_than_a_few_are_tried() {
        let (none, which, _) = tried(&["1.1.1.1:1"; 100]).await;
        assert_eq!((none.unwrap_err().kind(), which.len()), (ErrorKind::ConnectionRefused, TRIED_MAX));
        assert_eq!(tried(&[]).await.0.unwrap_err().kind(), ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn versions_take_turns_and_the_first_begins() {
        let mixed = addresses(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"]);
        assert_eq!(by_turns(mixed), addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]));
    }
}
