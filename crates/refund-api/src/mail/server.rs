//! One mail server, with a few connections that are kept for the next mail.
//!
//! The library's own pool takes back a connection in the middle of a command when whoever waits gives up, and would then
//! read one mail's reply as the next one's. Here a connection is kept only once a mail went through it whole.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::bounded::Bounded;
use super::encryption::Encryption;
use super::trouble;
use crate::machine::{connect, tls};

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// How long one may take to be connected to, greeted and signed in to, and how long to take a mail, all in all.
const CONNECTING_MAX: Duration = Duration::from_secs(20);
const SENDING_MAX: Duration = Duration::from_secs(60);
/// How long those that are kept may take to say that they are there.
const ASKING_MAX: Duration = Duration::from_secs(5);
/// How many connections are kept.
const KEPT_MAX: usize = 8;

/// A mail server, and from whom mail is.
pub(crate) struct MailServer {
    host: String,
    port: u16,
    encryption: Encryption,
    tls: TlsConnector,
    starting_tls: TlsParameters,
    credentials: Option<Credentials>,
    pub(super) from: Mailbox,
    kept: Mutex<Vec<AsyncSmtpConnection>>,
    /// Told of each connection by which a mail goes.
    reached: watch::Sender<()>,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// The mail server said so, of this mail.
    Refused(u16, String),
    /// It was there, and gave no answer to this mail that could be read.
    Unanswered(String),
    /// It was not there to be asked.
    Away(String),
}

impl MailServer {
    pub(super) fn new(
        host: String,
        port: u16,
        encryption: Encryption,
        credentials: Option<Credentials>,
        from: Mailbox,
    ) -> Result<Self, AnyError> {
        let (tls, starting_tls) = (tls::connector()?, TlsParameters::new(host.clone())?);
        let (kept, reached) = (Mutex::default(), watch::Sender::new(()));
        Ok(Self { host, port, encryption, tls, starting_tls, credentials, from, kept, reached })
    }

    /// Turns whenever it takes a connection or is there on one that was kept, before anything is known of the mail.
    pub(super) fn reached(&self) -> watch::Receiver<()> {
        self.reached.subscribe()
    }

    /// Sends a mail once: what the mail server said to it, with its code.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(u16, String), NotTaken> {
        // Some mail servers look a recipient up before they answer, and wait for that one's own.
        let slow = |_| NotTaken::Unanswered(format!("no answer within {} seconds", SENDING_MAX.as_secs()));
        timeout(SENDING_MAX, self.sent(envelope, mail)).await.map_err(slow)?
    }

    async fn sent(&self, envelope: &Envelope, mail: &[u8]) -> Result<(u16, String), NotTaken> {
        let kept = timeout(ASKING_MAX, self.kept_one()).await.unwrap_or(None);
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.connected().await?,
        };
        self.reached.send_replace(());
        let answer = connection.send(envelope, mail).await;
        let response = answer.map_err(|error| match error.status() {
            Some(code) => NotTaken::Refused(code.into(), said(&error)),
            None => NotTaken::Unanswered(error.to_string()),
        })?;
        self.keep(connection);
        Ok((response.code().into(), lines(&response)))
    }

    /// One that was kept and is there still.
    async fn kept_one(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let mut connection = self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if connection.test_connected().await {
                return Some(connection);
            }
        }
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_MAX && !connection.has_broken() {
            kept.push(connection);
        }
    }

    async fn connected(&self) -> Result<AsyncSmtpConnection, NotTaken> {
        let silent = trouble::silent(self.encryption);
        let slow = |_| NotTaken::Away(format!("no connection within {} seconds{silent}", CONNECTING_MAX.as_secs()));
        let connected = timeout(CONNECTING_MAX, self.connect()).await.map_err(slow)?;
        // Whatever its code, it is said to this server and not of a mail: the next one may do better.
        connected.map_err(|error| {
            NotTaken::Away(format!("no connection: {}", trouble::told(error.as_ref(), self.encryption)))
        })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, AnyError> {
        let addresses = tokio::net::lookup_host((self.host.as_str(), self.port)).await?.collect();
        let stream = connect::first(addresses, TcpStream::connect).await?;
        let (peer, own_name) = (stream.peer_addr()?, ClientId::default());
        let stream: Box<dyn AsyncTokioStream> = match self.encryption {
            Encryption::Tls => {
                let name = ServerName::try_from(self.host.clone())?;
                Box::new(Bounded::new(self.tls.connect(name, Bounded::new(stream, peer)).await?, peer))
            }
            Encryption::StartTls => Box::new(Bounded::starting_tls(stream, peer)),
            Encryption::None => Box::new(Bounded::new(stream, peer)),
        };
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &own_name).await?;
        if self.encryption == Encryption::StartTls {
            if !connection.can_starttls() {
                return Err(trouble::NO_STARTTLS.into());
            }
            connection.starttls(self.starting_tls.clone(), &own_name).await?;
        }
        if let Some(credentials) = &self.credentials {
            let signed_in = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            signed_in.map_err(|error| trouble::not_signed_in(&error))?;
        }
        Ok(connection)
    }
}

/// What the mail server said with a code that is no yes.
fn said(error: &Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

fn lines(response: &Response) -> String {
    response.message().collect::<Vec<_>>().join(" ")
}
