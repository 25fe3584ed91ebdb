//! What `refund --help` says as a whole: the commands by what they are for, and the exit codes.

use std::fmt::Write;

use crate::failure::EXIT_CODES;

/// The commands in the order of a day's work.
pub(crate) const GROUPS: &[(&str, &[&str])] = &[
    ("Look", &["list", "show", "explain", "options", "messages", "notices", "events", "stats"]),
    (
        "The seller",
        &["offer", "withdraw", "agree", "refuse", "confirm-receipt", "refuse-receipt", "waive-return", "bulk"],
    ),
    ("Everybody", &["message", "file"]),
    (
        "The buyer, through the platform",
        &["open", "import", "accept", "reject", "modify", "cancel", "escalate", "ship", "mark-shipped", "link"],
    ),
    ("The operator", &["rule", "extend", "payout", "report-notice", "erase"]),
    ("Settings", &["sellers", "saved-offer", "policy", "rollout", "keys", "webhooks", "audit"]),
    ("This desk", &["profile", "clock", "completions", "man"]),
];

const EXAMPLES: &str = "\
Examples:
  refund profile add demo --demo demo-data/demo.json   begin with a demo
  refund list                                          what is due next
  refund show rfd_01abc                                all about one refund
  refund explain rfd_01abc                             why, and what comes next
";

const ABOUT: &str = "\
{about}.

A buyer has asked for a refund; the seller may once propose other terms; clocks
decide what silence means. This shows all of it, and does whatever the key that
it is given may do.
";

/// The command with its overview in place of one long list.
pub(crate) fn with_overview(command: clap::Command) -> clap::Command {
    let command = named_examples(command, "");
    let mut groups = String::new();
    for (title, names) in GROUPS {
        let _ = writeln!(groups, "\n{title}:");
        for name in *names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about).cloned().unwrap_or_default();
            let _ = writeln!(groups, "  {name:<16} {about}");
        }
    }
    let mut codes = String::from("Exit codes:\n");
    for (code, meaning) in EXIT_CODES {
        let _ = writeln!(codes, "  {code:>3}  {meaning}");
    }
    let environment = "\
Environment:
  REFUND_PROFILE          the profile, where --profile is not given
  REFUND_KEY, REFUND_URL  a key and its server, without any profile
  NO_COLOR                no colours
  COLUMNS                 how wide the answer may be

Secrets are never arguments: others on this machine can read those.
`refund COMMAND --help` has examples for each command.";
    let template = format!("{ABOUT}\n{{usage-heading}} {{usage}}\n{groups}\nEverywhere:\n{{options}}{{after-help}}");
    command.help_template(template).after_help(format!("{EXAMPLES}\n{codes}\n{environment}"))
}

/// Commands that take the same arguments share their examples, in which each stands by its own name.
fn named_examples(command: clap::Command, path: &str) -> clap::Command {
    command.mut_subcommands(|below| {
        let path = format!("{path}{}", below.get_name());
        let help = below.get_after_help().map(|help| help.to_string().replace("{command}", &path));
        let below = named_examples(below, &format!("{path} "));
        match help {
            Some(help) => below.after_help(help),
            None => below,
        }
    })
}
