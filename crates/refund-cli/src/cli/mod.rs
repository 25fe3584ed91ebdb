//! The command line: what can be said, and its help.

pub(crate) mod access;
pub(crate) mod acts;
pub(crate) mod audit;
pub(crate) mod desk;
pub(crate) mod erase;
pub(crate) mod files;
pub(crate) mod messages;
pub(crate) mod notices;
pub(crate) mod overview;
pub(crate) mod refunds;
pub(crate) mod saved_offers;
pub(crate) mod settings;
pub(crate) mod stats;
pub(crate) mod values;
pub(crate) mod webhooks;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::output::{Colours, Format};
use access::{Keys, Link};
use acts::{Accept, Agree, Cancel, Extend, MakeOffer, Modify, Payout, Plain, Reasoned, Rule, Ship};
use audit::Audit;
use desk::{Clock, Completions, Events, Man, Profile};
use erase::Erase;
use files::Files;
use messages::{Message, Messages};
use notices::{Notices, ReportNotice};
use refunds::{Bulk, Import, List, One, Open};
use saved_offers::SavedOffers;
use settings::{Policy, Rollout, Sellers};
use stats::Stats;
use webhooks::Webhooks;

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
    /// Begin CSV with a byte order mark: by it spreadsheet programs know UTF-8
    #[arg(long, global = true)]
    pub(crate) bom: bool,
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
    /// Explain why it stands there, and what comes next
    Explain(One),
    /// Show what may be offered, and what stands against it (seller)
    Options(One),
    /// Open a refund for a buyer (platform)
    Open(Box<Open>),
    /// Open many refunds from a file of JSON lines (platform)
    Import(Import),
    /// Read what was written on a refund, the oldest first
    Messages(Messages),
    /// Add photos and documents to a refund, or save them
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund file add rfd_01abc dent.jpg
  refund file get rfd_01abc SHA256 --to dent.jpg"
    )]
    File(Files),
    /// List who was told of what on a refund (operator, platform)
    Notices(Notices),
    /// Report what became of a notice (operator, platform)
    ReportNotice(ReportNotice),
    /// Count what came of the offers, day by day (operator, seller)
    Stats(Stats),
    /// Write on a refund (seller, operator; platform, for the buyer)
    Message(Message),
    /// Agree to, refuse, offer: on many, from a file (seller)
    Bulk(Bulk),
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
    /// Tell that the goods have left meanwhile (platform)
    MarkShipped(Plain),
    /// Rule on a refund that was escalated (operator)
    Rule(Rule),
    /// Erase what is known of people on a refund (operator)
    Erase(Erase),
    /// Give somebody more time (operator; the seller for shipping)
    Extend(Extend),
    /// Report a payout (platform), or try it again (also operator)
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund payout report rfd_01abc succeeded
  refund payout retry rfd_01abc"
    )]
    Payout(Payout),
    /// Set sellers up (operator, platform; a seller itself)
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund sellers get seller-homeware
  refund sellers put seller-9 --name 'Tea House of Hangzhou'"
    )]
    Sellers(Sellers),
    /// What a seller has prepared to be offered (seller, operator)
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund saved-offer list seller-homeware
  refund saved-offer remove seller-homeware small"
    )]
    SavedOffer(SavedOffers),
    /// The rules' numbers and switches (operator)
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund policy get
  refund policy set seller_decide_seconds=48h"
    )]
    Policy(Policy),
    /// To which sellers the tool is open (operator)
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund rollout check seller-homeware
  refund rollout batch open spring"
    )]
    Rollout(Rollout),
    /// Make, list and revoke API keys (operator)
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund keys list
  refund keys create 'back end' --role platform"
    )]
    Keys(Keys),
    /// Who changed what, who ruled, who signed in (operator, seller)
    Audit(Audit),
    /// A buyer's link to their refund: shown, or replaced (platform)
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund link show rfd_01abc
  refund link replace rfd_01abc"
    )]
    Link(Link),
    /// Endpoints that are told what happens, and what was sent
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund webhooks create https://shop.example/refunds
  refund webhooks deliveries whk_01abc --state failed"
    )]
    Webhooks(Webhooks),
    /// What happened, and what happens right now
    Events(Events),
    /// The clock of a demo: look at it, move it forward (operator)
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund clock get
  refund clock advance 6h"
    )]
    Clock(Clock),
    /// Servers and keys that this machine knows
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund profile add demo --demo demo-data/demo.json
  refund profile list"
    )]
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

/// How wide help is where nobody's terminal says so.
const REFERENCE_WIDTH: usize = 80;

/// The help of everything: as a whole first, then of each command that does something, without
/// what every command takes.
pub(crate) fn reference() -> Vec<(String, String)> {
    let hide = |argument: clap::Arg| {
        let is_everywhere = argument.is_global_set();
        argument.hide(is_everywhere)
    };
    helps(|leaf| leaf.mut_args(hide))
}

fn helps(shown: impl Fn(clap::Command) -> clap::Command) -> Vec<(String, String)> {
    let mut tree = tree().term_width(REFERENCE_WIDTH);
    tree.build();
    let whole = ("refund".to_owned(), tree.clone().render_help().to_string());
    let each = leaves(&tree, "refund").into_iter().map(|(words, leaf)| (words, shown(leaf).render_help().to_string()));
    std::iter::once(whole).chain(each).collect()
}

/// Every command that does something, with its words.
fn leaves(command: &clap::Command, words: &str) -> Vec<(String, clap::Command)> {
    if command.has_subcommands() {
        let below = command.get_subcommands();
        return below.flat_map(|below| leaves(below, &format!("{words} {}", below.get_name()))).collect();
    }
    vec![(words.to_owned(), command.clone())]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What neither a server nor a table has a part in: one form of it is enough, in `tests/trouble.rs`.
    const WITHOUT_SERVER: &[&str] = &["completions", "man", "profile add", "profile use", "profile remove"];

    #[test]
    fn the_tree_is_sound() {
        tree().debug_assert();
    }

    #[test]
    fn every_command_has_examples_and_help_that_fits_80_columns() {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            for (words, help) in helps(|leaf| leaf) {
                assert!(help.contains("Examples:\n"), "{words} has no examples");
                assert!(!help.contains("{command}"), "{words}");
                let wide = help.lines().find(|line| line.chars().count() > 80 && !line.starts_with("Usage: "));
                assert_eq!(wide, None, "{words}");
                insta::assert_snapshot!(format!("help-{}", words.replace(' ', "-")), help);
            }
        });
    }

    /// Whoever copies an example copies it whole.
    #[test]
    fn no_example_is_wrapped() {
        fn walk(command: &clap::Command) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let long = help.lines().find(|line| line.chars().count() > REFERENCE_WIDTH);
            assert_eq!(long, None, "{}", command.get_name());
            command.get_subcommands().for_each(walk);
        }
        walk(&tree());
    }

    #[test]
    fn every_group_of_commands_has_examples_too() {
        fn walk(command: &clap::Command) {
            for below in command.get_subcommands() {
                let help = below.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("Examples:\n"), "{}", below.get_name());
                walk(below);
            }
        }
        walk(&tree());
    }

    /// `INSTA_UPDATE=always` writes it anew, as it does the snapshots.
    #[test]
    fn the_reference_among_the_documents_is_current() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
        let mut text = String::from("# The command line\n\n");
        text += "Written by a test of `refund-cli` from the help of each command.\n";
        for (words, help) in reference() {
            let help: Vec<&str> = help.lines().map(str::trim_end).collect();
            text += &format!("\n## {words}\n\n```text\n{}\n```\n", help.join("\n").trim());
        }
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(&file, &text).unwrap();
        }
        let written = std::fs::read_to_string(&file).unwrap();
        assert_eq!(written, text, "write it anew: INSTA_UPDATE=always cargo test -p refund-cli");
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
        for (words, _) in leaves(&tree(), "") {
            let path = words.trim();
            if WITHOUT_SERVER.contains(&path) {
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
        for (path, command) in leaves(&tree(), "") {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                let harmless = matches!(name, "idempotency_key" | "key_file" | "secret_file");
                let is_secret = ["key", "secret", "token", "password"].iter().any(|word| name.contains(word));
                assert!(harmless || !is_secret, "{path} --{name}");
            }
        }
    }
}
