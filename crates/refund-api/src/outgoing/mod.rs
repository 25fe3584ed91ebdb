//! Connections to where others say that something is to be sent to or fetched from: to addresses that were checked.
//!
//! No redirect is followed and no proxy asked, because nothing here could.

mod reach;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

use self::reach::Forbidden;
pub use self::reach::Reach;
use crate::machine::{connect, tls};

const CONNECTING_MAX: Duration = Duration::from_secs(5);
/// What the server calls itself.
pub(crate) const USER_AGENT: &str = concat!("refund-api/", env!("CARGO_PKG_VERSION"));

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReached {
    #[error("nothing is sent there: {0}")]
    Forbidden(#[from] Forbidden),
    #[error("the name could not be looked up: {0}")]
    NotFound(std::io::Error),
    #[error("no connection: {0}")]
    NotConnected(std::io::Error),
    #[error("no connection within {} seconds", CONNECTING_MAX.as_secs())]
    Slow,
    #[error("https is not possible here: {0}")]
    NoTls(String),
}

/// A connection, whether or not by TLS.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

/// Makes connections, as far as messages may go.
pub(crate) struct Connector {
    reach: Reach,
    /// Or why there is no TLS: the server does without where the machine trusts nobody.
    tls: Result<TlsConnector, String>,
}

impl Connector {
    pub(crate) fn new(reach: Reach) -> Arc<Self> {
        Arc::new(Self { reach, tls: tls::connector().map_err(|error| error.to_string()) })
    }

    /// The address that is meant by a text, where something may be sent to it.
    pub(crate) fn url(&self, text: &str) -> Result<Url, Forbidden> {
        self.reach.url(text)
    }

    /// Connects to whom a URL names. To speak with them by TLS may take them as long as they like.
    pub(crate) async fn connect(&self, url: &Url) -> Result<Box<dyn Connection>, NotReached> {
        let stream = timeout(CONNECTING_MAX, self.reached(url)).await.unwrap_or(Err(NotReached::Slow))?;
        if url.scheme() != "https" {
            return Ok(Box::new(stream));
        }
        let tls = self.tls.as_ref().map_err(|why| NotReached::NoTls(why.clone()))?;
        Ok(Box::new(tls.connect(name(url)?, stream).await.map_err(NotReached::NotConnected)?))
    }

    async fn reached(&self, url: &Url) -> Result<TcpStream, NotReached> {
        // As it may have been stored while the server reached further than it does now.
        let url = self.reach.url(url.as_str())?;
        let port = url.port_or_known_default().unwrap_or_default();
        let found: Vec<SocketAddr> = match url.host().ok_or(Forbidden::NotAUrl)? {
            Host::Domain(name) => tokio::net::lookup_host((name, port)).await.map_err(NotReached::NotFound)?.collect(),
            Host::Ipv4(address) => vec![(address, port).into()],
            Host::Ipv6(address) => vec![(address, port).into()],
        };
        let addresses = self.reach.addresses(found.into_iter())?;
        connect::first(addresses, TcpStream::connect).await.map_err(NotReached::NotConnected)
    }
}

fn name(url: &Url) -> Result<ServerName<'static>, NotReached> {
    match url.host().ok_or(Forbidden::NotAUrl)? {
        Host::Domain(name) => Ok(ServerName::try_from(name.to_owned()).map_err(|_| Forbidden::NotAUrl)?),
        Host::Ipv4(address) => Ok(std::net::IpAddr::from(address).into()),
        Host::Ipv6(address) => Ok(std::net::IpAddr::from(address).into()),
    }
}

/// What is asked for on a connection to whom that URL names, and whom it is asked of there.
pub(crate) fn asked_for(url: &Url) -> (String, String) {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    (format!("{}{query}", url.path()), format!("{}{port}", url.host_str().unwrap_or_default()))
}
