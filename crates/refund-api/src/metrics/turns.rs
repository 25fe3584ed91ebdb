//! Turns at a database that servers share.

use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use refund_store::Turned;

use super::{Counters, SYNCS};

const DONE: &str = "done";
const FAILED: &str = "failed";
const UNHEARD: &str = "unheard";
/// How many commands share a turn: 256 at the most.
const COMMANDS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

pub(super) struct Turns {
    turns: Counters<1>,
    waited: Histogram,
    had: Histogram,
    commands: Histogram,
}

impl Turns {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let histogram = || Histogram::new(SYNCS);
        let commands = Histogram::new(COMMANDS);
        let all = Self { turns: Counters::default(), waited: histogram(), had: histogram(), commands };
        for outcome in [DONE, FAILED, UNHEARD] {
            drop(all.turns.get_or_create(&[("outcome", outcome)]));
        }
        let help = "Turns at the database: done, failed, or unheard where the end of the commit was not heard of";
        registry.register("refund_turns", help, all.turns.clone());
        let help = "How long this server waited for its turn at the database";
        registry.register("refund_turn_wait_seconds", help, all.waited.clone());
        let help = "How long this server had its turn at the database, until its commit was answered";
        registry.register("refund_turn_seconds", help, all.had.clone());
        registry.register("refund_turn_commands", "How many commands a turn had", all.commands.clone());
        all
    }

    pub(super) fn count(&self, turned: Turned) {
        let outcome = match turned {
            Turned::Done { waited, had, requests } => {
                self.waited.observe(waited.as_secs_f64());
                self.had.observe(had.as_secs_f64());
                self.commands.observe(f64::from(u32::try_from(requests).unwrap_or(u32::MAX)));
                DONE
            }
            Turned::Failed => FAILED,
            Turned::Unheard => UNHEARD,
        };
        self.turns.get_or_create(&[("outcome", outcome)]).inc();
    }
}
