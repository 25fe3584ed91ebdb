//! Asks before something that holds for everybody.

use std::io::{IsTerminal, Write};

use crate::failure::Failure;

/// Goes on where somebody says yes, or where `--yes` has said it before.
pub(super) fn ask(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage("nothing was changed: nobody is here to be asked; say --yes".to_owned()));
    }
    let mut err = std::io::stderr();
    write!(err, "{question} [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Usage("nothing was changed".to_owned())),
    }
}
