//! A bar on a terminal that shows how far a tool is; where there is no terminal, nothing.

use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use refund_store::care::{Progress, Unit, Watcher};

pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        // It draws only on a terminal.
        Self(ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()))
    }

    pub(super) fn watcher(&self) -> Watcher {
        let bar = self.0.clone();
        let step = Mutex::new("");
        Watcher::new(move |progress| {
            let mut step = step.lock().unwrap_or_else(PoisonError::into_inner);
            if *step != progress.doing {
                *step = progress.doing;
                begin(&bar, progress);
            }
            bar.set_length(progress.of);
            bar.set_position(progress.done);
        })
    }

    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

fn begin(bar: &ProgressBar, progress: Progress) {
    let counted = match progress.unit {
        Unit::Bytes => "{bytes} of {total_bytes}",
        Unit::Count => "{pos} of {len}",
    };
    // A template that could not be read would leave the bar as it was.
    if let Ok(style) = ProgressStyle::with_template(&format!("{{msg}} {{wide_bar}} {counted}, {{eta}} left")) {
        bar.set_style(style);
    }
    bar.set_length(progress.of);
    bar.reset();
    bar.set_message(progress.doing);
}
