//! Who is let in, and who has to wait.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::address;
use crate::caller::Caller;
use crate::clock::Stopwatch;
use crate::error::Problem;
use crate::limits::Limits;
use crate::rate::Rate;

/// Counts calls, by address before anybody is recognised and by key or link after that.
pub(crate) struct Admission {
    trusted_proxies: Vec<IpNet>,
    per_address: Option<Rate<IpAddr, Stopwatch>>,
    per_key: Option<Rate<String, Stopwatch>>,
}

impl Admission {
    pub(crate) fn new(limits: Limits) -> Self {
        let clock = Stopwatch::start();
        Self {
            trusted_proxies: limits.trusted_proxies,
            per_address: Rate::per_second(limits.rate_per_address, clock),
            per_key: Rate::per_second(limits.rate_per_key, clock),
        }
    }

    /// Counts a call that came from there, whoever it is.
    pub(crate) fn address(&self, peer: IpAddr, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(rate) = &self.per_address else { return Ok(()) };
        let address = address::of_caller(peer, headers, &self.trusted_proxies);
        let counted = rate.count(&address::counted(address));
        counted.map_err(|wait| Problem::too_many(format!("{address} calls too often"), wait))
    }

    /// Counts a call of somebody who was recognised.
    pub(crate) fn caller(&self, caller: &Caller) -> Result<(), Problem> {
        let Some(rate) = &self.per_key else { return Ok(()) };
        let counted = rate.count(&caller.id().to_owned());
        counted.map_err(|wait| Problem::too_many("this key or link calls too often", wait))
    }
}
