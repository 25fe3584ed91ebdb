//! A PostgreSQL that runs, from its start to its end.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::folder::Folder;
use crate::programs::program;

/// Runs PostgreSQL and reads how it is to end. If whoever started it was killed nothing is said any more, and it ends
/// at once; one that has only just begun hears nothing but the first signal. The log is not held by the shell, and so
/// ends when the last process of PostgreSQL does.
const KEEPER: &str = r#"
"$@" & exec 2>&-
read -r order || order='kill -TERM $!; kill -QUIT $!'
eval "$order"
wait
"#;

/// As a power cut does. The first process is held still so that it makes no more of them; the memory that they shared
/// would be left behind.
const KILL: &str = "kill -STOP $!; kill -KILL $! $(cat /proc/$!/task/$!/children); wait; \
                    ipcrm -m $(sed -n '7s/.* //p' \"$0/data/postmaster.pid\")";

/// It starts in a tenth of a second, and after a crash it has some to do first.
const START_MAX: Duration = Duration::from_secs(60);

/// How it is to end, in the words of the shell that keeps it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    /// Its processes one by one, and everything written.
    Stop,
    /// All at once.
    Kill,
}

/// All processes of one start.
#[derive(Debug)]
pub(crate) struct Run {
    keeper: Child,
    log: Option<JoinHandle<()>>,
}

impl Run {
    /// Starts it and waits until it takes connections.
    pub(crate) fn start(folder: &Folder, programs: &Path, port: u16) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("PostgreSQL did not start: {error}");
        let path = folder.path().join("log");
        let log = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        let before = std::fs::read(&path).map_err(failed)?.len();
        let mut postgres = folder.command(&programs.join("postgres"))?;
        postgres.arg("-D").arg(folder.data()).arg("-k").arg(folder.path());
        postgres.args(["-p", &port.to_string(), "-h", "127.0.0.1"]);
        let mut keeper = program(Path::new("sh"));
        keeper.args(["-c", KEEPER]).arg(folder.path()).arg(postgres.get_program()).args(postgres.get_args());
        keeper.stdin(Stdio::piped()).stdout(folder.hold()?).stderr(Stdio::piped()).current_dir("/");
        // Not with us when the terminal ends everything that runs in it.
        let mut keeper = keeper.process_group(0).spawn().map_err(failed)?;
        let (ready, is_ready) = mpsc::channel();
        let said = keeper.stderr.take();
        let mut run = Self { keeper, log: None };
        let writing = said.map(|said| Builder::new().name("postgres".to_owned()).spawn(|| write(said, log, ready)));
        run.log = writing.transpose().map_err(failed)?;
        match is_ready.recv_timeout(START_MAX) {
            Ok(()) => Ok(run),
            Err(RecvTimeoutError::Timeout) => Err(format!("PostgreSQL was not ready within {START_MAX:?}")),
            Err(RecvTimeoutError::Disconnected) => {
                drop(run);
                let said = std::fs::read(path).map_err(failed)?.split_off(before);
                Err(format!("PostgreSQL did not start:\n{}", String::from_utf8_lossy(&said).trim_end()))
            }
        }
    }

    /// Ends it, and waits until the last of its processes is gone.
    pub(crate) fn end(mut self, order: Order) -> Result<(), String> {
        let words = match order {
            Order::Stop => "kill -INT $!",
            Order::Kill => KILL,
        };
        let told = self.keeper.stdin.take().map_or(Ok(()), |mut keeper| writeln!(keeper, "{words}"));
        told.map_err(|error| format!("PostgreSQL could not be told to end: {error}"))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Waiting closes what the keeper reads from.
        let _ = self.keeper.wait();
        if let Some(log) = self.log.take() {
            let _ = log.join();
        }
    }
}

/// Writes down what PostgreSQL says, and tells when it takes connections.
fn write(said: ChildStderr, mut log: File, ready: Sender<()>) {
    for line in BufReader::new(said).split(b'\n').map_while(Result::ok) {
        // A log that can't be written is no reason to stop reading: then PostgreSQL would stop too.
        let _ = log.write_all(&[line.as_slice(), b"\n"].concat());
        if String::from_utf8_lossy(&line).contains("database system is ready to accept") {
            let _ = ready.send(());
        }
    }
}
