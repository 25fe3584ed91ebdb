//! The store against the machine's own limit and against its peer, in rounds that take turns.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::market::Market;
use refund_bench::statistics::{Rounds, p50, p99};
use refund_bench::table::{Table, each, whole};
use refund_store::{EmbeddedStore, Request, Store};

use crate::callers::{Callers, Door, Round};
use crate::counted::{Count, Written, counted_disk};
use crate::file::{Appended, PlainFile};
use crate::lanes::{Lanes, dealt};
use crate::peer::Peer;
use crate::surroundings::surroundings;
use crate::{Options, machine, rows};

const SELLERS: u64 = 200;
/// How many call at once, and how many calls one round has.
const CALLERS: &[(usize, usize)] = &[(1, 200), (16, 1_600), (64, 3_200), (256, 6_144)];
/// Rounds before the first that counts: every caller then has its refunds in hand.
const WARMING_UP: usize = 2;

/// Measures with one number of callers, or with each.
pub(crate) fn run(options: &Options, only: Option<usize>) -> Result<(), Fault> {
    let mut figures = Vec::new();
    for (callers, calls) in CALLERS.iter().filter(|(callers, _)| only.is_none_or(|only| only == *callers)) {
        figures.push(measure(options, *callers, calls / callers)?);
    }
    print(&figures);
    Ok(())
}

/// What so many callers came to.
#[derive(Default)]
struct Figures {
    callers: usize,
    per_second: Rounds,
    to_file: Rounds,
    to_peer: Rounds,
    cpu: Rounds,
    peer_cpu: Rounds,
    cpu_to_peer: Rounds,
    p50: Rounds,
    p50_in_syncs: Rounds,
    p50_to_peer: Rounds,
    p99: Rounds,
    per_sync: Rounds,
    syncing: Rounds,
    journal_bytes: Rounds,
    peer_journal_bytes: Rounds,
    cpu_by_thread: BTreeMap<String, Rounds>,
    view_bytes: f64,
    rows: BTreeMap<String, rows::Rows>,
    commands: u64,
}

/// One round of something that records.
struct Turn {
    round: Round,
    cpu: Duration,
    by_thread: BTreeMap<String, Duration>,
    written: Written,
}

fn turn<D: Door>(callers: &Callers, door: &Arc<D>, count: &Count, lanes: Vec<Vec<Request>>) -> Result<Turn, Fault> {
    count.take();
    let (cpu, threads) = (machine::cpu(), machine::cpu_by_thread());
    let round = callers.run(door, lanes)?;
    let cpu = machine::cpu().saturating_sub(cpu);
    let spent = |(name, after): (String, Duration)| {
        let before = threads.get(&name).copied().unwrap_or_default();
        (name, after.saturating_sub(before))
    };
    let by_thread = machine::cpu_by_thread().into_iter().map(spent).collect();
    Ok(Turn { round, cpu, by_thread, written: count.take() })
}

fn measure(options: &Options, caller_count: usize, calls_each: usize) -> Result<Figures, Fault> {
    let folder = tempfile::tempdir_in(&options.dir)?;
    let path = folder.path().join("store");
    let callers = Callers::new()?;
    let disk = counted_disk(&path)?;
    let store = Arc::new(EmbeddedStore::open_on(&disk, &path, surroundings(Duration::ZERO))?.store);
    let peer_disk = counted_disk(&folder.path().join("peer"))?;
    let peer = Arc::new(Peer::open(&peer_disk, surroundings(Duration::ZERO))?);
    let mut file = PlainFile::create(&folder.path().join("file"))?;

    let mut lanes = Lanes::new(Market::new(SELLERS), caller_count);
    callers.run(&store, dealt(lanes.market.sellers()?, 64))?;
    callers.run(&peer, dealt(lanes.market.sellers()?, 64))?;
    let mut figures = Figures { callers: caller_count, ..Figures::default() };
    for number in 0..options.rounds.saturating_add(WARMING_UP) {
        let requests = lanes.next(calls_each)?;
        let again = requests.clone();
        // Who comes first changes from round to round.
        let (own, peers) = if number.is_multiple_of(2) {
            let own = turn(&callers, &store, &disk.passage, requests)?;
            (own, turn(&callers, &peer, &peer_disk.passage, again)?)
        } else {
            let peers = turn(&callers, &peer, &peer_disk.passage, again)?;
            (turn(&callers, &store, &disk.passage, requests)?, peers)
        };
        let plain = file.append(&path.join("journal"), &own.written.appends)?;
        if number >= WARMING_UP {
            figures.add(&own, &peers, &plain)?;
        }
        figures.commands = figures.commands.saturating_add(own.round.calls.len() as u64);
    }
    store.close()?;
    drop(store);
    Arc::into_inner(peer).ok_or("somebody still uses the peer")?.close()?;
    figures.view_bytes = each(machine::bytes_on_disk(&path.join("view"))?, figures.commands);
    figures.rows = rows::count(&path)?;
    Ok(figures)
}

impl Figures {
    fn add(&mut self, own: &Turn, peer: &Turn, plain: &Appended) -> Result<(), Fault> {
        let Turn { round, cpu, by_thread, written } = own;
        let calls = round.calls.len() as f64;
        self.per_second.add(round.per_second());
        self.to_file.add(plain.took.as_secs_f64() / round.took.as_secs_f64());
        self.to_peer.add(round.per_second() / peer.round.per_second());
        self.cpu.add(round.micros_per_call(*cpu));
        self.peer_cpu.add(peer.round.micros_per_call(peer.cpu));
        self.cpu_to_peer.add(cpu.as_secs_f64() / peer.cpu.as_secs_f64());
        let (own_p50, sync) = (p50(&round.calls)?, p50(&plain.each)?);
        self.p50.add(own_p50.as_secs_f64() * 1e6);
        self.p50_in_syncs.add(own_p50.as_secs_f64() / sync.as_secs_f64());
        self.p50_to_peer.add(own_p50.as_secs_f64() / p50(&peer.round.calls)?.as_secs_f64());
        self.p99.add(p99(&round.calls)?.as_secs_f64() * 1e6);
        self.per_sync.add(calls / written.syncs.len() as f64);
        self.syncing.add(written.syncing().as_secs_f64() / round.took.as_secs_f64());
        self.journal_bytes.add(written.bytes() as f64 / calls);
        self.peer_journal_bytes.add(peer.written.bytes() as f64 / calls);
        for (name, spent) in by_thread {
            // sled numbers its threads.
            let name = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == '-');
            self.cpu_by_thread.entry(name.to_owned()).or_default().add(round.micros_per_call(*spent));
        }
        Ok(())
    }
}

fn print(all: &[Figures]) {
    let mut speed = Table::new(&[
        "callers",
        "commands/s",
        "÷ plain file",
        "÷ journal + memory",
        "p50",
        "p50 in syncs",
        "p50 ÷ journal + memory",
        "p99",
    ]);
    let mut cost = Table::new(&[
        "callers",
        "CPU per command",
        "journal + memory's CPU",
        "CPU ÷ journal + memory",
        "commands per sync",
        "share of time in sync",
        "journal bytes",
        "journal + memory's bytes",
        "view's growth",
    ]);
    for figures in all {
        let callers = figures.callers.to_string();
        speed.row([
            callers.clone(),
            whole(figures.per_second.median()),
            figures.to_file.ratio(),
            figures.to_peer.ratio(),
            format!("{:.0} µs", figures.p50.median()),
            figures.p50_in_syncs.ratio(),
            figures.p50_to_peer.ratio(),
            format!("{:.0} µs", figures.p99.median()),
        ]);
        cost.row([
            callers,
            format!("{:.1} µs", figures.cpu.median()),
            format!("{:.1} µs", figures.peer_cpu.median()),
            figures.cpu_to_peer.ratio(),
            format!("{:.1}", figures.per_sync.median()),
            format!("{:.2}", figures.syncing.median()),
            whole(figures.journal_bytes.median()),
            whole(figures.peer_journal_bytes.median()),
            whole(figures.view_bytes),
        ]);
    }
    speed.print("Store: durable commands");
    cost.print("Store: what a command costs");
    if let Some(last) = all.last() {
        print_threads(last);
        print_rows(last);
    }
}

fn print_threads(figures: &Figures) {
    let mut table = Table::new(&["thread", "CPU per command"]);
    for (name, spent) in figures.cpu_by_thread.iter().filter(|(_, spent)| spent.median() >= 0.05) {
        table.row([name.clone(), format!("{:.1} µs", spent.median())]);
    }
    table.print(&format!("Store: who uses the processor, {} callers", figures.callers));
}

fn print_rows(figures: &Figures) {
    let mut table = Table::new(&["rows of kind", "per 1000 commands", "key bytes", "value bytes"]);
    for (kind, rows) in &figures.rows {
        table.row([
            kind.clone(),
            whole(each(rows.count.saturating_mul(1000), figures.commands)),
            whole(each(rows.key_bytes, rows.count)),
            whole(each(rows.value_bytes, rows.count)),
        ]);
    }
    table.print(&format!("Store: rows in the view after {} commands", figures.commands));
}
