//! Servers of one store, each a process of its own that may die, be held still, and begin again.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use refund_test_postgres::Proxy;
use serde_json::{Value, json};

use crate::crash::client::{Client, Keys};
use crate::crash::server::{Place, Server, Shared, What};
use crate::crash::{in_order, said};
use crate::failover::cluster::Cluster;

const SECRET: &str = "5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c";

pub(super) struct Servers(Vec<Seat>);

struct Seat {
    place: Mutex<Place>,
    passage: Proxy,
    run: Mutex<Run>,
}

/// A server, and where it is; where it was while it is gone.
struct Run {
    server: Option<Server>,
    url: String,
}

impl Seat {
    fn run(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> Result<(), String> {
        let server = self.place().start()?;
        let mut run = self.run();
        run.url.clone_from(&server.base_url);
        run.server = Some(server);
        Ok(())
    }

    /// From now on nobody finds it.
    fn take(&self) -> Result<Server, String> {
        self.run().server.take().ok_or_else(|| "a server is gone already".to_owned())
    }
}

impl Servers {
    /// So many of that program, whose files are in that folder.
    pub(super) fn start(many: usize, program: &Path, folder: &Path, cluster: &Cluster) -> Result<Self, String> {
        let secret_file = folder.join("server.secret");
        std::fs::write(&secret_file, SECRET).map_err(said)?;
        let seat = |number: usize| {
            let (passage, url) = cluster.passage()?;
            let store = Some(Shared { url, secret_file: secret_file.clone() });
            let folder = folder.join(format!("server-{number}"));
            std::fs::create_dir(&folder).map_err(said)?;
            let place = Mutex::new(Place { program: program.to_owned(), folder, what: What::Demo, store });
            let seat = Seat { place, passage, run: Mutex::new(Run { server: None, url: String::new() }) };
            seat.begin().map(|()| seat)
        };
        (0..many).map(seat).collect::<Result<_, String>>().map(Self)
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    fn seat(&self, number: usize) -> Result<&Seat, String> {
        let place = number.checked_rem(self.0.len()).unwrap_or(0);
        self.0.get(place).ok_or_else(|| "there is no server".to_owned())
    }

    pub(super) fn passages(&self) -> Vec<&Proxy> {
        self.0.iter().map(|seat| &seat.passage).collect()
    }

    /// Where that one is, or was.
    pub(super) fn url(&self, number: usize) -> String {
        self.seat(number).map(|seat| seat.run().url.clone()).unwrap_or_default()
    }

    /// What the demo of the first wrote down.
    pub(super) fn written(&self) -> Result<Value, String> {
        self.seat(0)?.place().written()
    }

    /// SIGKILL, and a new beginning.
    pub(super) fn kill(&self, number: usize) -> Result<(), String> {
        let seat = self.seat(number)?;
        seat.take()?.kill()?;
        seat.begin()
    }

    /// Each in turn ends in order and begins again.
    pub(super) fn roll(&self) -> Result<(), String> {
        for seat in &self.0 {
            in_order(seat.take()?)?;
            seat.begin()?;
        }
        Ok(())
    }

    /// That one ends in order, and another program begins in its place.
    pub(super) fn replace(&self, number: usize, program: &Path) -> Result<(), String> {
        let seat = self.seat(number)?;
        in_order(seat.take()?)?;
        program.clone_into(&mut seat.place().program);
        seat.begin()
    }

    /// Holds that process still, or lets it go on.
    pub(super) fn hold(&self, number: usize, held: bool) -> Result<(), String> {
        self.seat(number)?.run().server.as_ref().map_or(Ok(()), |server| server.hold(held))
    }

    /// Has each do something, behind everything that was still on its way at it.
    pub(super) fn finish(&self, keys: &Keys) -> Result<(), String> {
        for number in 0..self.count() {
            Client::new(&self.url(number), keys).done("POST", "/v1/test-clock/advance", json!({ "seconds": 1 }))?;
        }
        Ok(())
    }

    /// All end in order.
    pub(super) fn end(&self) -> Result<(), String> {
        self.0.iter().try_for_each(|seat| in_order(seat.take()?))
    }

    /// What `store verify` says of the database, if it is not that all is good.
    pub(super) fn verify(&self, url: &str) -> Result<Option<String>, String> {
        let program = self.seat(0)?.place().program.clone();
        Ok(tool(&program, &["store", "verify", "--store", url]).err())
    }
}

/// Has a program do something to a database.
pub(super) fn tool(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let done = std::process::Command::new(program).args(arguments).output().map_err(said)?;
    let text = [done.stdout, done.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    if done.status.success() { Ok(()) } else { Err(format!("{}: {text}", arguments.join(" "))) }
}
