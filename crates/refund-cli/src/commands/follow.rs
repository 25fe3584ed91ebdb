//! A stream that is read until Ctrl-C.

use std::time::Duration;

use super::Desk;
use crate::failure::Failure;

/// How long to wait before a lost stream is asked for again.
const BEFORE_TRYING_AGAIN: Duration = Duration::from_secs(2);

/// Opens a stream and reads it to its end, and does so again where the connection is lost.
pub(super) fn follow(desk: &Desk, mut once: impl FnMut() -> Result<(), Failure>) -> Result<(), Failure> {
    let mut was_connected = false;
    loop {
        match once() {
            Ok(()) => {
                was_connected = true;
                desk.out.hint("The connection was lost; it is taken up where it broke.");
            }
            // A server that was there comes back.
            Err(Failure::Unreachable { .. } | Failure::Foreign { .. }) if was_connected => {}
            // It may not have noticed yet that the last stream is over.
            Err(Failure::Problem(problem)) if was_connected && matches!(problem.status, 429 | 503) => {}
            Err(failure) => return Err(failure),
        }
        desk.under_way.wait_for_interrupt(BEFORE_TRYING_AGAIN);
    }
}
