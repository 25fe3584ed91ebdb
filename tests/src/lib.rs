//! Scenarios, and whatever crosses crates.

pub mod contract;
pub mod crash;
pub mod demo;
pub mod documents;
pub mod examples;
pub mod failover;
pub mod repository;
pub mod rules;
pub mod scenario;
pub mod transitions;
