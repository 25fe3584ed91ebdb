//! Tables in Markdown.

use std::time::Duration;

use comfy_table::presets::ASCII_MARKDOWN;

pub(crate) struct Table(comfy_table::Table);

impl Table {
    pub(crate) fn new(header: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(header.iter().copied());
        Self(table)
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.add_row(cells);
    }

    pub(crate) fn print(&self, title: &str) {
        println!("\n### {title}\n\n{}", self.0);
    }
}

pub(crate) fn whole(number: f64) -> String {
    format!("{number:.0}")
}

pub(crate) fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

pub(crate) fn mib(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}

/// `total` for each of so many.
pub(crate) fn each(total: u64, of: u64) -> f64 {
    total as f64 / of as f64
}
