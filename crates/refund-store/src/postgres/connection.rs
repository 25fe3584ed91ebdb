//! Connections to the database, set up as the statements need them.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Config, NoTls, Socket};
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
/// planner joins whole tables; every statement here has an index to go by.
const PLANS: &str = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=on \
    -c plan_cache_mode=force_generic_plan -c jit=off -c max_parallel_workers_per_gather=0 -c synchronous_commit=on \
    -c client_encoding=UTF8 -c timezone=UTC";
/// Whoever takes the turn and falls silent holds up all servers for that long.
const WRITER: &str = "-c idle_in_transaction_session_timeout=2s -c statement_timeout=10s -c lock_timeout=10s \
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
    fn configured(self, address: &PostgresAddress) -> Config {
        let (own, name) = match self {
            Self::Write => (WRITER, "refund-api"),
            Self::Read => (READER, "refund-api"),
            Self::Care => (TOOL, "refund-api store"),
        };
        let mut config = address.config.clone();
        config.options(format!("{PLANS} {own}")).application_name(name);
        config
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
        let config = purpose.configured(&self.address);
        let connecting = async {
            match &self.tls {
                Some(tls) => connect(&config, tls.clone()).await,
                None => connect(&config, NoTls).await,
            }
        };
        let unreachable = |why| PostgresError::Unreachable { address: self.address.shown(), why };
        match tokio::time::timeout(CONNECTING_MAX, connecting).await {
            Ok(connected) => connected.map_err(|error| unreachable(said(&error))),
            Err(_) => Err(unreachable(format!("nothing was said for {} seconds", CONNECTING_MAX.as_secs()))),
        }
    }

    /// Connections to read with, made as they are needed.
    pub(super) fn readers(&self) -> Result<Pool, PostgresError> {
        let config = Purpose::Read.configured(&self.address);
        let how = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match &self.tls {
            Some(tls) => Manager::from_config(config, tls.clone(), how),
            None => Manager::from_config(config, NoTls, how),
        };
        let timeouts = Timeouts { wait: Some(READER_WAITS), create: Some(CONNECTING_MAX), ..Timeouts::default() };
        let pool = Pool::builder(manager).max_size(READERS).runtime(Runtime::Tokio1).timeouts(timeouts).build();
        pool.map_err(|error| PostgresError::Refused { why: error.to_string() })
    }
}

async fn connect<T>(config: &Config, tls: T) -> Result<ClientWrapper, tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket>,
    T::TlsConnect: Send,
    T::Stream: Send + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, connection) = config.connect(tls).await?;
    let task = tokio::spawn(async move {
        // Whoever waits for an answer is told.
        let _ = connection.await;
    });
    Ok(ClientWrapper::new(client, task))
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
