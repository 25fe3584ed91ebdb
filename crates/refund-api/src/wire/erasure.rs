//! What is erased of refunds, in JSON (R46).

use refund_core::{Erased, ErasedBecause, ErasedKind, Erasing, Reason, RefundId, Role, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::unusable::Unusable;

/// What is to be erased, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureIn {
    pub(crate) refund_id: RefundId,
    /// At least one kind. Where it is left out all are erased, but that an address waits until the refund is over.
    #[serde(default)]
    #[schema(min_items = 1)]
    what: Option<Vec<ErasedKind>>,
    because: ErasedBecause,
    /// Why, in words that stay for ever: name nobody in them.
    reason: Reason,
}

impl ErasureIn {
    /// What the core is asked.
    /// Fails where nothing is to be erased.
    pub(crate) fn read(self) -> Result<Erasing, Unusable> {
        let Self { what, because, reason, .. } = self;
        if what.as_ref().is_some_and(Vec::is_empty) {
            return Err(Unusable::malformed(
                "/what",
                "names nothing: name what is to be erased, or leave it out for all that may be",
            ));
        }
        Ok(Erasing { what, because, reason })
    }
}

/// What was erased of a refund, when and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Erased)]
pub(crate) struct ErasedOut {
    what: ErasedKind,
    /// The latest time.
    at: Timestamp,
    /// By whom; which person it was says the audit.
    by: Role,
    /// The number of the event that says so.
    #[serde(skip)]
    pub(super) sequence: u64,
}

impl From<&Erased> for ErasedOut {
    fn from(erased: &Erased) -> Self {
        let Erased { what, at, by, sequence } = erased;
        Self { what: *what, at: *at, by: by.role, sequence: *sequence }
    }
}

/// What was erased, and why it might be; by whom says the event's actor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundErasedData {
    pub(super) what: Vec<ErasedKind>,
    pub(super) because: ErasedBecause,
    pub(super) reason: Reason,
}
