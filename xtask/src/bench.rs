//! `cargo xtask bench`: what the engine costs, measured by `refund-bench`'s release binary.

use std::process::{Command, Stdio};

use refund_tests::repository::root;

/// Where the tables are written, and between which lines.
const DOCUMENT: &str = "docs/benchmarks.md";
const BEGIN: &str = "<!-- Measured by `cargo xtask bench --write`; don't edit from here. -->";
const END: &str = "<!-- Measured until here. -->";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Writes the tables into docs/benchmarks.md too.
    #[arg(long)]
    write: bool,
    /// What is measured and how: `cargo xtask bench help` tells.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    measured: Vec<String>,
}

/// Measures. The tables go to standard output as they come, or to the document once all are there.
pub(crate) fn run(args: &Args) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--release", "--package", "refund-bench", "--"]);
    command.args(&args.measured).current_dir(root()).stderr(Stdio::inherit());
    if !args.write {
        command.stdout(Stdio::inherit());
    }
    let output = command.output().map_err(|error| format!("cargo did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("the measurement failed: {}", output.status));
    }
    if !args.write {
        return Ok(String::new());
    }
    let tables = String::from_utf8_lossy(&output.stdout);
    println!("{tables}");
    let path = root().join(DOCUMENT);
    let before = std::fs::read_to_string(&path).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let after = with(&before, &tables)?;
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
