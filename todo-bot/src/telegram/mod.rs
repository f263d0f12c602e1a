//! Telegram's side: what is sent there, and how fast.

pub(crate) mod gate;
pub(crate) mod html;
pub(crate) mod screen;
pub(crate) mod sender;

pub(crate) use gate::{Gate, Priority};
pub(crate) use screen::{Button, Screen};
pub(crate) use sender::Sender;
