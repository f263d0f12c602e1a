//! What was taken back.

use todo_sdk::model::{Change, EventKind, Resource};

use super::label;
use crate::i18n::Words;

/// Most of what somebody wrote that stands in a line.
const SHOWN: usize = 100;

/// What a change was, as plain text: `deleting "Milk"`.
#[must_use]
pub(crate) fn what(words: Words, change: &Change) -> String {
    let name = match &change.resource {
        Resource::Task(task) => label(&task.title, SHOWN),
        Resource::Tag(tag) => label(&tag.name, SHOWN),
        Resource::Comment(comment) => label(&comment.content, SHOWN),
        _ => String::new(),
    };
    let name = [("name", name.into())];
    // A completion is noted at the moment of its change.
    let completes =
        matches!(&change.resource, Resource::Task(task) if task.completed && task.completed_at == Some(change.at));
    match change.event {
        EventKind::TaskCreated => words.plain("did-add-task", name),
        EventKind::TaskUpdated if completes => words.plain("did-complete-task", name),
        EventKind::TaskUpdated => words.plain("did-change-task", name),
        EventKind::TaskDeleted => words.plain("did-delete-task", name),
        EventKind::TagCreated => words.plain("did-add-category", name),
        EventKind::TagUpdated => words.plain("did-rename-category", name),
        EventKind::TagDeleted => words.plain("did-delete-category", name),
        EventKind::CommentCreated => words.plain("did-add-comment", name),
        EventKind::CommentUpdated => words.plain("did-change-comment", name),
        EventKind::CommentDeleted => words.plain("did-delete-comment", name),
        _ => words.say("did-put-off"),
    }
}
