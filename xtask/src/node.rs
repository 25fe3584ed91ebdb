//! Tools of others that are run by Node, in a place of their own.

use std::path::PathBuf;
use std::process::Command;

use refund_tests::repository::root;

use crate::debian::{install, said};
use crate::python::run;

/// The folder in which a project's tools are, installed where they are not yet. `project` is a folder under `xtask/`
/// whose `package-lock.json` pins every package.
pub(crate) fn installed(project: &str) -> Result<PathBuf, String> {
    let folder = root().join("xtask").join(project);
    let wanted = std::fs::read_to_string(folder.join("package-lock.json")).map_err(|error| error.to_string())?;
    let place = root().join("target/tools").join(project);
    let marker = place.join("installed.json");
    if std::fs::read_to_string(&marker).is_ok_and(|there| there == wanted) {
        return Ok(place);
    }
    println!("installing {project} under target/tools");
    std::fs::create_dir_all(&place).map_err(|error| error.to_string())?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(folder.join(file), place.join(file)).map_err(|error| error.to_string())?;
    }
    if said("npm", &["--version"]).is_empty() {
        install(&["nodejs", "npm"], &format!("{project} needs Node with npm"))?;
    }
    let quiet = ["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"];
    run(Command::new("npm").args(quiet).current_dir(&place))?;
    std::fs::write(&marker, wanted).map_err(|error| error.to_string())?;
    Ok(place)
}
