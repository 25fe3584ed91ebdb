//! `refund import`: many refunds from a file, a few at a time, each once.

mod lines;
mod spelled;
mod tally;

use std::fs::{File, Metadata};
use std::io::{BufRead, BufReader, IsTerminal};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Desk, repeat};
use crate::cli::refunds::Import;
use crate::client::{Change, Client};
use crate::failure::{Failure, Problem};
use crate::interrupt::UnderWay;
use lines::{Line, Lines};
use tally::{Done, Failed, Tally};

/// How often a line is sent that the server is too busy for.
const ROUNDS: usize = 4;
/// How many such lines are kept for the next round. A server that is busier is not to be asked more.
const LATER_MAX: usize = 1_000;
/// How long the server may make a sender wait.
const WAIT_MAX: u64 = 30;

pub(super) fn run(desk: &Desk, import: &Import) -> Result<(), Failure> {
    let client = desk.client()?;
    let (input, file) = input(&import.file)?;
    let progress = progress(file.as_ref().filter(|file| file.is_file()).map(Metadata::len));
    let tally = Mutex::new(Tally::new(desk.out, import.failed.as_deref(), file.as_ref(), progress)?);
    let repeat = repeat::command(&desk.typed, &[]);
    let (parallel, under_way) = (import.parallel, &desk.under_way);
    let sender = Sender { client, tally: &tally, repeat: &repeat, parallel, under_way };
    let mut later = sender.send_all(Lines::new(input));
    for _ in 1..ROUNDS {
        if later.is_empty() || locked(&tally).has_stopped() {
            break;
        }
        later = sender.send_all(later.into_iter().map(|(line, _)| Ok(line)));
    }
    let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (line, busy) in later {
        let detail = "not done: the server was busy; send the file again".to_owned();
        tally.count(line.number, line.length, Err(Failed::Line { code: busy.code, detail }));
    }
    tally.end(&repeat)
}

/// Sends lines, a few at a time.
struct Sender<'a> {
    client: &'a Client,
    tally: &'a Mutex<Tally>,
    repeat: &'a str,
    parallel: u8,
    under_way: &'a UnderWay,
}

/// A line that the server had no time for, and what it said.
type Later = (Line, Problem);

impl Sender<'_> {
    /// All of them, until there is none, or until going on makes no sense; what to send again.
    fn send_all(&self, lines: impl Iterator<Item = Result<Line, Failure>> + Send) -> Vec<Later> {
        let (lines, later) = (Mutex::new(lines), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..self.parallel {
                scope.spawn(|| self.work(&lines, &later));
            }
        });
        later.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, lines: &Mutex<impl Iterator<Item = Result<Line, Failure>>>, later: &Mutex<Vec<Later>>) {
        while !locked(self.tally).has_stopped() {
            let Some(line) = locked(lines).next() else { return };
            let line = match line {
                Ok(line) => line,
                Err(failure) => return locked(self.tally).stop(0, failure),
            };
            match send(self.client, &line, self.repeat) {
                Err(Failed::Busy(busy)) => {
                    let wait = busy.retry_after.unwrap_or(1).min(WAIT_MAX);
                    let mut later = locked(later);
                    if later.len() >= LATER_MAX {
                        return locked(self.tally).stop(line.number, Failure::Problem(busy));
                    }
                    later.push((line, *busy));
                    drop(later);
                    self.under_way.wait_for_interrupt(Duration::from_secs(wait));
                }
                sent => locked(self.tally).count(line.number, line.length, sent),
            }
        }
    }
}

fn send(client: &Client, line: &Line, repeat: &str) -> Result<Done, Failed> {
    line.check()?;
    let change = Change::post("/v1/refunds", &line.text).under(line.idempotency_key.clone());
    let answer = client.change(&change, repeat)?;
    Ok(Done { is_new: answer.created && !answer.replayed, json: answer.text().to_owned() })
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the lines are read from, and the file that this is, if it is one: also where a shell has opened it.
fn input(path: &Path) -> Result<(Box<dyn BufRead + Send>, Option<Metadata>), Failure> {
    if path == Path::new("-") {
        let opened = std::io::stdin().as_fd().try_clone_to_owned().and_then(|stdin| File::from(stdin).metadata());
        return Ok((Box::new(BufReader::new(std::io::stdin())), opened.ok()));
    }
    let wrong = |error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(wrong)?;
    let metadata = file.metadata().map_err(wrong)?;
    Ok((Box::new(BufReader::new(file)), Some(metadata)))
}

/// A bar on a terminal, by bytes, because nobody has counted the lines.
fn progress(length: Option<u64>) -> ProgressBar {
    match length.filter(|_| std::io::stderr().is_terminal()) {
        None => ProgressBar::hidden(),
        Some(length) => {
            let bar = ProgressBar::new(length);
            let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left");
            style.map_or(bar.clone(), |style| bar.with_style(style))
        }
    }
}
