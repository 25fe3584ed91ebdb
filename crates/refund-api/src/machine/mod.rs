//! What the server takes from its machine: the time, randomness, how many files it may open, and how others are reached
//! and trusted.

pub(crate) mod clock;
pub(crate) mod connect;
pub(crate) mod entropy;
pub(crate) mod open_files;
pub(crate) mod paced;
pub(crate) mod rate;
pub(crate) mod tls;
