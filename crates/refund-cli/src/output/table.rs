//! Rows in columns where there is room for them, and one block for each row where there is not.

use unicode_width::UnicodeWidthStr;

use super::style::Tone;

/// A column, and how soon it goes where there is no room: 0 never, then the highest first.
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) goes: u8,
}

/// A column.
pub(crate) const fn column(title: &'static str, goes: u8) -> Column {
    Column { title, goes }
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
        let room = width.saturating_sub(self.width());
        format!("{}{}", self.tone.paint(&self.text, colours), " ".repeat(room))
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
}

const GAP: usize = 2;

impl Table {
    /// The table, as wide as it may be.
    pub(crate) fn draw(&self, width: usize, colours: bool) -> String {
        let widths: Vec<usize> = self.columns.iter().enumerate().map(|(at, column)| self.widest(at, column)).collect();
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        while total(&shown, &widths) > width {
            let goes = shown.iter().copied().max_by_key(|at| self.columns.get(*at).map(|column| column.goes));
            match goes.filter(|at| self.columns.get(*at).is_some_and(|column| column.goes > 0)) {
                Some(goes) => shown.retain(|at| *at != goes),
                None => return self.blocks(width, colours),
            }
        }
        let headings = self.columns.iter().map(|column| Cell::new(column.title, Tone::Faint)).collect();
        let lines = std::iter::once(&headings).chain(&self.rows).map(|row: &Vec<Cell>| {
            let cells = shown.iter().filter_map(|at| Some(row.get(*at)?.padded(*widths.get(*at)?, colours)));
            format!("{}\n", cells.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end())
        });
        lines.collect()
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
                card.line(column.title, &cell.text, cell.tone);
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

/// The widest name on the left that the text on the right is lined up with.
const NAME_MAX: usize = 16;
/// Wider than this nobody reads.
const LINE_MAX: usize = 120;

impl Card {
    /// An empty card.
    pub(crate) fn new(width: usize, colours: bool) -> Self {
        Self { width: width.min(LINE_MAX), colours, lines: Vec::new() }
    }

    /// One more line.
    pub(crate) fn line(&mut self, name: &str, text: &str, tone: Tone) {
        self.lines.push((name.to_lowercase(), text.to_owned(), tone));
    }

    /// One more line, where there is something to say.
    pub(crate) fn maybe(&mut self, name: &str, text: Option<impl AsRef<str>>) {
        if let Some(text) = text {
            self.line(name, text.as_ref(), Tone::Plain);
        }
    }

    /// All of it.
    pub(crate) fn text(&self) -> String {
        let name_width = self.lines.iter().map(|(name, ..)| name.width()).max().unwrap_or(0).min(NAME_MAX);
        let indent = " ".repeat(name_width + 2 + GAP);
        let room = self.width.saturating_sub(indent.len()).max(12);
        let mut all = String::new();
        for (name, text, tone) in &self.lines {
            let name = Cell::new(name.as_str(), Tone::Faint).padded(name_width, self.colours);
            let wrapped = wrap(text, room);
            let lines = wrapped.iter().map(|line| tone.paint(line, self.colours));
            all += &format!("  {name}  {}\n", lines.collect::<Vec<_>>().join(&format!("\n{indent}")));
        }
        all
    }
}

/// Text in lines of at most that width; a word that is too long is broken.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width.min(LINE_MAX)).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[column("ID", 0), column("TITLE", 2), column("WHEN", 0)];

    fn table() -> Table {
        let row = |cells: [&str; 3]| cells.map(Cell::from).to_vec();
        Table { columns: COLUMNS, rows: vec![row(["a", "不鏽鋼垃圾桶", "soon"]), row(["b", "bin", "later"])] }
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
        assert_eq!(narrow, "a\n  title  不鏽鋼垃圾桶\n  when   soon\n\nb\n  title  bin\n  when   later\n");
    }
}
