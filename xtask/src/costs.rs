//! `cargo xtask costs`: what a call costs the whole server, counted by `refund-costs` and callgrind,
//! against the numbers in `bench/costs.toml`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use refund_tests::repository::root;

use crate::debian::{install, said};

/// The numbers that hold.
const FILE: &str = "bench/costs.toml";
/// How the file begins.
const HEAD: &str = "\
# What a call costs the whole server, with all that runs beside it: instructions, allocations, and bytes
# allocated, each per call. `cargo xtask costs` counts them, on x86-64, in our own crates as they are
# released and with the dependencies that the tests use. Whoever
# makes a number differ by more than the tolerance, dearer or cheaper, writes the file anew with
# `cargo xtask costs --write`, and says in the commit why.
";
/// By how much a number may differ, where the file says nothing yet.
const TOLERANCE_PERCENT: u64 = 3;
/// What makes our own crates what they are in a release, and leaves the dependencies as the tests have built them.
const RELEASED: [&str; 4] = [
    "profile.dev.opt-level=3",
    "profile.dev.debug-assertions=false",
    "profile.dev.overflow-checks=false",
    "profile.dev.incremental=false",
];
/// What is counted of each kind of call.
const COUNTED: [&str; 3] = ["instructions", "allocations", "bytes"];
/// What callgrind begins a new file at.
const PARTS_AT: [&str; 2] = ["--dump-before=*begin_to_count*", "--dump-before=*end_of_count*"];

#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Writes what was found into bench/costs.toml.
    #[arg(long)]
    write: bool,
}

/// What one kind of call costs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cost {
    name: String,
    /// As [`COUNTED`] names them.
    numbers: [u64; 3],
}

/// Counts; the table, or what differs in it.
pub(crate) fn run(args: &Args) -> Result<String, String> {
    let found = found()?;
    let path = root().join(FILE);
    let written = std::fs::read_to_string(&path).ok().map(|text| read(&text)).transpose()?;
    let (tolerance, expected) = written.unwrap_or((TOLERANCE_PERCENT, Vec::new()));
    if args.write {
        std::fs::write(&path, text(tolerance, &found)).map_err(|error| format!("{FILE}: {error}"))?;
    }
    let Compared { table, differing } = compare(tolerance, &expected, &found);
    println!("{table}");
    match (args.write, differing) {
        (true, _) => Ok(format!("wrote {FILE}: say in the commit why")),
        (false, 0) => Ok(format!("all within {tolerance} % of {FILE}")),
        (false, count) => Err(format!(
            "{count} differ by more than {tolerance} % from {FILE}: mend the cause, or write the file anew \
             with `cargo xtask costs --write` and say in the commit why"
        )),
    }
}

/// Builds, runs under callgrind, and reads what came of it.
fn found() -> Result<Vec<Cost>, String> {
    if said("valgrind", &["--version"]).is_empty() {
        install(&["valgrind"], "what a call costs is counted by valgrind")?;
    }
    let folder = root().join("target/costs-counted");
    // What is left of another run may have more parts.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let parts = folder.join("calls");
    let output = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind", &format!("--callgrind-out-file={}", parts.display())])
        .args(PARTS_AT)
        .arg(built()?)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("valgrind did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("nothing was counted: {}", output.status));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    // Of each kind of call, the part before is what was done before it.
    let counted = printed.lines().zip((2_u32..).step_by(2));
    counted.map(|(line, part)| cost(line, instructions(&folder.join(format!("calls.{part}")))?)).collect()
}

/// The program whose calls are counted. With all packages, because a dependency's features are those that any of them
/// wants, and others would be other builds.
fn built() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--workspace", "--bin", "refund-costs", "--target-dir"]).arg(root().join("target"));
    let build = build.args(RELEASED.iter().flat_map(|setting| ["--config", setting])).current_dir(root());
    let status = build.status().map_err(|error| format!("cargo did not start: {error}"))?;
    let program = root().join("target/debug/refund-costs");
    if status.success() { Ok(program) } else { Err(format!("refund-costs was not built: {status}")) }
}

/// All instructions of a part.
fn instructions(part: &Path) -> Result<u64, String> {
    let wrong = |why: String| format!("{}: {why}", part.display());
    let text = std::fs::read_to_string(part).map_err(|error| wrong(error.to_string()))?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    total.ok_or_else(|| wrong("it has no total".to_owned()))
}

/// Reads a line of `refund-costs`: which kind, how many calls, and what they allocated.
fn cost(line: &str, instructions: u64) -> Result<Cost, String> {
    let wrong = || format!("`{line}` is no count");
    let mut words = line.split(' ');
    let name = words.next().ok_or_else(wrong)?.to_owned();
    let mut number = || words.next().and_then(|word| word.parse::<u64>().ok()).filter(|number| *number > 0);
    let [Some(calls), Some(allocations), Some(bytes)] = [number(), number(), number()] else { return Err(wrong()) };
    let each = |all: u64| all.saturating_add(calls / 2).checked_div(calls).unwrap_or(0);
    Ok(Cost { name, numbers: [instructions, allocations, bytes].map(each) })
}

/// Reads the file: the tolerance, and what each kind of call costs.
fn read(text: &str) -> Result<(u64, Vec<Cost>), String> {
    let wrong = |why: &str| format!("{FILE}: {why}");
    let number = |value: &toml::Value| value.as_integer().and_then(|number| u64::try_from(number).ok());
    let file: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(&error.to_string()))?;
    let tolerance = file.get("tolerance_percent").and_then(number).ok_or_else(|| wrong("it names no tolerance"))?;
    let costs = file.iter().filter_map(|(name, value)| Some((name, value.as_table()?)));
    let costs = costs.map(|(name, value)| {
        let [Some(instructions), Some(allocations), Some(bytes)] = COUNTED.map(|what| value.get(what).and_then(number))
        else {
            return Err(wrong(&format!("[{name}] lacks a number")));
        };
        Ok(Cost { name: name.clone(), numbers: [instructions, allocations, bytes] })
    });
    Ok((tolerance, costs.collect::<Result<_, _>>()?))
}

/// Writes it.
fn text(tolerance: u64, costs: &[Cost]) -> String {
    let mut text = format!("{HEAD}\ntolerance_percent = {tolerance}\n");
    for Cost { name, numbers } in costs {
        text.push_str(&format!("\n[{name}]\n"));
        for (what, number) in COUNTED.iter().zip(numbers) {
            text.push_str(&format!("{what} = {number}\n"));
        }
    }
    text
}

/// What is in the file beside what was found.
struct Compared {
    table: String,
    /// How many numbers differ by more than they may.
    differing: usize,
}

fn compare(tolerance: u64, written: &[Cost], found: &[Cost]) -> Compared {
    let mut table =
        format!("{:<12} {:<12} {:>12} {:>12} {:>10}\n", "per call", "", "in the file", "found", "difference");
    let mut differing = 0_usize;
    let known = |name: &str| written.iter().find(|cost| cost.name == name);
    let gone = written.iter().filter(|cost| !found.iter().any(|found| found.name == cost.name));
    let nothing = |cost: &Cost| Cost { name: cost.name.clone(), numbers: [0; 3] };
    let pairs = found.iter().map(|cost| (known(&cost.name).cloned().unwrap_or_else(|| nothing(cost)), cost.clone()));
    for (was, is) in pairs.chain(gone.map(|cost| (cost.clone(), nothing(cost)))) {
        for ((what, was), is_now) in COUNTED.iter().zip(was.numbers).zip(is.numbers) {
            let is_wrong = differs(was, is_now, tolerance);
            differing = differing.saturating_add(usize::from(is_wrong));
            let mark = if is_wrong { " <--" } else { "" };
            let difference = percent(was, is_now);
            table.push_str(&format!("{:<12} {what:<12} {was:>12} {is_now:>12} {difference:>10}{mark}\n", is.name));
        }
    }
    Compared { table, differing }
}

fn differs(was: u64, is: u64, tolerance: u64) -> bool {
    was.abs_diff(is).saturating_mul(100) > was.saturating_mul(tolerance)
}

/// By how much it became more or less, with one decimal.
fn percent(was: u64, is: u64) -> String {
    let Some(per_mille) = was.abs_diff(is).saturating_mul(1000).checked_div(was) else { return "new".to_owned() };
    let sign = if is < was { "-" } else { "+" };
    format!("{sign}{}.{} %", per_mille / 10, per_mille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(name: &str, numbers: [u64; 3]) -> Vec<Cost> {
        vec![Cost { name: name.to_owned(), numbers }]
    }

    #[test]
    fn what_is_written_is_read_again() {
        let counted = vec![cost("read 200 4000 90100", 3_000_099).unwrap(), cost("command 3 4 5", 6).unwrap()];
        assert_eq!(counted, [costs("read", [15_000, 20, 451]), costs("command", [2, 1, 2])].concat());
        let (tolerance, again) = read(&text(3, &counted)).unwrap();
        assert_eq!((tolerance, again.len()), (3, 2));
        assert!(counted.iter().all(|cost| again.contains(cost)), "{again:?}");
        assert!(cost("read 0 1 1", 1).is_err() && cost("read 1", 1).is_err());
        assert!(read("[read]\ninstructions = 1").is_err());
    }

    #[test]
    fn dearer_and_cheaper_both_differ_and_so_does_what_nobody_knows() {
        let differing = |is: [u64; 3]| compare(3, &costs("read", [10_000, 100, 1000]), &costs("read", is)).differing;
        assert_eq!(differing([10_300, 97, 1000]), 0);
        assert_eq!(differing([10_301, 96, 1000]), 2);
        assert_eq!(compare(3, &[], &costs("read", [1, 1, 1])).differing, 3);
        assert_eq!(compare(3, &costs("read", [1, 1, 1]), &[]).differing, 3);
        let table = compare(3, &costs("read", [10_000, 100, 1000]), &costs("read", [10_450, 99, 1000])).table;
        assert!(table.contains("+4.5 % <--") && table.contains("-1.0 %\n"), "{table}");
    }
}
