//! Connections to the database, set up as the statements need them.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Connect, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use futures_util::future::{BoxFuture, select_ok};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::task::JoinHandle;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{AsyncMessage, Client, Config, Error, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::address::PostgresAddress;
use super::error::{PostgresError, said};

/// How many reads are done at once.
const READERS: usize = 8;
/// How long a read waits for its turn among them.
const READER_WAITS: Duration = Duration::from_secs(1);
/// How long a connection may take until it can be asked something. What takes it up may say nothing more.
const CONNECTING_MAX: Duration = Duration::from_secs(4);

/// The plans of the statements are part of the program. On tables that were filled just now and never analysed the
/// planner joins whole tables; every statement here has an index to go by. And each sees what was committed before it:
/// with a snapshot of before it had the turn, a server would decide from what others have changed since.
const PLANS: &str = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=on \
    -c plan_cache_mode=force_generic_plan -c jit=off -c client_min_messages=warning -c max_parallel_workers_per_gather=0 -c synchronous_commit=on \
    -c default_transaction_isolation=read\\ committed -c client_encoding=UTF8 -c timezone=UTC";
/// Whoever takes the turn and falls silent holds up all servers for that long. It is silent while it decides, which takes
/// milliseconds; one that took longer by mistake loses the turn, and takes it again.
const WRITER: &str = "-c idle_in_transaction_session_timeout=1s -c statement_timeout=10s -c lock_timeout=10s \
    -c client_connection_check_interval=1s";
/// What servers note for each other may be lost with the database's machine, and waits for no disk and no standby: else
/// nothing could be read while a standby is away.
const READER: &str = "-c idle_in_transaction_session_timeout=2s -c statement_timeout=10s -c synchronous_commit=off";
/// A tool goes through all there is. What servers hold it waits for no longer than they do.
const TOOL: &str = "-c statement_timeout=0 -c lock_timeout=10s -c idle_in_transaction_session_timeout=0";

/// What a connection is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// To take turns and write.
    Write,
    /// To read, and to note what may be lost.
    Read,
    /// To go through all there is.
    Care,
}

impl Purpose {
    /// How each host is connected to.
    fn configured(self, address: &PostgresAddress) -> Vec<Config> {
        let (own, name) = match self {
            Self::Write => (WRITER, "refund-api"),
            Self::Read => (READER, "refund-api"),
            Self::Care => (TOOL, "refund-api store"),
        };
        let mut hosts = address.hosts.clone();
        for config in &mut hosts {
            config.options(format!("{PLANS} {own}")).application_name(name);
        }
        hosts
    }
}

/// How connections are made: the address, and who is believed to be there.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) address: PostgresAddress,
    tls: Option<MakeRustlsConnect>,
}

impl Connector {
    pub(super) fn new(address: PostgresAddress) -> Result<Self, PostgresError> {
        let tls = if address.is_encrypted { Some(MakeRustlsConnect::new(trusting(&address)?)) } else { None };
        Ok(Self { address, tls })
    }

    /// A connection, whose task runs on the present runtime.
    pub(super) async fn connect(&self, purpose: Purpose) -> Result<ClientWrapper, PostgresError> {
        let unreachable = |why| PostgresError::Unreachable { address: self.address.shown(), why };
        match tokio::time::timeout(CONNECTING_MAX, self.first(purpose)).await {
            Ok(Ok((client, task))) => Ok(ClientWrapper::new(client, task)),
            Ok(Err(error)) => Err(unreachable(said(&error))),
            Err(_) => Err(unreachable(format!("nothing was said for {} seconds", CONNECTING_MAX.as_secs()))),
        }
    }

    /// To the first host that answers and takes writes. All are asked at once, so that one that is gone, or takes the
    /// connection up and says no more, holds up nobody.
    async fn first(&self, purpose: Purpose) -> Result<(Client, JoinHandle<()>), Error> {
        let hosts = purpose.configured(&self.address);
        let asked = hosts.into_iter().map(|host| Box::pin(self.connect_to(host)));
        select_ok(asked).await.map(|(connected, _)| connected)
    }

    async fn connect_to(&self, host: Config) -> Result<(Client, JoinHandle<()>), Error> {
        match &self.tls {
            Some(tls) => connect(&host, tls.clone()).await,
            None => connect(&host, NoTls).await,
        }
    }

    /// Connections to read with, made as they are needed.
    pub(super) fn readers(&self) -> Result<Pool, PostgresError> {
        let how = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(self.address.config.clone(), ToRead(self.clone()), how);
        let timeouts = Timeouts { wait: Some(READER_WAITS), create: Some(CONNECTING_MAX), ..Timeouts::default() };
        let pool = Pool::builder(manager).max_size(READERS).runtime(Runtime::Tokio1).timeouts(timeouts).build();
        pool.map_err(|error| PostgresError::Refused { why: error.to_string() })
    }
}

/// Makes the connections of the pool that reads are done with.
struct ToRead(Connector);

impl Connect for ToRead {
    fn connect(&self, _: &Config) -> BoxFuture<'_, Result<(Client, JoinHandle<()>), Error>> {
        Box::pin(self.0.first(Purpose::Read))
    }
}

async fn connect<T>(config: &Config, tls: T) -> Result<(Client, JoinHandle<()>), Error>
where
    T: MakeTlsConnect<Socket>,
    T::TlsConnect: Send,
    T::Stream: Send + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, mut connection) = config.connect(tls).await?;
    let task = tokio::spawn(async move {
        // However it ends, whoever waits for an answer is told.
        while let Some(Ok(said)) = poll_fn(|context| connection.poll_message(context)).await {
            if is_unconfirmed(&said) {
                return;
            }
        }
    });
    Ok((client, task))
}

/// Whether a commit is about to be answered that no standby has, because somebody cancelled the wait for one: PostgreSQL
/// calls that a success and warns of it. With the connection gone it was not heard of, and is looked for.
fn is_unconfirmed(said: &AsyncMessage) -> bool {
    matches!(said, AsyncMessage::Notice(notice) if notice.routine() == Some("SyncRepWaitForLSN"))
}

/// Believes those whom the machine trusts, or the named authority alone.
fn trusting(address: &PostgresAddress) -> Result<ClientConfig, PostgresError> {
    let wrong = |why: String| PostgresError::Certificates { why };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(error.to_string()))?;
    let Some(file) = &address.authority else {
        let verified = builder.with_platform_verifier().map_err(|error| wrong(error.to_string()))?;
        return Ok(verified.with_no_client_auth());
    };
    let unreadable = |error: String| wrong(format!("{}: {error}", file.display()));
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unreadable("there is no certificate in it".to_owned()));
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
