//! The store's files, with a stopwatch beside each sync: the store itself knows no clock.

use std::io;

use prometheus_client::metrics::histogram::Histogram;
use refund_store::files::AppendFile;
use refund_store::files::passage::Passage;

use crate::machine::clock::Stopwatch;

/// Measures syncs.
#[derive(Clone)]
pub(crate) struct TimedSyncs(pub(crate) Histogram);

impl Passage for TimedSyncs {
    fn sync(&self, file: &dyn AppendFile) -> io::Result<()> {
        let stopwatch = Stopwatch::start();
        let synced = file.sync();
        // Also where it failed: a disk that dies is mostly slow first.
        self.0.observe(stopwatch.elapsed().as_secs_f64());
        synced
    }
}
