//! Few tones, each with one meaning.

use anstyle::{AnsiColor, Style};

/// What a piece of text is, to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    /// Text.
    #[default]
    Plain,
    /// What one looks for first.
    Strong,
    /// What stands beside it.
    Faint,
    /// It went well.
    Good,
    /// It wants somebody's attention.
    Due,
    /// It went wrong.
    Bad,
}

impl Tone {
    /// The text in this tone, where there are colours.
    pub(crate) fn paint(self, text: &str, colours: bool) -> String {
        let style = match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Due => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
        };
        if colours && self != Self::Plain && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}
