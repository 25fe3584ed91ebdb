//! The server of the refund negotiation engine.
//!
//! It is the only place that knows HTTP, reads the clock, makes ids, and waits. What may be done
//! is the rules' to say (`refund-core`), and everything that changes anything goes through one
//! door ([`App::submit`], to `refund-store`). No route looks at a status.

mod address;
mod admission;
mod app;
mod buyer_link;
mod call;
mod caller;
mod clock;
mod code;
mod connections;
mod contract;
mod cursor;
mod demo;
mod entropy;
mod error;
mod event_ids;
mod follow;
mod in_time;
mod json;
mod key_uses;
mod limits;
mod metrics;
mod open_files;
mod pages;
mod passwords;
mod policy_check;
mod rate;
mod readiness;
mod reading;
mod routes;
mod secrets;
mod server;
mod stats;
mod store_tools;
mod streams;
mod timer;
#[cfg(test)]
mod trial;
mod webhooks;
mod wire;

pub use app::App;
pub use code::{ApiCode, Code};
pub use demo::{Demo, demo};
pub use limits::Limits;
pub use routes::{openapi, openapi_showing};
pub use server::{Config, Running, StartError, start};
pub use store_tools::{Outcome, StoreTool};
pub use webhooks::Reach;
