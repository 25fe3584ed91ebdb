//! `cargo xtask`: the project's own commands.

mod api_test;
mod bench;
mod browser_test;
mod bucket_test;
mod client_test;
mod contract_lint;
mod costs;
mod crash;
mod debian;
mod demo;
mod dependencies;
mod deploy_lint;
mod docs;
mod failover;
mod mail_test;
mod node;
mod postgres;
mod python;
mod rules;
mod scenario;
mod stopwatch;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Stories of a refund: list them, or play one.
    #[command(subcommand)]
    Scenario(scenario::Command),
    /// Writes the documents that are made from the code and the stories.
    Docs(docs::Args),
    /// Kills the server under load, again and again, and looks whether it keeps what it answered.
    Crash(crash::Args),
    /// Lets servers on PostgreSQL work while connections are cut, sessions end, and the primary dies or gives way.
    Failover(failover::Args),
    /// Calls a running server in every way that its contract allows, and in many that it doesn't.
    ApiTest(api_test::Args),
    /// Generates clients from the contract and lets them do what docs/api.md shows.
    ClientTest,
    /// Lets a mail server of others take notices, and reads them as a mail program does.
    MailTest,
    /// Lets a storage of others that speaks S3 keep a demo's evidence, and be away.
    BucketTest,
    /// Has linters of others look at the contract.
    ContractLint,
    /// Has tools of others look at the files under deploy/.
    DeployLint,
    /// Looks whether what the workspace is made of may be used, and writes down what that is (target/sbom.cdx.json).
    Dependencies,
    /// Uses the pages of a running demo in a browser, as people use them.
    BrowserTest(browser_test::Args),
    /// Makes the pictures of the pages that the README shows.
    Screenshots,
    /// A demo of two servers on a PostgreSQL of its own: Debian's, which has to be installed.
    Demo,
    /// Installs the PostgreSQLs that the tests start, and tries them.
    Postgres,
    /// Measures what the engine costs, as ratios within one run.
    Bench(bench::Args),
    /// Counts what a call costs, and holds it against bench/costs.toml.
    Costs(costs::Args),
    /// Looks whether the rules of the repository hold.
    Rules,
    /// Everything that has to pass before a change is done.
    Test,
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Scenario(command) => scenario::run(command),
        Command::Docs(args) => said(docs::run(&args)),
        Command::Crash(args) => said(crash::run(&args)),
        Command::Failover(args) => said(failover::run(&args)),
        Command::ApiTest(args) => said(api_test::run_all(&args)),
        Command::ClientTest => said(client_test::run_all()),
        Command::MailTest => said(mail_test::run()),
        Command::BucketTest => said(bucket_test::run()),
        Command::ContractLint => said(contract_lint::run()),
        Command::DeployLint => said(deploy_lint::run()),
        Command::Dependencies => said(dependencies::run()),
        Command::BrowserTest(args) => said(browser_test::run_all(&args)),
        Command::Screenshots => said(browser_test::screenshots()),
        Command::Demo => said(demo::run()),
        Command::Postgres => said(postgres::install()),
        Command::Bench(args) => said(bench::run(&args)),
        Command::Costs(args) => said(costs::run(&args)),
        Command::Rules => said(rules::run()),
        Command::Test => said(test::run()),
    }
}

/// Prints what a command came to: its last word, or why it failed.
fn said(result: Result<String, String>) -> ExitCode {
    match result {
        Ok(last) => {
            println!("{last}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_xtask_command_of_a_readme_is_one() {
        for (readme, command) in refund_tests::repository::readme_commands().expect("files that can be read") {
            let words = command.split_whitespace().skip(1);
            if let Some(line) =
                command.strip_prefix("cargo xtask").filter(|rest| rest.is_empty() || rest.starts_with(' '))
            {
                let parsed = Cli::try_parse_from(words);
                assert!(parsed.is_ok(), "{readme}: `cargo xtask{line}` is no command: {:?}", parsed.err());
            }
        }
    }
}
