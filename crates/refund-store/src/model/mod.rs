//! What is remembered: what was set up, what was written, and how it is listed.

pub(crate) mod alert;
pub(crate) mod around;
pub(crate) mod audit;
pub(crate) mod failed_sign_ins;
pub(crate) mod key;
pub(crate) mod likeness;
pub(crate) mod list;
pub(crate) mod policy_change;
pub(crate) mod record;
pub(crate) mod remembered;
pub(crate) mod restoration;
pub(crate) mod rollout_change;
pub(crate) mod search;
pub(crate) mod second_factor;
pub(crate) mod seller;
pub(crate) mod settings;
pub(crate) mod tag;
pub(crate) mod team_role;
pub(crate) mod user;
pub(crate) mod webhook;
