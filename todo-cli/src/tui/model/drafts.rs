//! What somebody wrote that is not at the server, for them to go on with.

use todo_sdk::model::{CreateTask, Id, Task, UpdateTask};

use super::form::Filled;
use crate::formats::as_new;

/// What was written and is not done.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    /// A line for adding that was left before it was done.
    pub(crate) line: String,
    /// Comments that were not taken, and the tasks they were for.
    comments: Vec<(Id, String)>,
    forms: Vec<Refused>,
}

/// A form that was not taken.
#[derive(Debug)]
pub(crate) struct Refused {
    /// `None` for a new task.
    pub(crate) task: Option<Id>,
    /// The whole task as it was to be.
    pub(crate) mine: Filled,
    /// What of it was changed.
    pub(crate) changes: UpdateTask,
    pub(crate) tags: Option<Vec<String>>,
}

impl Drafts {
    pub(crate) fn keep_comment(&mut self, task: Id, text: String) {
        self.comments.push((task, text));
    }

    /// The comment that was for this task; else one for a task that is gone, as it has no other place.
    pub(crate) fn take_comment(&mut self, task: Id, is_gone: impl Fn(Id) -> bool) -> Option<String> {
        let own = self.comments.iter().position(|(id, _)| *id == task);
        let at = own.or_else(|| self.comments.iter().position(|(id, _)| is_gone(*id)))?;
        Some(self.comments.remove(at).1)
    }

    pub(crate) fn keep_form(&mut self, form: Refused) {
        self.forms.push(form);
    }

    /// What was to be changed of this task.
    pub(crate) fn take_changes(&mut self, task: Id) -> Option<Refused> {
        let at = self.forms.iter().position(|form| form.task == Some(task))?;
        Some(self.forms.remove(at))
    }

    /// What makes a new task: it was to be one, or the one it was for is gone.
    pub(crate) fn take_new(&mut self, is_gone: impl Fn(Id) -> bool) -> Option<Refused> {
        let at = self.forms.iter().position(|form| form.task.is_none_or(&is_gone))?;
        Some(self.forms.remove(at))
    }
}

/// What would make the same task once more, but for its tags.
pub(crate) fn as_create(task: &Task) -> CreateTask {
    CreateTask { date_created: None, completed_at: None, ..as_new(task) }
}

/// A change of all fields that the form has, but for tags.
pub(crate) fn of_all_fields(task: &CreateTask) -> UpdateTask {
    UpdateTask { completed: None, tags: None, ..task.clone().into() }
}
