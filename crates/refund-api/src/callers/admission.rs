//! Who is let in, and who has to wait.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::callers::Caller;
use crate::callers::Limits;
use crate::callers::address;
use crate::callers::rate::Rate;
use crate::callers::streams::{StreamPlace, Streams};
use crate::machine::clock::Stopwatch;
use crate::problem::Problem;

/// Counts calls, by address before anybody is recognised and by key or link after that.
pub(crate) struct Admission {
    trusted_proxies: Vec<IpNet>,
    per_address: Option<Rate<IpAddr, Stopwatch>>,
    per_key: Option<Rate<String, Stopwatch>>,
    streams: Arc<Streams>,
}

/// When to try again for a stream: somebody else's has ended by then, or has not.
const STREAM_AGAIN: Duration = Duration::from_secs(15);

impl Admission {
    pub(crate) fn new(limits: Limits) -> Self {
        let clock = Stopwatch::start();
        Self {
            trusted_proxies: limits.trusted_proxies,
            per_address: Rate::per_second(limits.rate_per_address, clock),
            per_key: Rate::per_second(limits.rate_per_key, clock),
            streams: Arc::new(Streams::new(limits.streams, limits.streams_per_key)),
        }
    }

    /// Where a call comes from.
    pub(crate) fn address_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        address::of_caller(peer, headers, &self.trusted_proxies)
    }

    /// Counts a call that came from there, whoever it is.
    pub(crate) fn address(&self, address: IpAddr) -> Result<(), Problem> {
        let Some(rate) = &self.per_address else { return Ok(()) };
        rate.count(&address::counted(address)).map_err(|wait| {
            // Nobody was asked who they are: for the log this is all that there is.
            tracing::Span::current().record("caller", address.to_string());
            Problem::too_many(format!("{address} calls too often"), wait)
        })
    }

    /// Counts a call of somebody who was recognised.
    pub(crate) fn caller(&self, caller: &Caller) -> Result<(), Problem> {
        let Some(rate) = &self.per_key else { return Ok(()) };
        let counted = rate.count(&caller.id().to_owned());
        counted.map_err(|wait| Problem::too_many("this key or link calls too often", wait))
    }

    /// How many streams are open.
    pub(crate) fn open_streams(&self) -> usize {
        self.streams.count()
    }

    /// A place for a stream of theirs.
    pub(crate) fn stream(&self, caller: &Caller) -> Result<StreamPlace, Problem> {
        self.streams.enter(caller.id()).map_err(|detail| Problem::too_many(detail, STREAM_AGAIN))
    }
}
