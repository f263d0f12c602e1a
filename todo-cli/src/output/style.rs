//! The few ways in which text stands out.

use anstyle::{AnsiColor, Style};

/// What a piece of text is, rather than which colour it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As everything else.
    Plain,
    /// Of less interest.
    Dim,
    /// Headings, names.
    Strong,
    /// Wrong or late.
    Alarm,
    /// Now.
    Warn,
    /// Soon.
    Calm,
    /// Done.
    Good,
}

impl Tone {
    pub(crate) fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Dim => Style::new().dimmed(),
            Self::Strong => Style::new().bold(),
            Self::Alarm => AnsiColor::Red.on_default(),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Calm => AnsiColor::Cyan.on_default(),
            Self::Good => AnsiColor::Green.on_default(),
        }
    }

    /// `text` with the escape sequences of this tone around it, if `color`.
    pub(crate) fn paint(self, text: &str, color: bool) -> String {
        if !color || self == Self::Plain || text.is_empty() {
            return text.to_owned();
        }
        let style = self.style();
        format!("{style}{text}{style:#}")
    }

    pub(crate) fn apply(self, cell: comfy_table::Cell) -> comfy_table::Cell {
        use comfy_table::{Attribute, Color};
        match self {
            Self::Plain => cell,
            Self::Dim => cell.add_attribute(Attribute::Dim),
            Self::Strong => cell.add_attribute(Attribute::Bold),
            Self::Alarm => cell.fg(Color::DarkRed),
            Self::Warn => cell.fg(Color::DarkYellow),
            Self::Calm => cell.fg(Color::DarkCyan),
            Self::Good => cell.fg(Color::DarkGreen),
        }
    }
}
