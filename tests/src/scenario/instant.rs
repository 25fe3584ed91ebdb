//! Instants as stories write them: after the opening, which is T.

use refund_core::Timestamp;

/// T. So late that no clock which a stage starts with is past it.
pub(super) fn opening() -> Timestamp {
    // 2100-01-01T00:00:00.000Z is an instant.
    Timestamp::from_millis(4_102_444_800_000).unwrap_or(Timestamp::MIN)
}

/// No story goes on for longer.
const LONGEST_MILLIS: i64 = 1_000 * 86_400_000;

const UNITS: [(char, i64, i64); 4] =
    [('d', 86_400_000, 1_000), ('h', 3_600_000, 24), ('m', 60_000, 60), ('s', 1_000, 60)];

/// Reads `T`, `T+1h`, `T+1h30`, `T+35h59m59.999s`.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let after = if text == "T" { 0 } else { millis(text.strip_prefix("T+")?)? };
    Timestamp::from_millis(opening().as_millis().checked_add(after)?).ok()
}

/// Reads `36h`, `1h30`, `59m59.999s`, `5d`: units from large to small, none but the first above its bound.
pub(super) fn millis(text: &str) -> Option<i64> {
    let (mut rest, mut total, mut first) = (text, 0_i64, true);
    for (unit, size, below) in UNITS {
        let Some((number, behind)) = rest.split_once(unit) else { continue };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.len() > 3 || (unit != 's' && number.contains('.')) || number.ends_with('.') {
            return None;
        }
        let whole = digits(whole)?;
        if !first && whole >= below {
            return None;
        }
        let fraction = if fraction.is_empty() { 0 } else { digits(&format!("{fraction:0<3}"))? };
        total = total.checked_add(whole.checked_mul(size)?)?.checked_add(fraction)?;
        (rest, first) = (behind, false);
        // `1h30`: minutes without their unit.
        if unit == 'h' && rest.len() == 2 {
            total = total.checked_add(digits(rest).filter(|minutes| *minutes < 60)?.checked_mul(60_000)?)?;
            rest = "";
        }
    }
    (rest.is_empty() && !first && total <= LONGEST_MILLIS).then_some(total)
}

fn digits(text: &str) -> Option<i64> {
    let fits = !text.is_empty() && text.len() <= 7 && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// `T+36h`, `T+1h30`, `T+35h59m59.999s`.
pub(super) fn show(at: Timestamp) -> String {
    let after = at.as_millis().saturating_sub(opening().as_millis());
    if after == 0 {
        return "T".to_owned();
    }
    let (sign, after) = if after < 0 { ("-", after.saturating_neg()) } else { ("+", after) };
    let (hours, minutes) = (after / 3_600_000, after / 60_000 % 60);
    let (seconds, millis) = (after / 1_000 % 60, after % 1_000);
    let tail = match (minutes, seconds, millis) {
        (0, 0, 0) => String::new(),
        (_, 0, 0) => format!("{minutes:02}"),
        (_, _, 0) => format!("{minutes:02}m{seconds:02}s"),
        _ => format!("{minutes:02}m{seconds:02}.{millis:03}s"),
    };
    format!("T{sign}{hours}h{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_as_it_is_written() {
        for text in ["T", "T+1h", "T+1h30", "T+35h59m59s", "T+35h59m59.999s", "T+204h"] {
            assert_eq!(read(text).map(show).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_instant_is_not_read() {
        for text in ["", "1h", "T+", "T-1h", "T+1h75", "T+90m61s", "T+1.5h", "T+1s1h", "T+99999h", "T+1h1h", "T+ 1h"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
