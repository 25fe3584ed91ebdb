//! What the server takes from its machine: the time, randomness, and how many files it may open.

pub(crate) mod clock;
pub(crate) mod entropy;
pub(crate) mod open_files;
pub(crate) mod paced;
pub(crate) mod rate;
