//! A server against one that only echoes, with the same client, in rounds that take turns.

mod connection;
mod desk;
mod echo;
mod process;
mod talk;

use std::sync::Arc;
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::statistics::{Rounds, p50, p99};
use refund_bench::stopwatch::Stopwatch;
use refund_bench::table::{Table, whole};
use tokio::task::JoinSet;

use self::connection::Connection;
use self::desk::{Desk, Readable};
pub(crate) use self::echo::serve as serve_echo;
use self::process::Server;
use self::talk::{Commands, Reads, Talk};
use crate::callers::Round;
use crate::{Options, machine};

/// How many connections there are, and how many calls one round has over all of them.
const CONNECTIONS: &[(usize, usize)] = &[(1, 200), (16, 1_600), (64, 3_200), (256, 5_120)];
/// Rounds before the first that counts.
const WARMING_UP: usize = 1;

pub(crate) fn run(options: &Options) -> Result<(), Fault> {
    let folder = tempfile::tempdir_in(&options.dir)?;
    let data = folder.path().join("data");
    let (server, echo) = (Server::engine(&data)?, Server::echo()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let desk = Desk::new(&server, &data).await?;
        let sides = [&server, &echo];
        let mut commands = Vec::new();
        for (connections, calls) in CONNECTIONS {
            let talks = |name: &str| -> Vec<_> {
                let talk = |number| Commands::new(Arc::clone(&desk.keys), format!("{connections}-{number}-{name}"));
                (0..*connections).map(talk).collect()
            };
            let figures = measure(options, sides, [talks("a"), talks("b")], calls / connections).await?;
            commands.push((*connections, figures));
        }
        print("HTTP: durable commands, against an echo of the same JSON", &commands);
        for (title, readable) in [("one refund", &desk.refunds), ("a page of a seller's queue, 20", &desk.pages)] {
            let mut reads = Vec::new();
            for (connections, calls) in CONNECTIONS {
                let talks = read(readable, *connections);
                reads.push((*connections, measure(options, sides, talks, calls / connections).await?));
            }
            let bytes = readable.bytes;
            print(&format!("HTTP: {title}, against an answer of the same {bytes} bytes"), &reads);
        }
        Ok(())
    })
}

fn read(readable: &Readable, connections: usize) -> [Vec<Reads>; 2] {
    [&readable.requests, &readable.echoes]
        .map(|requests| (0..connections).map(|place| Reads { requests: Arc::clone(requests), place }).collect())
}

/// What so many connections came to.
#[derive(Default)]
struct Figures {
    per_second: Rounds,
    to_echo: Rounds,
    p50: Rounds,
    p50_to_echo: Rounds,
    p99: Rounds,
    p99_to_echo: Rounds,
    cpu: Rounds,
    echo_cpu: Rounds,
    client_cpu: Rounds,
    cpu_to_echo: Rounds,
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
    servers: [&Server; 2],
    talks: [Vec<T>; 2],
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
        let mut turns = Vec::new();
        // Who comes first changes from round to round.
        if number.is_multiple_of(2) {
            for side in &mut sides {
                turns.push(side.turn(calls_each).await?);
            }
        } else {
            for side in sides.iter_mut().rev() {
                turns.insert(0, side.turn(calls_each).await?);
            }
        }
        if let [own, echo] = turns.as_slice()
            && number >= WARMING_UP
        {
            figures.add(own, echo)?;
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

impl Figures {
    fn add(&mut self, own: &Turn, echo: &Turn) -> Result<(), Fault> {
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let calls = own.round.calls.len() as f64;
        self.per_second.add(own.round.per_second());
        self.to_echo.add(own.round.per_second() / echo.round.per_second());
        let (own_p50, echo_p50) = (p50(&own.round.calls)?, p50(&echo.round.calls)?);
        let (own_p99, echo_p99) = (p99(&own.round.calls)?, p99(&echo.round.calls)?);
        self.p50.add(micros(own_p50));
        self.p50_to_echo.add(micros(own_p50) / micros(echo_p50));
        self.p99.add(micros(own_p99));
        self.p99_to_echo.add(micros(own_p99) / micros(echo_p99));
        self.cpu.add(micros(own.cpu) / calls);
        self.echo_cpu.add(micros(echo.cpu) / calls);
        self.client_cpu.add(micros(own.client_cpu) / calls);
        self.cpu_to_echo.add(micros(own.cpu) / micros(echo.cpu));
        Ok(())
    }
}

fn print(title: &str, all: &[(usize, Figures)]) {
    let mut table = Table::new(&[
        "connections",
        "calls/s",
        "÷ echo",
        "p50",
        "p50 ÷ echo",
        "p99",
        "p99 ÷ echo",
        "server's CPU",
        "echo's CPU",
        "CPU ÷ echo",
        "client's CPU",
    ]);
    for (connections, figures) in all {
        let micros = |rounds: &Rounds| format!("{:.0} µs", rounds.median());
        table.row([
            connections.to_string(),
            whole(figures.per_second.median()),
            figures.to_echo.ratio(),
            micros(&figures.p50),
            figures.p50_to_echo.ratio(),
            micros(&figures.p99),
            figures.p99_to_echo.ratio(),
            micros(&figures.cpu),
            micros(&figures.echo_cpu),
            figures.cpu_to_echo.ratio(),
            micros(&figures.client_cpu),
        ]);
    }
    table.print(title);
}
