//! Who reads a page: in which language, in which time zone, and when.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;
use fluent_bundle::FluentValue;
use refund_core::{Currency, Money, Reason, Timestamp};

use super::form::{Form, Mistake};
use super::text::Language;

/// Light, dark, or as the machine has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// Whoever a page is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    /// Their time zone, as far as it is known.
    pub(crate) zone: Option<Tz>,
    /// The engine's time.
    pub(crate) now: Timestamp,
    /// Whether time passes by itself; a test clock stands still.
    pub(crate) time_passes: bool,
}

impl Reader {
    /// The text of that name.
    pub(crate) fn say(&self, name: &str) -> String {
        self.language.say(name, &[])
    }

    /// The languages to choose from: its tag, its own name, and whether it is the reader's.
    pub(crate) fn languages(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let own = self.language;
        Language::ALL.into_iter().map(move |language| (language.tag(), language.own_name(), language == own))
    }

    /// The same of what a page can look like.
    pub(crate) fn themes(&self) -> impl Iterator<Item = (&'static str, String, bool)> {
        let own = *self;
        let text = move |theme: Theme| own.say(&format!("theme-{}", theme.name()));
        Theme::ALL.into_iter().map(move |theme| (theme.name(), text(theme), theme == own.theme))
    }

    /// A text with one thing told in it.
    pub(crate) fn say_with(&self, name: &str, told: &str, value: &str) -> String {
        self.language.say(name, &[(told, value.into())])
    }

    /// A text with a number in it.
    pub(crate) fn say_count(&self, name: &str, told: &str, count: &usize) -> String {
        self.language.say(name, &[(told, (*count).into())])
    }

    /// A text with two readings of something in it.
    pub(crate) fn say_either(&self, name: &str, one: &str, other: &str) -> String {
        self.language.say(name, &[("one", one.into()), ("other", other.into())])
    }

    /// The rule that something follows from.
    pub(crate) fn rule(&self, rule: &str) -> String {
        self.say_with("rule", "rule", rule)
    }

    /// A text with two numbers in it.
    pub(crate) fn say_two(&self, name: &str, one: &str, value: &usize, other: &str, value_of_other: &usize) -> String {
        self.language.say(name, &[(one, (*value).into()), (other, (*value_of_other).into())])
    }

    /// The text of a name out of a closed list.
    pub(crate) fn term(&self, kind: &str, name: &str) -> String {
        self.language.say(&format!("{kind}-{}", name.replace(['.', '_'], "-").to_ascii_lowercase()), &[])
    }

    /// What somebody wrote, or that it was erased (R46).
    pub(crate) fn written(&self, text: &str) -> String {
        if text == Reason::ERASED { self.say("text-erased") } else { text.to_owned() }
    }

    /// An amount as a reader of the language writes it.
    pub(crate) fn money(&self, money: Money) -> String {
        self.sum(money.minor().into(), money.currency())
    }

    /// A sum of money, given in minor units.
    pub(crate) fn sum(&self, minor: i128, currency: Currency) -> String {
        let value = grouped(&currency.decimal(minor));
        self.language.say("money", &[("currency", currency.code().into()), ("value", value.into())])
    }

    /// An instant in the reader's time zone, to the minute, with the zone.
    pub(crate) fn instant(&self, at: Timestamp) -> String {
        let zone = self.zone.unwrap_or(Tz::UTC);
        let Some(utc) = DateTime::from_timestamp_millis(at.as_millis()) else { return at.to_string() };
        let local = zone.from_utc_datetime(&utc.naive_utc());
        let arguments = [
            ("year", local.year().into()),
            ("month", local.month().into()),
            ("day", local.day().into()),
            ("time", format!("{:02}:{:02}", local.hour(), local.minute()).into()),
            ("zone", offset(local.offset().fix().local_minus_utc()).into()),
        ];
        // A year is no quantity: it has no thousands to be set off.
        let [year, rest @ ..] = arguments;
        let year = (year.0, FluentValue::from(local.year().to_string()));
        let mut all = vec![year];
        all.extend(rest);
        self.language.say("instant", &all)
    }

    /// An instant as a field for one has it, in the reader's time zone; no finer than it has to be.
    pub(crate) fn typed_instant(&self, at: Timestamp) -> String {
        let zone = self.zone.unwrap_or(Tz::UTC);
        let Some(utc) = DateTime::from_timestamp_millis(at.as_millis()) else { return String::new() };
        let finest = match at.as_millis() {
            millis if millis % 60_000 == 0 => "%Y-%m-%dT%H:%M",
            millis if millis % 1_000 == 0 => "%Y-%m-%dT%H:%M:%S",
            _ => "%Y-%m-%dT%H:%M:%S%.3f",
        };
        zone.from_utc_datetime(&utc.naive_utc()).format(finest).to_string()
    }

    /// The instant that was typed into such a field, if one was, in the zone that stood beside it (`drawn_in`): another
    /// tab may have changed the reader's meanwhile. Where clocks are put back the earlier one is meant.
    pub(crate) fn read_instant(&self, form: &Form, field: &'static str) -> Result<Option<Timestamp>, Mistake> {
        let typed = form.get(field).trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let zone = form.get("drawn_in").parse().ok().or(self.zone).unwrap_or(Tz::UTC);
        let at = local(typed).and_then(|local| zone.from_local_datetime(&local).earliest());
        let at = at.and_then(|at| Timestamp::from_millis(at.timestamp_millis()).ok());
        at.map(Some).ok_or_else(|| Mistake::new(field, "mistake-instant"))
    }

    /// When a day begins and ends in the reader's time zone that was typed into a field for one.
    pub(crate) fn read_day(&self, typed: &str) -> Option<(Timestamp, Timestamp)> {
        let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()?;
        let begins = |day: NaiveDate| {
            let local = day.and_hms_opt(0, 0, 0)?;
            // Where clocks are put forward at midnight the day begins later.
            let at = (0..3).find_map(|hours| {
                let local = local.checked_add_signed(TimeDelta::try_hours(hours)?)?;
                self.zone.unwrap_or(Tz::UTC).from_local_datetime(&local).earliest()
            })?;
            Timestamp::from_millis(at.timestamp_millis()).ok()
        };
        Some((begins(day)?, begins(day.succ_opt()?)?))
    }

    /// The reader's zone as it is told beside a field for an instant.
    pub(crate) fn zone_told(&self) -> String {
        self.zone.map_or("UTC", Tz::name).to_owned()
    }

    /// A day that stands for itself, such as one of the statistics.
    pub(crate) fn day(&self, date: NaiveDate) -> String {
        self.language.say("day", &[("month", date.month().into()), ("day", date.day().into())])
    }

    /// How long it is from now until then.
    pub(crate) fn left(&self, until: Timestamp) -> String {
        let millis = until.as_millis().saturating_sub(self.now.as_millis());
        if millis <= 0 { self.say("left-none") } else { self.span(millis / 60_000) }
    }

    /// A length of time in minutes, in the two largest units that it has.
    pub(crate) fn span(&self, minutes: i64) -> String {
        let (days, hours, rest) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
        let arguments = [("days", days.into()), ("hours", hours.into()), ("minutes", rest.into())];
        let name = match (days, hours, rest) {
            (0, 0, 0) => "span-under-a-minute",
            (0, 0, _) => "span-minutes",
            (0, _, 0) => "span-hours",
            (0..=1, ..) => return self.hours(minutes),
            (_, 0, _) => "span-days",
            _ => "span-days-hours",
        };
        self.language.say(name, &arguments)
    }

    /// Up to two days are told in hours, because the rules count in hours.
    fn hours(&self, minutes: i64) -> String {
        let (hours, rest) = (minutes / 60, minutes % 60);
        let name = if rest == 0 { "span-hours" } else { "span-hours-minutes" };
        self.language.say(name, &[("hours", hours.into()), ("minutes", rest.into())])
    }

    /// The reader's zone by its name, where it is known.
    pub(crate) fn zone_name(&self) -> &'static str {
        self.zone.map_or("", Tz::name)
    }
}

/// What such a field says, in whatever zone.
fn local(typed: &str) -> Option<NaiveDateTime> {
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"];
    formats.iter().find_map(|format| NaiveDateTime::parse_from_str(typed.trim(), format).ok())
}

/// Whether two such fields say the same: a browser leaves out zeros at the end of what it was given.
pub(crate) fn is_same_instant(one: &str, other: &str) -> bool {
    one.trim() == other.trim() || local(one).is_some_and(|one| local(other) == Some(one))
}

/// An offset from UTC as people write it.
fn offset(seconds: i32) -> String {
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() % 3600 / 60);
    let sign = if seconds < 0 { '−' } else { '+' };
    match (hours, minutes) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// A decimal number with its thousands set off, which all three languages do alike.
pub(crate) fn grouped(decimal: &str) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |rest| ("−", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(language: Language, zone: &str) -> Reader {
        let now = "2026-03-01T02:05:00Z".parse().unwrap();
        Reader { language, theme: Theme::Auto, zone: zone.parse().ok(), now, time_passes: true }
    }

    fn yuan(value: &str) -> Money {
        Money::parse(Currency::from_code("CNY").unwrap(), value).unwrap()
    }

    #[test]
    fn money_times_and_lengths_are_written_as_in_the_language() {
        let at: Timestamp = "2026-12-24T17:05:59.999Z".parse().unwrap();
        let told = |language, zone| {
            let reader = reader(language, zone);
            let minutes = [0, 59, 60, 61, 35 * 60 + 12, 47 * 60, 48 * 60, 50 * 60, 7 * 1440 + 61];
            let spans: Vec<_> = minutes.into_iter().map(|minutes| reader.span(minutes)).collect();
            format!(
                "{} · {} · {}\n{}\n{}",
                reader.money(yuan("1234567.50")),
                reader.money(Money::parse(Currency::from_code("JPY").unwrap(), "980").unwrap()),
                reader.money(Money::parse(Currency::from_code("KWD").unwrap(), "1.250").unwrap()),
                reader.instant(at),
                spans.join(" · ")
            )
        };
        let all = [
            (Language::En, "Asia/Shanghai"),
            (Language::ZhHant, "Asia/Taipei"),
            (Language::ZhHans, "Asia/Kathmandu"),
            (Language::En, ""),
        ];
        insta::assert_snapshot!(all.map(|(language, zone)| told(language, zone)).join("\n\n"));
    }

    #[test]
    fn an_instant_that_is_typed_is_meant_in_the_readers_zone_and_comes_back_as_it_was() {
        let read = |zone, typed: &str| {
            let form = Form::read(format!("at={typed}").as_bytes());
            reader(Language::En, zone).read_instant(&form, "at").map(|at| at.map(|at| at.to_string()))
        };
        let taipei = Ok(Some("2026-12-24T17:05:00.000Z".to_owned()));
        assert_eq!(read("Asia/Taipei", "2026-12-25T01:05"), taipei);
        assert_eq!(read("", "2026-12-24T17:05"), taipei);
        assert_eq!(read("", " "), Ok(None));
        // Clocks are put forward over this hour, and back over the other.
        assert!(read("Europe/Berlin", "2026-03-29T02:30").is_err());
        assert_eq!(read("Europe/Berlin", "2026-10-25T02:30"), Ok(Some("2026-10-25T00:30:00.000Z".to_owned())));
        assert!(read("", "tomorrow").is_err());
        let drawn = Form::read(b"at=2026-12-25T01:05&drawn_in=Asia/Taipei");
        let meant = reader(Language::En, "America/New_York").read_instant(&drawn, "at");
        assert_eq!(meant.map(|at| at.map(|at| at.to_string())), taipei, "as the page said that it was");
        for at in ["2026-12-24T17:05:00.000Z", "2026-12-24T17:05:09.000Z", "2026-12-24T17:05:09.120Z"] {
            let typed = reader(Language::En, "Asia/Taipei").typed_instant(at.parse().unwrap());
            assert_eq!(read("Asia/Taipei", &typed), Ok(Some(at.to_owned())), "{typed}");
        }
    }

    #[test]
    fn a_field_for_an_instant_says_the_same_however_many_zeros_a_browser_leaves() {
        let at = |fraction: &str| format!("2027-10-31T02:30{fraction}");
        for [written, sent] in [[":30.500", ":30.5"], [":30.250", ":30.25"], [":30", ":30.000"], ["", ":00"], ["", ""]]
        {
            assert!(is_same_instant(&at(written), &at(sent)), "{written} {sent}");
        }
        assert!(is_same_instant("", " ") && !is_same_instant("", &at("")) && !is_same_instant(&at(""), ""));
        assert!(!is_same_instant(&at(":30.5"), &at(":30.05")) && !is_same_instant("tomorrow", "today"));
    }

    #[test]
    fn thousands_are_set_off() {
        for (decimal, written) in [("0", "0"), ("999.10", "999.10"), ("1000", "1,000"), ("-1234567.1", "−1,234,567.1")]
        {
            assert_eq!(grouped(decimal), written);
        }
    }
}
