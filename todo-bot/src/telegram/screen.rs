//! What a person sees: a text and the buttons below it.

use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup};

use crate::action::Action;

/// A button below a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Button {
    /// What it says.
    pub(crate) label: String,
    /// What it does.
    pub(crate) action: Action,
}

impl Button {
    /// A button.
    pub(crate) fn new(label: impl Into<String>, action: Action) -> Self {
        Self { label: label.into(), action }
    }
}

/// A message: its text as HTML, and its buttons in rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "nobody sees it until it is shown"]
pub(crate) struct Screen {
    /// HTML, with what people wrote escaped.
    pub(crate) text: String,
    /// Rows of buttons.
    pub(crate) rows: Vec<Vec<Button>>,
}

impl Screen {
    /// A text without buttons.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), rows: Vec::new() }
    }

    /// With a further row of buttons; none if there is none.
    pub(crate) fn row(mut self, buttons: impl IntoIterator<Item = Button>) -> Self {
        let row: Vec<Button> = buttons.into_iter().collect();
        if !row.is_empty() {
            self.rows.push(row);
        }
        self
    }

    /// With one button in a row of its own.
    pub(crate) fn button(self, label: impl Into<String>, action: Action) -> Self {
        self.row([Button::new(label, action)])
    }

    /// With these buttons, so many in a row.
    pub(crate) fn grid(mut self, buttons: impl IntoIterator<Item = Button>, width: usize) -> Self {
        let buttons: Vec<Button> = buttons.into_iter().collect();
        self.rows.extend(buttons.chunks(width.max(1)).map(<[Button]>::to_vec));
        self
    }

    /// As the Bot API wants it.
    #[must_use]
    pub(crate) fn keyboard(&self) -> InlineKeyboardMarkup {
        let button = |button: &Button| InlineKeyboardButton::callback(button.label.clone(), button.action.to_string());
        InlineKeyboardMarkup::new(self.rows.iter().map(|row| row.iter().map(button).collect::<Vec<_>>()))
    }
}
