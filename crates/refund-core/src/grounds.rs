//! What a decision stands on beside the refund.

use crate::rollout::Verdict;
use crate::{AddressBook, Money, Policy};

/// What a decision needs beside the refund: settings as they hold for its seller now, and what
/// is left on its order line.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// The platform's policy with the seller's own fields: [`Policy::with`].
    pub policy: &'a Policy,
    /// The seller's return addresses.
    pub addresses: &'a AddressBook,
    /// Whether negotiation is open to the seller at this instant: [`Rollout::check`](crate::Rollout::check).
    pub rollout: Verdict,
    /// What can still be refunded on the line: [`LineLedger::refundable`](crate::LineLedger::refundable).
    pub refundable: Money,
    /// Whether something that is due on the refund waits, because settling is held (R36).
    pub is_held: bool,
}
