//! What the shell and `man` want to know of the desk.

use super::Desk;
use crate::cli;
use crate::cli::desk::Completions;
use crate::failure::Failure;

pub(super) fn completions(desk: &Desk, given: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(given.shell, &mut cli::tree(), "refund", &mut script);
    desk.out.print(&String::from_utf8_lossy(&script))
}

/// One page for all commands, so that one file is all there is to install.
pub(super) fn man(desk: &Desk) -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(cli::tree()).render(&mut page)?;
    desk.out.print(&String::from_utf8_lossy(&page))
}
