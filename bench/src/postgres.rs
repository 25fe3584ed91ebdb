//! The store on PostgreSQL against pgbench, which calls one stored function per command that writes the same rows: the
//! same database server, the same disk, in rounds that take turns.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::market::Market;
use refund_bench::statistics::{Rounds, p50, p99};
use refund_bench::table::{Table, whole};
use refund_store::{PostgresAddress, PostgresStore, Reply, Request, Store, migrate};
use refund_test_postgres::{Server, Version};

use crate::Options;
use crate::callers::{Callers, Door, Round};
use crate::lanes::{Lanes, dealt};
use crate::surroundings::surroundings;

const SELLERS: u64 = 200;
/// How many call at once, and how many calls one round has.
const CALLERS: &[(usize, usize)] = &[(1, 400), (16, 3_200), (64, 9_600)];
/// How many servers share a database, beside one that has its own.
const SERVERS: usize = 3;
/// How long pgbench has in a round, in seconds.
const PGBENCH_SECONDS: &str = "1";
const WARMING_UP: usize = 2;
/// As many rounds as the others have would take an hour.
const ROUNDS_MAX: usize = 9;

/// One command as a stored function: what it reads, locks and writes is what a turn does for one command.
const FUNCTION: &str = "
    CREATE SEQUENCE numbers;
    INSERT INTO lines SELECT n, 's', 'o', n::text, 100, 0 FROM generate_series(1::bigint, 20000) n;
    INSERT INTO refunds SELECT n, 'r' || n, n, 's', 'b', 'o', NULL, '{}', convert_to(repeat('x', 670), 'UTF8')
        FROM generate_series(1::bigint, 20000) n;
    INSERT INTO waits SELECT n, n, 's', true, n, n, NULL, NULL FROM generate_series(1::bigint, 20000) n;
    INSERT INTO gists SELECT n, 's', 'waiting', n, n, 100, 'REFUND_ONLY', 'WAIT_SELLER_AGREE', NULL, NULL, repeat('w', 90)
        FROM generate_series(1::bigint, 20000) n;
    ANALYZE;
    CREATE FUNCTION one_command(which bigint) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        n bigint := nextval('numbers');
        salt bytea := decode(md5(n::text), 'hex');
    BEGIN
        PERFORM FROM answers a WHERE a.hash = n;
        PERFORM r.state FROM refunds r WHERE r.no = which FOR UPDATE;
        INSERT INTO records VALUES (n, 1, salt, salt || salt, false, convert_to(repeat('y', 496), 'UTF8'));
        UPDATE refunds r SET state = convert_to(repeat('z', 670), 'UTF8') WHERE r.no = which;
        UPDATE waits w SET rank = n, next_due = n WHERE w.no = which;
        UPDATE gists g SET rank = n, words = repeat('w', 90) WHERE g.no = which;
        INSERT INTO history VALUES (which, n, n, 's');
        INSERT INTO answers VALUES (n, n, n);
        INSERT INTO batches VALUES (n, 1, 1, 1, n, 0, salt || salt);
    END $$";

/// Servers that are asked in turn.
pub(crate) struct Servers {
    stores: Vec<PostgresStore>,
    next: AtomicUsize,
}

impl Servers {
    pub(crate) fn open(database: &str, many: usize) -> Result<Arc<Self>, Fault> {
        let address = PostgresAddress::parse(database, None)?;
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(migrate(&address, false))?;
        let open = || PostgresStore::open(&address, None, surroundings(Duration::ZERO));
        let stores = (0..many).map(|_| open()).collect::<Result<_, _>>()?;
        Ok(Arc::new(Self { stores, next: AtomicUsize::new(0) }))
    }

    pub(crate) fn first(&self) -> Option<&PostgresStore> {
        self.stores.first()
    }
}

impl Door for Servers {
    fn submit(&self, request: Request) -> Reply {
        let place = self.next.fetch_add(1, Ordering::Relaxed).checked_rem(self.stores.len()).unwrap_or(0);
        match self.stores.get(place) {
            Some(store) => store.submit(request),
            None => Reply::ready(Err(refund_store::StoreError::Closed.into())),
        }
    }
}

/// What so many callers came to.
#[derive(Default)]
struct Figures {
    callers: usize,
    pgbench: Rounds,
    pgbench_took: Rounds,
    /// One server, and several.
    one: Of,
    several: Of,
}

#[derive(Default)]
struct Of {
    per_second: Rounds,
    to_pgbench: Rounds,
    p50: Rounds,
    p99: Rounds,
}

impl Of {
    fn add(&mut self, round: &Round, pgbench: f64) -> Result<(), Fault> {
        self.per_second.add(round.per_second());
        self.to_pgbench.add(round.per_second() / pgbench);
        self.p50.add(p50(&round.calls)?.as_secs_f64() * 1e3);
        self.p99.add(p99(&round.calls)?.as_secs_f64() * 1e3);
        Ok(())
    }
}

pub(crate) fn run(options: &Options) -> Result<(), Fault> {
    let server = Server::start(Version::Debian, &[("max_connections", "200"), ("shared_buffers", "512MB")])?;
    let mut figures = Vec::new();
    for (callers, calls) in CALLERS {
        figures.push(measure(&server, options, *callers, calls / callers)?);
    }
    print(&figures);
    print_statements(options)
}

fn measure(server: &Server, options: &Options, caller_count: usize, calls_each: usize) -> Result<Figures, Fault> {
    let callers = Callers::new()?;
    let (one, several) = (Servers::open(&server.database()?, 1)?, Servers::open(&server.database()?, SERVERS)?);
    let bench = server.database()?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(migrate(&PostgresAddress::parse(&bench, None)?, false))?;
    server.psql(&bench, FUNCTION)?;
    let script = server.folder().join("one_command.sql");
    std::fs::write(&script, "\\set which random(1, 20000)\nSELECT one_command(:which);\n")?;
    let mut lanes = Lanes::new(Market::new(SELLERS), caller_count);
    let sellers = lanes.market.sellers()?;
    callers.run(&one, dealt(sellers.clone(), 64))?;
    callers.run(&several, dealt(sellers, 64))?;
    let mut figures = Figures { callers: caller_count, ..Figures::default() };
    for number in 0..options.rounds.min(ROUNDS_MAX).saturating_add(WARMING_UP) {
        let requests = lanes.next(calls_each)?;
        let (tps, took) = pgbench(&bench, &script, caller_count)?;
        let own = callers.run(&one, requests.clone())?;
        let others = callers.run(&several, requests)?;
        if number >= WARMING_UP {
            figures.pgbench.add(tps);
            figures.pgbench_took.add(took);
            figures.one.add(&own, tps)?;
            figures.several.add(&others, tps)?;
        }
    }
    Ok(figures)
}

/// What PostgreSQL works for a command: by its own counts, on a server that does nothing else.
fn print_statements(options: &Options) -> Result<(), Fault> {
    const CALLERS: usize = 64;
    let counting = [("max_connections", "200"), ("shared_preload_libraries", "pg_stat_statements")];
    let server = Server::start(Version::Debian, &counting)?;
    let one = Servers::open(&server.database()?, 1)?;
    let callers = Callers::new()?;
    let mut lanes = Lanes::new(Market::new(SELLERS), CALLERS);
    callers.run(&one, dealt(lanes.market.sellers()?, CALLERS))?;
    server.psql("postgres", "CREATE EXTENSION pg_stat_statements")?;
    let mut commands = 0;
    for _ in 0..options.rounds.min(ROUNDS_MAX) {
        let requests = lanes.next(150)?;
        commands += requests.iter().map(Vec::len).sum::<usize>();
        callers.run(&one, requests)?;
    }
    let counted = format!(
        "SELECT round((total_exec_time * 1000 / {commands})::numeric, 2), round(rows::numeric / {commands}, 2),
            round({commands} / calls::numeric, 1), left(regexp_replace(query, '\\s+', ' ', 'g'), 100)
        FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 16"
    );
    let mut table = Table::new(&["µs per command", "rows per command", "commands per call", "statement"]);
    for line in server.psql("postgres", &counted)?.lines() {
        table.row(line.splitn(4, '|').map(|cell| cell.replace('|', "/")));
    }
    table.print("PostgreSQL: what it works for a command, 64 callers");
    Ok(())
}

/// Commands a second, and milliseconds that one took.
fn pgbench(database: &str, script: &Path, callers: usize) -> Result<(f64, f64), Fault> {
    let program = Version::Debian.programs()?.join("pgbench");
    let mut command = Command::new(program);
    command.args(["-n", "-M", "prepared", "-j", "2", "-T", PGBENCH_SECONDS, "-c", &callers.to_string(), "-f"]);
    let output = command.arg(script).arg(database).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let number = |mark: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(mark))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    };
    match (number("tps = "), number("latency average = ")) {
        (Some(tps), Some(took)) => Ok((tps, took)),
        _ => Err(format!("pgbench said {said}{}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn print(all: &[Figures]) {
    let mut table = Table::new(&[
        "callers",
        "pgbench's function",
        "took",
        "one server",
        "÷ pgbench",
        "p50",
        "p99",
        "three servers",
        "÷ pgbench",
        "p50",
        "p99",
    ]);
    let millis = |rounds: &Rounds| format!("{:.2} ms", rounds.median());
    for Figures { callers, pgbench, pgbench_took, one, several } in all {
        table.row([
            callers.to_string(),
            whole(pgbench.median()),
            millis(pgbench_took),
            whole(one.per_second.median()),
            one.to_pgbench.ratio(),
            millis(&one.p50),
            millis(&one.p99),
            whole(several.per_second.median()),
            several.to_pgbench.ratio(),
            millis(&several.p50),
            millis(&several.p99),
        ]);
    }
    table.print("PostgreSQL: durable commands, against pgbench with one stored function per command");
}
