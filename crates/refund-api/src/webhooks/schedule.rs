//! When a message is tried again, and when an endpoint is given up. Instants and randomness come in.

use chrono::DateTime;
use refund_core::Timestamp;
use refund_store::{Attempt, Delivery};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long after one attempt the next is, in milliseconds. The first is at once.
const WAITS: [i64; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// What a receiver can ask for.
const RETRY_AFTER_MAX: i64 = DAY;
/// How long an endpoint may fail without a success between.
const FAILING_MAX: i64 = 5 * DAY;
/// How many attempts at an endpoint fail in a row before it is spared.
const FAILURES_MAX: u32 = 5;
/// How long it is left alone then, and how long at the most as more fail.
const SPARED: i64 = 5 * SECOND;
const SPARED_MAX: i64 = 5 * MINUTE;
/// How old a message can be at its last attempt, where no receiver asked for time.
pub(crate) const HORIZON: i64 = 4 * DAY;

/// When to try again after that many attempts; not at all where they were the last.
///
/// A tenth more or less, so that many that failed together don't come back together.
pub(crate) fn next(attempts: usize, now: Timestamp, random: u64, retry_after: Option<i64>) -> Option<Timestamp> {
    let wait = *WAITS.get(attempts.checked_sub(1)?)?;
    let tenth = wait / 10;
    let spread = u64::try_from(tenth.saturating_mul(2).saturating_add(1)).ok()?;
    let shift = i64::try_from(random.checked_rem(spread)?).ok()?;
    let wait = wait.saturating_sub(tenth).saturating_add(shift);
    Some(later(now, wait.max(retry_after.unwrap_or(0).min(RETRY_AFTER_MAX))))
}

/// When a delivery is tried again after that attempt, if it has not had all of them.
pub(crate) fn next_try(
    delivery: &Delivery,
    attempt: &Attempt,
    random: u64,
    retry_after: Option<i64>,
) -> Option<Timestamp> {
    next(delivery.tries.saturating_add(1), ended_at(attempt), random, retry_after)
}

/// How long an endpoint is spared after that many failures in a row, in milliseconds: twice as long each time. Then one
/// message tries whether it is well again, and all others wait as they are.
pub(crate) fn spared(failures: u32) -> Option<i64> {
    let doublings = failures.checked_sub(FAILURES_MAX)?;
    let wait = 1_i64.checked_shl(doublings).and_then(|times| SPARED.checked_mul(times)).unwrap_or(SPARED_MAX);
    Some(wait.clamp(SPARED, SPARED_MAX))
}

/// Whether that failure is the one with which it begins to be spared.
pub(crate) fn begins_to_be_spared(failures: u32) -> bool {
    failures == FAILURES_MAX
}

/// The instant that many milliseconds later.
pub(crate) fn later(now: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(now.as_millis().saturating_add(millis)).unwrap_or(Timestamp::MAX)
}

/// When an attempt was over. The engine's clock may have moved far meanwhile, where it is a test clock.
pub(crate) fn ended_at(attempt: &Attempt) -> Timestamp {
    later(attempt.at, i64::try_from(attempt.duration_ms).unwrap_or(i64::MAX))
}

/// How long a `Retry-After` asks to wait, in milliseconds; nothing where it is neither seconds nor a date.
pub(crate) fn retry_after(value: &str, now: Timestamp) -> Option<i64> {
    let value = value.trim();
    let asked = if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        value.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(SECOND)
    } else {
        DateTime::parse_from_rfc2822(value).ok()?.timestamp_millis().saturating_sub(now.as_millis())
    };
    Some(asked.clamp(0, RETRY_AFTER_MAX))
}

/// Whether an endpoint that has failed since then is given up: it failed for long, or a message
/// had all its attempts while nothing else arrived.
pub(crate) fn is_given_up(failing_since: Timestamp, exhausted_since: Option<Timestamp>, now: Timestamp) -> bool {
    now >= later(failing_since, FAILING_MAX) || exhausted_since.is_some_and(|first| failing_since <= first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: &str = "2026-03-01T00:00:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn wait(attempts: usize, random: u64, retry_after: Option<i64>) -> Option<i64> {
        next(attempts, now(), random, retry_after).map(|at| at.as_millis() - now().as_millis())
    }

    #[test]
    fn a_message_is_tried_ten_times_within_the_horizon() {
        let waits: Vec<_> =
            (1..).map_while(|attempts| wait(attempts, WAITS[attempts.min(9) - 1] as u64 / 10, None)).collect();
        assert_eq!(waits, WAITS);
        let longest: i64 = WAITS.iter().map(|wait| wait + wait / 10).sum();
        assert!(longest < HORIZON);
    }

    proptest! {
        #[test]
        fn a_wait_is_within_a_tenth_of_its_length(attempts in 1_usize..=9, random: u64) {
            let meant = WAITS[attempts - 1];
            let is = wait(attempts, random, None).unwrap();
            prop_assert!((is - meant).abs() <= meant / 10, "{is} and not about {meant}");
        }

        #[test]
        fn what_the_receiver_asks_for_only_ever_lengthens_a_wait(attempts in 0_usize..=12, random: u64, asked in 0_i64..=2 * DAY) {
            let (alone, with) = (wait(attempts, random, None), wait(attempts, random, Some(asked)));
            prop_assert_eq!(with, alone.map(|alone| alone.max(asked.min(DAY))));
        }

        #[test]
        fn no_header_is_asked_for_more_than_a_day_or_less_than_nothing(value in "\\PC{0,40}") {
            prop_assert!(retry_after(&value, now()).is_none_or(|asked| (0..=DAY).contains(&asked)));
        }

        #[test]
        fn seconds_are_read_as_seconds(seconds in 0_i64..=86_400) {
            prop_assert_eq!(retry_after(&seconds.to_string(), now()), Some(seconds * 1000));
        }
    }

    #[test]
    fn who_fails_again_and_again_is_spared_for_longer_and_longer_up_to_five_minutes() {
        let spared: Vec<_> = (0..12).map(|failures| spared(failures).map(|wait| wait / SECOND)).collect();
        let waits = [5, 10, 20, 40, 80, 160, 300].map(Some);
        assert_eq!((&spared[..5], &spared[5..]), (&[None; 5][..], &waits[..]));
        for failures in [63, 64, u32::MAX] {
            assert_eq!(super::spared(failures), Some(SPARED_MAX));
        }
    }

    #[test]
    fn a_date_is_read_as_the_time_until_then() {
        for (value, asked) in [
            ("Sun, 01 Mar 2026 00:01:00 GMT", Some(MINUTE)),
            ("Sat, 28 Feb 2026 23:00:00 GMT", Some(0)),
            ("Sun, 01 Mar 2036 00:00:00 GMT", None),
            ("99999999999999999999999", Some(DAY)),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, now()), asked, "{value:?}");
        }
    }

    #[test]
    fn an_endpoint_is_given_up_when_a_message_failed_to_the_end_and_nothing_arrived_meanwhile() {
        let (before, after) = (later(now(), -4 * DAY), later(now(), -3 * DAY));
        assert!(is_given_up(before, Some(after), now()));
        assert!(is_given_up(after, Some(after), now()));
        assert!(!is_given_up(after, Some(before), now()), "something arrived between");
        assert!(!is_given_up(before, None, now()));
        assert!(is_given_up(later(now(), -FAILING_MAX), None, now()));
    }
}
