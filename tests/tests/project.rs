//! What crosses crates: stories, transitions, clocks, kills, failovers, documents, and the repository's own rules.
#![allow(clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod clocks;
mod crash;
mod documents;
mod failover;
mod mistakes;
mod repository;
mod scenarios;
mod transitions;
