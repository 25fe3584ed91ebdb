//! Bars of characters, which say the same without colours.

use unicode_width::UnicodeWidthStr;

use super::style::Tone;

/// A part of each bar: what it is drawn with, and what it is called.
pub(crate) struct Series {
    pub(crate) glyph: char,
    pub(crate) name: &'static str,
    pub(crate) tone: Tone,
}

/// One bar: what stands before it, how much of each part there is, what stands behind it.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) parts: Vec<u128>,
    pub(crate) says: String,
}

/// Bars below each other, on one scale.
pub(crate) struct Bars {
    pub(crate) series: &'static [Series],
    pub(crate) bars: Vec<Bar>,
}

const GAP: &str = "  ";
/// What is drawn with whole blocks can end within one.
const SOLID: char = '█';
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// A bar that is shorter than this shows nothing.
const BAR_MIN: usize = 8;

impl Bars {
    /// All bars, the longest as long as there is room.
    pub(crate) fn draw(&self, width: usize, colours: bool) -> String {
        let widest = |text: fn(&Bar) -> &str| self.bars.iter().map(|bar| text(bar).width()).max().unwrap_or(0);
        let (label, says) = (widest(|bar| &bar.label), widest(|bar| &bar.says));
        let room = width.saturating_sub(label + says + 2 * GAP.len()).max(BAR_MIN);
        let most = self.bars.iter().map(Bar::sum).max().unwrap_or(0);
        let line = |bar: &Bar| {
            let (drawn, length) = self.bar(bar, most, room, colours);
            let before = format!("{}{}", bar.label, " ".repeat(label.saturating_sub(bar.label.width())));
            let free = (room.saturating_sub(length) + says).saturating_sub(bar.says.width());
            format!("{before}{GAP}{drawn}{GAP}{}{}\n", " ".repeat(free), bar.says)
        };
        self.bars.iter().map(line).collect()
    }

    /// What the parts are called, with what they come to in all, in lines that fit.
    pub(crate) fn legend(&self, totals: &[u64], width: usize, colours: bool) -> String {
        let mut lines = vec![(String::new(), 0)];
        for (series, total) in self.series.iter().zip(totals) {
            let drawn = series.tone.paint(&series.glyph.to_string().repeat(2), colours);
            let text = format!(" {} {total}", series.name);
            let length = 2 + text.width();
            match lines.last_mut() {
                Some((line, taken)) if *taken == 0 || *taken + 3 + length <= width => {
                    let gap = if *taken == 0 { 0 } else { 3 };
                    *line += &format!("{}{drawn}{text}", " ".repeat(gap));
                    *taken += gap + length;
                }
                _ => lines.push((format!("{drawn}{text}"), length)),
            }
        }
        lines.into_iter().map(|(line, _)| format!("{line}\n")).collect()
    }

    /// A bar as it is drawn, and how long it is.
    fn bar(&self, bar: &Bar, most: u128, room: usize, colours: bool) -> (String, usize) {
        let parts = || self.series.iter().zip(&bar.parts).filter(|(_, part)| **part > 0);
        let mut shown = parts();
        if let (Some((series, part)), None) = (shown.next(), shown.next())
            && series.glyph == SOLID
        {
            let eighths = scaled(*part, most, room * EIGHTHS.len()).max(1);
            let end = EIGHTHS.get(eighths % EIGHTHS.len()).copied().unwrap_or_default();
            let whole = SOLID.to_string().repeat(eighths / EIGHTHS.len());
            let length = eighths.div_ceil(EIGHTHS.len());
            return (series.tone.paint(&format!("{whole}{end}"), colours), length);
        }
        let lengths = lengths(&parts().map(|(_, part)| *part).collect::<Vec<_>>(), most, room);
        let drawn = parts()
            .zip(&lengths)
            .map(|((series, _), length)| series.tone.paint(&series.glyph.to_string().repeat(*length), colours));
        (drawn.collect(), lengths.iter().sum())
    }
}

impl Bar {
    fn sum(&self) -> u128 {
        self.parts.iter().sum()
    }
}

/// How much of the room that is, to the nearest whole.
fn scaled(part: u128, most: u128, room: usize) -> usize {
    let room_wide = u128::try_from(room).unwrap_or(0);
    let cells = part.saturating_mul(room_wide).saturating_add(most / 2).checked_div(most).unwrap_or(0);
    usize::try_from(cells).unwrap_or(room).min(room)
}

/// How long each part is: together as long as their sum, and none of them gone.
fn lengths(parts: &[u128], most: u128, room: usize) -> Vec<usize> {
    let (mut sum, mut before) = (0_u128, 0);
    let mut lengths = Vec::with_capacity(parts.len());
    for part in parts {
        sum = sum.saturating_add(*part);
        let upto = scaled(sum, most, room);
        lengths.push(upto.saturating_sub(before));
        before = upto;
    }
    for at in 0..lengths.len() {
        if lengths.get(at) != Some(&0) {
            continue;
        }
        // What is too little to be seen is shown all the same, at the cost of the longest.
        if let Some(longest) = lengths.iter_mut().max().filter(|longest| **longest > 1) {
            *longest -= 1;
        }
        if let Some(length) = lengths.get_mut(at) {
            *length = 1;
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: &[Series] =
        &[Series { glyph: '█', name: "yes", tone: Tone::Good }, Series { glyph: '▒', name: "no", tone: Tone::Bad }];

    fn bars(of: &[[u128; 2]]) -> Bars {
        let bar = |parts: &[u128; 2]| Bar {
            label: "day".to_owned(),
            parts: parts.to_vec(),
            says: parts.iter().sum::<u128>().to_string(),
        };
        Bars { series: SERIES, bars: of.iter().map(bar).collect() }
    }

    #[test]
    fn the_longest_fills_the_room_and_the_others_are_in_proportion() {
        let drawn = bars(&[[8, 8], [4, 4], [0, 0], [3, 0], [0, 8]]).draw(25, false);
        assert_eq!(
            drawn,
            "day  ████████▒▒▒▒▒▒▒▒  16\nday  ████▒▒▒▒           8\nday                     0\n\
             day  ███                3\nday  ▒▒▒▒▒▒▒▒           8\n"
        );
    }

    #[test]
    fn what_is_little_is_seen_beside_what_is_much() {
        assert_eq!(bars(&[[999, 1]]).draw(20, false), "day  ████████▒  1000\n");
        assert_eq!(bars(&[[1000, 0], [1, 0]]).draw(20, false), "day  █████████  1000\nday  ▏             1\n");
    }

    #[test]
    fn the_legend_is_broken_between_its_parts() {
        let legend = |width| bars(&[]).legend(&[12, 3], width, false);
        assert_eq!(legend(40), "██ yes 12   ▒▒ no 3\n");
        assert_eq!(legend(18), "██ yes 12\n▒▒ no 3\n");
    }
}
