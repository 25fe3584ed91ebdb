//! `cargo xtask contract-lint`: what two linters of others say of the contract. What they are not asked, and why,
//! stands in `xtask/contract-lint/`.

use std::process::Command;

use refund_tests::repository::root;

use crate::node;
use crate::python::run as carried_out;

const LINTERS: &str = "contract-lint";
const CONTRACT: &str = "../../docs/openapi.json";

/// No error and no warning of either.
pub(crate) fn run() -> Result<String, String> {
    let tools = node::installed(LINTERS)?.join("node_modules/.bin");
    let lint = |tool: &str, args: &[&str]| {
        let mut lint = Command::new(tools.join(tool));
        // It asks nobody whether there is a newer one, and tells nobody that it ran.
        lint.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        carried_out(lint.arg("lint").args(args).arg(CONTRACT).current_dir(root().join("xtask").join(LINTERS)))
    };
    lint("redocly", &["--max-problems", "20"])?;
    lint("spectral", &["--ruleset", "spectral.yaml", "--fail-severity", "warn"])?;
    Ok("redocly and Spectral find nothing in docs/openapi.json".to_owned())
}
