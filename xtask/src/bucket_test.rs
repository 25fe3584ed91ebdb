//! `cargo xtask bucket-test`: a storage that nobody here wrote, which speaks S3, keeps a demo's evidence.

use std::process::Command;

use refund_tests::crash::server_program;
use refund_tests::repository::root;

use crate::python::{programs, run as run_python};

/// Runs it.
pub(crate) fn run() -> Result<String, String> {
    let tools = programs("moto", "bucket-test/requirements.txt")?;
    let script = root().join("xtask/bucket-test/keep_evidence.py");
    run_python(Command::new(tools.join("python")).arg("-B").arg(script).arg(server_program()?))?;
    Ok(String::new())
}
