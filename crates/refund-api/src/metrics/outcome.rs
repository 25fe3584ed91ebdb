//! What a command is called, and what became of it, in words of the program's own.

use refund_core::RefusalCode;
use refund_store::{Answered, Refused, SetUp, Work};

use crate::wire::code::{ApiCode, Code};

/// It was carried out.
pub(super) const DONE: &str = "done";
/// It had been carried out before.
pub(super) const REPLAYED: &str = "replayed";
/// Whoever asked did not wait; it was carried out or not, as it would have been.
pub(super) const CALLER_GONE: &str = "caller_gone";

/// What a request is called, where somebody asked for it.
pub(super) fn command(work: &Work) -> Option<&'static str> {
    Some(match work {
        Work::Open { .. } => "open",
        Work::Command { command, .. } => command.kind().as_str(),
        Work::PostMessage { .. } => "post_message",
        Work::AddEvidence { .. } => "add_evidence",
        Work::EraseEvidence { .. } => "erase_evidence",
        Work::Erase { .. } => "erase",
        Work::ReportNotice { .. } => "report_notice",
        Work::ReplaceBuyerLink { .. } => "replace_buyer_link",
        Work::AdvanceTestClock { .. } => "advance_test_clock",
        Work::Settle { .. } | Work::SettleDue | Work::SetUp(SetUp::KeysUsed { .. }) => return None,
        Work::SetUp(set_up) => set_up.name(),
    })
}

/// What became of it; nothing where it is not at its end.
pub(super) fn outcome(result: &Result<Answered, Refused>) -> Option<&'static str> {
    match result {
        Ok(answered) if answered.replayed => Some(REPLAYED),
        Ok(_) => Some(DONE),
        Err(Refused::MoreIsDue { .. }) => None,
        Err(refused) => Some(word(refused)),
    }
}

/// The code that is answered, without making the answer; what only pages ask has none, and a word of its own.
fn word(refused: &Refused) -> &'static str {
    let code = match refused {
        Refused::Rule { refusal, .. } => return Code::Rule(refusal.code()).as_str(),
        Refused::RightTaken => return Code::Rule(RefusalCode::NotYourRole).as_str(),
        Refused::TooManyPeople => return "too_many_people",
        Refused::NameTaken => return "name_taken",
        Refused::ShutOutByOperator => return "shut_out_by_operator",
        Refused::LastOwner => return "last_owner",
        Refused::NotFound | Refused::NoTestClock => ApiCode::NotFound,
        Refused::VersionMissing => ApiCode::VersionMissing,
        Refused::VersionMoved { .. } => ApiCode::VersionMoved,
        Refused::SettingsMoved => ApiCode::SettingsMoved,
        Refused::KeyReused => ApiCode::IdempotencyKeyReused,
        Refused::MoreIsDue { .. } => ApiCode::Busy,
        Refused::TooOften { .. } => ApiCode::TooMuchWritten,
        Refused::ShutOut => ApiCode::Unauthenticated,
        Refused::TooManySavedOffers => ApiCode::TooManySavedOffers,
        Refused::IdTaken => ApiCode::Internal,
        Refused::ClockGoesBack { .. } => ApiCode::ClockGoesBack,
        Refused::Store(error) => ApiCode::from(&**error),
    };
    Code::Api(code).as_str()
}

#[cfg(test)]
mod tests {
    use refund_core::{Refusal, Timestamp};
    use refund_store::StoreError;

    use super::*;
    use crate::problem::Problem;

    #[test]
    fn what_is_counted_is_the_code_that_is_answered() {
        let why = || "a reason".to_owned();
        let of_the_store = [
            StoreError::Busy { waiting: 1 },
            StoreError::Closed,
            StoreError::TooSlow { seconds: 1 },
            StoreError::NotRecorded(why()),
            StoreError::Unsure(why()),
            StoreError::Stopped(why()),
            StoreError::Lost(why()),
            StoreError::NoSuchPosition(1),
            StoreError::OtherHistory,
            StoreError::Away(why()),
            StoreError::Unreadable(why()),
        ];
        let all = [
            Refused::from(Refusal::OfferChangesNothing),
            Refused::NotFound,
            Refused::VersionMissing,
            Refused::SettingsMoved,
            Refused::KeyReused,
            Refused::from(Refusal::SettlingHeld),
            Refused::MoreIsDue { by: Timestamp::MIN },
            Refused::TooOften { wait: std::time::Duration::ZERO, possible_at: Timestamp::MIN },
            Refused::ShutOut,
            Refused::RightTaken,
            Refused::IdTaken,
            Refused::NoTestClock,
            Refused::ClockGoesBack { now: Timestamp::MIN },
        ];
        for refused in all.into_iter().chain(of_the_store.map(Refused::from)) {
            assert_eq!(word(&refused), Problem::from(refused.clone()).code().as_str(), "{refused:?}");
        }
    }

    #[test]
    fn what_only_pages_ask_is_not_counted_as_a_fault_of_the_server() {
        let on_pages = [Refused::TooManyPeople, Refused::NameTaken, Refused::ShutOutByOperator, Refused::LastOwner];
        let words = on_pages.each_ref().map(word);
        assert_eq!(words, ["too_many_people", "name_taken", "shut_out_by_operator", "last_owner"]);
    }
}
