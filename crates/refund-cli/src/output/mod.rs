//! What reaches the terminal, a file or a pipe, and how.

pub(crate) mod bars;
pub(crate) mod clean;
mod csv;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod time;

use std::io::{IsTerminal, Write};

use clap::ValueEnum;
use serde_json::Value;

use crate::failure::Failure;
use style::Tone;
use table::{Card, Table};
use time::UNBROKEN;

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// Exactly what the server said.
    Json,
    /// JSON, one item a line.
    Jsonl,
    /// For spreadsheets.
    Csv,
}

/// Whether there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colours {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Wherever it goes.
    Always,
    /// Nowhere.
    Never,
}

/// JSON as the server said it, and whether it is a list.
pub(crate) enum Said<'a> {
    /// One thing.
    One(&'a str),
    /// Some things of a list, and where it goes on.
    Items { items: &'a [String], next_cursor: Option<&'a str> },
}

/// Where answers go, and what fits there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) format: Format,
    /// Whether CSV begins with a byte order mark.
    pub(crate) bom: bool,
    pub(crate) width: usize,
    pub(crate) colours: bool,
    note_colours: bool,
    /// Whether a person looks, who is told what could be done next.
    pub(crate) hints: bool,
}

impl Output {
    /// What the process was started with.
    pub(crate) fn new(format: Format, colours: Colours) -> Self {
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let on = |terminal: bool| match colours {
            Colours::Always => true,
            Colours::Never => false,
            Colours::Auto => terminal && !refused,
        };
        Self { format, bom: false, width: width(out), colours: on(out), note_colours: on(err), hints: out && err }
    }

    /// Refuses a form that needs to know the end.
    pub(crate) fn takes_a_stream(&self, asked_by: &str) -> Result<(), Failure> {
        match self.format {
            Format::Table | Format::Jsonl => Ok(()),
            Format::Json | Format::Csv => {
                Err(Failure::Usage(format!("a stream has no end: {asked_by} takes -o jsonl, or a table")))
            }
        }
    }

    /// Writes an answer in the form that was asked for; `fields` are the columns of CSV.
    pub(crate) fn say(
        &self,
        said: &Said<'_>,
        fields: &[&str],
        for_people: impl FnOnce() -> Result<String, Failure>,
    ) -> Result<(), Failure> {
        let text = match self.format {
            Format::Table => for_people()?.replace(UNBROKEN, " "),
            Format::Json => format!("{}\n", said.whole()),
            Format::Jsonl => said.items().iter().map(|item| format!("{}\n", clean::json(item))).collect(),
            Format::Csv => {
                let items = said.items();
                let items: Vec<Value> = items.iter().filter_map(|item| serde_json::from_str(item).ok()).collect();
                format!("{}{}", if self.bom { BOM } else { "" }, csv::write(&items, fields)?)
            }
        };
        self.print(&text)
    }

    /// Writes to standard output.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Says something beside the answer, on standard error.
    pub(crate) fn note(&self, text: &str) {
        // Nobody is left to be told that standard error is gone.
        let _ = writeln!(std::io::stderr(), "{}", text.replace(UNBROKEN, " "));
    }

    /// Says what could be done next, where a person looks.
    pub(crate) fn hint(&self, text: &str) {
        if self.hints {
            self.note(&Tone::Faint.paint(text, self.note_colours));
        }
    }

    /// Text for standard error in a tone.
    pub(crate) fn painted(&self, tone: Tone, text: &str) -> String {
        tone.paint(text, self.note_colours)
    }

    /// Text for standard output in a tone.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        tone.paint(text, self.colours)
    }

    /// What was done, above what it came to.
    pub(crate) fn done(&self, done: &str) -> String {
        format!("{}.\n\n", self.paint(Tone::Good, done))
    }

    /// A table as it fits.
    pub(crate) fn draw(&self, table: &Table) -> String {
        table.draw(self.width, self.colours)
    }

    /// An empty card that fits.
    pub(crate) fn card(&self) -> Card {
        Card::new(self.width, self.colours)
    }
}

impl Said<'_> {
    fn whole(&self) -> String {
        match self {
            Self::One(text) => clean::json(text),
            Self::Items { items, next_cursor } => {
                let items: Vec<String> = items.iter().map(|item| clean::json(item)).collect();
                let next = next_cursor.map_or(Value::Null, Value::from);
                format!("{{\"items\":[{}],\"next_cursor\":{next}}}", items.join(","))
            }
        }
    }

    fn items(&self) -> Vec<&str> {
        match self {
            Self::One(text) => vec![text],
            Self::Items { items, .. } => items.iter().map(String::as_str).collect(),
        }
    }
}

/// The byte order mark: without it spreadsheet programs read CSV by the code page of the machine.
const BOM: &str = "\u{feff}";

/// What a terminal has that does not say how wide it is.
const COLUMNS_DEFAULT: usize = 80;

/// COLUMNS where it is set, else the terminal's width. A pipe or a file has no end.
fn width(terminal: bool) -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let on_terminal = || terminal.then(|| seen().unwrap_or(COLUMNS_DEFAULT));
    set.filter(|width| *width > 0).or_else(on_terminal).unwrap_or(usize::MAX)
}
