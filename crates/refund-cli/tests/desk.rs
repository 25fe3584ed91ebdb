//! The desk, as a person or a script starts it, beside a demo.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

#[macro_use]
mod support;

mod bulk;
mod connection;
mod import;
mod reasons;
mod story;
mod trouble;
mod webhooks;
