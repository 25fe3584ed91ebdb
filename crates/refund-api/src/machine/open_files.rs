//! How many files, and with them connections, the system lets the server have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the store and those who are turned away need beside the connections, and more than that.
const OTHERS: u64 = 512;

/// Sees to it that there can be so many connections; as many as there can be.
pub(crate) fn room_for(connections: usize) -> usize {
    let wanted = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let Some(current) = current.filter(|current| *current < wanted) else { return connections };
    let most = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum });
    let files = if raised.is_ok() { most } else { current };
    if files < wanted {
        tracing::warn!(files, wanted, "the system lets too few files be open for the connections; taking fewer");
    }
    usize::try_from(files.saturating_sub(OTHERS)).unwrap_or(connections).clamp(1, connections.max(1))
}
