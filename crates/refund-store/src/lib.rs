//! The memory of the refund negotiation engine.
//!
//! One trait, [`Store`], and what passes through it: a [`Request`] is asked for, one step
//! settles what is due, decides, and stages everything that follows from it; the store records
//! that in one piece or not at all, and answers when it is durable.
//!
//! - [`MemoryStore`] keeps everything in sorted maps and nothing on disk: the trait's executable
//!   specification.
//! - [`EmbeddedStore`] keeps a [`journal`] as the truth and sled as a view of it.
//!
//! The rules are `refund-core`'s. This crate says only what is asked in which order, and keeps it.

pub mod care;
mod codec;
pub mod conformance;
mod embedded;
pub mod files;
#[cfg(test)]
mod golden;
mod idempotency;
pub mod journal;
mod known;
mod list;
mod memory;
mod people;
mod record;
mod set_up;
mod settings;
mod stage;
mod step;
mod store;
mod surroundings;
mod user;
mod view;
mod webhook;
mod work;

pub use embedded::{EmbeddedStore, KEPT_FREE_BYTES, LastUse, OpenError, Opened, SledFolder, WAITING_MAX};
pub use idempotency::{Fingerprint, IdempotencyKey, Remembered};
pub use known::{Prospect, every_action, objection, offer_options, prospect, seen};
pub use list::{Listing, Number, Page, Place, Query, Sort};
pub use memory::MemoryStore;
pub use record::{Entry, EventPosition, Record, Recorded};
pub use settings::{Key, KeyRole, KeyScope, Secret, Seller, Tag, hour_of};
pub use step::replayed;
pub use store::{Feed, Reply, Store};
pub use surroundings::{Clock, Entropy, Surroundings};
pub use user::{Session, SignInLink, User, UserChange};
pub use view::{StoreError, View};
pub use webhook::{Disabled, DisabledBecause, Webhook, WebhookChange, WebhookTerms};
pub use work::{Advance, Answer, Answered, Expected, Outcome, Refused, Request, Seen, Work};
