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
mod erasure;
mod evidence;
mod feeds;
mod in_turn;
mod lists;
mod people;
mod races;
mod reasons;
mod requests;
mod search;
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

const fn promise(name: &'static str, check: fn(&mut Make<'_>) -> Result<(), Broken>) -> Promise {
    Promise { name, check }
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
    promise("an empty store knows nothing, and says so", requests::empty),
    promise("a request is recorded whole", requests::whole),
    promise("a refusal changes nothing, and what was due before it stands (R33)", requests::refused),
    promise("a command on another version is refused and told the present one", requests::versions),
    promise("what is paid on an order line is counted over all its refunds (R27)", requests::ledger),
    promise("a reason is one of those listed then, and stays (R44)", reasons::named),
    promise(
        "a file is a refund's from when it is added, named by whose it is, and erased for all (R43)",
        evidence::kept,
    ),
    promise("a file that is added or erased again under its key is answered as it was then", evidence::replayed),
    promise("what is erased is in no record, list, answer or search any more, and all else is (R46)", erasure::gone),
    promise("no two refunds have one id", requests::id_taken),
    promise("a refund in progress on the line is given again, or named (R27)", requests::in_progress),
    promise("the same request under the same key is answered the same, and done once", answers::replayed),
    promise("an answer that is given again is the one of then", answers::of_then),
    promise("another request under the same key is refused", answers::reused),
    promise("a call with many items and one with that key keep each other off", answers::many_items),
    promise("a refusal is not remembered", answers::not_remembered),
    promise("an answer is remembered for 31 days and no longer", answers::forgotten),
    promise("a message is an event, and leaves the refund's version and deadlines", requests::messages),
    promise("what is due happens before a command is decided (R2, R3)", time::settled_first),
    promise("what is due on several refunds happens in the order of the instants (R3)", time::in_order),
    promise("more than one step can settle is settled step by step, and says so", time::step_by_step),
    promise("settings change after what was due under the old ones (R34)", time::settings_after),
    promise("what waits beyond its deadline is counted, by its kind (R38)", time::overdue),
    promise("the test clock lets each thing happen at its instant", time::test_clock),
    promise("while settling is held no settings change (R36)", time::held),
    promise("the engine's time never goes back (R35)", time::never_back),
    promise("sellers are read one by one and page by page", settings::sellers),
    promise("a seller's own edit leaves the policy that holds when it is made", settings::edited),
    promise("keys are found by their secret, and listed as they were made", settings::keys),
    promise("a key is made beside those alone that its maker knew", settings::first_key),
    promise("of a key's uses the latest is kept", settings::keys_used),
    promise("a buyer's link is replaced for one refund alone", settings::links),
    promise("endpoints of webhooks are made, changed and removed, and listed as they were made", settings::webhooks),
    promise("people are set up once, changed, and listed as they were set up", people::known),
    promise("a seller keeps an owner, whatever its people do to each other", people::owners),
    promise("whoever gets another role does nothing more that it is not for", people::rights),
    promise("whom an operator shut out no seller lets in again", people::shut_out),
    promise("whoever is concerned is told what others did about them", people::told),
    promise("what is shown or done late counts as it is then", people::meanwhile),
    promise("people are signed in until they are not, in so many browsers", people::signed_in),
    promise("a second factor is shown once, and nobody comes in without it", people::second_factor),
    promise("a link signs in once, and not too late", people::by_link),
    promise("a seller's prepared offers are saved, changed and removed", settings::saved_offers),
    promise("what is for the audit is told, with what was before, and nothing else is", audit::told),
    promise("the audit has exactly what is asked for, in pages of any size", audit::asked_for),
    promise("settings that have moved on are not replaced", settings::moved_on),
    promise("policy and roll-out are read as they were last set", settings::policy_and_rollout),
    promise("a setting that is said again is not recorded again", settings::said_again),
    promise("a list has exactly what is asked for, in order, in pages of any size", lists::pages),
    promise("a list follows what happens to its refunds", lists::follows),
    promise("what is looked for is found in order and counted, in pages of any size", search::found),
    promise("a refund lies on one pile at a time, and moves with what happens to it", search::follows),
    promise("the feed has every event once, in order, in pages of any size", feeds::pages),
    promise("what a seller may be told is what is its own in the feed", feeds::of_sellers),
    promise("each event is read by its position", feeds::one_by_one),
    promise("the feed has an end, behind which is nothing but what comes", feeds::end),
    promise("who waits for news is told once it can be read", feeds::news),
    promise("the feed refuses a position that nobody gave", feeds::unknown),
    promise("a refund's history in pages of any size is the history", feeds::history_in_pages),
    promise("a refund's history is its events, as the feed has them", feeds::history),
    promise("what is kept beside the records is there for every server, as long as it is of use", asides::kept),
    promise("twins that race are carried out once, and answered the same", races::twins),
    promise("of two that race one is carried out, the other told what it lost to (R31)", races::rivals),
    promise("of many that open a refund on one line one does (R27)", races::openings),
    promise("the feed loses nothing while others write", races::feed),
];
