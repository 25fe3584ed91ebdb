//! `cargo xtask demo`: a demo of two servers, on a PostgreSQL of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use refund_test_postgres::{Server, Version};
use rustix::process::{Pid, Signal, kill_process};

/// Where they listen.
const FIRST: &str = "127.0.0.1:8080";
const SECOND: &str = "127.0.0.1:8081";
/// How the last line begins that a demo says once it is there.
const LAST_WORDS: &str = "Ctrl-C";

/// Runs until it is told to end; nothing is left of it.
pub(crate) fn run() -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    done(Command::new(cargo).current_dir(&root).args(["build", "--release", "--package", "refund-api"]))?;
    let program = root.join("target/release/refund-api");
    let postgres = Server::start(Version::Debian, &[("fsync", "off")])?;
    let database = postgres.database()?;
    done(Command::new(&program).args(["migrate", "--store", &database]))?;
    // One folder for both: its secret is the one of all servers.
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let start = |listen: &str| Demo::start(&program, &database, folder.path(), listen);
    let (first, _) = start(FIRST)?;
    let (second, greeting) = start(SECOND)?;
    print!("{greeting}");
    println!(
        "Another server on the same database listens on http://{FIRST}. What one does the other shows, and either goes on\n\
         where the other is ended (processes {} and {}). Ctrl-C ends both, and nothing is left.",
        first.0.id(),
        second.0.id()
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let waited = runtime.map_err(|error| error.to_string())?.block_on(tokio::signal::ctrl_c());
    waited.map_err(|error| error.to_string())?;
    drop((first, second));
    Ok("ended".to_owned())
}

/// One of the servers, as long as somebody has it.
struct Demo(Child);

impl Demo {
    /// Starts one, and gives what it says of itself.
    fn start(program: &Path, database: &str, folder: &Path, listen: &str) -> Result<(Self, String), String> {
        let mut command = Command::new(program);
        command.args(["demo", "--store", database, "--listen", listen, "--data"]).arg(folder);
        let child = command.env("RUST_LOG", "warn").stdout(Stdio::piped()).spawn();
        let mut demo = Self(child.map_err(|error| error.to_string())?);
        let mut greeting = String::new();
        for line in demo.0.stdout.take().into_iter().flat_map(|said| BufReader::new(said).lines()) {
            let line = line.map_err(|error| error.to_string())?;
            if line.starts_with(LAST_WORDS) {
                return Ok((demo, greeting));
            }
            greeting.push_str(&line);
            greeting.push('\n');
        }
        Err(format!("the demo on {listen} did not start, and says why above"))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}

fn done(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}
