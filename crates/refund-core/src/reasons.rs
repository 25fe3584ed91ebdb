//! The reasons that a policy lists (R44).

mod usual;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Fault, Label, ReasonCode, ReasonFor};

/// A reason that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListedReason {
    /// Its stable name; one for each of what it is for.
    pub code: ReasonCode,
    /// What it is for.
    #[serde(rename = "for")]
    pub purpose: ReasonFor,
    /// Whose fault it is, where it holds.
    pub fault: Fault,
    /// Whether it has to be shown by files: whoever gives it names at least one of theirs (R43).
    #[serde(default)]
    pub evidence: bool,
    /// What people read, in each language in which the platform words it itself.
    #[serde(default, skip_serializing_if = "ReasonText::is_empty")]
    pub text: ReasonText,
}

/// What people read of a reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ReasonText {
    /// In English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<Label>,
    /// In traditional Chinese.
    #[serde(rename = "zh-Hant", skip_serializing_if = "Option::is_none")]
    pub zh_hant: Option<Label>,
    /// In simplified Chinese.
    #[serde(rename = "zh-Hans", skip_serializing_if = "Option::is_none")]
    pub zh_hans: Option<Label>,
}

impl ReasonText {
    /// Whether it says nothing in any language.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The reasons of a policy: at most 100, of each purpose each code once. A clone shares them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<ListedReason>", into = "Vec<ListedReason>")]
pub struct Reasons(Arc<[ListedReason]>);

/// A list that can't be a policy's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReasons {
    /// More than there may be.
    #[error("at most {} reasons are listed", Reasons::MAX)]
    TooMany,
    /// One that is there already.
    #[error("{code} is there twice for {purpose}")]
    Twice {
        /// Which.
        code: ReasonCode,
        /// For what.
        purpose: ReasonFor,
    },
}

impl Reasons {
    /// How many there are at the most.
    pub(crate) const MAX: usize = 100;

    /// Those that platforms usually have.
    #[must_use]
    pub fn usual() -> Self {
        Self(usual::listed().collect())
    }

    /// All of them, as they were listed.
    pub fn iter(&self) -> impl Iterator<Item = &ListedReason> {
        self.0.iter()
    }

    /// Those for one purpose, as they were listed. Where there are none, any words are taken.
    pub fn of(&self, purpose: ReasonFor) -> impl Iterator<Item = &ListedReason> {
        self.iter().filter(move |reason| reason.purpose == purpose)
    }
}

impl TryFrom<Vec<ListedReason>> for Reasons {
    type Error = InvalidReasons;
    fn try_from(listed: Vec<ListedReason>) -> Result<Self, InvalidReasons> {
        if listed.len() > Self::MAX {
            return Err(InvalidReasons::TooMany);
        }
        let mut known = BTreeSet::new();
        for ListedReason { code, purpose, .. } in &listed {
            if !known.insert((*purpose, code)) {
                return Err(InvalidReasons::Twice { code: code.clone(), purpose: *purpose });
            }
        }
        Ok(Self(listed.into()))
    }
}

impl From<Reasons> for Vec<ListedReason> {
    fn from(reasons: Reasons) -> Self {
        reasons.0.to_vec()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Reasons, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_has_at_most_a_hundred_reasons_each_once_for_what_it_is_for() {
        let one = |code: &str, purpose: &str| format!(r#"{{"code":"{code}","for":"{purpose}","fault":"none"}}"#);
        let all = |count: usize| {
            let all: Vec<_> = (0..count).map(|number| one(&format!("r{number}"), "refuse")).collect();
            format!("[{}]", all.join(","))
        };
        assert_eq!(read(&all(100)).unwrap().of(ReasonFor::Refuse).count(), 100);
        assert!(read(&all(101)).unwrap_err().contains("at most 100"));
        assert!(read(&format!("[{},{}]", one("a", "refuse"), one("a", "dispute"))).is_ok());
        assert!(
            read(&format!("[{},{}]", one("a", "refuse"), one("a", "refuse"))).unwrap_err().contains("a is there twice")
        );
        let asking = one("a", "refuse").replace(r#""none""#, r#""none","evidence":true"#);
        let asks = |listed: Reasons| listed.iter().map(|reason| reason.evidence).collect::<Vec<_>>();
        assert_eq!(asks(read(&format!("[{asking},{}]", one("b", "refuse"))).unwrap()), [true, false]);
    }

    #[test]
    fn the_usual_reasons_are_a_list_that_can_be_put() {
        let usual: Vec<_> = Reasons::usual().into();
        assert_eq!(Reasons::try_from(usual).unwrap(), Reasons::usual());
        for purpose in ReasonFor::ALL {
            let last = Reasons::usual().of(*purpose).last().map(|reason| reason.code.to_string());
            assert_eq!(last.as_deref(), Some("other"), "{purpose}: nobody has to say what isn't so");
        }
    }
}
