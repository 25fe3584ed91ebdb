//! A folder in which PostgreSQL runs, and which goes when nobody holds it any more.

use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::programs::{output, program};

/// Waits until the pipe is closed by all who hold it, and removes the folder: also after whoever made it was killed.
const REMOVER: &str = r#"cat; rm -rf -- "$0""#;

/// Mebibytes; a database takes 8, and a suite makes a hundred.
const ROOM_IN_MEMORY: u64 = 2048;

/// A new folder, open to its owner alone.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Who owns it (user and group), if we don't.
    owner: Option<(u32, u32)>,
    /// Whoever has the other end of what it reads holds the folder.
    remover: Child,
}

impl Folder {
    /// PostgreSQL refuses to run as root. For root the folder belongs to the user whom Debian's package brings along,
    /// or else to nobody.
    pub(crate) fn new(within: &Path) -> Result<Self, String> {
        let failed = |error| format!("no folder for PostgreSQL in {}: {error}", within.display());
        let path = tempfile::Builder::new().prefix("refund-postgres-").tempdir_in(within).map_err(failed)?.keep();
        let mut remover = Command::new("sh");
        remover.args(["-c", REMOVER]).arg(&path).stdin(Stdio::piped()).stdout(Stdio::null());
        // Not with us when the terminal ends everything that runs in it.
        let remover = remover.process_group(0).spawn().map_err(failed)?;
        let mut folder = Self { path, owner: None, remover };
        if std::fs::metadata(&folder.path).map_err(failed)?.uid() == 0 {
            let (user, group) = somebody_else()?;
            chown(&folder.path, Some(user), Some(group)).map_err(failed)?;
            folder.owner = Some((user, group));
        }
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// An output for a process that holds the folder as long as it runs, so that it is not removed under its hands. What
    /// it says there goes nowhere.
    pub(crate) fn hold(&self) -> Result<Stdio, String> {
        let held = self.remover.stdin.as_ref().map(|held| held.as_fd().try_clone_to_owned()).transpose();
        held.map(|held| held.map_or_else(Stdio::null, Stdio::from)).map_err(|error| error.to_string())
    }

    /// A call of a program as the folder's owner, which holds it.
    pub(crate) fn command(&self, path: &Path) -> Result<Command, String> {
        let mut command = match self.owner {
            None => program(path),
            Some((user, group)) => {
                let mut command = program(Path::new("setpriv"));
                command
                    .args([&format!("--reuid={user}"), &format!("--regid={group}"), "--clear-groups", "--"])
                    .arg(path);
                command
            }
        };
        // Where we are may be closed to the owner.
        command.current_dir("/").stdout(self.hold()?);
        Ok(command)
    }

    /// Appends settings: what is said last counts.
    pub(crate) fn set(&self, settings: &[(&str, &str)]) -> Result<(), String> {
        let line = |(name, value): &(&str, &str)| format!("{name} = '{}'\n", value.replace('\'', "''"));
        let lines: String = settings.iter().map(line).collect();
        let path = self.data().join("postgresql.conf");
        let file = std::fs::OpenOptions::new().append(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(lines.as_bytes()));
        written.map_err(|error| format!("{}: {error}", path.display()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Waiting lets go of it. Removed or not, nobody is there who could be told.
        let _ = self.remover.wait();
    }
}

/// A user and a group as which PostgreSQL runs where we are root.
fn somebody_else() -> Result<(u32, u32), String> {
    let users = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let numbers = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    numbers("postgres")
        .or_else(|| numbers("nobody"))
        .ok_or_else(|| "PostgreSQL does not run as root, and /etc/passwd knows neither postgres nor nobody".to_owned())
}

/// In memory, where that has room: on a disk that is busy a database takes ten times as long.
pub(crate) fn fastest() -> PathBuf {
    let memory = "/dev/shm";
    let free = output(program(Path::new("df")).args(["--block-size=1M", "--output=avail", memory]));
    let free = free.ok().and_then(|said| said.lines().last().and_then(|last| last.trim().parse::<u64>().ok()));
    if free.is_some_and(|free| free >= ROOM_IN_MEMORY) { PathBuf::from(memory) } else { std::env::temp_dir() }
}
