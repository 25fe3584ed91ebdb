//! What steps need of the machine, installed from Debian where it is missing and may be installed.

use std::process::Command;

use crate::python::run;

/// Installs packages; where that may not be done, says what they are for and how to have them.
pub(crate) fn install(packages: &[&str], why: &str) -> Result<(), String> {
    let names = packages.join(" ");
    if said("id", &["-u"]) != "0" {
        return Err(format!("{why}: apt install {names}"));
    }
    println!("installing {names}");
    let install = |args: &[&str]| run(Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive"));
    install(&["update", "--quiet=2"])?;
    install(&[&["install", "--quiet=2", "--yes", "--no-install-recommends"], packages].concat())
}

/// What a program of the machine says; nothing where it isn't there.
pub(crate) fn said(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
