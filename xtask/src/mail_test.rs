//! `cargo xtask mail-test`: a mail server that nobody here wrote takes each kind of notice that a demo mails to buyers, and a
//! mail program's own parser reads them, in three languages.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use refund_tests::demo::{MailSettings, with_demo_that_mails};
use refund_tests::repository::root;

use crate::python::programs;

/// Runs it.
pub(crate) fn run() -> Result<String, String> {
    let said = |error: std::io::Error| format!("the mail server: {error}");
    let tools = programs("aiosmtpd", "mail-test/requirements.txt")?;
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
