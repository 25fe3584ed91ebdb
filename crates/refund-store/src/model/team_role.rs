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

/// What somebody may do of what their side may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Right {
    /// Look at all that is the seller's, and do what is about nobody but oneself. Everybody may.
    #[default]
    Look,
    /// Decide and write on refunds.
    Refunds,
    /// Change what is the seller's: its name and addresses, people, endpoints.
    Settings,
}

impl Right {
    /// Whether whoever has that role has it. It is said here and nowhere else.
    #[must_use]
    pub fn is_of(self, role: TeamRole) -> bool {
        match (role, self) {
            (TeamRole::Owner, Self::Look | Self::Refunds | Self::Settings)
            | (TeamRole::Clerk, Self::Look | Self::Refunds)
            | (TeamRole::Reader, Self::Look) => true,
            (TeamRole::Clerk, Self::Settings) | (TeamRole::Reader, Self::Refunds | Self::Settings) => false,
        }
    }
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
