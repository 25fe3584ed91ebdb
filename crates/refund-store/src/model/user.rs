//! The people who work with the pages: a seller's and the operator's, and where they are signed in.

use refund_core::{Actor, InvalidText, Label, SellerId, Timestamp, Via};
use serde::{Deserialize, Serialize};

use crate::{Alert, AlertKind, KeyRole, SecondFactor, Secret, StoreError, Tag, TeamRole};

/// How many alerts are kept of one person, the latest.
pub const ALERTS_MAX: usize = 40;

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
    /// What they may do of what their side may.
    #[serde(default)]
    pub team_role: TeamRole,
    /// What others did about their signing in that they have not seen yet, the latest last.
    #[serde(default)]
    pub alerts: Vec<Alert>,
    /// What they show beside their password, if they want that.
    #[serde(default)]
    pub second_factor: Option<SecondFactor>,
    /// Whether it was for the operator that they can't sign in: then nobody of a seller's lets them in again.
    #[serde(default)]
    pub is_shut_out_by_operator: bool,
}

/// A link that opens one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInLink {
    /// The SHA-256 of its secret.
    pub secret: Secret,
    /// From when on it opens nothing, by the machine's clock.
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
        /// The session in which whoever chose it goes on.
        session: Option<Box<Session>>,
    },
    /// They show that beside their password from now on, and are signed out wherever else they were signed in.
    SecondFactor {
        /// What.
        factor: Box<SecondFactor>,
        /// The session that goes on.
        session: Secret,
    },
    /// They come in by their password alone again. Where another did it they are signed out.
    NoSecondFactor,
    /// They get a link, and the one before opens nothing any more.
    Link(SignInLink),
    /// They can't sign in any more, and are signed out.
    Disabled,
    /// They can sign in again.
    Enabled,
    /// They may do that from now on.
    TeamRole(TeamRole),
    /// They have seen what others did about them up to then.
    AlertsSeen {
        /// When the last of it was.
        until: Timestamp,
        /// When they say so, by the machine's clock, as links go by that one.
        said_at: Timestamp,
    },
}

impl User {
    /// Somebody who is set up, and has nothing yet by which to come in.
    #[must_use]
    pub fn new(id: String, name: Label, role: KeyRole) -> Self {
        Self {
            id,
            name,
            role,
            password: None,
            created_at: Timestamp::MIN,
            link: None,
            disabled_at: None,
            team_role: TeamRole::Owner,
            alerts: Vec::new(),
            second_factor: None,
            is_shut_out_by_operator: false,
        }
    }

    /// What somebody is called whom a seller's own people set up under that name. No two sellers' people are called the
    /// same then, so that none learns how another's are called.
    ///
    /// # Errors
    /// Where it is too long.
    pub fn name_at(name: &Label, seller_id: &SellerId) -> Result<Label, InvalidText> {
        Label::new(format!("{name}@{seller_id}"))
    }

    /// The same with one thing more to be told: of each kind and of each who did it the latest, so that nobody pushes
    /// out what they or others did by doing more.
    pub(crate) fn alerted(mut self, alert: Alert) -> Self {
        let kind = std::mem::discriminant(&alert.what);
        self.alerts.retain(|other| std::mem::discriminant(&other.what) != kind || other.by != alert.by);
        self.alerts.push(alert);
        let too_many = self.alerts.len().saturating_sub(ALERTS_MAX);
        self.alerts.drain(..too_many);
        self
    }

    /// The tag of all that they come in by. Whoever showed that names it, so that nothing is done by what was replaced
    /// or used up meanwhile.
    ///
    /// # Errors
    /// As for [`Tag::of`].
    pub fn credentials(&self) -> Result<Tag, StoreError> {
        Tag::of(&(&self.password, &self.second_factor))
    }

    /// The tag of how they come in. Which code was used last is not in it: what is shown is used up at the door.
    ///
    /// # Errors
    /// As for [`Tag::of`].
    pub fn way_in(&self) -> Result<Tag, StoreError> {
        Tag::of(&(&self.password, self.second_factor.as_ref().map(|factor| factor.nonce)))
    }

    /// The person in their own name.
    #[must_use]
    pub fn itself(&self) -> Actor {
        let via = Via::User(self.id.clone());
        let id = self.role.seller_id().map_or(self.id.as_str(), SellerId::as_str);
        Actor::new(self.role.role(), id, via)
    }

    pub(crate) fn changed(self, change: &UserChange, now: Timestamp) -> Self {
        match change {
            UserChange::Password { hash, .. } => Self { password: Some(hash.clone()), link: None, ..self },
            UserChange::Link(link) => Self { link: Some(*link), ..self },
            UserChange::Disabled => Self { disabled_at: self.disabled_at.or(Some(now)), link: None, ..self },
            UserChange::Enabled => Self { disabled_at: None, is_shut_out_by_operator: false, ..self },
            UserChange::TeamRole(team_role) => Self { team_role: *team_role, ..self },
            UserChange::SecondFactor { factor, .. } => Self { second_factor: Some((**factor).clone()), ..self },
            UserChange::NoSecondFactor => Self { second_factor: None, ..self },
            UserChange::AlertsSeen { until, said_at } => {
                // As long as a link opens something, whose it is stays there to be told.
                let is_open = self.link.is_some_and(|link| *said_at < link.expires_at);
                let is_told = |alert: &Alert| alert.at <= *until && !(is_open && alert.what == AlertKind::Link);
                Self { alerts: self.alerts.into_iter().filter(|alert| !is_told(alert)).collect(), ..self }
            }
        }
    }
}

impl UserChange {
    /// What somebody is told whom others changed so. A newcomer was told by whoever gave them their first link.
    pub(crate) fn told(&self, before: &User) -> Option<AlertKind> {
        match self {
            Self::Link(_) => before.password.is_some().then_some(AlertKind::Link),
            Self::TeamRole(role) => Some(AlertKind::TeamRole(*role)),
            Self::Disabled => Some(AlertKind::Disabled),
            Self::Enabled => Some(AlertKind::Enabled),
            Self::NoSecondFactor => Some(AlertKind::NoSecondFactor),
            Self::Password { .. } | Self::SecondFactor { .. } | Self::AlertsSeen { .. } => None,
        }
    }

    /// Whether it ends that session of theirs.
    pub(crate) fn ends(&self, session: &Secret, is_by_another: bool) -> bool {
        match self {
            Self::Password { .. } | Self::Disabled => true,
            Self::SecondFactor { session: kept, .. } => session != kept,
            Self::NoSecondFactor => is_by_another,
            Self::Link(_) | Self::Enabled | Self::TeamRole(_) | Self::AlertsSeen { .. } => false,
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
