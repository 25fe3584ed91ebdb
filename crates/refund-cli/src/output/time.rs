//! Instants and spans as people say them.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// An instant of the server's.
pub(crate) type Instant = DateTime<Utc>;

/// An instant from its RFC 3339 text.
pub(crate) fn instant(text: &str) -> Option<Instant> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

/// The instant as the API writes it.
pub(crate) fn written(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The instant to the minute, for people.
pub(crate) fn absolute(text: &str) -> String {
    instant(text).map_or_else(|| text.to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}

/// An instant to the minute without its zone, under a heading that names it.
pub(crate) fn minute(text: &str) -> String {
    absolute(text).replace(" UTC", "")
}

/// How far it is: "in 5 h 12 min", "3 d 4 h ago", "now".
pub(crate) fn distance(text: &str, now: Instant) -> String {
    let Some(at) = instant(text) else { return text.to_owned() };
    let left = at.signed_duration_since(now);
    if left.num_seconds() == 0 {
        return "now".to_owned();
    }
    if left > TimeDelta::zero() { format!("in {}", span(left)) } else { format!("{} ago", span(-left)) }
}

/// Both: "in 5 h 12 min (2026-11-24 10:00 UTC)". Where lines are wrapped, either stays in one piece.
pub(crate) fn both(text: &str, now: Instant) -> String {
    format!("{} {}", in_one_piece(&distance(text, now)), in_one_piece(&format!("({})", absolute(text))))
}

/// What stands for a space at which no line is broken, until lines have been broken.
pub(crate) const UNBROKEN: char = '\u{a0}';

fn in_one_piece(text: &str) -> String {
    text.replace(' ', UNBROKEN.encode_utf8(&mut [0; 4]))
}

/// Up to here hours are counted, as the rules count them: the 36 hours are never a day and a half.
const HOURS_MAX: i64 = 72;

/// A span in its two largest units; what is smaller is left out, so that nobody is promised more time than there is.
pub(crate) fn span(span: TimeDelta) -> String {
    let seconds = span.num_seconds();
    let (days, hours) = match seconds / 3600 {
        hours if hours < HOURS_MAX => (0, hours),
        hours => (hours / 24, hours % 24),
    };
    let units = [(days, "d"), (hours, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let told: Vec<String> = units
        .iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if told.is_empty() { "0 s".to_owned() } else { told.join(" ") }
}

/// A span of whole seconds.
pub(crate) fn seconds(seconds: i64) -> String {
    TimeDelta::try_seconds(seconds).map_or_else(|| format!("{seconds} s"), span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_two_units_and_never_rounded_up() {
        let told: Vec<String> = [0, 59, 60, 3_599, 18_720, 129_600, 259_199, 259_200, 270_000].map(seconds).into();
        assert_eq!(
            told,
            ["0 s", "59 s", "1 min", "59 min 59 s", "5 h 12 min", "36 h", "71 h 59 min", "3 d", "3 d 3 h"]
        );
    }

    #[test]
    fn distances_look_both_ways() {
        let now = instant("2026-01-02T00:00:00.000Z").unwrap();
        assert_eq!(
            both("2026-01-02T05:12:30.000Z", now).replace(UNBROKEN, " "),
            "in 5 h 12 min (2026-01-02 05:12 UTC)"
        );
        assert_eq!(distance("2026-01-01T23:59:00.000Z", now), "1 min ago");
        assert_eq!(distance("2026-01-02T00:00:00.000Z", now), "now");
    }
}
