//! What grows as refunds become many. Each piece runs in a process of its own, so that its memory is
//! its own.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::market::{Market, Wish, seller_id};
use refund_bench::statistics::p50;
use refund_bench::stopwatch::Stopwatch;
use refund_bench::table::{Table, each, mib, micros, seconds, whole};
use refund_core::{SellerId, Timestamp};
use refund_store::{EmbeddedStore, Query, Store};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;

use crate::callers::Callers;
use crate::lanes::dealt;
use crate::machine::{self, Memory};
use crate::surroundings::surroundings;
use crate::{Options, rows};

const SIZES: &[u64] = &[10_000, 100_000, 1_000_000, 10_000_000];
/// So few that each fills a page at every size.
const SELLERS: u64 = 200;
const CALLERS: usize = 256;
/// How many refunds' requests are in memory at once.
const AT_ONCE: u64 = 8_192;
/// Up to how many refunds the rows are counted: what each has does not change with how many there are.
const ROWS_COUNTED_MAX: u64 = 100_000;
/// What starts later has a clock that is later: half a day, before anything is due for the last time.
const LATER: Duration = Duration::from_secs(12 * 3600);

/// A piece that runs in a process of its own.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Part {
    Load,
    Open,
    Rebuild,
}

#[derive(Serialize, Deserialize)]
struct Loaded {
    commands: u64,
    took: Duration,
    cpu: Duration,
    memory: Memory,
    closing: Duration,
}

#[derive(Serialize, Deserialize)]
struct OpeningCost {
    took: Duration,
    cpu: Duration,
    replayed: u64,
    rebuilt: bool,
    memory: Memory,
    sellers_first_page: Duration,
    sellers_page: Duration,
    everyones_page: Duration,
    one_refund: Duration,
    nothing_due: Duration,
    due_256: Duration,
    memory_after_reading: Memory,
}

/// What one size came to.
struct Figures {
    refunds: u64,
    loaded: Loaded,
    opened: OpeningCost,
    rebuilt: OpeningCost,
    journal: u64,
    view: u64,
    rebuilt_view: u64,
}

pub(crate) fn run(options: &Options) -> Result<(), Fault> {
    let mut all = Vec::new();
    for refunds in SIZES.iter().filter(|size| **size <= options.refunds_max) {
        eprintln!("{refunds} refunds");
        all.push(measure(options, *refunds)?);
    }
    print(&all);
    Ok(())
}

fn measure(options: &Options, refunds: u64) -> Result<Figures, Fault> {
    let folder = tempfile::tempdir_in(&options.dir)?;
    let store = folder.path().join("store");
    let loaded = in_a_process(Part::Load, &store, refunds)?;
    let journal = machine::bytes_on_disk(&store.join("journal"))?;
    let view = machine::bytes_on_disk(&store.join("view"))?;
    let opened = in_a_process(Part::Open, &store, refunds)?;
    std::fs::remove_dir_all(store.join("view"))?;
    let rebuilt = in_a_process(Part::Rebuild, &store, refunds)?;
    let rebuilt_view = machine::bytes_on_disk(&store.join("view"))?;
    if refunds == ROWS_COUNTED_MAX {
        print_rows(&store, refunds)?;
    }
    Ok(Figures { refunds, loaded, opened, rebuilt, journal, view, rebuilt_view })
}

fn in_a_process<T: DeserializeOwned>(part: Part, store: &Path, refunds: u64) -> Result<T, Fault> {
    let name = match part {
        Part::Load => "load",
        Part::Open => "open",
        Part::Rebuild => "rebuild",
    };
    let program = std::env::current_exe()?;
    let child = Command::new(program).args(["size-part", name]).arg(store).arg(refunds.to_string()).output()?;
    if !child.status.success() {
        return Err(format!("{name} {refunds}: {}", String::from_utf8_lossy(&child.stderr)).into());
    }
    Ok(serde_json::from_slice(&child.stdout)?)
}

/// What runs in a process of its own: it prints its figures as JSON.
pub(crate) fn part(part: Part, store: &Path, refunds: u64) -> Result<(), Fault> {
    let figures = match part {
        Part::Load => serde_json::to_string(&load(store, refunds)?)?,
        Part::Open | Part::Rebuild => serde_json::to_string(&open(store)?)?,
    };
    println!("{figures}");
    Ok(())
}

/// Opens so many refunds, and makes an offer on each tenth of them.
fn load(folder: &Path, refunds: u64) -> Result<Loaded, Fault> {
    let callers = Callers::new()?;
    let store = Arc::new(EmbeddedStore::open(folder, surroundings(Duration::ZERO))?.store);
    let mut market = Market::new(SELLERS);
    callers.run(&store, dealt(market.sellers()?, CALLERS))?;
    let (mut commands, mut took, mut cpu) = (0_u64, Duration::ZERO, Duration::ZERO);
    while market.opened() < refunds {
        let (mut openings, mut offers) = (Vec::new(), Vec::new());
        for _ in 0..AT_ONCE.min(refunds.saturating_sub(market.opened())) {
            let (refund, request) = market.open()?;
            openings.push(request);
            if refund.number().is_multiple_of(10) {
                offers.push(market.ask(&refund, Wish::Offer, 1)?);
            }
        }
        for requests in [openings, offers] {
            let before = machine::cpu();
            let round = callers.run(&store, dealt(requests, CALLERS))?;
            cpu += machine::cpu().saturating_sub(before);
            took += round.took;
            commands = commands.saturating_add(round.calls.len() as u64);
        }
    }
    let memory = machine::memory();
    let closing = Stopwatch::start();
    store.close()?;
    drop(store);
    Ok(Loaded { commands, took, cpu, memory, closing: closing.elapsed() })
}

fn open(folder: &Path) -> Result<OpeningCost, Fault> {
    let watch = Stopwatch::start();
    let opened = EmbeddedStore::open(folder, surroundings(LATER))?;
    let (took, cpu) = (watch.elapsed(), machine::cpu());
    let memory = machine::memory();
    let store = opened.store;
    let sellers: Vec<_> = (0..200_u64).map(|n| seller_id(n.wrapping_mul(37) % SELLERS)).collect::<Result<_, _>>()?;
    let of = |seller: &SellerId| Query { seller_id: Some(seller.clone()), ..page() };
    // Readers share its threads, as in a server.
    let reading = Builder::new_current_thread().build()?;
    let list = |query: &Query| reading.block_on(store.list(query));
    let sellers_first_page = each_takes(&sellers, |seller| Ok(list(&of(seller))?.items.len()))?;
    let sellers_page = each_takes(&sellers, |seller| Ok(list(&of(seller))?.items.len()))?;
    let mut next = page();
    let everyones_page = each_takes(0..200, |_| {
        let page = list(&next)?;
        next.after = page.next;
        Ok(page.items.len())
    })?;
    let mut ids = Vec::new();
    for seller in &sellers {
        let first = list(&Query { limit: 1, ..of(seller) })?;
        ids.extend(first.items.into_iter().map(|around| around.refund.id.clone()));
    }
    let one_refund = each_takes(ids, |id| Ok(usize::from(reading.block_on(store.refund(&id))?.is_some())))?;
    let due = |until| Ok(reading.block_on(store.due(until, 256))?.len());
    let nothing_due = each_takes(0..200, |_| due(Timestamp::MIN).map(|due| due.max(1)))?;
    let due_256 = each_takes(0..200, |_| due(Timestamp::MAX))?;
    let memory_after_reading = machine::memory();
    store.close()?;
    let (replayed, rebuilt) = (opened.replayed, opened.rebuilt);
    Ok(OpeningCost {
        took,
        cpu,
        replayed,
        rebuilt,
        memory,
        sellers_first_page,
        sellers_page,
        everyones_page,
        one_refund,
        nothing_due,
        due_256,
        memory_after_reading,
    })
}

/// A page of the queue.
fn page() -> Query {
    Query { limit: 20, ..Query::default() }
}

/// How long one of them takes, mostly. Whatever finds nothing is a mistake.
fn each_takes<T>(
    all: impl IntoIterator<Item = T>,
    mut read: impl FnMut(T) -> Result<usize, Fault>,
) -> Result<Duration, Fault> {
    let mut times = Vec::new();
    for one in all {
        let watch = Stopwatch::start();
        let found = read(one)?;
        times.push(watch.elapsed());
        if found == 0 {
            return Err("something that must be there was not found".into());
        }
    }
    p50(&times)
}

fn print(all: &[Figures]) {
    print_loading(all);
    print_starting(all);
    print_reading(all);
}

fn print_loading(all: &[Figures]) {
    let mut table = Table::new(&[
        "refunds",
        "load",
        "commands/s",
        "CPU per command",
        "memory after",
        "memory peak",
        "journal bytes per refund",
        "view bytes per refund",
        "rebuilt view",
        "close",
    ]);
    for Figures { refunds, loaded, journal, view, rebuilt_view, .. } in all {
        table.row([
            refunds.to_string(),
            seconds(loaded.took),
            whole(loaded.commands as f64 / loaded.took.as_secs_f64()),
            format!("{:.1} µs", loaded.cpu.as_secs_f64() * 1e6 / loaded.commands as f64),
            mib(loaded.memory.now_bytes),
            mib(loaded.memory.peak_bytes),
            whole(each(*journal, *refunds)),
            whole(each(*view, *refunds)),
            whole(each(*rebuilt_view, *refunds)),
            seconds(loaded.closing),
        ]);
    }
    table.print("Size: loading");
}

fn print_starting(all: &[Figures]) {
    let mut table = Table::new(&[
        "refunds",
        "open",
        "its CPU",
        "memory",
        "rebuild",
        "its CPU",
        "memory peak",
        "÷ load",
        "records/s",
    ]);
    for Figures { refunds, loaded, opened, rebuilt, .. } in all {
        table.row([
            refunds.to_string(),
            seconds(opened.took),
            seconds(opened.cpu),
            mib(opened.memory.peak_bytes),
            seconds(rebuilt.took),
            seconds(rebuilt.cpu),
            mib(rebuilt.memory.peak_bytes),
            format!("{:.2}", rebuilt.took.as_secs_f64() / loaded.took.as_secs_f64()),
            whole(rebuilt.replayed as f64 / rebuilt.took.as_secs_f64()),
        ]);
    }
    table.print("Size: starting");
}

fn print_reading(all: &[Figures]) {
    let mut table = Table::new(&[
        "refunds",
        "seller's page, first time",
        "seller's page",
        "everyone's page",
        "one refund",
        "nothing due",
        "256 due",
    ]);
    for Figures { refunds, opened, .. } in all {
        let times = [
            opened.sellers_first_page,
            opened.sellers_page,
            opened.everyones_page,
            opened.one_refund,
            opened.nothing_due,
            opened.due_256,
        ];
        table.row([refunds.to_string()].into_iter().chain(times.map(micros)));
    }
    table.print("Size: reading");
}

fn print_rows(store: &Path, refunds: u64) -> Result<(), Fault> {
    let mut table = Table::new(&["rows of kind", "per refund", "key bytes", "value bytes"]);
    for (kind, rows) in rows::count(store)? {
        table.row([
            kind,
            format!("{:.2}", each(rows.count, refunds)),
            whole(each(rows.key_bytes, rows.count)),
            whole(each(rows.value_bytes, rows.count)),
        ]);
    }
    table.print(&format!("Size: rows in the view, {refunds} refunds"));
    Ok(())
}
