//! The desk itself: its profiles, the feed, a demo's clock, the shell.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::access::Role;
use super::values::{HowMany, When};

#[derive(Subcommand)]
pub(crate) enum Profile {
    /// Add a server and a key, and use them from now on
    #[command(after_help = "\
The key is never an argument: it is asked for, or comes from --key-file,
REFUND_KEY or standard input.

Examples:
  refund profile add demo --demo demo-data/demo.json
  refund profile add shop --demo demo-data/demo.json --role seller
  refund profile add live --url https://refunds.example.com
  refund profile add live --url https://refunds.example.com \\
    --key-file /run/secrets/refund-key")]
    Add(AddProfile),
    /// List the profiles; never their keys
    #[command(after_help = "\
Examples:
  refund profile list")]
    List,
    /// Use this profile from now on
    #[command(after_help = "\
Examples:
  refund profile use live
  refund list --profile shop        for one command alone")]
    Use(ProfileName),
    /// Forget a profile; its key stays valid until it is revoked
    #[command(after_help = "\
Examples:
  refund profile remove shop")]
    Remove(ProfileName),
}

#[derive(Args)]
pub(crate) struct AddProfile {
    /// What you call it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,
    /// Where the server is
    #[arg(long, value_name = "URL", required_unless_present = "demo", conflicts_with = "demo")]
    pub(crate) url: Option<String>,
    /// A file that holds the key and nothing else, or `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    pub(crate) key_file: Option<PathBuf>,
    /// Take server and key from the file that a running demo has written
    #[arg(long, value_name = "FILE")]
    pub(crate) demo: Option<PathBuf>,
    /// Whose key it is; of a demo's three, the operator's where left out
    #[arg(long, value_name = "ROLE", value_enum)]
    pub(crate) role: Option<Role>,
}

#[derive(Args)]
pub(crate) struct ProfileName {
    /// The profile
    pub(crate) name: String,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund events                                 from the start
  refund events --after evt_01abc --limit 500
  refund events --refund rfd_01abc
  refund events evt_01abc                       that one
  refund events --follow -o jsonl               each as it happens, until Ctrl-C")]
pub(crate) struct Events {
    /// Only this event
    #[arg(value_name = "EVENT", value_parser = NonEmptyStringValueParser::new(), conflicts_with_all = ["after", "refund", "follow", "from_start", "limit", "all"])]
    pub(crate) event: Option<String>,
    /// Only what came after this event
    #[arg(long, value_name = "EVENT")]
    pub(crate) after: Option<String>,
    /// Only of this refund
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) refund: Option<String>,
    /// Show each event as it happens from now on; a lost connection is taken up where it broke
    #[arg(long)]
    pub(crate) follow: bool,
    /// Follow from the very first event, and not from now on
    #[arg(long, requires = "follow", conflicts_with = "after")]
    pub(crate) from_start: bool,
    #[command(flatten)]
    pub(crate) many: HowMany<100>,
}

#[derive(Subcommand)]
pub(crate) enum Clock {
    /// Say what time it is for the demo
    #[command(after_help = "\
Examples:
  refund clock get")]
    Get,
    /// Let time pass; all that comes due on the way happens, each thing at its instant
    #[command(after_help = "\
Webhooks wait by this clock too: a message that failed is tried again once the
clock is past its next attempt.

Examples:
  refund clock advance 6h
  refund clock advance 2026-12-01T00:00:00Z")]
    Advance(Advance),
}

#[derive(Args)]
pub(crate) struct Advance {
    /// By a span such as 6h, or to an instant
    #[arg(value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) by: When,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund completions bash > ~/.local/share/bash-completion/completions/refund
  refund completions zsh > ~/.zfunc/_refund
  refund completions fish > ~/.config/fish/completions/refund.fish")]
pub(crate) struct Completions {
    /// Which shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund man | man -l -
  refund man > ~/.local/share/man/man1/refund.1")]
pub(crate) struct Man {}
