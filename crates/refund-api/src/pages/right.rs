//! What each form and page is for, and who of a seller's people may that.

use axum::http::Method;
use refund_store::TeamRole;

/// What somebody may do of what their side may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// Look at all that is the seller's, and do what is about nobody but oneself.
    Look,
    /// Decide and write on refunds.
    Refunds,
    /// Change what is the seller's: its name and addresses, people, endpoints.
    Settings,
}

impl Right {
    /// Whether whoever has that role has it. It is said here and nowhere else.
    pub(crate) fn is_of(self, role: TeamRole) -> bool {
        match (role, self) {
            (TeamRole::Owner, Self::Look | Self::Refunds | Self::Settings)
            | (TeamRole::Clerk, Self::Look | Self::Refunds)
            | (TeamRole::Reader, Self::Look) => true,
            (TeamRole::Clerk, Self::Settings) | (TeamRole::Reader, Self::Refunds | Self::Settings) => false,
        }
    }

    /// What a call needs on the path of that pattern. What nobody thought of is for owners, unless it only looks.
    pub(super) fn needed(method: &Method, path: &str) -> Self {
        let of_nobody_else = ["/people/own/", "/sign-", "/b/", "/preferences", "/clock"];
        match (method.is_safe(), path) {
            (_, "/refunds/{id}/offer" | "/refunds/{id}/ruling") => Self::Refunds,
            (true, _) => Self::Look,
            (false, path) if of_nobody_else.iter().any(|own| path.starts_with(own)) => Self::Look,
            (false, path) if path.starts_with("/refunds/") => Self::Refunds,
            (false, _) => Self::Settings,
        }
    }
}
