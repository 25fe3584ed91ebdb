//! The days that are asked about most, and what was before them.

use chrono::{Datelike, Days};

use super::Row;
use crate::pages::form::in_address;
use crate::pages::reader::Reader;
use crate::pages::visit::Visit;
use crate::stats::{AskedDays, Numbers, day_of};

/// Days that are asked about by a link.
pub(crate) struct Preset {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) is_chosen: bool,
}

/// One number of all days, and the same of the days before.
pub(crate) struct Tile {
    /// The colour that it has in charts, where it has one.
    pub(crate) class: Option<&'static str>,
    pub(crate) name: String,
    pub(crate) value: Vec<String>,
    pub(crate) before: Vec<String>,
}

/// Today, a week, thirty days and the month as far as it has come, of whom the visit asks about.
pub(super) fn presets(visit: &Visit, chosen: AskedDays) -> Vec<Preset> {
    let today = day_of(visit.reader.now);
    let last = |count: u64| AskedDays { from: today.checked_sub_days(Days::new(count)).unwrap_or(today), to: today };
    let month = AskedDays { from: today.with_day(1).unwrap_or(today), to: today };
    let preset = |(name, days): (&str, AskedDays)| Preset {
        name: visit.reader.term("stats-preset", name),
        href: in_address("/stats", &visit.query.with("from", days.from.to_string()), "to", &days.to.to_string()),
        is_chosen: days == chosen,
    };
    [("today", last(0)), ("week", last(6)), ("days", last(29)), ("month", month)].map(preset).into()
}

pub(super) fn tiles(reader: &Reader, now: &Numbers, before: &Numbers) -> Vec<Tile> {
    let [now, before] = [now, before].map(|numbers| Row::new(reader, String::new(), numbers));
    let counts = now.counts.into_iter().zip(before.counts);
    let counts = counts.map(|((class, name, now), (_, _, before))| Tile {
        class: Some(class),
        name,
        value: vec![now.to_string()],
        before: vec![before.to_string()],
    });
    let tile = |name: &str, value, before| Tile { class: None, name: reader.say(name), value, before };
    let others = [
        tile("stats-silence", vec![now.silence.to_string()], vec![before.silence.to_string()]),
        tile("stats-median", vec![now.median], vec![before.median]),
        tile("stats-asked", now.asked, before.asked),
        tile("stats-kept", now.kept, before.kept),
    ];
    counts.chain(others).collect()
}
