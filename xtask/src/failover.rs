//! `cargo xtask failover`: servers on PostgreSQL while everything around them fails.

use std::hash::{BuildHasher, RandomState};

use refund_tests::failover::{Plan, run as run_plan};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often something fails.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    times: u64,
    /// How many call at once.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=256))]
    callers: u64,
    /// What the choices are made by; another one each time where none is given.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// The report; it is the reason for failing where anything in it should not have been.
pub(crate) fn run(args: &Args) -> Result<String, String> {
    let seed = args.seed.unwrap_or_else(|| RandomState::new().hash_one(0_u8));
    eprintln!("seed {seed}");
    let began = |failure: u64, what: &str| eprintln!("{failure} of {}: {what}", args.times);
    let report = run_plan(Plan { times: args.times, callers: args.callers, seed }, began)?;
    if report.violations.is_empty() { Ok(report.to_string()) } else { Err(report.to_string()) }
}
