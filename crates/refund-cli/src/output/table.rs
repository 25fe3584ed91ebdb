//! Rows in columns where there is room for them, and one block for each row where there is not.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::Tone;

/// A column, and how soon it goes where there is no room: 0 never, then the highest first.
/// The last one wraps before any goes, where its cells are sentences.
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) goes: u8,
    /// Numbers stand below each other by their last digit.
    right: bool,
}

/// A column.
pub(crate) const fn column(title: &'static str, goes: u8) -> Column {
    Column { title, goes, right: false }
}

/// A column of numbers.
pub(crate) const fn number(title: &'static str, goes: u8) -> Column {
    Column { title, goes, right: true }
}

/// What stands at one place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// Text in a tone. A cell is one line.
    pub(crate) fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into().replace('\n', " "), tone }
    }

    fn width(&self) -> usize {
        self.text.width()
    }

    fn padded(&self, width: usize, colours: bool) -> String {
        format!("{}{}", self.tone.paint(&self.text, colours), self.room(width))
    }

    fn on_the_right(&self, width: usize, colours: bool) -> String {
        format!("{}{}", self.room(width), self.tone.paint(&self.text, colours))
    }

    fn room(&self, width: usize) -> String {
        " ".repeat(width.saturating_sub(self.width()))
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Tone::Plain)
    }
}

/// Rows under headings.
pub(crate) struct Table {
    pub(crate) columns: &'static [Column],
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Whether the last column may be as narrow as there is room for.
    pub(crate) last_wraps: bool,
}

const GAP: usize = 2;
/// A column that is narrower than this can't be read.
const WRAPPED_MIN: usize = 24;

impl Table {
    /// The table, as wide as it may be.
    pub(crate) fn draw(&self, width: usize, colours: bool) -> String {
        let mut widths: Vec<usize> =
            self.columns.iter().enumerate().map(|(at, column)| self.widest(at, column)).collect();
        if let Some(last) = widths.last_mut().filter(|_| self.last_wraps) {
            *last = (*last).min(WRAPPED_MIN);
        }
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        while total(&shown, &widths) > width {
            let goes = shown.iter().copied().max_by_key(|at| self.columns.get(*at).map(|column| column.goes));
            match goes.filter(|at| self.columns.get(*at).is_some_and(|column| column.goes > 0)) {
                Some(goes) => shown.retain(|at| *at != goes),
                None => return self.blocks(width, colours),
            }
        }
        let room = width.saturating_sub(total(&shown, &widths)).min(LINE_MAX);
        if let Some(last) = widths.last_mut().filter(|_| self.last_wraps) {
            *last += room;
        }
        let headings = self.columns.iter().map(|column| Cell::new(column.title, Tone::Faint)).collect();
        std::iter::once(&headings).chain(&self.rows).map(|row| self.line(row, &shown, &widths, colours)).collect()
    }

    fn line(&self, row: &[Cell], shown: &[usize], widths: &[usize], colours: bool) -> String {
        let mut line = String::new();
        let mut indent = 0;
        for at in shown {
            let (Some(cell), Some(width)) = (row.get(*at), widths.get(*at)) else { continue };
            if self.last_wraps && at + 1 == self.columns.len() {
                let wrapped = wrap(&cell.text, *width);
                let painted = wrapped.iter().map(|part| cell.tone.paint(part, colours));
                line += &painted.collect::<Vec<_>>().join(&format!("\n{}", " ".repeat(indent)));
            } else {
                let right = self.columns.get(*at).is_some_and(|column| column.right);
                let text = if right { cell.on_the_right(*width, colours) } else { cell.padded(*width, colours) };
                line += &format!("{text}{}", " ".repeat(GAP));
                indent += width + GAP;
            }
        }
        format!("{}\n", line.trim_end())
    }

    fn widest(&self, at: usize, column: &Column) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at)).map(Cell::width);
        cells.chain([column.title.width()]).max().unwrap_or(0)
    }

    /// Each row as a block: its first cell above, each other one behind its column's title.
    fn blocks(&self, width: usize, colours: bool) -> String {
        let blocks = self.rows.iter().map(|row| {
            let mut cells = self.columns.iter().zip(row);
            let first = cells.next().map(|(_, cell)| cell.padded(0, colours)).unwrap_or_default();
            let rest = cells.filter(|(_, cell)| !cell.text.is_empty() && cell.text != "-");
            let mut card = Card::new(width, colours);
            for (column, cell) in rest {
                card.line(&column.title.to_lowercase(), &cell.text, cell.tone);
            }
            format!("{first}\n{}", card.text())
        });
        blocks.collect::<Vec<_>>().join("\n")
    }
}

fn total(shown: &[usize], widths: &[usize]) -> usize {
    let cells: usize = shown.iter().filter_map(|at| widths.get(*at)).sum();
    cells + GAP * shown.len().saturating_sub(1)
}

/// What one thing is, line by line: a name on the left, what it says on the right, wrapped.
pub(crate) struct Card {
    width: usize,
    colours: bool,
    lines: Vec<(String, String, Tone)>,
}

/// The narrowest text beside a name: an instant in brackets and a comma.
const BESIDE_MIN: usize = 25;
/// Wider than this nobody reads.
const LINE_MAX: usize = 120;

impl Card {
    /// An empty card.
    pub(crate) fn new(width: usize, colours: bool) -> Self {
        Self { width: width.min(LINE_MAX), colours, lines: Vec::new() }
    }

    /// One more line.
    pub(crate) fn line(&mut self, name: &str, text: &str, tone: Tone) {
        self.lines.push((name.to_owned(), text.to_owned(), tone));
    }

    pub(crate) fn plain(&mut self, name: &str, text: &str) {
        self.line(name, text, Tone::Plain);
    }

    /// One more line, where there is something to say.
    pub(crate) fn maybe(&mut self, name: &str, text: Option<impl AsRef<str>>) {
        if let Some(text) = text {
            self.plain(name, text.as_ref());
        }
    }

    /// All of it. Where the names leave too little room beside them, the texts stand below.
    pub(crate) fn text(&self) -> String {
        let name_width = self.lines.iter().map(|(name, ..)| name.width()).max().unwrap_or(0);
        let beside = self.width >= name_width + 2 + GAP + BESIDE_MIN;
        let indent = " ".repeat(if beside { 2 + name_width + GAP } else { 4 });
        let room = self.width.saturating_sub(indent.len()).max(12);
        let mut all = String::new();
        for (name, text, tone) in &self.lines {
            let name = Cell::new(name.as_str(), Tone::Faint).padded(name_width, self.colours);
            let wrapped = wrap(text, room);
            let lines = wrapped.iter().map(|line| tone.paint(line, self.colours));
            let lines = lines.collect::<Vec<_>>().join(&format!("\n{indent}"));
            all += &match (beside, name.trim().is_empty()) {
                (true, _) => format!("  {name}  {lines}\n"),
                (false, true) => format!("{indent}{lines}\n"),
                (false, false) => format!("  {}\n{indent}{lines}\n", name.trim_end()),
            };
        }
        all
    }
}

/// Text in lines of at most that width. An id or an address that is longer stays whole, so that it
/// can be copied; text in a script that has no spaces is broken anywhere.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    wrap_hanging(text, width, 0, 0)
}

/// Text in lines, the first beginning at that place, and each further one at another.
pub(crate) fn wrap_hanging(text: &str, width: usize, first: usize, further: usize) -> Vec<String> {
    let (first, further) = (" ".repeat(first), " ".repeat(further));
    let options = textwrap::Options::new(width.min(LINE_MAX).max(further.len() + NARROWEST))
        .initial_indent(&first)
        .subsequent_indent(&further)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(text.chars().any(|c| c.width() == Some(2)));
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// A column of text that is narrower than this is no text.
const NARROWEST: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[column("ID", 0), column("TITLE", 2), column("WHEN", 0)];

    fn table() -> Table {
        let row = |cells: [&str; 3]| cells.map(Cell::from).to_vec();
        Table {
            columns: COLUMNS,
            last_wraps: false,
            rows: vec![row(["a", "不鏽鋼垃圾桶", "soon"]), row(["b", "bin", "later"])],
        }
    }

    #[test]
    fn wide_characters_keep_their_columns() {
        assert_eq!(
            table().draw(80, false),
            "ID  TITLE         WHEN\na   不鏽鋼垃圾桶  soon\nb   bin           later\n"
        );
    }

    #[test]
    fn what_has_no_room_goes_and_then_each_row_is_a_block() {
        assert_eq!(table().draw(12, false), "ID  WHEN\na   soon\nb   later\n");
        let narrow = table().draw(5, false);
        assert_eq!(
            narrow,
            "a\n  title\n    不鏽鋼垃圾桶\n  when\n    soon\n\nb\n  title\n    bin\n  when\n    later\n"
        );
    }
}
