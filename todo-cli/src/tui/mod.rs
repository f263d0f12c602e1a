//! The terminal interface, after the manner of Elm: whatever happens is a [`Msg`](msg::Msg), [`update`](update::update)
//! changes the [`Model`](model::Model) and says what is to be done, [`view`](view::view) draws.
//!
//! One thread draws and does nothing that takes time; [`effects`] run beside it and come back as messages.

mod chord;
mod doubt;
mod effects;
mod hand_over;
mod keys;
mod layout;
mod model;
mod msg;
mod quick;
mod run;
mod settings;
mod snapshot;
mod terminal;
mod theme;
mod update;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use run::open;

use crate::profile::Place;

/// Whether the terminal interface can use this `config.toml`.
///
/// # Errors
///
/// What is wrong, in a line.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let settings = settings::Settings::parse(text)?;
    keys::Keymap::with(&settings.keys).map_err(|why| format!("tui.keys: {why}"))?;
    let theme = theme::Theme::new(false, theme::Colors::None).with(&settings.colors);
    theme.map(drop).map_err(|why| format!("tui.colors: {why}"))
}

/// Forgets what was known, as somebody else may sign in.
pub(crate) fn forget(place: &Place) {
    snapshot::Files::of(place).forget();
}
