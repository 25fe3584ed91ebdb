//! What the shell and `man` want to know of the desk.

use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::Desk;
use crate::cli;
use crate::cli::desk::Completions;
use crate::failure::Failure;

pub(super) fn completions(desk: &Desk, given: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(given.shell, &mut cli::tree(), "refund", &mut script);
    desk.out.print(&String::from_utf8_lossy(&script))
}

/// One page for all commands, so that one file is all there is to install and to search in.
pub(super) fn man(desk: &Desk) -> Result<(), Failure> {
    let mut page = Vec::new();
    Man::new(cli::tree()).render_title(&mut page)?;
    let mut roff = Roff::new();
    roff.control("SH", ["NAME"]).text([roman("refund \u{2d} the operator's desk of the refund negotiation engine")]);
    for (words, help) in cli::reference() {
        let title = if words == "refund" { "DESCRIPTION" } else { &words };
        roff.control("SH", [title]).control("nf", []);
        for line in help.lines() {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
    }
    roff.to_writer(&mut page)?;
    desk.out.print(&String::from_utf8_lossy(&page))
}
