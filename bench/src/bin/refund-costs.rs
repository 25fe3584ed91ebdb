//! What a call costs the whole server, counted and not timed: `cargo xtask costs` runs this under
//! callgrind, which counts the instructions, and holds it against `bench/costs.toml`.
//!
//! The server runs in here, with all that runs beside the calls: what takes events in for webhooks
//! and statistics, the timer, the metrics, the limits, the log (whose lines go nowhere). One call
//! comes after the other, and each waits until everything that follows from the one before is done.
//! Everything but the store's own threads runs on one thread, and one more for what blocks, so that
//! it is the same work each time: which thread does it is left to chance in a server, and not here.

use std::path::Path;
use std::sync::Arc;

use mimalloc::MiMalloc;
use refund_api::{Config, Limits, start};
use refund_bench::Fault;
use refund_bench::calls::{Commands, Connection, Readable, Reads, Talk, fill, keys};
use stats_alloc::{Stats, StatsAlloc};
use tracing_subscriber::EnvFilter;

/// The server's, with a count.
#[global_allocator]
static ALLOCATOR: StatsAlloc<MiMalloc> = StatsAlloc::new(MiMalloc);

/// Enough for pages of 20 refunds, and no more: all of it runs under callgrind.
const SELLERS: usize = 4;
const COMMANDS_BEFORE: usize = 320;
/// How often something is done before it is counted: the first time finds nothing prepared.
const UNCOUNTED: usize = 12;
/// So often that sled's own rhythm, which writes some hundred rows at once, is in it.
const COMMANDS: usize = 768;
const READS: usize = 256;
const PAGES: usize = 48;
/// How often everything gets its turn after a command. What follows from it is done by turns: the
/// statistics count and look for more, the webhooks read, take in and look for more.
const TURNS: usize = 8;
/// Nothing follows from a read.
const NO_TURNS: usize = 0;

fn main() -> Result<(), Fault> {
    // As the server logs, though into nothing.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("info,sled=warn,tokio=warn"))
        .with_ansi(false)
        .with_writer(std::io::sink)
        .init();
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build()?;
    runtime.block_on(counted(folder.path()))
}

async fn counted(folder: &Path) -> Result<(), Fault> {
    let data = folder.join("data");
    // Callers are counted, and none calls too often.
    let limits = Limits { rate_per_key: u32::MAX, rate_per_address: u32::MAX, ..Limits::without_rates() };
    let running = start(Config { limits, ..Config::new(data.clone(), ([127, 0, 0, 1], 0).into()) }).await?;
    let operator = std::fs::read_to_string(data.join("operator.key"))?;
    let mut connection = Connection::to(running.address).await?;
    let keys = Arc::new(keys(&mut connection, operator.trim(), SELLERS).await?);
    let ids = fill(&mut connection, &keys, COMMANDS_BEFORE).await?;
    let refunds = Readable::refunds(&mut connection, &keys, &ids).await?;
    let pages = Readable::pages(&mut connection, &keys).await?;
    let reads = |readable: &Readable| Reads { requests: Arc::clone(&readable.requests), place: 0 };
    count(&mut connection, "queue_page", reads(&pages), PAGES, NO_TURNS).await?;
    count(&mut connection, "read", reads(&refunds), READS, NO_TURNS).await?;
    count(&mut connection, "command", Commands::new(keys, "counted".to_owned()), COMMANDS, TURNS).await?;
    drop(connection);
    Ok(running.stop().await?)
}

/// Does something so often, and says how much memory that asked for.
async fn count<T: Talk>(
    connection: &mut Connection,
    name: &str,
    mut talk: T,
    calls: usize,
    turns: usize,
) -> Result<(), Fault> {
    for _ in 0..UNCOUNTED {
        call(connection, &mut talk, turns).await?;
    }
    let before = begin_to_count();
    for _ in 0..calls {
        call(connection, &mut talk, turns).await?;
    }
    let counted = end_of_count() - before;
    let allocations = counted.allocations.saturating_add(counted.reallocations);
    println!("{name} {calls} {allocations} {}", counted.bytes_allocated);
    Ok(())
}

async fn call<T: Talk>(connection: &mut Connection, talk: &mut T, turns: usize) -> Result<(), Fault> {
    let answer = connection.ask(&talk.next()).await?;
    talk.heard(answer);
    for _ in 0..turns {
        // There is one thread for what blocks: when it has come to this, it has done what was asked of it before.
        tokio::task::spawn_blocking(|| ()).await?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Callgrind puts what it has counted into a file whenever it comes here, and begins anew.
#[inline(never)]
fn begin_to_count() -> Stats {
    ALLOCATOR.stats()
}

/// And here: what is in that file is what was counted since.
#[inline(never)]
fn end_of_count() -> Stats {
    std::hint::black_box(ALLOCATOR.stats())
}
