//! Ctrl-C: what is told to somebody who does not wait for the answer.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// What has been sent and not yet answered: how to repeat it.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnderWay(Arc<(Mutex<Vec<String>>, Condvar)>);

/// Something is on its way as long as this is held.
pub(crate) struct Sending<'a>(&'a UnderWay);

impl UnderWay {
    /// Remembers that a command is on its way.
    pub(crate) fn sending(&self, repeat: &str) -> Sending<'_> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).push(repeat.to_owned());
        Sending(self)
    }

    /// Waits for Ctrl-C, which ends the process, and goes on where it does not come in that time.
    pub(crate) fn wait_for_interrupt(&self, at_most: Duration) {
        let (sending, interrupted) = &*self.0;
        let held = sending.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing else is told by it: whether it was woken or has waited, the next thing is the same.
        drop(interrupted.wait_timeout(held, at_most));
    }

    /// Ends the process at Ctrl-C, and says what is then unknown.
    pub(crate) fn tell_at_interrupt(&self) {
        let under_way = self.clone();
        let told = ctrlc::set_handler(move || {
            let repeat = under_way.0.0.lock().unwrap_or_else(PoisonError::into_inner).last().cloned();
            let mut err = std::io::stderr();
            // The process ends here, whether or not anybody reads why.
            let _ = match repeat {
                None => writeln!(err, "\nrefund: interrupted"),
                Some(repeat) => {
                    writeln!(err, "\nrefund: interrupted; it is unknown whether this was carried out\n  {repeat}")
                }
            };
            std::process::exit(130);
        });
        // Without it Ctrl-C still ends the process, only without words.
        let _ = told;
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.0.0.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
    }
}
