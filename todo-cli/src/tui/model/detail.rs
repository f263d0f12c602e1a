//! What is known about the task under the cursor beyond the task itself.

use chrono::{DateTime, Utc};
use todo_sdk::model::{Change, Comment, EventKind, Id, ReminderRow, Resource, Task};

use super::{Model, queue::Op};

/// Comments, deliveries and history of one task.
#[derive(Debug, Default, Clone)]
pub(crate) struct Details {
    pub(crate) id: Id,
    pub(crate) comments: Vec<Comment>,
    pub(crate) reminders: Vec<ReminderRow>,
    pub(crate) history: Vec<HistoryLine>,
    /// They have been asked for, and have come.
    pub(crate) loaded: bool,
    /// The first line that is shown.
    pub(crate) scroll: u16,
    /// A comment was written: it is to be seen, whatever else comes in, until somebody scrolls.
    pub(crate) shows_comment: bool,
}

/// A comment as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark<'a> {
    pub(crate) text: &'a str,
    /// `None` for one that the server doesn't have yet.
    pub(crate) posted: Option<DateTime<Utc>>,
    /// Not as the server has it.
    pub(crate) waits: bool,
}

impl Model {
    /// The comments on the task whose details are shown, as they will be when all that waits is done.
    pub(crate) fn remarks(&self) -> Vec<Remark<'_>> {
        let ops = || self.queue.iter().map(|write| &write.op);
        let known = self.details.comments.iter().filter_map(|comment| {
            if ops().any(|op| matches!(op, Op::DeleteComment { id } if *id == comment.id)) {
                return None;
            }
            let edited = ops().filter_map(|op| match op {
                Op::EditComment { id, text } if *id == comment.id => Some(text.as_str()),
                _ => None,
            });
            let edited = edited.last();
            let text = edited.unwrap_or(&comment.content);
            Some(Remark { text, posted: Some(comment.posted_date), waits: edited.is_some() })
        });
        let new = ops().filter_map(|op| match op {
            Op::Comment { task, text } if *task == self.details.id => Some(Remark { text, posted: None, waits: true }),
            _ => None,
        });
        known.chain(new).collect()
    }
}

/// A change of a task, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryLine {
    pub(crate) at: DateTime<Utc>,
    pub(crate) what: String,
    pub(crate) client: String,
}

/// The history of a task, from the journal with the newest change first; the newest comes first here as well.
pub(crate) fn history(task: Id, journal: &[Change]) -> Vec<HistoryLine> {
    let mut lines = Vec::new();
    let mut before: Option<&Task> = None;
    for change in journal.iter().rev() {
        let what = match &change.resource {
            Resource::Task(after) if after.id == task => {
                let what = task_change(change.event, before, after);
                before = Some(after);
                what
            }
            Resource::Comment(comment) if comment.task_id == task => match change.event {
                EventKind::CommentCreated => "commented".to_owned(),
                EventKind::CommentDeleted => "comment deleted".to_owned(),
                _ => "comment changed".to_owned(),
            },
            _ => continue,
        };
        lines.push(HistoryLine { at: change.at, what, client: change.client.clone() });
    }
    lines.reverse();
    lines
}

fn task_change(event: EventKind, before: Option<&Task>, after: &Task) -> String {
    match (event, before) {
        (EventKind::TaskCreated, _) => return "made".to_owned(),
        (EventKind::TaskDeleted, _) => return "deleted".to_owned(),
        (_, None) => return "changed".to_owned(),
        (_, Some(before)) if before.completed != after.completed => {
            return if after.completed { "done" } else { "opened again" }.to_owned();
        }
        _ => {}
    }
    let fields = before.map(|before| differences(before, after)).unwrap_or_default();
    if fields.is_empty() { "changed".to_owned() } else { format!("changed: {}", fields.join(", ")) }
}

/// The names of the fields that differ.
pub(crate) fn differences(before: &Task, after: &Task) -> Vec<&'static str> {
    [
        ("title", before.title != after.title),
        ("description", before.description != after.description),
        ("due", before.due != after.due),
        ("reminder", before.remind_time != after.remind_time || before.nag_seconds != after.nag_seconds),
        ("priority", before.priority != after.priority),
        ("repeat", before.repeat != after.repeat),
        ("tags", before.tags != after.tags),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}
