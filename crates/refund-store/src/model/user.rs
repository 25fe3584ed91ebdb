//! The people who work with the pages: a seller's and the operator's, and where they are signed in.

use refund_core::{Label, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{KeyRole, Secret};

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its public name, which stands in the history of refunds.
    pub id: String,
    /// What they are called, and sign in with: no two have the same.
    pub name: Label,
    /// For whom they act.
    pub role: KeyRole,
    /// The hash of their password, once they have one.
    pub password: Option<String>,
    /// When they were set up.
    pub created_at: Timestamp,
    /// What lets them in once without a password, if anything does.
    pub link: Option<SignInLink>,
    /// Since when they can't sign in any more, if that was said.
    pub disabled_at: Option<Timestamp>,
}

/// A link that opens one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInLink {
    /// The SHA-256 of its secret.
    pub secret: Secret,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
}

/// A browser in which somebody is signed in. Its instants are the machine's and not the engine's:
/// who sits before a screen lives in real time, also where a test clock is moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The SHA-256 of what the browser keeps.
    pub secret: Secret,
    /// Who.
    pub user_id: String,
    /// Since when.
    pub began_at: Timestamp,
    /// From when on it is over.
    pub ends_at: Timestamp,
}

/// What becomes different about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserChange {
    /// They have another password, and are signed out wherever they were signed in.
    Password {
        /// Its hash.
        hash: String,
    },
    /// They get a link, and the one before opens nothing any more.
    Link(SignInLink),
    /// They can't sign in any more, and are signed out.
    Disabled,
    /// They can sign in again.
    Enabled,
}

impl User {
    pub(crate) fn changed(self, change: &UserChange, now: Timestamp) -> Self {
        match change {
            UserChange::Password { hash } => Self { password: Some(hash.clone()), link: None, ..self },
            UserChange::Link(link) => Self { link: Some(*link), ..self },
            UserChange::Disabled => Self { disabled_at: self.disabled_at.or(Some(now)), link: None, ..self },
            UserChange::Enabled => Self { disabled_at: None, ..self },
        }
    }
}

impl UserChange {
    /// Whether whoever is signed in as that person is signed out.
    pub(crate) fn signs_out(&self) -> bool {
        match self {
            Self::Password { .. } | Self::Disabled => true,
            Self::Link(_) | Self::Enabled => false,
        }
    }
}

/// Coming in by a link, which opens nothing any more afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByLink {
    /// The link's secret.
    pub secret: Secret,
    /// The hash of the password that was chosen with it, if one was: it is theirs from then on, and signs them out
    /// wherever else they are signed in.
    pub password: Option<String>,
}
