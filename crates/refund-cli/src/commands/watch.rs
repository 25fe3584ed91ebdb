//! Something drawn again and again in one place.

use std::time::Duration;

use super::Desk;
use crate::failure::Failure;
use crate::output::clean;
use crate::view;

/// From the top left corner, with nothing left of what stood there.
const REDRAW: &str = "\x1b[H\x1b[2J";

/// Draws until Ctrl-C. A server that is away for a moment leaves the last drawing standing.
pub(super) fn run(desk: &Desk, every: u64, draw: impl Fn() -> Result<String, Failure>) -> Result<(), Failure> {
    let mut last = draw()?;
    loop {
        desk.out.print(&format!("{REDRAW}{last}"))?;
        desk.under_way.wait_for_interrupt(Duration::from_secs(every));
        match draw() {
            Ok(drawn) => last = drawn,
            Err(failure @ (Failure::Unreachable { .. } | Failure::Foreign { .. })) => {
                let told = clean::text(&view::failure::in_words(&failure, None, None, "", &desk.out));
                last = format!("{}\n\n{told}\n", last.trim_end());
            }
            Err(failure) => return Err(failure),
        }
    }
}
