//! A mistake in a story's file, shown where it is.

use std::ops::Range;

/// The text of a story's file, and what the file is called.
#[derive(Debug)]
pub(super) struct Source {
    /// What the file is called in messages.
    pub(super) name: String,
    /// What is in it.
    pub(super) text: String,
}

/// Something in a file that can't be, or that turned out otherwise: where, what, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The character within the line, from 1.
    pub column: usize,
    line_text: String,
    marked: usize,
    /// What is wrong.
    pub message: String,
    /// What could stand there instead; empty where the message says it.
    pub expected: String,
}

impl Source {
    /// A mistake in that part of the text.
    pub(super) fn mistake(&self, at: Range<usize>, message: impl Into<String>, expected: impl Into<String>) -> Mistake {
        let before = self.text.get(..at.start).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let line_text = self.text.get(line_start..).unwrap_or("").lines().next().unwrap_or("").to_owned();
        let column = before.get(line_start..).unwrap_or("").chars().count().saturating_add(1);
        let marked = self.text.get(at).and_then(|part| part.lines().next()).map_or(0, |part| part.chars().count());
        Mistake {
            file: self.name.clone(),
            line: before.matches('\n').count().saturating_add(1),
            column,
            line_text,
            marked: marked.max(1),
            message: message.into(),
            expected: expected.into(),
        }
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(self.column.saturating_sub(1));
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        writeln!(f, "{number} | {}", self.line_text)?;
        write!(f, "{margin} | {indent}{}", "^".repeat(self.marked))?;
        if self.expected.is_empty() { Ok(()) } else { write!(f, "\n{margin} = expected {}", self.expected) }
    }
}

impl std::error::Error for Mistake {}
