//! `cargo xtask api-test`: calls that nobody thought of, made from the contract, against a running server.

use std::process::Command;

use refund_tests::demo::{buyer_link, with_demo};
use refund_tests::repository::root;

use crate::python::{programs, run};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many calls of each kind are made up for each operation.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    examples: u32,
    /// What the calls are made up by.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u32,
}

/// Each role calls a fresh server of its own: what the tester leaves behind is not pretty.
pub(crate) fn run_all(args: &Args) -> Result<String, String> {
    let tester = programs("schemathesis", "api-test/requirements.txt")?.join("schemathesis");
    let config = root().join("xtask/api-test/schemathesis.toml");
    let mut failed = Vec::new();
    for role in ["operator", "platform", "seller", "buyer"] {
        println!("== by the {role}");
        let done = with_demo(|demo| {
            let token = match role {
                "operator" => demo.operator.clone(),
                "platform" => demo.platform.clone(),
                "seller" => demo.seller.clone(),
                _ => buyer_link(demo)?,
            };
            let mut call = Command::new(&tester);
            call.arg("--config-file").arg(&config).arg("run").arg(format!("{}/openapi.json", demo.base_url));
            call.args(["--checks", "all", "--continue-on-failure", "--warnings", "off"]);
            call.arg("--header").arg(format!("Authorization: Bearer {token}"));
            call.arg("--max-examples").arg(args.examples.to_string()).arg("--seed").arg(args.seed.to_string());
            run(call.current_dir(root().join("target")))
        });
        failed.extend(done.err().map(|why| format!("by the {role}: {why}")));
    }
    if failed.is_empty() { Ok("the server keeps its contract".to_owned()) } else { Err(failed.join("\n")) }
}
