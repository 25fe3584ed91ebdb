//! Turns to send test messages: whoever sends many waits for slow receivers alone, and keeps nobody else from it.

use std::sync::{Mutex, PoisonError};

use refund_store::KeyRole;

use super::room::has_a_share;

/// How many are under way at once, in all and to the endpoints of one owner; that one's share of what is left as well.
const AT_ONCE: usize = 128;
const OF_ONE: usize = 2;

#[derive(Default)]
pub(super) struct Turns(Mutex<Vec<KeyRole>>);

/// Somebody's turn, until it is dropped.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    owner: KeyRole,
}

impl Turns {
    /// A turn for that owner's endpoints, if there is one now.
    pub(super) fn take(&self, owner: &KeyRole) -> Option<Turn<'_>> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_this = taken.iter().filter(|taken| *taken == owner).count();
        if of_this >= OF_ONE || !has_a_share(of_this, taken.len(), AT_ONCE) {
            return None;
        }
        taken.push(owner.clone());
        Some(Turn { turns: self, owner: owner.clone() })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut taken = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = taken.iter().position(|taken| *taken == self.owner) {
            taken.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::id;

    fn seller(number: usize) -> KeyRole {
        KeyRole::Seller(id(&format!("s-{number}")))
    }

    #[test]
    fn nobody_has_more_than_two_turns_and_all_together_no_more_than_there_are() {
        let turns = Turns::default();
        let first: Vec<_> = (0..3).map(|_| turns.take(&seller(1))).collect();
        assert_eq!(first.iter().flatten().count(), 2);
        assert!(turns.take(&KeyRole::Operator).is_some());
        drop(first);
        let all: Vec<_> = (0..400).filter_map(|number| turns.take(&seller(number / 2))).collect();
        assert_eq!(all.len(), AT_ONCE);
        assert!(turns.take(&KeyRole::Operator).is_none());
        drop(all);
        assert!(turns.take(&seller(1)).is_some());
    }

    #[test]
    fn sixty_sellers_with_two_silent_endpoints_each_leave_turns_for_others() {
        let turns = Turns::default();
        let silent: Vec<_> = (0..120).filter_map(|number| turns.take(&seller(number / 2))).collect();
        assert!(silent.len() >= 110, "{}", silent.len());
        assert!(turns.take(&KeyRole::Operator).is_some());
    }
}
