//! Who tried to sign in and was not let in.

use std::net::IpAddr;

use refund_core::Timestamp;
use serde::{Deserialize, Serialize};

/// Tries to sign in that failed, of one person from one address. They are counted and not kept one by one, so that
/// nobody makes the journal longer by trying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedSignIns {
    /// As whom, where somebody is called that. A name that nobody has is not kept: people type passwords there too.
    pub user_id: Option<String>,
    /// From where, as addresses are counted: of IPv6 the network. Nothing where they were too many.
    pub from: Option<IpAddr>,
    /// How many.
    pub count: u32,
    /// When the first of them was.
    pub since: Timestamp,
}
