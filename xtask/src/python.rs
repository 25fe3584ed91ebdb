//! Tools of others that are written in Python, each with what it needs in a place of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use refund_tests::repository::root;

/// The programs of a tool, installed where they are not yet. `requirements` names a file under
/// `xtask/` that pins every package.
pub(crate) fn programs(tool: &str, requirements: &str) -> Result<PathBuf, String> {
    let wanted = std::fs::read_to_string(root().join("xtask").join(requirements)).map_err(|error| error.to_string())?;
    let place = root().join("target/tools").join(tool);
    let (programs, installed) = (place.join("bin"), place.join("installed.txt"));
    if std::fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(programs);
    }
    println!("installing {tool} under target/tools");
    let missing = |why| format!("{why}\n{tool} needs Python 3.11 with its venv; on Debian: apt install python3-venv");
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place)).map_err(missing)?;
    let list = place.join("requirements.txt");
    std::fs::write(&list, &wanted).map_err(|error| error.to_string())?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"];
    run(Command::new(programs.join("python")).args(pip).arg(&list))?;
    std::fs::write(&installed, wanted).map_err(|error| error.to_string())?;
    Ok(programs)
}

/// Runs something to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let program = Path::new(command.get_program()).display().to_string();
    let status = command.status().map_err(|error| format!("{program} did not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} failed: {status}")) }
}
