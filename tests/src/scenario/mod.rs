//! Stories of a refund, and their player.
//!
//! A story is a TOML file in `tests/scenarios/`. Nobody has to be a programmer to write one:
//!
//! ```toml
//! title = "The buyer takes two yuan and keeps the bin"
//! rules = ["S8", "R23"]
//!
//! [[step]]
//! at = "T+1h"
//! who = "seller"
//! does = "make_offer"
//! type = "REFUND_ONLY"
//! amount = "2.00"
//!
//! [[step]]
//! at = "T+10h"
//! who = "buyer"
//! does = "accept"
//! status = "SUCCESS"
//! ```
//!
//! The refund is opened at `T`. What a story does not say is as plain as can be: the buyer of a
//! bin, paid with 20.00 CNY, shipped, asks for everything back against its return; the seller has
//! one address, `warehouse`; the policy is the default one and the tool is open to everybody.
//!
//! | table | keys |
//! |---|---|
//! | top | `title`, `rules`, `tell_reminders` |
//! | `[policy]` | the policy's own words; lengths of time as `"36h"`, without `_seconds` |
//! | `[seller]` | `name`, `addresses`, `policy`, `set_up = false` |
//! | `[rollout]` | `batches`, `percentage`, `allow`, `deny` |
//! | `[line]` | `title`, `category`, `paid`, `shipped`, `freight_insurance`, `order` |
//! | `[request]` | `type`, `amount`, `reason`, and what is expected of the opening |
//! | `[[step]]` | `at`, `who`, `does`, `refund`, what the deed needs, and what is expected after it |
//!
//! What can be expected: `refused`, `possible_at`, `opened_again`, `status`, `closed_reason`,
//! `negotiation`, `effective`, `deadlines`, `escalated`, `actions`, `objections`, `offer_expires`.
//! A step that is refused must say so with `refused`. A second refund has a name: `refund = "second"`.
//!
//! Unknown keys and words, and whatever else can't be, are shown where they stand.

mod change;
mod checks;
mod expect;
mod instant;
mod mistake;
mod player;
mod reader;
mod settings;
mod shelf;
mod stages;
mod steps;
mod story;
mod table;
mod words;

pub use mistake::Mistake;
pub use player::{Played, play};
pub use shelf::{all, folder};
pub use stages::{Look, No, Not, Place, Stage};
pub use story::{Deed, Scenario, Step, Who};
