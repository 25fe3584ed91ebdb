//! The command line: what can be said, and its help.

pub(crate) mod acts;
pub(crate) mod desk;
pub(crate) mod overview;
pub(crate) mod refunds;
pub(crate) mod settings;
pub(crate) mod values;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::output::{Colours, Format};
use acts::{Accept, Agree, Cancel, Extend, MakeOffer, Modify, Payout, Plain, Reasoned, Rule, Ship};
use desk::{Clock, Completions, Events, Man, Profile};
use refunds::{Import, List, One, Open};
use settings::{Keys, Policy, Rollout, Sellers};

/// The operator's desk of the refund negotiation engine
#[derive(Parser)]
#[command(name = "refund", version, about, max_term_width = 90, args_override_self = true)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    disable_help_flag = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Which server and key, as set up with `refund profile add`
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// How the answer is written
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value_t = Format::Table, hide_possible_values = true, help = "How the answer is written: table, json, jsonl or csv")]
    pub(crate) output: Format,
    /// Colours: auto, always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colours::Auto, hide_possible_values = true)]
    pub(crate) color: Colours,
    /// Print help, with examples
    // One help, not a short and a long one.
    #[arg(short, long, global = true, action = clap::ArgAction::HelpShort)]
    help: Option<bool>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List refunds, the most urgent first
    List(List),
    /// Show one refund with its clocks and its timeline
    Show(One),
    /// Explain why it stands there, rule by rule, and what comes next
    Explain(One),
    /// Show what may be offered, and what stands against it (seller)
    Options(One),
    /// Open a refund for a buyer (platform)
    Open(Box<Open>),
    /// Open many refunds from a file of JSON lines (platform)
    Import(Import),
    /// Propose other terms, once (seller)
    Offer(MakeOffer),
    /// Withdraw the offer, where the policy allows it (seller)
    Withdraw(Plain),
    /// Agree to the refund as it was asked for (seller)
    Agree(Agree),
    /// Refuse the refund (seller)
    Refuse(Reasoned),
    /// Confirm that the goods came back (seller)
    ConfirmReceipt(Plain),
    /// Refuse the goods that came back (seller)
    RefuseReceipt(Reasoned),
    /// Pay without waiting for the goods (seller)
    WaiveReturn(Plain),
    /// Accept the offer (platform, for the buyer)
    Accept(Accept),
    /// Reject the offer (platform, for the buyer)
    Reject(Accept),
    /// Change the request (platform, for the buyer)
    Modify(Modify),
    /// Give the refund up (platform, for the buyer)
    Cancel(Cancel),
    /// Call the operator in (platform, for the buyer)
    Escalate(Reasoned),
    /// Say how the goods travel back (platform, for the buyer)
    Ship(Ship),
    /// Rule on a refund that was escalated (operator)
    Rule(Rule),
    /// Give somebody more time (operator; the seller for shipping)
    Extend(Extend),
    /// Report a payout (platform), or try it again (also operator)
    #[command(subcommand)]
    Payout(Payout),
    /// Set sellers up (operator, platform; a seller itself)
    #[command(subcommand)]
    Sellers(Sellers),
    /// The rules' numbers and switches (operator)
    #[command(subcommand)]
    Policy(Policy),
    /// To which sellers the tool is open (operator)
    #[command(subcommand)]
    Rollout(Rollout),
    /// Make, list and revoke API keys (operator)
    #[command(subcommand)]
    Keys(Keys),
    /// What happened, and what happens right now
    Events(Events),
    /// The clock of a demo: look at it, move it forward (operator)
    #[command(subcommand)]
    Clock(Clock),
    /// Servers and keys that this machine knows
    #[command(subcommand)]
    Profile(Profile),
    /// Print what makes your shell complete `refund` commands
    Completions(Completions),
    /// Print the man page
    Man(Man),
}

/// The whole tree, with what is said about it as a whole.
pub(crate) fn tree() -> clap::Command {
    overview::with_overview(Cli::command())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What neither a server nor a table has a part in: one form of it is enough, in `tests/trouble.rs`.
    const WITHOUT_SERVER: &[&str] = &["completions", "man", "profile add", "profile use", "profile remove"];

    /// Every command that does something, with its words.
    fn leaves(command: &clap::Command, path: &str) -> Vec<(String, clap::Command)> {
        if command.has_subcommands() {
            let below = command.get_subcommands();
            return below.flat_map(|below| leaves(below, &format!("{path} {}", below.get_name()))).collect();
        }
        vec![(path.trim().to_owned(), command.clone())]
    }

    fn built() -> clap::Command {
        let mut tree = tree().term_width(80);
        tree.build();
        tree
    }

    #[test]
    fn the_tree_is_sound() {
        tree().debug_assert();
    }

    #[test]
    fn every_command_has_examples_and_help_that_fits_80_columns() {
        let tree = built();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("help", tree.clone().render_help());
            for (path, mut command) in leaves(&tree, "") {
                let help = command.render_help().to_string();
                assert!(help.contains("Examples:\n"), "{path} has no examples");
                assert!(!help.contains("{command}"), "{path}");
                let wide = help.lines().find(|line| line.chars().count() > 80 && !line.starts_with("Usage: "));
                assert_eq!(wide, None, "{path}");
                insta::assert_snapshot!(format!("help-{}", path.replace(' ', "-")), help);
            }
        });
    }

    #[test]
    fn every_command_stands_in_the_overview_once() {
        let mut grouped: Vec<&str> = overview::GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let tree = tree();
        let mut all: Vec<&str> = tree.get_subcommands().map(clap::Command::get_name).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }

    #[test]
    fn every_command_is_told_as_a_table_and_as_json() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
        for (path, _) in leaves(&built(), "") {
            if WITHOUT_SERVER.contains(&path.as_str()) {
                continue;
            }
            for form in ["table", "json"] {
                let file = folder.join(format!("{}.{form}.snap", path.replace(' ', "-")));
                assert!(file.exists(), "`refund {path}` is missing in tests/story.rs: {}", file.display());
            }
        }
    }

    /// Arguments can be read by everybody on the machine, by `ps` for one.
    #[test]
    fn no_argument_is_a_secret() {
        for (path, command) in leaves(&built(), "") {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                let harmless = matches!(name, "idempotency_key" | "key_file");
                let is_secret = ["key", "secret", "token", "password"].iter().any(|word| name.contains(word));
                assert!(harmless || !is_secret, "{path} --{name}");
            }
        }
    }
}
