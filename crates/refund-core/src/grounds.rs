//! What a decision stands on beside the refund.

use crate::rollout::Verdict;
use crate::{Address, AddressBook, AddressId, Money, Policy, Refusal};

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
    /// How far the numbers of notices leap: [`Notice::leap`](crate::Notice::leap).
    pub notice_leap: u64,
}

impl<'a> Grounds<'a> {
    /// The seller's address of that id, where one is named. One that isn't there is a mistake also where no goods go
    /// back: whoever named it meant something else.
    pub(crate) fn named_address(&self, named: Option<&AddressId>) -> Result<Option<&'a Address>, Refusal> {
        let Some(id) = named else { return Ok(None) };
        let unknown = || Refusal::ReturnAddressUnknown { address_id: id.clone() };
        self.addresses.get(id).ok_or_else(unknown).map(Some)
    }
}
