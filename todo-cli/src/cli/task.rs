//! Arguments of the commands about tasks.

use clap::Args;
use todo_sdk::model::{Due, Repeat};

use super::FormArgs;
use crate::input::{
    dates::due_arg,
    fields::{RemindArg, nag_arg, priority_arg, remind_arg, repeat_arg, sort_arg},
    ids::{IdArg, id_or_stdin_arg},
};

/// How dates and repetitions are written.
pub(crate) const DATE_HELP: &str = "\
Dates: 2026-12-01, \"2026-12-01 18:30\", today, tomorrow, \"tomorrow 9:00\", 18:30, +3d (also w, mo, y: whole days), +2h \
(also m: a moment), 2026-12-01T18:30:00Z. Without a zone they are in this machine's zone.

Repeats: daily, weekdays, weekly, monthly, yearly, or a rule like FREQ=WEEKLY;BYDAY=MO (RFC 5545). With `!` at the end \
the next one is reckoned from the completion instead of the due date.";

/// What `todo add` understands.
pub(crate) const QUICK_HELP: &str = "\
In the text, @home is a tag, p1 to p4 a priority, !30m or !14:00 a reminder, !!15m reminds until it is done, `every monday` \
repeats (`every!` from completion), a date at the start or the end is when it is due (tomorrow 10:00, next friday, in 2 weeks, \
1 dec; завтра в 10:00, через 2 часа), and what follows // is the description. \"Quoted\" text stays as it is, \\ keeps one \
sign. Options stand above what the text says; --dry-run shows how it is understood.";

const STDIN_HELP: &str = "\
`-` takes ids with white space between, or JSON: task objects or ids, in arrays or one behind the other. So what `todo list` \
prints with --quiet, --json or --ndjson goes in. All of it is read first: where something is no id, the line is told and \
nothing is done. Without any ids nothing is done, and that is no error. A line of fields with tabs is refused.";

/// Add a task, e.g. `todo add Call the bank tomorrow 10:00 @home p1`
///
/// With `-` as the only text each line of standard input is a task, as it is where no text is given and standard input is a
/// pipe or a file: `todo add - < notes.txt`. They are made in their order; lines that come together are made in one call, and
/// undone together. Options count for each of them. A line that can't be a task is told with its number on standard
/// error, the others are made all the same, and the exit code is 1. Blank lines are passed over. With --quiet the ids
/// are printed, with --json an object a line, as the tasks are made.
#[derive(Debug, Args)]
#[command(after_help = QUICK_HELP, after_long_help = format!("{QUICK_HELP}\n\n{DATE_HELP}"))]
pub(crate) struct AddArgs {
    /// The task in one line; several words are joined by spaces. `-` reads standard input, a task a line. Write `--` before
    /// a word that begins with a dash
    #[arg(value_name = "TEXT")]
    pub(crate) text: Vec<String>,
    /// More about it; `-` reads it from standard input
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Read the description from standard input, as `--description -` does
    ///
    /// New lines at its end are left out. Bytes that are no UTF-8, and NUL, become U+FFFD.
    #[arg(long, conflicts_with_all = ["description", "comment_stdin"])]
    pub(crate) stdin: bool,
    /// Put what comes by standard input to the new task as a comment: `make 2>&1 | todo add "fix the build @ci" --comment-stdin`
    ///
    /// What is longer than a comment may be becomes several, one behind the other, cut behind a line where that is possible;
    /// each is made when it is full. White space alone makes none. Bytes that are no UTF-8, and NUL, become U+FFFD; all
    /// else is kept as it is, escape sequences too, which are never sent to a terminal.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) comment_stdin: bool,
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
/// On a terminal a table, fitted to its width.
///
/// In a pipe or a file, and that will stay as it is: a line for each task, without a heading, with these six fields and a tab
/// between each: id, `open` or `done`, priority (1 to 4), due, title, tags. Due is empty, a day (2026-12-01) or a moment in UTC
/// (2026-12-01T18:30:00Z). Tags have commas between. Control characters in what people wrote are shown as pictures (␉ for a
/// tab, ␊ for a new line), so a line has always six fields. It is the same as --fields id,state,priority,due,title,tags.
///
/// --quiet prints an id a line, --json one array, --ndjson an object a line. All but the array and the table come page by
/// page. Their ids go into other commands: `todo list --overdue --quiet | todo edit - --due tomorrow`.
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
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// As --json, but an object a line, as the pages come, and no array
    #[arg(long, help_heading = "Output")]
    pub(crate) ndjson: bool,
}

/// Show everything about tasks, with their comments
///
/// With --json a task that is named is one object; several, and those of a pipe, are an object a line. --json, --fields and
/// --format leave out the comments, which `todo comment list` prints.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Ids of tasks; `-` reads them from standard input, as `todo done --help` tells
    #[arg(required = true, value_name = "ID", value_parser = id_or_stdin_arg)]
    pub(crate) ids: Vec<IdArg>,
    #[command(flatten)]
    pub(crate) form: FormArgs,
}

/// Change tasks
#[derive(Debug, Args)]
#[command(after_help = DATE_HELP)]
pub(crate) struct EditArgs {
    /// Ids of tasks; `-` reads them from standard input, as `todo done --help` tells
    #[arg(required = true, value_name = "ID", value_parser = id_or_stdin_arg)]
    pub(crate) ids: Vec<IdArg>,
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
    /// The new description; `-` reads it from standard input
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
#[command(after_long_help = STDIN_HELP)]
pub(crate) struct IdArgs {
    /// Ids of tasks; `-` reads them from standard input
    #[arg(required = true, value_name = "ID", value_parser = id_or_stdin_arg)]
    pub(crate) ids: Vec<IdArg>,
}

/// Delete tasks
///
/// Asks first on a terminal. Ids from standard input are deleted only with --yes, so that a pipe which is wired wrong deletes
/// nothing. `todo undo` brings back one task at a time.
#[derive(Debug, Args)]
#[command(after_long_help = STDIN_HELP)]
pub(crate) struct RemoveArgs {
    /// Ids of tasks; `-` reads them from standard input
    #[arg(required = true, value_name = "ID", value_parser = id_or_stdin_arg)]
    pub(crate) ids: Vec<IdArg>,
    /// Don't ask; needed for ids from standard input
    #[arg(long, short)]
    pub(crate) yes: bool,
}
