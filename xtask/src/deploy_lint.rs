//! `cargo xtask deploy-lint`: what tools of others say of the files under `deploy/`. None of them starts anything.

use std::path::Path;
use std::process::Command;

use refund_tests::repository::root;

use crate::debian::{install, said};
use crate::python::{programs, run as carried_out};

const UNITS: [&str; 2] = ["refund-api.service", "refund-api@.service"];
/// For each unit whose name begins so.
const HARDENING: &str = "refund-.service.d/hardening.conf";
/// Where the units say that the server is. What is verified names a program that is there.
const SERVER: &str = "/usr/local/bin/refund-api";
/// How exposed a unit may be at the most, in tenths, by systemd's own count from 0 to 100.
const EXPOSED_MAX: &str = "--threshold=15";

/// No error and no warning of any.
pub(crate) fn run() -> Result<String, String> {
    units()?;
    let tools = programs("deploy-lint", "deploy-lint/requirements.txt")?;
    carried_out(Command::new(tools.join("hadolint")).arg(root().join("deploy/Dockerfile")))?;
    carried_out(Command::new(tools.join("python")).arg(root().join("xtask/deploy-lint/look.py")).arg(root()))?;
    Ok("systemd, hadolint and parsers of Compose and PromQL find nothing under deploy/".to_owned())
}

fn units() -> Result<(), String> {
    if said("systemd-analyze", &["--version"]).is_empty() {
        install(&["systemd"], "systemd's own check of the units")?;
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    std::fs::create_dir(folder.path().join("refund-.service.d")).map_err(|error| error.to_string())?;
    for file in UNITS.into_iter().chain([HARDENING]) {
        copy(file, folder.path())?;
    }
    for unit in UNITS {
        let file = folder.path().join(unit);
        quiet(Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file))?;
        let mut security = Command::new("systemd-analyze");
        let measured = security.args(["security", "--offline=true", EXPOSED_MAX]).arg(&file).output();
        let measured = measured.map_err(|error| format!("systemd-analyze did not start: {error}"))?;
        if !measured.status.success() {
            return Err(format!("{unit} is too exposed:\n{}", String::from_utf8_lossy(&measured.stdout)));
        }
    }
    Ok(())
}

fn copy(file: &str, to: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(root().join("deploy/systemd").join(file)).map_err(|error| error.to_string())?;
    std::fs::write(to.join(file), text.replace(SERVER, "/usr/bin/env")).map_err(|error| error.to_string())
}

/// Runs something that says nothing where all is well: warnings leave its exit code at 0.
fn quiet(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?} did not start: {error}"))?;
    let said = [output.stdout, output.stderr].concat();
    if output.status.success() && said.is_empty() { Ok(()) } else { Err(String::from_utf8_lossy(&said).into_owned()) }
}
