//! Why a refund stands where it stands, as the server explains it.

use serde::Deserialize;

use super::event::as_far_as_known;
use super::{Event, EventData, Refund};

/// Why, and what comes next.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Explanation {
    pub(crate) refund: Refund,
    pub(crate) so_far: Vec<Happened>,
    pub(crate) next_cursor: Option<String>,
    pub(crate) if_nobody_acts: Vec<Prospect>,
    pub(crate) actions: Vec<Action>,
}

/// An event, and by which rules it happened.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Happened {
    #[serde(flatten)]
    pub(crate) event: Event,
    pub(crate) rules: Vec<Rule>,
    pub(crate) status_after: String,
}

/// A rule, by its id and in its words.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) says: String,
}

/// What happens by itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Prospect {
    pub(crate) at: String,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    pub(crate) rules: Vec<Rule>,
    pub(crate) status_after: String,
    #[serde(deserialize_with = "as_far_as_known")]
    pub(crate) data: EventData,
}

/// What somebody may do now, or what stands against it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Action {
    pub(crate) action: String,
    pub(crate) who: String,
    pub(crate) possible: bool,
    pub(crate) code: String,
    pub(crate) rule: String,
    pub(crate) detail: String,
    pub(crate) possible_at: Option<String>,
}
