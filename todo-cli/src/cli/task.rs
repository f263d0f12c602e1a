//! Arguments of the commands about tasks.

use clap::Args;
use todo_sdk::model::{Due, Id, Repeat};

use crate::input::{
    dates::due_arg,
    fields::{RemindArg, id_arg, nag_arg, priority_arg, remind_arg, repeat_arg, sort_arg},
};

const DATE_HELP: &str = "\
Dates: 2026-12-01, \"2026-12-01 18:30\", today, tomorrow, \"tomorrow 9:00\", 18:30, +3d (also w, mo, y: whole days), +2h \
(also m: a moment), 2026-12-01T18:30:00Z. Without a zone they are in this machine's zone.

Repeats: daily, weekdays, weekly, monthly, yearly, or a rule like FREQ=WEEKLY;BYDAY=MO (RFC 5545). With `!` at the end \
the next one is reckoned from the completion instead of the due date.";

const QUICK_HELP: &str = "\
In the text, @home is a tag, p1 to p4 a priority, !30m or !14:00 a reminder, !!15m reminds until it is done, `every monday` \
repeats (`every!` from completion), a date at the start or the end is when it is due (tomorrow 10:00, next friday, in 2 weeks, \
1 dec; завтра в 10:00, через 2 часа), and what follows // is the description. \"Quoted\" text stays as it is, \\ keeps one \
sign. Options stand above what the text says; --dry-run shows how it is understood.";

/// Add a task, e.g. `todo add Call the bank tomorrow 10:00 @home p1`
#[derive(Debug, Args)]
#[command(after_help = QUICK_HELP, after_long_help = format!("{QUICK_HELP}\n\n{DATE_HELP}"))]
pub(crate) struct AddArgs {
    /// The task in one line; several words are joined by spaces. Write `--` before one that begins with a dash
    #[arg(required = true, value_name = "TEXT")]
    pub(crate) title: Vec<String>,
    /// More about it
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// When it is due
    #[arg(long, short, value_name = "WHEN", value_parser = due_arg)]
    pub(crate) due: Option<Due>,
    /// When to remind of it; "30m before" is reckoned from the due date
    #[arg(long, value_name = "WHEN", value_parser = remind_arg)]
    pub(crate) remind: Option<RemindArg>,
    /// Remind again and again with this pause, until it is done; ten times at most
    #[arg(long, value_name = "TIME", value_parser = nag_arg)]
    pub(crate) nag: Option<i64>,
    /// 1 (highest) to 4 (none)
    #[arg(long, short, value_name = "1-4", value_parser = priority_arg)]
    pub(crate) priority: Option<i16>,
    /// A tag, made if there is none of that name; may be repeated
    #[arg(long = "tag", short, value_name = "NAME", value_parser = super::non_empty)]
    pub(crate) tags: Vec<String>,
    /// How it repeats
    #[arg(long, value_name = "RULE", value_parser = repeat_arg)]
    pub(crate) repeat: Option<Repeat>,
    /// Take the text as the title, without looking for dates and the like in it
    #[arg(long)]
    pub(crate) raw: bool,
    /// Only show what is understood; with --json, with the place of each field in the text
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// List tasks
///
/// On a terminal a table. In a pipe one task a line, without a heading, with these fields separated by tabs: id, open or
/// done, priority, due (as in the API), title, tags (commas between).
#[derive(Debug, Default, Args)]
#[command(after_help = DATE_HELP)]
pub(crate) struct ListArgs {
    /// Only with this tag; with several, tasks that have any of them
    #[arg(long = "tag", short, value_name = "NAME")]
    pub(crate) tags: Vec<String>,
    /// Only open tasks (the default)
    #[arg(long, group = "state")]
    pub(crate) open: bool,
    /// Only completed tasks
    #[arg(long, group = "state")]
    pub(crate) done: bool,
    /// Open and completed tasks
    #[arg(long, group = "state")]
    pub(crate) all: bool,
    /// Only open tasks whose due date has passed
    #[arg(long, conflicts_with_all = ["done", "all", "due_before"])]
    pub(crate) overdue: bool,
    /// Due before this moment, or before this day begins
    #[arg(long, value_name = "WHEN", value_parser = due_arg)]
    pub(crate) due_before: Option<Due>,
    /// Due at this moment or later, or from the begin of this day on
    #[arg(long, value_name = "WHEN", value_parser = due_arg)]
    pub(crate) due_after: Option<Due>,
    /// Only with this text in the title or description, whatever the case
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only of this priority; several with commas between
    #[arg(long, short, value_name = "1-4", value_delimiter = ',', value_parser = priority_arg)]
    pub(crate) priority: Vec<i16>,
    /// Fields with commas between, `-` before one for descending
    ///
    /// Fields: id, title, priority, due, remind_time, date_created, date_updated, completed_at, completed.
    #[arg(long, value_name = "FIELDS", default_value = "due,priority,id", value_parser = sort_arg, allow_hyphen_values = true)]
    pub(crate) sort: String,
    /// At most this many
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
}

/// Show everything about a task, with its comments
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The task's id
    #[arg(value_parser = id_arg)]
    pub(crate) id: Id,
}

/// Change tasks
#[derive(Debug, Args)]
#[command(after_help = DATE_HELP)]
pub(crate) struct EditArgs {
    /// Ids of tasks
    #[arg(required = true, value_name = "ID", value_parser = id_arg)]
    pub(crate) ids: Vec<Id>,
    #[command(flatten)]
    pub(crate) changes: Changes,
}

/// What `edit` changes.
#[derive(Debug, Args)]
#[group(id = "changes", required = true, multiple = true)]
pub(crate) struct Changes {
    /// The new title
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) title: Option<String>,
    /// The new description
    #[arg(long, value_name = "TEXT", conflicts_with = "no_description", allow_hyphen_values = true)]
    pub(crate) description: Option<String>,
    /// When it is due
    #[arg(long, short, value_name = "WHEN", value_parser = due_arg, conflicts_with = "no_due")]
    pub(crate) due: Option<Due>,
    /// When to remind of it; "30m before" is reckoned from the due date
    #[arg(long, value_name = "WHEN", value_parser = remind_arg, conflicts_with = "no_remind")]
    pub(crate) remind: Option<RemindArg>,
    /// Remind again and again with this pause, until it is done; ten times at most
    #[arg(long, value_name = "TIME", value_parser = nag_arg, conflicts_with = "no_nag")]
    pub(crate) nag: Option<i64>,
    /// 1 (highest) to 4 (none)
    #[arg(long, short, value_name = "1-4", value_parser = priority_arg, conflicts_with = "no_priority")]
    pub(crate) priority: Option<i16>,
    /// Add a tag, made if there is none of that name; may be repeated
    #[arg(long = "tag", short, value_name = "NAME", value_parser = super::non_empty)]
    pub(crate) tags: Vec<String>,
    /// Take a tag off; may be repeated
    #[arg(long = "untag", value_name = "NAME")]
    pub(crate) untags: Vec<String>,
    /// How it repeats
    #[arg(long, value_name = "RULE", value_parser = repeat_arg, conflicts_with = "no_repeat")]
    pub(crate) repeat: Option<Repeat>,
    /// Clear the description
    #[arg(long)]
    pub(crate) no_description: bool,
    /// Clear the due date
    #[arg(long)]
    pub(crate) no_due: bool,
    /// Clear the reminder
    #[arg(long)]
    pub(crate) no_remind: bool,
    /// Remind once
    #[arg(long)]
    pub(crate) no_nag: bool,
    /// Clear the priority
    #[arg(long)]
    pub(crate) no_priority: bool,
    /// Stop repeating
    #[arg(long)]
    pub(crate) no_repeat: bool,
}

/// Tasks by id.
#[derive(Debug, Args)]
pub(crate) struct IdArgs {
    /// Ids of tasks
    #[arg(required = true, value_name = "ID", value_parser = id_arg)]
    pub(crate) ids: Vec<Id>,
}

/// Delete tasks
///
/// Asks first on a terminal.
#[derive(Debug, Args)]
pub(crate) struct RemoveArgs {
    /// Ids of tasks
    #[arg(required = true, value_name = "ID", value_parser = id_arg)]
    pub(crate) ids: Vec<Id>,
    /// Don't ask
    #[arg(long, short)]
    pub(crate) yes: bool,
}
