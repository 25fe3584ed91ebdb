//! Starting and stopping the server.

mod config;
mod connections;
mod cors;
mod first_key;
mod opening;
mod router;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use refund_core::{Label, Timestamp};
use refund_store::{
    Advance, Answered, IdempotencyKey, KeyRole, Refused, Request, Store, StoreError, Surroundings, Work,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::{Host, Url};

pub use self::config::{Config, Place, StartError};
pub use self::cors::Origin;
use self::first_key::first_key;
pub(crate) use self::first_key::issue;
pub(crate) use self::opening::address;
use self::opening::{Opened, open};
#[cfg(test)]
pub(crate) use self::router::all as router;
use crate::app::App;
use crate::callers::{Limits, failed_sign_ins, key_uses};
use crate::engine::{Engine, timer};
use crate::machine::{entropy, open_files};
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::outgoing::Connector;
use crate::webhooks::Webhooks;
use crate::{evidence, pages, stats};

/// How long those who are being answered are waited for when the server stops.
const STOPPING_MAX: Duration = Duration::from_secs(10);

/// How often it is looked whether the store has lost anything.
const LOOKED_EVERY: Duration = Duration::from_millis(100);

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// How others reach it.
    pub public_url: String,
    /// The file with the first operator's key, where this start made it.
    pub operator_key: Option<PathBuf>,
    /// Where one of the operator's people signs in once: whoever was asked for, or the first as long as none of them
    /// has a password.
    pub sign_in: Option<String>,
    pub(crate) app: Arc<App>,
    tasks: Vec<JoinHandle<()>>,
    store: Arc<dyn Store>,
}

/// Starts the server: opens the store, listens, and lets happen what has come due meanwhile.
///
/// # Errors
/// [`StartError`], each with what to do.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let Config { data, place, listen, public_url, insecure, clock, begins_at, hold_settling, .. } = config;
    let Config { sign_in_link, limits, reach, mail, cors_origins, .. } = config;
    let mail_server = mail.read()?;
    let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
    if let Some(url) = &public_url {
        check(url, insecure)?;
    }
    if !listen.ip().is_loopback() && !insecure {
        return Err(StartError::NotLoopback(listen));
    }
    let listener = TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| StartError::Listen { address: listen, error })?;
    let address = listener.local_addr().map_err(|error| StartError::Listen { address: listen, error })?;
    let test_clock = clock.is_test();
    let surroundings = Surroundings { clock, entropy: Arc::new(entropy::fill), hold_settling };
    let mut metrics = Metrics::default();
    let Opened { store, deliveries, secret } = open(&place, &data, surroundings, &mut metrics)?;
    let evidence = Arc::new(opening::evidence(&place, &data)?);
    if let Some(begin) = begins_at.filter(|_| store.latest() == Timestamp::MIN) {
        let begun = store.submit(beginning_at(begin)).await;
        begun.map_err(|refused| StartError::SetUp(format!("{refused:?}")))?;
    }
    let operator_key = first_key(&*store, &data).await?;
    let nobody = sign_in_link.as_ref().map(Label::to_string).unwrap_or_default();
    let link = pages::operators_link(&*store, sign_in_link).await.map_err(|refused| {
        let is_missing = matches!(refused, Refused::NotFound);
        let is_anybody = store.settings().users().iter().any(|user| user.role == KeyRole::Operator);
        match (is_missing, is_anybody) {
            (true, true) => StartError::NoSuchOperator(nobody),
            (true, false) => StartError::NoOperatorYet(nobody),
            (false, _) => StartError::SetUp(format!("{refused:?}")),
        }
    })?;

    if !hold_settling && let Err(error) = timer::settle(&*store).await {
        // The timer goes on trying, and all else can be served meanwhile.
        tracing::error!(error, "what has come due could not all be settled");
    }
    let public_url = public_url.unwrap_or_else(|| format!("http://{address}"));
    let limits = Limits { connections: open_files::room_for(limits.connections), ..limits };
    let engine = Arc::new(Engine::new(store.clone(), metrics, limits.changes_per_hour));
    let webhooks = Arc::new(Webhooks::new(deliveries, Connector::new(reach), &secret));
    let (own, its_url) = (webhooks.clone(), public_url.clone());
    let app = Arc::new(App::new(engine.clone(), own, evidence.clone(), &secret, its_url, test_clock, limits));
    let mut tasks = webhooks.begin(&engine, mail_server.map(|server| Mailer::of(&app, server)));
    // Where servers share the store it is let go by a command, while they run.
    if !hold_settling || store.is_shared() {
        tasks.push(tokio::spawn(timer::run(engine.clone())));
    }
    tasks.push(tokio::spawn(key_uses::run(engine.clone(), app.uses.clone())));
    tasks.push(tokio::spawn(failed_sign_ins::run(engine.clone(), app.failed_sign_ins.clone())));
    tasks.push(tokio::spawn(evidence::sweeping(engine.clone(), evidence)));
    tasks.push(tokio::spawn(stats::run(engine, app.stats.clone())));
    tasks.push(tokio::spawn(connections::serve(listener, app.clone(), cors::open_to(cors_origins))));
    let sign_in = link.map(|path| format!("{public_url}{path}"));
    Ok(Running { address, public_url, app, operator_key, sign_in, tasks, store })
}

/// Whether others may be told to reach the server by that.
fn check(public_url: &str, insecure: bool) -> Result<(), StartError> {
    let url = Url::parse(public_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| StartError::NotAUrl(public_url.to_owned()))?;
    let is_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() == "http" && !is_this_machine && !insecure {
        return Err(StartError::PlainUrl(public_url.to_owned()));
    }
    Ok(())
}

/// Puts a test clock to where it begins, once, however many servers do it.
fn beginning_at(begin: Timestamp) -> Request {
    let once = IdempotencyKey { caller: "set-up".to_owned(), key: "begin".to_owned() };
    let request = Request::by_system(Work::AdvanceTestClock { advance: Advance::To(begin) });
    Request { idempotency: Some((once, [0; 32])), ..request }
}

impl Running {
    /// Carries out a request that does not come over HTTP, for whoever runs the server in their own process.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn submit(&self, request: Request) -> Result<Answered, Refused> {
        self.app.engine.submit(request).await
    }

    /// Waits until the store has lost what this server goes by, which may never be: then it has to be started again.
    pub async fn has_lost_its_store(&self) {
        while !matches!(self.store.health().stopped, Some(StoreError::Lost(_))) {
            tokio::time::sleep(LOOKED_EVERY).await;
        }
    }

    /// Stops: takes no more calls, answers those it has, makes everything durable.
    ///
    /// # Errors
    /// Where something could not be written. Nothing that was answered is lost.
    pub async fn stop(self) -> Result<(), String> {
        let Self { tasks, store, app, .. } = self;
        app.engine.stop();
        for task in tasks {
            let ending = task.abort_handle();
            match tokio::time::timeout(STOPPING_MAX, task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a task of the server failed"),
                // A caller that never finishes its call must not keep the store from closing.
                Err(_) => ending.abort(),
            }
        }
        let webhooks = app.webhooks.clone();
        drop(app);
        let sent = webhooks.close().await.map_err(|error| error.to_string());
        let close = move || store.close().map_err(|error| error.to_string());
        tokio::task::spawn_blocking(close).await.map_err(|error| error.to_string())?.and(sent)
    }
}
