//! `cargo xtask test`: everything that has to pass, one step after the other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use refund_tests::repository::{root, text_files};

use crate::scenario::play_all_everywhere;
use crate::stopwatch::Stopwatch;
use crate::{
    browser_test, bucket_test, client_test, contract_lint, costs, dependencies, deploy_lint, docs, mail_test, postgres,
    rules,
};

/// What a step does: its last word, or why the change is not done.
type Step<'a> = (&'static str, Box<dyn Fn() -> Result<String, String> + 'a>);

pub(crate) fn run() -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let used = folder.path().join("snapshots");
    let steps: [Step<'_>; 17] = [
        ("format", Box::new(|| cargo(&["fmt", "--all", "--check"], None))),
        ("lints", Box::new(|| cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], None))),
        ("postgres", Box::new(postgres::install)),
        (
            "tests",
            Box::new(|| cargo(&["test", "--workspace", "--quiet"], Some(("INSTA_SNAPSHOT_REFERENCES_FILE", &used)))),
        ),
        ("snapshots", Box::new(|| unused_snapshots(&used))),
        (
            "rustdoc",
            Box::new(|| {
                cargo(&["doc", "--workspace", "--no-deps", "--quiet"], Some(("RUSTDOCFLAGS", Path::new("-D warnings"))))
            }),
        ),
        ("documents", Box::new(|| docs::run(&docs::Args { check: true }))),
        ("rules", Box::new(rules::run)),
        ("costs", Box::new(|| costs::run(&costs::Args::default()))),
        ("stories", Box::new(play_all_everywhere)),
        ("contract", Box::new(contract_lint::run)),
        ("deploy", Box::new(deploy_lint::run)),
        ("dependencies", Box::new(dependencies::run)),
        ("client", Box::new(client_test::run_without_compilers)),
        ("mail", Box::new(mail_test::run)),
        ("bucket", Box::new(bucket_test::run)),
        ("browser", Box::new(|| browser_test::run_all(&browser_test::Args::default()))),
    ];
    let all = Stopwatch::start();
    for (name, step) in &steps {
        println!("== {name}");
        let watch = Stopwatch::start();
        let last = step().map_err(|why| format!("{why}\n== {name} FAILED after {:.1?}", watch.elapsed()))?;
        println!(
            "== {name} passed in {:.1?}{}",
            watch.elapsed(),
            if last.is_empty() { last } else { format!(": {last}") }
        );
    }
    Ok(format!("== everything passed in {:.1?}", all.elapsed()))
}

/// Runs cargo at the project's root, with one more variable in its environment.
fn cargo(args: &[&str], variable: Option<(&str, &Path)>) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(args).current_dir(root()).envs(variable);
    let status = command.status().map_err(|error| format!("cargo did not start: {error}"))?;
    if status.success() { Ok(String::new()) } else { Err(format!("cargo {} failed: {status}", args.join(" "))) }
}

/// Snapshots that no test looked at.
fn unused_snapshots(list: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(list).map_err(|error| format!("no test looked at any snapshot: {error}"))?;
    let used: BTreeSet<PathBuf> = text.lines().filter_map(|line| Path::new(line).canonicalize().ok()).collect();
    let snapshots = text_files()?.into_iter().map(|file| file.path).filter(|path| path.ends_with(".snap"));
    let is_used = |path: &String| root().join(path).canonicalize().is_ok_and(|path| used.contains(&path));
    let unused: Vec<_> = snapshots.filter(|path| !is_used(path)).collect();
    if unused.is_empty() {
        Ok(format!("{} snapshots, all looked at", used.len()))
    } else {
        Err(format!("no test looks at these; remove them:\n{}", unused.join("\n")))
    }
}
