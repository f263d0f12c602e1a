//! Changes in words.

use chrono::{DateTime, Local};
use todo_sdk::{
    model::{Due, PRIORITY_NONE, Task, UpdateTask},
    outbox::Operation,
};

use super::id_words;
use crate::output::{repeat, text, when};

/// A change in a line: `change 12: title "Buy oat milk", due tomorrow`.
pub(crate) fn operation(operation: &Operation, number: u64, now: &DateTime<Local>) -> String {
    match operation {
        Operation::CreateTask { task, tags } => {
            let tags: String = tags.iter().map(|tag| format!(" @{}", text::line(tag))).collect();
            let due = task.due.map(|due| format!(", due {}", when::relative(due, now))).unwrap_or_default();
            format!("add q{number} {}{tags}{due}", quoted(&task.title))
        }
        Operation::UpdateTask { id, changes, tag, untag, .. } => {
            let whole = UpdateTask { completed: changes.completed, ..UpdateTask::default() };
            if let (Some(done), true) = (changes.completed, **changes == whole && tag.is_empty() && untag.is_empty()) {
                return format!("{} {}", if done { "complete" } else { "reopen" }, id_words(*id));
            }
            let mut parts: Vec<String> =
                fields(changes, now).into_iter().map(|field| format!("{} {}", field.name, field.ours)).collect();
            parts.extend(tag.iter().map(|name| format!("tag {}", text::line(name))));
            parts.extend(untag.iter().map(|name| format!("untag {}", text::line(name))));
            format!("change {}: {}", id_words(*id), parts.join(", "))
        }
        Operation::DeleteTask { id, .. } => format!("delete {}", id_words(*id)),
        Operation::Comment { comment } => {
            format!("comment on {}: {}", id_words(comment.task_id), quoted(&comment.content))
        }
        Operation::CreateTag { name } => format!("add tag {}", quoted(name)),
        other => format!("{other:?}"),
    }
}

/// A field that is changed.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) ours: String,
    /// The same field of the task as somebody else left it.
    theirs: fn(&Task, &DateTime<Local>) -> String,
}

impl Field {
    pub(crate) fn theirs(&self, task: &Task, now: &DateTime<Local>) -> String {
        (self.theirs)(task, now)
    }
}

/// The fields that a change sets.
pub(crate) fn fields(changes: &UpdateTask, now: &DateTime<Local>) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut add = |name, ours: Option<String>, theirs| {
        fields.extend(ours.map(|ours| Field { name, ours, theirs }));
    };
    add("title", changes.title.as_deref().map(quoted), |task, _| quoted(&task.title));
    add(
        "description",
        changes.description.as_ref().map(|text| quoted(text.as_deref().unwrap_or_default())),
        |task, _| quoted(&task.description),
    );
    add("state", changes.completed.map(state), |task, _| state(task.completed));
    add("priority", changes.priority.map(|priority| priority.unwrap_or(PRIORITY_NONE).to_string()), |task, _| {
        task.priority.to_string()
    });
    add("due", changes.due.map(|due| day(due, now)), |task, now| day(task.due, now));
    add("remind", changes.remind_time.map(|at| day(at.map(Due::At), now)), |task, now| {
        day(task.remind_time.map(Due::At), now)
    });
    add("remind", changes.remind_before_seconds.map(before), |task, _| before(task.remind_before_seconds));
    add("nag", changes.nag_seconds.map(pause), |task, _| pause(task.nag_seconds));
    add("repeat", changes.repeat.as_ref().map(|rule| repeats(rule.as_ref())), |task, _| repeats(task.repeat.as_ref()));
    add("tags", changes.tags.as_ref().map(|tags| numbers(tags.as_deref().unwrap_or_default())), |task, _| {
        numbers(&task.tags)
    });
    fields
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text::line(text))
}

fn state(completed: bool) -> String {
    if completed { "done" } else { "open" }.to_owned()
}

fn day(due: Option<Due>, now: &DateTime<Local>) -> String {
    due.map_or_else(none, |due| when::absolute(due, now))
}

fn before(seconds: Option<i64>) -> String {
    seconds.map_or_else(none, when::before)
}

fn pause(seconds: Option<i64>) -> String {
    seconds.map_or_else(none, |seconds| format!("every {}", when::length(seconds)))
}

fn repeats(rule: Option<&todo_sdk::model::Repeat>) -> String {
    rule.map_or_else(none, |rule| text::line(&repeat::words(rule)).into_owned())
}

fn numbers(ids: &[i64]) -> String {
    if ids.is_empty() { none() } else { ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ") }
}

fn none() -> String {
    "none".to_owned()
}
