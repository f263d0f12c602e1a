//! Arguments of `remind`, `snooze` and `reminders`.

use chrono::{DateTime, Utc};
use clap::Args;
use todo_sdk::model::Id;

use crate::input::{
    fields::{RemindArg, id_arg, later_arg, nag_arg, remind_arg},
    ids::{IdArg, id_or_stdin_arg},
};

/// Set when to be reminded of a task
#[derive(Debug, Args)]
pub(crate) struct RemindArgs {
    /// The task's id
    #[arg(value_parser = id_arg)]
    pub(crate) id: Id,
    /// E.g. "tomorrow 9:00", 18:30, +2h, 2026-12-01T18:30:00Z; "30m before", "1h after" and "at due" move along with the
    /// due date
    #[arg(value_name = "WHEN", value_parser = remind_arg, required_unless_present_any = ["off", "nag"])]
    pub(crate) at: Option<RemindArg>,
    /// Remind again and again with this pause, until it is done; ten times at most
    #[arg(long, value_name = "TIME", value_parser = nag_arg, conflicts_with = "off")]
    pub(crate) nag: Option<i64>,
    /// Don't remind
    #[arg(long, conflicts_with = "at")]
    pub(crate) off: bool,
}

/// Put reminders of tasks off; the tasks and their due dates stay
///
/// E.g. `todo snooze 3 1h`, or `todo list --overdue --quiet | todo snooze - 1d`.
#[derive(Debug, Args)]
pub(crate) struct SnoozeArgs {
    /// Ids of tasks; `-` reads them from standard input, as `todo done --help` tells
    #[arg(required = true, value_name = "ID", value_parser = id_or_stdin_arg)]
    pub(crate) ids: Vec<IdArg>,
    /// For how long (10m, 1h, 1d), or until when ("tomorrow 9:00", 18:30)
    #[arg(value_name = "WHEN", value_parser = later_arg)]
    pub(crate) until: DateTime<Utc>,
}

/// Show what is to come, or what became of a task's reminders
///
/// In a pipe: lines of id, task, state, due, sent, channel and reason, separated by tabs.
#[derive(Debug, Args)]
pub(crate) struct RemindersArgs {
    /// The task's id; without it, all that are to come
    #[arg(value_parser = id_arg)]
    pub(crate) id: Option<Id>,
}
