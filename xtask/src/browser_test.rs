//! `cargo xtask browser-test`: the pages of a running demo in a browser, used as people use them.
//! `cargo xtask screenshots`: the same pages, to be looked at.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use refund_tests::demo::with_demo;
use refund_tests::repository::root;

use crate::debian::{install, said};
use crate::python::programs;

const CHROMIUM: &str = "/usr/bin/chromium";
/// What the tests need of the machine, by the names of Debian's packages.
const PACKAGES: [&str; 2] = ["chromium", "fonts-noto-cjk"];

#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Every combination of page, language, scripts, width and theme, and not only every pair of these.
    #[arg(long)]
    all: bool,
    /// Only tests that have these words in their names.
    #[arg(value_name = "WORD")]
    words: Vec<String>,
}

/// Plays the tests under `tests/browser/`, as many side by side as there are cores, each beside a demo of its own; how
/// many passed and failed.
pub(crate) fn run_all(args: &Args) -> Result<String, String> {
    let tools = tools()?;
    let parts = std::thread::available_parallelism().map_or(1, usize::from);
    let chosen = args.all.then(|| "--all".to_owned()).into_iter().chain(args.words.iter().cloned());
    let chosen: Vec<String> = chosen.collect();
    let played: Vec<Result<String, String>> = std::thread::scope(|scope| {
        let play_part = |part| {
            let arguments = [&["--part".to_owned(), format!("{part}/{parts}")], &chosen[..]].concat();
            let tools = &tools;
            scope.spawn(move || play(tools, "run.py", &arguments))
        };
        let playing: Vec<_> = (1..=parts).map(play_part).collect();
        playing.into_iter().map(|part| part.join().unwrap_or(Err("it ended too early".to_owned()))).collect()
    });
    let passed: usize = played.iter().flatten().filter_map(|last| passed_in(last)).sum();
    let failed: Vec<String> = played.into_iter().filter_map(Result::err).collect();
    match (passed, failed.is_empty()) {
        (0, true) => Err("no test has these words in its name".to_owned()),
        (_, true) => Ok(format!("{passed} passed")),
        (_, false) => Err(failed.join("\n")),
    }
}

/// How many passed, by the last line of a part: `3 passed, 0 failed`.
fn passed_in(last: &str) -> Option<usize> {
    last.split(' ').next()?.parse().ok()
}

/// Makes the pictures that the README shows.
pub(crate) fn screenshots() -> Result<String, String> {
    play(&tools()?, "screenshots.py", &[root().join("docs/screenshots").display().to_string()])
}

/// What the tests are played with; where it is.
fn tools() -> Result<PathBuf, String> {
    let tools = programs("playwright", "browser-test/requirements.txt")?;
    browser()?;
    Ok(tools)
}

/// Runs a program of the tests' beside a fresh demo; the last line that it prints.
fn play(tools: &Path, program: &str, args: &[String]) -> Result<String, String> {
    with_demo(|demo| {
        let mut command = Command::new(tools.join("python"));
        command.arg(root().join("tests/browser").join(program)).args(args).current_dir(root().join("target"));
        command.env("DEMO", &demo.file).env("PYTHONDONTWRITEBYTECODE", "1").stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("Python did not start: {error}"))?;
        let mut last = String::new();
        for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
            let line = line.map_err(|error| error.to_string())?;
            if !last.is_empty() {
                println!("{last}");
            }
            last = line;
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(last) } else { Err(last) }
    })
}

/// Debian's Chromium and a font with Chinese in it: installed where they are missing and may be installed.
fn browser() -> Result<(), String> {
    if Path::new(CHROMIUM).exists() && !said("fc-list", &[":lang=zh-tw", "family"]).is_empty() {
        return Ok(());
    }
    install(&PACKAGES, "the pages are tested in Debian's Chromium, with a font that has Chinese")
}
