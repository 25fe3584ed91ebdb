//! `cargo xtask browser-test`: the pages of a running demo in a browser, used as people use them.
//! `cargo xtask screenshots`: the same pages, to be looked at.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use refund_tests::demo::with_demo;
use refund_tests::repository::root;

use crate::debian::{install, said};
use crate::python::programs;

const CHROMIUM: &str = "/usr/bin/chromium-headless-shell";
/// What the tests need of the machine, by the names of Debian's packages.
const PACKAGES: [&str; 2] = ["chromium-headless-shell", "fonts-noto-cjk"];

#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Every combination of page, language, scripts, width and theme, and not only every pair of these.
    #[arg(long)]
    all: bool,
    /// Only tests that have these words in their names.
    #[arg(value_name = "WORD")]
    words: Vec<String>,
}

/// Plays the tests under `tests/browser/`; how many passed and failed.
pub(crate) fn run_all(args: &Args) -> Result<String, String> {
    let all = args.all.then(|| "--all".to_owned());
    play("run.py", &all.into_iter().chain(args.words.iter().cloned()).collect::<Vec<_>>())
}

/// Makes the pictures that the README shows.
pub(crate) fn screenshots() -> Result<String, String> {
    play("screenshots.py", &[root().join("docs/screenshots").display().to_string()])
}

/// Runs a program of the tests' beside a fresh demo; the last line that it prints.
fn play(program: &str, args: &[String]) -> Result<String, String> {
    let tools = programs("playwright", "browser-test/requirements.txt")?;
    browser()?;
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
