//! What the measurements share: load, a stopwatch, and words for figures.
#![allow(clippy::float_arithmetic, reason = "ratios and times are measured here, never money")]

pub mod calls;
pub mod market;
pub mod statistics;
pub mod stopwatch;
pub mod table;

/// Why something could not be measured.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;
