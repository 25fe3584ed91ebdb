//! Scenarios, and whatever crosses crates.

pub mod rules;
pub mod scenario;
pub mod transitions;
