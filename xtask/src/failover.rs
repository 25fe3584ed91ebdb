//! `cargo xtask failover`: servers on PostgreSQL while everything around them fails.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use refund_tests::failover::{Plan, over_http, run as run_plan};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often something fails.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    times: u64,
    /// How many call at once.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=256))]
    callers: u64,
    /// Servers that are processes and are called over HTTP; they fail too.
    #[arg(long)]
    http: bool,
    /// Over HTTP, and nothing fails but two of the three servers, killed in turn for so many minutes.
    #[arg(long, value_name = "MINUTES", conflicts_with = "times", value_parser = clap::value_parser!(u64).range(1..=600))]
    kill_servers: Option<u64>,
    /// What the choices are made by; another one each time where none is given.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// The report; it is the reason for failing where anything in it should not have been.
pub(crate) fn run(args: &Args) -> Result<String, String> {
    let seed = args.seed.unwrap_or_else(|| RandomState::new().hash_one(0_u8));
    eprintln!("seed {seed}");
    let began = |failure: u64, what: &str| eprintln!("{failure}: {what}");
    let (report, violations) = if args.http || args.kill_servers.is_some() {
        let what = args.kill_servers.map_or(over_http::What::Anything(args.times), |minutes| {
            over_http::What::TwoServers(Duration::from_secs(minutes.saturating_mul(60)))
        });
        let report = over_http::run(over_http::Plan { what, callers: args.callers, seed }, began)?;
        (report.to_string(), report.violations)
    } else {
        let report = run_plan(Plan { times: args.times, callers: args.callers, seed }, began)?;
        (report.to_string(), report.violations)
    };
    if violations.is_empty() { Ok(report) } else { Err(report) }
}
