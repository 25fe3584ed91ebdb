//! The one room of the desk in which the clock is read.
#![expect(clippy::disallowed_methods, reason = "this is the room; everywhere else time is an argument")]

use chrono::{DateTime, Utc};

/// The present instant by this machine's clock: only where the server did not say what time it is.
pub(crate) fn machine_now() -> DateTime<Utc> {
    Utc::now()
}

/// Lets a while pass, between two looks at something that does not announce itself.
pub(crate) fn wait(a_while: std::time::Duration) {
    std::thread::sleep(a_while);
}
