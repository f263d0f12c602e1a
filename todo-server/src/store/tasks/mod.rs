//! Tasks.

pub mod at_once;
mod list;
mod order;
mod repeat;
mod row;
mod sql;
mod tagging;
pub mod undo;
mod write;

pub use list::list;
use row::repeat_from;
pub use row::{get, of_reminders, together};
pub use tagging::untag_all;
pub use write::{Outcome, create, delete, move_all_day, update};

/// Where the tasks are; the id of one follows.
pub const PATH: &str = "/api/tasks/";
