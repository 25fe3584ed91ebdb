//! A connection to a mail server of which no more is read than a reply can be. The library reads a line to its end however
//! long that is; without this, whoever never ends one fills the memory.
//!
//! Nor does the library forget what it has read before TLS begins: without this, whoever is on the way could put answers
//! behind the one to STARTTLS that are then taken for the mail server's own, such as that it has a mail.

use std::io::{self, Error, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many bytes are read after what was last written: the longest reply that is taken, and a chain of certificates.
pub(super) const READ_MAX: usize = 256 << 10;

/// What a TLS handshake begins with, and no command does.
const HANDSHAKE: u8 = 0x16;

#[derive(Debug)]
pub(super) struct Bounded<S> {
    stream: S,
    peer: SocketAddr,
    /// Since something was last written.
    read: usize,
    /// Whether TLS is still to begin. Until then what comes is handed on byte by byte, so that whoever reads it has none
    /// behind the end of a line.
    is_before_tls: bool,
}

impl<S> Bounded<S> {
    pub(super) fn new(stream: S, peer: SocketAddr) -> Self {
        Self { stream, peer, read: 0, is_before_tls: false }
    }

    /// One that goes over to TLS once both sides have said so.
    pub(super) fn starting_tls(stream: S, peer: SocketAddr) -> Self {
        Self { is_before_tls: true, ..Self::new(stream, peer) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if self.is_before_tls && buffer.remaining() > 1 {
            let mut byte = [0];
            let mut next = ReadBuf::new(&mut byte);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut next))?;
            buffer.put_slice(next.filled());
        } else {
            ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        }
        self.read = self.read.saturating_add(buffer.filled().len().saturating_sub(before));
        Poll::Ready(match self.read {
            0..=READ_MAX => Ok(()),
            _ => Err(Error::new(ErrorKind::InvalidData, "the mail server's reply does not end")),
        })
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.read = 0;
        self.is_before_tls &= bytes.first() != Some(&HANDSHAKE);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug> AsyncTokioStream for Bounded<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn before_tls_begins_nothing_is_read_behind_what_is_asked_for() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut bounded = Bounded::starting_tls(ours, "127.0.0.1:25".parse().unwrap());
        theirs.write_all(b"220 go on\r\n250 taken\r\n").await.unwrap();
        let mut read = [0; 64];
        bounded.write_all(b"STARTTLS\r\n").await.unwrap();
        for expected in b"220 go on\r\n" {
            assert_eq!((bounded.read(&mut read).await.unwrap(), read[0]), (1, *expected));
        }
        bounded.write_all(&[HANDSHAKE, 3, 1]).await.unwrap();
        assert_eq!(bounded.read(&mut read).await.unwrap(), b"250 taken\r\n".len());
    }
}
