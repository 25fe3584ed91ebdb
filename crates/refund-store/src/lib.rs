//! The memory of the refund negotiation engine.
//!
//! One trait, [`Store`], and what passes through it: a [`Request`] is asked for, one step
//! settles what is due, decides, and stages everything that follows from it; the store records
//! that in one piece or not at all, and answers when it is durable.
//!
//! - [`MemoryStore`] keeps everything in sorted maps and nothing on disk: the trait's executable
//!   specification.
//! - [`EmbeddedStore`] keeps a [`journal`] as the truth and sled as a view of it.
//! - [`PostgresStore`] keeps records and rows in a PostgreSQL, which several servers share.
//!
//! Beside it another trait, [`Deliveries`]: the book of what sends webhooks, which is no truth and may be lost.
//!
//! The rules are `refund-core`'s. This crate says only what is asked in which order, and keeps it.

mod aside;
pub mod care;
mod codec;
pub mod conformance;
mod deliveries;
mod door;
mod embedded;
mod error;
pub mod files;
#[cfg(test)]
mod golden;
pub mod journal;
mod memory;
mod model;
mod postgres;
mod soon;
mod store;
mod stored;
mod surroundings;

pub use aside::Aside;
pub use deliveries::{
    Again, Attempt, Backlog, Chosen, Claimed, Deliveries, Delivery, DeliveryState, Due, Forget, Intake, LeftAlone,
    MemoryDeliveries, Noted, Queued, Standing, Tried,
};
pub use door::{Advance, Answer, Answered, PEOPLE_MAX, Precondition, Refused, Request, SetUp, Work};
pub use embedded::{EmbeddedDeliveries, EmbeddedStore, KEPT_FREE_BYTES, OpenError, OpenedStore, WAITING_MAX};
pub use error::StoreError;
pub use memory::MemoryStore;
pub use model::alert::{Alert, AlertKind};
pub use model::around::{Around, Prospect, Seen};
pub use model::audit::{AuditQuery, Audited};
pub use model::failed_sign_ins::FailedSignIns;
pub use model::key::{Key, KeyRole, KeyScope, Secret, hour_of};
pub use model::list::{Listing, Number, Page, Place, Query, Sort};
pub use model::policy_change::{Overriders, PolicyChange};
pub(crate) use model::record;
pub use model::record::{Entry, EventPosition, Record, Recorded};
pub use model::remembered::{Fingerprint, IdempotencyKey, Outcome, Remembered};
pub use model::restoration::Restoration;
pub use model::rollout_change::RolloutChange;
pub use model::search::{Found, Pile, Search, SearchOrder, Size};
pub use model::second_factor::{SecondFactor, Shown};
pub use model::seller::Seller;
pub use model::settings::{FIRST_LINK, Settings};
pub use model::tag::Tag;
pub use model::team_role::{Right, TeamRole};
pub use model::user::{ALERTS_MAX, ByLink, Session, SignInLink, User, UserChange};
pub use model::webhook::{Disabled, DisabledBecause, Webhook, WebhookChange, WebhookTerms};
pub use postgres::{
    Level, Migrated, PostgresAddress, PostgresDeliveries, PostgresError, PostgresStore, Turned, hold_settling, migrate,
};
pub use soon::{Soon, wait};
pub use store::{Feed, Health, Overdue, Readers, Reply, Store, Told, WritesRefused};
pub use surroundings::{Clock, Entropy, Surroundings};
