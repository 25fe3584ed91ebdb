//! Tables in Markdown.

use std::time::Duration;

use comfy_table::presets::ASCII_MARKDOWN;

/// A table that is filled row by row.
pub struct Table(comfy_table::Table);

impl Table {
    /// An empty one.
    #[must_use]
    pub fn new(header: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(header.iter().copied());
        Self(table)
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.add_row(cells);
    }

    /// Prints it under a title.
    pub fn print(&self, title: &str) {
        println!("\n### {title}\n\n{}", self.0);
    }
}

/// A number without decimals.
#[must_use]
pub fn whole(number: f64) -> String {
    format!("{number:.0}")
}

/// A time in microseconds.
#[must_use]
pub fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

/// A time in seconds.
#[must_use]
pub fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// So many bytes in mebibytes.
#[must_use]
pub fn mib(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}

/// `total` for each of so many.
#[must_use]
pub fn each(total: u64, of: u64) -> f64 {
    total as f64 / of as f64
}
