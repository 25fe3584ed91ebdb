//! What others have done about somebody's signing in, for them to see.

use refund_core::{Actor, Timestamp};
use serde::{Deserialize, Serialize};

use crate::TeamRole;

/// Something that others did about a person, until that person has said that they saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What.
    pub what: AlertKind,
    /// Who did it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// What others can have done about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertKind {
    /// They made a link by which somebody could come in under the person's name.
    Link,
    /// Such a link was used, and a password chosen with it.
    Password,
    /// They gave the person that role.
    TeamRole(TeamRole),
    /// They let the person in no more.
    Disabled,
    /// They let the person in again.
    Enabled,
    /// They took the person's second factor off.
    NoSecondFactor,
}
