//! What people see: pure functions from what is known to a [`Screen`](crate::telegram::Screen).

pub(crate) mod calendar;
pub(crate) mod comments;
pub(crate) mod draft;
pub(crate) mod list;
pub(crate) mod quick;
pub(crate) mod reminder;
pub(crate) mod tags;
pub(crate) mod task;
pub(crate) mod when;

/// A label for a button: Telegram cuts long ones in the middle of the screen.
#[must_use]
pub(crate) fn label(text: &str, max: usize) -> String {
    let (short, more) = crate::telegram::html::cut(text, max);
    if more { format!("{short}…") } else { short.to_owned() }
}
