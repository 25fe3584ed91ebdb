//! The server of the refund negotiation engine.
//!
//! It is the only place that knows HTTP, reads the clock, makes ids, and waits. What may be done
//! is the rules' to say (`refund-core`), and everything that changes anything goes through one
//! door (`engine`, to `refund-store`). No route looks at a status.

// The rooms, from the ground up, a blank line between two floors: a room uses rooms of its own floor and of those
// written above it, and none of those written below. The repository's rules hold this.
mod machine;

mod wire;

mod metrics;
mod outgoing;
mod problem;

mod engine;
mod secrets;

mod callers;

mod evidence;
mod feed;
mod goods;
mod stats;
mod webhooks;

mod app;

mod call;
mod health;

mod contract;

mod pages;
mod routes;

mod mail;

mod server;

mod demo;
mod store_tools;

#[cfg(test)]
mod trial;

pub use callers::Limits;
pub use demo::{Demo, demo, tell_people};
pub use evidence::{EvidencePlace, NoPlace};
pub use mail::{InvalidMailSettings, MailSettings, MailTool};
pub use outgoing::Reach;
pub use routes::{openapi, openapi_showing};
pub use server::{Config, Origin, Place, Running, StartError, start};
pub use store_tools::{Migration, Outcome, Settling, StoreTool};
pub use wire::code::{ApiCode, Code};
