//! What is kept beside the records.

use refund_core::{Span, Timestamp};

use crate::Secret;

/// For how long the use of a session matters: it idles for less.
const SESSIONS_KEPT_FOR: Span = Span::hours(24);

/// Something that is kept beside the records, for the other servers and for the next start. Nothing is decided by it, and
/// it may be lost, or be older than what was kept last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    /// What was counted of all that was recorded, and up to where.
    Statistics,
    /// When that session was used last; kept for a day.
    SessionUsed(Secret),
}

impl Aside {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Statistics => "statistics",
            Self::SessionUsed(_) => "session_used",
        }
    }

    /// Which of that kind.
    pub(crate) fn id(&self) -> &[u8] {
        match self {
            Self::Statistics => &[],
            Self::SessionUsed(session) => &session.0,
        }
    }

    /// Until when it is kept, in the engine's time.
    pub(crate) fn until(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::Statistics => Timestamp::MAX,
            Self::SessionUsed(_) => now.plus(SESSIONS_KEPT_FOR),
        }
    }
}
