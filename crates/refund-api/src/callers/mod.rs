//! Who calls, and how much each of them may.

pub(crate) mod address;
pub(crate) mod admission;
mod caller;
pub(crate) mod key_uses;
mod limits;
pub(crate) mod passwords;
mod rate;
pub(crate) mod streams;

pub(crate) use self::caller::{Caller, hash};
pub use self::limits::Limits;
