//! `cargo xtask crash`: the server killed under load.

use std::hash::{BuildHasher, RandomState};

use refund_tests::crash::{Plan, run as run_plan, run_hooks};

/// After how many lives it says how far it is: some hundred take half an hour.
const LIVES_PER_LINE: u64 = 10;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often the server is ended under load.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    times: u64,
    /// How many call at once.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=256))]
    callers: u64,
    /// End it at each point of a webhook's life instead, and look what arrived.
    #[arg(long)]
    webhooks: bool,
    /// What the choices are made by; another one each time where none is given.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// The report; it is the reason for failing where anything in it should not have been.
pub(crate) fn run(args: &Args) -> Result<String, String> {
    let seed = args.seed.unwrap_or_else(|| RandomState::new().hash_one(0_u8));
    if args.webhooks {
        let report = run_hooks(args.times, seed)?;
        return if report.violations.is_empty() { Ok(report.to_string()) } else { Err(report.to_string()) };
    }
    eprintln!("seed {seed}");
    let began = |life: u64| {
        if life.is_multiple_of(LIVES_PER_LINE) {
            eprintln!("life {life} of {}", args.times);
        }
    };
    let report = run_plan(Plan { times: args.times, callers: args.callers, seed }, began)?;
    if report.violations.is_empty() { Ok(report.to_string()) } else { Err(report.to_string()) }
}
