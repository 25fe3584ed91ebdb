//! `cargo xtask mail-test`: a mail server that nobody here wrote takes each kind of notice that a demo mails to buyers, and a
//! mail program's own parser reads them, in three languages; and what goes by TLS, and to whom nothing goes.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use refund_tests::crash::server_program;
use refund_tests::demo::{MailSettings, with_demo_that_mails};
use refund_tests::repository::root;

use crate::python::{programs, run as run_python};

/// Runs it.
pub(crate) fn run() -> Result<String, String> {
    let tools = programs("aiosmtpd", "mail-test/requirements.txt")?;
    let script = root().join("xtask/mail-test/over_tls.py");
    run_python(Command::new(tools.join("python")).arg("-B").arg(script).arg(server_program()?))?;
    each_kind(&tools)
}

/// Each kind of notice.
fn each_kind(tools: &Path) -> Result<String, String> {
    let said = |error: std::io::Error| format!("the mail server: {error}");
    let mut reader = Command::new(tools.join("python"))
        .arg(root().join("xtask/mail-test/read_mail.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(said)?;
    let (mut to, from) = reader.stdin.take().zip(reader.stdout.take()).ok_or("the mail server can't be heard")?;
    let mut lines = BufReader::new(from).lines();
    let mut line = || lines.next().ok_or("the mail server ended")?.map_err(said);
    let done = line().and_then(|port| {
        let mail = MailSettings {
            smtp_url: Some(format!("smtp://127.0.0.1:{port}")),
            smtp_password_file: None,
            mail_from: "Example Shop <refunds@example.com>".parse().ok(),
        };
        with_demo_that_mails(mail, |demo| {
            writeln!(to, "{}", demo.file.display()).map_err(said)?;
            line()
        })
    });
    if done.is_err() {
        // Where the demo did not start it waits for its word.
        reader.kill().map_err(said)?;
    }
    reader.wait().map_err(said)?;
    done
}
