//! Servers as processes of their own, so that what they cost is theirs alone.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use refund_bench::Fault;

use crate::machine;

const LISTEN: [&str; 2] = ["--listen", "127.0.0.1:0"];
const WITHOUT_RATES: [&str; 4] = ["--rate-per-key", "0", "--rate-per-address", "0"];

/// A server that runs until this value is gone.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Server {
    /// The real one, with its log thrown away, for few who call more often than anybody does.
    pub(super) fn engine(data: &Path) -> Result<Self, Fault> {
        let program = std::env::current_exe()?.with_file_name("refund-api");
        if !program.exists() {
            return Err("refund-api is not built: run `cargo xtask bench http`".into());
        }
        let mut command = Command::new(program);
        Self::start(command.arg("serve").arg("--data").arg(data).args(LISTEN).args(WITHOUT_RATES))
    }

    /// The one that only parses and echoes.
    pub(super) fn echo() -> Result<Self, Fault> {
        Self::start(Command::new(std::env::current_exe()?).arg("echo"))
    }

    /// The least one, which keeps its events in that folder and finds there who may call.
    pub(super) fn least(folder: &Path) -> Result<Self, Fault> {
        Self::start(Command::new(std::env::current_exe()?).arg("least").arg(folder))
    }

    /// All print where they listen, as the end of a line.
    fn start(command: &mut Command) -> Result<Self, Fault> {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("a server has no output")?;
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        for line in BufReader::new(stdout).lines() {
            if let Some((_, address)) = line?.rsplit_once("Listening on http://") {
                server.address = address.parse()?;
                return Ok(server);
            }
        }
        Err("a server ended before it listened".into())
    }

    /// The processor time that its threads have used.
    pub(super) fn cpu(&self) -> Duration {
        machine::cpu_by_thread_of(&self.child.id().to_string()).values().sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself. Nothing that it stored is needed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
