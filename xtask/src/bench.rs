//! `cargo xtask bench`: what the engine costs, measured by `refund-bench`'s release binaries.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::ValueEnum;
use refund_tests::repository::root;

/// Where the tables are written, and between which lines.
const DOCUMENT: &str = "docs/benchmarks.md";
const BEGIN: &str = "<!-- Measured by `cargo xtask bench --write`; don't edit from here. -->";
const END: &str = "<!-- Measured until here. -->";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// The rules alone: time and allocations of each command.
    Core,
    /// Durable commands, against a plain file and against journal and memory alone.
    Store,
    /// A server, against the least one and one that only echoes.
    Http,
    /// Servers on a PostgreSQL of their own, against pgbench.
    Postgres,
    /// Looking for refunds among all of one seller.
    Search,
    /// Memory, disk, start time and the cost of reading, as refunds become many.
    Size,
}

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What is measured; everything where nothing is named.
    what: Option<What>,
    /// Fewer rounds, and sizes up to 100 000.
    #[arg(long)]
    quick: bool,
    /// Sizes up to a million, which is what is measured without --quick.
    #[arg(long, conflicts_with = "quick")]
    million: bool,
    /// Sizes up to ten million.
    #[arg(long, conflicts_with = "quick")]
    ten_million: bool,
    /// A folder on the disk that is to be measured; everything is made in it and removed again.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    dir: PathBuf,
    /// Writes the tables into docs/benchmarks.md too.
    #[arg(long)]
    write: bool,
}

/// Measures. The tables go to standard output as they come; to the document once all are there.
pub(crate) fn run(args: &Args) -> Result<String, String> {
    let wanted = |what| args.what.is_none_or(|wanted| wanted == what);
    // The server itself too: it is measured as it is started.
    done(cargo().args(["build", "--quiet", "--release", "--package", "refund-api", "--package", "refund-bench"]))?;
    let mut tables = String::new();
    if wanted(What::Core) {
        tables.push_str(&measured("refund-bench-core", &[], args)?);
    }
    for (what, name) in [
        (What::Store, "store"),
        (What::Http, "http"),
        (What::Postgres, "postgres"),
        (What::Search, "search"),
        (What::Size, "size"),
    ] {
        if wanted(what) {
            tables.push_str(&measured("refund-bench", &options(name, args), args)?);
        }
    }
    if args.write { write(&tables) } else { Ok(String::new()) }
}

fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root());
    command
}

/// Runs it to its end; what it printed, where that did not go to the terminal.
fn done(command: &mut Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("cargo did not start: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(printed) } else { Err(format!("{printed}\nnot measured: {}", output.status)) }
}

fn options(what: &str, args: &Args) -> Vec<String> {
    let flags = [("--quick", args.quick), ("--million", args.million), ("--ten-million", args.ten_million)];
    let flags = flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag.to_owned());
    let folder = args.dir.to_string_lossy().into_owned();
    [what.to_owned(), "--dir".to_owned(), folder].into_iter().chain(flags).collect()
}

fn measured(program: &str, options: &[String], args: &Args) -> Result<String, String> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--package", "refund-bench", "--bin", program, "--"]).args(options);
    command.stdout(if args.write { Stdio::piped() } else { Stdio::inherit() });
    done(&mut command)
}

fn write(tables: &str) -> Result<String, String> {
    println!("{tables}");
    let path = root().join(DOCUMENT);
    let before = std::fs::read_to_string(&path).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let after = with(&before, tables)?;
    std::fs::write(&path, after).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    Ok(format!("wrote {DOCUMENT}"))
}

/// The document with these tables in place of those that it has.
fn with(document: &str, tables: &str) -> Result<String, String> {
    let missing = |line| format!("{DOCUMENT} has no line `{line}`");
    let (head, rest) = document.split_once(BEGIN).ok_or_else(|| missing(BEGIN))?;
    let (_, tail) = rest.split_once(END).ok_or_else(|| missing(END))?;
    Ok(format!("{head}{BEGIN}\n\n{}\n\n{END}{tail}", tables.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_measured_is_replaced() {
        let old = format!("# Numbers\n\n{BEGIN}\nold\n{END}\n\nAfterwards.\n");
        let new = format!("# Numbers\n\n{BEGIN}\n\n| new |\n\n{END}\n\nAfterwards.\n");
        assert_eq!(with(&old, "\n| new |\n"), Ok(new.clone()));
        assert_eq!(with(&new, "| new |"), Ok(new));
        assert!(with("# Numbers\n", "| new |").is_err());
    }
}
