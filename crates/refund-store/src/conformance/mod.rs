//! What every store promises, as checks that any store can be put to.
//!
//! A store passes when every one of [`PROMISES`] is kept by stores that `make` builds: each call
//! gives a new, empty store that lives in the surroundings it is given.
//!
//! ```
//! use refund_store::{MemoryStore, conformance};
//!
//! let mut make: Box<conformance::Make> = Box::new(|surroundings| Box::new(MemoryStore::new(surroundings)));
//! conformance::check_all(&mut *make)?;
//! # Ok::<(), conformance::Broken>(())
//! ```
//!
//! A store that several servers share passes when they do alone, and [in turn](InTurn).

mod answers;
mod asides;
mod audit;
pub mod deliveries;
pub(crate) mod desk;
mod feeds;
mod in_turn;
mod lists;
mod people;
mod races;
mod requests;
mod settings;
mod time;

pub use self::in_turn::InTurn;
use crate::{Store, Surroundings};

/// Makes a new, empty store that lives in these surroundings.
pub type Make<'a> = dyn FnMut(Surroundings) -> Box<dyn Store> + 'a;

/// One thing that every store promises.
pub struct Promise {
    /// In words.
    pub name: &'static str,
    check: fn(&mut Make<'_>) -> Result<(), Broken>,
}

/// What was found where a promise is not kept.
///
/// A check gives up at the first thing that is not as it should be, with `?`.
pub struct Broken {
    what: String,
}

impl std::fmt::Debug for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

// Whatever can be shown can break a promise. `Broken` itself has no `Display`, so that this is no contradiction.
impl<E: std::fmt::Display> From<E> for Broken {
    fn from(error: E) -> Self {
        Self { what: error.to_string() }
    }
}

impl Promise {
    /// Whether the stores that `make` builds keep it.
    ///
    /// # Errors
    /// [`Broken`], with the promise's name, where they don't.
    pub fn check(&self, make: &mut Make<'_>) -> Result<(), Broken> {
        (self.check)(make).map_err(|broken| Broken { what: format!("{}: {}", self.name, broken.what) })
    }
}

/// Whether the stores that `make` builds keep every promise.
///
/// # Errors
/// [`Broken`] for the first that they don't.
pub fn check_all(make: &mut Make<'_>) -> Result<(), Broken> {
    PROMISES.iter().try_for_each(|promise| promise.check(make))
}

/// Opens the refunds `one` and `other` against a seller in a store that has nothing yet.
#[cfg(test)]
pub(crate) fn two_refunds(store: &dyn Store) -> Result<(), Broken> {
    let start = desk::put_seller("shop")?;
    let opened = ["one", "other"].map(|id| desk::opening(id).map(desk::open));
    for request in std::iter::once(Ok(start)).chain(opened) {
        store.submit(request?).wait().map_err(|refused| format!("{refused:?}"))?;
    }
    Ok(())
}

/// Every promise, the simple ones first.
pub const PROMISES: &[Promise] = &[
    Promise { name: "an empty store knows nothing, and says so", check: requests::empty },
    Promise { name: "a request is recorded whole", check: requests::whole },
    Promise { name: "a refusal changes nothing, and what was due before it stands (R33)", check: requests::refused },
    Promise { name: "a command on another version is refused and told the present one", check: requests::versions },
    Promise { name: "what is paid on an order line is counted over all its refunds (R27)", check: requests::ledger },
    Promise { name: "no two refunds have one id", check: requests::id_taken },
    Promise { name: "a refund in progress on the line is given again, or named (R27)", check: requests::in_progress },
    Promise {
        name: "the same request under the same key is answered the same, and done once",
        check: answers::replayed,
    },
    Promise { name: "an answer that is given again is the one of then", check: answers::of_then },
    Promise { name: "another request under the same key is refused", check: answers::reused },
    Promise { name: "a call with many items and one with that key keep each other off", check: answers::many_items },
    Promise { name: "a refusal is not remembered", check: answers::not_remembered },
    Promise { name: "an answer is remembered for 31 days and no longer", check: answers::forgotten },
    Promise { name: "a message is an event, and leaves the refund's version and deadlines", check: requests::messages },
    Promise { name: "what is due happens before a command is decided (R2, R3)", check: time::settled_first },
    Promise { name: "what is due on several refunds happens in the order of the instants (R3)", check: time::in_order },
    Promise { name: "more than one step can settle is settled step by step, and says so", check: time::step_by_step },
    Promise { name: "settings change after what was due under the old ones (R34)", check: time::settings_after },
    Promise { name: "what waits beyond its deadline is counted, by its kind (R38)", check: time::overdue },
    Promise { name: "the test clock lets each thing happen at its instant", check: time::test_clock },
    Promise { name: "while settling is held no settings change (R36)", check: time::held },
    Promise { name: "the engine's time never goes back (R35)", check: time::never_back },
    Promise { name: "sellers are read one by one and page by page", check: settings::sellers },
    Promise { name: "a seller's own edit leaves the policy that holds when it is made", check: settings::edited },
    Promise { name: "keys are found by their secret, and listed as they were made", check: settings::keys },
    Promise { name: "a key is made beside those alone that its maker knew", check: settings::first_key },
    Promise { name: "of a key's uses the latest is kept", check: settings::keys_used },
    Promise { name: "a buyer's link is replaced for one refund alone", check: settings::links },
    Promise {
        name: "endpoints of webhooks are made, changed and removed, and listed as they were made",
        check: settings::webhooks,
    },
    Promise { name: "people are set up once, changed, and listed as they were set up", check: people::known },
    Promise { name: "a seller keeps an owner, whatever its people do to each other", check: people::owners },
    Promise { name: "whom an operator shut out no seller lets in again", check: people::shut_out },
    Promise { name: "whoever is concerned is told what others did about them", check: people::told },
    Promise { name: "what is shown or done late counts as it is then", check: people::meanwhile },
    Promise { name: "people are signed in until they are not, in so many browsers", check: people::signed_in },
    Promise { name: "a second factor is shown once, and nobody comes in without it", check: people::second_factor },
    Promise { name: "a link signs in once, and not too late", check: people::by_link },
    Promise { name: "a seller's prepared offers are saved, changed and removed", check: settings::saved_offers },
    Promise { name: "what is for the audit is told, with what was before, and nothing else is", check: audit::told },
    Promise { name: "the audit has exactly what is asked for, in pages of any size", check: audit::asked_for },
    Promise { name: "settings that have moved on are not replaced", check: settings::moved_on },
    Promise { name: "policy and roll-out are read as they were last set", check: settings::policy_and_rollout },
    Promise { name: "a setting that is said again is not recorded again", check: settings::said_again },
    Promise { name: "a list has exactly what is asked for, in order, in pages of any size", check: lists::pages },
    Promise { name: "a list follows what happens to its refunds", check: lists::follows },
    Promise { name: "the feed has every event once, in order, in pages of any size", check: feeds::pages },
    Promise { name: "what a seller may be told is what is its own in the feed", check: feeds::of_sellers },
    Promise { name: "each event is read by its position", check: feeds::one_by_one },
    Promise { name: "the feed has an end, behind which is nothing but what comes", check: feeds::end },
    Promise { name: "who waits for news is told once it can be read", check: feeds::news },
    Promise { name: "the feed refuses a position that nobody gave", check: feeds::unknown },
    Promise { name: "a refund's history in pages of any size is the history", check: feeds::history_in_pages },
    Promise { name: "a refund's history is its events, as the feed has them", check: feeds::history },
    Promise {
        name: "what is kept beside the records is there for every server, as long as it is of use",
        check: asides::kept,
    },
    Promise { name: "twins that race are carried out once, and answered the same", check: races::twins },
    Promise { name: "of two that race one is carried out, the other told what it lost to (R31)", check: races::rivals },
    Promise { name: "of many that open a refund on one line one does (R27)", check: races::openings },
    Promise { name: "the feed loses nothing while others write", check: races::feed },
];
