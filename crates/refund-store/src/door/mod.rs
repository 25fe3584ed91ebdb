//! The one door. Whatever changes anything passes here: what it needs is loaded, what is due
//! happens, it is decided, and what follows is recorded.
//!
//! Nothing in this folder knows a disk, a database or HTTP: a [`Case`] is all that is known, and a
//! store's [`Shelf`] is where more of it comes from.

mod answer;
mod case;
mod changed;
mod due;
mod idempotency;
mod people;
mod refunds;
mod replay;
mod set_up;
mod stage;
mod step;
mod work;

use std::panic::{AssertUnwindSafe, catch_unwind};

use refund_core::Timestamp;

pub use self::answer::{Answer, Answered, Refused};
use self::case::finding;
pub(crate) use self::case::{Case, Loaded, Need, Shelf};
pub(crate) use self::changed::Changed;
pub use self::people::PEOPLE_MAX;
pub(crate) use self::replay::{needs_of, replay, replayed};
pub use self::set_up::SetUp;
pub(crate) use self::stage::{Halt, Moment, Stage};
pub use self::work::{Advance, Precondition, Request, Work};
use crate::record::Record;
use crate::{Fingerprint, IdempotencyKey, StoreError};

/// How many requests are decided together at the most, so that nobody waits for too many others.
pub(crate) const REQUESTS_MAX: usize = 256;
/// How many bytes a batch has before it takes nothing more.
pub(crate) const BYTES_MAX: usize = 1 << 20;

/// What became of a request: its answer, and what is to be recorded before it is given. Whatever the
/// answer, that is to be recorded: a refused command leaves what was due before it (R33). Where
/// something could not be read, or the program itself is at fault, there is nothing to record,
/// because it might be half of something.
pub(crate) type CarriedOut = (Result<Answered, Refused>, Option<(Record, Changed)>);

/// Carries a request out: loads what it needs, decides, and loads what turned out to be missing.
/// `case` is what is known by now, and gets whatever is needed; `moment` is asked for once, behind what is
/// known to be latest.
pub(crate) fn carry_out(
    shelf: &impl Shelf,
    case: &mut Case,
    request: &Request,
    moment: impl FnOnce(Timestamp) -> Moment,
) -> CarriedOut {
    // What a panic leaves half done is the stage, and that is dropped with it. What the case knows, it
    // knows whole.
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let moment = moment(case.latest);
        finding(shelf, case, request.needs(moment.now), |case| {
            let (result, written) = decided(case, request, moment);
            match result {
                Err(Halt::Needs(need)) => Err(need),
                Err(Halt::Refused(refused)) => Ok((Err(refused), written)),
                Ok(answered) => Ok((Ok(answered), written)),
            }
        })
    }));
    let decided = caught.unwrap_or_else(|_| {
        let fault = "the program failed while this was decided, and its log says where; nothing of it was recorded";
        Err(StoreError::Unreadable(fault.to_owned()))
    });
    decided.unwrap_or_else(|error| (Err(error.into()), None))
}

/// The answer that was given before to the same request under the same key, if it was.
///
/// The door looks for it before all else. To have it from outside as well keeps the door free
/// for others: a long history takes a while to read.
/// Fails with [`Refused::KeyReused`] where the key was used for another request, also that of a call with many items.
pub(crate) fn answered_before(
    shelf: &impl Shelf,
    case: &mut Case,
    key: &IdempotencyKey,
    fingerprint: Fingerprint,
    now: Timestamp,
) -> Result<Option<Answer>, Refused> {
    finding(shelf, case, Need::answers(key), |case| {
        match idempotency::answered(&Stage::at(case, now), key, fingerprint) {
            Err(Halt::Needs(need)) => Err(need),
            Err(Halt::Refused(refused)) => Ok(Err(refused)),
            Ok(answer) => Ok(Ok(answer)),
        }
    })?
}

/// Decides from the case alone.
fn decided(case: &Case, request: &Request, moment: Moment) -> (Result<Answered, Halt>, Option<(Record, Changed)>) {
    let mut stage = Stage::new(case, moment);
    let result = step::step(&mut stage, request);
    let half_done = matches!(result, Err(Halt::Needs(_) | Halt::Refused(Refused::Store(_))));
    (result, if half_done { None } else { stage.finish(request.from) })
}
