//! What the engine costs, measured as ratios within one run: against the machine's own limit, and
//! against a peer that does the same work without what is being judged.
#![allow(clippy::float_arithmetic, reason = "ratios and times are measured here, never money")]

mod callers;
mod counted;
mod file;
mod http;
mod lanes;
mod machine;
mod peer;
mod postgres;
mod rows;
mod search;
mod size;
mod store;
mod surroundings;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use refund_bench::Fault;

/// As the server has it: else another program is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures what the engine costs, and prints tables in Markdown.
#[derive(Parser)]
#[command(disable_version_flag = true)]
struct Cli {
    /// What is measured: everything where nothing is named.
    #[command(subcommand)]
    what: Option<What>,
    /// A folder on the disk that is to be measured; everything is made in it and removed again.
    #[arg(long, global = true, value_name = "DIR", default_value = "target/bench")]
    dir: PathBuf,
    /// Fewer rounds, and sizes up to 100 000.
    #[arg(long, global = true)]
    quick: bool,
    /// Up to a million refunds, which is what is measured without --quick.
    #[arg(long, global = true, conflicts_with = "quick")]
    million: bool,
    /// Up to ten million refunds.
    #[arg(long, global = true, conflicts_with = "quick")]
    ten_million: bool,
}

#[derive(Subcommand)]
enum What {
    /// Durable commands per second, against a plain file and against journal and memory alone.
    Store {
        /// With so many callers alone: 1, 16, 64 or 256.
        #[arg(long, value_name = "N")]
        callers: Option<usize>,
    },
    /// A server, against the least one and one that only echoes.
    Http,
    /// Servers on a PostgreSQL of their own, against pgbench.
    Postgres,
    /// The least server.
    #[command(hide = true)]
    Least {
        /// Where its keys are, and its events are to be.
        folder: PathBuf,
    },
    /// The server that only echoes.
    #[command(hide = true)]
    Echo,
    /// Looking for refunds among all of one seller.
    Search,
    /// Memory, disk, start time and the cost of reading, as refunds become many.
    Size,
    /// One piece of the measurement of sizes, in a process of its own.
    #[command(hide = true)]
    SizePart {
        /// Which.
        #[arg(value_enum)]
        part: size::Part,
        /// The store's folder.
        store: PathBuf,
        /// How many refunds it has, or is to have.
        refunds: u64,
    },
}

/// How it is measured.
pub(crate) struct Options {
    pub(crate) dir: PathBuf,
    /// How many rounds count.
    pub(crate) rounds: usize,
    /// The most refunds.
    pub(crate) refunds_max: u64,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("refund-bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Fault> {
    let refunds_max = match (cli.quick, cli.ten_million) {
        (true, _) => 100_000,
        (_, true) => 10_000_000,
        _ => 1_000_000,
    };
    std::fs::create_dir_all(&cli.dir)?;
    let options = Options { dir: cli.dir, rounds: if cli.quick { 9 } else { 25 }, refunds_max };
    match cli.what {
        Some(What::SizePart { part, store, refunds }) => size::part(part, &store, refunds),
        Some(What::Store { callers }) => store::run(&options, callers),
        Some(What::Http) => http::run(&options),
        Some(What::Least { folder }) => http::serve_least(&folder),
        Some(What::Echo) => http::serve_echo(),
        Some(What::Postgres) => postgres::run(&options),
        Some(What::Search) => search::run(&options),
        Some(What::Size) => size::run(&options),
        None => {
            store::run(&options, None)?;
            http::run(&options)?;
            postgres::run(&options)?;
            search::run(&options)?;
            size::run(&options)
        }
    }
}
