//! Who calls, and how much each of them may.

pub(crate) mod address;
pub(crate) mod admission;
mod caller;
pub(crate) mod failed_sign_ins;
pub(crate) mod key_uses;
pub(crate) mod known_browser;
mod limits;
pub(crate) mod passwords;
pub(crate) mod places;
pub(crate) mod second_factor;
pub(crate) mod session_uses;

pub(crate) use self::caller::{Caller, Tenant, hash};
pub use self::limits::Limits;
