//! Every transition there is, taken from the core by trying everything: each command by each actor
//! in each state a refund can be in, just before, at and just after its next deadline.
//!
//! The lists are the core's own `ALL` lists and every match on them is exhaustive, so a new status,
//! command or role can't be left out. The states are reached by real commands; those that can't be
//! reached are named with the rule that excludes them.

// A sample that can't be built has to fail loudly: this is a library for tests alone.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a library for tests alone")]

mod document;
mod grid;
mod payouts;
mod sample;
mod table;
mod world;

use refund_core::{
    CommandKind, EventType, NegotiationStatus, PayoutMode, Refund, RefundType, RefusalCode, StatusKind, Timestamp,
};

pub use document::state_machine_md;
pub use payouts::payout_table;
pub use sample::excluded;
pub use table::table;
use world::World;

/// A state from which everything is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where the refund stands.
    pub status: StatusKind,
    /// Where its negotiation stands.
    pub negotiation: Negotiated,
    /// Whether the operator has been called in.
    pub escalated: bool,
    /// What is to be carried out: the effective terms' type, or the requested type before there are any.
    pub kind: RefundType,
    /// How an agreed refund is paid.
    pub payout: PayoutMode,
}

/// Where a negotiation stands; an open one comes in two sorts, by which deadline is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Negotiated {
    /// There is none.
    No,
    /// It is open, and ends before the seller's deadline.
    EndsFirst,
    /// There is one; an open one ends with the seller's deadline.
    Is(NegotiationStatus),
}

impl Negotiated {
    /// Every value, in the order of the tables.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::No];
        for status in NegotiationStatus::ALL {
            all.push(Self::Is(*status));
            all.extend((*status == NegotiationStatus::Pending).then_some(Self::EndsFirst));
        }
        all
    }

    /// Where it stands, if there is one.
    #[must_use]
    pub fn status(self) -> Option<NegotiationStatus> {
        match self {
            Self::No => None,
            Self::EndsFirst => Some(NegotiationStatus::Pending),
            Self::Is(status) => Some(status),
        }
    }
}

/// When something is tried, beside the refund's next deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instant {
    /// One millisecond before.
    Before,
    /// Exactly then.
    At,
    /// One millisecond after.
    After,
}

impl Instant {
    /// Every value, in time's order.
    pub const ALL: [Self; 3] = [Self::Before, Self::At, Self::After];
}

/// What can be seen of a refund from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Where the refund stands.
    pub status: StatusKind,
    /// Where its negotiation stands.
    pub negotiation: Option<NegotiationStatus>,
    /// Whether the operator has been called in.
    pub escalated: bool,
}

impl Stand {
    /// Where that refund stands.
    #[must_use]
    pub fn of(refund: &Refund) -> Self {
        Self {
            status: refund.status.kind(),
            negotiation: refund.negotiation.as_ref().map(refund_core::Negotiation::status),
            escalated: refund.escalated().is_some(),
        }
    }
}

/// Events, and where they lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What happened.
    pub events: Vec<EventType>,
    /// Where the refund stands then.
    pub to: Stand,
}

/// One try: what settling did, and what came of the command after that.
#[derive(Debug, Clone)]
pub struct Row {
    /// From where.
    pub place: Place,
    /// When. A state without a deadline gives the same rows for all three.
    pub instant: Instant,
    /// Who tried it: a role, or another one of that role.
    pub actor: &'static str,
    /// What kind of command.
    pub command: CommandKind,
    /// Which one of that kind, as the tables call it.
    pub variant: String,
    /// What had been due.
    pub settled: Move,
    /// What the command did, or why not.
    pub outcome: Result<Move, RefusalCode>,
}

/// Every place of a status, possible or not.
#[must_use]
pub fn places(status: StatusKind) -> Vec<Place> {
    let mut places = Vec::new();
    for negotiation in Negotiated::all() {
        for escalated in [false, true] {
            for kind in RefundType::ALL {
                for payout in PayoutMode::ALL {
                    places.push(Place { status, negotiation, escalated, kind: *kind, payout: *payout });
                }
            }
        }
    }
    places
}

/// Everything that can be tried in a status, and what comes of it.
#[must_use]
pub fn rows(status: StatusKind) -> Vec<Row> {
    places(status).into_iter().filter(|place| excluded(*place).is_none()).flat_map(tried).collect()
}

fn tried(place: Place) -> Vec<Row> {
    let world = World::of(place);
    let (refund, now) = sample::reach(&world, place);
    let mut rows = Vec::new();
    for instant in Instant::ALL {
        let now = refund.next_deadline().map_or(now, |deadline| beside(deadline.at, instant));
        let (due, settled_refund) = world.settle(&refund, now);
        let settled = Move { events: due, to: Stand::of(&settled_refund) };
        for command in CommandKind::ALL {
            for (variant, given) in world::commands(*command, &settled_refund, now) {
                for (actor, who) in world::actors() {
                    let outcome = world
                        .decide(&settled_refund, &who, &given, now)
                        .map(|(events, after)| Move { events, to: Stand::of(&after) })
                        .map_err(|refusal| refusal.code());
                    let (variant, settled) = (variant.clone(), settled.clone());
                    rows.push(Row { place, instant, actor, command: *command, variant, settled, outcome });
                }
            }
        }
    }
    rows
}

fn beside(deadline: Timestamp, instant: Instant) -> Timestamp {
    let offset = match instant {
        Instant::Before => -1,
        Instant::At => 0,
        Instant::After => 1,
    };
    Timestamp::from_millis(deadline.as_millis().saturating_add(offset)).expect("a sample's deadline is in range")
}
