//! What came of the offers, as a table and as bars.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::cli::stats::Chart;
use crate::model::{Day, Money, Numbers, Stats};
use crate::output::Output;
use crate::output::bars::{Bar, Bars, Series};
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column, number, wrap};
use crate::output::time::seconds;

const COLUMNS: &[Column] = &[
    column("DAY (UTC)", 0),
    number("MADE", 0),
    number("ACCEPTED", 0),
    number("REJECTED", 2),
    number("EXPIRED", 3),
    number("WITHDRAWN", 5),
    number("SILENCE", 4),
    number("MEDIAN", 6),
    number("ASKED", 7),
    number("KEPT", 1),
];

/// What was counted in all, and on each day on which anything was.
pub(crate) fn table(stats: &Stats, out: &Output) -> String {
    let mut text = format!("{}\n{}", title("What came of the offers", stats, out.width, out), total(&stats.total, out));
    let busy: Vec<&Day> = stats.days.iter().filter(|day| !day.numbers.is_empty()).collect();
    if !busy.is_empty() {
        let rows = busy.iter().map(|day| row(day)).collect();
        text += &format!("\n{}", out.draw(&Table { columns: COLUMNS, rows, last_wraps: false }));
    }
    let quiet = stats.days.len() - busy.len();
    if quiet > 0 {
        let text_of = format!("On {quiet} of {} days nothing was counted; those are left out.", stats.days.len());
        text += &format!("\n{}\n", out.paint(Tone::Faint, &wrap(&text_of, out.width).join("\n")));
    }
    text
}

fn title(what: &str, stats: &Stats, width: usize, out: &Output) -> String {
    let whose = stats.seller_id.as_ref().map_or("all sellers".to_owned(), Clone::clone);
    let days = if stats.from == stats.to { stats.from.clone() } else { format!("{} to {}", stats.from, stats.to) };
    let lines = wrap(&format!("{what}: {whose}, {days}"), width);
    lines.iter().map(|line| format!("{}\n", out.paint(Tone::Strong, line))).collect()
}

fn total(total: &Numbers, out: &Output) -> String {
    let mut card = out.card();
    card.plain("made", &total.offers_made.to_string());
    card.plain("ended", &total.ended().to_string());
    let outcomes = [
        ("accepted", total.offers_accepted),
        ("rejected", total.offers_rejected),
        ("expired", total.offers_expired),
        ("withdrawn", total.offers_withdrawn),
    ];
    for (name, count) in outcomes {
        let ended = total.ended();
        let share = count.saturating_mul(200).saturating_add(ended).checked_div(ended.saturating_mul(2));
        let share = share.filter(|_| count > 0).map(|share| format!(" ({share} %)"));
        card.plain(name, &format!("{count}{}", share.unwrap_or_default()));
    }
    let answered = total.median_answer_seconds.map(|median| format!("half within {}", seconds(median)));
    card.plain("answered", &answered.unwrap_or_else(|| "-".to_owned()));
    for (name, amounts) in [("asked for", &total.amount_asked), ("kept", &total.amount_kept)] {
        for amount in amounts {
            card.plain(name, &amount.to_string());
        }
    }
    for reason in &total.reasons {
        card.plain(&reason.purpose.replace('_', " "), &format!("{} {}", reason.count, reason.code));
    }
    card.plain("by silence", &format!("{} decided", total.decided_by_silence));
    card.text()
}

fn row(day: &Day) -> Vec<Cell> {
    let count = |count: u64| if count == 0 { Cell::new("-", Tone::Faint) } else { Cell::from(count.to_string()) };
    let amounts = |amounts: &[Money]| {
        let told = amounts.iter().filter(|money| minor(money) != 0).map(ToString::to_string);
        let told = told.collect::<Vec<_>>().join(", ");
        if told.is_empty() { Cell::new("-", Tone::Faint) } else { Cell::from(told) }
    };
    let Day { date, numbers } = day;
    vec![
        Cell::from(&**date),
        count(numbers.offers_made),
        count(numbers.offers_accepted),
        count(numbers.offers_rejected),
        count(numbers.offers_expired),
        count(numbers.offers_withdrawn),
        count(numbers.decided_by_silence),
        numbers.median_answer_seconds.map_or_else(|| Cell::new("-", Tone::Faint), |median| seconds(median).into()),
        amounts(&numbers.amount_asked),
        amounts(&numbers.amount_kept),
    ]
}

const OUTCOMES: &[Series] = &[
    Series { glyph: '█', name: "accepted", tone: Tone::Good },
    Series { glyph: '▓', name: "rejected", tone: Tone::Bad },
    Series { glyph: '▒', name: "expired", tone: Tone::Due },
    Series { glyph: '░', name: "withdrawn", tone: Tone::Plain },
];
/// What is below zero is drawn lighter, and says so by its number too.
const ONE: &[Series] = &[
    Series { glyph: '█', name: "in all", tone: Tone::Plain },
    Series { glyph: '░', name: "below zero", tone: Tone::Bad },
];

/// How wide bars are where nothing says how wide they may be, and at the most.
const WIDTH_DEFAULT: usize = 80;
const WIDTH_MAX: usize = 200;
/// More bars than this no screen holds: then several days are one.
const DAYS_MAX: usize = 31;
const WEEKS_MAX: usize = 30 * 7;

/// What was counted, as bars.
pub(crate) fn chart(stats: &Stats, chart: Chart, out: &Output) -> String {
    let width = if out.width == usize::MAX { WIDTH_DEFAULT } else { out.width.min(WIDTH_MAX) };
    let (groups, each) = groups(&stats.days);
    let draw = |what: &str, bars: &Bars, legend: &str| {
        let title = title(&format!("{what}{each}"), stats, width, out);
        let legend = if legend.is_empty() { String::new() } else { format!("\n{legend}") };
        format!("{title}\n{}{legend}", bars.draw(width, out.colours))
    };
    let counts = |what: &str, of: fn(&Numbers) -> u64| draw(what, &counted(&groups, &[of], ONE), "");
    match chart {
        Chart::Made => counts("Offers made", |numbers| numbers.offers_made),
        Chart::Silence => counts("Refunds decided by silence", |numbers| numbers.decided_by_silence),
        Chart::Asked => amounts(stats, &groups, "Asked for", |numbers| &numbers.amount_asked, draw),
        Chart::Kept => amounts(stats, &groups, "Kept", |numbers| &numbers.amount_kept, draw),
        Chart::Outcomes => {
            let parts: [fn(&Numbers) -> u64; 4] = [
                |numbers| numbers.offers_accepted,
                |numbers| numbers.offers_rejected,
                |numbers| numbers.offers_expired,
                |numbers| numbers.offers_withdrawn,
            ];
            let bars = counted(&groups, &parts, OUTCOMES);
            let totals = parts.map(|part| part(&stats.total));
            draw("Offers that ended", &bars, &bars.legend(&totals, width, out.colours))
        }
    }
}

/// Days that are one bar.
struct Group<'a> {
    label: String,
    days: Vec<&'a Day>,
}

/// Days, weeks or months, by how many days there are; and how to say that.
fn groups(days: &[Day]) -> (Vec<Group<'_>>, &'static str) {
    let (key, each): (fn(NaiveDate) -> NaiveDate, _) = if days.len() <= DAYS_MAX {
        (|day| day, "")
    } else if days.len() <= WEEKS_MAX {
        (|day| day.week(Weekday::Mon).checked_first_day().unwrap_or(day), " by week")
    } else {
        (|day| day.with_day(1).unwrap_or(day), " by month")
    };
    let mut groups: BTreeMap<Option<NaiveDate>, Group<'_>> = BTreeMap::new();
    for day in days {
        let date = day.date.parse::<NaiveDate>().ok();
        let label = || match (date, each) {
            (None, _) => day.date.clone(),
            (Some(date), "") => date.format("%m-%d %a").to_string(),
            // The first week may begin before the first day that was asked for.
            (Some(date), " by week") => date.format("%m-%d").to_string(),
            (Some(date), _) => date.format("%Y-%m").to_string(),
        };
        let group = groups.entry(date.map(key)).or_insert_with(|| Group { label: label(), days: Vec::new() });
        group.days.push(day);
    }
    (groups.into_values().collect(), each)
}

fn counted(groups: &[Group<'_>], parts: &[fn(&Numbers) -> u64], series: &'static [Series]) -> Bars {
    let bar = |group: &Group<'_>| {
        let sum = |part: &fn(&Numbers) -> u64| group.days.iter().map(|day| u128::from(part(&day.numbers))).sum();
        let parts: Vec<u128> = parts.iter().map(sum).collect();
        Bar { label: group.label.clone(), says: parts.iter().sum::<u128>().to_string(), parts }
    };
    Bars { series, bars: groups.iter().map(bar).collect() }
}

/// Bars for each currency: amounts of two are never added.
fn amounts(
    stats: &Stats,
    groups: &[Group<'_>],
    what: &str,
    of: fn(&Numbers) -> &[Money],
    draw: impl Fn(&str, &Bars, &str) -> String,
) -> String {
    let charts = of(&stats.total).iter().map(|total| {
        let decimals = total.value.split_once('.').map_or(0, |(_, decimals)| decimals.len()).min(DECIMALS_MAX);
        let own = |day: &&Day| of(&day.numbers).iter().find(|money| money.currency == total.currency).map(minor);
        let bar = |group: &Group<'_>| {
            let sum = group.days.iter().filter_map(own).fold(0, i128::saturating_add);
            let parts = if sum < 0 { vec![0, sum.unsigned_abs()] } else { vec![sum.unsigned_abs(), 0] };
            Bar { label: group.label.clone(), parts, says: decimal(sum, decimals) }
        };
        let bars = Bars { series: ONE, bars: groups.iter().map(bar).collect() };
        let is_below = bars.bars.iter().any(|bar| bar.says.starts_with('-'));
        let below = if is_below { "; ░░ is below zero" } else { "" };
        draw(&format!("{what} in {}", total.currency), &bars, &format!("in all {total}{below}\n"))
    });
    let charts: Vec<String> = charts.collect();
    if charts.is_empty() { "no amounts\n".to_owned() } else { charts.join("\n") }
}

/// More decimals than any currency has.
const DECIMALS_MAX: usize = 9;

/// An amount in its smallest units: amounts of one currency have all the same decimals.
fn minor(money: &Money) -> i128 {
    money.value.replace('.', "").parse().unwrap_or(0)
}

fn decimal(minor: i128, decimals: usize) -> String {
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let sign = if minor < 0 { "-" } else { "" };
    match digits.split_at_checked(digits.len().saturating_sub(decimals)) {
        Some((whole, part)) if decimals > 0 => format!("{sign}{whole}.{part}"),
        _ => format!("{sign}{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Colours, Format};

    /// So many days, on each of which something was counted that depends on the day.
    fn stats(days: u64) -> Stats {
        let first: NaiveDate = "2026-01-30".parse().unwrap();
        let money = |currency: &str, minor: i128| Money { currency: currency.to_owned(), value: decimal(minor, 2) };
        let day = |at: u64| {
            let numbers = Numbers {
                offers_made: at,
                offers_accepted: at % 9,
                offers_rejected: at % 4,
                offers_expired: at % 3,
                offers_withdrawn: at % 2,
                amount_kept: vec![money("CNY", i128::from(at) * 250 - 1000), money("USD", 1)],
                ..Numbers::default()
            };
            Day { date: (first + chrono::Days::new(at)).to_string(), numbers }
        };
        let days: Vec<Day> = (0..days).map(day).collect();
        let amount_kept = vec![money("CNY", 1), money("USD", 1)];
        let (from, to) = (days[0].date.clone(), days.last().unwrap().date.clone());
        Stats { from, to, days, total: Numbers { amount_kept, ..Numbers::default() }, ..Stats::default() }
    }

    fn out(width: usize) -> Output {
        let mut out = Output::new(Format::Table, Colours::Never);
        out.width = width;
        out
    }

    #[test]
    fn a_chart_of_any_time_fits_any_terminal() {
        for days in [1, 2, 30, 31, 32, 210, 211, 365, 366] {
            for width in [40, 41, 80, 120, 200] {
                for what in [Chart::Outcomes, Chart::Made, Chart::Silence, Chart::Kept] {
                    let drawn = chart(&stats(days), what, &out(width));
                    let widest = drawn.lines().map(|line| line.chars().count()).max().unwrap();
                    assert!(widest <= width, "{days} days, {widest} of {width}:\n{drawn}");
                    let bars = groups(&stats(days).days).0.len();
                    assert!((1..=32).contains(&bars), "{days} days are {bars} bars");
                }
            }
        }
    }

    #[test]
    fn days_become_weeks_and_weeks_become_months() {
        let labels = |days| groups(&stats(days).days).0.into_iter().map(|group| group.label).collect::<Vec<_>>();
        assert_eq!(labels(3), ["01-30 Fri", "01-31 Sat", "02-01 Sun"]);
        assert_eq!(labels(32)[..3], ["01-30", "02-02", "02-09"]);
        assert_eq!(labels(366).len(), 13);
        assert_eq!(labels(366)[..2], ["2026-01", "2026-02"]);
    }

    #[test]
    fn amounts_of_a_week_are_added_exactly_and_never_across_currencies() {
        let drawn = chart(&stats(33), Chart::Kept, &out(40));
        let says: Vec<&str> = drawn.lines().filter_map(|line| line.split_whitespace().last()).collect();
        assert!(drawn.contains("Kept in CNY") && drawn.contains("Kept in USD"), "{drawn}");
        // A week of three days and a whole one.
        assert_eq!(says.iter().filter(|says| says.contains('.')).take(2).collect::<Vec<_>>(), [&"-22.50", &"35.00"]);
    }
}
