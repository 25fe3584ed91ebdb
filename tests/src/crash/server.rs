//! The real server as a process of its own: built, started, killed.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use super::said;

/// How long a start or an orderly end may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Builds the server and says where it is.
///
/// Cargo gives `CARGO_BIN_EXE_…` to tests of the same package alone, and what lies beside the
/// running executable may be missing (`cargo test -p refund-tests`) or older than the sources.
/// So cargo itself is asked. It does nothing where nothing changed, and names the file it made
/// wherever the target folder is. While tests run, cargo holds no lock that this would wait for.
/// It is asked for one program of the whole workspace: that of the package alone would want other features of
/// dependencies, and with them nearly all of them built once more.
///
/// # Errors
/// Why cargo did not build it.
pub fn build() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--bin", "refund-api", "--message-format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .map_err(said)?;
    if !built.status.success() {
        return Err(format!("cargo build --bin refund-api: {}", built.status));
    }
    let messages = String::from_utf8_lossy(&built.stdout);
    let executable = messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    executable.ok_or_else(|| "cargo built the server and did not say where".to_owned())
}

/// As what the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A demo: it has keys, sellers, refunds and a clock that is moved by hand.
    Demo,
    /// A server as it is run for real, whose webhooks may go to this machine.
    Sender,
}

impl What {
    /// What it prints once everything is ready, `demo.json` included.
    fn ready(self) -> &'static str {
        match self {
            Self::Demo => "The demo listens on ",
            Self::Sender => "Listening on ",
        }
    }
}

/// Where the server's files are, and its log beside them.
pub(crate) struct Place {
    pub(crate) program: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) what: What,
    /// The database that it shares with other servers, if it does.
    pub(crate) store: Option<Shared>,
}

/// A database, and the file with its servers' secret.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) url: String,
    pub(crate) secret_file: PathBuf,
}

impl Place {
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, log: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(if self.what == What::Demo { "demo" } else { "serve" });
        command.arg("--data").arg(self.data()).args(["--listen", "127.0.0.1:0"]);
        if self.what == What::Sender {
            command.arg("--webhooks-to-private-addresses");
        }
        if let Some(Shared { url, secret_file }) = &self.store {
            command.args(["--store", url]).arg("--secret-file").arg(secret_file);
        }
        command.env("RUST_LOG", log).stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }

    /// Starts the server and waits until it is ready.
    pub(crate) fn start(&self) -> Result<Server, String> {
        let log = File::options().create(true).append(true).open(self.folder.join("server.log")).map_err(said)?;
        let mut child = self.command("warn").stderr(log).spawn().map_err(said)?;
        let stdout = child.stdout.take();
        let mut server = Server { child, base_url: String::new(), lines: lines(stdout) };
        while let Ok(line) = server.lines.recv_timeout(PATIENCE) {
            if let Some(rest) = line.strip_prefix(self.what.ready()) {
                server.base_url = rest.split(',').next().unwrap_or_default().to_owned();
                return Ok(server);
            }
        }
        let ended = server.child.try_wait().map_err(said)?;
        let how = ended.map_or("it hangs".to_owned(), |status| status.to_string());
        Err(format!("the server did not start: {how}; server.log ends with:\n{}", self.end_of_log()))
    }

    /// Starts the server and kills it as soon as its log says `words`.
    pub(crate) fn cut_short(&self, words: &str) -> Result<(), String> {
        let mut child = self.command("info").stderr(Stdio::piped()).spawn().map_err(said)?;
        let log = lines(child.stderr.take());
        let server = Server { child, base_url: String::new(), lines: log };
        while let Ok(line) = server.lines.recv_timeout(PATIENCE) {
            if line.contains(words) {
                return server.kill();
            }
        }
        Err(format!("a starting server did not log {words:?}"))
    }

    /// Throws the view away; the journal is the truth.
    pub(crate) fn delete_view(&self) -> Result<(), String> {
        fs::remove_dir_all(self.data().join("view")).map_err(said)
    }

    /// The key that the first start wrote down.
    pub(crate) fn operator_key(&self) -> Result<String, String> {
        fs::read_to_string(self.data().join("operator.key")).map(|key| key.trim().to_owned()).map_err(said)
    }

    /// What the demo wrote down about itself.
    pub(crate) fn written(&self) -> Result<Value, String> {
        let text = fs::read_to_string(self.data().join("demo.json")).map_err(said)?;
        serde_json::from_str(&text).map_err(said)
    }

    fn end_of_log(&self) -> String {
        let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let from = lines.len().saturating_sub(20);
        lines.get(from..).unwrap_or_default().join("\n")
    }
}

/// What somebody writes, line by line, until they end. It is read to its end, so that a full pipe
/// stops nobody.
fn lines(from: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in from.into_iter().flat_map(|from| BufReader::new(from).lines().map_while(Result::ok)) {
            // Who listens no more does not stop the reading.
            let _ = sender.send(line);
        }
    });
    receiver
}

/// A server that runs. Dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    pub(crate) base_url: String,
    lines: Receiver<String>,
}

impl Server {
    /// SIGKILL, at once.
    pub(crate) fn kill(mut self) -> Result<(), String> {
        self.child.kill().map_err(said)?;
        self.child.wait().map(|_| ()).map_err(said)
    }

    /// SIGTERM, and what it ended with. Its output ends when it does.
    pub(crate) fn terminate(mut self) -> Result<ExitStatus, String> {
        self.ask_to_end()?;
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return self.child.wait().map_err(said),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    return Err("the server did not end after SIGTERM".to_owned());
                }
            }
        }
    }
}

impl Server {
    /// The standard library sends SIGKILL alone; every shell has the others.
    fn signal(&self, name: &str) -> Result<(), String> {
        let pid = self.child.id().to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "sh", name, &pid]).status().map_err(said)?;
        if sent.success() { Ok(()) } else { Err(format!("SIG{name} could not be sent")) }
    }

    fn ask_to_end(&self) -> Result<(), String> {
        self.signal("TERM")
    }

    /// SIGSTOP or, with false, SIGCONT.
    pub(crate) fn hold(&self, held: bool) -> Result<(), String> {
        self.signal(if held { "STOP" } else { "CONT" })
    }

    /// SIGTERM, and waits until nobody can connect any more: then it stops, and has not ended.
    pub(crate) fn begin_to_end(&self) -> Result<(), String> {
        self.ask_to_end()?;
        let address = self.base_url.strip_prefix("http://").unwrap_or_default();
        // Each look takes a place of the server's, so that this ends when it does.
        while TcpStream::connect(address).is_ok() {}
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; and there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
