//! A server that says more than any client of today knows.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use refund_tests::repository::root;

/// It runs until this value is gone.
pub(super) struct Tomorrow {
    child: Child,
    pub(super) base_url: String,
}

impl Tomorrow {
    /// What the server at that address may be one day.
    pub(super) fn of(base_url: &str) -> Result<Self, String> {
        let mut command = Command::new("python3");
        command.arg(root().join("xtask/client-test/tomorrow.py")).arg(base_url).stdout(Stdio::piped());
        let child = command.spawn().map_err(|error| format!("Python did not start: {error}"))?;
        let mut tomorrow = Self { child, base_url: String::new() };
        let printed = tomorrow.child.stdout.take().map(BufReader::new).ok_or("it has no output")?;
        let address = printed.lines().next().ok_or("the server of tomorrow did not start")?;
        tomorrow.base_url = address.map_err(|error| error.to_string())?;
        Ok(tomorrow)
    }
}

impl Drop for Tomorrow {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
