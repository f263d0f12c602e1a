//! What goes to the screen: one policy for JSON, quiet, colours and terminals, and the views on top of it.

pub(crate) mod fields;
mod printer;
pub(crate) mod repeat;
pub(crate) mod report;
mod style;
mod table;
pub(crate) mod template;
pub(crate) mod text;
pub(crate) mod view;
pub(crate) mod when;
pub(crate) mod wrap;

pub(crate) use printer::Printer;
pub(crate) use style::Tone;
pub(crate) use table::{Cell, Table};
