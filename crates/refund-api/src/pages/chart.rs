//! Bars by day, drawn on the server. All is counted in whole units of the drawing, which the browser stretches.

/// How wide the place of one day is.
const DAY: i128 = 10;
/// How high a chart is.
const HEIGHT: i128 = 1000;
/// How high a bar is at least, so that one of a thousand is still seen.
const BAR_MIN: i128 = 6;

/// A chart of some days.
pub(crate) struct Chart {
    pub(crate) title: String,
    /// The first and the last day.
    pub(crate) ends: (String, String),
    /// What its highest and its lowest line are, in words.
    pub(crate) top: String,
    pub(crate) bottom: String,
    pub(crate) width: i128,
    pub(crate) height: i128,
    /// How far down the line of zero is.
    pub(crate) zero: i128,
    /// Each colour by its class, and what it means.
    pub(crate) key: Vec<(&'static str, String)>,
    pub(crate) days: Vec<DayBars>,
}

/// What stands in the place of one day.
pub(crate) struct DayBars {
    pub(crate) told: String,
    pub(crate) bars: Vec<Bar>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) class: &'static str,
    pub(crate) x: i128,
    pub(crate) y: i128,
    pub(crate) width: i128,
    pub(crate) height: i128,
}

/// What is drawn of one day: columns beside each other, and in each parts upon each other.
pub(crate) struct Day {
    pub(crate) told: String,
    pub(crate) columns: Columns,
}

/// Columns beside each other; of each its parts, by their classes.
pub(crate) type Columns = Vec<Vec<(&'static str, i128)>>;

impl Chart {
    /// A chart of these days; nothing where there is nothing to draw. `value` says a value in words.
    pub(crate) fn new(
        title: String,
        ends: (String, String),
        key: Vec<(&'static str, String)>,
        days: Vec<Day>,
        value: impl Fn(i128) -> String,
    ) -> Option<Self> {
        let columns = || days.iter().flat_map(|day| day.columns.iter());
        let sum = |column: &[(&str, i128)], above: bool| {
            column.iter().map(|(_, part)| *part).filter(|part| (*part > 0) == above).sum::<i128>()
        };
        let highest = columns().map(|column| sum(column, true)).max().unwrap_or(0);
        let lowest = columns().map(|column| sum(column, false)).min().unwrap_or(0);
        if highest == 0 && lowest == 0 {
            return None;
        }
        let scale = Scale { highest, lowest };
        let width = i128::try_from(days.len()).unwrap_or(1).saturating_mul(DAY);
        let drawn = (0_i128..).zip(days).map(|(place, day)| scale.drawn(place.saturating_mul(DAY), day));
        Some(Self {
            title,
            ends,
            top: value(highest),
            bottom: value(lowest),
            width,
            height: HEIGHT,
            zero: scale.y(0),
            key,
            days: drawn.collect(),
        })
    }
}

/// How values become heights.
struct Scale {
    highest: i128,
    lowest: i128,
}

impl Scale {
    /// How far down a value is.
    fn y(&self, value: i128) -> i128 {
        let span = self.highest.saturating_sub(self.lowest);
        let below = self.highest.saturating_sub(value);
        below.saturating_mul(HEIGHT).checked_div(span).unwrap_or(HEIGHT)
    }

    fn drawn(&self, left: i128, day: Day) -> DayBars {
        let count = i128::try_from(day.columns.len()).unwrap_or(1).max(1);
        // One unit on either side keeps the days apart.
        let width = (DAY - 2).checked_div(count).unwrap_or(1).max(1);
        let columns = (0_i128..).zip(&day.columns);
        let bars = columns.flat_map(|(place, parts)| self.column(left + 1 + place.saturating_mul(width), width, parts));
        DayBars { bars: bars.collect(), told: day.told }
    }

    /// Parts above zero are stacked upwards, and parts below it downwards.
    fn column(&self, x: i128, width: i128, parts: &[(&'static str, i128)]) -> Vec<Bar> {
        let (mut above, mut below) = (0_i128, 0_i128);
        let mut bars = Vec::new();
        for (class, part) in parts.iter().filter(|(_, part)| *part != 0) {
            let from = if *part > 0 { &mut above } else { &mut below };
            let to = from.saturating_add(*part);
            let (upper, lower) = (self.y(to.max(*from)), self.y(to.min(*from)));
            let height = lower.saturating_sub(upper).max(BAR_MIN);
            let y = if *part > 0 { lower.saturating_sub(height).max(0) } else { upper };
            bars.push(Bar { class, x, y, width, height });
            *from = to;
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(columns: Vec<Vec<(&'static str, i128)>>) -> Option<Chart> {
        let days = columns.into_iter().map(|column| Day { told: String::new(), columns: vec![column] });
        Chart::new(String::new(), Default::default(), Vec::new(), days.collect(), |value| value.to_string())
    }

    #[test]
    fn parts_stand_upon_each_other_and_the_highest_day_fills_the_height() {
        let drawn = chart(vec![vec![("a", 3), ("b", 1)], vec![], vec![("a", 2), ("c", 0)]]).unwrap();
        let bars =
            |day: usize| drawn.days[day].bars.iter().map(|bar| (bar.class, bar.y, bar.height)).collect::<Vec<_>>();
        assert_eq!(bars(0), [("a", 250, 750), ("b", 0, 250)]);
        assert_eq!(bars(1), []);
        assert_eq!(bars(2), [("a", 500, 500)], "what is nothing is not drawn");
        assert_eq!((drawn.width, drawn.zero, drawn.top.as_str(), drawn.bottom.as_str()), (30, 1000, "4", "0"));
        assert_eq!(drawn.days[2].bars[0].x, 21);
    }

    #[test]
    fn what_is_below_zero_hangs_from_it_and_little_is_still_seen() {
        let drawn = chart(vec![vec![("kept", 30_000)], vec![("lost", -10_000)], vec![("kept", 1)]]).unwrap();
        assert_eq!(drawn.zero, 750);
        let bar = |day: usize| (drawn.days[day].bars[0].y, drawn.days[day].bars[0].height);
        assert_eq!([bar(0), bar(1), bar(2)], [(0, 750), (750, 250), (744, 6)]);
    }

    #[test]
    fn of_nothing_there_is_no_chart() {
        assert!(chart(vec![vec![], vec![("a", 0)]]).is_none());
        assert!(chart(vec![vec![("a", i128::MAX)]]).is_some(), "the largest sum does no harm");
    }
}
