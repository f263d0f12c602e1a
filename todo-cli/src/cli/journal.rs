//! Arguments of `watch`, `undo` and `wait`.

use std::{ffi::OsString, time::Duration};

use clap::Args;
use todo_sdk::model::Id;

use crate::input::fields::{id_arg, patience_arg};

/// Show changes as they happen, whichever client makes them
///
/// Ends with Ctrl-C. With --json each change is an object on a line of its own. A lost connection is made again, and nothing
/// is missed.
///
/// With --exec a command is run for each change, in their order and one at a time; in place of the changes standard output has
/// what the command prints. The change is on its standard input, as with --json, and in its environment: TODO_SEQ (its
/// number, for --since), TODO_EVENT (e.g. task.updated), TODO_AT, TODO_CLIENT; of a task TODO_TASK_ID, TODO_TITLE,
/// TODO_COMPLETED (true or false), TODO_PRIORITY, TODO_DUE; of a comment or a reminder TODO_TASK_ID and TODO_COMMENT_ID or
/// TODO_REMINDER_ID; of a tag TODO_TAG_ID and TODO_TAG. What does not apply is not set. A command that fails is told with its
/// exit status on standard error, and the next change is its next chance; one that can't be run ends this. So does standard
/// output that nobody reads any more.
///
/// The command is run as it stands there and not by a shell, so nothing in a title is an order: `todo watch --exec sh -c
/// 'echo "$TODO_TITLE" >> log'` has one if you want one; write the variables in quotes.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// Begin behind the change of this number; 0 shows all that the journal holds
    #[arg(long, value_name = "SEQ", value_parser = clap::value_parser!(i64).range(0..))]
    pub(crate) since: Option<i64>,
    /// Show reminders as notifications on the desktop when they are due
    ///
    /// What another channel delivers, such as Telegram, is shown here as well.
    #[cfg(feature = "notify")]
    #[arg(long)]
    pub(crate) notify: bool,
    /// Run a command for each change; takes all arguments behind it, up to a `;` if there is one
    #[arg(long, short = 'x', value_name = "COMMAND", num_args = 1.., allow_hyphen_values = true, value_terminator = ";")]
    pub(crate) exec: Vec<OsString>,
}

/// Undo the last change, whichever client made it
///
/// What one call to the server did is undone at once: a task comes back with its comments, a tag with its tasks; so are tasks
/// that were completed or reopened together, up to a thousand of them. Other commands that name several tasks make a call for
/// each. Once more, it redoes: to undo an undo is to redo.
#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    /// The number of another change; `--list` shows them
    #[arg(value_name = "SEQ", value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) seq: Option<i64>,
    /// List the last changes, the newest first
    ///
    /// In a pipe: lines of number, time, event, client and what it is about, separated by tabs.
    #[arg(long, conflicts_with = "seq")]
    pub(crate) list: bool,
    /// How many to list
    #[arg(long, value_name = "NUMBER", default_value_t = 20, requires = "list",
        value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
}

/// Wait until a task is done
///
/// Exit codes: 0 it is done, 3 it was deleted, 1 the time ran out, 6 the server is out of reach at the start. Later the
/// connection may come and go.
#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
    /// The task's id
    #[arg(value_parser = id_arg)]
    pub(crate) id: Id,
    /// How long to wait at most: 90s, 30m, 2h, 1d; 0s looks once; for ever if absent
    #[arg(long, value_name = "TIME", value_parser = patience_arg)]
    pub(crate) timeout: Option<Duration>,
}
