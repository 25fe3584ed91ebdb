//! `refund import`: many refunds from a file, a few at a time, each once.

mod lines;
mod tally;

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Desk, repeat};
use crate::cli::refunds::Import;
use crate::client::{Change, Client};
use crate::failure::Failure;
use lines::{Line, Lines};
use tally::Tally;

pub(super) fn run(desk: &Desk, import: &Import) -> Result<(), Failure> {
    let client = desk.client()?;
    let (input, length) = input(&import.file)?;
    let progress = progress(length);
    let lines = Mutex::new(Lines::new(input));
    let tally = Mutex::new(Tally::new(desk.out, import.failed.as_deref(), progress)?);
    let repeat = repeat::command(&desk.typed, &[]);
    std::thread::scope(|scope| {
        for _ in 0..import.parallel {
            scope.spawn(|| work(client, &lines, &tally, &repeat));
        }
    });
    let tally = tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    tally.end(&repeat)
}

/// Sends line after line until there is none, or until going on makes no sense.
fn work(client: &Client, lines: &Mutex<Lines>, tally: &Mutex<Tally>, repeat: &str) {
    loop {
        if locked(tally).has_stopped() {
            return;
        }
        let Some(line) = locked(lines).next() else { return };
        let line = match line {
            Ok(line) => line,
            Err(failure) => return locked(tally).stop(0, failure),
        };
        let sent = send(client, &line, repeat);
        locked(tally).count(line.number, line.length, sent);
    }
}

fn send(client: &Client, line: &Line, repeat: &str) -> Result<tally::Opened, tally::Failed> {
    line.check()?;
    let answer = client.change(&Change {
        method: "POST",
        path: "/v1/refunds".to_owned(),
        body: line.text.clone(),
        version: None,
        idempotency_key: Some(&line.idempotency_key),
        repeat,
    })?;
    Ok(tally::Opened { is_new: answer.created && !answer.replayed, json: answer.text().to_owned() })
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn input(path: &Path) -> Result<(Box<dyn BufRead + Send>, Option<u64>), Failure> {
    if path == Path::new("-") {
        return Ok((Box::new(BufReader::new(std::io::stdin())), None));
    }
    let wrong = |error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(wrong)?;
    let length = file.metadata().map_err(wrong)?.len();
    Ok((Box::new(BufReader::new(file)), Some(length)))
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
