//! What fails between servers and their database, and behind it.

use refund_test_postgres::{Proxy, Way};

use super::cluster::Cluster;
use super::progress::Progress;
use crate::crash::Rng;

/// How much is done while something that callers do not wait for lasts.
const MEANWHILE: usize = 10;

/// One way to fail.
#[derive(Debug, Clone, Copy)]
pub(super) enum Failure {
    Cut(Way),
    Closed,
    Silent,
    SessionsEnd,
    PrimaryRestarts,
    PrimaryGivesWay,
    LaggardTakesOver,
    StandbyRestarts,
}

impl Failure {
    pub(super) fn any(rng: &mut Rng) -> Self {
        match rng.below(16) {
            0..4 => Self::Cut(Way::There),
            4..7 => Self::Cut(Way::Back),
            7 | 8 => Self::Closed,
            9 => Self::Silent,
            10 | 11 => Self::SessionsEnd,
            12 => Self::PrimaryRestarts,
            13 => Self::PrimaryGivesWay,
            14 => Self::LaggardTakesOver,
            _ => Self::StandbyRestarts,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cut(Way::There) => "a turn cut on its way there",
            Self::Cut(Way::Back) => "a turn cut on its way back",
            Self::Closed => "a server cut off from the database",
            Self::Silent => "a connection silent",
            Self::SessionsEnd => "all sessions ended",
            Self::PrimaryRestarts => "the primary killed and restarted",
            Self::PrimaryGivesWay => "the primary killed and its standby promoted",
            Self::LaggardTakesOver => "the primary killed and a standby promoted that was behind",
            Self::StandbyRestarts => "the only standby restarted",
        }
    }

    /// Fails, with the servers whose passages these are, and waits until it is over.
    pub(super) fn happen(
        self,
        rng: &mut Rng,
        cluster: &mut Cluster,
        passages: &[&Proxy],
        progress: &Progress,
    ) -> Result<(), String> {
        let Some(passage) = rng.pick(passages) else { return Ok(()) };
        match self {
            Self::Cut(way) => {
                passage.cut_after(way, usize::try_from(rng.below(4_000)).unwrap_or(0));
                progress.until(MEANWHILE)?;
                passage.spare();
                Ok(())
            }
            Self::Closed => {
                passage.close(true);
                progress.until(MEANWHILE)?;
                passage.close(false);
                Ok(())
            }
            Self::Silent => {
                passage.hold(true);
                // Whoever had the turn behind it loses it, and the others go on.
                progress.until(MEANWHILE)?;
                passage.hold(false);
                Ok(())
            }
            Self::SessionsEnd => cluster.end_sessions(),
            Self::PrimaryRestarts => cluster.restart(),
            Self::PrimaryGivesWay => cluster.fail_over(passages),
            Self::LaggardTakesOver => {
                cluster.standby.psql("postgres", "SELECT pg_wal_replay_pause()")?;
                // What is acknowledged is on its disk, and not yet in its tables.
                progress.until(MEANWHILE)?;
                cluster.fail_over(passages)
            }
            Self::StandbyRestarts => cluster.restart_the_standby(),
        }
    }
}
