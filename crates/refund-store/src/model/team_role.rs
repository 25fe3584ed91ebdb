//! What each of a seller's people may.

use serde::{Deserialize, Serialize};

/// What somebody may do among the people of a seller. The operator's people are all owners, and so is whoever was set
/// up before there were roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TeamRole {
    /// All that the seller may.
    #[default]
    Owner,
    /// Work on refunds, and leave all settings as they are.
    Clerk,
    /// See all that is the seller's, and change nothing.
    Reader,
}

impl TeamRole {
    /// Every one, whoever may do most first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Clerk, Self::Reader];

    /// Its stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Clerk => "clerk",
            Self::Reader => "reader",
        }
    }
}

impl std::str::FromStr for TeamRole {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.as_str() == name).ok_or(())
    }
}
