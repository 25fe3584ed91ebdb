//! A demo in this process, and the desk in a process of its own, as a shell would start it.

pub(crate) mod elsewhere;
pub(crate) mod receiver;
mod redacted;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use refund_api::{Demo, Running};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A demo's server, a folder for the desk's configuration, and a profile for each role.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) demo: Demo,
    runtime: Runtime,
    running: Option<Running>,
}

/// What the desk said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) const OPERATOR: &str = "demo";
pub(crate) const SELLER: &str = "shop";
/// The seller that may withdraw, and whose payouts are confirmed.
pub(crate) const LIGHTS: &str = "lights";
pub(crate) const PLATFORM: &str = "back";

/// A command that goes on until it is ended.
pub(crate) struct Going {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Going {
    /// Begins it, and waits until it says that it has begun.
    pub(crate) fn begin(mut command: Command, begun: &str) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains(begun) {
            line.clear();
            assert_ne!(err.read_line(&mut line).unwrap(), 0, "it ended before it said {begun:?}");
        }
        Self { child, out }
    }

    /// The next line that it says.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// All that was said, to be held.
pub(crate) fn told(said: &Said) -> String {
    format!("{}--\n{}exit {}", said.out, said.err, said.code)
}

impl Desk {
    /// A demo and the profiles `demo`, `shop`, `lights` and `back`.
    pub(crate) fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let data = folder.path().join("data");
        let (place, mail) = (refund_api::Place::default(), refund_api::MailSettings::default());
        let started = runtime.block_on(refund_api::demo(data, place, "127.0.0.1:0".parse().unwrap(), mail));
        let (running, demo) = started.unwrap();
        let desk = Self { folder, demo, runtime, running: Some(running) };
        for (name, role) in [(SELLER, "seller"), (PLATFORM, "platform"), (OPERATOR, "operator")] {
            let file = desk.demo.file.to_str().unwrap();
            assert_eq!(desk.run(&["profile", "add", name, "--demo", file, "--role", role]).code, 0);
        }
        desk
    }

    /// A profile for a seller that the demo gave no key to.
    pub(crate) fn add_lights(&self) {
        let made =
            self.run(&["keys", "create", "lights", "--role", "seller", "--seller", "seller-lights", "-o", "json"]);
        let key: serde_json::Value = serde_json::from_str(&made.out).unwrap();
        let secret = key["secret"].as_str().unwrap();
        let add = ["profile", "add", LIGHTS, "--role", "seller", "--url", &self.demo.base_url];
        assert_eq!(self.run_with(&add, &[], secret).code, 0);
        assert_eq!(self.run(&["profile", "use", OPERATOR]).code, 0);
    }

    /// The desk's command, 80 columns wide, in an environment that has nothing of the caller's.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_refund"));
        command.env_clear().env("XDG_CONFIG_HOME", self.config()).env("HOME", self.folder.path());
        command.env("COLUMNS", "80").current_dir(self.folder.path()).args(arguments);
        command
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, &[], "")
    }

    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Said {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing has gone by then.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Says a command that goes on by itself, and waits until it says that it does.
    pub(crate) fn begin(&self, arguments: &[&str], begun: &str) -> Going {
        Going::begin(self.command(arguments), begun)
    }

    /// A file in the desk's folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The refund on that order.
    pub(crate) fn refund(&self, order: &str) -> String {
        let said = self.run(&["list", "--order", order, "-o", "jsonl", "--profile", PLATFORM]);
        let refund: serde_json::Value = serde_json::from_str(said.out.lines().next().unwrap()).unwrap();
        refund["id"].as_str().unwrap().to_owned()
    }

    /// What was said, with what differs from run to run made the same.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let listed = self.run(&["list", "--all", "--sort", "opened_at", "-o", "csv"]).out;
        redacted::redacted(text, &listed, &self.demo, Path::new(self.folder.path()))
    }

    pub(crate) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop()).unwrap();
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Holds what was said against what is expected.
#[macro_export]
macro_rules! hold {
    ($name:literal, $said:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(concat!("trouble-", $name), $said);
        })
    };
}
