//! What holds for everybody, or for one seller.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::values::{HowMany, When};

#[derive(Subcommand)]
pub(crate) enum Sellers {
    /// List the sellers that are set up, by id
    #[command(after_help = "\
Examples:
  refund sellers list
  refund sellers list --all -o csv > sellers.csv")]
    List(ListSellers),
    /// Show a seller: its name, return addresses, and what its policy has of its own
    #[command(after_help = "\
Examples:
  refund sellers get seller-homeware
  refund sellers get seller-homeware -o json > seller.json")]
    Get(SellerId),
    /// Set a seller up, or change what is given here and keep the rest
    #[command(after_help = "\
A seller has exactly one default return address: silence may agree to a return.

Examples:
  refund sellers put seller-9 --name 'Tea House' --recipient Desk \\
    --phone 0571-5550-0109 --address '9 Leaf Lane'
  refund sellers put seller-9 --name 'Tea House of Hangzhou'
  refund sellers put seller-9 --policy fresh_goods=refund_only \\
    --policy seller_decide_seconds=48h
  refund sellers put seller-9 --file seller.json           replaces all of it")]
    Put(PutSeller),
    /// Add a return address to a seller, or replace the one of that id
    #[command(after_help = "\
Examples:
  refund sellers add-address seller-9 south --recipient Desk \\
    --phone 020-5550-0102 --address '2 Harbour Street'
  refund sellers add-address seller-9 north --recipient Desk --phone 1 \\
    --address '3 Hill Road' --default")]
    AddAddress(AddAddress),
    /// Have somebody told by mail what concerns a seller, or change of what they are told
    #[command(after_help = "\
Of everything where no kind is named: request, offer, decision, shipment,
payment, reminder, escalation, message.

Examples:
  refund sellers add-contact seller-9 desk@example.com --language zh-Hant \\
    --time-zone Asia/Taipei
  refund sellers add-contact seller-9 boss@example.com \\
    --kinds escalation,payment")]
    AddContact(AddContact),
    /// Tell somebody no more by mail
    #[command(after_help = "\
Examples:
  refund sellers remove-contact seller-9 desk@example.com")]
    RemoveContact(RemoveContact),
}

#[derive(Args)]
pub(crate) struct AddContact {
    /// The seller
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Their address
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) email: String,
    /// In which language they are told
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// In which time zone they are told by when, such as Asia/Taipei; UTC without one
    #[arg(long, value_name = "ZONE")]
    pub(crate) time_zone: Option<String>,
    /// Of what, one or more with commas between
    #[arg(long, value_delimiter = ',')]
    pub(crate) kinds: Vec<String>,
}

#[derive(Args)]
pub(crate) struct RemoveContact {
    /// The seller
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Their address
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) email: String,
}

#[derive(Args)]
pub(crate) struct ListSellers {
    #[command(flatten)]
    pub(crate) many: HowMany<50>,
}

#[derive(Args)]
pub(crate) struct SellerId {
    /// The seller
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
}

#[derive(Args)]
pub(crate) struct PutSeller {
    /// The seller
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// The whole body as JSON, from a file or `-`; replaces all that is there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "recipient", "phone", "address", "policy"])]
    pub(crate) file: Option<PathBuf>,
    /// What it is called
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) name: Option<String>,
    /// Who takes returns in, at its first address
    #[arg(long, value_name = "TEXT", requires = "address", allow_hyphen_values = true)]
    pub(crate) recipient: Option<String>,
    /// The first address's telephone
    #[arg(long, value_name = "NUMBER", requires = "address", allow_hyphen_values = true)]
    pub(crate) phone: Option<String>,
    /// The first return address, which gets the id `main`
    #[arg(long, value_name = "TEXT", requires_all = ["recipient", "phone"], allow_hyphen_values = true)]
    pub(crate) address: Option<String>,
    /// What its policy has of its own, such as fresh_goods=allow; an empty value takes the platform's again
    #[arg(long, value_name = "FIELD=VALUE")]
    pub(crate) policy: Vec<String>,
}

#[derive(Args)]
pub(crate) struct AddAddress {
    /// The seller
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// What offers will call the address
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) address_id: String,
    /// Who takes returns in
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) recipient: String,
    /// The telephone there
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) phone: String,
    /// The address
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) address: String,
    /// From now on returns go there where nothing else is said
    #[arg(long)]
    pub(crate) default: bool,
}

#[derive(Subcommand)]
pub(crate) enum Policy {
    /// Show the platform's policy
    #[command(after_help = "\
Examples:
  refund policy get
  refund policy get -o json")]
    Get,
    /// Change some of it: what the change means is shown first
    #[command(after_help = "\
No deadline that runs is moved and no offer undone (R34).

Examples:
  refund policy set seller_decide_seconds=48h
  refund policy set allow_withdraw=true reminders_seconds=12h,1h
  refund policy set fresh_goods=refund_only --yes
  refund policy set reasons=usual
  refund policy set reasons=reasons.json
  refund policy set operator_contacts=contacts.json

`reasons` are `usual`, `none`, or a file with what `refund policy get -o json`
shows of them, and `operator_contacts` `none` or such a file; - is standard
input. Of a contact the `email` alone is needed: [{\"email\": \"desk@example.com\"}]")]
    Set(SetPolicy),
}

#[derive(Args)]
pub(crate) struct SetPolicy {
    /// The fields and their values; spans such as 48h or 5days
    #[arg(required = true, value_name = "FIELD=VALUE")]
    pub(crate) fields: Vec<String>,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Subcommand)]
pub(crate) enum Rollout {
    /// Show batches, percentage, and the lists
    #[command(after_help = "\
Examples:
  refund rollout get
  refund rollout get -o json")]
    Get,
    /// Say for one seller whether it is in, and why
    #[command(after_help = "\
Examples:
  refund rollout check seller-homeware")]
    Check(SellerId),
    /// Let this many of a hundred sellers in, by a hash of their id
    #[command(after_help = "\
Raising it only adds sellers. Lowering it asks first: open offers go on, and
whom nothing else lets in makes no new ones.

Examples:
  refund rollout percentage 25
  refund rollout percentage 0 --yes")]
    Percentage(Percentage),
    /// Let sellers in whatever the batches say
    #[command(after_help = "\
Examples:
  refund rollout allow seller-homeware seller-lights
  refund rollout allow seller-homeware --remove")]
    Allow(Listed),
    /// Keep sellers out whatever all else says
    #[command(after_help = "\
Examples:
  refund rollout deny seller-orchard
  refund rollout deny seller-orchard --remove")]
    Deny(Listed),
    /// Groups of sellers that open together
    #[command(
        subcommand,
        after_help = "\
Examples:
  refund rollout batch add spring seller-homeware seller-lights
  refund rollout batch open spring"
    )]
    Batch(Batch),
}

#[derive(Args)]
pub(crate) struct Percentage {
    /// 0 to 100
    #[arg(value_parser = clap::value_parser!(u8).range(..=100))]
    pub(crate) percentage: u8,
    /// Don't ask where it is lowered
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct Listed {
    /// The sellers
    #[arg(required = true, value_name = "SELLER")]
    pub(crate) sellers: Vec<String>,
    /// Take them from the list instead
    #[arg(long)]
    pub(crate) remove: bool,
}

#[derive(Subcommand)]
pub(crate) enum Batch {
    /// Add sellers to a batch; a new one is closed until it is opened
    #[command(after_help = "\
Examples:
  refund rollout batch add spring seller-homeware seller-lights
  refund rollout batch add spring seller-orchard \\
    --opens-at 2026-12-01T00:00:00Z")]
    Add(AddBatch),
    /// Take sellers out of a batch; without any, the batch itself is gone
    #[command(after_help = "\
Examples:
  refund rollout batch remove spring seller-orchard
  refund rollout batch remove spring                the batch itself
  refund rollout batch remove spring --yes")]
    Remove(RemoveFromBatch),
    /// Open a batch
    #[command(after_help = "\
Examples:
  refund rollout batch open spring")]
    Open(BatchName),
    /// Close a batch again; offers that were made stay
    #[command(after_help = "\
Examples:
  refund rollout batch close spring
  refund rollout batch close spring --yes")]
    Close(CloseBatch),
}

#[derive(Args)]
pub(crate) struct AddBatch {
    /// What operators call it
    pub(crate) name: String,
    /// Who is in it
    #[arg(required = true, value_name = "SELLER")]
    pub(crate) sellers: Vec<String>,
    /// When it opens by itself: an instant, or a span such as 6h
    #[arg(long, value_name = "WHEN")]
    pub(crate) opens_at: Option<When>,
}

#[derive(Args)]
pub(crate) struct RemoveFromBatch {
    /// The batch
    pub(crate) name: String,
    /// Who is no more in it
    #[arg(value_name = "SELLER")]
    pub(crate) sellers: Vec<String>,
    /// Don't ask where the batch itself is to go
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct CloseBatch {
    /// The batch
    pub(crate) name: String,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct BatchName {
    /// The batch
    pub(crate) name: String,
}
