//! What fails: the servers, or what they stand on.

use super::servers::Servers;
use crate::crash::Rng;
use crate::failover::cluster::Cluster;
use crate::failover::failures::Failure as Below;
use crate::failover::progress::Progress;

/// How much is done while a server is held still.
const MEANWHILE: usize = 10;
/// How often a server is held still until one is met that has the turn.
const TRIES_MAX: usize = 40;
/// Somebody has the turn and does nothing with it, while others wait for it.
const HELD: &str = "SELECT count(*) > 0 FROM pg_stat_activity h WHERE h.state = 'idle in transaction' \
    AND EXISTS (SELECT FROM pg_stat_activity w WHERE h.pid = ANY (pg_blocking_pids(w.pid)))";

/// One way to fail.
#[derive(Debug, Clone, Copy)]
pub(super) enum Failure {
    Killed,
    Held,
    HeldWithTheTurn,
    Rolled,
    Below(Below),
}

impl Failure {
    pub(super) fn any(rng: &mut Rng) -> Self {
        match rng.below(10) {
            0..2 => Self::Killed,
            2 => Self::Held,
            3 => Self::HeldWithTheTurn,
            4 => Self::Rolled,
            _ => Self::Below(Below::any(rng)),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Killed => "a server killed and started",
            Self::Held => "a server held still",
            Self::HeldWithTheTurn => "a server held still while it had the turn",
            Self::Rolled => "all servers ended and started, one after the other",
            Self::Below(below) => below.name(),
        }
    }

    /// Fails, and waits until it is over.
    pub(super) fn happen(
        self,
        rng: &mut Rng,
        cluster: &mut Cluster,
        servers: &Servers,
        progress: &Progress,
    ) -> Result<(), String> {
        let some = usize::try_from(rng.below(64)).unwrap_or(0);
        match self {
            Self::Killed => servers.kill(some),
            Self::Held => {
                servers.hold(some, true)?;
                progress.until(MEANWHILE)?;
                servers.hold(some, false)
            }
            Self::HeldWithTheTurn => {
                for number in some..some.saturating_add(TRIES_MAX) {
                    servers.hold(number, true)?;
                    if cluster.ask(HELD)? == "t" {
                        progress.until(MEANWHILE)?;
                        return servers.hold(number, false);
                    }
                    servers.hold(number, false)?;
                }
                Ok(())
            }
            Self::Rolled => servers.roll(),
            Self::Below(below) => below.happen(rng, cluster, &servers.passages(), progress),
        }
    }
}
