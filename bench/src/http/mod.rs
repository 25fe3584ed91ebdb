//! The server over HTTP, against the least server and against one that only echoes, in rounds that take turns.

mod echo;
mod least;
mod process;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::calls::{Commands, Connection, Keys, Readable, Reads, Talk, fill, keys, read};
use refund_bench::statistics::{Rounds, p50, p99};
use refund_bench::stopwatch::Stopwatch;
use refund_bench::table::{Table, whole};
use tokio::task::JoinSet;

pub(crate) use self::echo::serve as serve_echo;
pub(crate) use self::least::serve as serve_least;
use self::process::Server;
use crate::callers::Round;
use crate::{Options, machine};

/// How many connections there are, and how many calls one round has over all of them.
const CONNECTIONS: &[(usize, usize)] = &[(1, 200), (16, 1_600), (64, 3_200), (256, 5_120)];
/// Rounds before the first that counts.
const WARMING_UP: usize = 1;
const SELLERS: usize = 20;
/// How many commands there are before anything is read.
const COMMANDS_BEFORE: usize = 1_000;
/// The server, the least server, the echo.
const SIDES: usize = 3;

pub(crate) fn run(options: &Options) -> Result<(), Fault> {
    let folder = tempfile::tempdir_in(&options.dir)?;
    let data = folder.path().join("data");
    let server = Server::engine(&data)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let operator = std::fs::read_to_string(data.join("operator.key"))?;
        let keys = Arc::new(keys(&mut Connection::to(server.address).await?, operator.trim(), SELLERS).await?);
        let (least, echo) = (least(folder.path(), &keys)?, Server::echo()?);
        let sides = [&server, &least, &echo];
        let mut commands = Vec::new();
        let own = [readable(&server, &keys).await?, readable(&least, &keys).await?];
        for (connections, calls) in CONNECTIONS {
            let talks = |name: &str| -> Vec<_> {
                let talk = |number| Commands::new(Arc::clone(&keys), format!("{connections}-{number}-{name}"));
                (0..*connections).map(talk).collect()
            };
            let figures = measure(options, sides, ["a", "b", "c"].map(talks), calls / connections).await?;
            commands.push((*connections, figures));
        }
        print("HTTP: durable commands, against the least server and an echo of the same JSON", &commands);
        let [(refunds, pages), (least_refunds, least_pages)] = own;
        let subjects = [("one refund", refunds, least_refunds), ("a page of a seller's queue, 20", pages, least_pages)];
        for (title, own, leasts) in subjects {
            let requests = [&own.requests, &leasts.requests, &echoes(&own)].map(Arc::clone);
            let mut reads = Vec::new();
            for (connections, calls) in CONNECTIONS {
                let talks = requests.each_ref().map(|requests| talks(requests, *connections));
                reads.push((*connections, measure(options, sides, talks, calls / connections).await?));
            }
            let (bytes, least_bytes) = (mean(&own.bytes), mean(&leasts.bytes));
            let against = format!("the least server's {least_bytes} bytes and an echo's {bytes}");
            print(&format!("HTTP: {title}, {bytes} bytes, against {against}"), &reads);
        }
        Ok(())
    })
}

/// The least server, for the same callers.
fn least(folder: &Path, keys: &Keys) -> Result<Server, Fault> {
    let folder = folder.join("least");
    std::fs::create_dir(&folder)?;
    std::fs::write(folder.join(least::KEYS), serde_json::to_vec(keys)?)?;
    Server::least(&folder)
}

/// Fills a server; its refunds and its sellers' queues.
async fn readable(server: &Server, keys: &Arc<Keys>) -> Result<(Readable, Readable), Fault> {
    let mut connection = Connection::to(server.address).await?;
    let ids = fill(&mut connection, keys, COMMANDS_BEFORE).await?;
    let refunds = Readable::refunds(&mut connection, keys, &ids).await?;
    Ok((refunds, Readable::pages(&mut connection, keys).await?))
}

/// Requests to the echo that are answered with as many bytes.
fn echoes(readable: &Readable) -> Arc<Vec<Vec<u8>>> {
    Arc::new(readable.bytes.iter().map(|length| read(&format!("/bytes/{length}"), "nobody")).collect())
}

fn mean(bytes: &[usize]) -> usize {
    bytes.iter().sum::<usize>().checked_div(bytes.len()).unwrap_or(0)
}

fn talks(requests: &Arc<Vec<Vec<u8>>>, connections: usize) -> Vec<Reads> {
    (0..connections).map(|place| Reads { requests: Arc::clone(requests), place }).collect()
}

/// What so many connections came to.
#[derive(Default)]
struct Figures {
    per_second: Rounds,
    p50: Rounds,
    p99: Rounds,
    cpu: Rounds,
    client_cpu: Rounds,
    to_least: Against,
    to_echo: Against,
}

/// The same against a yardstick.
#[derive(Default)]
struct Against {
    per_second: Rounds,
    p50: Rounds,
    p99: Rounds,
    its_cpu: Rounds,
    cpu: Rounds,
}

/// One side: a server, and the connections to it with what goes over them.
struct Side<'a, T> {
    server: &'a Server,
    talks: Vec<(Connection, T)>,
}

struct Turn {
    round: Round,
    cpu: Duration,
    client_cpu: Duration,
}

async fn measure<T: Talk>(
    options: &Options,
    servers: [&Server; SIDES],
    talks: [Vec<T>; SIDES],
    calls_each: usize,
) -> Result<Figures, Fault> {
    let mut sides = Vec::new();
    for (server, talks) in servers.into_iter().zip(talks) {
        let mut side = Side { server, talks: Vec::new() };
        for talk in talks {
            side.talks.push((Connection::to(server.address).await?, talk));
        }
        sides.push(side);
    }
    let mut figures = Figures::default();
    for number in 0..options.rounds.saturating_add(WARMING_UP) {
        let mut turns = [const { None }; SIDES];
        // Who comes first, and who after whom, changes from round to round.
        let mut order = [0, 1, 2];
        order.rotate_left(number / 2 % SIDES);
        if !number.is_multiple_of(2) {
            order.reverse();
        }
        for place in order {
            if let (Some(side), Some(turn)) = (sides.get_mut(place), turns.get_mut(place)) {
                *turn = Some(side.turn(calls_each).await?);
            }
        }
        if let [Some(own), Some(least), Some(echo)] = &turns
            && number >= WARMING_UP
        {
            figures.add(own, least, echo)?;
        }
    }
    Ok(figures)
}

impl<T: Talk> Side<'_, T> {
    async fn turn(&mut self, calls_each: usize) -> Result<Turn, Fault> {
        let (cpu, client_cpu) = (self.server.cpu(), machine::cpu());
        let mut connections = JoinSet::new();
        let watch = Stopwatch::start();
        for (connection, talk) in self.talks.drain(..) {
            connections.spawn(talked(connection, talk, calls_each));
        }
        let mut round = Round::default();
        while let Some(ended) = connections.join_next().await {
            let (connection, talk, calls) = ended??;
            round.took = watch.elapsed();
            round.calls.extend(calls);
            self.talks.push((connection, talk));
        }
        let client_cpu = machine::cpu().saturating_sub(client_cpu);
        Ok(Turn { round, cpu: self.server.cpu().saturating_sub(cpu), client_cpu })
    }
}

async fn talked<T: Talk>(
    mut connection: Connection,
    mut talk: T,
    calls: usize,
) -> Result<(Connection, T, Vec<Duration>), Fault> {
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let request = talk.next();
        let watch = Stopwatch::start();
        let body = connection.ask(&request).await?;
        times.push(watch.elapsed());
        talk.heard(body);
    }
    Ok((connection, talk, times))
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

impl Figures {
    fn add(&mut self, own: &Turn, least: &Turn, echo: &Turn) -> Result<(), Fault> {
        self.per_second.add(own.round.per_second());
        self.p50.add(micros(p50(&own.round.calls)?));
        self.p99.add(micros(p99(&own.round.calls)?));
        self.cpu.add(own.round.micros_per_call(own.cpu));
        self.client_cpu.add(own.round.micros_per_call(own.client_cpu));
        self.to_least.add(own, least)?;
        self.to_echo.add(own, echo)
    }
}

impl Against {
    fn add(&mut self, own: &Turn, yardstick: &Turn) -> Result<(), Fault> {
        let (ours, its) = (&own.round, &yardstick.round);
        self.per_second.add(ours.per_second() / its.per_second());
        self.p50.add(micros(p50(&ours.calls)?) / micros(p50(&its.calls)?));
        self.p99.add(micros(p99(&ours.calls)?) / micros(p99(&its.calls)?));
        self.its_cpu.add(its.micros_per_call(yardstick.cpu));
        self.cpu.add(micros(own.cpu) / micros(yardstick.cpu));
        Ok(())
    }
}

fn print(title: &str, all: &[(usize, Figures)]) {
    let mut table = Table::new(&[
        "connections",
        "calls/s",
        "÷ least",
        "÷ echo",
        "p50",
        "p50 ÷ least",
        "p50 ÷ echo",
        "p99",
        "p99 ÷ least",
        "p99 ÷ echo",
        "server's CPU",
        "least's CPU",
        "echo's CPU",
        "CPU ÷ least",
        "CPU ÷ echo",
        "client's CPU",
    ]);
    for (connections, Figures { per_second, p50, p99, cpu, client_cpu, to_least, to_echo }) in all {
        let micros = |rounds: &Rounds| format!("{:.0} µs", rounds.median());
        table.row([
            connections.to_string(),
            whole(per_second.median()),
            to_least.per_second.ratio(),
            to_echo.per_second.ratio(),
            micros(p50),
            to_least.p50.ratio(),
            to_echo.p50.ratio(),
            micros(p99),
            to_least.p99.ratio(),
            to_echo.p99.ratio(),
            micros(cpu),
            micros(&to_least.its_cpu),
            micros(&to_echo.its_cpu),
            to_least.cpu.ratio(),
            to_echo.cpu.ratio(),
            micros(client_cpu),
        ]);
    }
    table.print(title);
}
