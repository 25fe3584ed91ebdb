//! `cargo xtask failover`: servers on PostgreSQL while everything around them fails.

use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use refund_tests::failover::{Plan, over_http, run as run_plan};
use refund_tests::repository::root;

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
    /// Over HTTP, and nothing fails: servers of that revision's program, as of the release before, are replaced by the
    /// present one.
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["times", "kill_servers"])]
    before: Option<String>,
    /// What the choices are made by; another one each time where none is given.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// The report; it is the reason for failing where anything in it should not have been.
pub(crate) fn run(args: &Args) -> Result<String, String> {
    let seed = args.seed.unwrap_or_else(|| RandomState::new().hash_one(0_u8));
    eprintln!("seed {seed}");
    let began = |failure: u64, what: &str| eprintln!("{failure}: {what}");
    let over_http = match (&args.before, args.kill_servers) {
        (Some(revision), _) => Some(over_http::What::Upgrade(program_of(revision)?)),
        (None, Some(minutes)) => Some(over_http::What::TwoServers(Duration::from_secs(minutes.saturating_mul(60)))),
        (None, None) => args.http.then_some(over_http::What::Anything(args.times)),
    };
    let (report, violations) = if let Some(what) = over_http {
        let report = over_http::run(over_http::Plan { what, callers: args.callers, seed }, began)?;
        (report.to_string(), report.violations)
    } else {
        let report = run_plan(Plan { times: args.times, callers: args.callers, seed }, began)?;
        (report.to_string(), report.violations)
    };
    if violations.is_empty() { Ok(report) } else { Err(report) }
}

/// Builds the server as it was at a revision, under `target/before`.
fn program_of(revision: &str) -> Result<PathBuf, String> {
    let folder = root().join("target/before");
    let sources = folder.join("sources");
    let carry_out = |command: &mut Command| {
        let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
    };
    let git = |folder: &Path, arguments: &[&str]| carry_out(Command::new("git").args(arguments).current_dir(folder));
    if sources.exists() {
        git(&sources, &["checkout", "--quiet", "--detach", revision])?;
    } else {
        // Forced, because git still knows of one that was deleted with `target/`.
        let place = sources.to_string_lossy();
        git(&root(), &["worktree", "add", "--quiet", "--force", "--detach", &place, revision])?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args(["build", "--quiet", "--workspace", "--bin", "refund-api"])
        .env("CARGO_TARGET_DIR", folder.join("built"));
    carry_out(build.current_dir(&sources))?;
    Ok(folder.join("built/debug/refund-api"))
}
