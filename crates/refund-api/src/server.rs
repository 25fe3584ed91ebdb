//! Starting and stopping the server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use refund_core::{Actor, Label, Role, Timestamp, Via};
use refund_store::files::disk::Disk;
use refund_store::files::passage::Behind;
use refund_store::{
    Advance, Clock, EmbeddedDeliveries, EmbeddedStore, Key, KeyRole, KeyScope, OpenError, OpenedStore, Refused,
    Request, SetUp, Store, Surroundings, Work,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::caller::hash;
use crate::limits::Limits;
use crate::metrics::{Metrics, TimedSyncs};
use crate::webhooks::{Reach, Webhooks};
use crate::{clock, connections, entropy, key_uses, pages, secrets, stats, timer};

/// How the server is started.
#[derive(Clone)]
pub struct Config {
    /// Everything is kept under this folder.
    pub data: PathBuf,
    /// Where it listens; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// How others reach it, where that is not where it listens.
    pub public_url: Option<String>,
    /// Whether it may listen beyond loopback without TLS.
    pub insecure: bool,
    /// What the time is: the machine's clock, or one that stands still until it is advanced.
    pub clock: Clock,
    /// Where a test clock stands while nothing has been recorded yet; else in 1970.
    pub begins_at: Option<Timestamp>,
    /// Whether nothing that is due happens, so that an operator can extend it first (R36).
    pub hold_settling: bool,
    /// Whom of the operator's people a link is made for by which they sign in once, whatever their password is.
    pub sign_in_link: Option<Label>,
    /// How much it takes at once, and of whom.
    pub limits: Limits,
    /// How far webhooks are sent.
    pub reach: Reach,
}

impl Config {
    /// A server that keeps its data in that folder and listens there, all else as usual, for callers
    /// who need no limits.
    #[must_use]
    pub fn new(data: PathBuf, listen: SocketAddr) -> Self {
        let clock = Clock::Running(Arc::new(clock::system_now));
        let limits = Limits::without_rates();
        Self {
            data,
            listen,
            public_url: None,
            insecure: false,
            clock,
            begins_at: None,
            hold_settling: false,
            sign_in_link: None,
            limits,
            reach: Reach::Public,
        }
    }
}

/// How long those who are being answered are waited for when the server stops.
const STOPPING_MAX: Duration = Duration::from_secs(10);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Plain HTTP beyond loopback.
    #[error(
        "{0} is not a loopback address, and the server speaks plain HTTP; \
         put a proxy that does TLS before it, or pass --insecure if that is what you want"
    )]
    NotLoopback(SocketAddr),
    /// What others are to reach the server by is no address.
    #[error("{0:?} is no address that begins with http:// or https://")]
    NotAUrl(String),
    /// The address is taken, or can't be had.
    #[error("can't listen on {address}: {error}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// Why it can't.
        error: std::io::Error,
    },
    /// The data folder can't be used.
    #[error("the data folder {}: {error}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Nobody of the operator's people is called that and may sign in.
    #[error("nobody of the operator's people who may sign in is called {0:?}; the first is called \"operator\"")]
    NoSuchOperator(String),
    /// The first key could not be made, or the demo not set up.
    #[error("setting up: {0}")]
    SetUp(String),
    /// The folder holds something else than a demo.
    #[error("{} holds data that no demo made; give the demo a folder of its own", .0.display())]
    NotADemo(PathBuf),
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// How others reach it.
    pub public_url: String,
    /// Its door, for whoever runs it in their own process.
    pub app: Arc<App>,
    /// The file with the first operator's key, where this start made it.
    pub operator_key: Option<PathBuf>,
    /// Where one of the operator's people signs in once: whoever was asked for, or the first as long as none of them
    /// has a password.
    pub sign_in: Option<String>,
    tasks: Vec<JoinHandle<()>>,
    store: Arc<EmbeddedStore>,
    webhooks: Arc<Webhooks>,
}

/// Starts the server: opens the store, listens, and lets happen what has come due meanwhile.
///
/// # Errors
/// [`StartError`], each with what to do.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let Config { data, listen, public_url, insecure, clock, begins_at, hold_settling, sign_in_link, limits, reach } =
        config;
    if let Some(url) = &public_url
        && !(url.starts_with("http://") || url.starts_with("https://"))
    {
        return Err(StartError::NotAUrl(url.clone()));
    }
    if !listen.ip().is_loopback() && !insecure {
        return Err(StartError::NotLoopback(listen));
    }
    let folder_error = |error| StartError::Folder { folder: data.clone(), error };
    let listener = TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| StartError::Listen { address: listen, error })?;
    let address = listener.local_addr().map_err(|error| StartError::Listen { address: listen, error })?;
    let test_clock = clock.is_test();
    let surroundings = Surroundings { clock, entropy: Arc::new(entropy::fill), hold_settling };
    let metrics = Metrics::default();
    let opened = open(&data, surroundings, &metrics)?;
    if let Some(torn) = opened.torn {
        tracing::warn!(at = torn.at, bytes = torn.bytes, "cut off what a crash had left of an unfinished write");
    }
    tracing::info!(replayed = opened.replayed, rebuilt = opened.rebuilt, "the store is open");
    let store = Arc::new(opened.store);
    metrics.begin_behind(store.feed_end());
    if let Some(begin) = begins_at.filter(|_| store.latest() == Timestamp::MIN) {
        let request = Request::by_system(Work::AdvanceTestClock { advance: Advance::To(begin) });
        let begun = store.submit(request).await;
        begun.map_err(|refused| StartError::SetUp(format!("{refused:?}")))?;
    }
    let secret = secrets::server_secret(&data).map_err(folder_error)?;
    let operator_key = first_key(&*store, &data).await?;
    let nobody = sign_in_link.as_ref().map(Label::to_string).unwrap_or_default();
    let link = pages::operators_link(&*store, sign_in_link).await.map_err(|refused| {
        let is_missing = matches!(refused, Refused::NotFound);
        if is_missing { StartError::NoSuchOperator(nobody) } else { StartError::SetUp(format!("{refused:?}")) }
    })?;

    if !hold_settling && let Err(error) = timer::settle(&*store).await {
        // The timer goes on trying, and all else can be served meanwhile.
        tracing::error!(error, "what has come due could not all be settled");
    }
    let public_url = public_url.unwrap_or_else(|| format!("http://{address}"));
    let connections_max = limits.connections;
    let book = EmbeddedDeliveries::open(&data).map_err(|error| StartError::SetUp(error.to_string()))?;
    if let Err(error) = book.count(&store) {
        tracing::error!(%error, "the delivery book could not be counted: remove the folder `deliveries`");
    }
    let webhooks = Arc::new(Webhooks::new(Arc::new(book), reach, &secret));
    let app = Arc::new(App::new(store.clone(), &secret, public_url.clone(), test_clock, limits, metrics));

    let mut tasks = vec![
        tokio::spawn(connections::serve(listener, app.clone(), connections_max)),
        tokio::spawn(key_uses::run(app.clone())),
        tokio::spawn(stats::run(app.clone())),
    ];
    tasks.extend(webhooks.begin(&app));
    if !hold_settling {
        tasks.push(tokio::spawn(timer::run(app.clone())));
    }
    let sign_in = link.map(|path| format!("{public_url}{path}"));
    Ok(Running { address, public_url, app, operator_key, sign_in, tasks, store, webhooks })
}

/// Opens the store in a folder that is this process's alone, on a disk whose syncs are measured.
fn open(data: &Path, surroundings: Surroundings, metrics: &Metrics) -> Result<OpenedStore, OpenError> {
    let disk = Disk::open(data)?;
    let files = Behind { inner: disk, passage: TimedSyncs(metrics.syncs()) };
    EmbeddedStore::open_on(&files, data, surroundings)
}

impl Running {
    /// Stops: takes no more calls, answers those it has, makes everything durable.
    ///
    /// # Errors
    /// Where something could not be written. Nothing that was answered is lost.
    pub async fn stop(self) -> Result<(), String> {
        let Self { tasks, store, app, webhooks, .. } = self;
        app.stop();
        for task in tasks {
            let ending = task.abort_handle();
            match tokio::time::timeout(STOPPING_MAX, task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a task of the server failed"),
                // A caller that never finishes its call must not keep the store from closing.
                Err(_) => ending.abort(),
            }
        }
        drop(app);
        let sent = webhooks.close().await.map_err(|error| error.to_string());
        let close = move || store.close().map_err(|error| error.to_string());
        tokio::task::spawn_blocking(close).await.map_err(|error| error.to_string())?.and(sent)
    }
}

/// Without a valid operator's key nobody can make any other: then one is made. It is written to a
/// file before it is made valid: a crash in between leaves a file whose key the next start makes valid.
async fn first_key(store: &dyn Store, data: &Path) -> Result<Option<PathBuf>, StartError> {
    let setting_up = |error: String| StartError::SetUp(error);
    let keys = store.settings().keys();
    let makes_others = |key: &Key| {
        let is_valid = key.revoked_at.is_none() && !key.has_expired(store.now());
        is_valid && key.role == KeyRole::Operator && key.scope == KeyScope::Full
    };
    if keys.iter().any(|key| makes_others(key)) {
        return Ok(None);
    }
    let path = data.join(secrets::OPERATOR_KEY);
    let folder_error = |error| StartError::Folder { folder: data.to_owned(), error };
    let mut secret = secrets::kept(&path, entropy::key).map_err(folder_error)?;
    let was_used = keys.iter().any(|key| key.secret == hash(&secret));
    if was_used || !secret.starts_with(entropy::KEY_PREFIX) || secret.len() < KEY_LEN_MIN {
        // A key that was revoked, or a file that was emptied.
        secret = entropy::key();
        secrets::write(&path, &secret).map_err(folder_error)?;
    }
    let name = Label::new("first operator").map_err(|error| setting_up(error.to_string()))?;
    issue(store, name, KeyRole::Operator, &secret).await.map_err(|refused| setting_up(format!("{refused:?}")))?;
    Ok(Some(path))
}

/// How long a key is at the least.
const KEY_LEN_MIN: usize = 40;

/// Makes a key valid whose secret is known already.
pub(crate) async fn issue(store: &dyn Store, name: Label, role: KeyRole, secret: &str) -> Result<(), Refused> {
    let key = Key {
        id: entropy::id("key_"),
        name,
        role,
        secret: hash(secret),
        created_at: Timestamp::MIN,
        revoked_at: None,
        scope: KeyScope::Full,
        expires_at: None,
        last_used_at: None,
    };
    let actor = Actor::new(Role::Operator, "set-up", Via::User("set-up".to_owned()));
    store.submit(Request::new(actor, SetUp::IssueKey(Box::new(key)))).await.map(|_| ())
}
