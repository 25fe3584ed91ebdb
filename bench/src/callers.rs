//! Callers that each wait for the answer before they ask again.

use std::sync::Arc;
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::stopwatch::Stopwatch;
use refund_store::{EmbeddedStore, Reply, Request, Store};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

/// Something that carries requests out.
pub(crate) trait Door: Send + Sync + 'static {
    fn submit(&self, request: Request) -> Reply;
}

impl Door for EmbeddedStore {
    fn submit(&self, request: Request) -> Reply {
        Store::submit(self, request)
    }
}

/// What one round of calls came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Round {
    pub(crate) took: Duration,
    /// How long each call took.
    pub(crate) calls: Vec<Duration>,
}

impl Round {
    pub(crate) fn per_second(&self) -> f64 {
        self.calls.len() as f64 / self.took.as_secs_f64()
    }

    pub(crate) fn micros_per_call(&self, spent: Duration) -> f64 {
        spent.as_secs_f64() * 1e6 / self.calls.len() as f64
    }
}

/// All callers share one thread: what they cost is small beside what they ask for.
pub(crate) struct Callers(Runtime);

impl Callers {
    pub(crate) fn new() -> Result<Self, Fault> {
        Ok(Self(Builder::new_current_thread().build()?))
    }

    /// One caller for each lane of requests. A request that is refused is a mistake of the load.
    pub(crate) fn run<D: Door>(&self, door: &Arc<D>, lanes: Vec<Vec<Request>>) -> Result<Round, Fault> {
        self.0.block_on(async {
            let mut callers = JoinSet::new();
            let watch = Stopwatch::start();
            for lane in lanes {
                callers.spawn(caller(Arc::clone(door), lane));
            }
            let mut calls = Vec::new();
            let mut failed = None;
            let mut took = Duration::ZERO;
            while let Some(caller) = callers.join_next().await {
                took = watch.elapsed();
                match caller? {
                    Ok(own) => calls.extend(own),
                    Err(why) => failed = Some(why),
                }
            }
            failed.map_or(Ok(Round { took, calls }), |why| Err(why.into()))
        })
    }
}

async fn caller<D: Door>(door: Arc<D>, lane: Vec<Request>) -> Result<Vec<Duration>, String> {
    let mut calls = Vec::with_capacity(lane.len());
    for request in lane {
        let watch = Stopwatch::start();
        door.submit(request).await.map_err(|refused| format!("the load was refused: {refused:?}"))?;
        calls.push(watch.elapsed());
    }
    Ok(calls)
}
